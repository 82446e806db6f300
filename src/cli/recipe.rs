//! `limner recipe`

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{Common, RecipeCommand};
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::{check_file, check_free, check_room, save};
use super::session::{Session, unexpected};
use crate::engine::protocol::{
    FilmFile, FilmJob, FilmParams, Job, Output, StyleFilmJob, StylizeOptions, TurnJob,
};
use crate::export::animation::{is_named_like_mp4, mp4_recipe};
use crate::export::{hidden_settings, metadata};
use crate::photo;
use crate::recipe::foreign::Foreign;
use crate::recipe::{Making, Recipe, SourceRef, StyleParams};
use crate::regular_file;

/// Longer side of an animation made again when its recipe doesn't say.
const WALK_SIDE: u64 = 512;

/// Shows, repeats or removes a recipe.
pub(crate) fn run(command: &RecipeCommand, common: &Common) -> Result<(), Failure> {
    match command {
        RecipeCommand::Show { file } => show(file, common.json),
        RecipeCommand::Render {
            file,
            source,
            output,
        } => {
            let mut recipe = read(file)?;
            for file in source {
                provide(&mut recipe, file)?;
            }
            render(&recipe, output, &mut Session::start(common)?)
        }
        RecipeCommand::Strip { file, out, force } => {
            check_free(out, *force || same(file, out))?;
            metadata::strip(file, out)?;
            if common.json {
                say_json(&json!({ "file": text_of(out) }))?;
            } else {
                say(out.display())?;
            }
            Ok(())
        }
    }
}

fn same(a: &Path, b: &Path) -> bool {
    a.canonicalize()
        .is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

fn is_json(file: &Path) -> bool {
    file.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("json"))
}

/// JSON as it stands in the file, also of newer versions; of other programs' pictures
/// what those say, line by line.
fn show(file: &Path, as_json: bool) -> Result<(), Failure> {
    let json = if is_json(file) {
        read_text(file)?
    } else if is_named_like_mp4(file) {
        mp4_recipe(file)?.ok_or_else(|| nothing(file))?
    } else {
        let found = metadata::read(file)?;
        match (found.recipe_json, found.foreign) {
            (Some(json), _) => json,
            (None, Some(foreign)) => return show_foreign(&foreign, as_json),
            (None, None) => match hidden_settings::read(file) {
                Some(foreign) => return show_foreign(&foreign, as_json),
                None => return Err(nothing(file)),
            },
        }
    };
    let value = crate::recipe::json::parse(&json)
        .map_err(|e| Failure::new(format!("the recipe is damaged ({e}): {}", file.display())))?;
    say_json(&value)?;
    Ok(())
}

/// Another program's settings; its text as it is where the form isn't known.
fn show_foreign(foreign: &Foreign, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let settings: Vec<Value> = foreign
            .settings
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        say_json(&json!({
            "program": foreign.program, "settings": settings, "text": foreign.text,
        }))?;
        return Ok(());
    }
    say(format!("Settings of {}", foreign.program))?;
    if foreign.settings.is_empty() {
        say(&foreign.text)?;
    }
    for (name, value) in &foreign.settings {
        say(format!("{name}: {value}"))?;
    }
    Ok(())
}

fn nothing(file: &Path) -> Failure {
    Failure::new(format!(
        "there is no recipe inside this file: {}",
        file.display()
    ))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    let read = regular_file::open(file).and_then(std::io::read_to_string);
    read.map_err(|e| {
        Failure::new(format!(
            "the file can't be read ({}): {}",
            e.kind(),
            file.display()
        ))
    })
}

/// The recipe inside a picture, or in a file of its own.
pub(super) fn read(file: &Path) -> Result<Recipe, Failure> {
    if is_json(file) {
        let text = read_text(file)?;
        // The settings of a surface hold its recipe.
        let inner = crate::recipe::json::parse(&text).ok();
        let inner = inner.and_then(|value| value.get("recipe").map(Value::to_string));
        return Ok(Recipe::from_json(&inner.unwrap_or(text))?);
    }
    if is_named_like_mp4(file) {
        let json = mp4_recipe(file)?.ok_or_else(|| nothing(file))?;
        return Ok(Recipe::from_json(&json)?);
    }
    let found = metadata::read(file)?;
    match (found.recipe, found.recipe_error) {
        (Some(recipe), _) => Ok(recipe),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Err(nothing(file)),
    }
}

