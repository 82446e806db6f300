//! What can be asked for.

use super::canvas::Canvas;
use super::growing::{Growing, Tuning};
use super::matching::Effort;
use super::region::Region;
use super::schedule::levels;
use super::{GrowError, Place};
use crate::cancel::CancelToken;
use crate::picture::Picture;

/// How a picture is grown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The result's size.
    pub size: [u32; 2],
    /// Begins all random numbers.
    pub seed: u64,
    /// How far the result may go from the source: 1 leaves the whole arrangement to chance, 0 only
    /// what is small.
    pub chance: f32,
    /// Which sides go on at the other side, across and down.
    pub seamless: [bool; 2],
}

/// A grown picture.
#[derive(Debug, Clone)]
pub struct Grown {
    /// Pixels.
    pub picture: Picture,
    /// For each patch of the result where it comes from in the source, row by row.
    pub places: Vec<Place>,
    /// Patches in a row.
    pub columns: usize,
}

fn env(name: &str, default: f64) -> f64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// x
pub fn grow(
    source: &Picture,
    settings: &Settings,
    stop: &CancelToken,
    progress: &mut dyn FnMut(usize, usize) -> Result<(), GrowError>,
) -> Result<Grown, GrowError> {
    let canvas = Canvas::of(source);
    let levels = levels(source.size(), settings.size, settings.chance)?;
    let k = |s: f64| std::array::from_fn(|i| ((-((i as f64 - 3.0) / s).powi(2) / 2.0).exp() * 64.0).round() as i32);
    let tuning = Tuning {
        effort: Effort {
            trees: env("TREES", 1.0) as u32,
            across: env("ACROSS", 0.0) > 0.0,
            alpha: (env("ALPHA", 81.0) * 16.0 * 147.0) as f32,
        },
        rounds: [env("R0", 10.0) as u32, env("R1", 10.0) as u32, env("R2", 10.0) as u32],
        refined_from: env("REFINE", 1e9) as usize,
        kernels: [k(env("K0", 1e3)), k(env("K1", 1e3))],
        shift: [env("JX", 0.0), env("JY", 0.0)],
        noise: env("NOISE", 191.0),
        wraps: settings.seamless,
        seed: settings.seed,
    };
    let growing = Growing {
        source: &canvas,
        start: &canvas,
        region: &Region { source: None, kept: None },
        tuning: &tuning,
        stop,
    };
    let whole = growing.run(&levels, &mut |i, _| progress(i, levels.len()))?;
    Ok(Grown {
        columns: super::vote::grid(whole.picture.width, settings.seamless[0]),
        picture: Picture::from_rgba(settings.size[0], settings.size[1], whole.picture.to_rgba()).map_err(|_| GrowError::NothingKnown)?,
        places: whole.places,
    })
}
