//! The list at the top of a panel: which network, and what is known of it.

use egui::Ui;

use crate::app::action::ViewEdit;
use crate::app::state::AppState;
use crate::app::view::{Dialog, Workspace};
use crate::engine::protocol::{ModelInfo, ModelKind};
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Whose network is chosen, in words.
#[derive(Debug, Clone, Copy)]
pub struct Chooser {
    workspace: Workspace,
    kind: ModelKind,
    name: &'static str,
    none: &'static str,
    about: &'static str,
}

impl Chooser {
    /// Explore's generator.
    pub const EXPLORE: Self = Self {
        workspace: Workspace::Explore,
        kind: ModelKind::Generator,
        name: "Generator",
        none: "No generator",
        about: "About this generator",
    };

    /// Lens' autoencoder.
    pub const LENS: Self = Self {
        workspace: Workspace::Lens,
        kind: ModelKind::Autoencoder,
        name: "Network for photos",
        none: "No network for photos",
        about: "About this network",
    };

    fn model(self, state: &AppState) -> &str {
        match self.workspace {
            Workspace::Lens => &state.doc.lens.model,
            _ => &state.doc.explore.model,
        }
    }
}

/// Draws the list; the name of another network when one was chosen.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, of: &Chooser) -> Option<String> {
    let theme = panel.theme.clone();
    let state = panel.state;
    let now = of.model(state);
    let mut chosen = None;
    ui.horizontal(|ui| {
        let title = state
            .model_of(of.workspace)
            .map_or(of.none, |m| m.title.as_str());
        let width = ui.available_width() - 34.0;
        let combo = egui::ComboBox::from_id_salt(of.name)
            .selected_text(
                egui::RichText::new(title)
                    .size(14.0)
                    .color(*theme.text_strong),
            )
            .width(width)
            .show_ui(ui, |ui| {
                for model in state.engine.models(of.kind) {
                    let on = model.name == now;
                    if ui
                        .selectable_label(on, entry(model))
                        .on_hover_text(first_line(&model.card))
                        .clicked()
                        && !on
                    {
                        chosen = Some(model.name.clone());
                    }
                }
            });
        combo.response.accessible_name(of.name);
        let about =
            IconButton::new(Icon::Info, of.about).tooltip("What it was trained on, licence, size");
        if about.show(ui, &theme).clicked() {
            let dialog = Dialog::Models(Some(now.to_owned()));
            panel.actions.view(ViewEdit::Dialog(dialog));
        }
    });
    chosen
}

/// A line of the list.
fn entry(model: &ModelInfo) -> String {
    match (model.kind, model.trained) {
        (ModelKind::Autoencoder, _) => model.title.clone(),
        (_, true) => format!("{}  (trained)", model.title),
        (_, false) => format!("{}  (random weights)", model.title),
    }
}

/// The first sentence of a model card that isn't a heading.
fn first_line(card: &str) -> &str {
    card.lines()
        .map(str::trim)
        .find(|l| !l.is_empty() && !l.starts_with(['#', '-', '|']))
        .unwrap_or("")
}
