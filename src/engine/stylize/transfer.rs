//! Style networks of other people behind stylising: their own colours are taken out,
//! so that "keep the photo's colours" works as with any other style.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::models::restyle::{Colours, Norms};
use crate::models::transfer::StyleTransfer;

use super::network::{Seen, StrokePalette, StyleNet, to_planes, to_tensor};

/// Added to variances of colours.
const EPS_COLOUR: f64 = 1e-5;

/// What tiles need to fit together.
pub(crate) struct Stats {
    /// Colours of what the network makes of the photo.
    made: Colours,
    norms: Norms,
}

impl StyleNet for Arc<dyn StyleTransfer> {
    type Stats = Stats;

    fn step(&self) -> usize {
        self.multiple()
    }

    fn reach(&self) -> usize {
        self.receptive_radius()
    }

    fn bytes_per_pixel(&self) -> u64 {
        self.as_ref().bytes_per_pixel()
    }

    fn palette(&self, _code: &[f32], made: &StrokePalette) -> Result<StrokePalette, EngineError> {
        Ok(*made)
    }

    fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32] {
        code
    }

    fn follows_strength(&self) -> bool {
        self.code_len() > 0
    }

    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<(Seen<Stats>, Planes), EngineError> {
        let tensor = to_tensor(photo, self.device())?;
        let own = Colours::of(&tensor, EPS_COLOUR)?.palette.into();
        let (made, norms) = self.transfer(&tensor, code, strength, None, stop)?;
        let made = made.clamp(0.0, 1.0)?;
        let colours = Colours::of(&made, EPS_COLOUR)?;
        let strokes = to_planes(&colours.whiten(&made)?)?;
        let seen = Seen {
            own,
            made: colours.palette.into(),
            stats: Stats {
                made: colours,
                norms,
            },
        };
        Ok((seen, strokes))
    }

    fn paint(
        &self,
        tile: &Planes,
        stats: &Stats,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<Planes, EngineError> {
        let tensor = to_tensor(tile, self.device())?;
        let (made, _) = self.transfer(&tensor, code, strength, Some(&stats.norms), stop)?;
        to_planes(&stats.made.whiten(&made.clamp(0.0, 1.0)?)?)
    }
}
