//! `limner upscale`

use super::args::Upscale;
use super::failure::Failure;
use super::save::{check_file, deliver};
use super::session::{Session, unexpected};
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
    deliver(out, &picture, &recipe, session, &args.output.keeping)
}
