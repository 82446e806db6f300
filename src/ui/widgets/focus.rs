//! The ring around what has the keyboard.

use egui::{Rect, Response, Stroke, StrokeKind, Ui};

use crate::ui::theme::Theme;

/// Width of the ring, points.
const WIDTH: f32 = 1.5;

/// Draws the ring around a control that has the keyboard.
pub fn ring(ui: &Ui, theme: &Theme, response: &Response, rect: Rect, round: f32) {
    if response.has_focus() {
        let stroke = Stroke::new(WIDTH, *theme.accent);
        ui.painter()
            .rect_stroke(rect, round, stroke, StrokeKind::Inside);
    }
}

/// The ring of a picture that is framed already, because it is chosen: inside that
/// frame, in the colour of strong text.
pub fn ring_in_frame(ui: &Ui, theme: &Theme, response: &Response, rect: Rect, frame: f32) {
    if response.has_focus() {
        let stroke = Stroke::new(WIDTH, *theme.text_strong);
        ui.painter()
            .rect_stroke(rect.shrink(frame), 2.0, stroke, StrokeKind::Inside);
    }
}
