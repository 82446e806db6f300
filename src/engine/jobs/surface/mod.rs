//! Surfaces of a picture as files: materials, panoramas, the picture on a wall.

mod files;
mod hang;
mod material;
mod panorama;

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Output, Stage, SurfaceJob};
use crate::engine::surface_job::SurfaceKind;
use files::Files;

/// Makes one.
pub(super) fn run(context: &mut JobContext<'_>, job: &SurfaceJob) -> Result<Output, EngineError> {
    context.progress(Stage::Reading, 0, 1);
    context.yield_to_previews()?;
    let photo = context.state.photos.source(&job.picture)?.0;
    if let SurfaceKind::Base { settings, name } = &job.kind {
        return material::base(context, &photo, settings, name);
    }
    let mut files = Files::new(job.replace);
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
        // Above.
        SurfaceKind::Base { .. } => {}
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
