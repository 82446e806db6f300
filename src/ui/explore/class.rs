//! Which class a conditional generator makes.

use egui::Ui;

use crate::app::explore::edit::ExploreEdit;
use crate::engine::protocol::ModelInfo;
use crate::recipe::ExploreParams;
use crate::ui::panel::Panel;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// Draws the section. The far left is no class at all.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams, model: &ModelInfo) {
    let theme = panel.theme.clone();
    section(
        ui,
        &theme,
        "Class",
        true,
        |_| {},
        |ui| {
            let value = params.class.map_or(-1.0, |class| class as f32);
            let slider = Slider::new("Class", value, -1.0..=model.classes as f32 - 1.0, -1.0)
                .decimals(0)
                .step(1.0)
                .tooltip("Which of the kinds that the network was taught; -1 is none of them")
                .show(ui, &theme);
            if let Some(class) = slider.changed {
                let class = (class >= 0.0).then_some(class.round() as u32);
                panel.actions.explore(ExploreEdit::Class(class));
            }
        },
    );
}
