//! *Waves*: a coordinate network (CPPN, Stanley 2007) whose weights are random by
//! nature and follow `w`. No training, no weights file, any size and aspect.
//!
//! Style inputs, coarse to fine: 0 frame (turn, zoom, fold, bends), 1 to 5 hidden
//! layers, 6 form (how the layers' patterns add up), 7 palette, relief and ripples.

mod approx;
mod coordinates;
mod network;
mod palette;
mod render;

use serde::Deserialize;

use crate::cancel::CancelToken;
use crate::latent;
use crate::picture::Picture;
use crate::recipe::{Domain, NoiseMode};

use super::ModelError;
use super::generator::{Generator, GeneratorSpec, checked_size};
use coordinates::Coordinates;
use network::{HyperNetwork, NUM_WS, W_DIM};
use palette::ColourScheme;
use render::Scene;

/// Style inputs of the network.
pub const STYLE_INPUTS: usize = NUM_WS;

/// The version of the arithmetic; another one would give other pictures.
const DEFINITION: u32 = 1;

/// What `config.json` says about the network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Version of the arithmetic.
    pub definition: u32,
    /// Seed of the fixed maps from `w` to weights.
    pub seed: u64,
    /// Default `[width, height]`.
    pub size: [u32; 2],
}

/// The coordinate network.
pub struct Cppn {
    spec: GeneratorSpec,
    maps: HyperNetwork,
    w_avg: Vec<f32>,
    /// Deviations of `w`, their squares' mean being 1.
    axes: Vec<f32>,
}

impl Cppn {
    /// Draws the fixed maps; some milliseconds.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a definition of another version or an
    /// impossible size.
    pub fn new(config: &Config) -> Result<Self, ModelError> {
        if config.definition != DEFINITION {
            return Err(ModelError::BadRequest(format!(
                "this coordinate network has version {}, this program knows version {DEFINITION}; get the newest Limner",
                config.definition
            )));
        }
        Ok(Self {
            spec: GeneratorSpec {
                z_dim: W_DIM,
                w_dim: W_DIM,
                num_ws: NUM_WS,
                c_dim: 0,
                size: checked_size(config.size)?,
                resizable: true,
                numpy_seeds: false,
            },
            maps: HyperNetwork::new(config.seed),
            w_avg: vec![0.0; W_DIM],
            axes: axes(),
        })
    }
}

/// Deviations along the axes of `w`, falling slowly.
fn axes() -> Vec<f32> {
    let fall: Vec<f32> = (0..W_DIM)
        .map(|i| 1.0 / (1.0 + i as f32 / 8.0).sqrt())
        .collect();
    let square = fall.iter().map(|v| v * v).sum::<f32>() / W_DIM as f32;
    fall.iter().map(|v| v / square.sqrt()).collect()
}

impl Generator for Cppn {
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    /// `w` is `z` brought to length `sqrt(64)`, then the axes get different weights,
    /// so that the space has main directions.
    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        zs.iter()
            .map(|z| {
                latent::check(std::slice::from_ref(z), 1, W_DIM)?;
                let square = z.iter().map(|v| v * v).sum::<f32>() / W_DIM as f32;
                let scale = 1.0 / (square + 1e-8).sqrt();
                Ok(z.iter()
                    .zip(&self.axes)
                    .map(|(v, axis)| v * scale * axis)
                    .collect())
            })
            .collect()
    }

    fn w_avg(&self) -> &[f32] {
        &self.w_avg
    }

    /// Noise is paper grain: none when off, always the same when fixed.
    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        self.synthesize_on(ws, noise, size, &Domain::Plane, cancel)
    }

    fn synthesize_on(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        size: Option<[u32; 2]>,
        domain: &Domain,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        latent::check(ws, NUM_WS, W_DIM)?;
        let size = checked_size(size.unwrap_or(self.spec.size))?;
        check_domain(domain, size)?;
        let scene = Scene {
            network: self.maps.network(ws),
            palette: ColourScheme::new(&self.maps.palette(ws)),
            size,
            coordinates: Coordinates::new(domain, size),
            grain: match noise {
                NoiseMode::Off => None,
                NoiseMode::Fixed => Some(0),
                NoiseMode::Seeded(seed) => Some(seed.wrapping_add(1)),
            },
        };
        let pixels = render::render(&scene, cancel).ok_or(ModelError::Cancelled)?;
        Picture::from_rgba(size[0], size[1], pixels)
            .map_err(|error| ModelError::BadRequest(error.to_string()))
    }
}

/// Whether a domain's numbers are in their ranges and the size fits.
fn check_domain(domain: &Domain, [width, height]: [u32; 2]) -> Result<(), ModelError> {
    let wrong = |text: String| Err(ModelError::BadRequest(text));
    match *domain {
        Domain::Plane => Ok(()),
        Domain::Torus { period, turns, .. } => {
            if !(0.25..=4.0).contains(&period) {
                return wrong(format!("the period is {period}; it goes from 0.25 to 4"));
            }
            if turns.iter().any(|turns| !(1..=16).contains(turns)) {
                return wrong("a tile has 1 to 16 turns each way".into());
            }
            Ok(())
        }
        Domain::Sphere { scale } => {
            if !(0.25..=4.0).contains(&scale) {
                return wrong(format!("the scale is {scale}; it goes from 0.25 to 4"));
            }
            // Previews are rounded to whole pixels.
            if width.abs_diff(2 * height) > 2 {
                return wrong(format!(
                    "a panorama is twice as wide as high; {width} x {height} isn't, {} x {} is",
                    2 * height,
                    height
                ));
            }
            Ok(())
        }
    }
}
