//! The canvas: a picture that can be zoomed, panned, split and compared. Used by
//! all workspaces.

use egui::{Pos2, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use crate::app::action::{Subject, ViewEdit};
use crate::app::view::{CanvasView, Compare, MAX_ZOOM, MIN_ZOOM, Workspace, Zoom};
use crate::picture::Picture;
use crate::ui::canvas::{difference, picture_menu, split_divider};
use crate::ui::panel::Panel;

/// Space around a fitted picture.
const MARGIN: f32 = 24.0;
/// Largest scale that "fit" takes, so that small pictures don't become blocks.
const MAX_FIT: f32 = 8.0;

/// What a canvas shows.
pub struct CanvasInput<'a> {
    /// Whose zoom and pan.
    pub workspace: Workspace,
    /// Accessible name, e.g. `Picture`.
    pub name: &'a str,
    /// The picture; a draft is smaller than `logical_size`.
    pub picture: Option<&'a Picture>,
    /// The other picture of a comparison ("before").
    pub before: Option<&'a Picture>,
    /// The size that zoom and 1:1 refer to.
    pub logical_size: [u32; 2],
    /// How to compare.
    pub compare: Compare,
    /// The primary button belongs to the overlay (painting); panning then needs
    /// the middle button or Space.
    pub tool: bool,
    /// Something newer is on its way.
    pub busy: bool,
    /// What the context menu acts on.
    pub subject: Option<Subject>,
}

/// Where a canvas put the picture in this frame.
pub struct CanvasFrame {
    /// The whole canvas on screen.
    pub rect: Rect,
    /// The picture on screen, partly outside the canvas when zoomed in.
    pub picture_rect: Rect,
    /// Points per picture pixel.
    pub scale: f32,
    /// The canvas' own response: hover, click, drag.
    pub response: Response,
    /// The pointer is moving the canvas, so tools keep off.
    pub panning: bool,
    /// Longer side of the picture in points.
    longer: f32,
}

impl CanvasFrame {
    /// A point in fractions of the picture's longer side (as masks have it) to the screen.
    pub fn to_screen(&self, p: [f32; 2]) -> Pos2 {
        self.picture_rect.min + vec2(p[0], p[1]) * self.longer
    }

    /// A point on the screen to fractions of the picture's longer side.
    pub fn from_screen(&self, p: Pos2) -> [f32; 2] {
        let v = (p - self.picture_rect.min) / self.longer.max(1e-3);
        [v.x, v.y]
    }

    /// A length in fractions of the longer side to points.
    pub fn length(&self, fraction: f32) -> f32 {
        fraction * self.longer
    }
}

/// Draws a canvas over all available space. The overlay is drawn on top of the
/// picture, clipped to the canvas.
pub fn show(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    input: CanvasInput<'_>,
    overlay: impl FnOnce(&mut Ui, &CanvasFrame, &mut Panel<'_>),
) -> CanvasFrame {
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, ui.is_enabled(), input.name));
    ui.painter().rect_filled(rect, 0.0, *panel.theme.canvas);
    let view = *panel.state.view.canvas(input.workspace);
    let moved = navigate(ui, &input, rect, &response, view);
    let frame = place(rect, response, &input, &moved);
    let fit = fit_scale(rect, input.logical_size) * ui.ctx().pixels_per_point();
    if (panel.state.view.fit_scale - fit).abs() > 1e-3 {
        panel.actions.view(ViewEdit::FitScale(fit));
    }
    if moved.view != view {
        panel
            .actions
            .view(ViewEdit::Canvas(input.workspace, moved.view));
    }
    let mut clipped = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    clipped.set_clip_rect(rect.intersect(ui.clip_rect()));
    paint_pictures(&mut clipped, panel, &input, &frame, moved.view);
    overlay(&mut clipped, &frame, panel);
    busy_mark(&clipped, panel, &input, rect);
    if let Some(subject) = input.subject.clone() {
        frame
            .response
            .context_menu(|ui| picture_menu::ui(ui, panel, &subject));
    }
    frame
}

/// The scale, points per picture pixel, at which everything fits.
fn fit_scale(rect: Rect, size: [u32; 2]) -> f32 {
    let room = (rect.size() - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(16.0));
    (room.x / size[0] as f32)
        .min(room.y / size[1] as f32)
        .min(MAX_FIT)
}

