//! *Restyle*: arbitrary style transfer, a small conditional network (after Ghiasi et
//! al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic
//! stylization network") with the palette taken out in closed form.
//!
//! A style code is the style's palette (9 numbers) and its strokes (`code_dim`
//! numbers). Codes may be blended number by number.

mod adapter;
mod colours;
mod config;
mod encoder;
mod experts;
mod layout;
mod transform;

pub(crate) use adapter::text_or_number;
pub use adapter::{About, Adapter, FORMAT as ADAPTER_FORMAT, head as adapter_head};
pub use colours::{Colours, Matrix, Palette};
pub use config::Config;
pub use experts::Experts;
pub use layout::Layer;
pub use transform::Norms;

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::ModelError;
use super::pixels::tensor_of;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::nn::{pool, resize_bilinear};
use crate::picture::Picture;
use encoder::StyleEncoder;
use experts::Painters;
use transform::Transform;

/// The style network.
pub struct Restyle {
    config: Config,
    encoder: Arc<StyleEncoder>,
    painters: Arc<Painters>,
    /// Pictures go on at their opposite sides in x, y.
    wrap: [bool; 2],
    device: Device,
}

impl Restyle {
    /// Loads `encoder` and `transform` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors, impossible sizes.
    pub fn new(config: Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        config.check()?;
        Ok(Self {
            encoder: Arc::new(StyleEncoder::new(&config, &vb.pp("encoder"))?),
            painters: Arc::new(Painters::new(&config, vb)?),
            wrap: [false; 2],
            config,
            device: device.clone(),
        })
    }

    /// The painter of a learnt style: this network with the weights `vb` in its transform (see
    /// [`Adapter::onto`]).
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn learnt(&self, vb: &Weights) -> Result<Self, ModelError> {
        let transform = Transform::new(&self.config, &vb.pp("transform"))?;
        Ok(Self {
            config: self.config.clone(),
            encoder: Arc::clone(&self.encoder),
            painters: Arc::new(Painters::One(Arc::new(transform))),
            wrap: self.wrap,
            device: self.device.clone(),
        })
    }

    /// The same network for pictures that go on at their opposite sides in x, y or both. It is for
    /// whole pictures, to measure them; tiles are cut with what lies beside them.
    #[must_use]
    pub fn wrapping(&self, wrap: [bool; 2]) -> Self {
        Self {
            config: self.config.clone(),
            encoder: Arc::clone(&self.encoder),
            painters: Arc::clone(&self.painters),
            wrap,
            device: self.device.clone(),
        }
    }

    /// Its sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Numbers of a style code: palette, then strokes.
    pub fn code_len(&self) -> usize {
        self.config.code_len()
    }

    /// Heights and widths that go in must be multiples of this.
    pub fn multiple(&self) -> usize {
        self.config.multiple
    }

    /// Pixels around an output pixel that can influence it, statistics apart.
    pub fn receptive_radius(&self) -> usize {
        self.config.receptive_radius
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Palette of a photo or its copy, `[1, 3, h, w]`, sRGB 0..=1.
    ///
    /// # Errors
    /// [`ModelError::Candle`] for another shape.
    pub fn colours(&self, picture: &Tensor) -> Result<Colours, ModelError> {
        Colours::of(picture, self.config.eps_colour)
    }

    /// Palette in a style code.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a code of another length.
    pub fn palette(&self, code: &[f32]) -> Result<Palette, ModelError> {
        self.check_code(code)?;
        Palette::of_code(code)
            .ok_or_else(|| ModelError::BadRequest("this style code is too short".into()))
    }

    fn check_code(&self, code: &[f32]) -> Result<(), ModelError> {
        if code.len() != self.code_len() || code.iter().any(|v| !v.is_finite()) {
            return Err(ModelError::BadRequest(format!(
                "this style was made for another network: it has {} numbers, {} are needed; choose its picture again",
                code.len(),
                self.code_len()
            )));
        }
        Ok(())
    }

    /// Style code of a picture of any size: its short side is brought to
    /// `encoder_size`, its middle square is looked at. Transparency is left out.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    pub fn encode(&self, style: &Picture, cancel: &CancelToken) -> Result<Vec<f32>, ModelError> {
        let side = self.config.encoder_size;
        let tensor = tensor_of(style, &self.device)?;
        let (_, _, height, width) = tensor.dims4()?;
        let short = height.min(width);
        let scaled = |length: usize| ((length * side + short / 2) / short).max(side);
        let (h, w) = (scaled(height), scaled(width));
        let tensor = if (h, w) == (height, width) {
            tensor
        } else {
            resize_bilinear(&tensor, h, w)?
        };
        let square = tensor
            .narrow(2, (h - side) / 2, side)?
            .narrow(3, (w - side) / 2, side)?;
        self.encode_tensor(&square.contiguous()?, cancel)
    }

