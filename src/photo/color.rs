//! Colour profiles, embedded or described by numbers, to sRGB (moxcms).

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    Layout, MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformOptions,
};
use rayon::prelude::*;

/// Pixels converted at a time.
const BAND: usize = 1 << 16;

/// An embedded ICC profile, or nothing if it is unreadable.
pub(crate) fn from_icc(profile: &[u8]) -> Option<ColorProfile> {
    ColorProfile::new_from_slice(profile).ok()
}

/// The RGB space that two code points of ITU-T H.273 name (PNG's `cICP`, HEIF's
/// `nclx`): primaries and transfer. Nothing for sRGB itself and for code points
/// that leave it open; `Err` for ones that aren't known.
pub(crate) fn from_cicp(primaries: u8, transfer: u8) -> Result<Option<ColorProfile>, ()> {
    const OPEN: [u8; 2] = [0, 2];
    // BT.709's camera curve is shown through a display's as sRGB is; so do browsers.
    let transfer = match transfer {
        1 | 6 | 14 | 15 => 13,
        other if OPEN.contains(&other) => 13,
        other => other,
    };
    let primaries = if OPEN.contains(&primaries) {
        1
    } else {
        primaries
    };
    if primaries == 1 && transfer == 13 {
        return Ok(None);
    }
    // Curves of HDR displays are ours: white is where those displays have it.
    let high_range = matches!(transfer, PQ | HLG).then_some(transfer);
    let transfer = high_range.map_or(transfer, |_| LINEAR);
    let cicp = CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).map_err(|_| ())?,
        transfer_characteristics: TransferCharacteristics::try_from(transfer).map_err(|_| ())?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    let mut profile = ColorProfile::new_from_cicp(cicp);
    // The crate leaves curves out where it has none.
    if profile.red_trc.is_none() {
        return Err(());
    }
    if let Some(transfer) = high_range {
        let curve = ToneReprCurve::Lut(high_range_curve(transfer));
        profile.cicp = None;
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    Ok(Some(profile))
}

/// Code points of transfers.
const LINEAR: u8 = 8;
const PQ: u8 = 16;
const HLG: u8 = 18;

