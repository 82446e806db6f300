//! The clipboard: pictures onto it; pictures, files and recipes off it.

use std::path::{Path, PathBuf};

use crate::app::action::{Action, FileRole};
use crate::app::notice::Level;
use crate::picture::Picture;

/// Whether the system puts the picture of an icon onto the clipboard beside a copied
/// file; elsewhere a picture is asked for first, because some programs answer a
/// question for files with the bytes of the picture.
const ICONS_BESIDE_FILES: bool = cfg!(any(windows, target_os = "macos"));

/// The clipboard, opened when first needed.
fn clipboard(slot: &mut Option<arboard::Clipboard>) -> Result<&mut arboard::Clipboard, String> {
    let opened = match slot.take() {
        Some(clipboard) => clipboard,
        None => {
            arboard::Clipboard::new().map_err(|e| format!("The clipboard can't be reached: {e}"))?
        }
    };
    Ok(slot.insert(opened))
}

/// Puts a picture onto it.
pub(super) fn copy(slot: &mut Option<arboard::Clipboard>, picture: &Picture) -> Action {
    let image = arboard::ImageData {
        width: picture.width() as usize,
        height: picture.height() as usize,
        bytes: picture.rgba().into(),
    };
    let done = clipboard(slot).and_then(|c| c.set_image(image).map_err(|e| e.to_string()));
    match done {
        Ok(()) => notify(Level::Info, "Picture copied"),
        Err(error) => notify(Level::Error, error),
    }
}

/// Puts files onto it.
pub(super) fn copy_files(slot: &mut Option<arboard::Clipboard>, paths: &[PathBuf]) -> Action {
    let put = |c: &mut arboard::Clipboard| c.set().file_list(paths).map_err(|e| e.to_string());
    match clipboard(slot).and_then(put) {
        Ok(()) => notify(
            Level::Info,
            match paths.len() {
                1 => "The file is copied: paste it where files go".to_owned(),
                n => format!("{n} files are copied: paste them where files go"),
            },
        ),
        Err(error) => notify(
            Level::Error,
            format!("The files can't be put onto the clipboard; try again in a moment ({error})"),
        ),
    }
}

/// A picture or files, then text.
pub(super) fn paste(slot: &mut Option<arboard::Clipboard>, role: FileRole) -> Action {
    let clipboard = match clipboard(slot) {
        Ok(clipboard) => clipboard,
        Err(error) => return notify(Level::Error, error),
    };
    let found = if ICONS_BESIDE_FILES {
        copied_files(clipboard, role).or_else(|| copied_picture(clipboard, role))
    } else {
        copied_picture(clipboard, role).or_else(|| copied_files(clipboard, role))
    };
    if let Some(action) = found {
        return action;
    }
    match clipboard.get_text() {
        Ok(text) if text.trim_start().starts_with('{') => Action::PasteRecipe(text),
        Ok(text) if Path::new(text.trim()).is_file() => Action::OpenFiles {
            paths: vec![PathBuf::from(text.trim())],
            role,
        },
        _ => notify(
            Level::Info,
            "There is no picture, file or recipe on the clipboard.",
        ),
    }
}

fn copied_files(clipboard: &mut arboard::Clipboard, role: FileRole) -> Option<Action> {
    let paths = clipboard.get().file_list().ok()?;
    let paths: Vec<PathBuf> = paths.into_iter().filter(|p| p.is_file()).collect();
    (!paths.is_empty()).then_some(Action::OpenFiles { paths, role })
}

fn copied_picture(clipboard: &mut arboard::Clipboard, role: FileRole) -> Option<Action> {
    let image = clipboard.get_image().ok()?;
    Some(match crate::window::save::pasted(&image) {
        Ok(path) => Action::OpenFiles {
            paths: vec![path],
            role,
        },
        Err(error) => notify(Level::Error, error),
    })
}

fn notify(level: Level, text: impl Into<String>) -> Action {
    Action::Notify {
        level,
        text: text.into(),
    }
}
