//! `limner grow`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::failure::Failure;
use super::grow_args::Grow;
use super::output::{say, say_json, text_of};
use super::save::{check_file, check_free, deliver, make_folder, numbered, save};
use super::session::{Session, unexpected};
use super::stylize::source;
use super::values::Sides;
use crate::engine::protocol::{Job, Output};
use crate::recipe::{GrowParams, GrowTask};

/// Grows one picture, or several with rising seeds.
pub(crate) fn run(args: &Grow, session: &mut Session) -> Result<(), Failure> {
    let mut params = params(args)?;
    let Some(out) = args.out.as_deref().filter(|_| !args.estimate) else {
        return estimate(params, session);
    };
    let Some(count) = args.count else {
        check_file(out, args.keeping.force)?;
        let Output::Picture { picture, recipe } =
            session.job("grow", Job::Grow(Arc::new(params)))?
        else {
            return Err(unexpected());
        };
        return deliver(out, &picture, &recipe, session, &args.keeping);
    };
    let files = files(args, out, count)?;
    let mut written = Vec::new();
    for (seed, file) in files {
        params.seed = seed;
        let job = Job::Grow(Arc::new(params.clone()));
        let Output::Picture { picture, recipe } = session.job(&format!("seed {seed}"), job)? else {
            return Err(unexpected());
        };
        save(&file, &picture, &recipe, &session.library, &args.keeping)?;
        if !session.json {
            say(file.display())?;
        }
        let [width, height] = picture.size();
        written.push(json!({
            "file": text_of(&file), "seed": seed, "width": width, "height": height,
        }));
    }
    if session.json {
        let notes = session.notes();
        say_json(&json!({ "written": written, "notes": notes }))?;
    }
    Ok(())
}

fn params(args: &Grow) -> Result<GrowParams, Failure> {
    let task = match (&args.extend, &args.fill, &args.structure) {
        (Some(Sides([left, top, right, bottom])), ..) => GrowTask::Extend {
            left: *left,
            top: *top,
            right: *right,
            bottom: *bottom,
        },
        (_, Some(mask), _) => GrowTask::Fill {
            mask: source(mask)?,
        },
        (.., Some(structure)) => GrowTask::Shape {
            structure: source(structure)?,
            strength: args.strength,
        },
        (None, None, None) => GrowTask::Vary,
    };
    let fitted = task == GrowTask::Vary && args.size.is_some() && args.count.is_none();
    Ok(GrowParams {
        task,
        chance: args.chance.unwrap_or(if fitted { 0.0 } else { 1.0 }),
        coherence: args.coherence,
        seamless: args.seamless.unwrap_or_default(),
        size: args.size.map(|size| size.0),
        ..GrowParams::new(source(&args.picture)?, args.seed)
    })
}

/// A file for each seed, none of which is there yet.
fn files(args: &Grow, folder: &Path, count: u32) -> Result<Vec<(u64, PathBuf)>, Failure> {
    make_folder(folder)?;
    let last = args.seed.checked_add(u64::from(count) - 1).ok_or_else(|| {
        Failure::new("the seeds go beyond the largest one; take a smaller seed or count")
    })?;
    let stem = args.picture.file_stem().unwrap_or_default();
    let name = stem.to_string_lossy();
    (args.seed..=last)
        .map(|seed| {
            let file = numbered(folder, &name, seed);
            check_free(&file, args.keeping.force)?;
            Ok((seed, file))
        })
        .collect()
}

fn estimate(params: GrowParams, session: &mut Session) -> Result<(), Failure> {
    let job = Job::EstimateGrow(Arc::new(params));
    let Output::Estimate(estimate) = session.job("estimate", job)? else {
        return Err(unexpected());
    };
    let ([width, height], seconds) = (estimate.size, estimate.time.as_secs_f64());
    if session.json {
        return say_json(&json!({
            "width": width,
            "height": height,
            "memory_bytes": estimate.memory,
            "seconds": seconds,
        }));
    }
    say(format!(
        "{width} x {height}, about {} MB and {seconds:.1} s",
        estimate.memory >> 20
    ))
}
