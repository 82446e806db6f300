//! Changes are noted in the history under their own name.

use crate::app::now::Now;
use crate::app::state::AppState;

/// Notes a change in the history, if it was one.
pub fn note(before: &crate::app::document::Document, label: &str, state: &mut AppState, now: Now) {
    if *before != state.doc {
        state.history.touch(before, label, now.time);
    }
}
