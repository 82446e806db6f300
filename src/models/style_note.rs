//! What lies beside the user's own styles. A learnt style is `NAME.safetensors`, a kept picture `NAME`
//! with its own ending; `NAME.json` beside either holds what the user says about it. Learning that
//! isn't over yet is `NAME.learning`.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::restyle::About;

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
pub(super) const MAX_NOTE: u64 = 1 << 16;

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
    /// The style's weight, and running means of content and style; absent in older files.
    #[serde(default)]
    pub balance: Option<[f32; 3]>,
    /// Time spent.
    pub seconds: f64,
    /// What it was begun with, where that can be written down.
    #[serde(default)]
    pub plan: Option<Plan>,
}

impl LearningHead {
    /// Of a file's bytes, or of as many of them as hold its head. `None` for other files.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        // The crate's own reader wants the whole file.
        let length = u64::from_le_bytes(*bytes.first_chunk()?);
        let end = usize::try_from(length).ok()?.checked_add(8)?;
        let header: serde_json::Value = serde_json::from_slice(bytes.get(8..end)?).ok()?;
        let metadata = header.get("__metadata__")?;
        if metadata.get("format")?.as_str()? != LEARNING_FORMAT {
            return None;
        }
        serde_json::from_str(metadata.get("head")?.as_str()?).ok()
    }
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

/// The first bytes of a file, at most so many.
pub(super) fn beginning(file: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
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

/// A name for a style's files that none of the folder has, and none of those `to_come`: `title` as a
/// file's, with a number if it must be.
pub fn free_name(folder: &Path, title: &str, to_come: &[String]) -> String {
    let taken: Vec<String> = taken(folder).chain(to_come.iter().cloned()).collect();
    let name = file_name(title);
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or(name)
}

/// Names of the styles in a folder, in small letters: some file systems take both as the same.
pub fn taken(folder: &Path) -> impl Iterator<Item = String> {
    let listed = std::fs::read_dir(folder).into_iter().flatten().flatten();
    listed.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_lowercase()))
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
}
