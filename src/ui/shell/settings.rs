//! Preferences.

use crate::app::action::{Action, Pick};
use crate::app::prefs::{Prefs, ThemeChoice};
use crate::engine::protocol::ModelKind;
use crate::engine::{DeviceChoice, Precision};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::modal;
use crate::ui::theme::space;
use crate::ui::widgets::button::choice;
use crate::ui::widgets::slider::Slider;

/// Height of the dialog's title and rim, and some air around it.
const AROUND: f32 = 96.0;

/// Width of the bar that scrolls them.
const BAR: f32 = 10.0;

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Preferences", |ui, panel| {
        ui.set_width(440.0 + BAR);
        let mut prefs = panel.state.prefs.clone();
        // In a low window, or with everything larger, the last rows would be out of reach.
        let height = ctx.content_rect().height() - AROUND;
        egui::ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| {
                ui.set_width(ui.available_width() - BAR);
                look(ui, panel, &mut prefs);
                ui.add_space(space::M);
                privacy(ui, &mut prefs);
                ui.add_space(space::M);
                work(ui, panel, &mut prefs);
            });
        if prefs != panel.state.prefs {
            panel.actions.push(Action::SetPrefs(Box::new(prefs)));
        }
    });
}

fn look(ui: &mut egui::Ui, panel: &Panel<'_>, prefs: &mut Prefs) {
    let theme = panel.theme.clone();
    ui.strong("Theme");
    let options = [
        (
            ThemeChoice::System,
            "System",
            "Dark or light, as the system is set",
        ),
        (ThemeChoice::Dark, "Dark", "Always dark"),
        (ThemeChoice::Light, "Light", "Always light"),
    ];
    if let Some(choice) = choice(ui, &theme, prefs.theme, &options) {
        prefs.theme = choice;
    }
    // While the hand is on it the window keeps its size: the slider would run away
    // from below the pointer.
    let id = egui::Id::unique("size of everything in the hand");
    let held: Option<f32> = ui.data(|d| d.get_temp(id));
    let scale = Slider::new(
        "Interface scale",
        held.unwrap_or(prefs.scale * 100.0),
        75.0..=200.0,
        100.0,
    )
    .decimals(0)
    .suffix(" %")
    .step(5.0)
    .name_width(120.0)
    .tooltip("Makes text and controls larger or smaller")
    .show(ui, &theme);
    ui.checkbox(
        &mut prefs.start_page,
        "Begin with the start page when there is nothing to go on with",
    )
    .on_hover_text("Work that was not finished comes back by itself, whatever is set here");
    if let Some(percent) = scale.changed.or(held) {
        if ui.input(|i| i.pointer.any_down()) {
            ui.data_mut(|d| d.insert_temp(id, percent));
        } else {
            ui.data_mut(|d| d.remove_temp::<f32>(id));
            prefs.scale = percent / 100.0;
        }
    }
}

fn privacy(ui: &mut egui::Ui, prefs: &mut Prefs) {
    ui.strong("What goes into files");
    ui.checkbox(
        &mut prefs.export_recipe,
        "Write the recipe into exported pictures",
    )
    .on_hover_text("The settings that made the picture, so that it can be made again");
    ui.checkbox(
        &mut prefs.source_names,
        "Write names and folders of source files into recipes",
    )
    .on_hover_text("Without them, Limner on this computer still finds the photos that it has opened before; others learn nothing of your folders");
    ui.checkbox(
        &mut prefs.photo_credit,
        "Write the photo's creator, copyright, title and day into what is made from it",
    )
    .on_hover_text("As far as the photo's own file tells them. Never its place or camera");
    credit(ui, prefs);
    if crate::export::credentials::BUILT_IN {
        credentials(ui, prefs);
    }
    ui.weak("The AI-generated label is always written.").on_hover_text(
        "IPTC digital source type: tells other programs how a picture came about. It can't be switched off",
    );
    ui.add_space(space::S);
    ui.checkbox(&mut prefs.offline, "Stay offline")
        .on_hover_text(
            "Limner opens no connection; running downloads pause and keep what was downloaded",
        );
}

/// The switch for Content Credentials, and where an own certificate goes.
fn credentials(ui: &mut egui::Ui, prefs: &mut Prefs) {
    ui.checkbox(&mut prefs.sign, "Sign pictures with Content Credentials")
        .on_hover_text(
            "A signed statement of what made the picture and from what; other programs can \
             tell whether it was changed since",
        );
    if !prefs.sign {
        return;
    }
    let folder = crate::app::gallery::settings::credentials_folder();
    ui.weak(format!(
        "With a certificate that Limner makes itself and that nobody vouches for, unless \
         certificate.pem and key.pem of your own lie in {}.",
        folder.display()
    ));
}

/// Name and rights line of the user, for credit lines.
fn credit(ui: &mut egui::Ui, prefs: &mut Prefs) {
    egui::Grid::new("credit prefs")
        .num_columns(2)
        .show(ui, |ui| {
            let fields = [
                (
                    "Your name",
                    "Creator of your pictures; empty for none",
                    &mut prefs.creator,
                ),
                (
                    "Copyright",
                    "For example: All rights reserved; empty for none",
                    &mut prefs.rights,
                ),
            ];
            for (name, help, text) in fields {
                let label = ui.label(name);
                ui.add(egui::TextEdit::singleline(text).desired_width(260.0))
                    .labelled_by(label.id)
                    .on_hover_text(help);
                ui.end_row();
            }
        });
}

