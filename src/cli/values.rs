//! Values on the command line, checked as they are read.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::str::FromStr;

use crate::recipe::{LayerRange, LensPart, NoiseMode};

/// `WxH`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) [u32; 2]);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a size like 800x600");
        let (width, height) = text.split_once(['x', 'X', '×']).ok_or_else(wrong)?;
        let side = |s: &str| s.parse::<u32>().map_err(|_| wrong());
        let size = [side(width)?, side(height)?];
        let pixels = u64::from(size[0]) * u64::from(size[1]);
        if pixels == 0 || pixels > crate::models::MAX_PIXELS {
            return Err(format!("'{text}' is outside 1x1 to 100 megapixels"));
        }
        Ok(Self(size))
    }
}

/// `LEFT,TOP,RIGHT,BOTTOM` in pixels
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sides(pub(crate) [u32; 4]);

impl FromStr for Sides {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u32>, _> = text.split(',').map(|s| s.trim().parse()).collect();
        let sides: Option<[u32; 4]> = numbers.ok().and_then(|n| n.try_into().ok());
        sides.map(Self).ok_or_else(|| {
            format!("'{text}' is not LEFT,TOP,RIGHT,BOTTOM in pixels, like 0,0,200,0")
        })
    }
}

/// Sides that go on at the opposite side: `x`, `y` or `xy`.
pub(crate) fn seamless(text: &str) -> Result<[bool; 2], String> {
    match text {
        "x" => Ok([true, false]),
        "y" => Ok([false, true]),
        "xy" | "yx" => Ok([true, true]),
        _ => Err(format!("'{text}' is neither x, y nor xy")),
    }
}

/// Seconds, 1 to 86,400
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (1.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err(format!(
            "'{text}' is not a number of seconds from 1 to 86400"
        )),
    }
}

/// Minutes of work.
pub(crate) fn minutes(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(minutes) if (0.05..=1440.0).contains(&minutes) => Ok(minutes),
        _ => Err(format!("'{text}' is not a number of minutes up to 1440")),
    }
}

/// `A..B`, B not included
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layers(pub(crate) LayerRange);

impl FromStr for Layers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a range of layers like 4..8");
        let (start, end) = text.split_once("..").ok_or_else(wrong)?;
        let number = |s: &str| s.trim().parse::<usize>().map_err(|_| wrong());
        let (start, end) = (number(start)?, number(end)?);
        if start >= end {
            return Err(format!("'{text}' holds no layer; the end is not included"));
        }
        Ok(Self(LayerRange { start, end }))
    }
}

/// `NAME=SIGMA`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DirectionArg {
    pub(crate) name: String,
    pub(crate) sigma: f32,
}

impl FromStr for DirectionArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a direction like warmth=1.5");
        let (name, sigma) = text.rsplit_once('=').ok_or_else(wrong)?;
        if name.is_empty() {
            return Err(wrong());
        }
        let sigma = finite(sigma).map_err(|_| wrong())?;
        if sigma.abs() > 20.0 {
            return Err(format!("'{text}' is too far: 20 at most"));
        }
        Ok(Self {
            name: name.to_owned(),
            sigma,
        })
    }
}

/// `FILE=AMOUNT`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AmountArg {
    pub(crate) picture: PathBuf,
    /// 0..=1.
    pub(crate) amount: f32,
}

impl AmountArg {
    /// As it is typed; the file's name may be any that the system allows.
    pub(crate) fn read(text: OsString) -> Result<Self, String> {
        let shown = text.to_string_lossy();
        let wrong = || format!("'{shown}' is not a file and an amount like sky.jpg=0.5");
        let (picture, amount) = split_last(&text, b'=').ok_or_else(wrong)?;
        if picture.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            picture: picture.into(),
            amount: share(&amount)?,
        })
    }
}

/// `PART=GAIN`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GainArg {
    pub(crate) part: LensPart,
    pub(crate) gain: f32,
}

impl FromStr for GainArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not an intensity like texture=1.5");
        let (part, gain) = text.rsplit_once('=').ok_or_else(wrong)?;
        let part = match part.to_lowercase().as_str() {
            "light" => LensPart::Light,
            "colour" | "color" => LensPart::Colour,
            "texture" => LensPart::Texture,
            "all" => LensPart::All,
            _ => return Err(format!("'{part}' is none of light, colour, texture, all")),
        };
        Ok(Self {
            part,
            gain: within(gain, 0.0, 3.0)?,
        })
    }
}

/// `IMG[:WEIGHT]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StyleArg {
    /// A file, or the name of a built-in style.
    pub(crate) picture: PathBuf,
    pub(crate) weight: f32,
}

impl StyleArg {
    /// As it is typed; the file's name may be any that the system allows.
    pub(crate) fn read(text: OsString) -> Result<Self, String> {
        // A file whose name ends like a weight is still a file.
        if !PathBuf::from(&text).exists()
            && let Some((picture, weight)) = split_last(&text, b':')
            && !picture.is_empty()
            && !weight.contains(['/', '\\'])
        {
            let weight = finite(&weight)
                .ok()
                .filter(|w| *w > 0.0)
                .ok_or_else(|| format!("'{weight}' is not a weight above 0"))?;
            return Ok(Self {
                picture: picture.into(),
                weight,
            });
        }
        if text.is_empty() {
            return Err("a style needs a name or a file".into());
        }
        Ok(Self {
            picture: text.into(),
            weight: 1.0,
        })
    }
}

