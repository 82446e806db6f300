//! Whichever style network a style asks for.

use std::sync::Arc;

use crate::engine::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::models::fast_style::TransformerNet;
use crate::models::restyle::Restyle;

use super::network::{Palette, Seen, StyleNet};
use super::{fast_style, restyle};

/// A style network of one of the families.
#[derive(Clone)]
pub(crate) enum AnyStyle {
    /// Any style, from its code.
    Restyle(Arc<Restyle>),
    /// One style.
    Fast(Arc<TransformerNet>),
}

/// What its tiles need to fit together.
pub(crate) enum Stats {
    Restyle(restyle::Stats),
    Fast(fast_style::Stats),
}

/// One family's statistics given to another's network: a defect.
fn mixed_up() -> EngineError {
    EngineError::Internal("statistics of another family of networks".into())
}

impl StyleNet for AnyStyle {
    type Stats = Stats;

    fn step(&self) -> usize {
        match self {
            Self::Restyle(net) => net.step(),
            Self::Fast(net) => net.step(),
        }
    }

    fn reach(&self) -> usize {
        match self {
            Self::Restyle(net) => net.reach(),
            Self::Fast(net) => net.reach(),
        }
    }

    fn palette(&self, code: &[f32], made: &Palette) -> Result<Palette, EngineError> {
        match self {
            Self::Restyle(net) => StyleNet::palette(net.as_ref(), code, made),
            Self::Fast(net) => net.palette(code, made),
        }
    }

    fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32] {
        match self {
            Self::Restyle(net) => net.stroke_code(code),
            Self::Fast(net) => net.stroke_code(code),
        }
    }

    fn follows_strength(&self) -> bool {
        match self {
            Self::Restyle(net) => net.follows_strength(),
            Self::Fast(net) => net.follows_strength(),
        }
    }

    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<(Seen<Stats>, Planes), EngineError> {
        match self {
            Self::Restyle(net) => {
                let (seen, strokes) = StyleNet::measure(net.as_ref(), photo, code, strength, stop)?;
                Ok((seen.map(Stats::Restyle), strokes))
            }
            Self::Fast(net) => {
                let (seen, strokes) = StyleNet::measure(net.as_ref(), photo, code, strength, stop)?;
                Ok((seen.map(Stats::Fast), strokes))
            }
        }
    }

    fn paint(
        &self,
        tile: &Planes,
        stats: &Stats,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<Planes, EngineError> {
        match (self, stats) {
            (Self::Restyle(net), Stats::Restyle(m)) => net.paint(tile, m, code, strength, stop),
            (Self::Fast(net), Stats::Fast(m)) => net.paint(tile, m, code, strength, stop),
            _ => Err(mixed_up()),
        }
    }
}
