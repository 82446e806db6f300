//! What goes into a grown picture, at full size or reduced: masks as values, parts, regions.

use crate::engine::grow::Prepared;
use crate::engine::protocol::EngineError;
use crate::grow::edit::{Change, Edit, Placement};
use crate::grow::{self, GrowError, Material, Other, Task};
use crate::picture::Picture;
use crate::recipe::{
    GrowChange, GrowEdit, GrowParams, GrowPart, GrowPlacement, GrowTask, Mask, PixelRegion,
    SourceRef,
};

/// Value of a mask from which on it counts.
const LIGHT: u8 = 128;
/// Coverage of a painted mask from which on it counts.
const COVERED: f32 = 0.5;

/// A picture as it is, or reduced.
pub(super) type Reduce<'a> = &'a mut dyn FnMut(&SourceRef, &Picture) -> Picture;

/// All that goes in.
pub(in crate::engine) struct Inputs {
    source: Picture,
    /// Of the result.
    pub(super) size: [u32; 2],
    structure: Option<Picture>,
    /// Where the source lies in an extended result.
    corner: [u32; 2],
    hole: Vec<bool>,
    edits: Vec<Edit>,
    region: Option<Vec<bool>>,
    others: Vec<Further>,
}

/// A further picture that patches are taken from.
struct Further {
    picture: Picture,
    weight: f32,
    region: Option<Vec<bool>>,
}

impl Inputs {
    /// After so many halvings; `reduce` reduces pictures.
    ///
    /// # Errors
    /// Masks and sketches whose sizes don't fit.
    pub(super) fn of(
        prepared: &Prepared,
        halvings: u32,
        reduce: Reduce<'_>,
    ) -> Result<Self, EngineError> {
        let params = &prepared.params;
        let own = prepared.source.size();
        let mut making = Making {
            prepared,
            halvings,
            own,
            small: grow::halved_size(own, halvings),
            reduce,
        };
        let size = grow::halved_size(prepared.settings.size, halvings);
        let mut inputs = Self {
            source: (making.reduce)(&params.source, &prepared.source),
            size,
            structure: None,
            corner: [0; 2],
            hole: Vec::new(),
            edits: Vec::new(),
            region: making.region(params.part.as_ref(), size)?,
            others: Vec::new(),
        };
        match &params.task {
            GrowTask::Vary | GrowTask::Tile => {}
            GrowTask::Extend { .. } | GrowTask::FullTurn(_) => {
                let before = prepared.corner().map(|side| grow::halved(side, halvings));
                // Rounding mustn't push it beyond the edge.
                inputs.corner =
                    [0, 1].map(|i| before[i].min(size[i].saturating_sub(making.small[i])));
            }
            GrowTask::Fill { mask } => inputs.hole = making.light(mask)?,
            GrowTask::FillPainted { mask } => inputs.hole = covered(making.small, mask),
            GrowTask::Edit { edits } => inputs.edits = making.edits(edits)?,
            GrowTask::Shape { structure, .. } => {
                let picture = prepared.pictures.of(structure)?;
                inputs.structure = Some((making.reduce)(structure, picture));
            }
        }
        for other in &params.others {
            let picture = prepared.pictures.of(&other.picture)?;
            inputs.others.push(Further {
                picture: (making.reduce)(&other.picture, picture),
                weight: other.weight,
                region: making.region(other.part.as_ref(), size)?,
            });
        }
        Ok(inputs)
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
    pub(in crate::engine) fn task(&self, params: &GrowParams) -> Task<'_> {
        let [left, top] = self.corner;
        match (&params.task, &self.structure) {
            (GrowTask::Extend { .. }, _) => Task::Extend { left, top },
            (GrowTask::FullTurn(_), _) => Task::Around { left, top },
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
}

/// While they are made.
struct Making<'a> {
    prepared: &'a Prepared,
    halvings: u32,
    /// The source's size.
    own: [u32; 2],
    /// The same, reduced.
    small: [u32; 2],
    reduce: Reduce<'a>,
}

impl Making<'_> {
    /// Where a mask, which must have the source's size, is light.
    fn light(&self, mask: &SourceRef) -> Result<Vec<bool>, EngineError> {
        let mask = self.prepared.pictures.of(mask)?;
        match mask.size() == self.own {
            true => Ok(light(mask, self.small)),
            false => Err(GrowError::MaskSize(mask.width(), mask.height()).into()),
        }
    }