fn scale_of(view: CanvasView, rect: Rect, size: [u32; 2], pixels_per_point: f32) -> f32 {
    match view.zoom {
        Zoom::Fit => fit_scale(rect, size),
        Zoom::Scale(s) => s / pixels_per_point,
    }
}

struct Moved {
    view: CanvasView,
    panning: bool,
}

/// Wheel and pinch zoom at the pointer; middle drag, Space drag and (without a
/// tool) plain drag pan.
fn navigate(
    ui: &Ui,
    input: &CanvasInput<'_>,
    rect: Rect,
    response: &Response,
    mut view: CanvasView,
) -> Moved {
    let ppp = ui.ctx().pixels_per_point();
    let size = vec2(input.logical_size[0] as f32, input.logical_size[1] as f32);
    let mut scale = scale_of(view, rect, input.logical_size, ppp);
    if let Some(pointer) = response.hover_pos() {
        let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = pinch * (wheel / 240.0).exp();
        if (factor - 1.0).abs() > 1e-4 {
            let wanted = (scale * factor * ppp).clamp(MIN_ZOOM, MAX_ZOOM) / ppp;
            // The point under the pointer stays there.
            let from_middle = pointer - rect.center();
            let center = vec2(view.center[0], view.center[1]) + from_middle / (size * scale)
                - from_middle / (size * wanted);
            view.center = [center.x, center.y];
            view.zoom = Zoom::Scale(wanted * ppp);
            scale = wanted;
        }
    }
    let space = !ui.ctx().text_edit_focused() && ui.input(|i| i.key_down(egui::Key::Space));
    let middle = response.dragged_by(egui::PointerButton::Middle);
    let primary = response.dragged_by(egui::PointerButton::Primary);
    let pan = middle || (primary && (space || !input.tool));
    if pan {
        let delta = response.drag_delta() / (size * scale);
        view.center = [view.center[0] - delta.x, view.center[1] - delta.y];
        if view.zoom == Zoom::Fit && delta != Vec2::ZERO {
            view.zoom = Zoom::Scale(scale * ppp);
        }
    }
    if response.double_clicked() && !input.tool {
        view = CanvasView {
            divider: view.divider,
            zoom: if view.zoom == Zoom::Fit {
                Zoom::Scale(1.0)
            } else {
                Zoom::Fit
            },
            ..CanvasView::default()
        };
    }
    view.center = view.center.map(|c| c.clamp(-0.2, 1.2));
    if view.zoom == Zoom::Fit {
        view.center = [0.5, 0.5];
    }
    Moved {
        view,
        panning: pan || space,
    }
}

fn place(rect: Rect, response: Response, input: &CanvasInput<'_>, moved: &Moved) -> CanvasFrame {
    let ppp = response.ctx.pixels_per_point();
    let size = vec2(input.logical_size[0] as f32, input.logical_size[1] as f32);
    let scale = scale_of(moved.view, rect, input.logical_size, ppp);
    let shown = size * scale;
    let center = moved.view.center;
    let min = rect.center() - vec2(center[0] * shown.x, center[1] * shown.y);
    // On whole pixels, so that 1:1 is sharp.
    let min = pos2((min.x * ppp).round() / ppp, (min.y * ppp).round() / ppp);
    CanvasFrame {
        rect,
        picture_rect: Rect::from_min_size(min, shown),
        scale,
        response,
        panning: moved.panning,
        longer: shown.x.max(shown.y),
    }
}

fn paint_pictures(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    input: &CanvasInput<'_>,
    frame: &CanvasFrame,
    view: CanvasView,
) {
    let after = input.picture;
    let before = input.before;
    if panel.state.view.hold_before
        && let Some(before) = before
    {
        picture(ui, panel, before, frame.picture_rect, frame.rect);
        label(ui, panel, frame.rect, "Before");
        return;
    }
    match (input.compare, before, after) {
        (Compare::Split, Some(before), Some(after)) => {
            let r = frame.picture_rect;
            let x = r.left() + view.divider * r.width();
            let (left, right) = frame
                .rect
                .split_left_right_at_x(x.clamp(frame.rect.left(), frame.rect.right()));
            picture(ui, panel, before, r, left);
            picture(ui, panel, after, r, right);
            split_divider::show(ui, panel, frame, input.workspace, view);
        }
        (Compare::Difference, Some(before), Some(after)) => {
            difference::paint(ui, panel, [before, after], frame.picture_rect, frame.rect);
        }
        (_, _, Some(after)) => picture(ui, panel, after, frame.picture_rect, frame.rect),
        _ => {}
    }
}

