//! `limner finish`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::args::Keeping;
use super::failure::Failure;
use super::finish_args::{Crop, Finish, Sides};
use super::output::{say, say_json, text_of};
use super::recipe;
use super::save::{check_file, deliver, format_of, writing};
use super::session::{Session, unexpected};
use crate::engine::EngineConfig;
use crate::engine::protocol::{Job, Output, Writing};
use crate::export::metadata;
use crate::finish;
use crate::photo::{self, KnownPhotos};
use crate::recipe::{FinishSettings, Recipe};

/// Finishes a picture.
pub(crate) fn run(args: &Finish, session: &mut Session) -> Result<(), Failure> {
    let (out, keeping) = (&args.output.out, &args.output.keeping);
    check_file(out, keeping.force)?;
    let writing = deep_writing(args, keeping, out)?;
    let (path, began) = beginning(&args.picture)?;
    let mut settings = match &args.recipe {
        Some(file) => finish_of(file)?,
        None => began,
    };
    apply(args, &mut settings, &path)?;
    let settings = Arc::new(settings);
    if writing.options.is_plain() {
        let job = Job::Finish {
            path,
            settings,
            keep_shape: false,
        };
        let Output::Picture { picture, recipe } = session.job("finish", job)? else {
            return Err(unexpected());
        };
        return deliver(out, &picture, &recipe, session, keeping);
    }
    let job = Job::FinishFile {
        path,
        settings,
        out: out.clone(),
        writing: Box::new(writing),
    };
    session.job("finish", job)?;
    match session.json {
        true => say_json(&json!({ "file": text_of(out), "notes": session.notes() })),
        false => say(out.display()),
    }
}

fn deep_writing(args: &Finish, keeping: &Keeping, out: &Path) -> Result<Writing, Failure> {
    let mut writing = writing(keeping, format_of(out)?);
    writing.options.space = args.profile.into();
    writing.options.sixteen = args.bits == "16";
    if writing.options.sixteen && !writing.options.format.holds_sixteen() {
        return Err(Failure::new(format!(
            "16 bits need a name that ends in .png or .tif: {}",
            out.display()
        )));
    }
    Ok(writing)
}

/// The picture to begin from, and the finish that it had: that of before, where the picture was
/// finished already and the one before is there.
fn beginning(picture: &Path) -> Result<(PathBuf, FinishSettings), Failure> {
    let plain = || Ok((picture.to_path_buf(), FinishSettings::default()));
    let Some(finish) = metadata::read(picture)?.recipe.and_then(|r| r.finish) else {
        return plain();
    };
    let sha256 = &finish.picture.sha256;
    // Recipes seldom tell the path; this machine knows what it has opened.
    let known = KnownPhotos::open(EngineConfig::of_user().known_photos).places(sha256);
    let mut places = std::iter::once(finish.picture.place()).chain(known);
    let same = |place: &PathBuf| {
        place.is_file() && photo::hash_file(place).is_ok_and(|hash| hash == *sha256)
    };
    match places.find(same) {
        Some(before) => Ok((before, finish.settings)),
        None => plain(),
    }
}

fn finish_of(file: &Path) -> Result<FinishSettings, Failure> {
    let recipe: Recipe = recipe::read(file)?;
    let mut finish = recipe.finish.ok_or_else(|| {
        Failure::new(format!(
            "the picture of this recipe wasn't finished: {}",
            file.display()
        ))
    })?;
    finish.settings.confine();
    Ok(finish.settings)
}

/// What the flags say goes over what there is.
fn apply(args: &Finish, to: &mut FinishSettings, path: &Path) -> Result<(), Failure> {
    let put = |value: Option<f32>, to: &mut f32| *to = value.unwrap_or(*to);
    put(args.straighten, &mut to.straighten);
    put(args.exposure, &mut to.exposure);
    put(args.contrast, &mut to.contrast);
    put(args.warmth, &mut to.warmth);
    put(args.saturation, &mut to.saturation);
    put(args.sharpen, &mut to.sharpen);
    put(args.grain, &mut to.grain);
    put(args.grain_size, &mut to.grain_size);
    put(args.vignette, &mut to.vignette);
    to.quarter_turns = args.rotate.unwrap_or(to.quarter_turns);
    to.flip = args.flip.unwrap_or(to.flip);
    to.grain_seed = args.grain_seed.unwrap_or(to.grain_seed);
    if let Some(curve) = &args.curve {
        to.curve = curve.0.clone();
    }
    if args.crop.is_none() && args.size.is_none() {
        return Ok(());
    }
    let own = metadata::read(path)?.size;
    match args.crop {
        Some(Crop::Part(part)) => to.crop = Some(part),
        Some(Crop::Aspect(aspect)) => to.crop = Some(finish::largest_part(own, to, aspect)),
        None => {}
    }
    if let Some(Sides(sides)) = args.size {
        to.size = None;
        let [width, height] = finish::output_size(own, to).map(f64::from);
        let other = |side: u32, by: f64| ((f64::from(side) * by).round() as u32).max(1);
        to.size = match sides {
            [Some(w), Some(h)] => Some([w, h]),
            [Some(w), None] => Some([w, other(w, height / width)]),
            [None, Some(h)] => Some([other(h, width / height), h]),
            [None, None] => None,
        };
    }
    Ok(())
}
