//! Films of `limner stylize`.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args::{Quality, Stylize};
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::check_room;
use super::session::Session;
use super::stylize::source;
use crate::engine::protocol::{Job, StyleFilmJob, StylizeOptions};
use crate::photo::{self, film};
use crate::recipe::{SourceRef, StyleParams};

/// Endings of films that aren't those of pictures as well.
const ENDINGS: [&str; 3] = ["mp4", "gif", "apng"];

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
    let (Some(out), [film]) = (&args.out, args.photos.as_slice()) else {
        return Err(Failure::new(
            "films are stylised one at a time, into a file: name one film and --out",
        ));
    };
    if args.estimate || args.quality == Quality::Fine {
        return Err(Failure::new(
            "films know neither --estimate nor --quality fine; leave them out",
        ));
    }
    let file = args.coding.file(out)?;
    check_room(out, args.keeping.force)?;
    let source = source_of(film)?;
    params.photo = source.clone();
    let job = Job::StylizeFilm(Box::new(StyleFilmJob {
        film: film.clone(),
        source,
        params: Arc::new(params),
        options,
        fps: args.fps,
        forever: true,
        file,
    }));
    session.job("stylize", job)?;
    match session.json {
        true => say_json(&json!({ "file": text_of(out) }))?,
        false => say(out.display())?,
    }
    Ok(())
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
