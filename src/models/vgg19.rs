//! Features of VGG-19 (Simonyan & Zisserman 2014) up to conv4_1, and their gradient with respect
//! to the picture: the instrument that tells how alike pictures are in content and in style.
//!
//! Input: RGB 0..1. Inside: BGR, 0..255, minus the training pictures' mean; zero padding; 2×2
//! max-pooling after conv1_2, conv2_2 and conv3_4.

use crate::cancel::CancelToken;
use crate::models::weights::Weights;
use crate::models::{ModelError, error};
use crate::nn::backward::{Conv3x3, Size, max_pool, max_unpool};

/// Mean of the training pictures, blue first.
const BGR_MEAN: [f32; 3] = [103.939, 116.779, 123.68];
/// The layers with their input and output channels.
const CONVOLUTIONS: [(&str, usize, usize); 9] = [
    ("conv1_1", 3, 64),
    ("conv1_2", 64, 64),
    ("conv2_1", 64, 128),
    ("conv2_2", 128, 128),
    ("conv3_1", 128, 256),
    ("conv3_2", 256, 256),
    ("conv3_3", 256, 256),
    ("conv3_4", 256, 256),
    ("conv4_1", 256, 512),
];
/// Channels of the features: relu1_1, relu2_1, relu3_1, relu4_1.
pub const CHANNELS: [usize; LAYERS] = [64, 128, 256, 512];
/// Layers whose features are given.
pub const LAYERS: usize = 4;
/// Shorter sides have no relu4_1.
pub const LEAST_SIDE: usize = 8;

/// The network.
pub struct Vgg19 {
    convolutions: Vec<Conv3x3>,
}

/// What a gradient needs of a picture's way through the network, and room to work in; made once
/// and used again for every picture of its size.
pub struct Passage {
    size: Size,
    /// The picture as the network sees it.
    input: Vec<f32>,
    /// Results of the ReLUs that no pooling follows: 1_1, 2_1, 3_1, 3_2, 3_3, 4_1.
    kept: [Vec<f32>; 6],
    /// Where each pooling found the largest values.
    places: [Vec<u8>; 3],
    work: [Vec<f32>; 3],
}

/// Which of `kept` are the features.
const FEATURES: [usize; LAYERS] = [0, 1, 2, 5];

impl Passage {
    /// For pictures of this height and width.
    pub fn new(size: Size) -> Self {
        let at = |level: usize, channels: usize| {
            let (h, w) = (size.0 >> level, size.1 >> level);
            vec![0.0; channels * h * w]
        };
        let most = size.0 * size.1 * 64;
        let places = |level: usize, channels: usize| {
            let (h, w) = (size.0 >> (level + 1), size.1 >> (level + 1));
            vec![0; channels * h * w]
        };
        Self {
            size,
            input: at(0, 3),
            kept: [
                at(0, 64),
                at(1, 128),
                at(2, 256),
                at(2, 256),
                at(2, 256),
                at(3, 512),
            ],
            places: [places(0, 64), places(1, 128), places(2, 256)],
            work: std::array::from_fn(|_| vec![0.0; most]),
        }
    }

    /// Bytes that a passage for a picture of `pixels` takes.
    pub fn bytes(pixels: u64) -> u64 {
        // Features 64 + 128/4 + 3 · 256/16 + 512/64 and the picture, places a quarter of 64, 32
        // and 16 bytes, three times 64 to work in.
        pixels * (4 * (64 + 32 + 48 + 8 + 3 + 3 * 64) + 28)
    }

    /// Height and width of the picture.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Height and width of layer `layer`'s features.
    pub fn layer_size(&self, layer: usize) -> Size {
        (self.size.0 >> layer, self.size.1 >> layer)
    }

    /// The features of layer `layer` (0: relu1_1 … 3: relu4_1), `[CHANNELS[layer], h, w]`.
    pub fn features(&self, layer: usize) -> &[f32] {
        &self.kept[FEATURES[layer]]
    }
}

/// Gives the gradient with respect to a layer's features: called with the layer, the features
/// `[channels, h, w]`, `(h, w)`, and where to write it.
pub type FeatureGradient<'a> = dyn FnMut(usize, &[f32], Size, &mut [f32]) + 'a;