/// Draws a picture over a checkerboard if it has transparent parts.
fn picture(ui: &mut Ui, panel: &mut Panel<'_>, picture: &Picture, at: Rect, clip: Rect) {
    let painter = ui.painter().with_clip_rect(clip.intersect(ui.clip_rect()));
    let see_through = panel.textures.is_transparent(picture);
    if see_through {
        checkerboard(&painter, panel, at.intersect(clip));
    }
    panel.textures.paint(ui.ctx(), &painter, picture, at);
}

fn checkerboard(painter: &egui::Painter, panel: &Panel<'_>, rect: Rect) {
    const SQUARE: f32 = 10.0;
    painter.rect_filled(rect, 0.0, *panel.theme.checker_a);
    let (columns, rows) = (
        (rect.width() / SQUARE) as i32 + 1,
        (rect.height() / SQUARE) as i32 + 1,
    );
    let mut mesh = egui::Mesh::default();
    for row in 0..rows {
        for column in (row % 2..columns).step_by(2) {
            let min = rect.min + vec2(column as f32, row as f32) * SQUARE;
            let square = Rect::from_min_size(min, Vec2::splat(SQUARE)).intersect(rect);
            mesh.add_colored_rect(square, *panel.theme.checker_b);
        }
    }
    painter.add(mesh);
}

fn label(ui: &Ui, panel: &Panel<'_>, rect: Rect, text: &str) {
    tag(
        ui,
        panel,
        pos2(rect.left() + 16.0, rect.top() + 16.0),
        egui::Align2::LEFT_TOP,
        text,
    );
}

/// A small text on a quiet ground over a picture; tells where it came to lie.
pub fn tag(ui: &Ui, panel: &Panel<'_>, at: Pos2, anchor: egui::Align2, text: &str) -> Rect {
    let painter = ui.painter();
    let font = egui::FontId::proportional(11.0);
    let galley = painter.layout_no_wrap(text.to_owned(), font, *panel.theme.text);
    let rect = anchor.anchor_size(at, galley.size() + vec2(12.0, 6.0));
    painter.rect_filled(rect, 4.0, panel.theme.panel.gamma_multiply(0.85));
    painter.galley(rect.min + vec2(6.0, 3.0), galley, *panel.theme.text);
    rect
}

fn busy_mark(ui: &Ui, panel: &Panel<'_>, input: &CanvasInput<'_>, rect: Rect) {
    busy(ui, panel, input.name, rect, input.busy);
}

/// A quiet sign that a newer picture is on its way; after a moment, so that quick
/// previews don't flicker.
pub fn busy(ui: &Ui, panel: &Panel<'_>, name: &str, rect: Rect, busy: bool) {
    let id = ui.scope_id().with(("busy", name));
    let shown = ui.ctx().animate_bool_with_time(id, busy, 0.4);
    if busy && shown > 0.9 {
        let at = pos2(rect.right() - 12.0, rect.top() + 12.0);
        tag(ui, panel, at, egui::Align2::RIGHT_TOP, "Rendering");
    }
}

/// Text in the middle of an empty canvas: what is missing and what to do.
pub fn empty(ui: &mut Ui, panel: &Panel<'_>, title: &str, hint: &str) {
    let rect = ui.max_rect();
    let middle = rect.center();
    let painter = ui.painter();
    painter.text(
        middle - vec2(0.0, 6.0),
        egui::Align2::CENTER_BOTTOM,
        title,
        egui::FontId::proportional(18.0),
        *panel.theme.text_strong,
    );
    let galley = painter.layout(
        hint.to_owned(),
        egui::FontId::proportional(13.0),
        *panel.theme.text_weak,
        (rect.width() - 80.0).clamp(80.0, 420.0),
    );
    let at = middle + vec2(-galley.size().x / 2.0, 6.0);
    let lines = Rect::from_center_size(middle, vec2(galley.size().x, 2.0 * galley.size().y + 40.0));
    painter.galley(at, galley, *panel.theme.text_weak);
    // Painted text isn't read out by itself.
    let said = match hint {
        "" => title.to_owned(),
        hint => format!("{title}. {hint}"),
    };
    ui.interact(lines, ui.scope_id().with("why empty"), Sense::hover())
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &said));
}
