//! A picture made of the patches of another: what takes part, and the first sizes of it as a
//! preview.

use std::time::Instant;

use crate::cancel::CancelToken;
use crate::engine::photos::PhotoCache;
use crate::engine::protocol::{EngineError, Estimate};
use crate::engine::resample::shrink_to;
use crate::grow::{self, GrowError, Level, Settings, Task};
use crate::picture::Picture;
use crate::recipe::{GrowParams, GrowTask, Mask, PixelRegion};

/// Value of a mask from which on it is to be filled.
const LIGHT: u8 = 128;
/// Coverage of a painted mask from which on it is to be filled.
const COVERED: f32 = 0.5;
/// Longer side of the trial that an estimate is made by.
const TRIAL_SIDE: u32 = 128;

/// The pictures that take part.
pub(in crate::engine) struct Prepared {
    /// With the pictures as they were read.
    pub(in crate::engine) params: GrowParams,
    /// Where the patches come from.
    pub(in crate::engine) source: Picture,
    other: Option<Picture>,
    hole: Vec<bool>,
    /// Of the algorithm.
    pub(in crate::engine) settings: Settings,
}

/// The finest size of the picture whose longer side is at most `most` pixels, just as the whole
/// picture goes through it; the coarsest where there is none so small.
///
/// # Errors
/// As [`grow::grow`]; [`EngineError::Cancelled`].
pub(in crate::engine) fn preview(
    photos: &mut PhotoCache,
    params: &GrowParams,
    most: u32,
    stop: &CancelToken,
) -> Result<Picture, EngineError> {
    let prepared = Prepared::read(photos, params)?;
    let levels = prepared.levels()?;
    let small = |level: &&Level| level.result.iter().all(|&side| side <= most as usize);
    let count = levels.iter().take_while(small).count().max(1);
    let ends: Vec<u64> = (count..levels.len())
        .map(|count| grow::work(&levels[..count], &prepared.settings))
        .collect();
    let mut found = None;
    let grown = grow::grow(
        &prepared.source,
        &prepared.task(),
        &prepared.settings,
        stop,
        &mut |done, look| {
            // Beside a hole the first sizes may be left out.
            if ends.contains(&done) {
                found = look();
            }
            match found {
                Some(_) => Err(GrowError::Cancelled),
                None => Ok(()),
            }
        },
    );
    match (grown, found) {
        (_, Some(picture)) => Ok(picture),
        (grown, None) => Ok(grown?.picture),
    }
}

impl Prepared {
    /// Reads the pictures and fills in what the settings leave open.
    ///
    /// # Errors
    /// A picture that can't be read or isn't the same any more; sizes that don't fit.
    pub(in crate::engine) fn read(
        photos: &mut PhotoCache,
        params: &GrowParams,
    ) -> Result<Self, EngineError> {
        let source = photos.source(&params.source)?.0;
        let mut params = params.clone();
        params.source = params.source.as_read(&source.source);
        let other = match params.other_mut() {
            None => None,
            Some(other) => {
                let read = photos.source(other)?.0;
                *other = other.as_read(&read.source);
                Some(read.picture.clone())
            }
        };
        let source = source.picture.clone();
        let size = size(&params, &source, other.as_ref())?;
        let hole = match (&params.task, &other) {
            (GrowTask::Fill { .. }, Some(mask)) => hole(&source, mask)?,
            (GrowTask::FillPainted { mask }, _) => painted_hole(&source, mask),
            _ => Vec::new(),
        };
        let settings = Settings {
            size,
            seed: params.seed,
            chance: params.chance,
            coherence: params.coherence,
            seamless: params.seamless,
        };
        Ok(Self {
            params,
            source,
            other,
            hole,
            settings,
        })
    }

