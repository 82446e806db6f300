//! Panoramas, *Fine*: faces of a cube are optimised one after the other, size by size, each with
//! what lies around it, and fade into one another.

use std::time::Duration;

use super::fine::{PARTS, Work, planes_of};
use crate::engine::fine::{Stand, StylePicture, Subject, resized, to_picture};
use crate::engine::fine_estimate::{self, try_out};
use crate::engine::protocol::{Effort, EngineError, FineOptions, Stage};
use crate::engine::resample::{Planes, planes_wrapping};
use crate::engine::stylize::{Blend, cut};
use crate::fine::schedule::{Scale, Schedule};
use crate::picture::Picture;
use crate::spaces::panorama::{FACES, check};

/// A panorama as it was painted.
pub(super) struct Made {
    /// At working size, four faces wide.
    pub(super) painted: Planes,
    /// What was done, at each size, with each face.
    pub(super) taken: Vec<Scale>,
    /// It was ended early.
    pub(super) stopped: bool,
}

/// Optimises a panorama; `first` is how *Fast* makes it.
pub(super) fn paint(
    work: &mut Work<'_, '_>,
    subject: &Subject,
    first: &Picture,
    options: &FineOptions,
) -> Result<Made, EngineError> {
    check(subject.photo.size())?;
    if matches!(options.effort, Effort::Time(..)) {
        let state = &mut *work.context.state;
        try_out(&mut state.stylizer, &mut state.registry)?;
    }
    let [face, fade] = fine_estimate::face(subject.photo.size(), options.memory_budget)?;
    let canvas = face + 2 * fade;
    let schedule = Schedule::new([canvas; 2], &fine_estimate::of_a_face(&options.effort));
    check_again(&schedule, canvas)?;
    let faces = Faces::new(subject, first, [face as usize, fade as usize])?;
    let mut painted: Vec<Planes> = Vec::new();
    let mut taken: Vec<Scale> = Vec::new();
    for (index, scale) in schedule.scales().iter().enumerate() {
        let at = At {
            schedule: &schedule,
            index,
            taken: &taken,
        };
        // Of a size that isn't done for all faces nothing is kept: they would differ.
        let Some((steps, finer)) = size(work, &faces, &at, &painted)? else {
            return Ok(Made {
                painted: faces.whole(&painted),
                taken,
                stopped: true,
            });
        };
        taken.push(Scale {
            size: scale.size,
            steps,
        });
        painted = finer;
    }
    Ok(Made {
        painted: faces.whole(&painted),
        taken,
        stopped: false,
    })
}

/// A recipe's sizes must be those of faces.
fn check_again(schedule: &Schedule, canvas: u32) -> Result<(), EngineError> {
    let fits = |scale: &Scale| {
        let [width, height] = scale.size;
        width == height && width <= canvas && scale.steps > 0
    };
    match !schedule.scales().is_empty() && schedule.scales().iter().all(fits) {
        true => Ok(()),
        false => Err(EngineError::BadRequest(
            "this recipe's sizes are not those of a panorama made by Fine".into(),
        )),
    }
}

/// Where the work is.
struct At<'a> {
    schedule: &'a Schedule,
    index: usize,
    taken: &'a [Scale],
}

/// All faces at one size, with as many steps each as the first one had time for; none where the
/// work is to end before.
fn size(
    work: &mut Work<'_, '_>,
    faces: &Faces,
    at: &At<'_>,
    coarser: &[Planes],
) -> Result<Option<(u32, Vec<Planes>)>, EngineError> {
    let size = at.schedule.scales()[at.index].size;
    let mut painted = Vec::new();
    let mut wanted = None;
    for (number, (subject, first)) in faces.subjects.iter().zip(&faces.first).enumerate() {
        let mut stand = work.begun(subject, size, coarser.get(number), first, at.taken)?;
        while goes_on(at, &stand, wanted) {
            let done = at.done(number, &stand, wanted);
            work.context
                .progress_with_look(Stage::Rendering, done, PARTS, &mut || {
                    to_picture(&faces.so_far(&painted, coarser)?)
                });
            if work.stop.is_paused() {
                stand.painting.rest();
            }
            work.context.yield_while_paused()?;
            if !coarser.is_empty() && work.stop.is_finishing() {
                return Ok(None);
            }
            work.step(&mut stand)?;
        }
        wanted = Some(stand.steps);
        painted.push(planes_of(&stand.painting));
    }
    Ok(wanted.map(|steps| (steps, painted)))
}

