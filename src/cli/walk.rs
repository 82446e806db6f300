//! `limner walk`

use serde_json::json;

use super::failure::Failure;
use super::generate::generator;
use super::output::{say, say_json, text_of};
use super::recipe;
use super::save::check_room;
use super::session::Session;
use super::walk_args::Walk;
use super::walk_style;
use crate::engine::protocol::{FilmJob, FilmParams, Job};
use crate::recipe::{ExploreParams, Making, WalkParams, WalkSpan};

/// Longest film, frames.
const MOST_FRAMES: f64 = 100_000.0;

/// Makes a film.
pub(crate) fn run(args: &Walk, session: &mut Session) -> Result<(), Failure> {
    let file = args.coding.file(&args.out)?;
    check_room(&file.out, args.force)?;
    let params = film(args, session)?;
    let (frames, fps) = (params.frames(), params.fps());
    let job = Job::Walk(Box::new(FilmJob {
        params,
        max_side: args.max_side,
        enlarge: args.enlarge,
        enlarger: None,
        file,
    }));
    session.job("walk", job)?;
    if session.json {
        say_json(&json!({ "file": text_of(&args.out), "frames": frames, "fps": fps }))?;
    } else {
        say(args.out.display())?;
    }
    Ok(())
}

/// Keyframes, and the times between them.
fn film(args: &Walk, session: &Session) -> Result<FilmParams, Failure> {
    let timed = |ways| -> Result<(Vec<WalkSpan>, u32), Failure> {
        if args.seconds.is_empty() {
            return Ok((Vec::new(), args.frames));
        }
        let spans = spans(args, ways)?;
        let frames = frames(&spans, args.fps)?;
        Ok((spans, frames))
    };
    if walk_style::is_asked(args)? {
        let mut walk = walk_style::walk(args, session)?;
        (walk.spans, walk.frames) = timed(walk.ways())?;
        return Ok(walk.into());
    }
    let mut walk = WalkParams {
        points: points(args, session)?,
        frames: args.frames,
        fps: args.fps,
        looped: args.looped,
        path: args.path.into(),
        spans: Vec::new(),
    };
    (walk.spans, walk.frames) = timed(walk.ways())?;
    Ok(walk.into())
}

/// The points of seeds, then those of recipes.
fn points(args: &Walk, session: &Session) -> Result<Vec<ExploreParams>, Failure> {
    let mut points = Vec::new();
    if let Some(name) = &args.model {
        let model = generator(session, name)?;
        points.extend(args.seeds.iter().map(|&seed| ExploreParams {
            truncation_psi: args.truncation.unwrap_or(model.truncation),
            class: args.class,
            ..ExploreParams::new(&model.name, seed)
        }));
    } else if !args.seeds.is_empty() {
        return Err(Failure::new(
            "--seeds are of a generator; name it with --model",
        ));
    }
    for file in &args.points {
        match recipe::read(file)?.making {
            Making::Explore(params) => points.push(params),
            Making::Walk(walk) => points.extend(walk.points),
            _ => {
                return Err(Failure::new(format!(
                    "this picture isn't from a generator: {}",
                    file.display()
                )));
            }
        }
    }
    if points.len() < 2 {
        return Err(Failure::new(
            "a walk needs at least two points: two seeds, or pictures from a generator",
        ));
    }
    Ok(points)
}

fn spans(args: &Walk, ways: usize) -> Result<Vec<WalkSpan>, Failure> {
    let span = |seconds: &f32| WalkSpan {
        seconds: *seconds,
        easing: args.easing.into(),
    };
    match args.seconds.as_slice() {
        [one] => Ok(vec![span(one); ways]),
        all if all.len() == ways => Ok(all.iter().map(span).collect()),
        all => Err(Failure::new(format!(
            "there are {ways} ways between the points, and --seconds has {} numbers",
            all.len()
        ))),
    }
}

/// Frames of all times together.
fn frames(spans: &[WalkSpan], fps: f32) -> Result<u32, Failure> {
    let seconds: f64 = spans.iter().map(|span| f64::from(span.seconds)).sum();
    let frames = (seconds * f64::from(fps)).round();
    match frames <= MOST_FRAMES {
        true => Ok((frames as u32).max(2)),
        false => Err(Failure::new("a film has at most 100,000 frames")),
    }
}
