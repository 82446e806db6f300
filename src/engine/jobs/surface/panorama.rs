//! The faces of a panorama, and a page to look around in it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::{Files, provenance, tags};
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Stage, SurfaceJob};
use crate::engine::resample::shrink_to;
use crate::export::format::Format;
use crate::export::{self, Labels};
use crate::photo::Photo;
use crate::spaces::panorama;

/// Longer side of the panorama in a page: what browsers on phones take.
const LONGEST: u32 = 8192;
/// Quality of its JPEG.
const QUALITY: u8 = 90;

/// Makes and writes what is asked for; faces are `NAME_front.png` and so on in their folder.
pub(super) fn run(
    context: &mut JobContext<'_>,
    job: &SurfaceJob,
    photo: &Photo,
    folder: Option<(&Path, &str)>,
    page: Option<&Path>,
    files: &mut Files,
) -> Result<(), EngineError> {
    panorama::check(photo.picture.size())?;
    let face = |(folder, name): (&Path, &str), face: &str| -> PathBuf {
        folder.join(format!("{name}_{face}.png"))
    };
    let faces = folder.map(|at| panorama::FACES.map(|f| face(at, f.name)));
    let all = faces.into_iter().flatten();
    files.check(all.chain(page.map(Path::to_path_buf)))?;
    let labels = Labels {
        xmp: Some(provenance(job, photo).packet()),
        ..Labels::default()
    };
    if let Some(at) = folder {
        context.progress(Stage::Rendering, 0, 2);
        for (of, picture) in panorama::faces(&photo.picture)? {
            context.yield_to_previews()?;
            let bytes = export::encode_to_bytes(&picture, Format::Png, &labels)?;
            files.write(face(at, of.name), &bytes)?;
        }
    }
    if let Some(path) = page {
        context.progress(Stage::Writing, 1, 2);
        context.yield_to_previews()?;
        let picture = shrink_to(&photo.picture, LONGEST);
        let whole = Labels {
            panorama: true,
            ..labels
        };
        let bytes = export::encode_to_bytes(&picture, Format::Jpeg(QUALITY), &whole)?;
        let title = path.file_stem().unwrap_or_default().to_string_lossy();
        let tags = tags(job, photo, &title, &Value::Null, None);
        let page = panorama::page(picture.size(), &bytes, &tags)?;
        files.write(path.to_path_buf(), page.as_bytes())?;
    }
    Ok(())
}
