//! Surfaces of a picture as files: materials, panoramas, the picture on a wall.

mod hang;
mod material;
mod panorama;

use std::path::PathBuf;

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage, SurfaceJob, SurfaceKind};
use crate::engine::recipes::software;
use crate::export::atomic::{self, Existing};
use crate::export::{ExportError, PhotoCredit, Provenance};
use crate::photo::Photo;
use crate::spaces::Tags;

/// Makes one.
pub(super) fn run(context: &mut JobContext<'_>, job: &SurfaceJob) -> Result<Output, EngineError> {
    context.progress(Stage::Reading, 0, 1);
    context.yield_to_previews()?;
    let photo = context.state.photos.source(&job.picture)?.0;
    let mut files = Files {
        existing: match job.replace {
            true => Existing::Replace,
            false => Existing::Keep,
        },
        written: Vec::new(),
    };
    match &job.kind {
        SurfaceKind::Material {
            settings,
            folder,
            name,
            convention,
            shapes,
            look,
        } => {
            let made = material::Made {
                folder,
                name,
                convention: *convention,
                shapes,
                look: *look,
            };
            material::run(context, job, &photo, settings, &made, &mut files)?;
        }
        SurfaceKind::Panorama { faces, page } => {
            let faces = faces
                .as_ref()
                .map(|(at, name)| (at.as_path(), name.as_str()));
            panorama::run(context, job, &photo, faces, page.as_deref(), &mut files)?;
        }
        SurfaceKind::Hang { side, hanging, out } => {
            hang::run(
                context,
                job,
                &photo,
                &hang::sized(*side, hanging, &photo),
                out,
                &mut files,
            )?;
        }
    }
    Ok(Output::Folder {
        written: files.written,
        kept: Vec::new(),
        skipped: Vec::new(),
    })
}

/// Files as they are written.
struct Files {
    existing: Existing,
    written: Vec<PathBuf>,
}

impl Files {
    /// Refuses before the work what couldn't be written after it.
    fn check(&self, paths: impl IntoIterator<Item = PathBuf>) -> Result<(), EngineError> {
        match paths.into_iter().find(|path| path.exists()) {
            Some(path) if self.existing == Existing::Keep => Err(ExportError::Exists(path).into()),
            _ => Ok(()),
        }
    }

    fn write(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), EngineError> {
        atomic::write_bytes(&path, self.existing, bytes)?;
        self.written.push(path);
        Ok(())
    }
}

/// What the picture's file says of it, now in a file of ours.
fn provenance(job: &SurfaceJob, photo: &Photo) -> Provenance {
    let mut provenance = Provenance::of_picture(&photo.source.place(), &photo.source.sha256);
    if !job.photo_credit {
        provenance.photo = PhotoCredit::default();
    }
    provenance.software = software();
    provenance
}

/// The labels of a surface's files.
fn tags(job: &SurfaceJob, photo: &Photo, title: &str, settings: &serde_json::Value) -> Tags {
    let provenance = provenance(job, photo);
    Tags {
        xmp: provenance.packet().whole(),
        copyright: provenance.copyright_line(),
        title: title.to_owned(),
        settings: settings.to_string(),
    }
}
