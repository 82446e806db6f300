//! Downloads and imports at the foot of the models dialog: how far, how fast, how
//! long; pause, go on, cancel.

use egui::{Label, RichText, ScrollArea, Ui};

use crate::app::action::Action;
use crate::app::hub::state::{HubEdit, HubStage, HubTask};
use crate::hub::protocol::{ImportStep, Progress};
use crate::ui::models::panel::size_words;
use crate::ui::panel::Panel;
use crate::ui::theme::space;

/// Draws them; nothing when there are none.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    if panel.state.hub.tasks.is_empty() {
        return;
    }
    ui.separator();
    ScrollArea::vertical()
        .id_salt("downloads")
        .max_height(156.0)
        .show(ui, |ui| {
            for task in panel.state.hub.tasks.clone() {
                show(ui, panel, &task);
            }
        });
}

fn show(ui: &mut Ui, panel: &mut Panel<'_>, task: &HubTask) {
    ui.horizontal(|ui| {
        ui.add(Label::new(RichText::new(&task.title).strong()).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            for (verb, tip, edit) in buttons(task) {
                let name = format!("{verb} {}", task.title);
                let button = ui
                    .small_button(verb)
                    .on_hover_text(tip)
                    .accessible_name(name);
                if button.clicked() {
                    panel.actions.push(Action::Hub(edit));
                }
            }
        });
    });
    let share = match &task.stage {
        HubStage::Fetching(progress) => Some(fraction(progress.done, progress.total)),
        // Nothing is known yet of a file that is about to be opened.
        HubStage::Importing(ImportStep::Reading(_, 0)) => None,
        HubStage::Importing(ImportStep::Reading(done, total)) => Some(fraction(*done, *total)),
        _ => None,
    };
    if let Some(share) = share {
        bar(ui, panel, &task.title, share);
    }
    let words = words(task);
    let text = match &task.stage {
        HubStage::Failed(_) | HubStage::Paused(Some(_)) => {
            RichText::new(words).color(*panel.theme.warn)
        }
        _ => RichText::new(words).weak(),
    };
    let line = ui.add(Label::new(text).wrap());
    if let HubStage::Failed(why) | HubStage::Paused(Some(why)) = &task.stage
        && !why.details.is_empty()
    {
        line.on_hover_text(&why.details);
    }
    ui.add_space(space::XS);
}

/// From the right: the words on each button, what it does.
fn buttons(task: &HubTask) -> Vec<(&'static str, &'static str, HubEdit)> {
    let id = task.id;
    let cancel = (
        "Cancel",
        "Stop, and delete what was downloaded",
        HubEdit::Cancel(id),
    );
    match &task.stage {
        HubStage::Queued | HubStage::Fetching(_) => vec![
            cancel,
            (
                "Pause",
                "Stop, and keep what was downloaded",
                HubEdit::Pause(id),
            ),
        ],
        HubStage::Paused(_) => vec![cancel, ("Resume", "Download the rest", HubEdit::Resume(id))],
        HubStage::Failed(_) => vec![("Close", "Remove this line", HubEdit::Dismiss(id))],
        HubStage::Importing(_) => vec![(
            "Cancel",
            "Stop; your file stays as it is, and nothing is imported",
            HubEdit::Cancel(id),
        )],
        HubStage::Opening => vec![cancel],
        HubStage::Stopping => Vec::new(),
    }
}

fn words(task: &HubTask) -> String {
    match &task.stage {
        HubStage::Queued => "Waiting for its turn".to_owned(),
        HubStage::Fetching(progress) => fetching(progress),
        HubStage::Importing(step) => importing(*step),
        HubStage::Opening => "Checking and reading the network…".to_owned(),
        HubStage::Paused(why) => {
            let size = task.bytes.map(size_words).unwrap_or_default();
            match why {
                Some(why) => format!("Paused: {why}"),
                None => format!("Paused; {size} in all. What was downloaded is kept."),
            }
        }
        HubStage::Stopping => "Stopping…".to_owned(),
        HubStage::Failed(why) => why.message.clone(),
    }
}

fn importing(step: ImportStep) -> String {
    match step {
        ImportStep::Reading(done, total) => {
            let (done, total) = (size_words(done), size_words(total));
            format!("Reading the file: {done} of {total}")
        }
        ImportStep::Converting => "Putting the network together…".to_owned(),
        ImportStep::Checking => "Testing whether it works…".to_owned(),
    }
}

fn fetching(progress: &Progress) -> String {
    let (done, total) = (size_words(progress.done), size_words(progress.total));
    let mut words = format!("{done} of {total}");
    if progress.speed > 0.0 {
        words += &format!(", {} a second", size_words(progress.speed as u64));
    }
    if let Some(left) = progress.left {
        words += &format!(", {} left", crate::ui::shell::status_bar::span(left));
    }
    words
}

fn fraction(done: u64, total: u64) -> f32 {
    done as f32 / total.max(1) as f32
}

fn bar(ui: &mut Ui, panel: &Panel<'_>, title: &str, fraction: f32) {
    let size = egui::vec2(ui.available_width(), 4.0);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, title);
        info.value = Some(f64::from(fraction));
        info
    });
    ui.painter()
        .rect_filled(rect, 2.0, *panel.theme.line_strong);
    let mut done = rect;
    done.set_width(rect.width() * fraction.clamp(0.0, 1.0));
    ui.painter().rect_filled(done, 2.0, *panel.theme.accent);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn speed_and_time_left_are_told() {
        let progress = Progress {
            file: "a".into(),
            done: 20_000_000,
            total: 100_000_000,
            speed: 4e6,
            left: Some(Duration::from_secs(20)),
        };
        let words = fetching(&progress);
        assert!(
            words.starts_with("20.0 MB of 100.0 MB, 4.0 MB a second, "),
            "{words}"
        );
        assert!(words.ends_with(" left"), "{words}");
    }
}
