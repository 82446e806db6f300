//! A door: a large picture with a title, and a few words below.

use egui::{Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, vec2};

use crate::picture::Picture;
use crate::ui::panel::Panel;
use crate::ui::widgets::focus;

/// Height of the words below the picture.
const WORDS: f32 = 62.0;
/// Width of the picture by its height.
const ASPECT: f32 = 1.6;
/// Rounding of the corners.
const ROUND: u8 = 8;

/// A door.
pub(super) struct Door<'a> {
    /// Its name.
    pub(super) title: &'a str,
    /// What is behind it.
    pub(super) words: &'a str,
    /// A look at it.
    pub(super) picture: Option<&'a Picture>,
}

impl Door<'_> {
    /// Draws it.
    pub(super) fn show(&self, ui: &mut Ui, p: &mut Panel<'_>, width: f32) -> Response {
        let size = vec2(width, width / ASPECT + WORDS);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response
            .widget_info(|| egui::WidgetInfo::labeled(Role::Button, ui.is_enabled(), self.title));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let theme = p.theme.clone();
        let hot = response.hovered() || response.has_focus();
        let ground = if hot { *theme.raised } else { *theme.panel };
        ui.painter().rect_filled(rect, ROUND, ground);
        let top = Rect::from_min_size(rect.min, vec2(width, width / ASPECT));
        if let Some(picture) = self.picture {
            let texture = p.textures.of(ui.ctx(), picture);
            let round = CornerRadius {
                nw: ROUND,
                ne: ROUND,
                sw: 0,
                se: 0,
            };
            egui::Image::new((texture, top.size()))
                .corner_radius(round)
                .paint_at(ui, top);
        }
        let stroke = match hot {
            true => Stroke::new(1.5, *theme.accent),
            false => Stroke::new(1.0, *theme.line),
        };
        ui.painter()
            .rect_stroke(rect, ROUND, stroke, StrokeKind::Inside);
        let left = rect.left() + 14.0;
        line(
            ui,
            self.title,
            16.5,
            *theme.text_strong,
            [left, top.bottom() + 21.0],
            rect,
        );
        line(
            ui,
            self.words,
            12.5,
            *theme.text_weak,
            [left, top.bottom() + 43.0],
            rect,
        );
        focus::ring(ui, &theme, &response, rect, f32::from(ROUND));
        response.on_hover_text(self.words)
    }
}

/// One line of text, cut at the door's rim.
fn line(ui: &Ui, text: &str, size: f32, color: Color32, middle: [f32; 2], door: Rect) {
    let mut job = egui::text::LayoutJob::simple_singleline(
        text.to_owned(),
        egui::FontId::proportional(size),
        color,
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(door.right() - middle[0] - 10.0);
    let galley = ui.painter().layout_job(job);
    let at = egui::pos2(middle[0], middle[1] - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}
