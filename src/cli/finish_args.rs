//! What can be typed after `limner finish`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::keeping::Output;
use super::values::Size;
use crate::picture::ColorSpace;
use crate::recipe::ranges;

/// `limner finish`
#[derive(Debug, Args)]
pub(crate) struct Finish {
    /// The picture; one that was finished before is finished anew from what it was, if that is there
    #[arg(value_name = "PICTURE")]
    pub(crate) picture: PathBuf,
    /// Begin with the finish of this picture, or of a recipe as a .json file
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// Turn clockwise by 90, 180 or 270 degrees
    #[arg(long, value_name = "DEGREES", value_parser = turns)]
    pub(crate) rotate: Option<u8>,
    /// Exchange left and right (x), above and below (y), or both (xy)
    #[arg(long, value_name = "SIDES", value_parser = super::values::seamless)]
    pub(crate) flip: Option<[bool; 2]>,
    /// Turn clockwise by degrees (-45 to 45); the largest part without empty corners stays
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, value_parser = straighten)]
    pub(crate) straighten: Option<f32>,
    /// Keep a part: W:H for the largest of that aspect, or LEFT,TOP,RIGHT,BOTTOM from 0 to 1
    #[arg(long, value_name = "PART", value_parser = crop)]
    pub(crate) crop: Option<Crop>,
    /// Size of the result: WxH, or Wx and xH to keep the aspect
    #[arg(long, value_name = "SIZE", value_parser = sides)]
    pub(crate) size: Option<Sides>,
    /// Light, in stops (-4 to 4)
    #[arg(long, value_name = "STOPS", allow_negative_numbers = true, value_parser = exposure)]
    pub(crate) exposure: Option<f32>,
    /// Contrast around middle grey (-1 to 1)
    #[arg(long, value_name = "C", allow_negative_numbers = true, value_parser = contrast)]
    pub(crate) contrast: Option<f32>,
    /// From cool to warm (-1 to 1)
    #[arg(long, value_name = "W", allow_negative_numbers = true, value_parser = warmth)]
    pub(crate) warmth: Option<f32>,
    /// From grey to twice as colourful (-1 to 1)
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = saturation)]
    pub(crate) saturation: Option<f32>,
    /// Tone curve: points of input and output from 0 to 1, as 0:0,0.25:0.2,1:1
    #[arg(long, value_name = "X:Y,…", value_parser = curve)]
    pub(crate) curve: Option<Curve>,
    /// Sharpening (0 to 2)
    #[arg(long, value_name = "S", value_parser = sharpen)]
    pub(crate) sharpen: Option<f32>,
    /// Film grain (0 to 1)
    #[arg(long, value_name = "G", value_parser = grain)]
    pub(crate) grain: Option<f32>,
    /// Size of the grains, in 1500ths of the longer side (0.5 to 8)
    #[arg(long, value_name = "S", value_parser = grain_size)]
    pub(crate) grain_size: Option<f32>,
    /// Seed of the grain
    #[arg(long, value_name = "N")]
    pub(crate) grain_seed: Option<u64>,
    /// Corners darker (-1) or lighter (1)
    #[arg(long, value_name = "V", allow_negative_numbers = true, value_parser = vignette)]
    pub(crate) vignette: Option<f32>,
    /// Bits of a channel in the file: 8, or 16 in PNG and TIFF
    #[arg(long, value_name = "BITS", default_value = "8", value_parser = ["8", "16"])]
    pub(crate) bits: String,
    /// Space of the colours in the file
    #[arg(long, value_name = "SPACE", value_enum, default_value_t = SpaceArg::Srgb)]
    pub(crate) profile: SpaceArg,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Spaces of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpaceArg {
    /// What every program takes
    Srgb,
    /// Wider, for new screens and phones
    DisplayP3,
}

impl From<SpaceArg> for ColorSpace {
    fn from(space: SpaceArg) -> Self {
        match space {
            SpaceArg::Srgb => Self::Srgb,
            SpaceArg::DisplayP3 => Self::DisplayP3,
        }
    }
}

/// A part of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Crop {
    /// The largest of an aspect, width by height, in the middle.
    Aspect(f64),
    /// Left, top, right, bottom as fractions.
    Part([f32; 4]),
}

/// One side or both, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sides(pub(crate) [Option<u32>; 2]);

/// Points of a curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve(pub(crate) Vec<[f32; 2]>);

fn turns(text: &str) -> Result<u8, String> {
    match text {
        "0" => Ok(0),
        "90" => Ok(1),
        "180" => Ok(2),
        "270" | "-90" => Ok(3),
        _ => Err(format!("'{text}' is none of 0, 90, 180 and 270")),
    }
}

