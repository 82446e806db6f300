//! `limner upscale`

use serde_json::json;

use super::args::Upscale;
use super::save::{check_file, save};
use super::session::{Session, unexpected};
use super::{Failure, say, say_json};
use crate::engine::protocol::{Job, Output};

/// Enlarges a picture.
pub(crate) fn run(args: &Upscale, session: &mut Session) -> Result<(), Failure> {
    check_file(&args.output.out, args.output.keeping.force)?;
    let job = Job::Upscale {
        path: args.photo.clone(),
        scale: args.scale,
    };
    let Output::Picture { picture, recipe } = session.job("upscale", job)? else {
        return Err(unexpected());
    };
    let out = &args.output.out;
    save(
        out,
        &picture,
        &recipe,
        &session.library,
        (&args.output.keeping).into(),
    )?;
    if session.json {
        let [width, height] = picture.size();
        say_json(&json!({ "file": out, "width": width, "height": height }));
    } else {
        say(out.display());
    }
    Ok(())
}
