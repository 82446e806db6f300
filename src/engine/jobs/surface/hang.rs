//! The picture on a wall, in files for phones, renderers and browsers.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::files::{Files, packet, recipe, tags};
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, Stage, SurfaceJob};
use crate::engine::recipes::software;
use crate::engine::resample::shrink_to;
use crate::engine::surface_job::HangSide;
use crate::export::format::Format;
use crate::export::{self, Labels};
use crate::photo::Photo;
use crate::recipe::{Making, SurfaceParams};
use crate::spaces::hang::{self, Hanging, Texture};

/// Longer side of the picture in the files: what phones take.
const LONGEST: u32 = 4096;
/// Quality of its JPEG.
const QUALITY: u8 = 92;

/// The kinds of files, by the ends of their names.
#[derive(Clone, Copy)]
enum Kind {
    Usdz,
    Glb,
    Page,
}

fn kind(path: &Path) -> Result<Kind, EngineError> {
    let end = path.extension().unwrap_or_default().to_string_lossy();
    match end.to_ascii_lowercase().as_str() {
        "usdz" => Ok(Kind::Usdz),
        "glb" => Ok(Kind::Glb),
        "html" => Ok(Kind::Page),
        _ => Err(EngineError::BadRequest(format!(
            "the name must end in .usdz, .glb or .html: {}",
            path.display()
        ))),
    }
}

/// How it hangs, with both sides.
pub(super) fn sized(side: HangSide, hanging: &Hanging, photo: &Photo) -> Hanging {
    let [width, height] = photo.picture.size().map(|side| side as f32);
    let size = match side {
        // One that is made again keeps what was rounded.
        HangSide::Width(cm)
            if cm == hanging.size[0]
                && (hanging.size[1] / (cm * height / width) - 1.0).abs() < 1e-5 =>
        {
            hanging.size
        }
        HangSide::Width(cm) => [cm, cm * height / width],
        HangSide::Height(cm) => [cm * width / height, cm],
    };
    Hanging { size, ..*hanging }
}

/// What the recipe says.
fn making(photo: &Photo, hanging: &Hanging) -> Making {
    let settings = match serde_json::to_value(hanging) {
        Ok(Value::Object(settings)) => settings,
        _ => Map::new(),
    };
    Making::Hang(SurfaceParams {
        picture: photo.source.clone(),
        settings,
    })
}

/// Makes and writes the files.
pub(super) fn run(
    context: &mut JobContext<'_>,
    job: &SurfaceJob,
    photo: &Photo,
    hanging: &Hanging,
    out: &[PathBuf],
    files: &mut Files,
) -> Result<(), EngineError> {
    hanging.check()?;
    let kinds: Vec<Kind> = out
        .iter()
        .map(|path| kind(path))
        .collect::<Result<_, _>>()?;
    files.check(out.iter().cloned())?;
    let total = out.len() as u64;
    context.progress(Stage::Writing, 0, total);
    let picture = shrink_to(&photo.picture, LONGEST);
    let recipe = recipe(context, job, photo, making(photo, hanging));
    let labels = Labels {
        xmp: Some(packet(job, photo, Some(&recipe))),
        ..Labels::default()
    };
    let bytes = export::encode_to_bytes(&picture, Format::Jpeg(QUALITY), &labels)?;
    let texture = Texture { bytes: &bytes };
    let settings = json!({
        "kind": "hang",
        "software": software(),
        "source": { "sha256": photo.source.sha256 },
        "hanging": hanging,
        "recipe": recipe,
    });
    for (done, (path, kind)) in out.iter().zip(kinds).enumerate() {
        context.progress(Stage::Writing, done as u64, total);
        context.yield_to_previews()?;
        let title = path.file_stem().unwrap_or_default().to_string_lossy();
        let tags = tags(job, photo, &title, &settings, Some(&recipe));
        let bytes = match kind {
            Kind::Usdz => hang::usdz(hanging, &texture, &tags)?,
            Kind::Glb => hang::glb(hanging, &texture, &tags)?,
            Kind::Page => hang::page(hanging, &texture, &tags)?.into_bytes(),
        };
        files.write(path.clone(), &bytes)?;
    }
    Ok(())
}