/// From number to light, 1 being the white of graphics, 203 cd/m² (ITU-R BT.2408);
/// what is brighter is cut off. PQ as SMPTE ST 2084, HLG as ITU-R BT.2100 on a display
/// of 1000 cd/m².
fn high_range_curve(transfer: u8) -> Vec<u16> {
    const STEPS: u16 = 4096;
    const WHITE: f32 = 203.0;
    let pq = |v: f32| {
        let e = v.powf(1.0 / 78.843_75);
        let light = (e - 0.835_937_5).max(0.0) / (18.851_563 - 18.6875 * e);
        light.powf(1.0 / 0.159_301_76) * 10_000.0 / WHITE
    };
    let hlg = |v: f32| {
        let scene = if v <= 0.5 {
            v * v / 3.0
        } else {
            (((v - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0
        };
        scene.powf(1.2) * 1000.0 / WHITE
    };
    (0..STEPS)
        .map(|step| {
            let v = f32::from(step) / f32::from(STEPS - 1);
            let light = if transfer == PQ { pq(v) } else { hlg(v) };
            (light.clamp(0.0, 1.0) * 65_535.0).round() as u16
        })
        .collect()
}

/// An RGB space by its gamma (the exponent from light to number, PNG's `gAMA`) and
/// its white, red, green and blue as CIE xy; what is missing is sRGB's.
pub(crate) fn from_numbers(
    gamma: Option<f32>,
    white_and_primaries: Option<[(f32, f32); 4]>,
) -> Option<ColorProfile> {
    let mut profile = ColorProfile::new_srgb();
    if let Some([white, red, green, blue]) = white_and_primaries {
        let xy = |(x, y): (f32, f32)| Chromaticity::new(x, y);
        let inside = |&(x, y): &(f32, f32)| x >= 0.0 && y > 0.0 && x + y <= 1.0;
        if ![white, red, green, blue].iter().all(inside) {
            return None;
        }
        let primaries = ColorPrimaries {
            red: xy(red),
            green: xy(green),
            blue: xy(blue),
        };
        profile.update_rgb_colorimetry(xy(white).to_xyyb(), primaries);
    }
    profile.cicp = None;
    if let Some(gamma) = gamma {
        if !(0.05..=20.0).contains(&gamma) {
            return None;
        }
        let curve = ToneReprCurve::Parametric(vec![1.0 / gamma]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    Some(profile)
}

/// Converts RGBA pixels to sRGB. False if the profile is of another kind (the
/// pixels are then left as they are).
pub(crate) fn to_srgb(rgba: &mut [u8], source: &ColorProfile) -> bool {
    match source.color_space {
        DataColorSpace::Rgb => rgb_to_srgb(rgba, source),
        DataColorSpace::Gray => grey_to_srgb(rgba, source),
        _ => false,
    }
}

/// As [`to_srgb`], with 16 bits a channel: dark tones keep their steps.
pub(crate) fn to_srgb16(rgba: &mut [u16], source: &ColorProfile) -> bool {
    let options = TransformOptions {
        prefer_fixed_point: false,
        ..TransformOptions::default()
    };
    let srgb = ColorProfile::new_srgb();
    match source.color_space {
        DataColorSpace::Rgb => {
            let Ok(transform) =
                source.create_transform_16bit(Layout::Rgba, &srgb, Layout::Rgba, options)
            else {
                return false;
            };
            rgba.par_chunks_mut(BAND * 4).all(|band| {
                let mut out = vec![0; band.len()];
                let done = transform.transform(band, &mut out).is_ok();
                if done {
                    band.copy_from_slice(&out);
                }
                done
            })
        }
        DataColorSpace::Gray => {
            let Ok(transform) =
                source.create_transform_16bit(Layout::Gray, &srgb, Layout::Rgb, options)
            else {
                return false;
            };
            let levels: Vec<u16> = (0..=u16::MAX).collect();
            let mut table = vec![0; levels.len() * 3];
            if transform.transform(&levels, &mut table).is_err() {
                return false;
            }
            for pixel in rgba.chunks_exact_mut(4) {
                let at = usize::from(pixel[0]) * 3;
                pixel[..3].copy_from_slice(&table[at..at + 3]);
            }
            true
        }
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

/// Inks (0 none, 255 full; cyan, magenta, yellow, black) to opaque RGBA in
/// their place, through the profile if it is one for inks, else by the printer's rule of thumb.
/// Says whether the profile was used.
pub(crate) fn inks_to_srgb(inks: &mut [u8], profile: Option<&ColorProfile>) -> bool {
    if profile.is_some_and(|p| inks_through_profile(inks, p)) {
        return true;
    }
    inks.par_chunks_exact_mut(4).for_each(|ink| {
        let paper = |i: usize| {
            let light = u32::from(255 - ink[i]) * u32::from(255 - ink[3]);
            ((light + 127) / 255) as u8
        };
        let rgba = [paper(0), paper(1), paper(2), 255];
        ink.copy_from_slice(&rgba);
    });
    false
}

fn inks_through_profile(inks: &mut [u8], source: &ColorProfile) -> bool {
    if source.color_space != DataColorSpace::Cmyk {
        return false;
    }
    // Four inks travel in the layout of four channels.
    let Ok(transform) = source.create_transform_8bit(
        Layout::Rgba,
        &ColorProfile::new_srgb(),
        Layout::Rgb,
        TransformOptions::default(),
    ) else {
        return false;
    };
    inks.par_chunks_mut(BAND * 4).all(|band| {
        let mut rgb = vec![0; band.len() / 4 * 3];
        let done = transform.transform(band, &mut rgb).is_ok();
        for (pixel, color) in band.chunks_exact_mut(4).zip(rgb.chunks_exact(3)) {
            pixel.copy_from_slice(&[color[0], color[1], color[2], 255]);
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_of_an_hdr_picture_is_white() {
        // 203 cd/m² is 58 % in PQ and 75 % in HLG (ITU-R BT.2408, table 1).
        for (transfer, white) in [(PQ, 0.58_f32), (HLG, 0.75)] {
            let curve = high_range_curve(transfer);
            let at = |v: f32| f32::from(curve[(v * 4095.0).round() as usize]) / 65_535.0;
            assert!((at(white) - 1.0).abs() < 0.03, "{transfer}: {}", at(white));
            assert!(at(0.25) < 0.2 && curve.is_sorted() && curve[0] == 0);
        }
    }

    #[test]
    fn code_points_that_nobody_knows_are_told() {
        assert!(from_cicp(200, 13).is_err());
        assert!(from_cicp(1, 13).is_ok_and(|p| p.is_none()));
        assert!(from_cicp(12, 13).is_ok_and(|p| p.is_some()));
    }
}
