//! How much memory requests and answers of the engine hold while they wait.

use std::io::Write;

use super::protocol::{Event, FilmParams, Job, Movable, Output};
use crate::weighed::Weight;

/// What is beside pixels, texts and masks.
const SMALL: usize = 1024;

impl Weight for Event {
    fn bytes(&self) -> usize {
        let picture = match self {
            Self::Preview { picture, .. }
            | Self::Opened {
                result: Ok(super::protocol::OpenedPhoto { picture, .. }),
                ..
            }
            | Self::Dragged { picture, .. }
            | Self::Progress {
                look: Some(picture),
                ..
            } => Some(picture),
            Self::Done {
                result:
                    Ok(
                        Output::Picture { picture, .. }
                        | Output::Projection { picture, .. }
                        | Output::Dragged { picture, .. },
                    ),
                ..
            } => Some(picture),
            _ => None,
        };
        SMALL + picture.map_or(0, |picture| picture.rgba().len())
    }
}

/// Bytes of a job's settings, as text: at least as many as they hold in memory.
pub(crate) fn job_bytes(job: &Job) -> usize {
    let text = match job {
        Job::Render(params) => written(params),
        Job::Stylize(params, _) | Job::StylizeFine(params, _) => written(params),
        Job::RenderLens(params) => written(params),
        Job::StylizeFolder(job) => {
            let paths = job.photos.iter().map(|path| path.as_os_str().len() + 64);
            paths.sum::<usize>() + written(&job.params)
        }
        Job::Learn(job) => {
            let paths = job.pictures.iter().chain(&job.photo).chain(&job.out);
            paths.map(|path| path.as_os_str().len() + 64).sum()
        }
        // A title, and a path or two.
        Job::Styles(_) => 4096,
        Job::Grow(params) | Job::EstimateGrow(params) => written(params.as_ref()),
        Job::Drag(job) => {
            let painted = match &job.movable {
                Some(Movable::Painted(mask)) => written(mask.as_ref()),
                Some(Movable::File(path)) => path.as_os_str().len(),
                None => 0,
            };
            written(&job.params) + job.points.len() * 16 + painted
        }
        Job::StylizeFilm(job) | Job::StylizeFilmEstimate(job) => written(&job.params),
        Job::Walk(job) | Job::WalkEstimate(job) => match &job.params {
            FilmParams::Walk(walk) => written(walk),
            FilmParams::Style(walk) => written(walk),
        },
        Job::Turn(job) | Job::TurnEstimate(job) => written(&job.params),
        Job::Replay(recipe) => written(recipe),
        Job::Finish { settings, .. } | Job::FinishFile { settings, .. } => written(settings),
        // Some numbers and names.
        Job::Surface(_)
        | Job::Upscale { .. }
        | Job::UpscaleEstimate { .. }
        | Job::Project { .. }
        | Job::Directions { .. }
        | Job::LensDirections { .. } => 0,
    };
    SMALL + text
}

/// Counts what is written.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(value: &impl serde::Serialize) -> usize {
    let mut counter = Counter(0);
    // What can't be written weighs what was counted of it.
    serde_json::to_writer(&mut counter, value).ok();
    counter.0
}
