//! A walk through the kept points: looked at in small, then written as animation.

use std::sync::Arc;

use egui::{Ui, vec2};

use crate::app::action::{Action, Pick, ViewEdit};
use crate::app::view::Dialog;
use crate::engine::protocol::{Channel, Tier, Work};
use crate::recipe::{ExploreParams, WalkParams, WalkPath};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{entered, modal};
use crate::ui::widgets::button;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::tile::picture_tile;

/// Frames of the preview, whatever the walk's own number.
const LOOK_FRAMES: u32 = 24;
/// Longer side of the preview, pixels.
const LOOK_SIDE: u32 = 176;

/// Settings of a walk.
struct WalkScratch {
    seconds: f32,
    fps: f32,
    looped: bool,
    spline: bool,
}

impl Default for WalkScratch {
    fn default() -> Self {
        Self {
            seconds: 4.0,
            fps: 24.0,
            looped: true,
            spline: true,
        }
    }
}

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    modal(ctx, panel, "Export walk", |ui, panel| {
        let points = crate::ui::explore::bookmarks::walk_points(panel.state);
        if points.len() < 2 {
            ui.label("Bookmark at least two pictures of this generator first (K), then export the walk between them.");
            return;
        }
        ui.set_width(560.0);
        ui.horizontal_top(|ui| {
            let walk = ui
                .vertical(|ui| {
                    ui.set_width(350.0);
                    settings(ui, panel, points)
                })
                .inner;
            look(ui, panel, &walk);
        });
    });
}

/// The settings; returns the walk that they describe.
fn settings(ui: &mut Ui, panel: &mut Panel<'_>, points: Vec<ExploreParams>) -> WalkParams {
    let theme = panel.theme.clone();
    let scratch = panel.scratch.of::<WalkScratch>();
    ui.label(format!("Through {} bookmarks", points.len()));
    let mut slider = |(name, suffix, tip), value: &mut f32, range, default| {
        let moved = Slider::new(name, *value, range, default)
            .decimals(0)
            .step(1.0)
            .suffix(suffix)
            .tooltip(tip)
            .name_width(116.0)
            .show(ui, &theme);
        if let Some(v) = moved.changed {
            *value = v;
        }
    };
    let duration = ("Duration", " s", "How long the animation takes, in seconds");
    slider(duration, &mut scratch.seconds, 1.0..=30.0, 4.0);
    let rate = (
        "Frame rate",
        " fps",
        "Frames a second: more is smoother and makes a larger file",
    );
    slider(rate, &mut scratch.fps, 6.0..=30.0, 24.0);
    ui.checkbox(&mut scratch.looped, "Loop: come back to the first bookmark");
    ui.checkbox(&mut scratch.spline, "Smooth curve through all bookmarks");
    let walk = WalkParams {
        points,
        frames: (scratch.seconds * scratch.fps).round().max(2.0) as u32,
        fps: scratch.fps,
        looped: scratch.looped,
        path: if scratch.spline {
            WalkPath::Spline
        } else {
            WalkPath::Spherical
        },
    };
    ui.weak(format!("{} frames; GIF or animated PNG", walk.frames));
    ui.add_space(8.0);
    if button::primary(ui, &theme, "Choose file…").clicked() || entered(ui) {
        let pick = Pick::WalkFile(Arc::new(walk.clone()));
        panel.actions.push(Action::Pick(pick));
        panel.actions.view(ViewEdit::Dialog(Dialog::None));
    }
    walk
}

/// Plays the frames that have come, in a loop of the walk's own length.
fn look(ui: &mut Ui, panel: &mut Panel<'_>, walk: &WalkParams) {
    let seconds = f64::from(walk.frames) / f64::from(walk.fps.max(1.0));
    let small = Arc::new(WalkParams {
        frames: LOOK_FRAMES,
        ..walk.clone()
    });
    // Coarse to fine, so that the whole way can be seen early.
    let order = [4, 2, 1].into_iter().flat_map(|step| {
        (0..LOOK_FRAMES).filter(move |i| i % step == 0 && (step == 4 || i % (step * 2) != 0))
    });
    let items: Vec<Work> = order
        .map(|i| Work::WalkFrame(Arc::clone(&small), i))
        .collect();
    panel.actions.push(Action::Previews {
        channel: Channel::Hover,
        tier: Tier::Draft(LOOK_SIDE),
        items,
    });
    let now = ui.input(|i| i.time).rem_euclid(seconds) / seconds;
    let at = (now * f64::from(LOOK_FRAMES)) as u32;
    // The newest frame before this moment that is there.
    let picture = (0..LOOK_FRAMES)
        .map(|back| (at + LOOK_FRAMES - back) % LOOK_FRAMES)
        .find_map(|i| {
            let work = Work::WalkFrame(Arc::clone(&small), i);
            panel.state.previews.picture(Channel::Hover, &work)
        });
    let texture = picture.map(|p| (panel.textures.of(ui.ctx(), p), p.size()));
    let theme = panel.theme.clone();
    let size = vec2(LOOK_SIDE as f32, LOOK_SIDE as f32);
    picture_tile(ui, &theme, "Preview of the walk", texture, size, false);
    let pace = seconds / f64::from(LOOK_FRAMES);
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs_f64(pace.clamp(0.03, 1.0)));
}
