//! File dialogs for films.

use std::path::{Path, PathBuf};

use rfd::{AsyncFileDialog, FileHandle};

use super::desktop::{Desktop, notify, start};
use crate::app::action::{Action, Purpose};
use crate::app::notice::Level;
use crate::engine::protocol::{FilmFile, FilmFormat, FilmJob, Job, StyleFilmJob, TurnJob};
use crate::photo;
use crate::photo::film::Film;

/// Endings of films that can be opened.
const FILMS: &[&str] = &[
    "gif", "png", "apng", "webp", "mp4", "m4v", "mov", "mkv", "webm", "avi",
];

/// Asks for a film's file, then makes it.
pub(super) fn save(desktop: &Desktop, mut film: Box<FilmJob>) {
    save_dialog(desktop, &film.file.clone(), move |out| {
        film.file.out = out;
        start(Job::Walk(film), Purpose::Walk)
    });
}

/// The same for a turn in a panorama.
pub(super) fn save_turn(desktop: &Desktop, mut turn: Box<TurnJob>) {
    save_dialog(desktop, &turn.file.clone(), move |out| {
        turn.file.out = out;
        start(Job::Turn(turn), Purpose::Walk)
    });
}

/// A film under another kind's name wouldn't play.
fn of_kind(out: &Path, format: FilmFormat) -> PathBuf {
    match format.ending() {
        Some(ending) => out.with_extension(ending),
        None => out.to_path_buf(),
    }
}

fn save_dialog(
    desktop: &Desktop,
    file: &FilmFile,
    then: impl FnOnce(PathBuf) -> Action + Send + 'static,
) {
    let format = file.format;
    let name = file.out.to_string_lossy().into_owned();
    let dialog = AsyncFileDialog::new()
        .set_title("Export film")
        .set_file_name(name);
    let future = match file.format.ending() {
        Some(ending) => dialog.add_filter(file.format.title(), &[ending]),
        None => dialog,
    }
    .save_file();
    desktop.dialog(future, move |file: FileHandle| {
        vec![then(of_kind(file.path(), format))]
    });
}

/// Asks for a film to stylise.
pub(super) fn pick(desktop: &Desktop) {
    let future = AsyncFileDialog::new()
        .set_title("Film to stylise")
        .add_filter("Films", FILMS)
        .pick_file();
    desktop.dialog(future, |file: FileHandle| vec![opened(file.path())]);
}

/// What the dialog about a film has to know of it.
fn opened(path: &Path) -> Action {
    let film = Film::open(path).map(|film| (film.frames, film.fps));
    let read = film.and_then(|about| Ok((about, photo::hash_file(path)?)));
    match read {
        Ok(((frames, fps), sha256)) => Action::StyleFilm {
            film: path.to_owned(),
            sha256,
            frames,
            fps,
        },
        Err(error) => notify(Level::Error, error.to_string()),
    }
}

/// Asks for the file of a stylised film, then makes it.
pub(super) fn save_styled(desktop: &Desktop, mut film: Box<StyleFilmJob>) {
    save_dialog(desktop, &film.file.clone(), move |out| {
        film.file.out = out;
        start(Job::StylizeFilm(film), Purpose::Folder)
    });
}
