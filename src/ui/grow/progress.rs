//! What the picture takes, and how far it is.

use egui::{Button, ProgressBar, Ui};

use crate::app::action::Action;
use crate::app::at_hand;
use crate::app::command::Command;
use crate::app::grow::growing;
use crate::app::view::Workspace;
use crate::ui::canvas::canvas_error;
use crate::ui::gallery::recipe::{bytes, cost, duration};
use crate::ui::panel::Panel;

/// Draws it; nothing before there is anything to grow.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let state = p.state;
    let Some(params) = growing::params(state).filter(|_| growing::is_ready(state)) else {
        return;
    };
    estimate(ui, p);
    if let Some(job) = growing::at_work(state) {
        let (id, part) = (job.id, job.fraction());
        let words = match (job.stage, job.left) {
            (None, _) => "Waiting for its turn".to_owned(),
            (_, Some(left)) => format!("{:.0} %, {} left", part * 100.0, duration(left)),
            (_, None) => format!("{:.0} %", part * 100.0),
        };
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 170.0).max(60.0);
            let bar = ProgressBar::new(part)
                .desired_height(6.0)
                .desired_width(width);
            ui.add(bar.fill(*p.theme.accent));
            ui.weak(words);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let stop = ui
                    .add(Button::new("Stop").small())
                    .on_hover_text("Stop growing this one");
                if stop.clicked() {
                    p.actions.push(Action::Cancel(id));
                }
                stop.accessible_name("Stop growing");
            });
        });
    } else if at_hand::picture(Workspace::Grow, state).is_none()
        && (!growing::is_live(state)
            || state.grow.is_stopped(&params)
            || state.grow.failure(&params).is_some())
    {
        let tip = Command::GrowPicture.tooltip();
        let button = ui.button(Command::GrowPicture.text()).on_hover_text(tip);
        if button.clicked() {
            p.actions.command(Command::GrowPicture);
        }
    }
    ui.add_space(2.0);
}

fn estimate(ui: &mut Ui, p: &mut Panel<'_>) {
    match p.state.grow.estimate() {
        None => {
            ui.weak("Estimating…");
        }
        // Where a first look fails, too, the canvas says why.
        Some(Err(_)) if p.state.previews.canvas_error(Workspace::Grow).is_some() => {}
        Some(Err(error)) => {
            canvas_error::line(ui, p, error);
        }
        Some(Ok(estimate)) => {
            ui.weak(cost(estimate));
            if estimate.memory > p.state.prefs.memory_budget {
                ui.colored_label(
                    *p.theme.warn,
                    format!(
                        "That is more than the {} that Limner may use: choose a smaller size, or allow more in Preferences.",
                        bytes(p.state.prefs.memory_budget)
                    ),
                );
            }
        }
    }
}
