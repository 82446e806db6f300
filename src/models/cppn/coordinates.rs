//! Where the pixels of a tile or a panorama lie in space: points of a torus or a sphere, by
//! tables of columns and rows. A column beyond the last is the first again, bit for bit,
//! because it reads the same entry of the table.

use std::f64::consts::{PI, TAU};

use crate::recipe::Domain;

use super::network::{LANES, Lane};
use super::render::pitch;

/// Points in space for each column and row: `(a x, a y, b, c)` of a column's `(x, y)` and a
/// row's `[a, b, c]`.
pub(super) struct Coordinates {
    columns: [Vec<f32>; 2],
    rows: Vec<[f32; 3]>,
    /// On a sphere, how the relief's slope is measured in each row.
    pub(super) sphere: Option<Vec<Parallel>>,
}

/// One row of a panorama: a circle of latitude.
pub(super) struct Parallel {
    /// Height is compared between so many columns left and right: near the poles columns
    /// lie too close together to tell anything.
    pub(super) reach: usize,
    /// Over the distance between them.
    pub(super) east: f32,
    /// Over the distance to the next row.
    pub(super) south: f32,
    /// Sine and cosine of the latitude.
    pub(super) latitude: [f32; 2],
}

impl Coordinates {
    /// The tables of a domain; `None` for a plane, which needs none.
    pub(super) fn new(domain: &Domain, size: [u32; 2]) -> Option<Self> {
        match *domain {
            Domain::Plane => None,
            Domain::Torus {
                seamless,
                period,
                turns,
            } => Some(Self::torus(size, seamless, period, turns)),
            Domain::Sphere { scale } => Some(Self::sphere(size, scale)),
        }
    }

    fn torus(size: [u32; 2], seamless: [bool; 2], period: f32, turns: [u32; 2]) -> Self {
        let pitch = f64::from(pitch(size));
        let [width, height] = size.map(|side| side as usize);
        // A turn is as long as the plane's piece of it, times the period.
        let circle = |side: usize, turns: u32, at: usize| {
            let radius = side as f64 * pitch * f64::from(period) / (TAU * f64::from(turns));
            let place = (at as u64 * u64::from(turns) % side as u64) as f64 / side as f64;
            let (sin, cos) = (TAU * place).sin_cos();
            [(radius * cos) as f32, (radius * sin) as f32]
        };
        let line =
            |side: usize, at: usize| [((at as f64 - 0.5 * side as f64 + 0.5) * pitch) as f32, 0.0];
        let [x, y] = seamless;
        let column = |at: usize| match x {
            true => circle(width, turns[0], at),
            false => line(width, at),
        };
        let row = |at: usize| match y {
            true => circle(height, turns[1], at),
            false => line(height, at),
        };
        Self {
            columns: columns(width, column),
            rows: (0..=height)
                .map(|at| {
                    let [b, c] = row(at);
                    [1.0, b, c]
                })
                .collect(),
            sphere: None,
        }
    }

    fn sphere(size: [u32; 2], scale: f32) -> Self {
        let [width, height] = size.map(|side| side as usize);
        let latitude = |row: usize| PI * (0.5 - (row as f64 + 0.5) / height as f64);
        let column = |at: usize| {
            let turn = (at % width) as f64 + 0.5;
            let (sin, cos) = (TAU * turn / width as f64 - PI).sin_cos();
            [sin as f32, cos as f32]
        };
        let (east, south) = (TAU / width as f64, PI / height as f64);
        let parallel = |row: usize| {
            let (sin, cos) = latitude(row).sin_cos();
            // As far apart as rows are, or a quarter of a turn.
            let half = (0.5 * south / cos.abs().max(1e-12)).min(1.0).asin();
            let reach = ((half / east).ceil() as usize).clamp(1, (width / 4).max(1));
            let chord = 2.0 * cos * (reach as f64 * east).sin();
            Parallel {
                reach,
                east: (1.0 / (chord * f64::from(scale))) as f32,
                south: (1.0 / (south * f64::from(scale))) as f32,
                latitude: [sin as f32, cos as f32],
            }
        };
        Self {
            columns: columns(width, column),
            rows: (0..=height)
                .map(|row| {
                    let (sin, cos) = latitude(row).sin_cos();
                    [cos as f32 * scale, sin as f32 * scale, 0.0]
                })
                .collect(),
            sphere: Some((0..height).map(parallel).collect()),
        }
    }

    /// The columns' part of a block of pixels.
    #[inline(always)]
    pub(super) fn block(&self, start: usize) -> [Lane; 2] {
        std::array::from_fn(|axis| {
            let column = &self.columns[axis][start..start + LANES];
            std::array::from_fn(|lane| column[lane])
        })
    }

    /// The rows' part of a row; one more than the picture has.
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> [f32; 3] {
        self.rows[row]
    }

    /// On a sphere, where a column lies: sine and cosine of its longitude.
    #[inline(always)]
    pub(super) fn longitude(&self, column: usize) -> [f32; 2] {
        [self.columns[0][column], self.columns[1][column]]
    }
}

/// A number more than the picture has, in whole blocks.
fn columns(width: usize, column: impl Fn(usize) -> [f32; 2]) -> [Vec<f32>; 2] {
    let padded = (width + 1).next_multiple_of(LANES);
    let mut columns = [Vec::with_capacity(padded), Vec::with_capacity(padded)];
    for at in 0..padded {
        let place = column(at);
        columns[0].push(place[0]);
        columns[1].push(place[1]);
    }
    columns
}
