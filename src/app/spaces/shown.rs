//! The canvas of Spaces: a look is asked for when something changed and the last one has come, so
//! that a drag shows as many as the engine makes.

use crate::app::at_hand;
use crate::app::canvas;
use crate::app::ports::Services;
use crate::app::previews::Received;
use crate::app::spaces::document::SpacesMode;
use crate::app::spaces::making;
use crate::app::spaces::spaces_state::{Asked, SpacesShown};
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::{Channel, EngineError, Request, Seq, Tier, Work};
use crate::engine::surface_job::seam;
use crate::picture::Picture;
use crate::recipe::{Making, Recipe};

/// Longer side of a look while the hand is on, and at rest.
fn sides(mode: SpacesMode) -> [u32; 2] {
    match mode {
        SpacesMode::Seamless => [384, 1024],
        SpacesMode::Panorama => [1024, 4096],
        SpacesMode::Material => [512, 1024],
        SpacesMode::Wall => [1024, 1024],
    }
}

/// Longer side of looks at *Waves* at rest: each pixel is computed.
const WAVES: u32 = 2048;
/// Longer side of looks at what grows: the whole comes as a job.
const GROWN: u32 = 256;

/// Whether Spaces is in front.
pub(in crate::app) fn is_seen(state: &AppState) -> bool {
    state.view.workspace == Workspace::Spaces
        && !state.view.start_page
        && state.finishing().is_none()
}

/// Asks for the look that is due, if any.
pub(in crate::app) fn sync(state: &mut AppState, services: &mut Services, hand_on: bool) {
    if !is_seen(state) || !state.engine.library_known {
        return;
    }
    measure_source(state);
    let Some(work) = making::look(state) else {
        return;
    };
    let [quick, full] = sides(state.doc.spaces.mode);
    let side = match (&work, hand_on) {
        (Work::Grow(_), _) => GROWN,
        (_, true) => quick,
        (Work::Explore(_), false) => full.min(WAVES),
        (_, false) => full,
    };
    let spaces = &mut state.spaces;
    let shown = spaces.shown.as_ref();
    let done = shown.is_some_and(|shown| shown.work == work && shown.side >= side);
    // A failed request isn't repeated until something changes.
    if done || spaces.failure(&work).is_some() || spaces.asked.is_some() {
        return;
    }
    spaces.seq += 1;
    spaces.asked = Some(Asked {
        seq: spaces.seq,
        work: work.clone(),
        side,
    });
    services.engine.send(Request::Preview {
        channel: Channel::Spaces,
        seq: spaces.seq,
        tier: match hand_on {
            true => Tier::Draft(side),
            false => Tier::Full(side),
        },
        items: vec![work],
    });
}

/// How seamless the picture is as it was opened.
fn measure_source(state: &mut AppState) {
    let Some(photo) = making::photo(state) else {
        return;
    };
    let sha256 = &photo.source.sha256;
    if state.spaces.seam_before(sha256).is_none() {
        let measured = (sha256.clone(), seam(&photo.picture));
        state.spaces.opened = Some(measured);
    }
}

/// A look came.
pub(in crate::app) fn came(seq: Seq, received: Received, state: &mut AppState) {
    let asked = state.spaces.asked.take_if(|asked| asked.seq == seq);
    let Some(asked) = asked else { return };
    state.spaces.failed = None;
    state.spaces.shown = Some(SpacesShown {
        seam: seam(&received.picture),
        picture: received.picture,
        work: received.work,
        side: asked.side,
        took: received.took,
    });
    remember_thumb(state);
}

/// Gives the current step of the history its thumbnail, if what is shown is of the document.
pub(in crate::app) fn remember_thumb(state: &mut AppState) {
    let look = making::look(state);
    let shown = state.spaces.shown.as_ref();
    let shown = shown.filter(|shown| look.as_ref() == Some(&shown.work));
    let own = making::photo(state).filter(|_| state.doc.spaces.mode == SpacesMode::Wall);
    let whole = at_hand::picture(Workspace::Spaces, state);
    let picture = whole
        .or_else(|| shown.map(|shown| &shown.picture))
        .or_else(|| own.map(|photo| &photo.picture));
    if let Some(thumb) = picture.map(canvas::thumb) {
        state.history.set_thumb(thumb, Workspace::Spaces);
    }
}

/// A tile is there at full size.
pub(in crate::app) fn whole(picture: &Picture, recipe: &Recipe, state: &mut AppState) {
    let Making::Grow(params) = &recipe.making else {
        return;
    };
    let work = Work::Grow(params.clone().into());
    state.spaces.whole = Some((work, seam(picture)));
    remember_thumb(state);
}

/// A look could not be made.
pub(in crate::app) fn failed(seq: Seq, error: EngineError, state: &mut AppState) {
    let asked = state.spaces.asked.take_if(|asked| asked.seq == seq);
    if let Some(asked) = asked.filter(|_| error != EngineError::Cancelled) {
        state.spaces.failed = Some((asked.work, error));
    }
}
