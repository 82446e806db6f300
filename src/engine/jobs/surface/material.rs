//! The maps of a material.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::files::{Files, packet, recipe, tags};
use crate::engine::jobs::context::JobContext;
use crate::engine::memory::available;
use crate::engine::protocol::{EngineError, Output, Stage, SurfaceJob};
use crate::engine::recipes::{self, software};
use crate::export::format::Format;
use crate::export::{self, Labels};
use crate::photo::Photo;
use crate::recipe::{Making, SurfaceParams};
use crate::spaces::gltf::Shape;
use crate::spaces::material::{self, Convention, Look, Settings};

/// Which files a material becomes.
pub(super) struct Made<'a> {
    pub(super) folder: &'a Path,
    pub(super) name: &'a str,
    pub(super) convention: Convention,
    pub(super) shapes: &'a [Shape],
    pub(super) look: bool,
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

    fn mtlx(&self) -> PathBuf {
        self.path(".mtlx")
    }

    fn look(&self) -> PathBuf {
        self.path("_look.png")
    }

    /// What the recipe says.
    fn making(&self, photo: &Photo, settings: &Settings) -> Making {
        let all = json!({
            "maps": settings,
            "name": self.name,
            "convention": self.convention,
            "shapes": self.shapes,
            "look": self.look,
        });
        Making::Material(SurfaceParams {
            picture: photo.source.clone(),
            settings: match all {
                Value::Object(all) => all,
                _ => serde_json::Map::new(),
            },
        })
    }

    /// Everything that is going to be written.
    fn all(&self) -> Vec<PathBuf> {
        let maps = self.convention.names(self.name);
        let mut all: Vec<PathBuf> = maps.iter().map(|n| self.folder.join(n)).collect();
        all.extend(self.shapes.iter().map(|shape| self.shape(*shape)));
        all.push(self.settings());
        all.push(self.mtlx());
        all.extend(self.look.then(|| self.look()));
        all
    }
}

/// The base colour alone, as a picture whose recipe makes all maps.
pub(super) fn base(
    context: &mut JobContext<'_>,
    photo: &Photo,
    settings: &Settings,
    name: &str,
) -> Result<Output, EngineError> {
    check_memory(photo)?;
    context.progress(Stage::Rendering, 0, 1);
    let material = material::make(&photo.picture, settings, &context.token())?;
    // What was found is what the same maps need.
    let found = Settings {
        seamless: Some(material.seamless),
        ..settings.clone()
    };
    let made = Made {
        folder: Path::new(""),
        name,
        convention: Convention::default(),
        shapes: &[],
        look: false,
    };
    let making = made.making(photo, &found);
    let sources = vec![photo.source.clone()];
    let recipe = recipes::recipe(making, Vec::new(), sources, &context.state.device);
    Ok(Output::Picture {
        picture: material.base,
        recipe: Box::new(recipe),
    })
}

fn check_memory(photo: &Photo) -> Result<(), EngineError> {
    let [width, height] = photo.picture.size();
    let needed = material::memory([width, height]);
    match available().filter(|free| needed > *free) {
        None => Ok(()),
        Some(free) => Err(EngineError::Memory(format!(
            "a material of {width} x {height} pixels takes about {} MB and {} MB are free; close other programs or take a smaller picture",
            needed >> 20,
            free >> 20
        ))),
    }
}

/// Makes and writes them.
pub(super) fn run(
    context: &mut JobContext<'_>,
    job: &SurfaceJob,
    photo: &Photo,
    settings: &Settings,
    made: &Made<'_>,
    files: &mut Files,
) -> Result<(), EngineError> {
    files.check(made.all())?;
    check_memory(photo)?;
    let steps = 2 + made.shapes.len() as u64;
    context.progress(Stage::Rendering, 0, steps);
    let material = material::make(&photo.picture, settings, &context.token())?;
    context.yield_to_previews()?;
    let sources = json!({ "sha256": photo.source.sha256 });
    // What was found is what the same maps need.
    let found = Settings {
        seamless: Some(material.seamless),
        ..settings.clone()
    };
    let recipe = recipe(context, job, photo, made.making(photo, &found));
    let settings = json!({
        "kind": "material",
        "software": software(),
        "source": sources,
        "settings": found,
        "recipe": recipe,
    });
    let tags = tags(job, photo, made.name, &settings, Some(&recipe));
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
            xmp: Some(packet(job, photo, Some(&recipe))),
            ..Labels::default()
        };
        let bytes = export::encode_to_bytes(&ball, Format::Png, &labels)?;
        files.write(made.look(), &bytes)?;
    }
    let document = material::mtlx(made.convention, made.name);
    files.write(made.mtlx(), document.as_bytes())?;
    let text = format!("{settings:#}\n");
    files.write(made.settings(), text.as_bytes())
}
