//! `limner panorama --film`: films of panoramas.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::check_room;
use super::session::Session;
use super::stylize::source;
use super::waves_args::Panorama;
use crate::engine::protocol::{FilmJob, Job, TurnJob};
use crate::recipe::{
    Easing, ExploreParams, LatentOrigin, TurnPanorama, TurnParams, WalkParams, WalkPath, WalkSpan,
};

/// Pixels of a frame.
const TURN_SIZE: [u32; 2] = [1280, 720];
const WALK_SIZE: [u32; 2] = [2048, 1024];

/// Makes the film into `out`: of the picture that was named, or of the one that is drawn.
pub(super) fn run(
    args: &Panorama,
    drawn: impl FnOnce(&Session) -> Result<ExploreParams, Failure>,
    out: &Path,
    session: &mut Session,
) -> Result<(), Failure> {
    let film = &args.film;
    check_room(out, args.keeping.force)?;
    let file = film.coding.file(out)?;
    let frames = (film.seconds * film.fps).round().max(2.0) as u32;
    let job = if film.walk.is_empty() {
        let panorama = match &args.picture {
            Some(picture) => TurnPanorama::Picture(source(picture)?),
            None => TurnPanorama::Generated(drawn(session)?.into()),
        };
        let params = TurnParams {
            panorama,
            size: film.film_size.map_or(TURN_SIZE, |size| size.0),
            frames,
            fps: film.fps,
            start: film.start,
            tilt: film.tilt,
            view_angle: film.view_angle,
            leftwards: film.leftwards,
        };
        Job::Turn(Box::new(TurnJob {
            params: Arc::new(params),
            photo_credit: !args.keeping.no_photo_credit,
            file,
        }))
    } else {
        let size = film.film_size.map_or(WALK_SIZE, |size| size.0);
        let first = ExploreParams {
            size: Some(size),
            ..drawn(session)?
        };
        Job::Walk(Box::new(FilmJob {
            params: walk(args, first, frames).into(),
            max_side: size[0].max(size[1]),
            enlarge: 1,
            enlarger: None,
            file,
        }))
    };
    session.job("film", job)?;
    match session.json {
        true => say_json(&json!({ "file": text_of(out), "frames": frames, "fps": film.fps })),
        false => say(out.display()),
    }
}

/// From one panorama by the others and back, at an even pace between each two.
fn walk(args: &Panorama, first: ExploreParams, frames: u32) -> WalkParams {
    let stops = args.film.walk.iter().map(|&seed| ExploreParams {
        origin: LatentOrigin::Seed(seed),
        ..first.clone()
    });
    let points: Vec<ExploreParams> = std::iter::once(first.clone()).chain(stops).collect();
    let span = WalkSpan {
        seconds: args.film.seconds / points.len() as f32,
        easing: Easing::Linear,
    };
    WalkParams {
        spans: vec![span; points.len()],
        points,
        frames,
        fps: args.film.fps,
        looped: true,
        path: WalkPath::Spherical,
    }
}