fn goes_on(at: &At<'_>, stand: &Stand, wanted: Option<u32>) -> bool {
    match wanted {
        Some(steps) => stand.steps < steps,
        None => at.schedule.goes_on(at.index, stand.steps, stand.spent),
    }
}

impl At<'_> {
    /// How much of the whole is done, of [`PARTS`].
    fn done(&self, face: usize, stand: &Stand, wanted: Option<u32>) -> u64 {
        let before = self.schedule.done(self.index, 0, Duration::ZERO);
        let after = match self.index + 1 < self.schedule.scales().len() {
            true => self.schedule.done(self.index + 1, 0, Duration::ZERO),
            false => PARTS,
        };
        let part = match wanted {
            Some(steps) => f64::from(stand.steps) / f64::from(steps.max(1)),
            None => {
                let now = self.schedule.done(self.index, stand.steps, stand.spent);
                (now - before) as f64 / (after - before).max(1) as f64
            }
        };
        let share = (face as f64 + part.min(1.0)) / FACES.len() as f64;
        before + ((after - before) as f64 * share) as u64
    }
}

/// The faces as photos of their own.
struct Faces {
    subjects: Vec<Subject>,
    /// How each begins.
    first: Vec<Picture>,
    /// Side and fade, pixels at the finest size.
    size: [usize; 2],
}

impl Faces {
    fn new(subject: &Subject, first: &Picture, size: [usize; 2]) -> Result<Self, EngineError> {
        let [face, fade] = size;
        let around = |picture: &Picture| -> Result<Vec<Picture>, EngineError> {
            let planes = planes_wrapping(picture, [4 * face, 2 * face], subject.wrap);
            let all = FACES
                .iter()
                .map(|of| to_picture(&cut(&planes, of, face, fade)));
            let all: Option<Vec<Picture>> = all.collect();
            all.ok_or_else(|| EngineError::Internal("a face has no pixels".into()))
        };
        let style = |style: &StylePicture| StylePicture {
            picture: style.picture.clone(),
            share: style.share,
            mask: None,
        };
        let subjects = around(&subject.photo)?.into_iter().map(|photo| Subject {
            photo,
            styles: subject.styles.iter().map(style).collect(),
            strength: subject.strength,
            keep_colors: subject.keep_colors,
            brush: subject.brush,
            wrap: [false; 2],
        });
        Ok(Self {
            subjects: subjects.collect(),
            first: around(first)?,
            size,
        })
    }

    /// The panorama of faces of any size.
    fn whole(&self, painted: &[Planes]) -> Planes {
        let [face, fade] = self.size;
        let mut whole = Blend::new([4 * face, 2 * face]);
        for (of, planes) in FACES.iter().zip(painted) {
            let canvas = face + 2 * fade;
            whole.add(of, &resized(planes, [canvas; 2], [false; 2]), fade);
        }
        whole.finished()
    }

    /// The same while some faces are still those of the coarser size; none before there are any.
    fn so_far(&self, painted: &[Planes], coarser: &[Planes]) -> Option<Planes> {
        if coarser.is_empty() && painted.len() < FACES.len() {
            return None;
        }
        let rest = coarser.iter().skip(painted.len());
        let all: Vec<Planes> = painted.iter().chain(rest).cloned().collect();
        Some(self.whole(&all))
    }
}
