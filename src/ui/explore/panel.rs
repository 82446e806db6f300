//! The panel of Explore: model, seed, truncation, mixing, noise, size, sliders.

use egui::Ui;

use crate::app::command::Command;
use crate::app::explore::edit::ExploreEdit;
use crate::engine::protocol::ModelInfo;
use crate::recipe::{ExploreParams, LatentOrigin, NoiseMode, StyleMix, ranges};
use crate::ui::canvas::picture_actions;
use crate::ui::explore::{class, size, transform};
use crate::ui::models::chooser;
use crate::ui::models::chooser::Chooser;
use crate::ui::panel::Panel;
use crate::ui::sliders::directions;
use crate::ui::sliders::layers::{layer_choice, zones};
use crate::ui::sliders::target::SliderTarget;
use crate::ui::theme::{Theme, space};
use crate::ui::widgets::button::{IconButton, choice};
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;
use crate::ui::widgets::seed_row::{SeedEdit, seed_row};
use crate::ui::widgets::slider::{Slider, SliderResponse};

/// What the slider of truncation says of itself.
const TRUNCATION_TIP: &str = "How far from the average picture (truncation ψ): 0 is the average, 0.7 is safe, 1 is the full variety, negative is the opposite";
/// The same where it is a temperature.
const TEMPERATURE_TIP: &str = "How widely pictures are drawn from what the network learnt (the prior's temperature): 1 is as widely as it learnt, less is calmer and more alike, 0 is the average picture, negative is the opposite";

/// Draws the panel: what to do with the picture at the bottom, the rest scrolls.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::bottom("explore actions")
        .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)))
        .show_separator_line(false)
        .show(ui, |ui| picture_actions::ui(ui, panel));
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.add_space(space::XS);
            let chosen = chooser::ui(ui, panel, &Chooser::EXPLORE);
            if let Some(model) = chosen {
                panel.actions.explore(ExploreEdit::Model(model));
            }
            let (Some(params), Some(model)) = (
                panel.state.doc.explore.current().cloned(),
                panel.state.generator().cloned(),
            ) else {
                return;
            };
            start(ui, panel, &params, &model);
            if model.classes > 0 {
                class::ui(ui, panel, &params, &model);
            }
            directions::ui(ui, panel, SliderTarget::Explore, &model);
            if model.num_ws > 1 {
                mixing(ui, panel, &params, &model);
            }
            if model.can_move {
                transform::ui(ui, panel, &params);
            } else {
                noise(ui, panel, &params, &model);
            }
            if model.resizable {
                size::ui(ui, panel, &params);
            }
            ui.add_space(space::L);
        });
}

/// Seed and variety.
fn start(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams, model: &ModelInfo) {
    let theme = panel.theme.clone();
    let ctx = ui.ctx().clone();
    section(
        ui,
        &theme,
        "Start",
        true,
        |_| {},
        |ui| {
            match params.origin {
                LatentOrigin::Seed(seed) => {
                    let edit = seed_row(ui, &theme, "Seed", seed, |ui| {
                        IconButton::new(Icon::Dice, "New seed")
                            .tooltip(&Command::NewSeed.tooltip_with_keys(&ctx))
                            .show(ui, &theme)
                            .clicked()
                            .then_some(())
                    });
                    match edit {
                        SeedEdit::None => {}
                        SeedEdit::To(seed) => panel.actions.explore(ExploreEdit::Seed(seed)),
                        SeedEdit::Dice => panel.actions.command(Command::NewSeed),
                    }
                }
                LatentOrigin::W(_) | LatentOrigin::Ws(_) => {
                    ui.horizontal(|ui| {
                        ui.label("Starts from a projected photo or a drag");
                        if ui.button("New seed").clicked() {
                            panel.actions.command(Command::NewSeed);
                        }
                    });
                }
            }
            let variety = variety(ui, &theme, params, model);
            if let Some(psi) = variety.changed {
                panel.actions.explore(ExploreEdit::Psi(psi));
            }
        },
    );
}

/// The slider of truncation, under the name that it has for this network.
fn variety(
    ui: &mut Ui,
    theme: &Theme,
    params: &ExploreParams,
    model: &ModelInfo,
) -> SliderResponse {
    let tip = match model.temperature {
        true => TEMPERATURE_TIP,
        false => TRUNCATION_TIP,
    };
    let (now, ends) = (params.truncation_psi, ranges::PSI.ends());
    Slider::new(model.variety(), now, ends, model.truncation)
        .tooltip(tip)
        .step(0.05)
        .show(ui, theme)
}

fn mixing(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams, model: &ModelInfo) {
    let theme = panel.theme.clone();
    section(
        ui,
        &theme,
        "Style mixing",
        params.mix.is_some(),
        |_| {},
        |ui| {
            let mut on = params.mix.is_some();
            let check = ui
                .checkbox(&mut on, "Use a second seed")
                .on_hover_text("The chosen layers take their styles from the second seed");
            if check.changed() {
                let mix = on.then(|| StyleMix {
                    seed: panel.state.doc.explore.seed().unwrap_or(0).wrapping_add(1),
                    layers: zones(model.num_ws)[2].1,
                });
                panel.actions.explore(ExploreEdit::Mix(mix));
            }
            let Some(mix) = params.mix else { return };
            let mut next = mix;
            let edit = seed_row(ui, &theme, "Second seed", mix.seed, |ui| {
                IconButton::new(Icon::Dice, "New second seed")
                    .show(ui, &theme)
                    .clicked()
                    .then_some(())
            });
            match edit {
                SeedEdit::None => {}
                SeedEdit::To(seed) => next.seed = seed,
                // A far step through the seeds; no need for more chance than that.
                SeedEdit::Dice => {
                    next.seed = (mix.seed.wrapping_mul(48_271).wrapping_add(11)) % 1_000_000
                }
            }
            if let Some(layers) = layer_choice(ui, &theme, mix.layers, model.num_ws) {
                next.layers = layers;
            }
            if next != mix {
                panel.actions.explore(ExploreEdit::Mix(Some(next)));
            }
        },
    );
}

fn noise(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams, model: &ModelInfo) {
    if !model.trained {
        return;
    }
    let theme = panel.theme.clone();
    section(
        ui,
        &theme,
        "Noise",
        false,
        |_| {},
        |ui| {
            let seeded = match params.noise {
                NoiseMode::Seeded(seed) => seed,
                _ => 1,
            };
            let options = [
                (NoiseMode::Off, "Off", "No noise: smooth surfaces"),
                (
                    NoiseMode::Fixed,
                    "Fixed",
                    "The network's own noise, always the same",
                ),
                (
                    NoiseMode::Seeded(seeded),
                    "Seeded",
                    "Noise drawn from a number",
                ),
            ];
            if let Some(noise) = choice(ui, &theme, params.noise, &options) {
                panel.actions.explore(ExploreEdit::Noise(noise));
            }
            if let NoiseMode::Seeded(seed) = params.noise {
                match seed_row(ui, &theme, "Noise seed", seed, |_| None) {
                    SeedEdit::To(seed) => panel
                        .actions
                        .explore(ExploreEdit::Noise(NoiseMode::Seeded(seed))),
                    SeedEdit::None | SeedEdit::Dice => {}
                }
            }
        },
    );
}
