//! Models and their cards: what each was trained on, its licence, its size.

use crate::app::action::{Action, Pick, ViewEdit};
use crate::app::command::Command;
use crate::app::explore::edit::ExploreEdit;
use crate::app::lens::edit::LensEdit;
use crate::app::style::edit::StyleEdit;
use crate::app::view::{Dialog, Workspace};
use crate::engine::protocol::{ModelInfo, ModelKind};
use crate::ui::models::card_text;
use crate::ui::models::{more, tasks};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::modal;
use crate::ui::theme::space;
use crate::ui::widgets::button::choice;

/// Draws the dialog; `name` is the model in front.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>, name: Option<&str>) {
    modal(ctx, panel, "Models", |ui, panel| {
        let room = ctx.content_rect().size();
        ui.set_width((room.x - 160.0).clamp(360.0, 760.0));
        let tasks = panel.state.hub.tasks.len().min(3) as f32;
        let height = (room.y - 260.0 - tasks * 52.0).max(160.0);
        let more = tabs(ui, panel);
        ui.add_space(space::S);
        if more {
            more::ui(ui, panel, height);
        } else {
            here(ui, panel, name, height);
        }
        tasks::ui(ui, panel);
    });
}

/// Width of the two halves' names.
const TABS: f32 = 280.0;

/// Which half is in front.
#[derive(Default)]
struct Front {
    more: bool,
}

/// The two halves, and the way in for a file; whether the second is in front.
fn tabs(ui: &mut egui::Ui, panel: &mut Panel<'_>) -> bool {
    let theme = panel.theme.clone();
    let more = panel.scratch.of::<Front>().more;
    ui.horizontal(|ui| {
        let options = [
            (
                false,
                "Your models",
                "The networks that are on this computer",
            ),
            (
                true,
                "Get more",
                "Look for networks on the Hugging Face hub",
            ),
        ];
        // It fills the room that it gets; the button beside it needs some.
        let chosen = ui.scope(|ui| {
            ui.set_max_width(TABS);
            choice(ui, &theme, more, &options)
        });
        if let Some(choice) = chosen.inner {
            panel.scratch.of::<Front>().more = choice;
        }
        ui.add_space(space::M);
        let file = ui.button("Import a file…").on_hover_text(
            "Import a network of your own (.pkl, .pt, .pth, .safetensors): a generator (StyleGAN2, 3, \
             XL, FastGAN, lucidrains'), a style network (fast neural style, AdaIN, MicroAST), an \
             autoencoder of Stable Diffusion for Lens or an upscaler (ESRGAN's family, SPAN). It is \
             read as data, nothing in it is run.",
        );
        if file.clicked() {
            panel.actions.push(Action::Pick(Pick::ModelFile));
        }
    });
    panel.scratch.of::<Front>().more
}

/// The models that are there, and the card of one.
fn here(ui: &mut egui::Ui, panel: &mut Panel<'_>, name: Option<&str>, height: f32) {
    let library = panel.state.engine.library.clone();
    let shown = name
        .and_then(|n| library.models.iter().find(|m| m.name == n))
        .or(library.models.first());
    ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(200.0);
                list(ui, panel, &library.models, shown);
            });
            ui.add_space(space::M);
            ui.vertical(|ui| match shown {
                Some(model) => card(ui, panel, model, height),
                None => {
                    ui.label("No models were found. Put the folder 'models' next to the program, then choose Settings, Rescan models.");
                }
            });
        });
    for (folder, reason) in &library.broken {
        ui.colored_label(*panel.theme.warn, format!("{}: {reason}", folder.display()));
    }
    if ui.button(Command::Rescan.text()).clicked() {
        panel.actions.command(Command::Rescan);
    }
}

fn kind_words(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Generator => "Makes pictures",
        ModelKind::Style => "Puts styles onto photos",
        ModelKind::OneStyle => "Puts its one style onto photos",
        ModelKind::Upscaler => "Upscales pictures",
        ModelKind::Autoencoder => "Changes your photos by taking them apart",
    }
}

