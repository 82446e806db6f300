//! `limner generate`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::args::Generate;
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::save::{check_file, check_free, make_folder, numbered, save};
use super::session::{Session, unexpected};
use super::values::DirectionArg;
use crate::engine::protocol::{Attribute, DirectionInfo, Job, ModelInfo, ModelKind, Output};
use crate::recipe::{DirectionEdit, ExploreParams, LatentOrigin, LayerRange, StyleMix, Transform};

/// Makes one picture, or several with rising seeds.
pub(crate) fn run(args: &Generate, session: &mut Session) -> Result<(), Failure> {
    let model = generator(session, &args.model)?;
    if args.size.is_some() && !model.resizable {
        return Err(Failure::new(format!(
            "{} makes pictures of {} x {} only; leave --size out",
            model.name, model.size[0], model.size[1]
        )));
    }
    let files = files(args, &args.output.out)?;
    let mut params = params(args, &model)?;
    params.edits = edits(args, session)?;
    let mut written = Vec::new();
    for (seed, file) in files {
        params.origin = LatentOrigin::Seed(seed);
        let job = Job::Render(Arc::new(params.clone()));
        let Output::Picture { picture, recipe } = session.job(&format!("seed {seed}"), job)? else {
            return Err(unexpected());
        };
        save(
            &file,
            &picture,
            &recipe,
            &session.library,
            &args.output.keeping,
        )?;
        if !session.json {
            say(file.display())?;
        }
        written.push(json!({
            "file": text_of(&file),
            "seed": seed,
            "width": picture.width(),
            "height": picture.height(),
        }));
    }
    if session.json {
        say_json(&json!({ "model": model.name, "written": written }))?;
    }
    Ok(())
}

/// The description of a generator.
pub(crate) fn generator(session: &Session, name: &str) -> Result<ModelInfo, Failure> {
    let all = || session.library.models.iter();
    match all().find(|m| m.name == name) {
        Some(model) if model.kind == ModelKind::Generator => Ok(model.clone()),
        Some(_) => Err(Failure::new(format!("{name} is not a generator"))),
        None => {
            let names: Vec<&str> = all()
                .filter(|m| m.kind == ModelKind::Generator)
                .map(|m| m.name.as_str())
                .collect();
            Err(Failure::new(format!(
                "there is no model called '{name}' here; generators are: {}",
                names.join(", ")
            )))
        }
    }
}

fn files(args: &Generate, out: &Path) -> Result<Vec<(u64, PathBuf)>, Failure> {
    let Some(count) = args.count else {
        check_file(out, args.output.keeping.force)?;
        return Ok(vec![(args.seed, out.to_path_buf())]);
    };
    make_folder(out)?;
    let files: Vec<_> = (0..u64::from(count))
        .map(|i| args.seed.wrapping_add(i))
        .map(|seed| (seed, numbered(out, &args.model, seed)))
        .collect();
    for (_, file) in &files {
        check_free(file, args.output.keeping.force)?;
    }
    Ok(files)
}

fn params(args: &Generate, model: &ModelInfo) -> Result<ExploreParams, Failure> {
    let mut params = ExploreParams::new(&model.name, args.seed);
    params.truncation_psi = args.truncation.unwrap_or(model.truncation);
    params.noise = args.noise;
    params.class = args.class;
    params.size = args.size.map(|s| s.0);
    if let Some(seamless) = args.tiling.seamless {
        params.domain = args.tiling.domain(seamless);
    }
    params.transform = Transform {
        translate: args.translate,
        rotate: args.rotate,
    };
    if !params.transform.is_identity() && !model.can_move {
        return Err(Failure::new(format!(
            "{} can't move or turn its pictures (StyleGAN3 networks can); leave --translate and --rotate out",
            model.name
        )));
    }
    if let Some(seed) = args.mix_seed {
        let layers = args.mix_layers.map_or(
            LayerRange {
                start: model.num_ws / 2,
                end: model.num_ws,
            },
            |l| l.0,
        );
        if layers.end > model.num_ws {
            return Err(Failure::new(format!(
                "{} has the layers 0..{}; {}..{} goes beyond",
                model.name, model.num_ws, layers.start, layers.end
            )));
        }
        params.mix = Some(StyleMix { seed, layers });
    }
    Ok(params)
}

/// The directions that were asked for.
fn edits(args: &Generate, session: &mut Session) -> Result<Vec<DirectionEdit>, Failure> {
    if args.direction.is_empty() {
        return Ok(Vec::new());
    }
    let job = Job::Directions {
        model: args.model.clone(),
    };
    let Output::Directions { directions, .. } = session.job("directions", job)? else {
        return Err(unexpected());
    };
    named(&args.model, &args.direction, &directions)
}

/// Directions by id, by its last part or by shown name.
pub(crate) fn named(
    model: &str,
    wanted: &[DirectionArg],
    directions: &[DirectionInfo],
) -> Result<Vec<DirectionEdit>, Failure> {
    wanted
        .iter()
        .map(|wanted| {
            let found = directions.iter().find(|d| is_called(d, &wanted.name));
            let Some(found) = found else {
                let names: Vec<&str> = directions.iter().map(|d| d.name.as_str()).collect();
                let has = match names.is_empty() {
                    true => "it has none".to_owned(),
                    false => format!("it has: {}", names.join(", ")),
                };
                return Err(Failure::new(format!(
                    "{model} has no direction called '{}'; {has}",
                    wanted.name
                )));
            };
            Ok(DirectionEdit {
                direction: found.id.clone(),
                sigma: wanted.sigma,
                layers: None,
            })
        })
        .collect()
}

fn is_called(direction: &DirectionInfo, name: &str) -> bool {
    let short = direction.id.rsplit('.').next().unwrap_or_default();
    let former = Attribute::of_direction(&direction.id).and_then(Attribute::former_title);
    direction.id == name
        || direction.name.eq_ignore_ascii_case(name)
        || former.is_some_and(|former| former.eq_ignore_ascii_case(name))
        || (direction.measured && short == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_direction_is_answered_with_names_that_can_be_typed() {
        let directions = ["Warmth", "Shape 1"].map(|name| DirectionInfo {
            id: format!("found.{}", name.len()),
            name: name.to_owned(),
            strength: 1.0,
            measured: false,
            layers: LayerRange { start: 0, end: 1 },
        });
        let wanted = |name: &str| {
            let name = name.to_owned();
            [DirectionArg { name, sigma: 1.0 }]
        };
        let Err(Failure(words)) = named("lens", &wanted("Warmt"), &directions) else {
            panic!("there is no such direction");
        };
        assert!(words.ends_with("it has: Warmth, Shape 1"), "{words}");
        for name in ["Warmth", "Shape 1"] {
            assert!(named("lens", &wanted(name), &directions).is_ok());
        }
    }

    #[test]
    fn a_direction_answers_to_its_name_of_version_0_1_too() {
        use strum::IntoEnumIterator as _;
        for attribute in Attribute::iter() {
            let id = format!("measured.{}", attribute.id());
            let direction = DirectionInfo {
                name: Attribute::shown_name(&id, "as an old file has it"),
                id,
                strength: 1.0,
                measured: true,
                layers: LayerRange { start: 0, end: 1 },
            };
            assert_eq!(direction.name, attribute.title());
            let names = [attribute.title(), attribute.id()];
            for name in names.into_iter().chain(attribute.former_title()) {
                assert!(is_called(&direction, name), "{name}");
            }
            assert!(!is_called(&direction, "as an old file has it"));
        }
    }
}
