//! What the palette finds besides commands: everything that has a name.

use crate::app::action::{Action, ViewEdit};
use crate::app::command::Command;
use crate::app::explore::edit::ExploreEdit;
use crate::app::lens::edit::LensEdit;
use crate::app::state::AppState;
use crate::app::style::edit::StyleEdit;
use crate::app::style::preset::PresetEdit;
use crate::app::view::{Dialog, Workspace};
use crate::engine::protocol::ModelKind;
use crate::gallery::protocol::Preset;
use crate::ui::export::dialog::WantedPreset;
use crate::ui::panel::Panel;
use crate::ui::sliders::directions::WantedSlider;

/// Pictures that are looked through: the first of the listing.
const PICTURES: usize = 20_000;
/// Pictures that are told.
const FEW: usize = 8;
/// Letters from which on things are looked for; fewer fit nearly everything.
const LETTERS: usize = 2;

/// Preferences by the words in their dialog.
const PREFERENCES: [&str; 14] = [
    "Theme",
    "Interface scale",
    "Start page at the beginning",
    "Recipe in exported pictures",
    "Names of source files in recipes",
    "Photo's creator and copyright",
    "Your name",
    "Copyright line",
    "Stay offline",
    "Memory limit",
    "Preview size",
    "Compute on",
    "CPU threads",
    "Gallery folder",
];

/// Something that has a name.
#[derive(Clone)]
pub(super) struct Thing {
    /// Its name.
    pub(super) name: String,
    /// What it is, e.g. `Style`.
    pub(super) what: &'static str,
    /// What choosing it does.
    pub(super) tip: &'static str,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Do(Vec<Action>),
    Slider(Workspace, String),
    Preset(Preset),
}

impl Thing {
    /// Goes there.
    pub(super) fn go(self, panel: &mut Panel<'_>) {
        match self.way {
            Way::Do(actions) => {
                for action in actions {
                    panel.actions.push(action);
                }
            }
            Way::Slider(workspace, direction) => {
                panel.actions.view(ViewEdit::Workspace(workspace));
                *panel.scratch.of::<WantedSlider>() = WantedSlider(Some(direction));
            }
            Way::Preset(preset) => {
                *panel.scratch.of::<WantedPreset>() = WantedPreset(Some(preset));
                if panel.state.view.dialog != Dialog::Export {
                    panel.actions.command(Command::Export);
                }
            }
        }
    }
}

/// Things that fit, by how well they do. `fits` scores a name, none if it doesn't fit.
pub(super) fn find(
    text: &str,
    state: &AppState,
    fits: fn(&str, &str) -> Option<i32>,
) -> Vec<(i32, Thing)> {
    let text = text.trim();
    if text.chars().count() < LETTERS {
        return Vec::new();
    }
    let named = styles(state)
        .into_iter()
        .chain(models(state))
        .chain(sliders(state))
        .chain(presets())
        .chain(style_presets(state))
        .chain(preferences());
    // Of a command and a thing that fit alike, the command stands first.
    let scored = named.filter_map(|t| fits(text, &t.name).map(|s| (s - 2, t)));
    let mut found: Vec<(i32, Thing)> = scored.collect();
    found.extend(pictures(text, state));
    found
}

fn styles(state: &AppState) -> Vec<Thing> {
    let styles = state.engine.library.styles.iter();
    styles
        .map(|style| Thing {
            name: style.name.clone(),
            what: "Style",
            tip: "Put this style onto the photo in Style",
            way: Way::Do(vec![
                Action::View(ViewEdit::Workspace(Workspace::Style)),
                Action::Style(StyleEdit::OnlyStyle(style.source.clone())),
            ]),
        })
        .collect()
}

