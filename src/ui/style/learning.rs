//! Learning a style: the form, and the cards of what is being learnt or was interrupted.

use egui::{Button, ProgressBar, RichText, TextEdit, Ui, Vec2};

use crate::app::action::{Action, FileRole, Pick};
use crate::app::engine_state::JobEntry;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::app::style::own_styles_state::{LearnForm, at_work, interrupted};
use crate::engine::protocol::{Stage, StyleTask, Unfinished};
use crate::ui::panel::Panel;
use crate::ui::shell::status_bar::span;
use crate::ui::style::credit::licence_menu;
use crate::ui::style::swatches::{size_of, square};
use crate::ui::widgets::button::{choice, primary};

/// Times to choose from, in minutes.
const TIMES: [(f64, &str, &str); 3] = [
    (4.0, "4 min", "A first look at what comes of it"),
    (8.0, "8 min", "Its strokes are there"),
    (
        15.0,
        "15 min",
        "As good as it gets; it ends earlier once it hardly gets better",
    ),
];
/// Side of a picture in the form.
const PICTURE: f32 = 48.0;

/// Draws form and cards, as far as there are any.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let state = p.state;
    for job in at_work(state) {
        at_work_card(ui, p, job);
    }
    for unfinished in interrupted(state) {
        interrupted_card(ui, p, unfinished);
    }
    if let Some(learn) = &state.own_styles.form {
        card(ui, |ui| form(ui, p, learn));
    }
}

fn card(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    egui::Frame::new()
        .fill(ui.visuals().faint_bg_color)
        .corner_radius(6)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui);
        });
    ui.add_space(4.0);
}

fn ask(p: &mut Panel<'_>, edit: OwnStyleEdit) {
    p.actions.push(Action::OwnStyle(edit));
}

/// A style that is being learnt: the photo as it is painted now, how far, and what can be done.
fn at_work_card(ui: &mut Ui, p: &mut Panel<'_>, job: &JobEntry) {
    card(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(&job.title).strong()).truncate());
        if let Some(look) = &job.look {
            let texture = p.texture(ui.ctx(), look);
            let size = size_of(look);
            let width = ui.available_width();
            let height = (width * size.y / size.x.max(1.0)).min(width);
            ui.add(
                egui::Image::new((texture, size))
                    .max_size(Vec2::new(width, height))
                    .corner_radius(4)
                    .alt_text("Your photo in the style so far"),
            );
        }
        let bar = ProgressBar::new(job.fraction()).desired_height(6.0);
        ui.add(bar.fill(*p.theme.accent));
        ui.weak(words(job));
        ui.horizontal_wrapped(|ui| {
            let (text, help) = match job.paused {
                false => ("Pause", "Let it wait; nothing is lost"),
                true => ("Continue", "Go on where it waits"),
            };
            let begun = job.stage.is_some() && !job.cancelling;
            let pause = ui.add_enabled(begun, Button::new(text).small());
            if pause.on_hover_text(help).clicked() {
                p.actions.push(Action::Pause(job.id, !job.paused));
            }
            let learning = begun && job.stage == Some(Stage::Learning) && job.done > 0;
            let finish = ui
                .add_enabled(learning, Button::new("Finish now").small())
                .on_hover_text("End it here: what has been learnt becomes the style");
            if finish.clicked() {
                ask(p, OwnStyleEdit::Finish(job.id));
            }
            let stop = ui
                .add_enabled(!job.cancelling, Button::new("Stop").small())
                .on_hover_text("Stop for now; what has been learnt is kept, to go on with");
            if stop.clicked() {
                p.actions.push(Action::Cancel(job.id));
            }
            stop.accessible_name("Stop learning");
        });
    });
}

/// How far learning is.
pub fn words(job: &JobEntry) -> String {
    let part = format!("{:.0} %", job.fraction() * 100.0);
    match (job.stage, job.left) {
        (None, _) => "Waiting for its turn".to_owned(),
        _ if job.cancelling => "Stopping…".to_owned(),
        _ if job.paused => format!("Paused at {part}"),
        (Some(Stage::Learning), Some(left)) => format!("{part}, {} left", span(left)),
        (Some(Stage::Learning), None) => part,
        _ => "Looking at the pictures".to_owned(),
    }
}

/// Learning that was interrupted.
fn interrupted_card(ui: &mut Ui, p: &mut Panel<'_>, unfinished: &Unfinished) {
    let title = &unfinished.plan.about.title;
    card(ui, |ui| {
        let heading = format!("{title}, not learnt to the end");
        ui.add(egui::Label::new(RichText::new(heading).strong()).wrap());
        let part = unfinished.steps as f32 / unfinished.planned.max(1) as f32;
        ui.weak(format!("Interrupted at {:.0} %", part * 100.0));
        ui.horizontal_wrapped(|ui| {
            let go_on = ui
                .add(Button::new("Go on").small())
                .on_hover_text("Learn the rest, from where it was")
                .accessible_name(format!("Go on learning {title}"));
            if go_on.clicked() {
                ask(p, OwnStyleEdit::GoOn(unfinished.file.clone()));
            }
            let discard = ui
                .add(Button::new("Give up").small())
                .on_hover_text("Delete what has been learnt so far")
                .accessible_name(format!("Give up learning {title}"));
            if discard.clicked() {
                let learning = unfinished.file.clone();
                ask(p, OwnStyleEdit::Task(StyleTask::Discard { learning }));
            }
        });
    });
}

