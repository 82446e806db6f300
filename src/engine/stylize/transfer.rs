//! Style networks of other people behind stylising: their own colours are taken out,
//! so that "keep the photo's colours" works as with any other style.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::models::restyle::{Colours, Norms};
use crate::models::transfer::StyleTransfer;

use super::network::{Seen, StrokePalette, StyleNet, to_planes, to_tensor};
use super::restyle::norms_toward;

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

    /// Between photo and style lie blends of the two pictures: what features between
    /// the two give is the makers' own only at the ends.
    fn follows_strength(&self) -> bool {
        false
    }

    fn measures_whole(&self) -> bool {
        true
    }

    fn follow(&self, before: &Stats, now: Stats, share: f32) -> Result<Stats, EngineError> {
        Ok(Stats {
            made: before.made.toward(&now.made, share),
            norms: norms_toward(&before.norms, now.norms, share),
        })
    }

    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        _strength: f32,
        wrap: [bool; 2],
        stop: &CancelToken,
    ) -> Result<(Seen<Stats>, Planes), EngineError> {
        let tensor = to_tensor(photo, self.device())?;
        let own = Colours::of(&tensor, EPS_COLOUR)?.palette.into();
        let (made, norms) = match wrap {
            [false, false] => self.transfer(&tensor, code, None, stop)?,
            wrap => self.wrapping(wrap).transfer(&tensor, code, None, stop)?,
        };
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
        _strength: f32,
        stop: &CancelToken,
    ) -> Result<Planes, EngineError> {
        let tensor = to_tensor(tile, self.device())?;
        let (made, _) = self.transfer(&tensor, code, Some(&stats.norms), stop)?;
        to_planes(&stats.made.whiten(&made.clamp(0.0, 1.0)?)?)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use candle_core::Device;

    use super::super::network::{paint, tests::ramp};
    use super::super::plan::StylePlan;
    use super::*;
    use crate::engine::protocol::Tier;
    use crate::models::microast::{self, MicroAst};
    use crate::models::weights::Weights;

    fn network() -> Arc<dyn StyleTransfer> {
        let file = "tests/golden/import/microast.safetensors";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let weights = Weights::open(&path, None, &Device::Cpu).unwrap();
        let config = microast::Config {
            channels: [4, 8, 16],
        };
        Arc::new(MicroAst::new(&config, &weights, &Device::Cpu).unwrap())
    }

    fn code(net: &Arc<dyn StyleTransfer>) -> Vec<f32> {
        let style = to_tensor(&ramp(64, 40), net.device()).unwrap();
        net.encode(&style, &CancelToken::new()).unwrap()
    }

    /// A photo above the size of the small copy, but within one tile, looks as its
    /// makers' own program paints it.
    #[test]
    fn one_tile_is_the_makers_own_picture() {
        let (net, never) = (network(), CancelToken::new());
        let (code, photo) = (code(&net), ramp(640, 320));
        let whole = to_tensor(&photo, net.device()).unwrap();
        let (wanted, _) = net.transfer(&whole, &code, None, &never).unwrap();
        let wanted = to_planes(&wanted.clamp(0.0, 1.0).unwrap()).unwrap();
        let plan = StylePlan::preview([640, 320], 1.0, Tier::Full(640));
        assert!(plan.stats[0] < 640 && plan.tiles() == 1);
        let painted = paint(
            &net,
            &photo,
            &plan,
            (&code, 0.9),
            None,
            &never,
            &mut |_, _| Ok(()),
        )
        .unwrap();
        let made = net.palette(&code, &painted.made).unwrap();
        let pairs = made.colour(&painted.strokes).data;
        let far = pairs.iter().zip(&wanted.data).map(|(a, b)| (a - b).abs());
        let far = far.fold(0.0, f32::max);
        assert!(far < 1e-3, "{far}");
    }
}
