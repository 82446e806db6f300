//! Two to four pictures side by side, zoomed and moved in step.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, FontId, Id, Key, Modifiers, Painter, Rect, Role,
    Sense, Ui, Vec2, WidgetInfo, pos2, vec2,
};

/// How many pictures fit beside each other.
pub const MOST: usize = 4;

/// One of the compared pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparePane {
    /// Title.
    pub title: String,
    /// Pixels; zero while unknown.
    pub size: [u32; 2],
}

/// What the user did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareEvent {
    /// Back to the grid.
    Close,
    /// Take this one out of the comparison.
    TakeOut(usize),
}

/// The common zoom and place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareView {
    /// 1 is the whole picture in its pane.
    zoom: f32,
    /// The point in the middle of every pane, as a share of the picture's sides.
    center: Vec2,
}

impl Default for CompareView {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            center: vec2(0.5, 0.5),
        }
    }
}

impl CompareView {
    /// Where a picture lies when shown in a pane.
    pub fn picture_rect(&self, pane: Rect, size: [u32; 2]) -> Rect {
        let size = vec2(size[0].max(1) as f32, size[1].max(1) as f32);
        let shown = size * fit(pane, size) * self.zoom;
        let min = pane.center() - shown * self.center;
        Rect::from_min_size(min, shown)
    }

    /// Zooms by `factor` so that what is under `at` stays there.
    pub fn zoom_at(&mut self, pane: Rect, size: [u32; 2], at: egui::Pos2, factor: f32) {
        let before = self.picture_rect(pane, size);
        let share = (at - before.min) / before.size();
        self.zoom = (self.zoom * factor).clamp(0.25, 64.0);
        let after = self.picture_rect(pane, size);
        let moved = after.min + share * after.size() - at;
        self.center += moved / after.size();
        self.hold();
    }

    /// Moves all pictures by a way on the screen, measured in this pane.
    pub fn pan(&mut self, pane: Rect, size: [u32; 2], by: Vec2) {
        self.center -= by / self.picture_rect(pane, size).size();
        self.hold();
    }

    fn hold(&mut self) {
        self.center = self.center.clamp(Vec2::ZERO, Vec2::splat(1.0));
        if self.zoom <= 1.0 {
            self.center = Vec2::splat(0.5);
        }
    }

    /// Draws the panes. `paint` draws picture `n` into a rectangle of the screen.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        panes: &[ComparePane],
        mut paint: impl FnMut(usize, &Painter, Rect),
    ) -> Option<CompareEvent> {
        let mut event = self.bar(ui, panes);
        let area = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(area);
        for (n, (rect, pane)) in pane_rects(area, panes.len())
            .into_iter()
            .zip(panes)
            .enumerate()
        {
            event = self.pane(ui, n, rect, pane, &mut paint).or(event);
        }
        event
    }

    fn bar(&mut self, ui: &mut Ui, panes: &[ComparePane]) -> Option<CompareEvent> {
        let mut event = None;
        ui.horizontal(|ui| {
            if ui.button("Back to gallery").on_hover_text("Esc").clicked()
                || ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape))
            {
                event = Some(CompareEvent::Close);
            }
            ui.separator();
            if ui
                .button("Fit")
                .on_hover_text("Whole pictures (double-click does it too)")
                .clicked()
            {
                *self = Self::default();
            }
            if ui.button("Zoom in").clicked() {
                self.zoom = (self.zoom * 1.5).min(64.0);
            }
            if ui.button("Zoom out").clicked() {
                self.zoom = (self.zoom / 1.5).max(0.25);
                self.hold();
            }
            ui.weak(format!(
                "{} pictures in step: scroll to zoom, drag to move",
                panes.len()
            ));
        });
        ui.add_space(4.0);
        event
    }

    fn pane(
        &mut self,
        ui: &Ui,
        n: usize,
        rect: Rect,
        pane: &ComparePane,
        paint: &mut impl FnMut(usize, &Painter, Rect),
    ) -> Option<CompareEvent> {
        let id = Id::unique(("compare pane", n));
        let response = ui
            .interact(rect, id, Sense::click_and_drag())
            .on_hover_cursor(CursorIcon::Grab);
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Image, true, format!("Compared: {}", pane.title))
        });
        if response.dragged() {
            self.pan(rect, pane.size, response.drag_delta());
        }
        if response.double_clicked() {
            *self = Self::default();
        }
        if let Some(at) = response.hover_pos() {
            let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let factor = (scroll / 240.0).exp() * pinch;
            if (factor - 1.0).abs() > 1e-4 {
                self.zoom_at(rect, pane.size, at, factor);
            }
        }
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, CornerRadius::same(4), ui.visuals().extreme_bg_color);
        paint(n, &painter, self.picture_rect(rect, pane.size));
        caption(ui, &painter, rect, &pane.title);
        take_out(ui, n, rect, &pane.title).then_some(CompareEvent::TakeOut(n))
    }
}

