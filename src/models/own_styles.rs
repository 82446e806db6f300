//! The user's own styles: files of one folder. A learnt style is `NAME.safetensors`, a kept picture
//! `NAME` with its own ending; `NAME.json` beside either holds what the user says about it. Learning
//! that isn't over yet is `NAME.learning`.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use super::ModelError;
use super::learnt;
use super::library::{Painter, StyleInfo, Unfinished};
use super::restyle::{About, adapter_head};
use super::styles::ShippedStyle;
use crate::recipe::{SourceRef, StyleSource};

/// The folder, beside the models.
pub const FOLDER: &str = "learnt";
/// Before the ids of the user's own learnt styles.
pub const OWN: &str = "my/";
/// Heading of styles that the user put into no group.
pub const GROUP: &str = "My styles";
/// Ending of what the user says about a style.
pub const NOTE: &str = "json";
/// Ending of learning that isn't over.
pub const LEARNING: &str = "learning";
/// What such a file's `format` says.
pub const LEARNING_FORMAT: &str = "limner-learning-1";
/// Longer notes, and longer heads of files, aren't ours.
const MAX_NOTE: u64 = 1 << 16;

/// What the user says about a style. For a learnt one, what is empty is as its file says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// What it is called.
    pub title: String,
    /// Whose hand.
    pub artist: String,
    /// Licence of the picture.
    pub licence: String,
    /// Heading under which it stands; [`GROUP`] when empty.
    pub group: String,
    /// The kept picture; none for a learnt style.
    pub picture: Option<KeptPicture>,
}

/// A picture that was kept as a style.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptPicture {
    /// Its file in the folder.
    pub file: String,
    /// SHA-256 of that.
    pub sha256: String,
}

/// What learning was begun with, so that it can be gone on with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Pictures by one hand.
    pub pictures: Vec<PathBuf>,
    /// A photo of the user's.
    pub photo: Option<PathBuf>,
    /// What is said about the style.
    pub about: About,
    /// About how long.
    pub minutes: Option<f64>,
}

/// What the file of learning that isn't over says beside the numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LearningHead {
    /// Of what; another subject's progress is of no use.
    pub subject: String,
    /// Steps taken.
    pub steps: u32,
    /// Steps in all.
    pub planned: u32,
    /// Losses of the last steps.
    pub losses: VecDeque<f32>,
    /// Time spent.
    pub seconds: f64,
    /// What it was begun with, where that can be written down.
    #[serde(default)]
    pub plan: Option<Plan>,
}

impl LearningHead {
    /// Of a file's bytes, or of as many of them as hold its head. `None` for other files.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
        let metadata = header.metadata().as_ref()?;
        if metadata.get("format")? != LEARNING_FORMAT {
            return None;
        }
        serde_json::from_str(metadata.get("head")?).ok()
    }
}

/// What is in the folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) styles: Vec<ShippedStyle>,
    /// What is wrong with files that are no styles.
    pub(super) broken: Vec<(PathBuf, String)>,
    pub(super) unfinished: Vec<Unfinished>,
}

/// Looks through the folder.
pub(super) fn found(folder: &Path) -> Found {
    let mut found = Found::default();
    let listed = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        let ending = file.extension().and_then(|end| end.to_str());
        let Some(stem) = file.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        match ending {
            Some("safetensors") => match learnt_style(stem, &file) {
                Ok(style) => found.styles.push(style),
                Err(error) => found.broken.push((file, error.to_string())),
            },
            Some(NOTE) => match note(&file) {
                Ok(note) => found.styles.extend(picture_style(stem, folder, note)),
                Err(reason) => found.broken.push((file, reason)),
            },
            Some(LEARNING) => found.unfinished.extend(unfinished(&file)),
            _ => {}
        }
    }
    found
}

/// Reads a note.
///
/// # Errors
/// What is wrong with it.
pub fn note(file: &Path) -> Result<Note, String> {
    let bytes = beginning(file, MAX_NOTE).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| {
        format!("what is noted about this style can't be read ({error}); delete the note")
    })
}

