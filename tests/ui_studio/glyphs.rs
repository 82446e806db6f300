//! What a window paints of its texts.

use egui::epaint::text::Glyph;

use crate::ui_doors::Studio;

/// Glyphs of all texts that are painted, one line after the other.
pub fn glyphs(s: &Studio<'_>) -> Vec<Vec<Glyph>> {
    fn texts(shape: &egui::Shape, out: &mut Vec<Vec<Glyph>>) {
        match shape {
            egui::Shape::Vec(all) => all.iter().for_each(|shape| texts(shape, out)),
            egui::Shape::Text(text) => {
                out.extend(text.galley.rows.iter().map(|row| row.glyphs.clone()));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for shape in &s.window.output().shapes {
        texts(&shape.shape, &mut out);
    }
    out
}
