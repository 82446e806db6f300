//! What a style is learnt from: its pictures as the network needs them, and photos in crops.

use std::path::Path;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::protocol::EngineError;
use super::resample::{Planes, Upsampler, planes, shrink_planes, shrink_to};
use super::stylize::to_tensor;
use crate::cancel::CancelToken;
use crate::fine::Style;
use crate::learn::{Audition, Lesson, Painter, Parameters, Room};
use crate::models::registry::Registry;
use crate::models::restyle::{Adapter, Experts, Palette, Restyle};
use crate::models::vgg19::Vgg19;
use crate::models::weights::Weights;
use crate::models::{ModelError, learnt_file};
use crate::photo;
use crate::picture::Picture;

/// Side of a crop.
pub(super) const SIDE: usize = 256;
/// Most photos that are learnt with, beside the user's own.
const PHOTOS: usize = 32;
/// Crops of each of them, and of the user's own.
const CROPS: (usize, usize) = (4, 8);
/// How much nearer than the whole photo a crop may be.
const NEARER: (f64, f64) = (1.1, 3.0);
/// Detail of what is out of focus: so many pixels a side are left of it.
const SOFT: (f64, f64) = (6.0, 24.0);
/// Short side at which a style picture's strokes are learnt.
const STYLE_SIDE: f64 = 512.0;
/// A style picture of more pixels is made smaller.
const STYLE_PIXELS: f64 = 330_000.0;
/// Side of the copy that the palette is taken from.
const PALETTE_SIDE: u32 = 512;

/// Bytes that learning takes: the networks and a style's pictures, room for a step and for a try, and
/// what is kept of every crop.
pub(super) fn memory() -> u64 {
    let pixels = (SIDE * SIDE) as u64;
    let crops = (PHOTOS * CROPS.0 + CROPS.1) as u64;
    (200 << 20) + 2 * Room::bytes(pixels) + crops * Lesson::bytes(pixels)
}

/// What one or several pictures by one hand have in common.
pub(super) struct Subject {
    pub(super) palette: Palette,
    pub(super) strokes: Vec<f32>,
    pub(super) style: Arc<Style>,
}

impl Subject {
    /// Of these pictures, each counting alike.
    pub(super) fn of(
        pictures: &[Picture],
        (restyle, vgg): (&Restyle, &Vgg19),
        stop: &CancelToken,
    ) -> Result<Self, EngineError> {
        let mut codes: Vec<Vec<f32>> = Vec::new();
        let mut styles = Vec::new();
        for picture in pictures {
            let small = shrink_to(picture, PALETTE_SIDE);
            let small = planes(&small, small.width() as usize, small.height() as usize);
            let tensor = to_tensor(&small, restyle.device())?;
            let mut code = restyle.encode(picture, stop)?;
            let palette = restyle.colours(&tensor)?.palette.to_code();
            code[..Palette::LEN].copy_from_slice(&palette);
            codes.push(code);
            let large = at_style_size(picture);
            let size = (large.height, large.width);
            styles.push(Style::of(vgg, &large.data, size, stop)?);
        }
        let shares: Vec<(f32, &Style)> = styles.iter().map(|style| (1.0, style)).collect();
        let codes: Vec<(&[f32], f32)> = codes.iter().map(|code| (code.as_slice(), 1.0)).collect();
        let mean = crate::latent::codes::blend(&codes);
        let none = || EngineError::BadRequest("choose a picture to learn the style from".into());
        let (code, style) = (
            mean.ok_or_else(none)?,
            Style::blend(&shares).ok_or_else(none)?,
        );
        Ok(Self {
            palette: Palette::of_code(&code).ok_or_else(none)?,
            strokes: code[Palette::LEN..].to_vec(),
            style: Arc::new(style),
        })
    }
}

/// What other learnt styles of the same *Restyle* came to, but for their strokes; files that are of no
/// use are left out.
pub(super) fn learnt_before(
    registry: &Registry,
    restyle: &Restyle,
    (own, sha256): (&Weights, &str),
) -> Vec<Parameters> {
    let config = restyle.config();
    let read = |file: &Path| -> Result<Parameters, ModelError> {
        let adapter = Adapter::from_bytes(&learnt_file::read(file)?, config, sha256)?;
        Parameters::of(config, &adapter.onto(own)?)
    };
    let known = registry.learnt_files().filter_map(|file| {
        let at = read(file);
        at.inspect_err(|error| log::debug!("{}: {error}", file.display()))
            .ok()
    });
    known.collect()
}

