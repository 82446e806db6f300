//! Panoramas, *Fine*: faces of a cube are optimised one after the other, size by size, each with
//! what lies around it, and fade into one another.

use std::time::Duration;

use super::fine::{PARTS, Work, planes_of};
use crate::engine::fine::{StylePicture, Subject, resized, to_picture};
use crate::engine::fine_estimate::{self, try_out};
use crate::engine::fine_unfinished::{At as Left, Faces as SoFar, Stand};
use crate::engine::protocol::{Effort, EngineError, FineOptions, Stage};
use crate::engine::resample::{Planes, planes, planes_wrapping};
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

/// Optimises a panorama; `first` is how *Fast* makes it. It goes on where it was `left` before, and
/// says where it is left now.
pub(super) fn paint(
    work: &mut Work<'_, '_>,
    subject: &Subject,
    (first, options): (&Picture, &FineOptions),
    left: &mut Option<Left>,
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
    let mut so_far = match left.take() {
        Some(Left::Faces(so_far)) if goes_on_with(&schedule, &so_far) => so_far,
        _ => SoFar::default(),
    };
    while so_far.taken.len() < schedule.scales().len() {
        let whole = match size(work, &faces, &schedule, &mut so_far) {
            Ok(true) => continue,
            Ok(false) => Ok(()),
            Err(EngineError::Cancelled) => Err(EngineError::Cancelled),
            Err(error) => return Err(error),
        };
        // Of a size that isn't done for all faces nothing is shown: they would differ.
        let painted = faces.painted(&so_far.coarser);
        let taken = so_far.taken.clone();
        *left = Some(Left::Faces(so_far));
        return whole.map(|()| Made {
            painted,
            taken,
            stopped: true,
        });
    }
    // Also of a recipe of one that was stopped before its coarsest size was done.
    let painted = faces.painted(&so_far.coarser);
    let taken = so_far.taken.clone();
    *left = Some(Left::Faces(so_far));
    Ok(Made {
        painted,
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
    match schedule.scales().iter().all(fits) {
        true => Ok(()),
        false => Err(EngineError::BadRequest(
            "this recipe's sizes are not those of a panorama made by Fine".into(),
        )),
    }
}

/// Whether faces that were left are those of this way.
fn goes_on_with(schedule: &Schedule, so_far: &SoFar) -> bool {
    let sizes = schedule.scales().iter().map(|scale| scale.size);
    let done = so_far.taken.iter().map(|scale| scale.size);
    let fits = |(size, done): ([u32; 2], [u32; 2])| size == done;
    let at_work = schedule.scales().get(so_far.taken.len());
    let side = |planes: &Planes| [planes.width as u32, planes.height as u32];
    sizes.zip(done).all(fits)
        && at_work.is_none_or(|scale| so_far.finer.iter().all(|face| side(face) == scale.size))
}

/// All faces at the next size, with as many steps each as the first one had time for; false where
/// the work is to end before.
fn size(
    work: &mut Work<'_, '_>,
    faces: &Faces,
    schedule: &Schedule,
    so_far: &mut SoFar,
) -> Result<bool, EngineError> {
    let at = At {
        schedule,
        index: so_far.taken.len(),
    };
    let size = schedule.scales()[at.index].size;
    let all = faces.subjects.iter().zip(&faces.first).enumerate();
    for (number, (subject, first)) in all.skip(so_far.finer.len()) {
        let coarser = so_far.coarser.get(number);
        let mut stand = work.begun(subject, size, coarser, first, &so_far.taken)?;
        while goes_on(&at, &stand, so_far.steps) {
            let done = at.done(number, &stand, so_far.steps);
            work.context
                .progress_with_look(Stage::Rendering, done, PARTS, &mut || {
                    to_picture(&faces.so_far(&so_far.finer, &so_far.coarser)?)
                });
            if work.stop.is_paused() {
                stand.painting.rest();
            }
            work.context.yield_while_paused()?;
            if work.stop.is_finishing() {
                return Ok(false);
            }
            work.step(&mut stand)?;
        }
        so_far.steps = Some(stand.steps);
        so_far.finer.push(planes_of(&stand.painting));
    }
    let steps = so_far.steps.take().unwrap_or_default();
    so_far.taken.push(Scale { size, steps });
    so_far.coarser = std::mem::take(&mut so_far.finer);
    Ok(true)
}

/// Where the work is.
struct At<'a> {
    schedule: &'a Schedule,
    index: usize,
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

    /// The panorama with all faces of a size; as it began, before the coarsest is done.
    fn painted(&self, coarser: &[Planes]) -> Planes {
        if !coarser.is_empty() {
            return self.whole(coarser);
        }
        let planes = |first: &Picture| {
            let [width, height] = first.size().map(|side| side as usize);
            planes(first, width, height)
        };
        self.whole(&self.first.iter().map(planes).collect::<Vec<_>>())
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
