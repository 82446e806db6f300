//! Photo and styles to picture, *Fine*: what the optimisation needs of them at each size, and from
//! its result to the photo's own size.

use std::sync::Arc;

use candle_core::Device;

use super::protocol::EngineError;
use super::resample::{Planes, Upsampler, fit, planes, planes_wrapping};
use super::stylize::{Layer, StrokePalette, compose, to_planes, to_tensor};
use crate::cancel::CancelToken;
use crate::fine::{Goal, Painting, Region, Style, Weights};
use crate::models::restyle::Colours;
use crate::models::vgg19::{LEAST_SIDE, Vgg19};
use crate::picture::Picture;
use crate::recipe::{Mask, PixelRegion};

/// The network that measures.
pub(super) const INSTRUMENT: &str = "vgg19";
/// Longer side of the finest scale at brush size 1 and below.
pub(super) const LONGER_SIDE: u32 = 768;
/// What counts how much, judged by eye and by the public figures.
pub(super) const WEIGHTS: Weights = Weights {
    content: 1.0,
    detail: 1.0,
    moments: 8.0,
    covariance: 2.0,
    roughness: 0.0,
    range: 10.0,
};
/// Added to the variances of colours.
const COLOUR_EPSILON: f64 = 4e-4;
/// Longer side at which a photo's palette is looked at for tiles.
const PALETTE_SIDE: u32 = 512;
/// Style pictures are looked at with at most so many pixels, or as many as the picture has.
const STYLE_PIXELS: f64 = 512.0 * 512.0;
/// And never with more.
const MOST_STYLE_PIXELS: f64 = 768.0 * 768.0;
/// Style pictures are enlarged by at most so much at brush sizes up to 1: a small one has small strokes
/// at the finer sizes rather than blurred ones; the coarser sizes give the large forms.
const ENLARGED: f64 = 2.0;

/// A style to paint with.
pub(super) struct StylePicture {
    pub(super) picture: Picture,
    /// Share among the styles.
    pub(super) share: f32,
    /// Where; everywhere when absent.
    pub(super) mask: Option<Arc<Mask>>,
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
    /// Whether the photo goes on at its opposite sides, in x and y.
    pub(super) wrap: [bool; 2],
}