    /// What the algorithm is asked for.
    pub(in crate::engine) fn task(&self) -> Task<'_> {
        match (&self.params.task, &self.other) {
            (GrowTask::Extend { left, top, .. }, _) => Task::Extend {
                left: *left,
                top: *top,
            },
            (GrowTask::Fill { .. } | GrowTask::FillPainted { .. }, _) => {
                Task::Fill { hole: &self.hole }
            }
            (GrowTask::Shape { strength, .. }, Some(structure)) => Task::Shape {
                structure,
                strength: *strength,
            },
            (GrowTask::Vary | GrowTask::Shape { .. }, _) => Task::Vary,
        }
    }

    /// The sizes that it goes through.
    ///
    /// # Errors
    /// Sizes that can't be.
    pub(in crate::engine) fn levels(&self) -> Result<Vec<Level>, EngineError> {
        let levels = grow::plan(self.source.size(), &self.task(), &self.settings);
        Ok(levels?)
    }

    /// What it will take: memory by the sizes, time by a small trial on this machine.
    ///
    /// # Errors
    /// Sizes that can't be.
    pub(in crate::engine) fn estimate(&self) -> Result<Estimate, EngineError> {
        let levels = self.levels()?;
        let small = shrink_to(&self.source, TRIAL_SIDE);
        let trial = Settings {
            size: small.size(),
            chance: 1.0,
            seamless: [false; 2],
            ..self.settings.clone()
        };
        let began = Instant::now();
        let stop = CancelToken::new();
        let tried = grow::grow(&small, &Task::Vary, &trial, &stop, &mut |_, _| Ok(()));
        let took = began.elapsed();
        let steps = grow::plan(small.size(), &Task::Vary, &trial).map(|l| grow::work(&l, &trial));
        let each = match (tried, steps) {
            (Ok(_), Ok(steps)) if steps > 0 => took.as_secs_f64() / steps as f64,
            // Too narrow to be tried small: what a laptop's two cores take.
            _ => 0.6e-6,
        };
        Ok(Estimate {
            size: self.settings.size,
            memory: grow::memory(&levels),
            time: std::time::Duration::from_secs_f64(
                each * grow::work(&levels, &self.settings) as f64,
            ),
            tiles: 1,
            passes: 0,
            painted: None,
        })
    }
}

/// The result's size.
fn size(
    params: &GrowParams,
    source: &Picture,
    other: Option<&Picture>,
) -> Result<[u32; 2], EngineError> {
    let own = source.size();
    match (&params.task, other) {
        (
            GrowTask::Extend {
                left,
                top,
                right,
                bottom,
            },
            _,
        ) => {
            if params.size.is_some() {
                return Err(EngineError::BadRequest(
                    "a picture that is extended has the size that comes of it; leave the size out"
                        .into(),
                ));
            }
            let side = |own: u32, before: &u32, after: &u32| {
                own.saturating_add(*before).saturating_add(*after)
            };
            Ok([side(own[0], left, right), side(own[1], top, bottom)])
        }
        (GrowTask::Fill { .. } | GrowTask::FillPainted { .. }, _)
            if params.size.is_some_and(|size| size != own) =>
        {
            Err(EngineError::BadRequest(
                "a picture that is filled keeps its size; leave the size out".into(),
            ))
        }
        (GrowTask::Shape { .. }, Some(structure)) => Ok(params.size.unwrap_or(structure.size())),
        _ => Ok(params.size.unwrap_or(own)),
    }
}

/// Where a mask is light and opaque.
fn hole(source: &Picture, mask: &Picture) -> Result<Vec<bool>, EngineError> {
    if mask.size() != source.size() {
        return Err(grow::GrowError::MaskSize(mask.width(), mask.height()).into());
    }
    let light = |pixel: &[u8]| {
        let grey: u32 = pixel[..3].iter().map(|&c| u32::from(c)).sum();
        pixel[3] >= LIGHT && grey >= 3 * u32::from(LIGHT)
    };
    Ok(mask.rgba().chunks_exact(4).map(light).collect())
}

/// Where a painted mask covers.
fn painted_hole(source: &Picture, mask: &Mask) -> Vec<bool> {
    let size = source.size();
    let cover = mask.coverage(size, PixelRegion::whole(size));
    cover.into_iter().map(|share| share >= COVERED).collect()
}
