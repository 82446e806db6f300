//! The dialog that writes the film: kind, size, pace, and what it will take.

use std::path::Path;

use egui::Ui;

use crate::app::action::{Action, Pick, Purpose, ViewEdit};
use crate::app::timeline::document::TimelineDoc;
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::{Dialog, Workspace};
use crate::engine::protocol::{FilmJob, Job};
use crate::recipe::SourceRef;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{above_buttons, entered, modal};
use crate::ui::timeline::film_file::{self, FilmFileChoice};
use crate::ui::widgets::button;
use crate::ui::widgets::slider::Slider;

/// Width of the dialog's contents.
const WIDTH: f32 = 470.0;
/// Longer sides that are offered for networks of any size, pixels.
const SIDES: [u32; 5] = [256, 512, 768, 1080, 1920];
/// How many times as large the others' frames can be.
const SCALES: [u32; 3] = [1, 2, 4];

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Export film", |ui, panel| {
        ui.set_width(WIDTH);
        let timeline = panel.state.timeline();
        let Some(job) = job(timeline, panel) else {
            ui.label(empty_words(panel));
            return;
        };
        above_buttons(ui, |ui| {
            settings(ui, panel, timeline);
            ui.add_space(8.0);
            cost(ui, panel, &job);
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let theme = panel.theme.clone();
            if button::primary(ui, &theme, "Choose file…").clicked() || entered(ui) {
                panel.actions.push(Action::Pick(Pick::Film(Box::new(job))));
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
            }
            if ui.button("Cancel").clicked() {
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
            }
        });
    });
}

/// The film as it is set, with a name to begin with.
fn job(timeline: &TimelineDoc, panel: &mut Panel<'_>) -> Option<FilmJob> {
    let params = timeline.film()?;
    let enlarge = match timeline.model() {
        Some(model) if !resizable(model, panel) => timeline.enlarge,
        _ => 1,
    };
    let of = match (timeline.model(), timeline.photo()) {
        (Some(model), _) => model,
        (None, Some(photo)) => stem(photo),
        (None, None) => return None,
    };
    Some(FilmJob {
        max_side: timeline.max_side,
        enlarge,
        enlarger: panel.state.chosen_upscaler(enlarge),
        file: panel.scratch.of::<FilmFileChoice>().file(of),
        params,
    })
}

/// The name of a photo's file without its ending.
fn stem(photo: &SourceRef) -> &str {
    let stem = Path::new(&photo.name).file_stem();
    match stem.and_then(|stem| stem.to_str()) {
        Some(stem) if !stem.is_empty() => stem,
        _ => "photo",
    }
}

fn empty_words(panel: &Panel<'_>) -> &'static str {
    match panel.state.view.workspace {
        Workspace::Style => {
            "A film needs at least two keyframes: open the timeline, choose a style, add this picture, choose another one and add it again."
        }
        _ => {
            "A film needs at least two keyframes: open the timeline and add pictures, or bookmark some (K) and export again."
        }
    }
}

fn resizable(model: &str, panel: &Panel<'_>) -> bool {
    panel.state.engine.model(model).is_some_and(|m| m.resizable)
}

fn settings(ui: &mut Ui, panel: &mut Panel<'_>, timeline: &TimelineDoc) {
    let theme = panel.theme.clone();
    panel.scratch.of::<FilmFileChoice>().ui(ui, &theme);
    let moved = Slider::new("Frame rate", timeline.fps, 6.0..=60.0, 24.0)
        .decimals(0)
        .step(1.0)
        .suffix(" fps")
        .tooltip("Frames a second: more is smoother, takes longer and makes a larger file")
        .name_width(116.0)
        .show(ui, &theme);
    if let Some(fps) = moved.changed {
        panel.actions.timeline(TimelineEdit::Fps(fps.round()));
    }
    size(ui, panel, timeline);
}

/// The size: any for networks that have none of their own and for photos, else multiples through the
/// enlarging network.
fn size(ui: &mut Ui, panel: &mut Panel<'_>, timeline: &TimelineDoc) {
    let info = timeline.model().and_then(|m| panel.state.engine.model(m));
    let free = timeline.photo().is_some() || info.is_some_and(|info| info.resizable);
    let theme = panel.theme.clone();
    ui.label("Size");
    if free {
        let names = SIDES.map(|side| (side, side.to_string()));
        let options: Vec<(u32, &str, &str)> = names
            .iter()
            .map(|(side, name)| (*side, name.as_str(), "Longer side in pixels"))
            .collect();
        if let Some(side) = button::choice(ui, &theme, timeline.max_side, &options) {
            panel.actions.timeline(TimelineEdit::MaxSide(side));
        }
        return;
    }
    let Some(info) = info else { return };
    let can = |scale| panel.state.upscaler(timeline.model(), scale).is_some();
    let names = SCALES.map(|scale| {
        let [w, h] = info.size.map(|side| side * scale);
        (scale, format!("{w} × {h}"))
    });
    let options: Vec<(u32, &str, &str)> = names
        .iter()
        .filter(|(scale, _)| *scale == 1 || can(*scale))
        .map(|(scale, name)| {
            let tip = match scale {
                1 => "The network's own size",
                _ => "Each frame goes through the enlarging network",
            };
            (*scale, name.as_str(), tip)
        })
        .collect();
    if let Some(scale) = button::choice(ui, &theme, timeline.enlarge, &options) {
        panel.actions.timeline(TimelineEdit::Enlarge(scale));
    }
}

/// How long the film is, and what making it will take, once it was tried.
fn cost(ui: &mut Ui, panel: &mut Panel<'_>, job: &FilmJob) {
    let (frames, fps) = (job.params.frames(), job.params.fps());
    let seconds = f64::from(frames) / f64::from(fps);
    ui.label(format!("{frames} frames, {seconds:.1} s"));
    let known = panel.state.film_estimate.as_ref();
    let known = known.filter(|(of, _)| **of == *job);
    let purpose = Purpose::FilmEstimate(Box::new(job.clone()));
    let running = panel.state.engine.job_for(&purpose).is_some();
    if film_file::cost(ui, known.map(|(_, estimate)| estimate), running) {
        panel.actions.push(Action::Start {
            job: Box::new(Job::WalkEstimate(Box::new(job.clone()))),
            purpose,
        });
    }
}
