//! `limner tile` and `limner panorama`: *Waves* without seams.

use std::path::Path;
use std::sync::Arc;

use super::args::Generate;
use super::failure::Failure;
use super::generate;
use super::grow;
use super::panorama_film;
use super::save::{check_file, check_free, deliver, make_folder};
use super::session::{Session, unexpected};
use super::spaces_args::SurfaceKeeping;
use super::stylize::source;
use super::surface::{make, plain_name};
use super::waves_args::{Panorama, Tile, Tiling};
use crate::engine::protocol::{Job, Output};
use crate::engine::surface_job::SurfaceKind;
use crate::recipe::{Domain, ExploreParams, GrowParams, GrowTask};

/// The network that computes each pixel from its place.
const WAVES: &str = "cppn";
/// Pixels of a panorama that is drawn, unless said.
const SIZE: [u32; 2] = [4096, 2048];

/// Draws a tile.
pub(crate) fn tile(args: &Tile, session: &mut Session) -> Result<(), Failure> {
    let generate = Generate {
        model: args.model.clone(),
        seed: args.seed,
        count: None,
        truncation: Some(args.truncation),
        class: None,
        mix_seed: None,
        mix_layers: None,
        direction: Vec::new(),
        noise: args.noise,
        translate: [0.0; 2],
        rotate: 0.0,
        size: Some(args.size),
        tiling: Tiling {
            seamless: Some(args.seamless),
            period: args.period,
            turns: args.turns,
        },
        output: args.output.clone(),
    };
    generate::run(&generate, session)
}

/// Draws a panorama, or takes one that is there; and what is to be made of it.
pub(crate) fn panorama(args: &Panorama, session: &mut Session) -> Result<(), Failure> {
    let films = args.film.film.is_some();
    let surfaces = args.faces.is_some() || args.html.is_some();
    if args.picture.is_some() && !args.strip.extend {
        drawn_only(args)?;
    }
    if args.picture.is_some() && !args.strip.extend && !surfaces && !films {
        return Err(Failure::new(
            "say what to make of the panorama: --faces, --html or --film; a strip photo of a part of the turn takes --extend",
        ));
    }
    if args.picture.is_none() && args.out.is_none() && surfaces {
        return Err(Failure::new(
            "faces and page are made of the panorama's file: name it with --out",
        ));
    }
    if let Some(strip) = args.picture.as_deref().filter(|_| args.strip.extend) {
        if args.strip.estimate {
            return grow::estimate(extended(args, strip)?, session);
        }
        if args.out.is_none() {
            return Err(Failure::new("name the panorama's file with --out"));
        }
    }
    if let Some(page) = &args.html {
        if page
            .extension()
            .is_none_or(|end| !end.eq_ignore_ascii_case("html"))
        {
            return Err(Failure::new(format!(
                "the name must end in .html: {}",
                page.display()
            )));
        }
        check_free(page, args.keeping.force)?;
    }
    if let Some(out) = &args.out {
        draw(args, out, session)?;
    }
    if let Some(out) = &args.film.film {
        panorama_film::run(args, |session| params(args, session), out, session)?;
    }
    let picture = args.out.as_deref().or(args.picture.as_deref());
    let Some(picture) = picture.filter(|_| args.faces.is_some() || args.html.is_some()) else {
        return Ok(());
    };
    let faces = match &args.faces {
        None => None,
        Some(folder) => {
            make_folder(folder)?;
            Some((folder.clone(), plain_name(None, picture)))
        }
    };
    let kind = SurfaceKind::Panorama {
        faces,
        page: args.html.clone(),
    };
    let keeping = SurfaceKeeping {
        force: args.keeping.force,
        no_photo_credit: args.keeping.no_photo_credit,
    };
    make("panorama", picture, kind, &keeping, session)
}

/// Refuses what makes no sense with a panorama that is there already.
fn drawn_only(args: &Panorama) -> Result<(), Failure> {
    let typed = [
        ("--out", args.out.is_some()),
        ("--size", args.size.is_some()),
        ("--seed", args.seed != 0),
        ("--no-recipe", args.keeping.no_recipe),
        ("--source-names", args.keeping.source_names),
    ];
    match typed.iter().find(|(_, typed)| *typed) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::new(format!(
            "{option} is for panoramas that are drawn or, with --extend, grown from a strip photo; this one is there already"
        ))),
    }
}

/// The strip photo grown on to a full turn.
fn extended(args: &Panorama, strip: &Path) -> Result<GrowParams, Failure> {
    Ok(GrowParams {
        task: GrowTask::FullTurn(args.strip.turn()),
        size: args.size.map(|size| size.0),
        ..GrowParams::new(source(strip)?, args.seed)
    })
}

/// The panorama that is drawn.
fn params(args: &Panorama, session: &Session) -> Result<ExploreParams, Failure> {
    let model = generate::generator(session, WAVES)?;
    let mut params = ExploreParams::new(&model.name, args.seed);
    params.truncation_psi = args.truncation;
    params.noise = args.noise;
    params.size = Some(args.size.map_or(SIZE, |size| size.0));
    params.domain = Domain::Sphere { scale: args.scale };
    Ok(params)
}

fn draw(args: &Panorama, out: &Path, session: &mut Session) -> Result<(), Failure> {
    check_file(out, args.keeping.force)?;
    let job = match &args.picture {
        Some(strip) => Job::Grow(Arc::new(extended(args, strip)?)),
        None => Job::Render(Arc::new(params(args, session)?)),
    };
    let Output::Picture { picture, recipe } = session.job("panorama", job)? else {
        return Err(unexpected());
    };
    deliver(out, &picture, &recipe, session, &args.keeping)
}
