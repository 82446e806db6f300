//! A picture in a list or grid that can be clicked.

use egui::{Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use crate::ui::theme::Theme;

/// Draws a picture into a box, keeping its aspect; the box answers clicks.
/// Without a texture an empty box stands in for it.
pub fn picture_tile(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    texture: Option<(egui::TextureId, [u32; 2])>,
    size: Vec2,
    selected: bool,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), name);
        info.selected = selected.then_some(true);
        info
    });
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        painter.rect_filled(rect, 4.0, *theme.raised);
        if let Some((texture, pixels)) = texture {
            let uv = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            painter.image(texture, fitted(rect, pixels), uv, egui::Color32::WHITE);
        }
        let stroke = if selected {
            egui::Stroke::new(2.0, *theme.accent)
        } else if response.hovered() || response.has_focus() {
            egui::Stroke::new(1.5, *theme.text_strong)
        } else {
            egui::Stroke::NONE
        };
        painter.rect_stroke(rect, 4.0, stroke, egui::StrokeKind::Inside);
        if selected {
            super::focus::ring_in_frame(ui, theme, &response, rect, 2.0);
        }
    }
    response
}

/// The largest rectangle of a picture's aspect in the middle of another.
pub fn fitted(rect: Rect, pixels: [u32; 2]) -> Rect {
    let size = vec2(pixels[0] as f32, pixels[1] as f32);
    let scale = (rect.width() / size.x).min(rect.height() / size.y);
    Rect::from_center_size(rect.center(), size * scale)
}
