//! What becomes of the picture that is made to be exported.

use crate::app::action::Purpose;
use crate::app::state::AppState;
use crate::app::view::Dialog;
use crate::gallery::protocol::Entry;

/// The picture of this number is safe on disk.
pub fn kept(number: u64, entry: Entry, state: &mut AppState) {
    if let Some(target) = state.export.as_mut().filter(|t| t.number == number) {
        target.kept = Some(entry);
    }
}

/// Nothing comes of what was to be done with a picture: it was stopped, or failed. If it was to be
/// exported, there is nothing to export after all.
pub fn given_up<'a>(purposes: impl IntoIterator<Item = &'a Purpose>, state: &mut AppState) {
    let current = state.export.as_ref().map(|target| target.purpose());
    if let Some(current) = current
        && purposes.into_iter().any(|purpose| *purpose == current)
    {
        forget(state);
    }
}

/// There is nothing to export.
pub fn forget(state: &mut AppState) {
    state.export = None;
    if state.view.dialog == Dialog::Export && state.exports_canvas() {
        state.view.dialog = Dialog::None;
    }
}
