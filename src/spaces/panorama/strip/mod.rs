//! A strip photo, of a part of what lies around a viewer, in the panorama of all of it: where it
//! lies, how it gets there, and what comes above and below.
//!
//! Around the viewer the picture is grown on (`crate::grow`); here is what is of the sphere.

mod poles;
mod unroll;

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::ops::Range;

use super::super::SpacesError;
use super::check;

/// Angles that a strip may show from side to side, degrees.
pub const FOV: [f32; 2] = [20.0, 360.0];
/// Most columns of a panorama that is made of a strip.
pub const MOST_WIDTH: u32 = 8192;
/// Least columns of one.
const LEAST_WIDTH: u32 = 64;
/// Height that a strip of unknown angle is taken to show, degrees: a telephone held upright sees
/// about 65 of them from top to bottom, of which stitching leaves so many.
const USUAL_HEIGHT: f64 = 50.0;
/// Angles from side to side that are guessed, degrees: somebody who turned all around would know.
const GUESSES: [f64; 2] = [40.0, 330.0];
/// So far from the horizon the picture is grown on, degrees. Farther up and down an equirectangular
/// picture is stretched more than twice as wide as it is seen.
const GROWN: f64 = 58.0;
/// Degrees within which what was grown fades to what is smooth.
const FADING: f64 = 16.0;
/// Beyond a strip that is higher than that, so many degrees are grown for the fading.
const LEAST_GROWN: f64 = 8.0;

/// What the rows of a strip are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// On a cylinder around the viewer: heights are tangents, upright lines are straight. As
    /// telephones and most stitchers make them.
    Cylindrical,
    /// Heights are angles, as in a panorama of everything.
    Equirectangular,
}

/// What a strip shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strip {
    /// Degrees from side to side, [`FOV`].
    pub fov: f32,
    /// Where the horizon is, as a share of its height from above, 0..=1.
    pub horizon: f32,
    /// What its rows are.
    pub projection: Projection,
}

/// Degrees that a strip of this size shows from side to side, as far as its shape tells: it is
/// taken to be 50° high on a cylinder.
pub fn usual_fov([width, height]: [u32; 2]) -> f32 {
    let half = (USUAL_HEIGHT / 2.0).to_radians().tan();
    let degrees = (f64::from(width) / f64::from(height.max(1)) * 2.0 * half).to_degrees();
    degrees.clamp(GUESSES[0], GUESSES[1]).round() as f32
}

/// Where a strip lies in the panorama.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    strip: Strip,
    /// Pixels of the strip as it is.
    source: [u32; 2],
    /// Pixels of the panorama, twice as wide as high.
    pub size: [u32; 2],
    /// Columns and rows that the strip takes in it.
    pub part: [u32; 2],
    /// Columns before it.
    pub left: u32,
    /// Rows of the panorama above it.
    pub top: u32,
    /// Rows of the panorama that are grown, the strip's among them.
    pub band: Range<u32>,
}

impl Strip {
    /// Where a strip of `source` pixels lies: in a panorama of its own scale, of at most
    /// [`MOST_WIDTH`] columns, or of the size that is asked for.
    ///
    /// # Errors
    /// Numbers out of range, a size that is no panorama's, a strip that would reach over a pole.
    pub fn layout(&self, source: [u32; 2], size: Option<[u32; 2]>) -> Result<Layout, SpacesError> {
        within("fov", self.fov, FOV)?;
        within("horizon", self.horizon, [0.0, 1.0])?;
        let share = f64::from(self.fov) / 360.0;
        let own = (f64::from(source[0]) / share / 2.0).round() as u32 * 2;
        let width = match size {
            Some(size) => {
                check(size)?;
                size[0] / 2 * 2
            }
            None => own.min(MOST_WIDTH),
        };
        within(
            "width",
            width as f32,
            [LEAST_WIDTH as f32, MOST_WIDTH as f32],
        )?;
        let part = match width == own {
            true => source[0],
            false => (f64::from(width) * share).round() as u32,
        };
        let part = part.min(width);
        let pixels = f64::from(width) / TAU;
        let [above, below] = [0.0, 1.0].map(|at| self.rise(at, source));
        if above > FRAC_PI_2 || below < -FRAC_PI_2 {
            return Err(SpacesError::StripOverPole {
                high: (above - below).to_degrees().round() as u32,
            });
        }
        let row = |rise: f64| ((FRAC_PI_2 - rise) * pixels).round() as u32;
        let top = row(above);
        let exact = width == own && self.projection == Projection::Equirectangular;
        let height = match exact {
            true => source[1],
            false => row(below) - top,
        };
        let height = height.clamp(1, width / 2 - top.min(width / 2 - 1));
        let grown = |edge: f64| (edge + LEAST_GROWN.to_radians()).max(GROWN.to_radians());
        let [first, last] = [grown(above), -grown(-below)].map(|rise| row(rise.min(FRAC_PI_2)));
        Ok(Layout {
            strip: *self,
            source,
            size: [width, width / 2],
            part: [part, height],
            left: (width - part) / 2,
            top,
            band: first.min(top)..last.clamp(top + height, width / 2),
        })
    }

    /// Radians above the horizon of a place in the strip, `at` 0..=1 of its height from above.
    fn rise(&self, at: f64, source: [u32; 2]) -> f64 {
        let up = (f64::from(self.horizon) - at) * f64::from(source[1]) / self.radius(source);
        match self.projection {
            Projection::Cylindrical => up.atan(),
            Projection::Equirectangular => up,
        }
    }

    /// Pixels of the strip to a radian around.
    fn radius(&self, source: [u32; 2]) -> f64 {
        f64::from(source[0]) / f64::from(self.fov).to_radians()
    }
}

fn within(name: &'static str, value: f32, [least, most]: [f32; 2]) -> Result<(), SpacesError> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(SpacesError::Range {
            name,
            value: value.to_string(),
            least,
            most,
        }),
    }
}

impl Layout {
    /// The size of what is grown: the rows of [`Self::band`], all around.
    pub fn grown(&self) -> [u32; 2] {
        [self.size[0], self.band.end - self.band.start]
    }

    /// Where the strip lies in what is grown: columns before it, rows above.
    pub fn corner(&self) -> [u32; 2] {
        [self.left, self.top - self.band.start]
    }

    /// Memory that [`Self::unrolled`] and [`Self::whole`] take beside the pictures that they are
    /// given, in bytes.
    pub fn memory(&self) -> u64 {
        let pixels = |[width, height]: [u32; 2]| u64::from(width) * u64::from(height);
        // Rows of floating point, then the panorama.
        (pixels([self.part[0], self.source[1]]) * 16).max(pixels(self.size) * 4)
    }

    /// Radians above the horizon of the middle of a row, among `rows` from pole to pole.
    fn rise_of(row: usize, rows: usize) -> f64 {
        FRAC_PI_2 - (row as f64 + 0.5) / rows as f64 * PI
    }
}

#[cfg(test)]
mod tests;
