//! Results into files.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::Keeping;
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::session::Session;
use crate::engine::cards;
use crate::engine::protocol::Library;
use crate::export::format::Format;
use crate::export::{self, WriteOptions, Writing};
use crate::picture::Picture;
use crate::recipe::Recipe;
use crate::unfinished;

/// What the flags say of writing files of a format. The time of making stays out, so that
/// the same command gives the same bytes; the file system keeps it anyway.
pub(crate) fn writing(keeping: &Keeping, format: Format) -> Writing {
    let Keeping {
        force,
        no_recipe,
        source_names,
        no_source_names: _,
        no_photo_credit,
    } = keeping;
    Writing::new(WriteOptions {
        recipe: !no_recipe,
        source_names: *source_names,
        photo_credit: !no_photo_credit,
        dated: false,
        replace: *force,
        ..WriteOptions::new(format)
    })
}

/// Writes the picture that a command was run for, and says where it is.
pub(crate) fn deliver(
    path: &Path,
    picture: &Picture,
    recipe: &Recipe,
    session: &Session,
    keeping: &Keeping,
) -> Result<(), Failure> {
    save(path, picture, recipe, &session.library, keeping)?;
    if session.json {
        let [width, height] = picture.size();
        let notes = session.notes();
        say_json(
            &json!({ "file": text_of(path), "width": width, "height": height, "notes": notes }),
        )?;
    } else {
        say(path.display())?;
    }
    Ok(())
}

/// Writes a picture with its recipe and labels.
pub(crate) fn save(
    path: &Path,
    picture: &Picture,
    recipe: &Recipe,
    library: &Library,
    keeping: &Keeping,
) -> Result<(), Failure> {
    let writing = writing(keeping, format_of(path)?);
    writing.write(path, picture, recipe, &cards(library))?;
    Ok(())
}

/// Looks before the work whether its result can be written.
pub(crate) fn check_file(path: &Path, force: bool) -> Result<(), Failure> {
    format_of(path)?;
    if path.is_dir() {
        return Err(Failure::new(format!(
            "this is a folder; give the name of a file: {}",
            path.display()
        )));
    }
    check_free(path, force)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    check_folder(folder)
}

/// Looks whether a file may be (over)written.
pub(crate) fn check_free(path: &Path, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::new(format!(
            "a file of this name is there already; choose another or use --force: {}",
            path.display()
        )));
    }
    Ok(())
}

/// A folder that is there is never replaced, for other things may lie in it.
pub(crate) fn check_room(out: &Path, force: bool) -> Result<(), Failure> {
    if out.is_dir() {
        let empty = std::fs::read_dir(out).is_ok_and(|mut files| files.next().is_none());
        return match empty {
            true => Ok(()),
            false => Err(Failure::new(format!(
                "this folder has something in it; choose another name: {}",
                out.display()
            ))),
        };
    }
    check_free(out, force)
}

/// Makes a folder for results and looks whether it takes files.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.is_file() {
        return Err(Failure::new(format!(
            "this is a file; several results need a folder: {}",
            folder.display()
        )));
    }
    std::fs::create_dir_all(folder).map_err(|e| {
        Failure::new(format!(
            "the folder can't be made ({}): {}",
            e.kind(),
            folder.display()
        ))
    })?;
    check_folder(folder)
}

/// Looks whether a folder takes files, by writing one that vanishes.
fn check_folder(folder: &Path) -> Result<(), Failure> {
    if !folder.is_dir() {
        return Err(Failure::new(format!(
            "there is no such folder; make it first: {}",
            folder.display()
        )));
    }
    unfinished::sweep(folder);
    match tempfile::tempfile_in(folder) {
        Ok(_) => Ok(()),
        Err(e) => Err(Failure::new(format!(
            "this folder can't be written to ({}); choose another: {}",
            e.kind(),
            folder.display()
        ))),
    }
}

/// The format that a name asks for.
pub(crate) fn format_of(path: &Path) -> Result<Format, Failure> {
    export::format_of(path).ok_or_else(|| {
        Failure::new(format!(
            "the name must end in .png, .jpg, .webp or .tif: {}",
            path.display()
        ))
    })
}

/// `name-0007.png` in a folder.
pub(crate) fn numbered(folder: &Path, name: &str, number: u64) -> PathBuf {
    folder.join(format!("{name}-{number:04}.png"))
}
