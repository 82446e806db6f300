//! The panel of a panorama: *Waves* on a sphere or a picture, the view, the files.

use egui::Ui;

use crate::app::action::{Action, ViewEdit};
use crate::app::command::Command;
use crate::app::spaces::document::{Origin, PanoramaDoc};
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::export_choice::SpacesExport;
use crate::app::spaces::looks::{GAZE_HEIGHT, Gaze};
use crate::app::spaces::making;
use crate::app::view::Dialog;
use crate::recipe::Domain;
use crate::ui::canvas::picture_actions;
use crate::ui::panel::Panel;
use crate::ui::spaces::{strip, waves};
use crate::ui::widgets::button::choice;
use crate::ui::widgets::section::{line, section};
use crate::ui::widgets::slider::Slider;

const ORIGINS: [(Origin, &str, &str); 2] = [
    (
        Origin::Picture,
        "Your picture",
        "A picture that is twice as wide as high, as 360° cameras make them, or a strip photo that is extended to that",
    ),
    (
        Origin::Waves,
        "Waves",
        "Compute everything around a viewer, without a seam or poles",
    ),
];

const VIEWS: [(bool, &str, &str); 2] = [
    (false, "From within", "Look around: drag, arrow keys, wheel"),
    (true, "Flat", "The picture as it is in its file"),
];

const WIDTHS: [(u32, &str, &str); 3] = [
    (2048, "2048", "2048 × 1024 pixels"),
    (4096, "4096", "4096 × 2048 pixels"),
    (
        8192,
        "8192",
        "8192 × 4096 pixels: some minutes on a slow computer",
    ),
];

/// What the panel remembers between frames.
#[derive(Default)]
pub(super) struct PanoramaPanel {
    replace: bool,
}

/// Where the panorama comes from.
pub(super) fn origin(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let now = p.state.doc.spaces.panorama.origin;
    if let Some(origin) = choice(ui, &theme, now, &ORIGINS) {
        change(p, "Source", |panorama| panorama.origin = origin);
    }
}

fn change(p: &mut Panel<'_>, label: &'static str, to: impl FnOnce(&mut PanoramaDoc)) {
    let mut panorama = p.state.doc.spaces.panorama.clone();
    to(&mut panorama);
    p.actions
        .spaces(SpacesEdit::Panorama(panorama.into(), label));
}

impl PanoramaPanel {
    /// Draws the sections.
    pub(super) fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let theme = p.theme.clone();
        if p.state.doc.spaces.panorama.origin == Origin::Waves {
            section(ui, &theme, "Pattern", true, |_| {}, |ui| around(ui, p));
        }
        if p.state.doc.spaces.panorama.origin == Origin::Picture {
            section(ui, &theme, "Full turn", true, |_| {}, |ui| strip::ui(ui, p));
        }
        section(ui, &theme, "View", true, |_| {}, |ui| view(ui, p));
    }

    /// Draws what can be written.
    pub(super) fn export(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let made = making::work(&p.state.doc.spaces).is_some();
        if !made && !making::can_surround(p.state) {
            return;
        }
        let extended = made && p.state.doc.spaces.panorama.origin == Origin::Picture;
        if extended {
            strip::progress(ui, p);
        }
        if made {
            picture_actions::ui(ui, p);
        }
        let theme = p.theme.clone();
        line(ui, &theme);
        ui.add_space(2.0);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
            let replace = self.replace;
            for (what, text, tip) in [
                (
                    SpacesExport::PanoramaPage,
                    "Page…",
                    "One file to look around in, in any browser and in a headset's, without a network",
                ),
                (
                    SpacesExport::Faces { replace },
                    "Six faces…",
                    "The faces of a cube around the viewer, into a folder",
                ),
            ] {
                if ui.button(text).on_hover_text(tip).clicked() {
                    p.actions.push(Action::SpacesExport(what));
                }
            }
            let film = ui
                .add_enabled(!extended, egui::Button::new("Film…"))
                .on_hover_text(
                    "A camera that turns around, or Waves that change all around, as a film",
                )
                .on_disabled_hover_text(
                    "Save the full turn to the gallery first, then send it to Spaces: a film is made of its file",
                );
            if film.clicked() {
                p.actions.view(ViewEdit::Dialog(Dialog::PanoramaFilm));
            }
            ui.checkbox(&mut self.replace, "Replace faces")
                .on_hover_text("Otherwise nothing is written where a file of that name is");
        });
    }
}

fn around(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let now = p.state.doc.spaces.panorama.waves.clone();
    if let Some((params, label)) = waves::ui(ui, p, &now) {
        change(p, label, |panorama| panorama.waves = params);
    }
    let Domain::Sphere { scale } = now.domain else {
        return;
    };
    let moved = Slider::new("Scale", scale, 0.25..=4.0, 1.0)
        .tooltip("How much there is to see around")
        .show(ui, &theme);
    if let Some(scale) = moved.changed {
        change(p, "Scale", |panorama| {
            panorama.waves.domain = Domain::Sphere { scale };
        });
    }
    let width = now.size.map_or(0, |[w, _]| w);
    if let Some(width) = choice(ui, &theme, width, &WIDTHS) {
        change(p, "Size", |panorama| {
            panorama.waves.size = Some([width, width / 2]);
        });
    }
    let explored = waves::explored(p, &now);
    let take = ui
        .add_enabled(explored.is_some(), egui::Button::new("Take from Explore"))
        .on_hover_text("The picture of Waves that Explore shows, with all its sliders, all around")
        .on_disabled_hover_text("Choose Waves in Explore first");
    if let Some(params) = explored.filter(|_| take.clicked()) {
        change(p, "Take from Explore", |panorama| panorama.waves = params);
    }
}

fn view(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let view = p.state.view.spaces;
    let mut next = view;
    if let Some(flat) = choice(ui, &theme, view.flat, &VIEWS) {
        next.flat = flat;
    }
    if !view.flat {
        let (least, most) = GAZE_HEIGHT.into_inner();
        let degrees = |angle: f32| angle.to_degrees().round();
        let moved = Slider::new(
            "View angle",
            degrees(view.gaze.height),
            degrees(least)..=degrees(most),
            degrees(Gaze::default().height),
        )
        .decimals(0)
        .step(5.0)
        .suffix("°")
        .tooltip("How much is seen at once, from top to bottom; the wheel changes it, too")
        .show(ui, &theme);
        if let Some(angle) = moved.changed {
            next.gaze.height = angle.to_radians();
        }
        ui.horizontal(|ui| {
            let ahead = ui
                .button("Look ahead")
                .on_hover_text("Back to the middle of the picture");
            if ahead.clicked() {
                next.gaze = Gaze::default();
            }
            let full = ui
                .button("Full screen")
                .on_hover_text("Only the panorama, on the whole screen; Esc leaves it");
            if full.clicked() {
                p.actions.command(Command::FullScreen);
                if !p.state.view.panels_away {
                    p.actions.command(Command::HidePanels);
                }
            }
        });
    }
    if next != view {
        next.gaze = next.gaze.confined();
        p.actions.view(ViewEdit::Spaces(next));
    }
}