    /// Style code of `[1, 3, h, w]`, sRGB 0..=1, as it is.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    pub fn encode_tensor(
        &self,
        style: &Tensor,
        cancel: &CancelToken,
    ) -> Result<Vec<f32>, ModelError> {
        pool::within(&self.device, || {
            let colours = self.colours(style)?;
            let mut code = colours.palette.to_code().to_vec();
            code.extend(self.encoder.forward(&colours.whiten(style)?, cancel)?);
            Ok(code)
        })
    }

    /// The picture (or a tile of it) `[1, 3, h, w]`, sRGB 0..=1, in the style's
    /// strokes: whitened, to be coloured as `root · y + mean`. `strength` 0..=1.
    ///
    /// With `norms`, taken once from a copy of the whole photo, tiles and sizes fit
    /// together; without, the picture's own statistics are used and come back.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for sides that are no multiple of
    /// [`Restyle::multiple`] or a wrong code; [`ModelError::Cancelled`];
    /// [`ModelError::Candle`].
    pub fn transform(
        &self,
        picture: &Tensor,
        colours: &Colours,
        code: &[f32],
        strength: f32,
        norms: Option<&Norms>,
        cancel: &CancelToken,
    ) -> Result<(Tensor, Norms), ModelError> {
        self.check_code(code)?;
        let (_, _, height, width) = picture.dims4()?;
        let multiple = self.config.multiple;
        if height % multiple != 0 || width % multiple != 0 {
            return Err(ModelError::BadRequest(format!(
                "the style network takes sides that are multiples of {multiple}, not {width} x {height}"
            )));
        }
        let strokes = &code[self.config.palette_dim..];
        pool::within(&self.device, || {
            let white = colours.whiten(picture)?;
            let transform = self.painters.of(&self.config, code)?;
            match self.wrap {
                [false, false] => transform.forward(&white, strokes, strength, norms, cancel),
                wrap => {
                    let transform = transform.wrapping(wrap);
                    transform.forward(&white, strokes, strength, norms, cancel)
                }
            }
        })
    }

    /// Statistics of a copy of the photo for [`Restyle::transform`].
    ///
    /// # Errors
    /// As [`Restyle::transform`].
    pub fn measure(
        &self,
        copy: &Tensor,
        colours: &Colours,
        code: &[f32],
        strength: f32,
        cancel: &CancelToken,
    ) -> Result<Norms, ModelError> {
        Ok(self
            .transform(copy, colours, code, strength, None, cancel)?
            .1)
    }

    /// The whole of it for one style: picture `[1, 3, h, w]` 0..=1 to the same.
    /// `keep_colours` 0 takes the style's palette, 1 keeps the photo's.
    ///
    /// # Errors
    /// As [`Restyle::transform`].
    pub fn stylise(
        &self,
        photo: &Tensor,
        code: &[f32],
        strength: f32,
        keep_colours: f32,
        measured: Option<(&Colours, &Norms)>,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let colours = match measured {
            Some((colours, _)) => *colours,
            None => self.colours(photo)?,
        };
        let norms = measured.map(|(_, norms)| norms);
        let (white, _) = self.transform(photo, &colours, code, strength, norms, cancel)?;
        let style = self.palette(code)?;
        let own = colours.palette;
        let mix = |a: f32, b: f32| a + (1.0 - keep_colours) * (b - a);
        let palette = Palette {
            mean: std::array::from_fn(|i| mix(own.mean[i], style.mean[i])),
            root: std::array::from_fn(|i| {
                std::array::from_fn(|j| mix(own.root[i][j], style.root[i][j]))
            }),
        };
        let coloured = coloured(&white, &palette)?;
        let share = f64::from(strength * (2.0 - strength));
        let mixed = (photo + ((coloured - photo)? * share)?)?;
        Ok(mixed.clamp(0.0, 1.0)?)
    }
}

/// `root · white + mean`.
fn coloured(white: &Tensor, palette: &Palette) -> Result<Tensor, ModelError> {
    let root: Vec<f32> = palette.root.iter().flatten().copied().collect();
    let root = Tensor::from_vec(root, (3, 3, 1, 1), white.device())?;
    let mean = Tensor::from_slice(&palette.mean, 3, white.device())?;
    Ok(crate::nn::conv2d(
        white,
        &root,
        Some(&mean),
        &crate::nn::Conv2dConfig::default(),
    )?)
}
