//! Photo and styles to picture, *Fine*: what the optimisation needs of them at each size, and from
//! its result to the photo's own size.

use std::time::Duration;

use candle_core::Device;

use super::protocol::EngineError;
use super::resample::{Planes, Upsampler, planes};
use super::stylize::{Layer, StrokePalette, compose, to_planes, to_tensor};
use crate::cancel::CancelToken;
use crate::fine::schedule::{Scale, Schedule};
use crate::fine::{Painting, Region, Style, Weights};
use crate::models::restyle::Colours;
use crate::models::vgg19::{LEAST_SIDE, Vgg19};
use crate::picture::Picture;
use crate::recipe::{Mask, PixelRegion, StyleParams};

/// The network that measures.
pub(super) const INSTRUMENT: &str = "vgg19";
/// Longer side of the finest scale at brush size 1 and below.
pub(super) const LONGER_SIDE: u32 = 768;
/// What counts how much, judged by eye and by the public figures.
pub(super) const WEIGHTS: Weights = Weights {
    content: 1.0,
    moments: 8.0,
    covariance: 2.0,
    roughness: 0.0,
    range: 10.0,
};
/// Added to the variances of colours.
const COLOUR_EPSILON: f64 = 4e-4;
/// Style pictures are looked at with at most so many pixels, or as many as the picture has.
const STYLE_PIXELS: f64 = 512.0 * 512.0;

/// A style to paint with.
pub(super) struct StylePicture {
    pub(super) picture: Picture,
    /// Share among the styles.
    pub(super) share: f32,
    /// Where; everywhere when absent.
    pub(super) mask: Option<Mask>,
}

/// A picture that was ended early, with all that is needed to go on as if it had not been.
pub(crate) struct Unfinished {
    /// Of what.
    pub(super) params: StyleParams,
    /// Longer side of the result; the photo's own when absent.
    pub(super) max_side: Option<u32>,
    /// The whole way.
    pub(super) schedule: Schedule,
    /// Where on it.
    pub(super) at: Stand,
}

/// How far a picture has come.
pub(super) struct Stand {
    /// What was done at the scales before.
    pub(super) taken: Vec<Scale>,
    /// The scale at work.
    pub(super) painting: Painting,
    /// Steps taken at it.
    pub(super) steps: u32,
    /// Time spent at it.
    pub(super) spent: Duration,
}

impl Unfinished {
    /// Whether a request for this picture on this way goes on here.
    pub(super) fn is_of(
        &self,
        params: &StyleParams,
        max_side: Option<u32>,
        schedule: &Schedule,
    ) -> bool {
        self.params == *params && self.max_side == max_side && self.schedule == *schedule
    }
}

/// Everything that decides a picture but the steps taken.
pub(super) struct Subject {
    /// The photo at the result's size.
    pub(super) photo: Picture,
    pub(super) styles: Vec<StylePicture>,
    /// 0..=1.5.
    pub(super) strength: f32,
    /// 0..=1.
    pub(super) keep_colors: f32,
    /// Size of the styles' strokes; 1 is a style picture as large as the photo.
    pub(super) brush: f32,
}

/// The finest size for a photo: all of its longer side up to `longer`, and less where memory or
/// the network ask for it.
pub(super) fn finest(photo: [u32; 2], longer: u32, memory: u64) -> Result<[u32; 2], EngineError> {
    let mut side = longer.min(photo[0].max(photo[1]));
    loop {
        let size = super::resample::fit(photo, side);
        if u64::from(size[0].min(size[1])) < LEAST_SIDE as u64 {
            return Err(EngineError::BadRequest(format!(
                "Fine needs at least {LEAST_SIDE} pixels on each side; take a larger photo, or Fast"
            )));
        }
        if crate::fine::schedule::bytes(size) <= memory {
            return Ok(size);
        }
        if side < 128 {
            return Err(EngineError::Memory(format!(
                "Fine needs {} MB even for a small picture; allow it more, or take Fast",
                crate::fine::schedule::bytes(size) >> 20
            )));
        }
        side = side * 7 / 8;
    }
}

impl Subject {
    /// The painting at a size, begun with `start`.
    pub(super) fn painting(
        &self,
        vgg: &Vgg19,
        size: [u32; 2],
        start: &Planes,
        stop: &CancelToken,
    ) -> Result<Painting, EngineError> {
        let [width, height] = size.map(|s| s as usize);
        let photo = planes(&self.photo, width, height);
        let mut styles = Vec::with_capacity(self.styles.len());
        for style in &self.styles {
            let picture = self.style_planes(&style.picture, &photo)?;
            let size = (picture.height, picture.width);
            styles.push(Style::of(vgg, &picture.data, size, stop)?);
        }
        let regions = self.regions(styles, size);
        Ok(Painting::new(
            vgg,
            (&photo.data, start.data.clone()),
            (height, width),
            regions,
            (WEIGHTS, self.strength),
            stop,
        )?)
    }

