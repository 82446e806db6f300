//! Films of `limner stylize`.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args::{Quality, Stylize};
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::check_room;
use super::session::{Session, unexpected};
use super::stylize::source;
use crate::engine::protocol::{Job, Output, StyleFilmJob, StylizeOptions};
use crate::photo::{self, film};
use crate::recipe::{SourceRef, StyleParams};

/// Endings of films that aren't those of pictures as well.
const ENDINGS: [&str; 3] = ["mp4", "gif", "apng"];
/// The file whose size is told where none is named.
const UNNAMED: &str = "film.mp4";

/// Whether a film is asked for: by name, or by a file that can be nothing else.
pub(crate) fn is_asked(args: &Stylize) -> bool {
    let ending = args.out.as_deref().and_then(Path::extension);
    let ending = ending.map(|e| e.to_string_lossy().to_ascii_lowercase());
    let out = ending.is_some_and(|e| ENDINGS.contains(&e.as_str()));
    args.film || out || args.photos.iter().any(|file| film::is_named_like_one(file))
}

/// Puts styles onto a film.
pub(crate) fn run(
    args: &Stylize,
    mut params: StyleParams,
    options: StylizeOptions,
    session: &mut Session,
) -> Result<(), Failure> {
    let out = args.out.as_deref().unwrap_or(Path::new(UNNAMED));
    let [film] = args.photos.as_slice() else {
        return Err(Failure::new(
            "films are stylised one at a time, into a file: name one film and --out",
        ));
    };
    if args.quality == Quality::Fine {
        return Err(Failure::new(
            "films are made by --quality fast; leave --quality fine out",
        ));
    }
    let file = args.coding.file(out)?;
    let source = source_of(film)?;
    params.photo = source.clone();
    let job = Box::new(StyleFilmJob {
        film: film.clone(),
        source,
        params: Arc::new(params),
        options,
        fps: args.fps,
        forever: true,
        file,
    });
    if args.estimate {
        return estimate(job, session);
    }
    check_room(out, args.keeping.force)?;
    let job = Job::StylizeFilm(job);
    session.job("stylize", job)?;
    match session.json {
        true => say_json(&json!({ "file": text_of(out) }))?,
        false => say(out.display())?,
    }
    Ok(())
}

/// Tells what the film would take.
fn estimate(job: Box<StyleFilmJob>, session: &mut Session) -> Result<(), Failure> {
    let film = job.film.clone();
    let job = Job::StylizeFilmEstimate(job);
    let Output::FilmEstimate(told) = session.job("stylize", job)? else {
        return Err(unexpected());
    };
    let ([width, height], seconds) = (told.size, told.time.as_secs_f64());
    if session.json {
        return say_json(&json!({
            "film": text_of(&film),
            "width": width,
            "height": height,
            "bytes": told.bytes,
            "seconds": seconds,
        }));
    }
    let kilobytes = told.bytes.div_ceil(1000);
    say(format!(
        "{}: {width} x {height}, about {kilobytes} kB and {seconds:.1} s",
        film.display()
    ))
}

/// A film as recipes name it: a folder of frames by its first one.
fn source_of(film: &Path) -> Result<SourceRef, Failure> {
    if !film.is_dir() {
        return source(film);
    }
    let entries = std::fs::read_dir(film).map_err(|e| {
        let (kind, folder) = (e.kind(), film.display());
        Failure::new(format!("this folder can't be read ({kind}): {folder}"))
    })?;
    let frames = entries.flatten().map(|entry| entry.path());
    let first = frames.filter(|file| photo::is_named_like_one(file)).min();
    source(&first.ok_or_else(|| {
        Failure::new(format!(
            "there are no pictures in this folder: {}",
            film.display()
        ))
    })?)
}
