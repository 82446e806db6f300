//! Files of a surface as they are written, and their labels.

use std::path::PathBuf;

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, SurfaceJob};
use crate::engine::recipes::{self, software};
use crate::export::atomic::{self, Existing};
use crate::export::xmp::Packet;
use crate::export::{ExportError, PhotoCredit, Provenance};
use crate::photo::Photo;
use crate::recipe::{Making, Recipe};
use crate::spaces::Tags;

/// Files as they are written.
pub(super) struct Files {
    existing: Existing,
    pub(super) written: Vec<PathBuf>,
}

impl Files {
    /// None yet; whether files that are there are replaced.
    pub(super) fn new(replace: bool) -> Self {
        Self {
            existing: match replace {
                true => Existing::Replace,
                false => Existing::Keep,
            },
            written: Vec::new(),
        }
    }

    /// Refuses before the work what couldn't be written after it.
    pub(super) fn check(
        &self,
        paths: impl IntoIterator<Item = PathBuf>,
    ) -> Result<(), EngineError> {
        match paths.into_iter().find(|path| path.exists()) {
            Some(path) if self.existing == Existing::Keep => Err(ExportError::Exists(path).into()),
            _ => Ok(()),
        }
    }

    pub(super) fn write(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), EngineError> {
        atomic::write_bytes(&path, self.existing, bytes)?;
        self.written.push(path);
        Ok(())
    }
}

/// What the picture's file says of it, now in a file of ours.
pub(super) fn provenance(job: &SurfaceJob, photo: &Photo) -> Provenance {
    let mut provenance = Provenance::of_picture(&photo.source.place(), &photo.source.sha256);
    if !job.photo_credit {
        provenance.photo = PhotoCredit::default();
        // In a picture of ours the photographer's lines and the user's are one.
        provenance.creator.clear();
        provenance.rights.clear();
    }
    provenance.software = software();
    provenance
}

/// The recipe of a surface. It is as old as the picture, so that the same files come twice; where
/// the picture lies isn't told.
pub(super) fn recipe(
    context: &mut JobContext<'_>,
    job: &SurfaceJob,
    photo: &Photo,
    making: Making,
) -> Recipe {
    let state = &mut *context.state;
    let sources = vec![photo.source.clone()];
    let mut recipe = recipes::recipe(making, Vec::new(), sources, &state.device);
    recipe.created = provenance(job, photo).created;
    state.photos.note_origins(&mut recipe);
    let recipe = recipe.without_source_names();
    match job.photo_credit {
        true => recipe,
        false => recipe.without_photo_credit(),
    }
}

/// XMP of what is known of the picture, and of how its surface was made.
pub(super) fn packet(job: &SurfaceJob, photo: &Photo, recipe: Option<&Recipe>) -> Packet {
    let mut packet = provenance(job, photo).packet();
    if let Some(recipe) = recipe {
        packet.put_recipe(recipe.to_json());
    }
    packet
}

/// The labels of a surface's files.
pub(super) fn tags(
    job: &SurfaceJob,
    photo: &Photo,
    title: &str,
    settings: &serde_json::Value,
    recipe: Option<&Recipe>,
) -> Tags {
    let provenance = provenance(job, photo);
    Tags {
        xmp: packet(job, photo, recipe).whole(),
        copyright: provenance.copyright_line(),
        title: title.to_owned(),
        settings: settings.to_string(),
    }
}
