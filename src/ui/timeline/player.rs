//! The film plays where the canvas was: frames come from coarse to fine, the newest that is
//! there is shown, so that it plays at once and becomes smooth.

use std::time::Duration;

use egui::{Rect, Sense, Ui, WidgetInfo};

use crate::app::action::Action;
use crate::app::plain_words::PlainWords;
use crate::app::timeline::document::{KeyPicture, TimelineDoc};
use crate::engine::protocol::{Channel, FilmParams, Tier, Work};
use crate::picture::Picture;
use crate::ui::canvas::{canvas_error, picture_view};
use crate::ui::panel::Panel;
use crate::ui::widgets::tile::fitted;

/// Most frames of the preview, whatever the film's own number.
const MOST_FRAMES: u32 = 96;
/// Longer side of the preview, pixels.
const SIDE: u32 = 448;
/// Every so many frames come first, then those between.
const STEPS: [u32; 4] = [8, 4, 2, 1];

/// Where the film is.
#[derive(Debug, Default)]
pub struct Player {
    /// It is on the canvas.
    pub shown: bool,
    /// It goes on by itself.
    pub playing: bool,
    /// Seconds from its start.
    pub at: f64,
    /// When it was drawn last.
    before: Option<f64>,
    film: Option<(TimelineDoc, FilmParams)>,
    /// The picture that the canvas had when the film came onto it.
    over: Option<KeyPicture>,
}

impl Player {
    /// Plays, or stops where it is.
    pub fn toggle(&mut self) {
        self.playing = !self.playing;
        self.shown = true;
        self.before = None;
    }

    /// Shows a moment.
    pub fn seek(&mut self, at: f64) {
        self.at = at;
        self.playing = false;
        self.shown = true;
    }

    /// The canvas shows the picture again.
    pub fn leave(&mut self) {
        self.shown = false;
        self.playing = false;
        self.over = None;
    }

    /// Whoever changes the picture wants to see it.
    fn give_way(&mut self, picture: Option<KeyPicture>) {
        match &self.over {
            Some(before) if picture.as_ref() != Some(before) => self.leave(),
            Some(_) => {}
            None => self.over = picture,
        }
    }

    /// The film with as many frames as the preview has.
    fn film(&mut self, timeline: &TimelineDoc) -> Option<FilmParams> {
        if let Some((of, film)) = &self.film
            && of == timeline
        {
            return Some(film.clone());
        }
        let film = timeline.film()?;
        let frames = film.frames().min(MOST_FRAMES);
        let film = film.with_frames(frames);
        self.film = Some((timeline.clone(), film.clone()));
        Some(film)
    }

    /// Time passes.
    fn step(&mut self, now: f64, timeline: &TimelineDoc) {
        let length = timeline.seconds().max(1e-3);
        if self.playing {
            self.at += now - self.before.unwrap_or(now);
        }
        self.before = Some(now);
        if timeline.looped {
            self.at = self.at.rem_euclid(length);
        } else if self.at >= length {
            self.at = length;
            self.playing = false;
        }
    }
}

/// Draws the film in place of the canvas, if it is shown. Whether it is.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) -> bool {
    let state = panel.state;
    let timeline = state.timeline();
    let now = ui.input(|i| i.time);
    let player = panel.scratch.of::<Player>();
    if !state.view.timeline || timeline.keyframes.len() < 2 {
        player.leave();
    }
    if player.shown {
        player.give_way(state.key_picture());
    }
    if !player.shown {
        return false;
    }
    player.step(now, timeline);
    let (at, playing) = (player.at, player.playing);
    let Some(film) = player.film(timeline) else {
        return false;
    };
    ask(&film, panel);
    let share = at / timeline.seconds().max(1e-3);
    let steps = film.frames() - u32::from(!timeline.looped);
    let number = ((share * f64::from(steps)) as u32).min(film.frames() - 1);
    let rect = ui.max_rect();
    let response = ui.allocate_rect(rect, Sense::hover());
    let words = format!("Film at {at:.1} s");
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &words));
    ui.painter().rect_filled(rect, 0.0, *panel.theme.canvas);
    match nearest(&film, number, timeline.looped, panel) {
        Some(picture) => {
            let place = fitted(rect.shrink(16.0), picture.size());
            panel
                .textures
                .paint(ui.ctx(), ui.painter(), &picture, place);
        }
        None => waiting(ui, panel, rect),
    }
    if playing {
        ui.ctx().request_repaint_after(Duration::from_millis(16));
    }
    true
}

/// Asks for all frames.
fn ask(film: &FilmParams, panel: &mut Panel<'_>) {
    let order = STEPS.into_iter().flat_map(|step| {
        let coarser = step * 2;
        (0..film.frames()).filter(move |i| i % step == 0 && (step == STEPS[0] || i % coarser != 0))
    });
    let items = order.map(|i| Work::FilmFrame(film.clone(), i)).collect();
    panel.actions.push(Action::Previews {
        channel: Channel::Film,
        tier: Tier::Draft(SIDE),
        items,
    });
}

/// The newest frame before a moment that is there, else the next one after it.
fn nearest(film: &FilmParams, number: u32, looped: bool, panel: &Panel<'_>) -> Option<Picture> {
    let channel = panel.state.previews.channel(Channel::Film)?;
    let mut there: Vec<Option<&Picture>> = vec![None; film.frames() as usize];
    for (work, picture) in channel.iter() {
        if let (Work::FilmFrame(of, i), Some(picture)) = (work, picture)
            && of == film
            && let Some(place) = there.get_mut(*i as usize)
        {
            *place = Some(picture);
        }
    }
    let (before, after) = there.split_at(number as usize + 1);
    let back = before.iter().rev().find_map(|picture| *picture);
    let around = || after.iter().rev().find_map(|p| *p).filter(|_| looped);
    let next = || after.iter().find_map(|picture| *picture);
    back.or_else(around).or_else(next).cloned()
}

fn waiting(ui: &mut Ui, panel: &mut Panel<'_>, rect: Rect) {
    let state = panel.state;
    let channel = state.previews.channel(Channel::Film);
    let error = channel.and_then(|channel| channel.error.as_ref());
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    match error {
        Some(error) => canvas_error::instead(
            &mut inside,
            panel,
            "This film can't be rendered",
            &PlainWords::of_engine(error),
        ),
        None => picture_view::empty(&mut inside, panel, "Rendering the first frames", ""),
    }
}
