//! What becomes of the picture that is made to be exported.

use crate::app::state::AppState;
use crate::app::view::Dialog;
use crate::gallery::protocol::Entry;

/// The picture is safe on disk.
pub fn kept(entry: Entry, state: &mut AppState) {
    if let Some(target) = &mut state.export {
        target.kept = Some(entry);
    }
}

/// There is nothing to export after all: stopped, failed or thrown away.
pub fn forget(state: &mut AppState) {
    state.export = None;
    if state.view.dialog == Dialog::Export && state.exports_canvas() {
        state.view.dialog = Dialog::None;
    }
}