fn beginning(file: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn learnt_style(stem: &str, file: &Path) -> Result<ShippedStyle, ModelError> {
    let (_, about) = adapter_head(&learnt::read(file)?)?;
    // Without a note, or with one that can't be read, the file speaks for itself.
    let note = note(&file.with_extension(NOTE)).unwrap_or_default();
    let or = |noted: String, said: String| if noted.is_empty() { said } else { noted };
    let title = or(note.title, or(about.title, stem.to_owned()));
    let licence = or(note.licence, about.licence);
    let lines = [about.source.as_str(), licence.as_str()];
    let origin: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let info = StyleInfo {
        source: StyleSource::Builtin(format!("{OWN}{stem}")),
        name: title,
        origin: origin.join(" · "),
        artist: or(note.artist, about.artist),
        year: about.year,
        licence,
        group: or(note.group, GROUP.into()),
        painter: Painter::Learnt,
        file: Some(file.to_owned()),
        own: Some(stem.to_owned()),
        swatch: None,
    };
    Ok(ShippedStyle { info, code: None })
}

/// A kept picture, if the note is of one.
fn picture_style(stem: &str, folder: &Path, note: Note) -> Option<ShippedStyle> {
    let kept = note.picture?;
    let name = Path::new(&kept.file);
    // Never a file of another folder.
    (name.file_name() == Some(name.as_os_str())).then_some(())?;
    let file = folder.join(name);
    let title = match note.title.as_str() {
        "" => stem.to_owned(),
        title => title.to_owned(),
    };
    let info = StyleInfo {
        source: StyleSource::File(SourceRef {
            name: title.clone(),
            artist: note.artist.clone(),
            licence: note.licence.clone(),
            ..SourceRef::of_file(&file, kept.sha256)
        }),
        name: title,
        origin: "a picture of yours".into(),
        artist: note.artist,
        licence: note.licence,
        group: match note.group {
            group if group.is_empty() => GROUP.into(),
            group => group,
        },
        painter: Painter::Shared,
        file: Some(file),
        own: Some(stem.to_owned()),
        ..StyleInfo::default()
    };
    Some(ShippedStyle { info, code: None })
}

fn unfinished(file: &Path) -> Option<Unfinished> {
    // The head comes first; its length is in front of it.
    let length = beginning(file, 8).ok()?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let head = beginning(file, 8 + length.min(MAX_NOTE)).ok()?;
    let head = LearningHead::of(&head)?;
    Some(Unfinished {
        file: file.to_owned(),
        steps: head.steps,
        planned: head.planned,
        plan: head.plan?,
    })
}

/// A name as a file's: letters and digits, everything else a hyphen.
pub fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = name.to_lowercase().chars().map(plain).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => "style".to_owned(),
        false => parts.join("-").chars().take(60).collect(),
    }
}

/// A name for a style's files that none of the folder has: `title` as a file's, with a number if it
/// must be.
pub fn free_name(folder: &Path, title: &str) -> String {
    let taken: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_lowercase()))
        .collect();
    let name = file_name(title);
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_files_that_every_system_takes() {
        assert_eq!(file_name("Grandma's Quilt / 1962"), "grandma-s-quilt-1962");
        assert_eq!(file_name("../.."), "style");
        assert_eq!(file_name("Été"), "été");
    }

    #[test]
    fn a_note_leads_to_no_file_of_another_folder() {
        let kept = |file: &str| Note {
            picture: Some(KeptPicture {
                file: file.into(),
                sha256: "ab".into(),
            }),
            ..Note::default()
        };
        let folder = Path::new("/styles");
        assert!(picture_style("a", folder, kept("a.jpg")).is_some());
        for outside in ["../a.jpg", "/etc/a.jpg", "b/a.jpg", "..", ""] {
            assert!(picture_style("a", folder, kept(outside)).is_none(), "{outside}");
        }
        assert!(picture_style("a", folder, Note::default()).is_none());
    }
}
