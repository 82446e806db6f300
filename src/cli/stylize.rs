//! `limner stylize`

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::args::{FormatArg, Quality, Stylize};
use super::failure::Failure;
use super::models::style_id;
use super::output::{say, say_json, text_of};
use super::save::{check_file, deliver, make_folder, writing};
use super::session::{Session, unexpected};
use super::stylize_film;
use crate::engine::protocol::{
    Effort, Event, FineOptions, FolderJob, Job, OWN_STYLE_NETWORKS, Output, Rendering, Request,
    StylizeOptions, first_style_network,
};
use crate::export;
use crate::photo;
use crate::recipe::{SourceRef, StyleLayer, StyleParams, StyleSource};

/// Style pictures' size at which the network's own stroke comes out.
const OWN_SIZE: f32 = 768.0;

/// The style network of this name; Limner's own without one, and if that is damaged it is told, not
/// replaced by another.
pub(crate) fn style_network(session: &Session, named: Option<&str>) -> Result<String, Failure> {
    if let Some(name) = named {
        return Ok(name.to_owned());
    }
    let library = &session.library;
    let damaged = |name: &&str| {
        library
            .broken
            .iter()
            .any(|(folder, _)| folder.ends_with(name))
    };
    let here = |name: &&str| library.models.iter().any(|model| model.name == **name);
    let own = OWN_STYLE_NETWORKS
        .iter()
        .find(|name| here(name) || damaged(name));
    if let Some(own) = own {
        return Ok((*own).to_owned());
    }
    let found = first_style_network(library.models.iter());
    found.map(|model| model.name.clone()).ok_or_else(|| {
        Failure::new("there is no style network here; put Limner's own models folder back")
    })
}

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
        model: style_network(session, args.model.as_deref())?,
        photo: SourceRef::default(),
        styles,
        strength: args.strength,
        brush: args
            .style_size
            .map_or(args.stroke_scale, |px| px as f32 / OWN_SIZE),
        keep_colors: args.keep_colors,
        wrap: args.wrapping.wrap(),
    };
    if stylize_film::is_asked(args) {
        return stylize_film::run(args, params, options, session);
    }
    let fine = fine(args)?;
    let photos = photos_of(&args.photos)?;
    let Some(out) = args.out.as_deref().filter(|_| !args.estimate) else {
        let rendering = fine.map_or(Rendering::Fast(options), Rendering::Fine);
        return estimate(&photos, params, &rendering, &args.wrapping, session);
    };
    let one = match photos.as_slice() {
        [one] if !out.is_dir() && !args.photos[0].is_dir() => one,
        _ => {
            let format = args.format.map_or("png", FormatArg::extension);
            let format = export::format_of(Path::new(&format!("x.{format}")));
            let job = FolderJob {
                photos,
                params: Arc::new(params),
                panoramas: !args.wrapping.flat,
                options,
                fine,
                out: out.to_path_buf(),
                writing: writing(&args.keeping, format.ok_or_else(unexpected)?),
            };
            return folder(job, args, session);
        }
    };
    if let Some(format) = args.format
        && export::format_of(out).map(export::extension) != Some(format.extension())
    {
        return Err(Failure::new(format!(
            "--format {0} and the name of the file differ; let it end in .{0}, or leave --format out: {1}",
            format.extension(),
            out.display()
        )));
    }
    check_file(out, args.keeping.force)?;
    params.photo = source(one)?;
    params.wrap = args.wrapping.of(one);
    let job = match fine {
        Some(fine) => Job::StylizeFine(Arc::new(params), fine),
        None => Job::Stylize(Arc::new(params), options),
    };
    let Output::Picture { picture, recipe } = session.job("stylize", job)? else {
        return Err(unexpected());
    };
    deliver(out, &picture, &recipe, session, &args.keeping)
}

