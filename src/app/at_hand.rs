//! Pictures at full size that were made already.

use crate::app::finals::FinalOf;
use crate::app::state::AppState;
use crate::app::style::fine;
use crate::app::view::Workspace;
use crate::app::work;
use crate::engine::protocol::Rendering;
use crate::picture::Picture;

/// The picture at full size that a workspace's document asks for, if it is at hand.
pub fn picture(workspace: Workspace, state: &AppState) -> Option<&Picture> {
    if state.finals.is_empty() {
        return None;
    }
    let options = match fine::rendering(state) {
        Rendering::Fast(options) => Some(options).filter(|_| workspace == Workspace::Style),
        Rendering::Fine(_) if workspace == Workspace::Style => return None,
        Rendering::Fine(_) => None,
    };
    let work = work::of(workspace, state)?;
    let made = state.finals.of(&FinalOf { work, options })?;
    Some(&made.picture)
}
