//! Surfaces of a picture as files: materials.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::engine::jobs::context::JobContext;
use crate::engine::memory::available;
use crate::engine::protocol::{EngineError, Output, Stage, SurfaceJob, SurfaceKind};
use crate::engine::recipes::software;
use crate::export::atomic::{self, Existing};
use crate::export::format::Format;
use crate::export::{self, ExportError, Labels, PhotoCredit, Provenance};
use crate::photo::Photo;
use crate::spaces::Tags;
use crate::spaces::gltf::Shape;
use crate::spaces::material::{self, Convention, Look, Settings};

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
            let made = Made {
                folder,
                name,
                convention: *convention,
                shapes,
                look: *look,
            };
            material(context, job, &photo, settings, &made, &mut files)?;
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

/// Which files a material becomes.
struct Made<'a> {
    folder: &'a Path,
    name: &'a str,
    convention: Convention,
    shapes: &'a [Shape],
    look: bool,
}

impl Made<'_> {
    fn path(&self, end: &str) -> PathBuf {
        self.folder.join(format!("{}{end}", self.name))
    }

    fn settings(&self) -> PathBuf {
        self.path("_material.json")
    }

    fn shape(&self, shape: Shape) -> PathBuf {
        self.path(&format!("_{}.glb", shape.name()))
    }

    fn look(&self) -> PathBuf {
        self.path("_look.png")
    }

    /// Everything that is going to be written.
    fn all(&self) -> Vec<PathBuf> {
        let maps = self.convention.names(self.name);
        let mut all: Vec<PathBuf> = maps.iter().map(|n| self.folder.join(n)).collect();
        all.extend(self.shapes.iter().map(|shape| self.shape(*shape)));
        all.push(self.settings());
        all.extend(self.look.then(|| self.look()));
        all
    }
}

fn material(
    context: &mut JobContext<'_>,
    job: &SurfaceJob,
    photo: &Arc<Photo>,
    settings: &Settings,
    made: &Made<'_>,
    files: &mut Files,
) -> Result<(), EngineError> {
    files.check(made.all())?;
    let [width, height] = photo.picture.size();
    let needed = material::memory([width, height]);
    if let Some(free) = available().filter(|free| needed > *free) {
        return Err(EngineError::Memory(format!(
            "a material of {width} x {height} pixels takes about {} MB and {} MB are free; close other programs or take a smaller picture",
            needed >> 20,
            free >> 20
        )));
    }
    let steps = 2 + made.shapes.len() as u64;
    context.progress(Stage::Rendering, 0, steps);
    let material = material::make(&photo.picture, settings, &context.token())?;
    context.yield_to_previews()?;
    let sources = json!({ "sha256": photo.source.sha256 });
    let settings = json!({
        "kind": "material",
        "software": software(),
        "source": sources,
        // What was found is what the same maps need.
        "settings": Settings { seamless: Some(material.seamless), ..settings.clone() },
    });
    let tags = tags(job, photo, made.name, &settings);
    context.progress(Stage::Writing, 1, steps);
    for file in material::files(&material, made.convention, made.name, &tags)? {
        files.write(made.folder.join(&file.name), &file.bytes)?;
    }
    for (done, shape) in made.shapes.iter().enumerate() {
        context.progress(Stage::Writing, 2 + done as u64, steps);
        context.yield_to_previews()?;
        files.write(
            made.shape(*shape),
            &material::glb(&material, *shape, &tags)?,
        )?;
    }
    if made.look {
        let ball = material::look(&material, &Look::default())?;
        let labels = Labels {
            xmp: Some(provenance(job, photo).packet()),
            ..Labels::default()
        };
        let bytes = export::encode_to_bytes(&ball, Format::Png, &labels)?;
        files.write(made.look(), &bytes)?;
    }
    let text = format!("{settings:#}\n");
    files.write(made.settings(), text.as_bytes())
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
