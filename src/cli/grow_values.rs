//! Values of `limner grow`, checked as they are read.

use std::ffi::OsString;
use std::path::PathBuf;

use super::values::{StyleArg, split_last};

/// `MASK,DX,DY[,SCALE][,flip][,turnN]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    /// Where a part is light.
    pub(crate) mask: PathBuf,
    pub(crate) by: [i32; 2],
    pub(crate) scale: f32,
    pub(crate) flip: bool,
    /// Quarter turns clockwise.
    pub(crate) turn: u8,
}

impl Placed {
    /// As it is typed; the file's name may be any that the system allows.
    pub(crate) fn read(text: OsString) -> Result<Self, String> {
        let shown = text.to_string_lossy().into_owned();
        let wrong = || {
            format!(
                "'{shown}' is not MASK,DX,DY[,SCALE][,flip][,turn90|turn180|turn270] like tree.png,120,-8,1.5,flip"
            )
        };
        let (mut rest, mut flip, mut turn, mut numbers) = (text, false, 0, Vec::new());
        while numbers.len() < 3
            && let Some((before, last)) = split_last(&rest, b',')
        {
            match (last.trim(), last.trim().parse::<f32>()) {
                ("flip", _) if numbers.is_empty() && !flip => flip = true,
                ("turn90", _) if numbers.is_empty() && !flip && turn == 0 => turn = 1,
                ("turn180", _) if numbers.is_empty() && !flip && turn == 0 => turn = 2,
                ("turn270", _) if numbers.is_empty() && !flip && turn == 0 => turn = 3,
                (_, Ok(number)) if number.is_finite() => numbers.insert(0, number),
                _ => break,
            }
            rest = before;
        }
        let whole = |number: f32| number as i32;
        let (by, scale) = match numbers[..] {
            [x, y] => ([x, y].map(whole), 1.0),
            [x, y, scale] if (0.05..=20.0).contains(&scale) => ([x, y].map(whole), scale),
            [_, _, scale] => return Err(format!("{scale} is not a scale from 0.05 to 20")),
            _ => return Err(wrong()),
        };
        match rest.is_empty() {
            true => Err(wrong()),
            false => Ok(Self {
                mask: rest.into(),
                by,
                scale,
                flip,
                turn,
            }),
        }
    }
}

/// `MASK=#RRGGBB`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coloured {
    /// Where a part is light.
    pub(crate) mask: PathBuf,
    pub(crate) colour: [u8; 3],
}

impl Coloured {
    /// As it is typed; the file's name may be any that the system allows.
    pub(crate) fn read(text: OsString) -> Result<Self, String> {
        let shown = text.to_string_lossy().into_owned();
        let wrong = || format!("'{shown}' is not MASK=#RRGGBB like roof.png=#a03020");
        let (mask, colour) = split_last(&text, b'=').ok_or_else(wrong)?;
        let digits = colour.trim().trim_start_matches('#');
        if mask.is_empty() || digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        let [_, r, g, b] = number.to_be_bytes();
        Ok(Self {
            mask: mask.into(),
            colour: [r, g, b],
        })
    }
}

/// `PICTURE[:WEIGHT][@MASK]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Further {
    pub(crate) picture: PathBuf,
    pub(crate) weight: f32,
    /// Where its patches go.
    pub(crate) mask: Option<PathBuf>,
}

impl Further {
    /// As it is typed; the file's name may be any that the system allows.
    pub(crate) fn read(text: OsString) -> Result<Self, String> {
        // A file whose name looks like a mask's is still a file.
        let parts = match PathBuf::from(&text).exists() {
            true => None,
            false => split_last(&text, b'@'),
        };
        let (picture, mask) = match parts {
            Some((picture, mask)) if !mask.is_empty() => (picture, Some(PathBuf::from(mask))),
            _ => (text, None),
        };
        let StyleArg { picture, weight } =
            StyleArg::read(picture).map_err(|why| why.replace("a style", "a source"))?;
        match (0.01..=100.0).contains(&weight) {
            true => Ok(Self {
                picture,
                weight,
                mask,
            }),
            false => Err(format!("{weight} is not a weight from 0.01 to 100")),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_where_they_go() {
        let read = |text: &str| Placed::read(text.into());
        let placed = |mask: &str, by, scale, flip| Placed {
            mask: mask.into(),
            by,
            scale,
            flip,
            turn: 0,
        };
        assert_eq!(
            read("m.png,3,-4").unwrap(),
            placed("m.png", [3, -4], 1.0, false)
        );
        assert_eq!(
            read("a,b.png,3,-4,0.5,flip").unwrap(),
            placed("a,b.png", [3, -4], 0.5, true)
        );
        let turned = Placed {
            turn: 3,
            ..placed("m.png", [3, -4], 2.0, true)
        };
        assert_eq!(read("m.png,3,-4,2,flip,turn270").unwrap(), turned);
        for bad in [
            "m.png",
            "m.png,3",
            "m.png,3,4,turn45",
            ",3,4",
            "m.png,3,4,99",
            "m.png,x,4",
            "3,4",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn colours_and_further_pictures() {
        let red = Coloured::read("a=b.png=#ff0010".into()).unwrap();
        assert_eq!((red.mask, red.colour), ("a=b.png".into(), [255, 0, 16]));
        assert!(Coloured::read("a.png=red".into()).is_err());
        let further = Further::read("b.jpg:2.5@sky.png".into()).unwrap();
        assert_eq!(further.picture, PathBuf::from("b.jpg"));
        assert_eq!(
            (further.weight, further.mask),
            (2.5, Some("sky.png".into()))
        );
        assert_eq!(Further::read("b.jpg".into()).unwrap().weight, 1.0);
        assert!(Further::read("b.jpg:1000".into()).is_err());
    }
}