fn caption(ui: &Ui, painter: &Painter, rect: Rect, title: &str) {
    let mut job = egui::text::LayoutJob::simple_singleline(
        title.to_owned(),
        FontId::proportional(12.0),
        Color32::WHITE,
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width((rect.width() - 60.0).max(20.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left() + 8.0, rect.bottom() - 8.0);
    let plate = Align2::LEFT_BOTTOM.anchor_size(at, galley.size() + vec2(12.0, 6.0));
    painter.rect_filled(plate, CornerRadius::same(4), Color32::from_black_alpha(150));
    painter.galley(plate.min + vec2(6.0, 3.0), galley, Color32::WHITE);
}

/// The cross in the corner.
fn take_out(ui: &Ui, n: usize, rect: Rect, title: &str) -> bool {
    let at = Rect::from_min_size(
        pos2(rect.right() - 30.0, rect.top() + 6.0),
        Vec2::splat(24.0),
    );
    let response = ui.interact(at, Id::unique(("take out", n)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Remove {title}")));
    let strong = response.hovered() || response.has_focus();
    let back = Color32::from_black_alpha(if strong { 200 } else { 120 });
    ui.painter().circle_filled(at.center(), 11.0, back);
    for d in [vec2(4.0, 4.0), vec2(4.0, -4.0)] {
        ui.painter().line_segment(
            [at.center() - d, at.center() + d],
            egui::Stroke::new(1.5, Color32::WHITE),
        );
    }
    response
        .on_hover_text("Remove from the comparison")
        .clicked()
}

fn fit(pane: Rect, size: Vec2) -> f32 {
    (pane.width() / size.x).min(pane.height() / size.y)
}

/// Panes side by side; four, and any in a tall window, in rows.
fn pane_rects(area: Rect, count: usize) -> Vec<Rect> {
    let wide = area.width() >= area.height();
    let (columns, rows) = match (count, wide) {
        (0 | 1, _) => (1, 1),
        (2 | 3, true) => (count, 1),
        (2 | 3, false) => (1, count),
        _ => (2, 2),
    };
    let gap = 6.0;
    let size = vec2(
        (area.width() - gap * (columns - 1) as f32) / columns as f32,
        (area.height() - gap * (rows - 1) as f32) / rows as f32,
    );
    (0..count.min(columns * rows))
        .map(|n| {
            let step = vec2((n % columns) as f32, (n / columns) as f32);
            Rect::from_min_size(area.min + step * (size + Vec2::splat(gap)), size)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane() -> Rect {
        Rect::from_min_size(pos2(10.0, 20.0), vec2(400.0, 300.0))
    }

    #[test]
    fn the_whole_picture_is_seen_at_first() {
        let view = CompareView::default();
        let at = view.picture_rect(pane(), [1000, 1000]);
        assert_eq!(at.size(), vec2(300.0, 300.0));
        assert_eq!(at.center(), pane().center());
    }

    #[test]
    fn zoom_keeps_the_point_under_the_pointer_in_every_pane() {
        let mut view = CompareView::default();
        let at = pos2(200.0, 150.0);
        let size = [800, 600];
        let before = view.picture_rect(pane(), size);
        let share = (at - before.min) / before.size();
        view.zoom_at(pane(), size, at, 4.0);
        let after = view.picture_rect(pane(), size);
        assert!((after.min + share * after.size() - at).length() < 0.01);
        // A copy of half the size shows the same place.
        let small = view.picture_rect(pane(), [400, 300]);
        assert_eq!(small, after);
        view.pan(pane(), size, vec2(10.0, 0.0));
        let moved = view.picture_rect(pane(), size);
        assert!((moved.min.x - after.min.x - 10.0).abs() < 0.01);
    }

    #[test]
    fn panes_do_not_overlap() {
        for count in 1..=MOST {
            let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(900.0, 700.0));
            let rects = pane_rects(area, count);
            assert_eq!(rects.len(), count);
            for (i, a) in rects.iter().enumerate() {
                assert!(area.expand(0.1).contains_rect(*a));
                assert!(rects[i + 1..].iter().all(|b| !a.shrink(0.1).intersects(*b)));
            }
        }
    }
}