/// Tells a recipe where one of its sources lies, by its content.
fn provide(recipe: &mut Recipe, file: &Path) -> Result<(), Failure> {
    let sha256 = photo::hash_file(file)?;
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let mut known = false;
    let mut tell = |source: &mut SourceRef| {
        if source.sha256 == sha256 {
            source.path = SourceRef::of_file(&path, String::new()).path;
            known = true;
        }
    };
    recipe.each_source(&mut tell);
    if known {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the recipe doesn't use this file, or it has changed: {}",
        file.display()
    )))
}

/// The job of a film in a style, as its recipe has it.
fn styled_film(params: &StyleParams, film: &Value, out: &Path) -> Result<Job, Failure> {
    let place = params.photo.place();
    let folder = film["folder"] == true;
    if SourceRef::content_of(&place).is_some() {
        let what = if folder { "its first frame" } else { "it" };
        return Err(Failure::new(format!(
            "this recipe doesn't say where its film lies; name {what} with --source"
        )));
    }
    let place = match place.parent().filter(|_| folder) {
        Some(folder) => folder.to_path_buf(),
        None => place,
    };
    let max_side = film["max_side"].as_u64();
    Ok(Job::StylizeFilm(Box::new(StyleFilmJob {
        film: place,
        source: params.photo.clone(),
        params: Arc::new(params.clone()),
        options: StylizeOptions {
            max_side: max_side.map(|side| side.clamp(1, 1 << 16) as u32),
            ..StylizeOptions::default()
        },
        fps: film["fps"].as_f64().map(|fps| fps.clamp(1.0, 60.0) as f32),
        forever: film["forever"] != false,
        file: FilmFile::named(out.to_path_buf()).map_err(Failure::new)?,
    })))
}

fn render(
    recipe: &Recipe,
    output: &super::args::Output,
    session: &mut Session,
) -> Result<(), Failure> {
    let out = &output.out;
    if let Making::Material(params) | Making::Hang(params) = &recipe.making {
        return super::surface::again(recipe, params, output, session);
    }
    let film: Option<FilmParams> = match &recipe.making {
        Making::Walk(params) => Some(params.clone().into()),
        Making::StyleWalk(params) => Some(params.clone().into()),
        _ => None,
    };
    if let Making::Turn(params) = &recipe.making {
        check_room(out, output.keeping.force)?;
        let job = Job::Turn(Box::new(TurnJob {
            params: Arc::new(params.clone()),
            photo_credit: !output.keeping.no_photo_credit,
            file: FilmFile::named(out.clone()).map_err(Failure::new)?,
        }));
        session.job("film", job)?;
    } else if let Some(params) = film {
        check_room(out, output.keeping.force)?;
        let said = |name, otherwise: u64| {
            let number = recipe.extra.get(name).and_then(Value::as_u64);
            number.unwrap_or(otherwise)
        };
        let job = Job::Walk(Box::new(FilmJob {
            params,
            max_side: said("max_side", WALK_SIDE).clamp(16, 8192) as u32,
            enlarge: said("enlarge", 1).clamp(1, 4) as u32,
            // The generator comes first.
            enlarger: recipe.models.get(1).map(|model| model.name.clone()),
            file: FilmFile::named(out.clone()).map_err(Failure::new)?,
        }));
        session.job("walk", job)?;
    } else if let (Making::Style(params), Some(film)) = (&recipe.making, recipe.extra.get("film")) {
        check_room(out, output.keeping.force)?;
        session.job("stylize", styled_film(params, film, out)?)?;
    } else {
        check_file(out, output.keeping.force)?;
        let job = Job::Replay(Box::new(recipe.clone()));
        let Output::Picture { picture, recipe } = session.job("render", job)? else {
            return Err(unexpected());
        };
        save(out, &picture, &recipe, &session.library, &output.keeping)?;
    }
    if session.json {
        say_json(&json!({ "file": text_of(out) }))?;
    } else {
        say(out.display())?;
    }
    Ok(())
}
