//! A picture made of the patches of another: what takes part, and the first sizes of it as a
//! preview.

use std::collections::HashMap;
use std::time::Instant;

use crate::cancel::CancelToken;
use crate::engine::photos::PhotoCache;
use crate::engine::protocol::{EngineError, Estimate};
use crate::engine::resample::shrink_to;
use crate::grow::edit::{Change, Edit, Placement};
use crate::grow::{self, Breed, Genes, GrowError, Level, Material, Other, Settings, Task};
use crate::picture::Picture;
use crate::recipe::{
    GrowBreed, GrowChange, GrowEdit, GrowParams, GrowPart, GrowPlacement, GrowTask, Mask,
    PixelRegion, SourceRef,
};

/// Value of a mask from which on it counts.
const LIGHT: u8 = 128;
/// Coverage of a painted mask from which on it counts.
const COVERED: f32 = 0.5;
/// Longer side of the trial that an estimate is made by.
const TRIAL_SIDE: u32 = 128;

/// The pictures that take part.
pub(in crate::engine) struct Prepared {
    /// With the pictures as they were read.
    pub(in crate::engine) params: GrowParams,
    /// Where the patches come from.
    pub(in crate::engine) source: Picture,
    structure: Option<Picture>,
    hole: Vec<bool>,
    edits: Vec<Edit>,
    region: Option<Vec<bool>>,
    others: Vec<Further>,
    /// Of the algorithm.
    pub(in crate::engine) settings: Settings,
}

/// A further picture that patches are taken from.
struct Further {
    picture: Picture,
    weight: f32,
    region: Option<Vec<bool>>,
}

/// The pictures of a recipe by their content.
struct Pictures(HashMap<String, Picture>);

impl Pictures {
    /// Reads all, and notes in `params` how they were.
    fn read(photos: &mut PhotoCache, params: &mut GrowParams) -> Result<Self, EngineError> {
        let mut pictures = HashMap::new();
        let mut result = Ok(());
        params.each_picture_mut(&mut |source| {
            if result.is_ok() {
                result = photos.source(source).map(|(photo, _)| {
                    *source = source.as_read(&photo.source);
                    pictures.insert(source.sha256.clone(), photo.picture.clone());
                });
            }
        });
        result.map(|()| Self(pictures))
    }

    fn of(&self, source: &SourceRef) -> Result<&Picture, EngineError> {
        self.0
            .get(&source.sha256)
            .ok_or_else(|| EngineError::BadPicture {
                reason: "this picture wasn't read; open it again".into(),
                path: source.path.clone(),
            })
    }

    /// A part of a picture of `size`; where `fitted` a mask may have another size.
    fn part(
        &self,
        part: &GrowPart,
        size: [u32; 2],
        fitted: bool,
    ) -> Result<Vec<bool>, EngineError> {
        Ok(match part {
            GrowPart::Lasso(corners) => {
                let longer = f64::from(size[0].max(size[1]));
                let corner = |corner: &[f32; 2]| corner.map(|side| f64::from(side) * longer);
                let corners: Vec<[f64; 2]> = corners.iter().map(corner).collect();
                grow::within(&corners, size)
            }
            GrowPart::Painted(mask) => covered(size, mask),
            GrowPart::Light(mask) => light(self.of(mask)?, size, fitted)?,
        })
    }

    fn edit(&self, edit: &GrowEdit, size: [u32; 2]) -> Result<Edit, EngineError> {
        let whole = || vec![true; size[0] as usize * size[1] as usize];
        Ok(Edit {
            part: match &edit.part {
                None => whole(),
                Some(part) => self.part(part, size, false)?,
            },
            change: match &edit.change {
                GrowChange::Move(placement) => Change::Move(placed(placement)),
                GrowChange::Copy(placement) => Change::Copy(placed(placement)),
                GrowChange::Recolour { mean, gain } => Change::Recolour {
                    mean: *mean,
                    gain: *gain,
                },
                GrowChange::Remove => Change::Remove,
                GrowChange::Paint(colour) => Change::Paint(*colour),
                GrowChange::Sketch(picture) => Change::Sketch(self.of(picture)?.clone()),
            },
        })
    }
}

