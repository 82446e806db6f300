//! *Fine* in the panel: the choice, how many steps, and the pictures at work.

use egui::{Button, ProgressBar, Ui};

use crate::app::action::{Action, Purpose, ViewEdit};
use crate::app::command::Command;
use crate::app::engine_state::JobEntry;
use crate::app::style::document::{FineAgain, FineWay, Quality, STEPS};
use crate::app::style::edit::StyleEdit;
use crate::app::style::fine;
use crate::app::style::fine_state::FineRequest;
use crate::engine::protocol::{Effort, FINE_STEPS, JobId, Stage};
use crate::ui::gallery::recipe::duration;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::{choice, primary};
use crate::ui::widgets::slider::Slider;

/// Steps to choose from, besides any number of them.
const PRESETS: [(u32, &str, &str); 3] = [
    (30, "Draft", "30 steps: enough to see where it leads"),
    (
        FINE_STEPS,
        "Good",
        "120 steps: strokes are where they belong",
    ),
    (300, "Best", "300 steps: for a picture that stays"),
];

/// *Fast* or *Fine*.
pub fn quality(ui: &mut Ui, p: &mut Panel<'_>) {
    let now = p.state.doc.style.quality;
    let ways = [
        (
            Quality::Fast,
            "Fast",
            "One pass of a network: at once, and live while you move sliders (Q)",
        ),
        (
            Quality::Fine,
            "Fine",
            "Starts from Fast and paints the picture itself, step by step, until its strokes are the style's (Q)",
        ),
    ];
    if let Some(quality) = choice(ui, &p.theme, now, &ways) {
        p.actions.style(StyleEdit::Quality(quality));
    }
}

/// How many steps; only in *Fine*.
pub fn effort(ui: &mut Ui, p: &mut Panel<'_>) {
    let doc = &p.state.doc.style;
    if doc.quality == Quality::Fast {
        return;
    }
    let steps = doc.fine.steps();
    if let Some(steps) = choice(ui, &p.theme, steps, &PRESETS) {
        p.actions.style(StyleEdit::Steps(steps));
    }
    let ends = *STEPS.start() as f32..=*STEPS.end() as f32;
    let moved = Slider::new("Steps", steps as f32, ends, FINE_STEPS as f32)
        .decimals(0)
        .step(10.0)
        .logarithmic()
        .tooltip("Steps of all sizes together, coarse to fine: more take longer and come closer to the style")
        .show(ui, &p.theme);
    if let Some(steps) = moved.changed {
        p.actions.style(StyleEdit::Steps(steps.round() as u32));
    }
    if let FineWay::Again(again) = &doc.fine {
        let each: Vec<String> = again.scales.iter().map(|s| s.steps.to_string()).collect();
        let words = format!("As in the recipe, size by size: {}", each.join(", "));
        ui.weak(words);
    }
}

/// The main thing to do with what is asked for.
pub fn main_button(ui: &mut Ui, p: &mut Panel<'_>) {
    if fine::at_work(p.state).is_some() {
        return;
    }
    let result = fine::result(p.state);
    if result.is_some_and(|made| made.whole) {
        keep_button(ui, p, true);
        return;
    }
    let (text, help) = match result {
        Some(_) => ("Go on", "Go on where it was stopped"),
        None => (
            "Paint",
            "Paint the photo step by step; the canvas shows every step",
        ),
    };
    let keys = keys(ui, Command::PaintFine);
    if primary(ui, &p.theme, text)
        .on_hover_text(format!("{help}{keys}"))
        .clicked()
    {
        p.actions.command(Command::PaintFine);
    }
    if result.is_some() {
        keep_button(ui, p, false);
    }
}

fn keys(ui: &Ui, command: Command) -> String {
    let keys = command.shortcuts(ui.ctx().os());
    let keys = keys
        .first()
        .map(|k| crate::app::shortcuts::keys_text(ui.ctx(), k));
    keys.map_or_else(String::new, |keys| format!(" ({keys})"))
}

fn keep_button(ui: &mut Ui, p: &mut Panel<'_>, main: bool) {
    let text = "Save to gallery";
    let button = match main {
        true => primary(ui, &p.theme, text),
        false => ui.button(text),
    };
    let keys = keys(ui, Command::Keep);
    let help = format!("Save the picture with its recipe{keys}");
    if button.on_hover_text(help).clicked() {
        p.actions.command(Command::Keep);
    }
}

