//! The canvas of Finish: a look is asked for when the settings changed and the last one has come,
//! so that a drag shows as many as the engine makes.

use crate::app::finish::state::Asked;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::engine::protocol::{Channel, Request, Tier};

/// Longer side of a look while the hand is on.
const QUICK: u32 = 960;
/// Longer side of a look at rest.
const FULL: u32 = 1536;

/// Asks for the look that is due, if any.
pub fn sync(state: &mut AppState, services: &mut Services, hand_on: bool) {
    if state.finishing().is_none() {
        return;
    }
    let seq = state.finish.seq + 1;
    let Some(work) = state.finish.work.as_mut() else {
        return;
    };
    work.held &= hand_on;
    let (wanted, before) = (work.visible(), work.visible_before());
    let side = if hand_on { QUICK } else { FULL };
    let is = work.shown.as_ref();
    let done = is.is_some_and(|shown| shown.settings == wanted && shown.side >= side);
    let compared = work.has_before(&before, side);
    // A failed request isn't repeated until something changes.
    let failed = work.error.is_some();
    let asked = work.asked.as_ref();
    let waiting =
        asked.is_some_and(|asked| !failed || (asked.settings == wanted && asked.side == side));
    if waiting || (done && compared) {
        return;
    }
    let mut items = Vec::new();
    items.push(work.look(wanted.clone()));
    if !compared && before != wanted {
        items.push(work.look(before));
    }
    work.error = None;
    work.asked = Some(Asked {
        seq,
        settings: wanted,
        side,
        left: items.len(),
    });
    state.finish.seq = seq;
    services.engine.send(Request::Preview {
        channel: Channel::Finish,
        seq,
        tier: Tier::Full(side),
        items,
    });
}
