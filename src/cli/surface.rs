//! `limner material`, `limner hang`: surfaces of a picture.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;

use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::make_folder;
use super::session::{Session, unexpected};
use super::spaces_args::{Hang, Material, SurfaceKeeping};
use super::stylize::source;
use crate::engine::protocol::{Job, Output, SurfaceJob};
use crate::engine::surface_job::{HangSide, Hanging, MaterialSettings, SurfaceKind};

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
    let Output::Folder { written, .. } = session.job(what, Job::Surface(Box::new(job)))? else {
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