/// What the other *Restyle* networks that are here make of a style; those of other sizes are of no use.
pub(super) fn of_others(
    registry: &mut Registry,
    (painter, name): (&Painter, &str),
    subject: &Subject,
) -> Vec<Parameters> {
    let code = [&subject.palette.to_code(), subject.strokes.as_slice()].concat();
    let mut all = Vec::new();
    for other in registry.restyle_names() {
        if other == name {
            continue;
        }
        let made = registry.restyle(&other).and_then(|net| {
            let (mut weights, _) = registry.weights_of(&other)?;
            if net.config().experts > 0 {
                weights = Experts::new(net.config(), &weights)?.onto(&weights, &code)?;
            }
            Painter::new(net.config(), &weights)
        });
        match made {
            Ok(other) => all.extend(painter.in_place_of(&other, &subject.strokes)),
            Err(error) => log::debug!("{other}: {error}"),
        }
    }
    all
}

/// Where learning begins: *Restyle*'s own numbers, or what other networks or styles came to if that is
/// nearer; with the strokes of this style's code, which are nearer than those of other styles.
pub(super) fn beginning(
    painter: &Painter,
    subject: &Subject,
    known: Vec<Parameters>,
    (photos, vgg): (&[Vec<f32>], &Vgg19),
    stop: &CancelToken,
) -> Result<Parameters, EngineError> {
    let of = (subject.palette, &subject.style);
    let mut audition = Audition::new(painter, of, (photos, SIDE), vgg, stop)?;
    let mut all = vec![painter.start().clone()];
    all.extend(known);
    for at in &mut all {
        at.strokes.clone_from(&subject.strokes);
    }
    let own = all[0].clone();
    Ok(audition.nearest(all, stop)?.unwrap_or(own))
}

/// A style picture at the size at which its strokes are learnt; small ones stay as they are.
fn at_style_size(picture: &Picture) -> Planes {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let factor = (STYLE_SIDE / w.min(h)).min(1.0);
    let factor = factor.min((STYLE_PIXELS / (w * h)).sqrt());
    let side = |s: f64| ((s * factor).round() as usize).max(16);
    planes(picture, side(w), side(h))
}

/// Crops of the photos in `folder` and of the user's own, RGB planes of [`SIDE`] pixels a side.
/// Photos that can't be read are left out.
pub(super) fn crops(
    folder: &Path,
    own: Option<&Picture>,
    (seed, stop): (u64, &CancelToken),
) -> Result<Vec<Vec<f32>>, EngineError> {
    let listed = std::fs::read_dir(folder).map_err(|error| {
        EngineError::BadRequest(format!(
            "the photos to learn with can't be read ({}); put Limner's own models folder back: {}",
            error.kind(),
            folder.display()
        ))
    })?;
    let mut files: Vec<_> = listed.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "jpg"));
    files.sort();
    files.truncate(PHOTOS);
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut all = Vec::new();
    for file in &files {
        if stop.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        match photo::read(file) {
            Ok(photo) => add(&photo.picture, CROPS.0, &mut rng, &mut all),
            Err(error) => log::warn!("{error}"),
        }
    }
    if let Some(own) = own {
        add(own, CROPS.1, &mut rng, &mut all);
    }
    match all.is_empty() {
        true => Err(EngineError::BadRequest(format!(
            "there are no photos to learn with; put Limner's own models folder back: {}",
            folder.display()
        ))),
        false => Ok(all),
    }
}

/// Some crops of a photo: the first as much of it as a square holds, the others nearer. Every other one
/// is sharp on one side only: large photos have skies, walls and blurred grounds, and strokes must come
/// there, too.
fn add(photo: &Picture, count: usize, rng: &mut ChaCha20Rng, all: &mut Vec<Vec<f32>>) {
    let mut chance = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    let (w, h) = (f64::from(photo.width()), f64::from(photo.height()));
    for i in 0..count {
        let nearer = match i {
            0 => 1.0,
            _ => NEARER.0 + (NEARER.1 - NEARER.0) * chance(),
        };
        let factor = SIDE as f64 * nearer / w.min(h);
        let side = |s: f64| ((s * factor).round() as usize).max(SIDE);
        let whole = planes(photo, side(w), side(h));
        let at =
            [whole.width - SIDE, whole.height - SIDE].map(|rest| (rest as f64 * chance()) as usize);
        let mut crop = whole.crop(at[0], at[1], SIDE, SIDE);
        if factor > 1.0 {
            sharpen(&mut crop);
        }
        if i % 2 == 1 {
            soften(&mut crop, [chance(), chance(), chance()]);
        }
        all.push(crop.data);
    }
}