/// The pictures that wait or are at work.
pub fn rows(ui: &mut Ui, p: &mut Panel<'_>) {
    let now = fine::request(p.state);
    let mut asked = Vec::new();
    for (job, request) in fine::all_at_work(p.state) {
        let other = now.as_ref() != Some(request);
        asked.extend(row(ui, (job, request), other, *p.theme.accent));
    }
    for action in asked {
        p.actions.push(action);
    }
}

/// Whether a job has its row here.
pub fn is_here(p: &Panel<'_>, id: JobId) -> bool {
    fine::all_at_work(p.state).any(|(job, _)| job.id == id)
}

/// One picture at work: how far, and what can be done about it.
fn row(
    ui: &mut Ui,
    (job, request): (&JobEntry, &FineRequest),
    other: bool,
    accent: egui::Color32,
) -> Vec<Action> {
    let mut asked = Vec::new();
    egui::Frame::new()
        .fill(ui.visuals().faint_bg_color)
        .corner_radius(6)
        .inner_margin(6)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(match job.purpose {
                Purpose::Fine => "Painting the photo",
                _ => &job.title,
            });
            let bar = ProgressBar::new(job.fraction()).desired_height(6.0);
            ui.add(bar.fill(accent));
            ui.weak(words(job));
            if other {
                ui.weak("It goes on with the settings it was begun with.");
            }
            ui.horizontal(|ui| {
                let (text, help) = match job.paused {
                    false => ("Pause", "Let it wait; other work goes on meanwhile (P)"),
                    true => ("Continue", "Go on where it waits (P)"),
                };
                let at_work = job.stage.is_some() && !job.cancelling;
                let pause = ui
                    .add_enabled(at_work, Button::new(text).small())
                    .on_hover_text(help);
                if pause.clicked() {
                    asked.push(Action::Pause(job.id, !job.paused));
                }
                let stop = ui
                    .add_enabled(!job.cancelling, Button::new("Stop").small())
                    .on_hover_text(
                        "End it here: the picture so far stays, can be saved, and be gone on with",
                    );
                if stop.clicked() {
                    asked.push(Action::Cancel(job.id));
                }
                stop.accessible_name("Stop painting");
                if other {
                    let back = ui
                        .add(Button::new("Its settings").small())
                        .on_hover_text("Back to the settings that it was begun with");
                    if back.clicked() {
                        let side = ViewEdit::StyleSide(request.options.max_side);
                        asked.push(Action::View(side));
                        asked.push(Action::Style(back_to(request)));
                    }
                }
            });
        });
    asked
}

/// Takes the settings of a picture at work over.
fn back_to(request: &FineRequest) -> StyleEdit {
    let fine = match &request.options.effort {
        Effort::Again(scales) => FineWay::Again(FineAgain {
            max_side: request.options.max_side,
            scales: scales.clone(),
        }),
        Effort::Steps(steps) | Effort::Time(_, Some(steps)) => FineWay::Steps(*steps),
        Effort::Time(_, None) => FineWay::Steps(FINE_STEPS),
    };
    StyleEdit::Replace {
        params: Box::new((*request.params).clone()),
        fine: Some(fine),
        label: "Settings of the picture at work",
    }
}

/// How far a picture is.
pub fn words(job: &JobEntry) -> String {
    let part = format!("{:.0} %", job.fraction() * 100.0);
    match (job.stage, job.left) {
        (None, _) => "Waiting for its turn".to_owned(),
        _ if job.cancelling => "Bringing it to its size…".to_owned(),
        _ if job.paused => format!("Paused at {part}"),
        (Some(Stage::Loading | Stage::Reading), _) => "Getting ready".to_owned(),
        (Some(Stage::Writing), Some(left)) => {
            format!("At its full size: {part}, {} left", duration(left))
        }
        (Some(Stage::Writing), None) => "Bringing it to its size…".to_owned(),
        (_, Some(left)) => format!("{part}, {} left", duration(left)),
        (_, None) => part,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_picture_at_work_says_how_far_it_is() {
        let mut job = JobEntry {
            id: JobId(1),
            title: "Painting the photo".into(),
            purpose: Purpose::Fine,
            also: Vec::new(),
            of: None,
            stage: None,
            done: 250,
            total: 1000,
            left: Some(Duration::from_secs(30)),
            look: None,
            cancelling: false,
            paused: false,
        };
        assert_eq!(words(&job), "Waiting for its turn");
        job.stage = Some(Stage::Rendering);
        assert_eq!(words(&job), "25 %, 30 s left");
        job.paused = true;
        assert_eq!(words(&job), "Paused at 25 %");
    }
}
