//! What a picture that grows takes at full size, how far it is, and its buttons.

use egui::{ProgressBar, Ui};

use crate::app::action::Action;
use crate::app::spaces::{live, making};
use crate::ui::canvas::canvas_error;
use crate::ui::gallery::recipe::cost;
use crate::ui::panel::Panel;

/// How its buttons are called.
pub(super) struct Words {
    /// Begins it.
    pub(super) make: &'static str,
    /// What that does.
    pub(super) tip: &'static str,
    /// Ends it, for those who can't see where the button is.
    pub(super) stop: &'static str,
}

/// Draws estimate, failure, and progress or the button that begins.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, words: &Words) {
    let state = p.state;
    let Some(params) = making::grown_params(state).filter(|_| making::photo(state).is_some())
    else {
        return;
    };
    match state.grow.estimate() {
        None => {
            ui.weak("Estimating…");
        }
        Some(Err(error)) => {
            canvas_error::line(ui, p, error);
        }
        Some(Ok(estimate)) => {
            ui.weak(cost(estimate));
        }
    }
    if let Some(error) = state.grow.failure(&params) {
        canvas_error::line(ui, p, error);
    }
    if let Some(job) = live::at_work(state) {
        let (id, part) = (job.id, job.fraction());
        ui.horizontal(|ui| {
            let bar = ProgressBar::new(part).desired_height(6.0);
            ui.add(bar.desired_width(180.0).fill(*p.theme.accent));
            ui.weak(format!("{:.0} %", part * 100.0));
            let stop = ui
                .small_button("Stop")
                .on_hover_text("Stop making this one");
            if stop.clicked() {
                p.actions.push(Action::Cancel(id));
            }
            stop.accessible_name(words.stop);
        });
    } else if live::waits(state) {
        let make = ui.button(words.make).on_hover_text(words.tip);
        if make.clicked() {
            p.actions.push(Action::SpacesWhole);
        }
    }
    ui.add_space(2.0);
}
