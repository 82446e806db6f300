//! The dialog that makes a film of a panorama.

use std::sync::Arc;

use egui::{TextEdit, Ui};

use crate::app::action::{Action, Pick, Purpose, ViewEdit};
use crate::app::spaces::document::{Origin, PanoramaDoc};
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::film;
use crate::app::spaces::film_doc::{FPS, FilmDoc, FilmKind, SECONDS};
use crate::app::view::Dialog;
use crate::engine::protocol::{FilmJob, Job, TurnJob};
use crate::recipe::ranges;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{above_buttons, entered, modal};
use crate::ui::timeline::film_file::{self, FilmFileChoice};
use crate::ui::widgets::button::{self, choice};
use crate::ui::widgets::slider::Slider;

/// Width of the dialog's contents, and of the names of its sliders.
const WIDTH: f32 = 470.0;
const NAMES: f32 = 116.0;

const KINDS: [(FilmKind, &str, &str); 2] = [
    (
        FilmKind::Turn,
        "Turn around",
        "What a camera sees that turns around once; plays anywhere, for ever without a jump",
    ),
    (
        FilmKind::Walk,
        "Waves change",
        "Whole panoramas that become one another, for players that let one look around",
    ),
];

const WAYS: [(bool, &str, &str); 2] = [
    (false, "To the right", "The camera turns to the right"),
    (true, "To the left", "The camera turns to the left"),
];

const SIZES: [([u32; 2], &str, &str); 5] = [
    ([960, 540], "540p", "960 × 540 pixels"),
    ([1280, 720], "720p", "1280 × 720 pixels"),
    ([1920, 1080], "1080p", "1920 × 1080 pixels"),
    ([1080, 1080], "Square", "1080 × 1080 pixels"),
    ([1080, 1920], "Upright", "1080 × 1920 pixels"),
];

const WIDTHS: [(u32, &str, &str); 3] = [
    (1024, "1024", "1024 × 512 pixels"),
    (2048, "2048", "2048 × 1024 pixels"),
    (4096, "4096", "4096 × 2048 pixels: slow"),
];

/// What is typed, while it is.
#[derive(Default)]
struct Stops(Option<String>);

/// What the dialog makes.
enum Made {
    Turn(Box<TurnJob>),
    Walk(Box<FilmJob>),
}

/// Draws the dialog.
pub(in crate::ui) fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Film of the panorama", |ui, panel| {
        ui.set_width(WIDTH);
        let doc = panel.state.doc.spaces.panorama.clone();
        let Some(made) = made(&doc, panel) else {
            ui.label("There is no panorama to make a film of: open one, or choose Waves.");
            return;
        };
        above_buttons(ui, |ui| {
            settings(ui, panel, &doc, &made);
            ui.add_space(8.0);
            cost(ui, panel, &doc.film, &made);
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let theme = panel.theme.clone();
            if button::primary(ui, &theme, "Choose file…").clicked() || entered(ui) {
                panel.actions.push(Action::Pick(match made {
                    Made::Turn(job) => Pick::Turn(job),
                    Made::Walk(job) => Pick::Film(job),
                }));
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
            }
            if ui.button("Cancel").clicked() {
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
            }
        });
    });
}

fn made(doc: &PanoramaDoc, panel: &mut Panel<'_>) -> Option<Made> {
    let choice = *panel.scratch.of::<FilmFileChoice>();
    let state = panel.state;
    let walk = film::walk(&state.doc.spaces).filter(|_| doc.film.kind == FilmKind::Walk);
    if let Some(params) = walk {
        return Some(Made::Walk(Box::new(FilmJob {
            params: params.into(),
            max_side: doc.film.width,
            enlarge: 1,
            enlarger: None,
            file: choice.file("panorama walk"),
        })));
    }
    let params = film::turn(state)?;
    Some(Made::Turn(Box::new(TurnJob {
        params: Arc::new(params),
        photo_credit: state.prefs.photo_credit,
        file: choice.file("panorama turn"),
    })))
}

fn change(p: &mut Panel<'_>, label: &'static str, to: impl FnOnce(&mut FilmDoc)) {
    let mut panorama = p.state.doc.spaces.panorama.clone();
    to(&mut panorama.film);
    p.actions
        .spaces(SpacesEdit::Panorama(panorama.into(), label));
}

fn settings(ui: &mut Ui, panel: &mut Panel<'_>, doc: &PanoramaDoc, made: &Made) {
    let theme = panel.theme.clone();
    let film = &doc.film;
    if doc.origin == Origin::Waves
        && let Some(kind) = choice(ui, &theme, film.kind, &KINDS)
    {
        change(panel, "Film", |film| film.kind = kind);
    }
    ui.add_space(4.0);
    panel.scratch.of::<FilmFileChoice>().ui(ui, &theme);
    let moved = Slider::new("Length", film.seconds, SECONDS, FilmDoc::default().seconds)
        .decimals(1)
        .suffix(" s")
        .tooltip("Seconds of the film; it ends where it begins")
        .name_width(NAMES)
        .show(ui, &theme);
    if let Some(seconds) = moved.changed {
        change(panel, "Length", |film| film.seconds = seconds);
    }
    let moved = Slider::new("Frame rate", film.fps, FPS, FilmDoc::default().fps)
        .decimals(0)
        .step(1.0)
        .suffix(" fps")
        .tooltip("Frames a second: more is smoother, takes longer and makes a larger file")
        .name_width(NAMES)
        .show(ui, &theme);
    if let Some(fps) = moved.changed {
        change(panel, "Frame rate", |film| film.fps = fps.round());
    }
    match made {
        Made::Turn(_) => camera(ui, panel, film),
        Made::Walk(_) => walk(ui, panel, doc),
    }
}

