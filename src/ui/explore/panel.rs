//! The panel of Explore: model, seed, variety, mixing, noise, size, sliders.

use egui::{Ui, vec2};

use crate::app::action::ViewEdit;
use crate::app::command::Command;
use crate::app::explore::edit::ExploreEdit;
use crate::app::view::Dialog;
use crate::engine::protocol::{ModelInfo, ModelKind};
use crate::recipe::{ExploreParams, LatentOrigin, LayerRange, NoiseMode, StyleMix};
use crate::ui::explore::{class, directions, size};
use crate::ui::panel::Panel;
use crate::ui::theme::{Theme, space};
use crate::ui::widgets::button;
use crate::ui::widgets::button::{IconButton, choice};
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// Draws the panel: what to do with the picture at the bottom, the rest scrolls.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    egui::Panel::bottom("explore actions")
        .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)))
        .show_separator_line(false)
        .show(ui, |ui| picture_actions(ui, panel));
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.add_space(space::XS);
            model(ui, panel);
            let (Some(params), Some(model)) = (
                panel.state.doc.explore.current().cloned(),
                panel.state.generator().cloned(),
            ) else {
                return;
            };
            start(ui, panel, &params);
            if model.classes > 0 {
                class::ui(ui, panel, &params, &model);
            }
            directions::ui(ui, panel, &model);
            if model.num_ws > 1 {
                mixing(ui, panel, &params, &model);
            }
            noise(ui, panel, &params, &model);
            if model.resizable {
                size::ui(ui, panel, &params);
            }
            ui.add_space(space::L);
        });
}

/// Keep, and where else the picture can go.
pub(crate) fn picture_actions(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let ctx = ui.ctx().clone();
    crate::ui::widgets::section::line(ui, &theme);
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let keep = button::primary(ui, &theme, "Save to gallery")
            .on_hover_text(Command::Keep.tooltip_with_keys(&ctx));
        if keep.clicked() {
            panel.actions.command(Command::Keep);
        }
        for (icon, command) in [
            (Icon::Save, Command::Export),
            (Icon::Copy, Command::CopyPicture),
        ] {
            let tip = command.tooltip_with_keys(&ctx);
            if IconButton::new(icon, command.text())
                .tooltip(&tip)
                .show(ui, &theme)
                .clicked()
            {
                panel.actions.command(command);
            }
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for command in [Command::SendToStyle, Command::UseAsStyle] {
            let tip = command.tooltip_with_keys(&ctx);
            if ui.button(command.text()).on_hover_text(tip).clicked() {
                panel.actions.command(command);
            }
        }
    });
}

pub(crate) fn model(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let state = panel.state;
    ui.horizontal(|ui| {
        let title = state
            .generator()
            .map_or("No generator", |m| m.title.as_str());
        let width = ui.available_width() - 34.0;
        let combo = egui::ComboBox::from_id_salt("generator")
            .selected_text(
                egui::RichText::new(title)
                    .size(14.0)
                    .color(*theme.text_strong),
            )
            .width(width)
            .show_ui(ui, |ui| {
                let generators = state.engine.models(ModelKind::Generator);
                let all = generators.chain(state.engine.models(ModelKind::Autoencoder));
                for model in all {
                    let on = model.name == state.doc.explore.model;
                    let note = match (model.kind, model.trained) {
                        (ModelKind::Autoencoder, _) => "for your photos",
                        (_, true) => "trained",
                        (_, false) => "random weights",
                    };
                    let text = format!("{}  ({note})", model.title);
                    if ui
                        .selectable_label(on, text)
                        .on_hover_text(first_line(&model.card))
                        .clicked()
                        && !on
                    {
                        panel
                            .actions
                            .explore(ExploreEdit::Model(model.name.clone()));
                    }
                }
            });
        combo.response.accessible_name("Generator");
        let about = IconButton::new(Icon::Info, "About this generator")
            .tooltip("What it was trained on, licence, size");
        if about.show(ui, &theme).clicked() {
            let dialog = Dialog::Models(Some(state.doc.explore.model.clone()));
            panel.actions.view(ViewEdit::Dialog(dialog));
        }
    });
}

/// The first sentence of a model card that isn't a heading.
fn first_line(card: &str) -> &str {
    card.lines()
        .map(str::trim)
        .find(|l| !l.is_empty() && !l.starts_with(['#', '-', '|']))
        .unwrap_or("")
}

