//! `limner project`

use serde_json::json;

use super::args::Project;
use super::failure::Failure;
use super::generate::generator;
use super::output::{say, say_json, text_of};
use super::save::{check_file, save};
use super::session::{Session, unexpected};
use crate::engine::protocol::{Job, Output};

/// Finds the latent closest to a photo and writes its picture.
pub(crate) fn run(args: &Project, session: &mut Session) -> Result<(), Failure> {
    generator(session, &args.model)?;
    check_file(&args.output.out, args.output.keeping.force)?;
    let job = Job::Project {
        path: args.photo.clone(),
        model: args.model.clone(),
        class: args.class,
        steps: args.steps,
    };
    let Output::Projection {
        params,
        picture,
        likeness,
    } = session.job("project", job)?
    else {
        return Err(unexpected());
    };
    let mut recipe = crate::engine::explore_recipe(&params, &session.library, &session.device)?;
    recipe.sources.push(super::stylize::source(&args.photo)?);
    save(
        &args.output.out,
        &picture,
        &recipe,
        &session.library,
        &args.output.keeping,
    )?;
    if session.json {
        let notes = session.notes();
        say_json(
            &json!({ "file": text_of(&args.output.out), "likeness": likeness, "notes": notes }),
        )?;
    } else {
        say(format!(
            "{} (likeness {:.0} %)",
            args.output.out.display(),
            likeness * 100.0
        ))?;
    }
    Ok(())
}
