//! What is ready is seen in a workspace: the user is taken there only while they still
//! wait for it in the place where they asked; else a message offers the way.

use crate::app::action::{Action, ViewEdit};
use crate::app::notice::Level;
use crate::app::queue::Actions;
use crate::app::state::AppState;
use crate::app::view::Workspace;

/// Something is in the workspace `to` now, called `what`. `asked_in` is the workspace in
/// which the user asked for it just now; `None` for what a job brings, however short.
pub(in crate::app) fn arrived(
    to: Workspace,
    what: &str,
    asked_in: Option<Workspace>,
    state: &mut AppState,
    follow: &mut Actions,
) {
    let here = state.view.workspace;
    if here == to {
        state.view.start_page = false;
        return;
    }
    if asked_in == Some(here) {
        follow.view(ViewEdit::Workspace(to));
        return;
    }
    let words = format!("{what} is in {}", to.title());
    state.toasts.offer(Level::Info, words, Some(way_to(to)));
}

/// A button that leads to a workspace.
pub(in crate::app) fn way_to(to: Workspace) -> (String, Box<Action>) {
    let go = Action::View(ViewEdit::Workspace(to));
    (format!("Go to {}", to.title()), Box::new(go))
}
