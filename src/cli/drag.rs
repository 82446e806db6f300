//! `limner drag`

use serde_json::json;

use super::drag_args::Drag;
use super::failure::Failure;
use super::generate::generator;
use super::output::{say, say_json, text_of};
use super::recipe::read;
use super::save::{check_file, save};
use super::session::{Session, unexpected};
use crate::engine::drag_job::{DragJob, Movable};
use crate::engine::protocol::{Job, Output};
use crate::models::drag::DragPoint;
use crate::recipe::{ExploreParams, Making};

/// Drags points of a picture and writes what comes out.
pub(crate) fn run(args: &Drag, session: &mut Session) -> Result<(), Failure> {
    check_file(&args.output.out, args.output.keeping.force)?;
    let params = match (&args.from, &args.model) {
        (Some(file), _) => match read(file)?.making {
            Making::Explore(params) => params,
            _ => {
                return Err(Failure::new(format!(
                    "this picture isn't a generator's: {}",
                    file.display()
                )));
            }
        },
        (None, model) => {
            let model = generator(session, model.as_deref().unwrap_or_default())?;
            ExploreParams {
                truncation_psi: args.truncation.unwrap_or(model.truncation),
                ..ExploreParams::new(&model.name, args.seed)
            }
        }
    };
    let job = Job::Drag(Box::new(DragJob {
        params,
        points: args.point.clone(),
        movable: args.movable.clone().map(Movable::File),
        steps: args.steps,
        watched: false,
    }));
    let Output::Dragged {
        points,
        steps,
        picture,
        recipe,
    } = session.job("drag", job)?
    else {
        return Err(unexpected());
    };
    let (out, keeping) = (&args.output.out, &args.output.keeping);
    save(out, &picture, &recipe, &session.library, keeping)?;
    if session.json {
        let points: Vec<_> = points
            .iter()
            .map(|p| json!({ "at": p.at, "target": p.target, "left": p.left() }))
            .collect();
        say_json(&json!({ "file": text_of(out), "steps": steps, "points": points }))?;
    } else {
        let left = points.iter().map(DragPoint::left).fold(0.0, f32::max);
        let out = out.display();
        say(format!("{out} ({steps} steps, {left:.1} pixels left)"))?;
    }
    Ok(())
}