/// What is to be learnt.
fn form(ui: &mut Ui, p: &mut Panel<'_>, learn: &LearnForm) {
    ui.label(RichText::new("Learn a style").strong());
    ui.weak("From one picture, or several by one hand. It becomes a painter of its own, in the background.");
    pictures(ui, p, learn);
    field(
        ui,
        p,
        "Name",
        "Style's name",
        &learn.title,
        OwnStyleEdit::Title,
    );
    field(
        ui,
        p,
        "Artist",
        "Style's artist",
        &learn.artist,
        OwnStyleEdit::Artist,
    );
    let licence = OwnStyleEdit::Licence;
    field(ui, p, "Licence", "Style's licence", &learn.licence, licence);
    ui.weak("Artist and licence stand in the style's file, for credits. Leave them empty to keep them out.");
    if let Some(minutes) = choice(ui, &p.theme, learn.minutes, &TIMES) {
        ask(p, OwnStyleEdit::Minutes(minutes));
    }
    ui.horizontal(|ui| {
        ui.add_enabled_ui(learn.is_ready(), |ui| {
            let begin = primary(ui, &p.theme, "Begin learning")
                .on_disabled_hover_text("It needs a picture and a name first");
            if begin.clicked() {
                ask(p, OwnStyleEdit::Learn);
            }
        });
        let close = ui.button("Cancel").accessible_name("Don't learn a style");
        if close.clicked() {
            ask(p, OwnStyleEdit::Close);
        }
    });
}

/// The pictures, each with a way out, and one more.
fn pictures(ui: &mut Ui, p: &mut Panel<'_>, learn: &LearnForm) {
    ui.horizontal_wrapped(|ui| {
        for (at, source) in learn.pictures.iter().enumerate() {
            let opened = p.state.photos.of(source).map(|photo| &photo.picture);
            let name = format!("Leave out {}", source.title());
            let button = match opened {
                Some(picture) => {
                    let texture = p.textures.of(ui.ctx(), picture);
                    let size = size_of(picture);
                    let image = egui::Image::new((texture, Vec2::splat(PICTURE))).uv(square(size));
                    ui.add(Button::image(image))
                }
                None => ui.button(source.title()),
            };
            let button = button.on_hover_text(&name).accessible_name(name);
            if button.clicked() {
                ask(p, OwnStyleEdit::RemovePicture(at));
            }
        }
        let more = ui
            .button("Add pictures…")
            .on_hover_text("More pictures by the same hand");
        if more.clicked() {
            p.actions.push(Action::Pick(Pick::Open(FileRole::Learn)));
        }
    });
}

/// A line of text.
fn field(
    ui: &mut Ui,
    p: &mut Panel<'_>,
    label: &str,
    name: &str,
    now: &str,
    edit: impl FnOnce(String) -> OwnStyleEdit,
) {
    ui.horizontal(|ui| {
        ui.add_sized(
            [52.0, 18.0],
            egui::Label::new(label).halign(egui::Align::LEFT),
        );
        let mut text = now.to_owned();
        let menu = if label == "Licence" { 28.0 } else { 0.0 };
        let line = TextEdit::singleline(&mut text).desired_width(ui.available_width() - menu - 8.0);
        let mut changed = ui.add(line).accessible_name(name).changed();
        if label == "Licence" {
            let before = text.clone();
            licence_menu(ui, &mut text);
            changed |= text != before;
        }
        if changed {
            ask(p, edit(text));
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::app::action::Purpose;
    use crate::engine::protocol::JobId;

    #[test]
    fn learning_says_how_far_it_is() {
        let mut job = JobEntry {
            id: JobId(1),
            title: "Learning Waves".into(),
            purpose: Purpose::Learn,
            also: Vec::new(),
            of: None,
            stage: None,
            done: 30,
            total: 120,
            left: Some(Duration::from_secs(240)),
            look: None,
            cancelling: false,
            paused: false,
        };
        assert_eq!(words(&job), "Waiting for its turn");
        job.stage = Some(Stage::Loading);
        assert_eq!(words(&job), "Looking at the pictures");
        job.stage = Some(Stage::Learning);
        assert_eq!(words(&job), "25 %, 4 min left");
        job.paused = true;
        assert_eq!(words(&job), "Paused at 25 %");
    }
}