fn crop(text: &str) -> Result<Crop, String> {
    let wrong =
        || format!("'{text}' is neither an aspect like 3:2 nor LEFT,TOP,RIGHT,BOTTOM from 0 to 1");
    if let Some((width, height)) = text.split_once(':') {
        let side = |s: &str| s.trim().parse::<f64>().ok().filter(|n| *n > 0.0);
        let aspect = side(width).zip(side(height)).map(|(w, h)| w / h);
        return aspect
            .filter(|aspect| (0.005..=200.0).contains(aspect))
            .map(Crop::Aspect)
            .ok_or_else(wrong);
    }
    let numbers: Result<Vec<f32>, _> = text.split(',').map(|s| s.trim().parse()).collect();
    let part: Option<[f32; 4]> = numbers.ok().and_then(|n| n.try_into().ok());
    let part = part.ok_or_else(wrong)?;
    let inside = part.iter().all(|n| (0.0..=1.0).contains(n));
    let least = ranges::LEAST_CROP;
    if !inside || part[2] - part[0] < least || part[3] - part[1] < least {
        return Err(wrong());
    }
    Ok(Crop::Part(part))
}

fn sides(text: &str) -> Result<Sides, String> {
    let wrong = || format!("'{text}' is not a size like 1200x800, 1200x or x800");
    let (width, height) = text.split_once(['x', 'X', '×']).ok_or_else(wrong)?;
    if !width.is_empty() && !height.is_empty() {
        return text.parse::<Size>().map(|size| Sides(size.0.map(Some)));
    }
    let side = |s: &str| match s {
        "" => Ok(None),
        s => s.parse::<u32>().map(Some).map_err(|_| wrong()),
    };
    match [side(width)?, side(height)?] {
        [None, None] => Err(wrong()),
        [Some(0), _] | [_, Some(0)] => Err(wrong()),
        sides => Ok(Sides(sides)),
    }
}

fn curve(text: &str) -> Result<Curve, String> {
    let wrong = |why: &str| format!("'{text}' is not a curve like 0:0,0.25:0.2,1:1: {why}");
    let mut points: Vec<[f32; 2]> = Vec::new();
    for point in text.split(',') {
        let (x, y) = point.split_once(':').ok_or_else(|| wrong("no colon"))?;
        let number = |s: &str| {
            let number = s.trim().parse::<f32>().ok();
            number.filter(|n| (0.0..=1.0).contains(n))
        };
        let [Some(x), Some(y)] = [number(x), number(y)] else {
            return Err(wrong("numbers go from 0 to 1"));
        };
        if points.last().is_some_and(|last| last[0] >= x) {
            return Err(wrong("the inputs must rise"));
        }
        points.push([x, y]);
    }
    if points.len() > ranges::CURVE_POINTS {
        return Err(wrong("16 points at most"));
    }
    Ok(Curve(points))
}

fn within(text: &str, range: &ranges::Range) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if range.ends().contains(&number) => Ok(number),
        _ => Err(format!(
            "'{text}' is not a number from {} to {}",
            range.least, range.most
        )),
    }
}

fn straighten(text: &str) -> Result<f32, String> {
    within(text, &ranges::STRAIGHTEN)
}

fn exposure(text: &str) -> Result<f32, String> {
    within(text, &ranges::EXPOSURE)
}

fn contrast(text: &str) -> Result<f32, String> {
    within(text, &ranges::CONTRAST)
}

fn warmth(text: &str) -> Result<f32, String> {
    within(text, &ranges::WARMTH)
}

fn saturation(text: &str) -> Result<f32, String> {
    within(text, &ranges::SATURATION)
}

fn sharpen(text: &str) -> Result<f32, String> {
    within(text, &ranges::SHARPEN)
}

fn grain(text: &str) -> Result<f32, String> {
    within(text, &ranges::GRAIN)
}

fn grain_size(text: &str) -> Result<f32, String> {
    within(text, &ranges::GRAIN_SIZE)
}

fn vignette(text: &str) -> Result<f32, String> {
    within(text, &ranges::VIGNETTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sizes_and_curves_are_read_and_others_refused() {
        assert_eq!(crop("3:2"), Ok(Crop::Aspect(1.5)));
        assert_eq!(crop("0,0.1,1,.9"), Ok(Crop::Part([0.0, 0.1, 1.0, 0.9])));
        for bad in ["", "3", "3:0", "0,0,1", "0,0,0,1", "0,0,2,1", "1:9999"] {
            assert!(crop(bad).is_err(), "{bad}");
        }
        assert_eq!(sides("12x"), Ok(Sides([Some(12), None])));
        assert_eq!(sides("x8"), Ok(Sides([None, Some(8)])));
        assert_eq!(sides("12x8"), Ok(Sides([Some(12), Some(8)])));
        for bad in ["x", "0x", "12", "0x8", "99999x99999"] {
            assert!(sides(bad).is_err(), "{bad}");
        }
        assert_eq!(curve("0:0.1, 1:1"), Ok(Curve(vec![[0.0, 0.1], [1.0, 1.0]])));
        for bad in ["", "0", "0:0,0:1", "0:2", "1:1,0:0"] {
            assert!(curve(bad).is_err(), "{bad}");
        }
    }
}