/// The photos, and those directly within folders, in the order of their names.
fn photos_of(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut photos = Vec::new();
    for path in named {
        if !path.is_dir() {
            photos.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|e| {
            Failure::new(format!(
                "this folder can't be read ({}): {}",
                e.kind(),
                path.display()
            ))
        })?;
        let mut inside: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| photo::is_named_like_one(path))
            .collect();
        inside.sort();
        photos.extend(inside);
    }
    Ok(photos)
}

/// What *Fine* is to do; none for *Fast*.
fn fine(args: &Stylize) -> Result<Option<FineOptions>, Failure> {
    let refuse = |what: &str| Err(Failure::new(what));
    match args.quality {
        Quality::Fast if args.steps.is_some() || args.time.is_some() => {
            refuse("--steps and --time are for --quality fine; add that, or leave them out")
        }
        Quality::Fast => Ok(None),
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

/// Several photos: what is there already is left, what can't be used is told.
fn folder(job: FolderJob, args: &Stylize, session: &mut Session) -> Result<(), Failure> {
    make_folder(&job.out)?;
    let photos = job.photos.len();
    let output = session.job("stylize", Job::StylizeFolder(Box::new(job)))?;
    let Output::Folder {
        written,
        kept,
        skipped,
    } = output
    else {
        return Err(unexpected());
    };
    let summary = summary(args, photos, [written.len(), kept.len(), skipped.len()]);
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
            "summary": summary,
        }))?;
    } else {
        for file in &written {
            say(file.display())?;
        }
        for file in &kept {
            say(format!("{} (was there already)", file.display()))?;
        }
        for (photo, reason) in &skipped {
            session.say_aside(&format!("skipped: {reason}: {}", photo.display()));
        }
        session.say_aside(&summary);
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

/// What became of all photos, in one sentence.
fn summary(args: &Stylize, photos: usize, [written, kept, skipped]: [usize; 3]) -> String {
    if photos == 0 {
        let folders: Vec<String> = args.photos.iter().map(|f| text_of(f)).collect();
        return format!("there are no pictures in {}", folders.join(", "));
    }
    let mut words = format!("{written} of {photos} photos stylised");
    if kept > 0 {
        words += &format!(", {kept} there already (--force makes them anew)");
    }
    if skipped > 0 {
        words += &format!(", {skipped} skipped");
    }
    words
}

fn texts(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|f| text_of(f)).collect()
}

/// A file as recipes name it.
pub(crate) fn source(file: &Path) -> Result<SourceRef, Failure> {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    Ok(SourceRef::of_file(&path, photo::hash_file(file)?))
}

/// A picture file, or a built-in style by name or shown name.
pub(crate) fn layer(
    style: &super::values::StyleArg,
    session: &Session,
) -> Result<StyleLayer, Failure> {
    let file = &style.picture;
    let source = if file.exists() {
        StyleSource::File(source(file)?)
    } else {
        let wanted = file.to_string_lossy();
        let found = session
            .library
            .styles
            .iter()
            .find(|s| s.name.eq_ignore_ascii_case(&wanted) || style_id(s) == wanted);
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
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    })
}

fn estimate(
    photos: &[PathBuf],
    mut params: StyleParams,
    rendering: &Rendering,
    wrapping: &super::wrap_args::Wrapping,
    session: &Session,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    for (seq, photo) in photos.iter().enumerate() {
        let seq = seq as u64 + 1;
        params.photo = source(photo)?;
        params.wrap = wrapping.of(photo);
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
                "{}: {width} x {height}, {} tiles{}, about {} MB and {:.1} s",
                photo.display(),
                estimate.tiles,
                match estimate.passes {
                    0 | 1 => String::new(),
                    n => format!(", {n} passes"),
                },
                estimate.memory >> 20,
                estimate.time.as_secs_f64()
            ))?;
        }
        all.push(json!({
            "photo": text_of(photo),
            "width": width,
            "height": height,
            "tiles": estimate.tiles,
            "passes": estimate.passes,
            "memory_bytes": estimate.memory,
            "seconds": estimate.time.as_secs_f64(),
        }));
    }
    if session.json {
        say_json(&json!({ "estimates": all }))?;
    }
    Ok(())
}
