//! `limner stylize`

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::args::{Quality, Stylize};
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::{Saving, check_file, deliver, make_folder};
use super::session::{Session, unexpected};
use crate::engine::protocol::{
    Effort, Event, FineOptions, Job, Output, Rendering, Request, StylizeOptions,
};
use crate::photo;
use crate::recipe::{SourceRef, StyleLayer, StyleParams, StyleSource};

/// Style pictures' size at which the network's own stroke comes out.
const OWN_SIZE: f32 = 768.0;

/// Puts styles onto photos.
pub(crate) fn run(args: &Stylize, session: &mut Session) -> Result<(), Failure> {
    let options = StylizeOptions {
        max_side: args.max_side,
        tile: args.tile,
        memory_budget: args.memory << 20,
    };
    let styles = args
        .style
        .iter()
        .map(|style| layer(style, session))
        .collect::<Result<Vec<_>, _>>()?;
    let mut params = StyleParams {
        model: args.model.clone(),
        photo: unknown(),
        styles,
        strength: args.strength,
        brush: args
            .style_size
            .map_or(args.stroke_scale, |px| px as f32 / OWN_SIZE),
        keep_colors: args.keep_colors,
    };
    let fine = fine(args)?;
    let Some(out) = args.out.as_deref().filter(|_| !args.estimate) else {
        let rendering = fine.map_or(Rendering::Fast(options), Rendering::Fine);
        return estimate(args, params, &rendering, session);
    };
    if args.photos.len() > 1 || out.is_dir() {
        return folder(args, params, options, out, session);
    }
    check_file(out, args.keeping.force)?;
    let saving = Saving::from(&args.keeping);
    params.photo = source(&args.photos[0])?;
    let job = match fine {
        Some(fine) => Job::StylizeFine(Arc::new(params), fine),
        None => Job::Stylize(Arc::new(params), options),
    };
    let Output::Picture { picture, recipe } = session.job("stylize", job)? else {
        return Err(unexpected());
    };
    deliver(out, &picture, &recipe, session, saving)
}

/// What *Fine* is to do; none for *Fast*.
fn fine(args: &Stylize) -> Result<Option<FineOptions>, Failure> {
    let refuse = |what: &str| Err(Failure::new(what));
    match args.quality {
        Quality::Fast if args.steps.is_some() || args.time.is_some() => {
            refuse("--steps and --time are for --quality fine; add that, or leave them out")
        }
        Quality::Fast => Ok(None),
        Quality::Fine if args.photos.len() > 1 || args.out.as_ref().is_some_and(|o| o.is_dir()) => {
            refuse("--quality fine takes one photo and one file to write at a time")
        }
        Quality::Fine if args.tile.is_some() => {
            refuse("--quality fine works on the whole picture; leave --tile out")
        }
        Quality::Fine => Ok(Some(FineOptions {
            max_side: args.max_side,
            memory_budget: args.memory << 20,
            effort: match (args.time, args.steps) {
                (Some(time), steps) => Effort::Time(Duration::from_secs_f64(time), steps),
                (None, Some(steps)) => Effort::Steps(steps),
                (None, None) => Effort::default(),
            },
        })),
    }
}

/// Several photos: what is there already is left, what can't be read is told.
fn folder(
    args: &Stylize,
    params: StyleParams,
    options: StylizeOptions,
    out: &Path,
    session: &mut Session,
) -> Result<(), Failure> {
    make_folder(out)?;
    let job = Job::StylizeFolder {
        photos: args.photos.clone(),
        params: Arc::new(params),
        options,
        out: out.to_path_buf(),
    };
    let Output::Folder {
        written,
        kept,
        skipped,
    } = session.job("stylize", job)?
    else {
        return Err(unexpected());
    };
    if session.json {
        let skipped: Vec<_> = skipped
            .iter()
            .map(|(photo, reason)| json!({ "photo": text_of(photo), "reason": reason }))
            .collect();
        let notes = session.notes();
        say_json(&json!({
            "written": texts(&written),
            "kept": texts(&kept),
            "skipped": skipped,
            "notes": notes,
        }))?;
    } else {
        for file in &written {
            say(file.display())?;
        }
        for file in &kept {
            say(format!("{} (was there already)", file.display()))?;
        }
    }
    match skipped.as_slice() {
        [] => Ok(()),
        [(photo, reason)] => Err(Failure::new(format!(
            "one photo was skipped: {reason}: {}",
            photo.display()
        ))),
        [(photo, reason), rest @ ..] => Err(Failure::new(format!(
            "{} photos were skipped, the first because {reason}: {}",
            rest.len() + 1,
            photo.display()
        ))),
    }
}

fn texts(files: &[std::path::PathBuf]) -> Vec<String> {
    files.iter().map(|f| text_of(f)).collect()
}

/// No photo yet.
fn unknown() -> SourceRef {
    SourceRef {
        sha256: String::new(),
        name: String::new(),
        path: String::new(),
        artist: String::new(),
        licence: String::new(),
    }
}

/// A file as recipes name it.
pub(crate) fn source(file: &Path) -> Result<SourceRef, Failure> {
    let name = file.file_name().unwrap_or_default();
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    Ok(SourceRef {
        sha256: photo::hash_file(file)?,
        name: name.to_string_lossy().into_owned(),
        path: path.to_string_lossy().into_owned(),
        artist: String::new(),
        licence: String::new(),
    })
}

/// A picture file, or a built-in style by name or shown name.
fn layer(style: &super::values::StyleArg, session: &Session) -> Result<StyleLayer, Failure> {
    let file = &style.picture;
    let source = if file.exists() {
        StyleSource::File(source(file)?)
    } else {
        let wanted = file.to_string_lossy();
        let found = session.library.styles.iter().find(|s| {
            s.name.eq_ignore_ascii_case(&wanted)
                || matches!(&s.source, StyleSource::Builtin(id) if *id == wanted)
        });
        match found {
            Some(found) => found.source.clone(),
            None => {
                return Err(Failure::new(format!(
                    "there is neither a file nor a built-in style of this name ('limner models list' shows them): {wanted}"
                )));
            }
        }
    };
    Ok(StyleLayer {
        style: source,
        weight: style.weight,
        code: None,
        code_edits: Vec::new(),
        mask: None,
    })
}

fn estimate(
    args: &Stylize,
    mut params: StyleParams,
    rendering: &Rendering,
    session: &Session,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    for (seq, photo) in args.photos.iter().enumerate() {
        let seq = seq as u64 + 1;
        params.photo = source(photo)?;
        session.send(Request::Estimate {
            seq,
            params: Arc::new(params.clone()),
            rendering: rendering.clone(),
        })?;
        let estimate = loop {
            match session.event()? {
                Event::Estimate {
                    seq: about,
                    estimate,
                } if about == seq => break estimate,
                Event::EstimateFailed { seq: about, error } if about == seq => {
                    return Err(error.into());
                }
                _ => {}
            }
        };
        let [width, height] = estimate.size;
        if !session.json {
            say(format!(
                "{}: {width} x {height}, {} tiles, about {} MB and {:.1} s",
                photo.display(),
                estimate.tiles,
                estimate.memory >> 20,
                estimate.time.as_secs_f64()
            ))?;
        }
        all.push(json!({
            "photo": text_of(photo),
            "width": width,
            "height": height,
            "tiles": estimate.tiles,
            "memory_bytes": estimate.memory,
            "seconds": estimate.time.as_secs_f64(),
        }));
    }
    if session.json {
        say_json(&json!({ "estimates": all }))?;
    }
    Ok(())
}
