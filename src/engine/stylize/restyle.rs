//! *Restyle* as the network behind stylising.

use candle_core::Tensor;

use crate::engine::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::Planes;
use crate::models::restyle::{Colours, Norms, Palette as CodePalette, Restyle};

use super::network::{Palette, StyleNet};

/// What is measured once in a photo.
pub(crate) struct Measured {
    colours: Colours,
    norms: Norms,
}

impl From<CodePalette> for Palette {
    fn from(palette: CodePalette) -> Self {
        Self {
            mean: palette.mean,
            root: palette.root,
        }
    }
}

impl StyleNet for Restyle {
    type Measured = Measured;

    fn step(&self) -> usize {
        self.multiple()
    }

    fn reach(&self) -> usize {
        self.receptive_radius()
    }

    fn palette(&self, code: &[f32]) -> Result<Palette, EngineError> {
        Ok(Restyle::palette(self, code)?.into())
    }

    fn stroke_code<'a>(&self, code: &'a [f32]) -> &'a [f32] {
        code.get(CodePalette::LEN..).unwrap_or_default()
    }

    fn measure(
        &self,
        photo: &Planes,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<(Measured, Planes), EngineError> {
        let tensor = to_tensor(photo, self)?;
        let colours = self.colours(&tensor)?;
        let (painted, norms) = self.transform(&tensor, &colours, code, strength, None, stop)?;
        Ok((Measured { colours, norms }, to_planes(&painted)?))
    }

    fn own_palette(&self, measured: &Measured) -> Palette {
        measured.colours.palette.into()
    }

    fn paint(
        &self,
        tile: &Planes,
        measured: &Measured,
        code: &[f32],
        strength: f32,
        stop: &CancelToken,
    ) -> Result<Planes, EngineError> {
        let tensor = to_tensor(tile, self)?;
        let norms = Some(&measured.norms);
        let (painted, _) =
            self.transform(&tensor, &measured.colours, code, strength, norms, stop)?;
        to_planes(&painted)
    }
}

fn to_tensor(planes: &Planes, net: &Restyle) -> Result<Tensor, EngineError> {
    let shape = (1, 3, planes.height, planes.width);
    Ok(Tensor::from_slice(&planes.data, shape, net.device())?)
}

fn to_planes(tensor: &Tensor) -> Result<Planes, EngineError> {
    let (_, _, height, width) = tensor.dims4()?;
    Ok(Planes {
        width,
        height,
        data: tensor.flatten_all()?.to_vec1()?,
    })
}
