//! `limner upscale`

use serde_json::json;

use super::args::Upscale;
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::{check_file, deliver};
use super::session::{Session, unexpected};
use crate::engine::protocol::{Job, ModelInfo, ModelKind, Output};

/// Enlarges a picture.
pub(crate) fn run(args: &Upscale, session: &mut Session) -> Result<(), Failure> {
    let (path, model) = (args.photo.clone(), args.model.clone());
    let scale = match args.scale {
        Some(scale) => scale,
        None => farthest(session, model.as_deref())?,
    };
    let Some(out) = args.out.as_deref().filter(|_| !args.estimate) else {
        let job = Job::UpscaleEstimate { path, scale, model };
        return estimate(args, job, session);
    };
    check_file(out, args.keeping.force)?;
    let wrap = Some(args.wrapping.of(&path));
    let job = Job::Upscale {
        path,
        scale,
        model,
        wrap,
    };
    let Output::Picture { picture, recipe } = session.job("upscale", job)? else {
        return Err(unexpected());
    };
    deliver(out, &picture, &recipe, session, &args.keeping)
}

/// The largest scale of a network, or of the one that ships.
fn farthest(session: &Session, model: Option<&str>) -> Result<u32, Failure> {
    let library = &session.library;
    let found = match model {
        Some(name) => {
            let is = |info: &&ModelInfo| info.kind == ModelKind::Upscaler && info.name == name;
            library.models.iter().find(is)
        }
        None => library.upscaler_for(None, None, None),
    };
    let scale = found.and_then(|info| info.scales.iter().max());
    scale.copied().ok_or_else(|| {
        let name = model.unwrap_or("crisp");
        Failure::new(format!(
            "there is no upscaling network '{name}'; 'limner models list' names those that are here"
        ))
    })
}

fn estimate(args: &Upscale, job: Job, session: &mut Session) -> Result<(), Failure> {
    let Output::Estimate(found) = session.job("estimate", job)? else {
        return Err(unexpected());
    };
    let [width, height] = found.size;
    if session.json {
        return say_json(&json!({
            "photo": text_of(&args.photo),
            "width": width,
            "height": height,
            "tiles": found.tiles,
            "memory_bytes": found.memory,
            "seconds": found.time.as_secs_f64(),
        }));
    }
    say(format!(
        "{}: {width} x {height}, {} tiles, about {} MB and {:.1} s",
        args.photo.display(),
        found.tiles,
        found.memory >> 20,
        found.time.as_secs_f64()
    ))
}