fn work(ui: &mut egui::Ui, panel: &mut Panel<'_>, prefs: &mut Prefs) {
    let theme = panel.theme.clone();
    ui.strong("Performance and storage");
    let memory = Slider::new(
        "Memory limit",
        prefs.memory_budget as f32 / (1u64 << 30) as f32,
        0.25..=16.0,
        1.5,
    )
    .logarithmic()
    .decimals(2)
    .suffix(" GB")
    .name_width(120.0)
    .tooltip("Full-size stylisation never uses more than this; less means smaller tiles")
    .show(ui, &theme);
    if let Some(gb) = memory.changed {
        prefs.memory_budget = (f64::from(gb) * (1u64 << 30) as f64) as u64;
    }
    let draft = Slider::new("Preview size", prefs.draft_side as f32, 64.0..=512.0, 256.0)
        .decimals(0)
        .suffix(" px")
        .step(32.0)
        .name_width(120.0)
        .tooltip("Longer side of the picture while a slider moves; smaller is quicker")
        .show(ui, &theme);
    if let Some(side) = draft.changed {
        prefs.draft_side = side as u32;
    }
    upscaler(ui, panel, prefs);
    device(ui, panel, prefs);
    threads(ui, prefs);
    ui.horizontal(|ui| {
        ui.label("Gallery folder");
        let folder = panel
            .state
            .gallery
            .folder
            .as_ref()
            .or(prefs.gallery_folder.as_ref());
        let text = folder.map_or_else(|| "Default".to_owned(), |f| f.display().to_string());
        ui.add(egui::Label::new(egui::RichText::new(text).color(*theme.text_weak)).truncate());
    });
    if ui
        .button("Choose gallery folder…")
        .on_hover_text("Where saved pictures are stored")
        .clicked()
    {
        panel.actions.push(Action::Pick(Pick::GalleryFolder));
    }
}

/// Only where there are several networks that enlarge.
fn upscaler(ui: &mut egui::Ui, panel: &Panel<'_>, prefs: &mut Prefs) {
    let models: Vec<_> = panel.state.engine.models(ModelKind::Upscaler).collect();
    let Some(now) = panel
        .state
        .preferred_upscaler()
        .filter(|_| models.len() > 1)
    else {
        return;
    };
    ui.horizontal(|ui| {
        let label = ui.label("Upscale with");
        egui::ComboBox::from_id_salt("upscaler")
            .selected_text(&now.title)
            .show_ui(ui, |ui| {
                for model in models {
                    let on = model.name == now.name;
                    if ui.selectable_label(on, &model.title).clicked() {
                        prefs.upscaler = Some(model.name.clone());
                    }
                }
            })
            .response
            .labelled_by(label.id)
            .on_hover_text(
                "The network that Upscale 2× and 4× go through, as far as it knows the scale",
            );
    });
}

/// Only where there is more than the processor to choose from, or was.
fn device(ui: &mut egui::Ui, panel: &Panel<'_>, prefs: &mut Prefs) {
    let Some(found) = &panel.state.engine.device else {
        return;
    };
    if found.choices.len() < 2 && found.note.is_none() {
        return;
    }
    ui.horizontal(|ui| {
        let label = ui.label("Compute on");
        let name = |choice| {
            let found = found.choices.iter().find(|(c, _)| *c == choice);
            match found {
                Some((_, name)) => name.clone(),
                None if choice == DeviceChoice::Auto => "Automatic: the fastest here".to_owned(),
                None => format!("{choice} (not available)"),
            }
        };
        egui::ComboBox::from_id_salt("device")
            .selected_text(name(prefs.device))
            .show_ui(ui, |ui| {
                ui.selectable_value(
                    &mut prefs.device,
                    DeviceChoice::Auto,
                    name(DeviceChoice::Auto),
                );
                for (choice, name) in &found.choices {
                    ui.selectable_value(&mut prefs.device, *choice, name.as_str());
                }
            })
            .response
            .labelled_by(label.id)
            .on_hover_text("Takes effect at once");
    });
    if found.choices.len() > 1 {
        precision(ui, prefs);
    }
    if let Some(note) = &found.note {
        ui.weak(format!("The processor computes: {note}."));
    }
}

/// How exactly a card computes.
fn precision(ui: &mut egui::Ui, prefs: &mut Prefs) {
    let mut half = prefs.precision == Precision::F16;
    let on = ui.checkbox(&mut half, "Compute with half precision");
    on.on_hover_text(
        "On a graphics card: numbers with fewer digits (f16), less memory and often quicker; \
         colours may differ by a step or two of 255. The processor always computes in full",
    );
    prefs.precision = match half {
        true => Precision::F16,
        false => Precision::F32,
    };
}

fn threads(ui: &mut egui::Ui, prefs: &mut Prefs) {
    ui.horizontal(|ui| {
        let mut own = prefs.threads.is_some();
        ui.checkbox(&mut own, "CPU threads").on_hover_text(
            "How many threads compute. Off: all cores but one. Takes effect at the next start",
        );
        let mut n = prefs.threads.unwrap_or(2);
        if own {
            ui.add(egui::DragValue::new(&mut n).range(1..=256))
                .accessible_name("Number of CPU threads");
        }
        prefs.threads = own.then_some(n);
    });
}
