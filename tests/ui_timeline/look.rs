//! What the timeline looks like, dark and light, in a small and a large window: compared with
//! pictures in `tests/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test --test ui_timeline look` makes
//! them anew.

use egui_kittest::SnapshotResults;
use limner::app::action::Action;
use limner::app::command::Command;
use limner::app::timeline::edit::TimelineEdit;
use limner::recipe::Easing;

use crate::ui_doors::look::{LOOKS, take};
use crate::ui_doors::studio;
use crate::{SIZE, fill};

#[test]
fn look_of_the_timeline() {
    let mut results = SnapshotResults::new();
    for (size, theme, name) in LOOKS {
        let mut s = studio(size, theme);
        s.command(Command::Timeline);
        fill(&mut s);
        for edit in [
            TimelineEdit::Seconds(0, 1.0),
            TimelineEdit::Seconds(1, 4.0),
            TimelineEdit::Easing(0, Easing::Smooth),
            TimelineEdit::Easing(1, Easing::In),
        ] {
            s.window.state_mut().act(Action::Timeline(edit));
        }
        s.settle();
        take(&mut s, &mut results, &format!("timeline_{name}"));
        if size == SIZE {
            s.command(Command::ExportWalk);
            take(&mut s, &mut results, &format!("film_export_{name}"));
        }
    }
}