/// What was enlarged is soft: half of its distance from its neighbours' mean is added.
fn sharpen(planes: &mut Planes) {
    let (w, h) = (planes.width, planes.height);
    for plane in planes.data.chunks_exact_mut(w * h) {
        let soft = plane.to_vec();
        for y in 0..h {
            for x in 0..w {
                let mut sum = 0.0;
                for dy in [y.saturating_sub(1), y, (y + 1).min(h - 1)] {
                    for dx in [x.saturating_sub(1), x, (x + 1).min(w - 1)] {
                        sum += soft[dy * w + dx];
                    }
                }
                let value = soft[y * w + x];
                plane[y * w + x] = (value + 0.5 * (value - sum / 9.0)).clamp(0.0, 1.0);
            }
        }
    }
}

/// Towards one side it gets out of focus: in which direction, from where on and how much is told by
/// numbers of 0..=1.
fn soften(planes: &mut Planes, [direction, place, detail]: [f64; 3]) {
    let size = planes.size();
    let few = [(SOFT.0 + (SOFT.1 - SOFT.0) * detail) as usize; 2];
    let small = shrink_planes(planes, few[0], few[1]);
    let up = Upsampler::new(few, size, [false; 2]);
    let (sin, cos) = (direction * std::f64::consts::TAU).sin_cos();
    let area = planes.pixels();
    let mut soft = vec![0.0; area];
    for (from, to) in small
        .data
        .chunks_exact(few[0] * few[1])
        .zip(planes.data.chunks_exact_mut(area))
    {
        up.plane(from, &mut soft);
        for (i, (value, soft)) in to.iter_mut().zip(&soft).enumerate() {
            let [x, y] = [i % size[0], i / size[0]].map(|at| at as f64);
            let [x, y] = [x / size[0] as f64 - 0.5, y / size[1] as f64 - 0.5];
            let along = cos * x + sin * y + 0.6 * (place - 0.5);
            let share = (0.5 + 4.0 * along).clamp(0.0, 1.0) as f32;
            *value += share * (soft.clamp(0.0, 1.0) - *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean difference of neighbours in every cell of 32 × 32 pixels of a crop.
    fn grain(crop: &[f32]) -> Vec<f32> {
        const CELL: usize = 32;
        let cells = SIDE / CELL;
        let of = |cell: usize| {
            let (top, left) = (cell / cells * CELL, cell % cells * CELL);
            let row = |y: usize| &crop[(top + y) * SIDE + left..][..CELL];
            let differences =
                (0..CELL).flat_map(|y| row(y).windows(2).map(|p| (p[1] - p[0]).abs()));
            differences.sum::<f32>() / (CELL * (CELL - 1)) as f32
        };
        (0..cells * cells).map(of).collect()
    }

    #[test]
    fn every_other_crop_is_out_of_focus_on_one_side() {
        let pixel = |i: usize| {
            let light = [40, 210][(i % 300 / 3 + i / 300 / 3) % 2];
            [light, light, light, 255]
        };
        let pixels = (0..300 * 280).flat_map(pixel).collect();
        let photo = Picture::from_rgba(300, 280, pixels).unwrap();
        let mut all = Vec::new();
        add(&photo, 8, &mut ChaCha20Rng::seed_from_u64(3), &mut all);
        assert_eq!(all.len(), 8);
        for (i, crop) in all.iter().enumerate() {
            assert!(crop.iter().all(|value| (0.0..=1.0).contains(value)));
            let grain = grain(crop);
            let most = grain.iter().copied().fold(0.0, f32::max);
            let least = grain.iter().copied().fold(1.0, f32::min);
            match i % 2 {
                0 => assert!(
                    least > 0.5 * most,
                    "crop {i} isn't sharp: {least} of {most}"
                ),
                _ => assert!(least < 0.2 * most, "crop {i} is sharp: {least} of {most}"),
            }
        }
    }
}