fn list(ui: &mut egui::Ui, panel: &mut Panel<'_>, models: &[ModelInfo], shown: Option<&ModelInfo>) {
    for model in models {
        let on = shown.is_some_and(|s| s.name == model.name);
        if ui
            .selectable_label(on, &model.title)
            .on_hover_text(kind_words(model.kind))
            .clicked()
        {
            let dialog = Dialog::Models(Some(model.name.clone()));
            panel.actions.view(ViewEdit::Dialog(dialog));
        }
    }
}

fn card(ui: &mut egui::Ui, panel: &mut Panel<'_>, model: &ModelInfo, height: f32) {
    ui.heading(&model.title);
    ui.weak(kind_words(model.kind));
    egui::Grid::new("model facts")
        .num_columns(2)
        .show(ui, |ui| {
            let mut row = |name: &str, value: String| {
                if !value.is_empty() {
                    ui.weak(name);
                    ui.add(egui::Label::new(value).wrap());
                    ui.end_row();
                }
            };
            row("Licence", model.licence.clone());
            row("Credit", model.credit.clone());
            let scales: Vec<String> = model.scales.iter().map(|s| format!("{s}×")).collect();
            row("Enlarges", scales.join(", "));
            row("On disk", size_words(model.bytes));
            row(
                "Content",
                model.sha256.get(..12).unwrap_or(&model.sha256).to_owned(),
            );
        });
    ui.separator();
    egui::ScrollArea::vertical()
        .id_salt(&model.name)
        .max_height(height - 150.0)
        .show(ui, |ui| {
            card_text::show(ui, &panel.theme, &model.title, &model.card)
        });
    let usable = matches!(
        model.kind,
        ModelKind::Generator | ModelKind::Style | ModelKind::Autoencoder
    );
    if model.kind == ModelKind::Upscaler {
        for_upscaling(ui, panel, model);
    }
    if usable && ui.button(format!("Use {}", model.title)).clicked() {
        let (edit, workspace) = match model.kind {
            ModelKind::Style => (
                Action::Style(StyleEdit::Model(model.name.clone())),
                Workspace::Style,
            ),
            ModelKind::Autoencoder => (
                Action::Lens(LensEdit::Model(model.name.clone())),
                Workspace::Lens,
            ),
            _ => (
                Action::Explore(ExploreEdit::Model(model.name.clone())),
                Workspace::Explore,
            ),
        };
        panel.actions.push(edit);
        panel.actions.view(ViewEdit::Workspace(workspace));
        panel.actions.view(ViewEdit::Dialog(Dialog::None));
    }
}

/// What the window upscales by.
const SCALES: [(u32, &str); 2] = [(2, "Upscale 2×"), (4, "Upscale 4×")];

/// The button that makes a network the one with which pictures are enlarged.
fn for_upscaling(ui: &mut egui::Ui, panel: &mut Panel<'_>, model: &ModelInfo) {
    let in_use = panel
        .state
        .preferred_upscaler()
        .is_some_and(|now| now.name == model.name);
    let button = egui::Button::new(format!("Upscale with {}", model.title));
    let can: Vec<&str> = SCALES
        .iter()
        .filter(|(scale, _)| model.enlarges(*scale))
        .map(|(_, words)| *words)
        .collect();
    let button = ui
        .add_enabled(!in_use && !can.is_empty(), button)
        .on_hover_text(match can[..] {
            [one] => format!("{one} goes through this network from now on"),
            _ => format!("{} go through this network from now on", can.join(" and ")),
        })
        .on_disabled_hover_text(match in_use {
            true => "Pictures are upscaled with it",
            false => "It can make pictures neither 2 nor 4 times as large",
        });
    if button.clicked() {
        let mut prefs = panel.state.prefs.clone();
        prefs.upscaler = Some(model.name.clone());
        panel.actions.push(Action::SetPrefs(Box::new(prefs)));
    }
}

/// Bytes in words.
pub fn size_words(bytes: u64) -> String {
    match bytes {
        0 => "nothing".to_owned(),
        1..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}
