//! *Restyle* as the network behind stylising.

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::models::restyle::{Colours, Norms, Palette as CodePalette, Restyle};

use super::network::{Seen, StrokePalette, StyleNet, to_planes, to_tensor};
use super::plan::BYTES_PER_PIXEL;

/// What tiles need to fit together.
pub(crate) struct Stats {
    colours: Colours,
    norms: Norms,
}

/// Statistics of normalisations on their way from some to others: 0 stays, 1 is `now`.
pub(super) fn norms_toward(before: &Norms, mut now: Norms, share: f32) -> Norms {
    for (now, before) in now.iter_mut().zip(before) {
        let means = now.mean.iter_mut().zip(&before.mean);
        let vars = now.var.iter_mut().zip(&before.var);
        for (now, before) in means.chain(vars) {
            *now = before + share * (*now - before);
        }
    }
    now
}

impl From<CodePalette> for StrokePalette {
    fn from(palette: CodePalette) -> Self {
        Self {
            mean: palette.mean,
            root: palette.root,
        }
    }
}

impl StyleNet for Restyle {
    type Stats = Stats;

    fn step(&self) -> usize {
        self.multiple()
    }

    fn reach(&self) -> usize {
        self.receptive_radius()
    }

    fn bytes_per_pixel(&self) -> u64 {
        BYTES_PER_PIXEL
    }

    fn palette(&self, code: &[f32], _made: &StrokePalette) -> Result<StrokePalette, EngineError> {
        Ok(Restyle::palette(self, code)?.into())
    }

    fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32] {
        match self.config().experts {
            0 => code.get(CodePalette::LEN..).unwrap_or_default(),
            // Experts ask what the strokes are coloured with.
            _ => code,
        }
    }

    fn follows_strength(&self) -> bool {
        true
    }

    fn measures_whole(&self) -> bool {
        false
    }

    fn follow(&self, before: &Stats, now: Stats, share: f32) -> Result<Stats, EngineError> {
        Ok(Stats {
            colours: before.colours.toward(&now.colours, share),
            norms: norms_toward(&before.norms, now.norms, share),
        })
    }

    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        strength: f32,
        wrap: [bool; 2],
        stop: &CancelToken,
    ) -> Result<(Seen<Stats>, Planes), EngineError> {
        let tensor = to_tensor(photo, self.device())?;
        let colours = self.colours(&tensor)?;
        let (painted, norms) = match wrap {
            [false, false] => self.transform(&tensor, &colours, code, strength, None, stop)?,
            wrap => {
                let net = self.wrapping(wrap);
                net.transform(&tensor, &colours, code, strength, None, stop)?
            }
        };
        let own = colours.palette.into();
        let seen = Seen {
            own,
            made: own,
            stats: Stats { colours, norms },
        };
        Ok((seen, to_planes(&painted)?))
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
        let norms = Some(&stats.norms);
        let (painted, _) = self.transform(&tensor, &stats.colours, code, strength, norms, stop)?;
        to_planes(&painted)
    }
}
