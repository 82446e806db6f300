//! A film of a panorama: a camera that turns around in it, or *Waves* that change all around.

use crate::app::notice::Level;
use crate::app::spaces::document::{Origin, SpacesDoc, SpacesMode};
use crate::app::spaces::film_doc::{FPS, FilmDoc, FilmKind, SECONDS};
use crate::app::spaces::looks::Gaze;
use crate::app::spaces::making;
use crate::app::state::AppState;
use crate::app::view::Dialog;
use crate::engine::protocol::{EngineError, Output, TurnJob};
use crate::recipe::{
    Easing, ExploreParams, LatentOrigin, TurnPanorama, TurnParams, WalkParams, WalkPath, WalkSpan,
};

/// The turn that the document and the view describe: it begins where one looks, as high and as
/// wide. None where there is no panorama.
pub fn turn(state: &AppState) -> Option<TurnParams> {
    let doc = &state.doc.spaces;
    let panorama = match doc.panorama.origin {
        Origin::Waves => TurnPanorama::Generated(doc.panorama.waves.clone().into()),
        // It is no file yet that a recipe could name.
        Origin::Picture if doc.panorama.strip.on => return None,
        Origin::Picture => {
            let photo = making::photo(state).filter(|_| making::can_surround(state))?;
            TurnPanorama::Picture(photo.source.clone())
        }
    };
    let (film, gaze) = (&doc.panorama.film, state.view.spaces.gaze);
    let mut params = TurnParams {
        panorama,
        size: film.size,
        frames: film.frames(),
        fps: film.fps,
        start: gaze.yaw.to_degrees(),
        tilt: gaze.pitch.to_degrees(),
        view_angle: gaze.height.to_degrees(),
        leftwards: film.leftwards,
    };
    params.confine();
    Some(params)
}

/// The walk that the document describes, a loop; none where the panorama is a picture.
pub fn walk(doc: &SpacesDoc) -> Option<WalkParams> {
    let panorama = &doc.panorama;
    if panorama.origin != Origin::Waves {
        return None;
    }
    let film = &panorama.film;
    let first = ExploreParams {
        size: Some([film.width, film.width / 2]),
        ..panorama.waves.clone()
    };
    let stops = film.stops_after(&first).into_iter();
    let stops = stops.map(|seed| ExploreParams {
        origin: LatentOrigin::Seed(seed),
        ..first.clone()
    });
    let points: Vec<ExploreParams> = std::iter::once(first.clone()).chain(stops).collect();
    let each = film.seconds / points.len() as f32;
    let span = WalkSpan {
        seconds: each,
        easing: Easing::Linear,
    };
    Some(WalkParams {
        spans: vec![span; points.len()],
        points,
        frames: film.frames(),
        fps: film.fps,
        looped: true,
        path: WalkPath::Spherical,
    })
}

/// Opens the dialog.
pub(in crate::app) fn begin(state: &mut AppState) {
    match turn(state) {
        Some(_) => state.view.dialog = Dialog::PanoramaFilm,
        None if state.doc.spaces.panorama.strip.on => state.toasts.push(
            Level::Info,
            "Save the full turn to the gallery first, then send it to Spaces: a film is made of its file.",
        ),
        None => state
            .toasts
            .push(Level::Info, "Open a panorama in Spaces first."),
    }
}

/// A turn as its recipe has it, in the document.
pub(in crate::app) fn put(params: TurnParams, doc: &mut SpacesDoc) {
    doc.mode = SpacesMode::Panorama;
    doc.panorama.film = FilmDoc {
        kind: FilmKind::Turn,
        seconds: (params.frames as f32 / params.fps).clamp(*SECONDS.start(), *SECONDS.end()),
        fps: params.fps.clamp(*FPS.start(), *FPS.end()),
        size: params.size,
        leftwards: params.leftwards,
        ..doc.panorama.film.clone()
    };
    match params.panorama {
        TurnPanorama::Generated(waves) => {
            doc.panorama.origin = Origin::Waves;
            doc.panorama.waves = *waves;
        }
        TurnPanorama::Picture(picture) => {
            doc.panorama.origin = Origin::Picture;
            doc.panorama.strip.on = false;
            doc.source = Some(picture);
        }
    }
}

/// Where the camera of a turn looks at first.
pub(in crate::app) fn gaze(params: &TurnParams) -> Gaze {
    Gaze {
        yaw: params.start.to_radians(),
        pitch: params.tilt.to_radians(),
        height: params.view_angle.to_radians(),
    }
    .confined()
}

/// What a turn will take, or why that can't be told.
pub(in crate::app) fn estimated(
    turn: Box<TurnJob>,
    result: Result<Output, EngineError>,
    state: &mut AppState,
) {
    match result {
        Ok(Output::FilmEstimate(estimate)) => state.spaces.film = Some((turn, estimate)),
        Ok(_) | Err(EngineError::Cancelled) => {}
        Err(error) => state
            .toasts
            .push(Level::Error, format!("Trying the film: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_comes_by_the_named_seeds_or_the_next_ones_and_back() {
        let mut doc = SpacesDoc::default();
        doc.panorama.waves.origin = LatentOrigin::Seed(7);
        let seeds = |doc: &SpacesDoc| -> Vec<u64> {
            let points = walk(doc).unwrap().points;
            let seed = |p: &ExploreParams| match p.origin {
                LatentOrigin::Seed(seed) => seed,
                _ => panic!("seeds"),
            };
            points.iter().map(seed).collect()
        };
        assert_eq!(seeds(&doc), [7, 8, 9]);
        doc.panorama.film.stops = vec![40, 2];
        assert_eq!(seeds(&doc), [7, 40, 2]);
        let walk = walk(&doc).unwrap();
        assert!(walk.looped && walk.points.iter().all(|p| p.domain.is_sphere()));
        let seconds: f32 = walk.spans.iter().map(|span| span.seconds).sum();
        assert!((seconds - 20.0).abs() < 1e-4);
        assert_eq!(walk.frames, 480);
        doc.panorama.origin = Origin::Picture;
        assert_eq!(super::walk(&doc), None);
    }
}
