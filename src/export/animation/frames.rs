//! Numbered frames: a folder of PNG files, each with its labels, there whole or not at all.

use std::path::{Path, PathBuf};

use crate::export::encode::{self, Labels};
use crate::export::format::Format;
use crate::export::{ExportError, atomic};
use crate::picture::Picture;
use crate::unfinished::UnfinishedFolder;

/// Fewest digits of a number.
const DIGITS: usize = 4;

/// A folder of frames being written.
pub(super) struct Frames {
    target: PathBuf,
    room: UnfinishedFolder,
    within: PathBuf,
    digits: usize,
    labels: Labels,
}

impl Frames {
    /// Begins a folder, which is not to be there yet, or empty.
    pub(super) fn begin(target: &Path, frames: u32, labels: &Labels) -> Result<Self, ExportError> {
        let full = std::fs::read_dir(target).is_ok_and(|mut files| files.next().is_some());
        if full || target.is_file() {
            return Err(ExportError::Exists(target.to_path_buf()));
        }
        let fail = |e| ExportError::writing(target, e);
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let room = UnfinishedFolder::begin(parent).map_err(fail)?;
        let within = room.path().join("frames");
        std::fs::create_dir(&within).map_err(fail)?;
        Ok(Self {
            target: target.to_path_buf(),
            room,
            within,
            digits: frames.to_string().len().max(DIGITS),
            labels: labels.clone(),
        })
    }

    pub(super) fn frame(&mut self, number: u32, picture: &Picture) -> Result<(), ExportError> {
        let name = format!("frame-{:0digits$}.png", number + 1, digits = self.digits);
        let path = self.within.join(name);
        atomic::write_file(&path, atomic::Existing::Keep, |mut out| {
            encode::encode(picture, Format::Png, &self.labels, &mut out)
        })
        .map_err(|e| e.at(&self.target))
    }

    pub(super) fn finish(self) -> Result<(), ExportError> {
        // An empty folder of the name gives way; a full one refuses.
        std::fs::rename(&self.within, &self.target)
            .map_err(|e| ExportError::writing(&self.target, e))?;
        drop(self.room);
        Ok(())
    }
}
