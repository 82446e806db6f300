//! Whichever style network a style asks for.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::models::restyle::Restyle;
use crate::models::transfer::StyleTransfer;

use super::network::{Seen, StrokePalette, StyleNet};
use super::{restyle, transfer};

/// A style network of one of the families.
#[derive(Clone)]
pub(crate) enum AnyStyle {
    /// Any style, from its code.
    Restyle(Arc<Restyle>),
    /// A network of another family: one style, or any.
    Other(Arc<dyn StyleTransfer>),
}

/// What its tiles need to fit together.
pub(crate) enum Stats {
    Restyle(restyle::Stats),
    Other(transfer::Stats),
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
            Self::Other(net) => net.step(),
        }
    }

    fn reach(&self) -> usize {
        match self {
            Self::Restyle(net) => net.reach(),
            Self::Other(net) => net.reach(),
        }
    }

    fn bytes_per_pixel(&self) -> u64 {
        match self {
            Self::Restyle(net) => StyleNet::bytes_per_pixel(net.as_ref()),
            Self::Other(net) => StyleNet::bytes_per_pixel(net),
        }
    }

    fn palette(&self, code: &[f32], made: &StrokePalette) -> Result<StrokePalette, EngineError> {
        match self {
            Self::Restyle(net) => StyleNet::palette(net.as_ref(), code, made),
            Self::Other(net) => net.palette(code, made),
        }
    }

    fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32] {
        match self {
            Self::Restyle(net) => net.stroke_code(code),
            Self::Other(net) => net.stroke_code(code),
        }
    }

    fn follows_strength(&self) -> bool {
        match self {
            Self::Restyle(net) => net.follows_strength(),
            Self::Other(net) => net.follows_strength(),
        }
    }

    fn measures_whole(&self) -> bool {
        match self {
            Self::Restyle(net) => net.measures_whole(),
            Self::Other(net) => net.measures_whole(),
        }
    }

    fn follow(&self, before: &Stats, now: Stats, share: f32) -> Result<Stats, EngineError> {
        match (self, before, now) {
            (Self::Restyle(net), Stats::Restyle(a), Stats::Restyle(b)) => {
                Ok(Stats::Restyle(net.follow(a, b, share)?))
            }
            (Self::Other(net), Stats::Other(a), Stats::Other(b)) => {
                Ok(Stats::Other(net.follow(a, b, share)?))
            }
            _ => Err(mixed_up()),
        }
    }

    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        strength: f32,
        wrap: [bool; 2],
        stop: &CancelToken,
    ) -> Result<(Seen<Stats>, Planes), EngineError> {
        match self {
            Self::Restyle(net) => {
                let (seen, strokes) =
                    StyleNet::measure(net.as_ref(), photo, code, strength, wrap, stop)?;
                Ok((seen.map(Stats::Restyle), strokes))
            }
            Self::Other(net) => {
                let (seen, strokes) = StyleNet::measure(net, photo, code, strength, wrap, stop)?;
                Ok((seen.map(Stats::Other), strokes))
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
            (Self::Other(net), Stats::Other(m)) => net.paint(tile, m, code, strength, stop),
            _ => Err(mixed_up()),
        }
    }
}
