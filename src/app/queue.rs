//! The queue between panels and [`crate::app::dispatch`]. Every request knows the place
//! in the program that it was sent from.

use std::fmt;
use std::panic::Location;

use crate::app::action::{Action, ViewEdit};
use crate::app::command::Command;
use crate::app::explore::edit::ExploreEdit;
use crate::app::finish::edit::FinishEdit;
use crate::app::grow::edit::GrowEdit;
use crate::app::lens::edit::LensEdit;
use crate::app::spaces::edit::SpacesEdit;
use crate::app::style::edit::StyleEdit;
use crate::app::timeline::edit::TimelineEdit;

/// A request, and where it comes from. In words: `Explore from src/ui/explore/panel.rs:190:31`.
#[derive(Debug, Clone)]
pub struct Sent {
    /// What is asked.
    pub action: Action,
    /// The line of the program that asked.
    pub from: &'static Location<'static>,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Action::Command(command) => write!(f, "{command:?}")?,
            action => f.write_str(action.into())?,
        }
        write!(f, " from {}", self.from)
    }
}

/// The queue that panels write to.
#[derive(Debug, Default)]
pub struct Actions {
    queue: Vec<Sent>,
}

impl Actions {
    /// Asks for something; done before the next frame.
    #[track_caller]
    pub fn push(&mut self, action: Action) {
        self.queue.push(Sent {
            action,
            from: Location::caller(),
        });
    }

    /// As if chosen in the menu.
    #[track_caller]
    pub fn command(&mut self, command: Command) {
        self.push(Action::Command(command));
    }

    /// Changes Explore.
    #[track_caller]
    pub fn explore(&mut self, edit: ExploreEdit) {
        self.push(Action::Explore(edit));
    }

    /// Changes the timeline.
    #[track_caller]
    pub fn timeline(&mut self, edit: TimelineEdit) {
        self.push(Action::Timeline(edit));
    }

    /// Changes Style.
    #[track_caller]
    pub fn style(&mut self, edit: StyleEdit) {
        self.push(Action::Style(edit));
    }

    /// Changes Lens.
    #[track_caller]
    pub fn lens(&mut self, edit: LensEdit) {
        self.push(Action::Lens(edit));
    }

    /// Changes what is being finished.
    #[track_caller]
    pub fn finish(&mut self, edit: FinishEdit) {
        self.push(Action::Finish(edit));
    }

    /// Changes Grow.
    #[track_caller]
    pub fn grow(&mut self, edit: GrowEdit) {
        self.push(Action::Grow(edit));
    }

    /// Changes Spaces.
    #[track_caller]
    pub fn spaces(&mut self, edit: SpacesEdit) {
        self.push(Action::Spaces(edit));
    }

    /// Changes the view.
    #[track_caller]
    pub fn view(&mut self, edit: ViewEdit) {
        self.push(Action::View(edit));
    }

    /// Takes everything out, in order.
    pub fn drain(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.queue)
    }

    /// What waits, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Action> {
        self.queue.iter().map(|sent| &sent.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::Workspace;
    use crate::recipe::LensPart;

    /// Every way into the queue, each on a line of its own.
    #[test]
    fn a_request_knows_the_line_that_sent_it() {
        let mut actions = Actions::default();
        let first = line!() + 1;
        actions.push(Action::CopyText(String::new()));
        actions.command(Command::NewSeed);
        actions.explore(ExploreEdit::Seed(1));
        actions.style(StyleEdit::Strength(1.0));
        actions.lens(LensEdit::Gain(LensPart::Light, 1.0));
        actions.grow(GrowEdit::Seed(1));
        actions.view(ViewEdit::Workspace(Workspace::Lens));
        let sent = actions.drain();
        let lines: Vec<u32> = sent.iter().map(|s| s.from.line()).collect();
        assert_eq!(lines, (first..first + 7).collect::<Vec<u32>>());
        assert!(sent.iter().all(|s| s.from.file() == file!()));
        let words: Vec<String> = sent.iter().map(Sent::to_string).collect();
        let names = [
            "CopyText", "NewSeed", "Explore", "Style", "Lens", "Grow", "View",
        ];
        for (words, name) in words.iter().zip(names) {
            assert!(
                words.starts_with(&format!("{name} from {}:", file!())),
                "{words}"
            );
        }
    }
}