    /// A style picture at the size at which its strokes are as asked for, in the palette asked for.
    fn style_planes(&self, style: &Picture, photo: &Planes) -> Result<Planes, EngineError> {
        let (w, h) = (f64::from(style.width()), f64::from(style.height()));
        let pixels = photo.pixels() as f64;
        let factor = (pixels / (w * h)).sqrt() * f64::from(self.brush);
        let side = |s: f64| ((s * factor).round() as usize).max(LEAST_SIDE);
        // A picture far larger than the photo tells its strokes by its middle.
        let most = pixels.max(STYLE_PIXELS);
        let cut = (most / (w * h * factor * factor)).sqrt().min(1.0);
        let style = match cut < 1.0 {
            true => middle(style, cut)?,
            false => style.clone(),
        };
        let planes = planes(&style, side(w * cut), side(h * cut));
        if self.keep_colors <= 0.0 {
            return Ok(planes);
        }
        let colours = |planes: &Planes| -> Result<_, EngineError> {
            let tensor = to_tensor(planes, &Device::Cpu)?;
            let colours = Colours::of(&tensor, COLOUR_EPSILON)?;
            Ok((tensor, colours))
        };
        let (tensor, own) = colours(&planes)?;
        let wanted = StrokePalette::from(colours(photo)?.1.palette);
        let palette = StrokePalette::from(own.palette).toward(&wanted, self.keep_colors.min(1.0));
        Ok(palette.colour(&to_planes(&own.whiten(&tensor)?)?))
    }

    /// Styles without masks become one; where styles meet, they share a place by their shares.
    fn regions(&self, styles: Vec<Style>, size: [u32; 2]) -> Vec<Region> {
        let pairs: Vec<_> = self
            .styles
            .iter()
            .zip(styles)
            .filter(|(s, _)| s.share > 0.0)
            .collect();
        let free: Vec<(f32, &Style)> = pairs
            .iter()
            .filter(|(style, _)| style.mask.is_none())
            .map(|(style, found)| (style.share, found))
            .collect();
        let mut parts: Vec<(Style, f32, Option<Vec<f32>>)> = Vec::new();
        if let Some(style) = Style::blend(&free) {
            parts.push((style, free.iter().map(|(share, _)| share).sum(), None));
        }
        for (style, found) in &pairs {
            if let Some(mask) = &style.mask {
                let cover = mask.coverage(size, PixelRegion::whole(size));
                parts.push((found.clone(), style.share, Some(cover)));
            }
        }
        if let [(style, _, None)] = parts.as_slice() {
            return vec![Region {
                style: style.clone(),
                cover: None,
            }];
        }
        let pixels = size[0] as usize * size[1] as usize;
        let at = |cover: &Option<Vec<f32>>, i: usize| cover.as_ref().map_or(1.0, |c| c[i]);
        let scale: Vec<f32> = (0..pixels)
            .map(|i| {
                let shares: f32 = parts.iter().map(|(_, share, c)| share * at(c, i)).sum();
                let most = parts.iter().map(|(_, _, c)| at(c, i)).fold(0.0, f32::max);
                most / shares.max(1e-6)
            })
            .collect();
        parts
            .iter()
            .map(|(style, share, cover)| Region {
                style: style.clone(),
                cover: Some(
                    (0..pixels)
                        .map(|i| share * at(cover, i) * scale[i])
                        .collect(),
                ),
            })
            .filter(|region| region.cover.iter().flatten().any(|c| *c > 0.0))
            .collect()
    }

    /// What was painted, where there are styles, and the photo elsewhere.
    pub(super) fn composed(&self, painted: Planes) -> (Planes, super::stylize::Composed) {
        let size = [painted.width as u32, painted.height as u32];
        let photo = planes(&self.photo, painted.width, painted.height);
        let covers: Option<Vec<Vec<f32>>> = self
            .styles
            .iter()
            .filter(|style| style.share > 0.0)
            .map(|style| {
                let mask = style.mask.as_ref()?;
                Some(mask.coverage(size, PixelRegion::whole(size)))
            })
            .collect();
        let cover = covers.map(|covers| {
            let most = |i| covers.iter().map(|c: &Vec<f32>| c[i]).fold(0.0, f32::max);
            (0..painted.pixels()).map(most).collect()
        });
        let layer = Layer {
            styled: painted,
            share: 1.0,
            cover,
        };
        let composed = compose(&photo, &[layer], 1.0);
        (photo, composed)
    }
}

/// The middle of a picture, `part` of each side.
fn middle(picture: &Picture, part: f64) -> Result<Picture, EngineError> {
    let side = |s: u32| ((f64::from(s) * part).round() as u32).clamp(1, s);
    let (width, height) = (side(picture.width()), side(picture.height()));
    let (left, top) = (
        (picture.width() - width) / 2,
        (picture.height() - height) / 2,
    );
    let row = picture.width() as usize * 4;
    let pixels = picture
        .rgba()
        .chunks_exact(row)
        .skip(top as usize)
        .take(height as usize)
        .flat_map(|row| &row[left as usize * 4..][..width as usize * 4])
        .copied()
        .collect();
    Picture::from_rgba(width, height, pixels).map_err(|e| EngineError::Internal(e.to_string()))
}

/// Planes at a size that is not smaller.
pub(super) fn resized(from: &Planes, width: usize, height: usize) -> Planes {
    if from.size() == [width, height] {
        return from.clone();
    }
    let curve = Upsampler::new(from.size(), [width, height]);
    let mut out = Planes::zeros(width, height);
    for (from, to) in from
        .data
        .chunks_exact(from.pixels())
        .zip(out.data.chunks_exact_mut(width * height))
    {
        curve.plane(from, to);
    }
    out
}

/// A picture of planes, opaque.
pub(super) fn to_picture(planes: &Planes) -> Option<Picture> {
    let n = planes.pixels();
    let byte = |v: f32| super::resample::to_byte(v.clamp(0.0, 1.0));
    let pixels = (0..n)
        .flat_map(|i| {
            let at = |c: usize| byte(planes.data[c * n + i]);
            [at(0), at(1), at(2), 255]
        })
        .collect();
    Picture::from_rgba(planes.width as u32, planes.height as u32, pixels).ok()
}
