//! A film in the chosen styles: any of its frames to look at, the file, what it will take.

use std::sync::Arc;

use egui::{Context, Rect, Sense, Ui, WidgetInfo, vec2};

use crate::app::action::{Action, Pick, Purpose, ViewEdit};
use crate::app::plain_words::PlainWords;
use crate::app::style::film;
use crate::app::style::film_draft::FilmDraft;
use crate::app::view::Dialog;
use crate::engine::protocol::{Channel, Job, StyleFilmJob, Tier, Work};
use crate::ui::canvas::{canvas_error, picture_view};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{above_buttons, entered, modal};
use crate::ui::timeline::film_file::{FilmFileChoice, cost};
use crate::ui::timeline::player::Player;
use crate::ui::widgets::button;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::tile::fitted;

/// Width of the dialog's contents, and height of the frame that is looked at, points.
const WIDTH: f32 = 480.0;
const HEIGHT: f32 = 270.0;
/// Longer side of that frame, pixels.
const SIDE: u32 = 512;
/// Longer sides that are offered, pixels; none is the film's own.
const SIDES: [Option<u32>; 5] = [None, Some(512), Some(768), Some(1080), Some(1920)];

/// What is set in the dialog, as it was the last time.
#[derive(Debug, Clone, Default, PartialEq)]
struct FilmDialog {
    file: FilmFileChoice,
    side: Option<u32>,
    /// The frame that is looked at, from 0, and of which film.
    frame: u32,
    of: String,
}

/// Draws the dialog.
pub fn ui(ctx: &Context, p: &mut Panel<'_>) {
    let Some(draft) = p.state.style_film.clone() else {
        return p.actions.view(ViewEdit::Dialog(Dialog::None));
    };
    p.scratch.of::<Player>().leave();
    let mut dialog = p.scratch.of::<FilmDialog>().clone();
    if dialog.of != draft.source.sha256 {
        dialog.of.clone_from(&draft.source.sha256);
        dialog.frame = draft.frames / 2;
    }
    let job = dialog.job(&draft, p);
    modal(ctx, p, "Stylise a film", |ui, p| {
        ui.set_width(WIDTH);
        above_buttons(ui, |ui| {
            dialog.look(ui, p, &draft);
            ui.add_space(6.0);
            dialog.settings(ui, p);
            ui.add_space(6.0);
            tried(ui, p, &draft, job.as_ref());
        });
        ui.add_space(6.0);
        buttons(ui, p, job.as_ref());
    });
    *p.scratch.of::<FilmDialog>() = dialog;
}

impl FilmDialog {
    fn job(&self, draft: &FilmDraft, p: &Panel<'_>) -> Option<StyleFilmJob> {
        let stem = draft.film.file_stem().unwrap_or_default();
        let file = self
            .file
            .file(&format!("{} styled", stem.to_string_lossy()));
        film::job(p.state, file, self.side)
    }

    /// One frame in the styles, and the slider that goes to another.
    fn look(&mut self, ui: &mut Ui, p: &mut Panel<'_>, draft: &FilmDraft) {
        let theme = p.theme.clone();
        let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, HEIGHT), Sense::hover());
        ui.painter().rect_filled(rect, 4.0, *theme.canvas);
        if let Some(look) = film::look(p.state) {
            let work = Work::StyledFrame(Arc::new(look), self.frame);
            self.frame_in(ui, p, rect, &work);
            p.actions.push(Action::Previews {
                channel: Channel::Film,
                tier: Tier::Full(SIDE),
                items: vec![work],
            });
        }
        let words = format!("Frame {} in the style", self.frame + 1);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &words));
        let last = draft.frames as f32;
        let moved = Slider::new("Frame", (self.frame + 1) as f32, 1.0..=last.max(2.0), 1.0)
            .decimals(0)
            .step(1.0)
            .tooltip("Any frame of the film, as it will look")
            .name_width(116.0)
            .show(ui, &theme);
        if let Some(frame) = moved.changed {
            self.frame = (frame.round().max(1.0) as u32 - 1).min(draft.frames - 1);
        }
        let seconds = f64::from(draft.frames) / f64::from(draft.fps.max(1.0));
        let at = f64::from(self.frame) / f64::from(draft.fps.max(1.0));
        ui.weak(format!(
            "At {at:.1} of {seconds:.1} s; {} frames, {:.0} a second",
            draft.frames, draft.fps
        ));
    }

    fn frame_in(&self, ui: &mut Ui, p: &mut Panel<'_>, rect: Rect, work: &Work) {
        let state = p.state;
        let channel = state.previews.channel(Channel::Film);
        let picture = channel.and_then(|channel| channel.picture(work)).cloned();
        let error = channel.and_then(|channel| channel.error.as_ref());
        if let Some(picture) = picture {
            let place = fitted(rect, picture.size());
            p.textures.paint(ui.ctx(), ui.painter(), &picture, place);
            return;
        }
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect));
        match error {
            Some(error) => {
                let words = PlainWords::of_engine(error);
                canvas_error::instead(&mut inside, p, "This frame can't be stylised", &words);
            }
            None => picture_view::empty(&mut inside, p, "", "Stylising this frame…"),
        }
    }

    fn settings(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let theme = p.theme.clone();
        self.file.ui(ui, &theme);
        ui.label("Size");
        let names = SIDES.map(|side| match side {
            None => (None, "The film's".to_owned()),
            Some(side) => (Some(side), side.to_string()),
        });
        let options: Vec<(Option<u32>, &str, &str)> = names
            .iter()
            .map(|(side, name)| (*side, name.as_str(), "Longer side in pixels, at most"))
            .collect();
        if let Some(side) = button::choice(ui, &theme, self.side, &options) {
            self.side = side;
        }
    }
}

/// What the film will take, once some frames were tried.
fn tried(ui: &mut Ui, p: &mut Panel<'_>, draft: &FilmDraft, job: Option<&StyleFilmJob>) {
    let Some(job) = job else {
        ui.weak("Choose a style first.");
        return;
    };
    let known = draft.estimate.as_ref().filter(|(of, _)| **of == *job);
    let purpose = Purpose::StyleFilmEstimate(Box::new(job.clone()));
    let running = p.state.engine.job_for(&purpose).is_some();
    if cost(ui, known.map(|(_, estimate)| estimate), running) {
        p.actions.push(Action::Start {
            job: Box::new(Job::StylizeFilmEstimate(Box::new(job.clone()))),
            purpose,
        });
    }
}

fn buttons(ui: &mut Ui, p: &mut Panel<'_>, job: Option<&StyleFilmJob>) {
    ui.horizontal(|ui| {
        let theme = p.theme.clone();
        let ready = job.is_some();
        let choose = ui.add_enabled_ui(ready, |ui| button::primary(ui, &theme, "Choose file…"));
        let pressed = choose.inner.clicked() || (ready && entered(ui));
        if let Some(job) = job.filter(|_| pressed) {
            let pick = Pick::StyleFilmTo(Box::new(job.clone()));
            p.actions.push(Action::Pick(pick));
            p.actions.view(ViewEdit::Dialog(Dialog::None));
        }
        if ui.button("Cancel").clicked() {
            p.actions.view(ViewEdit::Dialog(Dialog::None));
        }
    });
}