fn models(state: &AppState) -> Vec<Thing> {
    let models = state.engine.library.models.iter();
    models
        .map(|model| {
            let name = model.name.clone();
            let go = |to| Action::View(ViewEdit::Workspace(to));
            let (tip, actions) = match model.kind {
                ModelKind::Generator => (
                    "Explore the pictures of this network",
                    vec![
                        go(Workspace::Explore),
                        Action::Explore(ExploreEdit::Model(name)),
                    ],
                ),
                ModelKind::Autoencoder => (
                    "Change a photo with this network",
                    vec![go(Workspace::Lens), Action::Lens(LensEdit::Model(name))],
                ),
                ModelKind::Style | ModelKind::OneStyle => (
                    "Stylise with this network",
                    vec![go(Workspace::Style), Action::Style(StyleEdit::Model(name))],
                ),
                _ => (
                    "What is known about this network",
                    vec![Action::View(ViewEdit::Dialog(Dialog::Models(Some(name))))],
                ),
            };
            Thing {
                name: model.title.clone(),
                what: "Network",
                tip,
                way: Way::Do(actions),
            }
        })
        .collect()
}

/// Of the networks in use.
fn sliders(state: &AppState) -> Vec<Thing> {
    let of = |workspace, what, all: Option<&std::sync::Arc<Vec<_>>>| {
        let all = all.into_iter().flat_map(|all| all.iter());
        all.map(|d: &crate::engine::protocol::DirectionInfo| {
            let name = match workspace {
                Workspace::Lens => state
                    .doc
                    .lens
                    .sliders()
                    .name(&d.id, std::slice::from_ref(d)),
                _ => state
                    .doc
                    .explore
                    .sliders()
                    .name(&d.id, std::slice::from_ref(d)),
            };
            Thing {
                name,
                what,
                tip: "Go to this slider; the arrow keys move it",
                way: Way::Slider(workspace, d.id.clone()),
            }
        })
        .collect::<Vec<Thing>>()
    };
    let mut all = of(Workspace::Explore, "Slider in Explore", state.directions());
    all.extend(of(
        Workspace::Lens,
        "Slider in Lens",
        state.lens_directions(),
    ));
    all
}

fn presets() -> Vec<Thing> {
    let all = Preset::ALL.into_iter();
    all.map(|preset| Thing {
        name: format!("Export as {}", preset.name()),
        what: "Export size",
        tip: "Export the picture in this shape",
        way: Way::Preset(preset),
    })
    .collect()
}

fn style_presets(state: &AppState) -> Vec<Thing> {
    let all = state.prefs.style_presets.iter().enumerate();
    all.map(|(at, preset)| Thing {
        name: preset.name.clone(),
        what: "Preset of Style",
        tip: "Set all of this again in Style; the photo stays",
        way: Way::Do(vec![
            Action::View(ViewEdit::Workspace(Workspace::Style)),
            Action::StylePreset(PresetEdit::Use(at)),
        ]),
    })
    .collect()
}

fn preferences() -> Vec<Thing> {
    let all = PREFERENCES.into_iter();
    all.map(|name| Thing {
        name: name.to_owned(),
        what: "Preference",
        tip: "Open the preferences",
        way: Way::Do(vec![Action::View(ViewEdit::Dialog(Dialog::Settings))]),
    })
    .collect()
}

/// Pictures whose title has all the words in it.
fn pictures(text: &str, state: &AppState) -> Vec<(i32, Thing)> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let all = state.gallery.entries.iter().take(PICTURES);
    let hits = all.filter(|entry| {
        let title = entry.title.to_lowercase();
        words.iter().all(|word| title.contains(word))
    });
    hits.take(FEW)
        .map(|entry| {
            let whole = entry.title.to_lowercase() == text;
            let score = text.chars().count() as i32 * if whole { 8 } else { 2 };
            let thing = Thing {
                name: entry.title.clone(),
                what: "Picture",
                tip: "Show it in the gallery",
                way: Way::Do(vec![Action::ShowInGallery(entry.id)]),
            };
            (score, thing)
        })
        .collect()
}
