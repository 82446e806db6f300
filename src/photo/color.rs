//! Embedded colour profiles to sRGB (moxcms).

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use rayon::prelude::*;

/// Pixels converted at a time.
const BAND: usize = 1 << 16;

/// Converts RGBA pixels from an embedded profile to sRGB. False if the profile is
/// unreadable or of another kind (the pixels are then left as they are).
pub(crate) fn to_srgb(rgba: &mut [u8], profile: &[u8]) -> bool {
    let Ok(source) = ColorProfile::new_from_slice(profile) else {
        return false;
    };
    match source.color_space {
        DataColorSpace::Rgb => rgb_to_srgb(rgba, &source),
        DataColorSpace::Gray => grey_to_srgb(rgba, &source),
        _ => false,
    }
}

fn rgb_to_srgb(rgba: &mut [u8], source: &ColorProfile) -> bool {
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(
        Layout::Rgba,
        &srgb,
        Layout::Rgba,
        TransformOptions::default(),
    ) else {
        return false;
    };
    let probe = probe_colors();
    let mut answer = vec![0; probe.len()];
    if transform.transform(&probe, &mut answer).is_err() {
        return false;
    }
    if probe.iter().zip(&answer).all(|(a, b)| a.abs_diff(*b) <= 1) {
        return true; // sRGB already: the bytes stay as they are.
    }
    rgba.par_chunks_mut(BAND * 4).all(|band| {
        let mut out = vec![0; band.len()];
        let done = transform.transform(band, &mut out).is_ok();
        if done {
            band.copy_from_slice(&out);
        }
        done
    })
}

/// A small cube of colours, to see whether a profile changes anything.
fn probe_colors() -> Vec<u8> {
    let steps = [0u8, 51, 102, 153, 204, 255];
    let mut colors = Vec::with_capacity(6 * 6 * 6 * 4);
    for r in steps {
        for g in steps {
            for b in steps {
                colors.extend([r, g, b, 255]);
            }
        }
    }
    colors
}

fn grey_to_srgb(rgba: &mut [u8], source: &ColorProfile) -> bool {
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(
        Layout::Gray,
        &srgb,
        Layout::Rgb,
        TransformOptions::default(),
    ) else {
        return false;
    };
    let levels: Vec<u8> = (0..=255).collect();
    let mut table = vec![0; 256 * 3];
    if transform.transform(&levels, &mut table).is_err() {
        return false;
    }
    for pixel in rgba.chunks_exact_mut(4) {
        let at = usize::from(pixel[0]) * 3;
        pixel[..3].copy_from_slice(&table[at..at + 3]);
    }
    true
}

/// Inks (0 none, 255 full; cyan, magenta, yellow, black) to opaque RGBA, through
/// the profile if it is one for inks, else by the printer's rule of thumb.
/// Second value: whether the profile was used.
pub(crate) fn inks_to_srgb(inks: &[u8], profile: Option<&[u8]>) -> (Vec<u8>, bool) {
    if let Some(rgba) = profile.and_then(|p| inks_through_profile(inks, p)) {
        return (rgba, true);
    }
    let mut rgba = Vec::with_capacity(inks.len());
    for ink in inks.chunks_exact(4) {
        let paper = |i: usize| {
            let light = u32::from(255 - ink[i]) * u32::from(255 - ink[3]);
            ((light + 127) / 255) as u8
        };
        rgba.extend([paper(0), paper(1), paper(2), 255]);
    }
    (rgba, false)
}

fn inks_through_profile(inks: &[u8], profile: &[u8]) -> Option<Vec<u8>> {
    let source = ColorProfile::new_from_slice(profile).ok()?;
    if source.color_space != DataColorSpace::Cmyk {
        return None;
    }
    // Four inks travel in the layout of four channels.
    let transform = source
        .create_transform_8bit(
            Layout::Rgba,
            &ColorProfile::new_srgb(),
            Layout::Rgb,
            TransformOptions::default(),
        )
        .ok()?;
    let mut rgba = vec![255; inks.len()];
    let done = rgba
        .par_chunks_mut(BAND * 4)
        .zip(inks.par_chunks(BAND * 4))
        .all(|(out, band)| {
            let mut rgb = vec![0; band.len() / 4 * 3];
            let done = transform.transform(band, &mut rgb).is_ok();
            for (pixel, color) in out.chunks_exact_mut(4).zip(rgb.chunks_exact(3)) {
                pixel[..3].copy_from_slice(color);
            }
            done
        });
    done.then_some(rgba)
}
