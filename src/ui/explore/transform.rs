//! Moving and turning what a StyleGAN3 generator draws.

use egui::Ui;

use crate::app::explore::edit::ExploreEdit;
use crate::recipe::{ExploreParams, Transform, ranges};
use crate::ui::panel::Panel;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// Draws the section.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams) {
    let theme = panel.theme.clone();
    let now = params.transform;
    section(
        ui,
        &theme,
        "Move and rotate",
        true,
        |_| {},
        |ui| {
            let mut to = None;
            for (axis, name, tooltip) in [
                (
                    0,
                    "Move across",
                    "Moves what is drawn to the right, in widths of the picture",
                ),
                (
                    1,
                    "Move down",
                    "Moves what is drawn down, in heights of the picture",
                ),
            ] {
                let slider = Slider::new(name, now.translate[axis], ranges::TRANSLATE.ends(), 0.0)
                    .tooltip(tooltip)
                    .step(0.01)
                    .show(ui, &theme);
                if let Some(value) = slider.changed {
                    let mut translate = now.translate;
                    translate[axis] = value;
                    to = Some(Transform { translate, ..now });
                }
            }
            let turn = Slider::new("Rotate", now.rotate, ranges::ROTATE.ends(), 0.0)
                .tooltip("Turns what is drawn about the middle, in degrees")
                .suffix("°")
                .decimals(0)
                .step(1.0)
                .show(ui, &theme);
            if let Some(rotate) = turn.changed {
                to = Some(Transform { rotate, ..now });
            }
            if let Some(to) = to {
                panel.actions.explore(ExploreEdit::Transform(to));
            }
        },
    );
}
