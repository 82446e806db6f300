//! File dialogs for films.

use std::path::{Path, PathBuf};

use rfd::{AsyncFileDialog, FileHandle};

use super::desktop::{Desktop, notify, start, with_ending};
use crate::app::action::{Action, Purpose};
use crate::app::notice::Level;
use crate::engine::protocol::{FilmFile, FilmFormat, FilmJob, Job, TurnJob};
use crate::photo;

/// Endings of films that can be opened.
const FILMS: &[&str] = &[
    "gif", "png", "apng", "webp", "mp4", "m4v", "mov", "mkv", "webm", "avi",
];

/// Asks for a film's file, then makes it.
pub(super) fn save(desktop: &Desktop, mut film: Box<FilmJob>) {
    place(desktop, &film.file.clone(), move |out| {
        film.file.out = out;
        start(Job::Walk(film), Purpose::Walk)
    });
}

/// The same for a turn in a panorama.
pub(super) fn save_turn(desktop: &Desktop, mut turn: Box<TurnJob>) {
    place(desktop, &turn.file.clone(), move |out| {
        turn.file.out = out;
        start(Job::Turn(turn), Purpose::Walk)
    });
}

fn place(
    desktop: &Desktop,
    file: &FilmFile,
    begin: impl FnOnce(PathBuf) -> Action + Send + 'static,
) {
    let format = file.format;
    let name = file.out.to_string_lossy().into_owned();
    let dialog = AsyncFileDialog::new()
        .set_title("Export film")
        .set_file_name(name);
    let future = match format.ending() {
        Some(ending) => dialog.add_filter(format.title(), &[ending]),
        None => dialog,
    }
    .save_file();
    desktop.dialog(future, move |file: FileHandle| {
        let out = match format.ending() {
            // A film under another kind's name wouldn't play.
            Some(ending) => file.path().with_extension(ending),
            None => file.path().to_path_buf(),
        };
        vec![begin(out)]
    });
}

/// Asks for a film, then for the file of what becomes of it.
pub(super) fn pick(desktop: &Desktop) {
    let future = async {
        let from = AsyncFileDialog::new()
            .set_title("Film to stylise")
            .add_filter("Films", FILMS)
            .pick_file()
            .await?;
        let mut to = AsyncFileDialog::new()
            .set_title("Save the film")
            .set_file_name("film.mp4");
        for format in [
            FilmFormat::Mp4,
            FilmFormat::Gif,
            FilmFormat::WebP,
            FilmFormat::Apng,
        ] {
            to = to.add_filter(format.title(), format.ending().as_slice());
        }
        let to = to.save_file().await?;
        Some((from.path().to_owned(), with_ending(to.path(), "mp4")))
    };
    desktop.dialog(future, |(film, out): (PathBuf, PathBuf)| {
        vec![of(&film, out)]
    });
}

fn of(film: &Path, out: PathBuf) -> Action {
    match photo::hash_file(film) {
        Ok(sha256) => Action::StyleFilm {
            sha256,
            film: film.to_owned(),
            out,
        },
        Err(error) => notify(Level::Error, error.to_string()),
    }
}
