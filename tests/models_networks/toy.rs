//! A generator whose every number is known: a bright disc on a dark ground.

use limner::latent::{LatentError, Mapping};
use limner::picture::Picture;

/// `w = 2 z + 1` in eight dimensions, four layers.
pub struct Toy {
    average: Vec<f32>,
}

impl Toy {
    pub const DIM: usize = 8;
    pub const LAYERS: usize = 4;

    pub fn new() -> Self {
        Self {
            average: vec![1.0; Self::DIM],
        }
    }

    /// Layers 0 and 1: `w[0]` is the disc's radius. Layer 3: `w[1]` is the
    /// brightness, `w[2]` the warmth. Nothing else shows.
    pub fn render(ws: &[Vec<f32>]) -> Picture {
        let side = 40;
        let radius = 0.28 + 0.05 * (0.5 * (ws[0][0] + ws[1][0]) - 1.0);
        let light = 0.5 + 0.06 * (ws[3][1] - 1.0);
        let warm = 0.05 * (ws[3][2] - 1.0);
        let mut pixels = Vec::new();
        for y in 0..side {
            for x in 0..side {
                let (dx, dy) = (x as f32 / 39.0 - 0.5, y as f32 / 39.0 - 0.5);
                let edge = ((radius - dx.hypot(dy)) * 30.0).clamp(0.0, 1.0);
                let base = light * (0.35 + 0.65 * edge);
                for c in [base + warm, base, base - warm] {
                    pixels.push((c.clamp(0.0, 1.0) * 255.0) as u8);
                }
                pixels.push(255);
            }
        }
        Picture::from_rgba(side, side, pixels).unwrap()
    }
}

impl Mapping for Toy {
    fn z_dim(&self) -> usize {
        Self::DIM
    }
    fn w_dim(&self) -> usize {
        Self::DIM
    }
    fn num_ws(&self) -> usize {
        Self::LAYERS
    }
    fn w_avg(&self) -> &[f32] {
        &self.average
    }
    fn map_all(&self, zs: &[Vec<f32>], _: Option<u32>) -> Result<Vec<Vec<f32>>, LatentError> {
        Ok(zs
            .iter()
            .map(|z| z.iter().map(|v| 2.0 * v + 1.0).collect())
            .collect())
    }
}