impl Vgg19 {
    /// Takes its weights, named as `conv1_1.weight`, `conv1_1.bias`.
    ///
    /// # Errors
    /// When one is missing or of another shape.
    pub fn new(weights: &Weights) -> Result<Self, ModelError> {
        let load = |(name, inputs, outputs): (&str, usize, usize)| {
            let layer = weights.pp(name);
            let weight = layer.get(&[outputs, inputs, 3, 3], "weight")?;
            let bias = layer.get(&[outputs], "bias")?;
            let weight = weight.flatten_all()?.to_vec1()?;
            Conv3x3::new(outputs, inputs, weight, bias.to_vec1()?)
                .ok_or_else(|| ModelError::MissingTensor(name.to_owned()))
        };
        Ok(Self {
            convolutions: CONVOLUTIONS
                .into_iter()
                .map(load)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Takes `picture` (RGB planes 0..1, as large as `passage`) through the network.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn forward(
        &self,
        picture: &[f32],
        passage: &mut Passage,
        stop: &CancelToken,
    ) -> Result<(), ModelError> {
        let size = passage.size;
        let area = size.0 * size.1;
        for (c, plane) in passage.input.chunks_exact_mut(area).enumerate() {
            let from = &picture[(2 - c) * area..(3 - c) * area];
            for (to, from) in plane.iter_mut().zip(from) {
                *to = from * 255.0 - BGR_MEAN[c];
            }
        }
        let Passage {
            input,
            kept,
            places,
            work: [a, b, _],
            ..
        } = passage;
        let [k11, k21, k31, k32, k33, k41] = kept;
        let half = (size.0 / 2, size.1 / 2);
        let quarter = (half.0 / 2, half.1 / 2);
        let eighth = (quarter.0 / 2, quarter.1 / 2);
        let conv = |i: usize, x: &[f32], size: Size, out: &mut [f32]| {
            self.convolutions[i].forward(x, size, out);
            error::stop(stop)
        };
        conv(0, input, size, k11)?;
        conv(1, k11, size, a)?;
        max_pool(a, 64, size, b, &mut places[0]);
        conv(2, b, half, k21)?;
        conv(3, k21, half, a)?;
        max_pool(a, 128, half, b, &mut places[1]);
        conv(4, b, quarter, k31)?;
        conv(5, k31, quarter, k32)?;
        conv(6, k32, quarter, k33)?;
        conv(7, k33, quarter, a)?;
        max_pool(a, 256, quarter, b, &mut places[2]);
        conv(8, b, eighth, k41)
    }

    /// After [`forward`](Self::forward): the gradient with respect to the picture into `out` (RGB
    /// planes), from `gradient`'s with respect to the features.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn backward(
        &self,
        passage: &mut Passage,
        gradient: &mut FeatureGradient<'_>,
        out: &mut [f32],
        stop: &CancelToken,
    ) -> Result<(), ModelError> {
        let sizes: [Size; 4] = std::array::from_fn(|level| passage.layer_size(level));
        let Passage {
            kept,
            places,
            work: [a, b, c],
            ..
        } = passage;
        let [k11, k21, k31, k32, k33, k41] = kept;
        let [full, half, quarter, eighth] = sizes;
        let conv = |i: usize,
                    g: &[f32],
                    size,
                    beside: (Option<&[f32]>, Option<&[f32]>),
                    to: &mut [f32]| {
            self.convolutions[i].backward(g, size, beside.0, beside.1, to);
            error::stop(stop)
        };
        gradient(3, k41, eighth, a);
        for (g, f) in a.iter_mut().zip(k41.iter()) {
            if *f <= 0.0 {
                *g = 0.0;
            }
        }
        conv(8, a, eighth, (None, None), b)?;
        max_unpool(b, &places[2], 256, quarter, a);
        conv(7, a, quarter, (None, Some(k33)), b)?;
        conv(6, b, quarter, (None, Some(k32)), a)?;
        gradient(2, k31, quarter, c);
        conv(5, a, quarter, (Some(c), Some(k31)), b)?;
        conv(4, b, quarter, (None, None), a)?;
        max_unpool(a, &places[1], 128, half, b);
        gradient(1, k21, half, c);
        conv(3, b, half, (Some(c), Some(k21)), a)?;
        conv(2, a, half, (None, None), b)?;
        max_unpool(b, &places[0], 64, full, a);
        gradient(0, k11, full, c);
        error::stop(stop)?;
        conv(1, a, full, (Some(c), Some(k11)), b)?;
        conv(0, b, full, (None, None), a)?;
        let area = full.0 * full.1;
        for (channel, plane) in out.chunks_exact_mut(area).take(3).enumerate() {
            let from = &a[(2 - channel) * area..(3 - channel) * area];
            for (to, from) in plane.iter_mut().zip(from) {
                *to = from * 255.0;
            }
        }
        Ok(())
    }
}
