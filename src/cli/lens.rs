//! `limner lens`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Lens;
use super::failure::Failure;
use super::generate::named;
use super::save::{check_file, deliver};
use super::session::{Session, unexpected};
use super::stylize::source;
use super::values::AmountArg;
use crate::engine::protocol::{Job, ModelInfo, ModelKind, Output};
use crate::recipe::{DirectionEdit, LensGain, LensOther, LensParams};

/// Takes a photo apart and puts it together again as asked.
pub(crate) fn run(args: &Lens, session: &mut Session) -> Result<(), Failure> {
    let out = &args.output.out;
    check_file(out, args.output.keeping.force)?;
    let model = autoencoder(session, &args.model)?;
    let mut params = LensParams::new(&model.name, source(&args.photo)?);
    params.edits = edits(args, session)?;
    let gain = |g: &super::values::GainArg| LensGain {
        part: g.part,
        gain: g.gain,
    };
    params.gains = args.gain.iter().map(gain).collect();
    params.gains.sort_by_key(|g| g.part);
    params.other = other(args)?;
    params.keep_detail = !args.redraw;
    params.wrap = args.wrapping.of(&args.photo);
    let job = Job::RenderLens(Arc::new(params));
    let Output::Picture { picture, recipe } = session.job("lens", job)? else {
        return Err(unexpected());
    };
    let keeping = &args.output.keeping;
    deliver(out, &picture, &recipe, session, keeping)
}

fn autoencoder(session: &Session, name: &str) -> Result<ModelInfo, Failure> {
    let all = || session.library.models.iter();
    match all().find(|m| m.name == name) {
        Some(model) if model.kind == ModelKind::Autoencoder => Ok(model.clone()),
        Some(_) => Err(Failure::new(format!("{name} is not an autoencoder"))),
        None => {
            let kind = |m: &&ModelInfo| m.kind == ModelKind::Autoencoder;
            let names: Vec<&str> = all().filter(kind).map(|m| m.name.as_str()).collect();
            Err(Failure::new(format!(
                "there is no model called '{name}' here; autoencoders are: {}",
                names.join(", ")
            )))
        }
    }
}

fn edits(args: &Lens, session: &mut Session) -> Result<Vec<DirectionEdit>, Failure> {
    if args.direction.is_empty() {
        return Ok(Vec::new());
    }
    let model = args.model.clone();
    let Output::Directions { directions, .. } =
        session.job("directions", Job::LensDirections { model })?
    else {
        return Err(unexpected());
    };
    named(&args.model, &args.direction, &directions)
}

/// The second picture; it is one, however often it is named.
fn other(args: &Lens) -> Result<Option<LensOther>, Failure> {
    let asked = [&args.blend, &args.borrow, &args.borrow_texture];
    let files: Vec<&Path> = asked
        .iter()
        .filter_map(|a| a.as_ref().map(|a| a.picture.as_path()))
        .collect();
    let Some(first) = files.first() else {
        return Ok(None);
    };
    if files.iter().any(|file| file != first) {
        return Err(Failure::new(
            "--blend, --match-tone and --match-texture take the same second picture; use one file, or two commands",
        ));
    }
    let amount = |a: &Option<AmountArg>| a.as_ref().map_or(0.0, |a| a.amount);
    Ok(Some(LensOther {
        picture: source(&PathBuf::from(first))?,
        blend: amount(&args.blend),
        light: amount(&args.borrow),
        texture: amount(&args.borrow_texture),
    }))
}
