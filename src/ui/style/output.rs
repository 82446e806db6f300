//! The full-size picture: how large, what it takes, and making it; the same for a
//! whole folder.

use egui::{Button, ComboBox, DragValue, ProgressBar, Ui};

use crate::app::action::{Action, Purpose, ViewEdit};
use crate::app::command::Command;
use crate::app::engine_state::JobEntry;
use crate::app::style::document::Quality;
use crate::app::style::fine::rendering;
use crate::engine::protocol::{Rendering, Stage};
use crate::recipe::StyleParams;
use crate::ui::canvas::canvas_error;
use crate::ui::gallery::recipe::{bytes, cost, duration};
use crate::ui::panel::Panel;
use crate::ui::style::fine;
use crate::ui::widgets::button::primary;

/// Sizes to choose from.
pub const SIDES: [u32; 4] = [1024, 2048, 4096, 8192];

/// What was chosen, and what the engine was asked to estimate.
#[derive(Debug, Default)]
pub struct StyleOutput {
    estimated: Option<(StyleParams, Rendering)>,
}

impl StyleOutput {
    /// Draws the section.
    pub fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let Some(params) = p.state.doc.style.params() else {
            ui.weak("Choose a photo first.");
            return;
        };
        size_row(ui, p);
        let rendering = rendering(p.state);
        self.ask_estimate(ui, p, &params, &rendering);
        self.estimate(ui, p);
        let ready = !params.styles.is_empty();
        let fine = p.state.doc.style.quality == Quality::Fine;
        ui.horizontal_wrapped(|ui| {
            if fine && ready {
                fine::main_button(ui, p);
            } else {
                render_button(ui, p, ready);
            }
            let tip = Command::Export.tooltip_with_keys(ui.ctx());
            let export = ui.add_enabled(ready, Button::new("Export…"));
            if export.on_hover_text(tip).clicked() {
                p.actions.command(Command::Export);
            }
            let tip = Command::Finish.tooltip_with_keys(ui.ctx());
            let finish = ui.add_enabled(ready, Button::new(Command::Finish.text()));
            if finish.on_hover_text(tip).clicked() {
                p.actions.command(Command::Finish);
            }
            let folder = ui
                .add_enabled(ready, Button::new("Folder…"))
                .on_hover_text(
                    "Put this style onto all photos of a folder. Photos that are done already are left, \
                     so that a stopped run goes on where it was.",
                );
            if folder.clicked() {
                p.actions.command(Command::StyleFolder);
            }
            let film = ui.add_enabled(ready, Button::new("Film…"));
            let film = film.accessible_name("Stylise a film");
            if film.on_hover_text(Command::StyleFilm.tooltip()).clicked() {
                p.actions.command(Command::StyleFilm);
            }
        });
        if !ready {
            ui.weak("Choose a style first.");
        }
        fine::rows(ui, p);
        for job in p.state.engine.jobs.iter().filter(|j| is_output(&j.purpose)) {
            if !fine::is_here(p, job.id) && job_row(ui, job) {
                p.actions.push(Action::Cancel(job.id));
            }
        }
    }

    /// Once the hand is off and something changed.
    fn ask_estimate(
        &mut self,
        ui: &Ui,
        p: &mut Panel<'_>,
        params: &StyleParams,
        rendering: &Rendering,
    ) {
        let asked = self
            .estimated
            .as_ref()
            .is_some_and(|(a, o)| a == params && o == rendering);
        if asked || ui.input(|i| i.pointer.any_down()) {
            return;
        }
        self.estimated = Some((params.clone(), rendering.clone()));
        p.actions.push(Action::Estimate(rendering.clone()));
    }

    fn estimate(&self, ui: &mut Ui, p: &mut Panel<'_>) {
        let state = p.state;
        if let Some(why) = &state.engine.estimate_error {
            canvas_error::words(ui, p, why);
            return;
        }
        let Some(estimate) = &p.state.engine.estimate else {
            ui.weak("Estimating…");
            return;
        };
        let tiles = match estimate.tiles {
            0 | 1 => String::new(),
            n => format!(", in {n} tiles"),
        };
        let passes = match estimate.passes {
            0 | 1 => String::new(),
            n => format!(", {n} passes"),
        };
        ui.weak(format!("{}{tiles}{passes}", cost(estimate)));
        if let Some([w, h]) = estimate.painted {
            let then = match estimate.tiles {
                0 | 1 => "enlarged from there",
                _ => "gone over in tiles at its full size",
            };
            ui.weak(format!("Painted at {w} × {h}, then {then}"));
        }
        if estimate.memory > p.state.prefs.memory_budget {
            ui.colored_label(
                ui.visuals().warn_fg_color,
                format!(
                    "That is more than the {} that Limner may use. Choose a smaller size, or allow more in Preferences.",
                    bytes(p.state.prefs.memory_budget)
                ),
            );
        }
    }
}