    /// A part of the result, of which a mask may have any size.
    fn region(
        &self,
        part: Option<&GrowPart>,
        size: [u32; 2],
    ) -> Result<Option<Vec<bool>>, EngineError> {
        part.map(|part| match part {
            GrowPart::Light(mask) => Ok(light(self.prepared.pictures.of(mask)?, size)),
            GrowPart::Lasso(corners) => Ok(within(corners, size)),
            GrowPart::Painted(mask) => Ok(covered(size, mask)),
        })
        .transpose()
    }

    fn edits(&mut self, edits: &[GrowEdit]) -> Result<Vec<Edit>, EngineError> {
        let mut made: Vec<Edit> = Vec::new();
        for edit in edits {
            let part = match &edit.part {
                None => vec![true; self.small[0] as usize * self.small[1] as usize],
                Some(GrowPart::Light(mask)) => self.light(mask)?,
                Some(GrowPart::Lasso(corners)) => within(corners, self.small),
                Some(GrowPart::Painted(mask)) => covered(self.small, mask),
            };
            // Too small to be seen among reduced pictures.
            if self.halvings > 0 && !part.contains(&true) {
                continue;
            }
            let change = match &edit.change {
                GrowChange::Move(placement) => Change::Move(self.placed(placement)),
                GrowChange::Copy(placement) => Change::Copy(self.placed(placement)),
                GrowChange::Recolour { mean, gain } => Change::Recolour {
                    mean: *mean,
                    gain: *gain,
                },
                GrowChange::Remove => Change::Remove,
                GrowChange::Paint(colour) => Change::Paint(*colour),
                GrowChange::Sketch(picture) => Change::Sketch(self.sketch(picture)?),
            };
            made.push(Edit { part, change });
        }
        Ok(made)
    }

    fn sketch(&mut self, source: &SourceRef) -> Result<Picture, EngineError> {
        let picture = self.prepared.pictures.of(source)?;
        match picture.size() == self.own {
            true => Ok((self.reduce)(source, picture)),
            false => Err(GrowError::MaskSize(picture.width(), picture.height()).into()),
        }
    }

    fn placed(&self, placement: &GrowPlacement) -> Placement {
        let pixels = |by: i32| {
            let by = f64::from(by) / f64::from(1u32 << self.halvings);
            by.round() as i32
        };
        Placement {
            by: placement.by.map(pixels),
            scale: placement.scale,
            flip: placement.flip,
            turn: placement.turn,
        }
    }
}

/// What lies within a line whose corners are in fractions of the longer side.
fn within(corners: &[[f32; 2]], size: [u32; 2]) -> Vec<bool> {
    let longer = f64::from(size[0].max(size[1]));
    let corner = |corner: &[f32; 2]| corner.map(|side| f64::from(side) * longer);
    let corners: Vec<[f64; 2]> = corners.iter().map(corner).collect();
    grow::within(&corners, size)
}

/// Where a mask is light and opaque, for a picture of `size`.
fn light(mask: &Picture, size: [u32; 2]) -> Vec<bool> {
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
    rows.map(|(x, y)| light(x, y)).collect()
}

/// Where a painted mask covers.
fn covered(size: [u32; 2], mask: &Mask) -> Vec<bool> {
    let cover = mask.coverage(size, PixelRegion::whole(size));
    cover.into_iter().map(|share| share >= COVERED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(told: GrowPlacement) -> Placement {
        Placement {
            by: told.by,
            scale: told.scale,
            flip: told.flip,
            turn: told.turn,
        }
    }

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
                assert_eq!(told.placed(off), placed(told).placed(off));
            }
        }
        // An edited picture counts twice.
        const { assert!(crate::recipe::ranges::MOST_OTHERS + 2 <= grow::MOST_SOURCES) };
    }
}
