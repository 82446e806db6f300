//! `limner walk`

use std::sync::Arc;

use serde_json::json;

use super::args::Walk;
use super::failure::Failure;
use super::generate::generator;
use super::output::{say, say_json, text_of};
use super::save::check_free;
use super::session::Session;
use crate::engine::protocol::Job;
use crate::export::animation::ENDINGS;
use crate::recipe::{ExploreParams, WalkParams};

/// Makes an animation.
pub(crate) fn run(args: &Walk, session: &mut Session) -> Result<(), Failure> {
    let model = generator(session, &args.model)?;
    let extension = args
        .out
        .extension()
        .and_then(|e| e.to_str())
        .map(str::to_ascii_lowercase);
    if !extension.is_some_and(|e| ENDINGS.contains(&e.as_str())) {
        return Err(Failure::new(format!(
            "the name of an animation must end in .{}: {}",
            ENDINGS.join(" or ."),
            args.out.display()
        )));
    }
    if args.seeds.len() < 2 {
        return Err(Failure::new("a walk needs at least two seeds"));
    }
    check_free(&args.out, args.force)?;
    let points = args
        .seeds
        .iter()
        .map(|&seed| ExploreParams {
            truncation_psi: args.truncation,
            class: args.class,
            ..ExploreParams::new(&model.name, seed)
        })
        .collect();
    let params = WalkParams {
        points,
        frames: args.frames,
        fps: args.fps,
        looped: args.looped,
        path: args.path.into(),
    };
    let job = Job::Walk {
        params: Arc::new(params),
        max_side: args.max_side,
        out: args.out.clone(),
    };
    session.job("walk", job)?;
    if session.json {
        say_json(&json!({ "file": text_of(&args.out), "frames": args.frames, "fps": args.fps }))?;
    } else {
        say(args.out.display())?;
    }
    Ok(())
}