/// Makes the picture in *Fast* and shows it.
fn render_button(ui: &mut Ui, p: &mut Panel<'_>, ready: bool) {
    let tip = Command::RenderFullSize.tooltip_with_keys(ui.ctx());
    let make = ui
        .add_enabled_ui(ready, |ui| primary(ui, &p.theme, "Render full size"))
        .inner
        .on_hover_text(tip);
    if make.clicked() {
        p.actions.command(Command::RenderFullSize);
    }
}

/// The longer side of the result.
fn size_row(ui: &mut Ui, p: &mut Panel<'_>) {
    let photo = p.state.photo().map(|photo| photo.size);
    let now = p.state.view.style_side;
    let mut side = now;
    let name = |side: Option<u32>| match (side, photo) {
        (None, Some([w, h])) => format!("As the photo ({w} × {h})"),
        (None, None) => "As the photo".to_owned(),
        (Some(side), _) => format!("{side} pixels"),
    };
    ui.horizontal(|ui| {
        let label = ui.label("Size");
        let combo = ComboBox::from_id_salt("output size")
            .selected_text(name(side))
            .show_ui(ui, |ui| {
                let all = [None].into_iter().chain(SIDES.map(Some));
                for choice in all {
                    ui.selectable_value(&mut side, choice, name(choice));
                }
            });
        combo
            .response
            .labelled_by(label.id)
            .on_hover_text("Longer side of the result, also when it is saved or exported");
        if let Some(side) = &mut side {
            ui.add(DragValue::new(side).range(64..=16_384).suffix(" px"))
                .on_hover_text("Longer side in pixels: drag, or click and type")
                .accessible_name("Longer side in pixels");
        }
    });
    if side != now {
        p.actions.view(ViewEdit::StyleSide(side));
    }
}

/// Jobs whose progress belongs here.
fn is_output(purpose: &Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Full
            | Purpose::Keep
            | Purpose::Export(_)
            | Purpose::SaveAs(_)
            | Purpose::Folder
            | Purpose::Copy
    )
}

/// Title, progress, time left and a button; true when it was clicked.
fn job_row(ui: &mut Ui, job: &JobEntry) -> bool {
    let mut stop = false;
    egui::Frame::new()
        .fill(ui.visuals().faint_bg_color)
        .corner_radius(6)
        .inner_margin(6)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(&job.title);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let text = if job.cancelling {
                        "Stopping…"
                    } else {
                        "Stop"
                    };
                    let button = ui.add_enabled(!job.cancelling, Button::new(text).small());
                    stop = button.clicked();
                    button.accessible_name(format!("Stop: {}", job.title));
                });
            });
            ui.add(ProgressBar::new(job.fraction()).desired_height(6.0));
            ui.weak(progress_words(job));
        });
    stop
}

/// What a job does and how long that takes.
pub fn progress_words(job: &JobEntry) -> String {
    let stage = match job.stage {
        None => return "Waiting for its turn".to_owned(),
        Some(Stage::Loading) => "Loading the network",
        Some(Stage::Reading) => "Reading",
        Some(Stage::Rendering) => "Rendering",
        Some(Stage::Sampling) => "Sampling",
        Some(Stage::Projecting) => "Projecting",
        Some(Stage::Dragging) => "Dragging",
        Some(Stage::Learning) => "Learning",
        Some(Stage::Writing) => "Writing",
    };
    let steps = if job.total > 1 {
        format!(" {} of {}", job.done, job.total)
    } else {
        String::new()
    };
    match job.left {
        Some(left) => format!("{stage}{steps}, {} left", duration(left)),
        None => format!("{stage}{steps}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::protocol::JobId;

    #[test]
    fn progress_says_what_and_how_long() {
        let mut job = JobEntry {
            id: JobId(1),
            title: "Keeping the picture".into(),
            purpose: Purpose::Keep,
            also: Vec::new(),
            of: None,
            stage: None,
            done: 3,
            total: 24,
            left: Some(Duration::from_secs(90)),
            look: None,
            cancelling: false,
            paused: false,
        };
        assert_eq!(progress_words(&job), "Waiting for its turn");
        job.stage = Some(Stage::Rendering);
        assert_eq!(progress_words(&job), "Rendering 3 of 24, 1 min 30 s left");
    }
}