/// A name and the text behind its last `at`; nothing where that isn't text.
#[cfg(unix)]
pub(crate) fn split_last(text: &OsStr, at: u8) -> Option<(OsString, String)> {
    use std::os::unix::ffi::OsStrExt;
    let bytes = text.as_bytes();
    let found = bytes.iter().rposition(|&b| b == at)?;
    let name = OsStr::from_bytes(&bytes[..found]).to_owned();
    Some((
        name,
        std::str::from_utf8(&bytes[found + 1..]).ok()?.to_owned(),
    ))
}

#[cfg(not(unix))]
pub(crate) fn split_last(text: &OsStr, at: u8) -> Option<(OsString, String)> {
    let (name, rest) = text.to_str()?.rsplit_once(char::from(at))?;
    Some((name.into(), rest.to_owned()))
}

fn finite(text: &str) -> Result<f32, String> {
    text.trim()
        .parse::<f32>()
        .ok()
        .filter(|v| v.is_finite())
        .ok_or_else(|| format!("'{text}' is not a number"))
}

/// 0.5 to 3, as the slider goes.
pub(crate) fn stroke_scale(text: &str) -> Result<f32, String> {
    within(text, 0.5, 3.0)
}

fn within(text: &str, low: f32, high: f32) -> Result<f32, String> {
    let value = finite(text)?;
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{value} is not within {low} to {high}"))
    }
}

/// Truncation ψ.
pub(crate) fn truncation(text: &str) -> Result<f32, String> {
    within(text, -1.0, 2.0)
}

/// Strength of a style.
pub(crate) fn strength(text: &str) -> Result<f32, String> {
    within(text, 0.0, 1.5)
}

/// A share.
pub(crate) fn share(text: &str) -> Result<f32, String> {
    within(text, 0.0, 1.0)
}

/// Frames per second.
pub(crate) fn fps(text: &str) -> Result<f32, String> {
    within(text, 0.1, 100.0)
}

/// Noise: `off`, `fixed` or a seed.
pub(crate) fn noise(text: &str) -> Result<NoiseMode, String> {
    match text {
        "off" => Ok(NoiseMode::Off),
        "fixed" => Ok(NoiseMode::Fixed),
        seed => seed
            .parse()
            .map(NoiseMode::Seeded)
            .map_err(|_| format!("'{text}' is neither off, fixed nor a seed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!("800x600".parse(), Ok(Size([800, 600])));
        for wrong in [
            "800",
            "x600",
            "0x5",
            "-1x5",
            "800x600x3",
            "99999x99999",
            "1e3x5",
        ] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sides() {
        assert_eq!("1,2, 3,40".parse(), Ok(Sides([1, 2, 3, 40])));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "-1,0,0,0", "a,b,c,d", "1.5,0,0,0"] {
            assert!(wrong.parse::<Sides>().is_err(), "{wrong}");
        }
        assert_eq!(seamless("xy"), Ok([true, true]));
        assert!(seamless("z").is_err());
    }

    #[test]
    fn layers() {
        assert_eq!("4..8".parse(), Ok(Layers(LayerRange { start: 4, end: 8 })));
        for wrong in ["4", "8..4", "4..4", "a..b", "-1..3"] {
            assert!(wrong.parse::<Layers>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn styles_with_weights() {
        let style = StyleArg::read("waves.png:0.3".into()).unwrap();
        assert_eq!((style.picture, style.weight), ("waves.png".into(), 0.3));
        let style = StyleArg::read("C:/pictures/waves.png".into()).unwrap();
        assert_eq!(style.weight, 1.0);
        for wrong in ["waves.png:x", "waves.png:-1", "waves.png:nan", ""] {
            assert!(StyleArg::read(wrong.into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_and_gains() {
        let amount = AmountArg::read("a=b.png=0.25".into()).unwrap();
        assert_eq!((amount.picture, amount.amount), ("a=b.png".into(), 0.25));
        for wrong in ["a.png", "=0.5", "a.png=2", "a.png=x"] {
            assert!(AmountArg::read(wrong.into()).is_err(), "{wrong}");
        }
        let gain: GainArg = "Texture=1.5".parse().unwrap();
        assert_eq!((gain.part, gain.gain), (LensPart::Texture, 1.5));
        for wrong in ["texture", "shape=1", "light=-1", "light=nan"] {
            assert!(wrong.parse::<GainArg>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn directions() {
        let direction: DirectionArg = "measured.warmth=-1.5".parse().unwrap();
        assert_eq!(direction.sigma, -1.5);
        for wrong in ["warmth", "=2", "warmth=x", "warmth=inf", "warmth=1000"] {
            assert!(wrong.parse::<DirectionArg>().is_err(), "{wrong}");
        }
    }
}