/// Seed and variety.
fn start(ui: &mut Ui, panel: &mut Panel<'_>, params: &ExploreParams) {
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
                        ui.label("Starts from a projected photo");
                        if ui.button("New seed").clicked() {
                            panel.actions.command(Command::NewSeed);
                        }
                    });
                }
            }
            let variety = Slider::new("Truncation", params.truncation_psi, -1.0..=2.0, 0.7)
            .tooltip("How far from the average picture (truncation ψ): 0 is the average, 0.7 is safe, 1 is the full variety, negative is the opposite")
            .step(0.05)
            .show(ui, &theme);
            if let Some(psi) = variety.changed {
                panel.actions.explore(ExploreEdit::Psi(psi));
            }
        },
    );
}

/// What a seed row asks for.
enum SeedEdit {
    None,
    To(u64),
    Dice,
}

/// A seed: a number to type or drag, steps, and room for dice.
fn seed_row(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    seed: u64,
    dice: impl FnOnce(&mut Ui) -> Option<()>,
) -> SeedEdit {
    let mut edit = SeedEdit::None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, _) = ui.allocate_exact_size(vec2(104.0, 26.0), egui::Sense::hover());
        ui.painter().text(
            rect.left_center(),
            egui::Align2::LEFT_CENTER,
            name,
            egui::FontId::proportional(13.0),
            *theme.text,
        );
        let minus = format!("{name} minus one");
        if IconButton::new(Icon::Minus, &minus)
            .show(ui, theme)
            .clicked()
        {
            edit = SeedEdit::To(seed.saturating_sub(1));
        }
        let mut value = seed;
        let width = (ui.available_width() - 64.0).max(60.0);
        let field = egui::DragValue::new(&mut value)
            .speed(0.1)
            .update_while_editing(false);
        let response = ui.add_sized(vec2(width, 24.0), field).accessible_name(name);
        if response.on_hover_text("Type a number, or drag").changed() && value != seed {
            edit = SeedEdit::To(value);
        }
        let plus = format!("{name} plus one");
        if IconButton::new(Icon::Plus, &plus).show(ui, theme).clicked() {
            edit = SeedEdit::To(seed.wrapping_add(1));
        }
        if dice(ui).is_some() {
            edit = SeedEdit::Dice;
        }
    });
    edit
}

/// Coarse, middle and fine layers of a network.
pub fn zones(num_ws: usize) -> [(&'static str, LayerRange, &'static str); 3] {
    let coarse = (num_ws / 3).clamp(1, 4);
    let middle = (num_ws * 2 / 3).max(coarse + 1).min(num_ws);
    let range = |start, end| LayerRange { start, end };
    [
        ("Coarse", range(0, coarse), "Shape and place"),
        ("Middle", range(coarse, middle), "Parts and form"),
        (
            "Fine",
            range(middle, num_ws.max(middle)),
            "Colour and surface",
        ),
    ]
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

/// Coarse, middle, fine, or any range of layers.
pub fn layer_choice(
    ui: &mut Ui,
    theme: &Theme,
    now: LayerRange,
    num_ws: usize,
) -> Option<LayerRange> {
    let zones = zones(num_ws);
    let options: Vec<(LayerRange, &str, &str)> =
        zones.iter().map(|(t, r, tip)| (*r, *t, *tip)).collect();
    let mut chosen = choice(ui, theme, now, &options);
    let last = num_ws as f32;
    let from = Slider::new("From layer", now.start as f32 + 1.0, 1.0..=last, 1.0)
        .decimals(0)
        .step(1.0)
        .tooltip("First layer of the range: low layers make shapes, high ones surfaces")
        .show(ui, theme);
    if let Some(v) = from.changed {
        let start = (v as usize).saturating_sub(1).min(num_ws - 1);
        chosen = Some(LayerRange {
            start,
            end: now.end.max(start + 1),
        });
    }
    let to = Slider::new("To layer", now.end as f32, 1.0..=last, last)
        .decimals(0)
        .step(1.0)
        .tooltip("Last layer of the range")
        .show(ui, theme);
    if let Some(v) = to.changed {
        let end = (v as usize).clamp(1, num_ws);
        chosen = Some(LayerRange {
            start: now.start.min(end - 1),
            end,
        });
    }
    chosen
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_cover_all_layers_once() {
        for n in 2..=18 {
            let z = zones(n);
            assert_eq!(z[0].1.start, 0);
            assert_eq!(z[0].1.end, z[1].1.start);
            assert_eq!(z[1].1.end, z[2].1.start);
            assert_eq!(z[2].1.end, n);
        }
    }
}