fn placed(placement: &GrowPlacement) -> Placement {
    Placement {
        by: placement.by,
        scale: placement.scale,
        flip: placement.flip,
        turn: placement.turn,
    }
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
        &prepared.material(),
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
        let mut params = params.clone();
        let pictures = Pictures::read(photos, &mut params)?;
        let source = pictures.of(&params.source)?.clone();
        let own = source.size();
        let structure = match &params.task {
            GrowTask::Shape { structure, .. } => Some(pictures.of(structure)?.clone()),
            _ => None,
        };
        let size = size(&params, &source, structure.as_ref())?;
        let hole = match &params.task {
            GrowTask::Fill { mask } => light(pictures.of(mask)?, own, false)?,
            GrowTask::FillPainted { mask } => covered(own, mask),
            _ => Vec::new(),
        };
        let edits = match &params.task {
            GrowTask::Edit { edits } => {
                let edits = edits.iter().map(|edit| pictures.edit(edit, own));
                edits.collect::<Result<_, _>>()?
            }
            _ => Vec::new(),
        };
        // Before masks of that size are made.
        grow::check_size(size)?;
        let region = |part: &Option<GrowPart>| {
            let part = part.as_ref();
            part.map(|part| pictures.part(part, size, true)).transpose()
        };
        let others = params.others.iter().map(|other| {
            Ok(Further {
                picture: pictures.of(&other.picture)?.clone(),
                weight: other.weight,
                region: region(&other.part)?,
            })
        });
        Ok(Self {
            others: others.collect::<Result<_, EngineError>>()?,
            region: region(&params.part)?,
            settings: Settings {
                size,
                genes: genes(&params),
                seamless: params.seamless,
            },
            params,
            source,
            structure,
            hole,
            edits,
        })
    }

    /// What the patches are taken from.
    pub(in crate::engine) fn material(&self) -> Material<'_> {
        let others = self.others.iter().map(|other| Other {
            picture: &other.picture,
            weight: other.weight,
            region: other.region.as_deref(),
        });
        Material {
            source: &self.source,
            region: self.region.as_deref(),
            others: others.collect(),
        }
    }

    /// What the algorithm is asked for.
    pub(in crate::engine) fn task(&self) -> Task<'_> {
        match (&self.params.task, &self.structure) {
            (GrowTask::Extend { left, top, .. }, _) => Task::Extend {
                left: *left,
                top: *top,
            },
            (GrowTask::Fill { .. } | GrowTask::FillPainted { .. }, _) => {
                Task::Fill { hole: &self.hole }
            }
            (GrowTask::Edit { .. }, _) => Task::Edit { edits: &self.edits },
            (GrowTask::Tile, _) => Task::Tile,
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
        let levels = grow::plan(&self.material(), &self.task(), &self.settings);
        Ok(levels?)
    }

    /// What it will take: memory by the sizes, time by a small trial on this machine.
    ///
    /// # Errors
    /// Sizes that can't be.
    pub(in crate::engine) fn estimate(&self) -> Result<Estimate, EngineError> {
        let levels = self.levels()?;
        let small = shrink_to(&self.source, TRIAL_SIDE);
        let material = Material::of(&small);
        let trial = Settings {
            size: small.size(),
            genes: Genes::new(0, 1.0, self.settings.genes.coherence),
            seamless: [false; 2],
        };
        let began = Instant::now();
        let stop = CancelToken::new();
        let tried = grow::grow(&material, &Task::Vary, &trial, &stop, &mut |_, _| Ok(()));
        let took = began.elapsed();
        let steps = grow::plan(&material, &Task::Vary, &trial).map(|l| grow::work(&l, &trial));
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

fn genes(params: &GrowParams) -> Genes {
    Genes {
        seed: params.seed,
        chance: params.chance,
        coherence: params.coherence,
        breed: bred(params.breed.as_deref()),
    }
}

fn bred(breed: Option<&GrowBreed>) -> Option<Box<Breed>> {
    let breed = breed?;
    Some(Box::new(Breed {
        with: Genes {
            seed: breed.seed,
            chance: breed.chance,
            coherence: breed.coherence,
            breed: bred(breed.breed.as_deref()),
        },
        share: breed.share,
        seed: breed.mix,
    }))
}

/// The result's size.
fn size(
    params: &GrowParams,
    source: &Picture,
    structure: Option<&Picture>,
) -> Result<[u32; 2], EngineError> {
    let own = source.size();
    let other_size = params.size.is_some_and(|size| size != own);
    match (&params.task, structure) {
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
        (GrowTask::Fill { .. } | GrowTask::FillPainted { .. }, _) if other_size => {
            Err(EngineError::BadRequest(
                "a picture that is filled keeps its size; leave the size out".into(),
            ))
        }
        (GrowTask::Edit { .. }, _) if other_size => Err(EngineError::BadRequest(
            "a picture that is edited keeps its size; leave the size out".into(),
        )),
        (GrowTask::Tile, _) if other_size => Err(EngineError::BadRequest(
            "a picture that is kept while it is made seamless has its own size; leave the size out"
                .into(),
        )),
        (GrowTask::Shape { .. }, Some(structure)) => Ok(params.size.unwrap_or(structure.size())),
        _ => Ok(params.size.unwrap_or(own)),
    }
}

/// Where a mask is light and opaque, for a picture of `size`; where `fitted` it may have another
/// size itself.
fn light(mask: &Picture, size: [u32; 2], fitted: bool) -> Result<Vec<bool>, EngineError> {
    if mask.size() != size && !fitted {
        return Err(GrowError::MaskSize(mask.width(), mask.height()).into());
    }
    let light = |x: u32, y: u32| {
        let at = |place: u32, from: u32, to: u32| {
            let middle = (2 * u64::from(place) + 1) * u64::from(from) / (2 * u64::from(to));
            middle as usize
        };
        let row = at(y, mask.height(), size[1]) * mask.width() as usize;
        let pixel = &mask.rgba()[(row + at(x, mask.width(), size[0])) * 4..][..4];
        let grey: u32 = pixel[..3].iter().map(|&c| u32::from(c)).sum();
        pixel[3] >= LIGHT && grey >= 3 * u32::from(LIGHT)
    };
    let rows = (0..size[1]).flat_map(|y| (0..size[0]).map(move |x| (x, y)));
    Ok(rows.map(|(x, y)| light(x, y)).collect())
}

/// Where a painted mask covers.
fn covered(size: [u32; 2], mask: &Mask) -> Vec<bool> {
    let cover = mask.coverage(size, PixelRegion::whole(size));
    cover.into_iter().map(|share| share >= COVERED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_around_a_part_goes_where_its_pixels_go() {
        for turn in 0..4 {
            for flip in [false, true] {
                let told = GrowPlacement {
                    by: [5, -3],
                    scale: 1.5,
                    flip,
                    turn,
                };
                let off = [2.0, 7.0];
                assert_eq!(told.placed(off), placed(&told).placed(off));
            }
        }
        // An edited picture counts twice.
        assert!(crate::recipe::ranges::MOST_OTHERS + 2 <= grow::MOST_SOURCES);
    }
}
