//! Size and aspect for generators that render at any size.

use egui::{Ui, vec2};

use crate::app::explore::edit::ExploreEdit;
use crate::recipe::ExploreParams;
use crate::ui::panel::Panel;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// Aspects offered: text, width, height.
const ASPECTS: [(&str, f32, f32); 6] = [
    ("1:1", 1.0, 1.0),
    ("4:3", 4.0, 3.0),
    ("3:2", 3.0, 2.0),
    ("16:9", 16.0, 9.0),
    ("3:4", 3.0, 4.0),
    ("9:16", 9.0, 16.0),
];

/// Draws the section.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams) {
    let theme = panel.theme.clone();
    let Some([w, h]) = params.size else { return };
    section(
        ui,
        &theme,
        "Size",
        false,
        |_| {},
        |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let width = (ui.available_width() - 10.0) / ASPECTS.len() as f32;
                for (text, a, b) in ASPECTS {
                    let on = (w as f32 / h as f32 - a / b).abs() < 0.01;
                    let button = egui::Button::new(egui::RichText::new(text).size(12.0))
                        .selected(on)
                        .truncate();
                    if ui.add_sized(vec2(width, 24.0), button).clicked() {
                        panel
                            .actions
                            .explore(ExploreEdit::Size(with_aspect(w.max(h), a / b)));
                    }
                }
            });
            let longer = Slider::new("Longer side", w.max(h) as f32, 128.0..=4096.0, 768.0)
                .logarithmic()
                .decimals(0)
                .step(64.0)
                .tooltip("Longer side of the saved picture, in pixels")
                .show(ui, &theme);
            if let Some(side) = longer.changed {
                let side = (side / 8.0).round() as u32 * 8;
                panel
                    .actions
                    .explore(ExploreEdit::Size(with_aspect(side, w as f32 / h as f32)));
            }
            ui.weak(format!("{w} × {h} pixels"));
        },
    );
}

/// Width and height for a longer side and width / height.
fn with_aspect(longer: u32, aspect: f32) -> [u32; 2] {
    let longer_f = longer as f32;
    if aspect >= 1.0 {
        [longer, (longer_f / aspect).round() as u32]
    } else {
        [(longer_f * aspect).round() as u32, longer]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aspect_decides_the_shorter_side() {
        assert_eq!(with_aspect(768, 1.0), [768, 768]);
        assert_eq!(with_aspect(1600, 16.0 / 9.0), [1600, 900]);
        assert_eq!(with_aspect(1600, 9.0 / 16.0), [900, 1600]);
    }
}