/// The camera: it is the one that the canvas shows.
fn camera(ui: &mut Ui, panel: &mut Panel<'_>, film: &FilmDoc) {
    let theme = panel.theme.clone();
    let view = panel.state.view.spaces;
    let mut next = view;
    let degrees = |angle: f32| angle.to_degrees().round();
    for (name, angle, range, otherwise, tip) in [
        (
            "Tilt",
            &mut next.gaze.pitch,
            ranges::TURN_TILT.ends(),
            0.0,
            "How far above the horizon the camera looks",
        ),
        (
            "View angle",
            &mut next.gaze.height,
            ranges::VIEW_ANGLE.ends(),
            69.0,
            "How much it sees from top to bottom",
        ),
    ] {
        let moved = Slider::new(name, degrees(*angle), range, otherwise)
            .decimals(0)
            .step(5.0)
            .suffix("°")
            .tooltip(tip)
            .name_width(NAMES)
            .show(ui, &theme);
        if let Some(moved) = moved.changed {
            *angle = moved.to_radians();
        }
    }
    if next != view {
        next.gaze = next.gaze.confined();
        panel.actions.view(ViewEdit::Spaces(next));
    }
    ui.label("Size");
    if let Some(size) = choice(ui, &theme, film.size, &SIZES) {
        change(panel, "Size", |film| film.size = size);
    }
    ui.add_space(4.0);
    if let Some(leftwards) = choice(ui, &theme, film.leftwards, &WAYS) {
        change(panel, "Direction", |film| film.leftwards = leftwards);
    }
    ui.weak("It begins where you look now, as high and as wide.");
}

fn walk(ui: &mut Ui, panel: &mut Panel<'_>, doc: &PanoramaDoc) {
    let theme = panel.theme.clone();
    ui.label("Size");
    if let Some(width) = choice(ui, &theme, doc.film.width, &WIDTHS) {
        change(panel, "Size", |film| film.width = width);
    }
    ui.add_space(4.0);
    let stops = doc.film.stops_after(&doc.waves);
    let own = stops.iter().map(u64::to_string).collect::<Vec<_>>();
    let mut text = panel.scratch.of::<Stops>().0.take();
    ui.horizontal(|ui| {
        let label = ui.label("By the seeds");
        let mut typed = text.clone().unwrap_or_else(|| own.join(", "));
        let edit = ui
            .add(TextEdit::singleline(&mut typed).desired_width(220.0))
            .labelled_by(label.id)
            .on_hover_text("Seeds of the panoramas that the film comes by, like 12, 40, 7");
        if edit.changed() {
            text = Some(typed.clone());
        }
        if edit.lost_focus() {
            text = None;
            let seeds = seeds(&typed);
            if seeds != stops {
                change(panel, "Seeds", |film| film.stops = seeds);
            }
        }
        ui.weak("and back to this one");
    });
    panel.scratch.of::<Stops>().0 = text;
}

/// The numbers in a text; what is none is left out.
fn seeds(text: &str) -> Vec<u64> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    parts
        .filter_map(|part| part.parse().ok())
        .take(MOST)
        .collect()
}

/// Most panoramas that a film comes by.
const MOST: usize = 64;

/// How long the film is, and what making it will take, once it was tried.
fn cost(ui: &mut Ui, panel: &mut Panel<'_>, film: &FilmDoc, made: &Made) {
    ui.label(format!("{} frames, {:.1} s", film.frames(), film.seconds));
    let state = panel.state;
    match made {
        Made::Turn(job) => {
            let known = state.spaces.film.as_ref().filter(|(of, _)| of == job);
            let purpose = Purpose::TurnEstimate(job.clone());
            let running = state.engine.job_for(&purpose).is_some();
            if film_file::cost(ui, known.map(|(_, estimate)| estimate), running) {
                let job = Box::new(Job::TurnEstimate(job.clone()));
                panel.actions.push(Action::Start { job, purpose });
            }
        }
        Made::Walk(job) => {
            let known = state.film_estimate.as_ref().filter(|(of, _)| of == job);
            let purpose = Purpose::FilmEstimate(job.clone());
            let running = state.engine.job_for(&purpose).is_some();
            if film_file::cost(ui, known.map(|(_, estimate)| estimate), running) {
                let job = Box::new(Job::WalkEstimate(job.clone()));
                panel.actions.push(Action::Start { job, purpose });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seeds;

    #[test]
    fn seeds_are_read_as_people_type_them() {
        assert_eq!(seeds("12, 40;7"), [12, 40, 7]);
        assert_eq!(seeds(" 5 "), [5]);
        assert_eq!(seeds("none"), Vec::<u64>::new());
    }
}
