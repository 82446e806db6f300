//! `limner grow`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::failure::Failure;
use super::grow_args::{Edits, Grow};
use super::grow_edits;
use super::grow_values::{Further, Placed};
use super::output::{say, say_json, text_of};
use super::save::{check_file, check_free, deliver, make_folder, numbered, save};
use super::session::{Session, unexpected};
use super::stylize::source;
use super::values::Sides;
use crate::engine::protocol::{Job, Output};
use crate::recipe::{
    GrowChange, GrowEdit, GrowOther, GrowParams, GrowPart, GrowPlacement, GrowTask, Making,
    SourceRef,
};

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
        match &mut params.breed {
            Some(breed) => breed.mix = seed,
            None => params.seed = seed,
        }
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
    let Some(picture) = &args.picture else {
        return bred(args);
    };
    let edits = edits(&args.edits)?;
    let task = match (&args.extend, &args.fill, &args.structure) {
        _ if !edits.is_empty() => GrowTask::Edit { edits },
        _ if args.keep => GrowTask::Tile,
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
        others: others(&args.source)?,
        ..GrowParams::new(source(picture)?, args.seed)
    })
}

fn others(further: &[Further]) -> Result<Vec<GrowOther>, Failure> {
    let other = |further: &Further| {
        let part = further.mask.as_deref().map(light).transpose()?;
        Ok(GrowOther {
            picture: source(&further.picture)?,
            weight: further.weight,
            part,
        })
    };
    further.iter().map(other).collect()
}

fn light(mask: &Path) -> Result<GrowPart, Failure> {
    Ok(GrowPart::Light(source(mask)?))
}

fn edits(args: &Edits) -> Result<Vec<GrowEdit>, Failure> {
    let mut edits = match &args.edit {
        Some(file) => grow_edits::read(file)?,
        None => Vec::new(),
    };
    let mut add = |mask: Option<&Path>, change: GrowChange| -> Result<(), Failure> {
        let part = mask.map(light).transpose()?;
        edits.push(GrowEdit { part, change });
        Ok(())
    };
    let placement = |placed: &Placed| GrowPlacement {
        by: placed.by,
        scale: placed.scale,
        flip: placed.flip,
        turn: placed.turn,
    };
    for placed in &args.moved {
        add(Some(&placed.mask), GrowChange::Move(placement(placed)))?;
    }
    for placed in &args.copy {
        add(Some(&placed.mask), GrowChange::Copy(placement(placed)))?;
    }
    for coloured in &args.recolour {
        let change = GrowChange::Recolour {
            mean: Some(coloured.colour),
            gain: [1.0; 3],
        };
        add(Some(&coloured.mask), change)?;
    }
    for mask in &args.remove {
        add(Some(mask), GrowChange::Remove)?;
    }
    for sketch in &args.sketch {
        add(None, GrowChange::Sketch(source(sketch)?))?;
    }
    Ok(edits)
}

/// A child of two pictures whose files hold their recipes.
fn bred(args: &Grow) -> Result<GrowParams, Failure> {
    let [first, second] = &args.parents[..] else {
        return Err(Failure::new(
            "breeding takes two pictures: --parents A.png,B.png",
        ));
    };
    let [first, second] = [parent(first)?, parent(second)?];
    if first.source.sha256 != second.source.sha256 {
        return Err(Failure::new(
            "these two were grown from different pictures; breed two of the same source",
        ));
    }
    let alike = |params: &GrowParams| {
        let mut alike = GrowParams::new(SourceRef::default(), 0);
        alike.task = params.task.clone();
        alike.seamless = params.seamless;
        alike.size = params.size;
        alike.part = params.part.clone();
        alike.others = params.others.clone();
        alike.each_picture_mut(&mut |picture| {
            picture.name.clear();
            picture.path.clear();
        });
        alike
    };
    if alike(&first) != alike(&second) {
        return Err(Failure::new(
            "these two were asked for differently (size, seamless, structure or sources); breed two that differ in seed, chance and coherence only",
        ));
    }
    Ok(first.bred(&second, args.share, args.seed))
}

fn parent(file: &Path) -> Result<GrowParams, Failure> {
    match super::recipe::read(file)?.making {
        Making::Grow(params) => Ok(params),
        _ => Err(Failure::new(format!(
            "this picture wasn't grown; breed two that were: {}",
            file.display()
        ))),
    }
}

/// A file for each seed, none of which is there yet.
fn files(args: &Grow, folder: &Path, count: u32) -> Result<Vec<(u64, PathBuf)>, Failure> {
    make_folder(folder)?;
    let last = args.seed.checked_add(u64::from(count) - 1).ok_or_else(|| {
        Failure::new("the seeds go beyond the largest one; take a smaller seed or count")
    })?;
    let named = args.picture.as_ref().or(args.parents.first());
    let stem = named.and_then(|file| file.file_stem()).unwrap_or_default();
    let name = stem.to_string_lossy();
    (args.seed..=last)
        .map(|seed| {
            let file = numbered(folder, &name, seed);
            check_free(&file, args.keeping.force)?;
            Ok((seed, file))
        })
        .collect()
}

/// Says what growing would take.
pub(super) fn estimate(params: GrowParams, session: &mut Session) -> Result<(), Failure> {
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
