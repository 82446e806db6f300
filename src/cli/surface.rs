//! `limner material`, `limner hang`: surfaces of a picture.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::failure::Failure;
use super::keeping::Output;
use super::output::{say, say_json, text_of};
use super::save::make_folder;
use super::session::{Session, unexpected};
use super::spaces_args::{Hang, Material, SurfaceKeeping};
use super::stylize::source;
use crate::engine::protocol::{Job, Output as Made, SurfaceJob};
use crate::engine::surface_job::{
    Convention, HangSide, Hanging, MaterialSettings, Shape, SurfaceKind,
};
use crate::recipe::{Making, Recipe, SurfaceParams};

/// Makes the maps of a material.
pub(crate) fn material(args: &Material, session: &mut Session) -> Result<(), Failure> {
    let settings = settings(args)?;
    settings.check()?;
    let name = plain_name(args.name.as_deref(), &args.picture);
    make_folder(&args.out)?;
    let kind = SurfaceKind::Material {
        settings,
        folder: args.out.clone(),
        name,
        convention: args.program.map(Into::into).unwrap_or_default(),
        shapes: args.glb.iter().map(|shape| (*shape).into()).collect(),
        look: args.look,
    };
    make("material", &args.picture, kind, &args.keeping, session)
}

/// Hangs a picture.
pub(crate) fn hang(args: &Hang, session: &mut Session) -> Result<(), Failure> {
    let side = match (args.width_cm, args.height_cm) {
        (Some(cm), _) => HangSide::Width(cm),
        (None, Some(cm)) => HangSide::Height(cm),
        (None, None) => return Err(Failure::new("say --width-cm or --height-cm")),
    };
    let kind = SurfaceKind::Hang {
        side,
        hanging: Hanging {
            frame: args.frame.map(Into::into),
            frame_width: args.frame_width,
            mat: args.mat,
            mat_color: args.mat_color,
            canvas: args.canvas,
            ..Hanging::sheet(1.0, [1, 1])
        },
        out: args.out.clone(),
    };
    make("hang", &args.picture, kind, &args.keeping, session)
}

/// Makes the same files again: a material into a folder, what hangs on a wall into one file.
pub(super) fn again(
    recipe: &Recipe,
    params: &SurfaceParams,
    output: &Output,
    session: &mut Session,
) -> Result<(), Failure> {
    let out = output.out.clone();
    let settings = serde_json::Value::Object(params.settings.clone());
    let unknown = |e: serde_json::Error| {
        Failure::new(format!(
            "this recipe's settings are not known here ({e}); update Limner to use it"
        ))
    };
    let kind = match &recipe.making {
        Making::Material(_) => {
            let all: MaterialAgain = serde_json::from_value(settings).map_err(unknown)?;
            all.maps.check()?;
            make_folder(&out)?;
            SurfaceKind::Material {
                settings: all.maps,
                folder: out,
                name: plain_name(Some(&all.name), &output.out),
                convention: all.convention,
                shapes: all.shapes,
                look: all.look,
            }
        }
        _ => {
            let hanging: Hanging = serde_json::from_value(settings).map_err(unknown)?;
            SurfaceKind::Hang {
                side: HangSide::Width(hanging.size[0]),
                hanging,
                out: vec![out],
            }
        }
    };
    let job = SurfaceJob {
        picture: params.picture.clone(),
        kind,
        replace: output.keeping.force,
        photo_credit: !output.keeping.no_photo_credit,
    };
    written("render", job, session)
}

/// What the recipe of a material says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialAgain {
    maps: MaterialSettings,
    name: String,
    convention: Convention,
    shapes: Vec<Shape>,
    look: bool,
}

/// Runs the job and says which files there are.
pub(super) fn make(
    what: &str,
    picture: &Path,
    kind: SurfaceKind,
    keeping: &SurfaceKeeping,
    session: &mut Session,
) -> Result<(), Failure> {
    let job = SurfaceJob {
        picture: source(picture)?,
        kind,
        replace: keeping.force,
        photo_credit: !keeping.no_photo_credit,
    };
    written(what, job, session)
}

fn written(what: &str, job: SurfaceJob, session: &mut Session) -> Result<(), Failure> {
    let Made::Folder { written, .. } = session.job(what, Job::Surface(Box::new(job)))? else {
        return Err(unexpected());
    };
    if session.json {
        let files: Vec<String> = written.iter().map(|path| text_of(path)).collect();
        return say_json(&json!({ "written": files, "notes": session.notes() }));
    }
    written.iter().try_for_each(|path| say(path.display()))
}

/// A name that every program takes: letters, digits and low lines.
pub(super) fn plain_name(wanted: Option<&str>, picture: &Path) -> String {
    let stem = picture.file_stem().unwrap_or_default().to_string_lossy();
    let plain: String = wanted
        .unwrap_or(&stem)
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    match plain.trim_matches('_') {
        "" => "picture".to_owned(),
        name => name.to_owned(),
    }
}

/// What of a `NAME_material.json` counts.
#[derive(Deserialize)]
struct MaterialFile {
    kind: String,
    settings: MaterialSettings,
}

/// The settings of a file, if one is given, with what else was typed.
fn settings(args: &Material) -> Result<MaterialSettings, Failure> {
    let mut settings = match &args.settings {
        None => MaterialSettings::default(),
        Some(path) => read_settings(path)?,
    };
    for (number, typed) in [
        (&mut settings.even, args.even),
        (&mut settings.light_scale, args.light_scale),
        (&mut settings.height_strength, args.height_strength),
        (&mut settings.detail, args.detail),
        (&mut settings.roughness, args.roughness),
        (&mut settings.variation, args.variation),
        (&mut settings.occlusion, args.occlusion),
        (&mut settings.metalness, args.metalness),
    ] {
        *number = typed.unwrap_or(*number);
    }
    settings.invert |= args.invert;
    settings.seamless = args.seamless.or(settings.seamless);
    Ok(settings)
}

fn read_settings(path: &Path) -> Result<MaterialSettings, Failure> {
    let wrong = |why: String| {
        Failure::new(format!(
            "these are no settings of a material ({why}): {}",
            path.display()
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.kind().to_string()))?;
    let file: MaterialFile = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    match file.kind.as_str() {
        "material" => Ok(file.settings),
        other => Err(wrong(format!("they are of kind '{other}'"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_names_that_every_program_takes() {
        let name = |n: &str| plain_name(None, Path::new(n));
        assert_eq!(name("/a/old oak (2).jpg"), "old_oak__2");
        assert_eq!(name("stone.png"), "stone");
        assert_eq!(name("..."), "picture");
        assert_eq!(plain_name(Some("T/../x"), Path::new("a.png")), "T____x");
    }
}
