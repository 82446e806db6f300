//! The user's own styles, found in their folder.

use std::path::{Path, PathBuf};

use super::ModelError;
use super::learnt_file;
use super::library::{Painter, StyleInfo, Unfinished};
use super::restyle::adapter_head;
use super::style_note::{
    GROUP, LEARNING, LearningHead, MAX_NOTE, NOTE, Note, OWN, beginning, note,
};
use super::styles::ShippedStyle;
use crate::recipe::{SourceRef, StyleSource};

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

fn learnt_style(stem: &str, file: &Path) -> Result<ShippedStyle, ModelError> {
    let (_, about) = adapter_head(&learnt_file::read(file)?)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::style_note::KeptPicture;

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
            assert!(
                picture_style("a", folder, kept(outside)).is_none(),
                "{outside}"
            );
        }
        assert!(picture_style("a", folder, Note::default()).is_none());
    }
}