/// The finest size for a photo: all of its longer side up to `longer`, and less where memory or
/// the network ask for it.
pub(super) fn finest(
    photo: [u32; 2],
    longer: u32,
    wrap: [bool; 2],
    memory: u64,
) -> Result<[u32; 2], EngineError> {
    let seen = |size: [u32; 2]| {
        let beside = beside(size, wrap);
        [0, 1].map(|axis| size[axis] + 2 * beside[axis] as u32)
    };
    let mut side = longer.min(photo[0].max(photo[1]));
    loop {
        let size = fit(photo, side);
        if u64::from(size[0].min(size[1])) < LEAST_SIDE as u64 {
            return Err(EngineError::BadRequest(format!(
                "Fine needs at least {LEAST_SIDE} pixels on each side; take a larger photo, or Fast"
            )));
        }
        if crate::fine::schedule::bytes(seen(size)) <= memory {
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
    /// Whether styles have places of their own in a seamless picture.
    pub(super) fn is_masked_and_wraps(&self) -> bool {
        self.wrap.contains(&true) && self.styles.iter().any(|style| style.mask.is_some())
    }

    /// The painting at a size, begun with `start`.
    pub(super) fn painting(
        &self,
        vgg: &Vgg19,
        size: [u32; 2],
        start: &Planes,
        stop: &CancelToken,
    ) -> Result<Painting, EngineError> {
        let [width, height] = size.map(|s| s as usize);
        let photo = planes_wrapping(&self.photo, [width, height], self.wrap);
        let mut styles = Vec::with_capacity(self.styles.len());
        for style in &self.styles {
            let picture =
                self.style_planes(&style.picture, &photo, photo.pixels() as f64, ENLARGED)?;
            let size = (picture.height, picture.width);
            styles.push(Style::of(vgg, &picture.data, size, stop)?);
        }
        let regions = self
            .regions(&styles, size, PixelRegion::whole(size))
            .into_iter()
            .map(|(style, cover)| Region {
                goal: Goal::Style(style.into()),
                cover,
            })
            .collect();
        let [across, down] = beside(size, self.wrap);
        Ok(Painting::wrapping(
            vgg,
            (&photo.data, start.data.clone()),
            ((height, width), (down, across)),
            regions,
            (WEIGHTS, self.strength),
            stop,
        )?)
    }

    /// A style picture at the size at which its strokes are as asked for in a picture of so many
    /// `pixels`, but not enlarged by more than `most`, beyond which only the strokes of a larger
    /// brush would be blurred; in the palette asked for, `photo`'s at any size.
    fn style_planes(
        &self,
        style: &Picture,
        photo: &Planes,
        pixels: f64,
        most: f64,
    ) -> Result<Planes, EngineError> {
        let (w, h) = (f64::from(style.width()), f64::from(style.height()));
        let factor = (pixels / (w * h)).sqrt() * f64::from(self.brush);
        let factor = factor.min(most * f64::from(self.brush.max(1.0)));
        let side = |s: f64| ((s * factor).round() as usize).max(LEAST_SIDE);
        // A picture far larger than the photo tells its strokes by its middle.
        let most = pixels.clamp(STYLE_PIXELS, MOST_STYLE_PIXELS);
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

    /// What each style's statistics are in a picture of so many pixels, where it isn't optimised
    /// at once: the style picture no larger than it is, for what is enlarged has no strokes of its own.
    pub(super) fn large_styles(
        &self,
        vgg: &Vgg19,
        stop: &CancelToken,
    ) -> Result<Vec<Style>, EngineError> {
        let pixels = f64::from(self.photo.width()) * f64::from(self.photo.height());
        let [width, height] = fit(self.photo.size(), PALETTE_SIDE).map(|s| s as usize);
        let photo = planes(&self.photo, width, height);
        let mut styles = Vec::with_capacity(self.styles.len());
        for style in &self.styles {
            let picture = self.style_planes(&style.picture, &photo, pixels, 1.0)?;
            let size = (picture.height, picture.width);
            styles.push(Style::of(vgg, &picture.data, size, stop)?);
        }
        Ok(styles)
    }

    /// Styles without masks become one; where styles meet, they share a place by their shares.
    /// Each with its cover of a `part` of a picture of `size` pixels. The same styles come in the same
    /// order for every part, also where one doesn't cover anything, if `size` isn't `part`'s.
    pub(super) fn regions(
        &self,
        styles: &[Style],
        size: [u32; 2],
        part: PixelRegion,
    ) -> Vec<(Style, Option<Vec<f32>>)> {
        let pairs: Vec<_> = self
            .styles
            .iter()
            .zip(styles)
            .filter(|(s, _)| s.share > 0.0)
            .collect();
        let free: Vec<(f32, &Style)> = pairs
            .iter()
            .filter(|(style, _)| style.mask.is_none())
            .map(|(style, found)| (style.share, *found))
            .collect();
        let mut parts: Vec<(Style, f32, Option<Vec<f32>>)> = Vec::new();
        if let Some(style) = Style::blend(&free) {
            parts.push((style, free.iter().map(|(share, _)| share).sum(), None));
        }
        for (style, found) in &pairs {
            if let Some(mask) = &style.mask {
                let cover = mask.coverage(size, part);
                parts.push(((*found).clone(), style.share, Some(cover)));
            }
        }
        if let [(style, _, None)] = parts.as_slice() {
            return vec![(style.clone(), None)];
        }
        let pixels = part.width as usize * part.height as usize;
        let at = |cover: &Option<Vec<f32>>, i: usize| cover.as_ref().map_or(1.0, |c| c[i]);
        let scale: Vec<f32> = (0..pixels)
            .map(|i| {
                let shares: f32 = parts.iter().map(|(_, share, c)| share * at(c, i)).sum();
                let most = parts.iter().map(|(_, _, c)| at(c, i)).fold(0.0, f32::max);
                most / shares.max(1e-6)
            })
            .collect();
        let whole = part == PixelRegion::whole(size);
        parts
            .iter()
            .map(|(style, share, cover)| {
                let cover: Vec<f32> = (0..pixels)
                    .map(|i| share * at(cover, i) * scale[i])
                    .collect();
                (style.clone(), Some(cover))
            })
            .filter(|(_, cover)| !whole || cover.iter().flatten().any(|c| *c > 0.0))
            .collect()
    }

    /// Where there are styles, in a part of a picture of `size` pixels; everywhere when absent.
    pub(super) fn cover(&self, size: [u32; 2], part: PixelRegion) -> Option<Vec<f32>> {
        let covers: Option<Vec<Vec<f32>>> = self
            .styles
            .iter()
            .filter(|style| style.share > 0.0)
            .map(|style| Some(style.mask.as_ref()?.coverage(size, part)))
            .collect();
        covers.map(|covers| {
            let most = |i| covers.iter().map(|c: &Vec<f32>| c[i]).fold(0.0, f32::max);
            let pixels = part.width as usize * part.height as usize;
            (0..pixels).map(most).collect()
        })
    }

    /// What was painted, where there are styles, and the photo elsewhere.
    pub(super) fn composed(&self, painted: Planes) -> (Planes, super::stylize::Composed) {
        let size = [painted.width as u32, painted.height as u32];
        let photo = planes_wrapping(&self.photo, painted.size(), self.wrap);
        let cover = self.cover(size, PixelRegion::whole(size));
        let layer = Layer {
            styled: painted,
            share: 1.0,
            cover,
        };
        let mut composed = compose(&photo, &[layer], 1.0);
        composed.wrap = self.wrap;
        (photo, composed)
    }
}

/// Columns and rows of the opposite sides that are seen beside a seamless picture of this size.
pub(super) fn beside(size: [u32; 2], wrap: [bool; 2]) -> [usize; 2] {
    [0, 1].map(|axis| match wrap[axis] {
        true => ((size[axis] / 8).next_multiple_of(16).min(48) as usize).min(size[axis] as usize),
        false => 0,
    })
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
pub(super) fn resized(from: &Planes, [width, height]: [usize; 2], wrap: [bool; 2]) -> Planes {
    if from.size() == [width, height] {
        return from.clone();
    }
    let curve = Upsampler::new(from.size(), [width, height], wrap);
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
