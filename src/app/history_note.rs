//! Changes are noted in the history under their own name.

use crate::app::document::Document;
use crate::app::history::Change;
use crate::app::now::Now;
use crate::app::state::AppState;

/// Notes a change in the history, if it was one. `kind` is that of [`Change::kind`].
pub fn note(before: &Document, label: &str, kind: Option<&str>, state: &mut AppState, now: Now) {
    let change = Change {
        label: label.to_owned(),
        kind: kind.map(str::to_owned),
        drag: now.pointer_down,
    };
    state.history.touch(before, &state.doc, &change, now.time);
}
