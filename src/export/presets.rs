//! Shapes and sizes for elsewhere: square, portrait, story, wide, paper; sharpening;
//! files within a size. Pure functions on pictures.

use super::encode::{Labels, encode_to_bytes};
use super::error::ExportError;
use super::resize::{Filter, resize};
use crate::export::format::Format;
use crate::picture::Picture;

/// A size that people ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// 1080 × 1080.
    Square,
    /// 1080 × 1350.
    Portrait,
    /// 1080 × 1920.
    Story,
    /// 1920 × 1080.
    Wide,
    /// 210 × 297 mm at 300 dpi, upright or lying as the picture is.
    A4,
    /// 297 × 420 mm at 300 dpi, upright or lying as the picture is.
    A3,
}

impl Preset {
    /// All of them, in the order of a menu.
    pub const ALL: [Self; 6] = [
        Self::Square,
        Self::Portrait,
        Self::Story,
        Self::Wide,
        Self::A4,
        Self::A3,
    ];

    /// Pixels for a picture of this size.
    pub fn size(self, picture: [u32; 2]) -> [u32; 2] {
        let [short, long] = match self {
            Self::Square => return [1080, 1080],
            Self::Portrait => return [1080, 1350],
            Self::Story => return [1080, 1920],
            Self::Wide => return [1920, 1080],
            Self::A4 => [2480, 3508],
            Self::A3 => [3508, 4961],
        };
        if picture[0] > picture[1] {
            [long, short]
        } else {
            [short, long]
        }
    }

    /// Pixels per inch, for paper.
    pub fn dpi(self) -> Option<u16> {
        matches!(self, Self::A4 | Self::A3).then_some(300)
    }

    /// Shown name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Square => "Square 1080",
            Self::Portrait => "Portrait 1080 x 1350",
            Self::Story => "Story 1080 x 1920",
            Self::Wide => "Wide 1920 x 1080",
            Self::A4 => "Print A4",
            Self::A3 => "Print A3",
        }
    }
}

/// How a picture comes into another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fitting {
    /// Fill, cutting off what sticks out, evenly on both sides.
    Crop,
    /// Show all, with this colour around.
    Fit([u8; 3]),
    /// Show all, going on in mirror images around.
    Mirror,
}

/// Brings a picture to a size.
pub fn shape(picture: &Picture, size: [u32; 2], fitting: Fitting) -> Picture {
    let [w, h] = picture.size().map(f64::from);
    let [tw, th] = size.map(f64::from);
    let (sx, sy) = (tw / w, th / h);
    let scale = match fitting {
        Fitting::Crop => sx.max(sy),
        Fitting::Fit(_) | Fitting::Mirror => sx.min(sy),
    };
    let to = |n: f64| ((n * scale).round() as u32).max(1);
    let scaled = resize(picture, [to(w), to(h)], Filter::Lanczos);
    place(&scaled, size, fitting)
}

/// Lays a scaled picture into the middle of a canvas.
fn place(p: &Picture, [tw, th]: [u32; 2], fitting: Fitting) -> Picture {
    let [w, h] = p.size().map(i64::from);
    let (x0, y0) = ((i64::from(tw) - w) / 2, (i64::from(th) - h) / 2);
    let mut out = Vec::with_capacity(tw as usize * th as usize * 4);
    for y in 0..i64::from(th) {
        for x in 0..i64::from(tw) {
            let (sx, sy) = (x - x0, y - y0);
            let inside = (0..w).contains(&sx) && (0..h).contains(&sy);
            match fitting {
                Fitting::Fit([r, g, b]) if !inside => out.extend([r, g, b, 255]),
                _ => {
                    let i = (mirror(sy, h) * w + mirror(sx, w)) as usize * 4;
                    out.extend_from_slice(&p.rgba()[i..i + 4]);
                }
            }
        }
    }
    made(tw, th, out, p)
}

/// Index within `0..n` as between two mirrors, the edge pixel not doubled.
fn mirror(i: i64, n: i64) -> i64 {
    if n == 1 {
        return 0;
    }
    let period = 2 * (n - 1);
    let i = i.rem_euclid(period);
    if i < n { i } else { period - i }
}

/// Unsharp mask for pictures that were made smaller: radius about a pixel.
///
/// `amount` is 0..=1; 0.4 is what the presets use.
pub fn sharpen(picture: &Picture, amount: f32) -> Picture {
    let [w, h] = picture.size();
    let (wi, hi) = (w as usize, h as usize);
    let src = picture.rgba();
    let mut out = src.to_vec();
    for y in 0..hi {
        for x in 0..wi {
            for c in 0..3 {
                let at = |dx: isize, dy: isize| {
                    let x = x.saturating_add_signed(dx).min(wi - 1);
                    let y = y.saturating_add_signed(dy).min(hi - 1);
                    f32::from(src[(y * wi + x) * 4 + c])
                };
                // 3 × 3 binomial blur.
                let sides = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1);
                let corners = at(-1, -1) + at(1, -1) + at(-1, 1) + at(1, 1);
                let here = at(0, 0);
                let blurred = (4.0 * here + 2.0 * sides + corners) / 16.0;
                let sharp = here + amount * 2.0 * (here - blurred);
                out[(y * wi + x) * 4 + c] = sharp.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
    made(w, h, out, picture)
}

/// The best file of at most `max_bytes` in a format with a quality: its bytes and
/// quality (1..=95).
///
/// # Errors
/// [`ExportError::Format`] when even the lowest quality is larger, for formats without
/// a quality, or when the format can't hold the picture.
pub fn within(
    picture: &Picture,
    format: Format,
    labels: &Labels,
    max_bytes: u64,
) -> Result<(Vec<u8>, u8), ExportError> {
    let (name, at): (_, fn(u8) -> Format) = match format {
        Format::Jpeg(_) => ("JPEG", Format::Jpeg),
        Format::WebPLossy(_) => ("WebP", Format::WebPLossy),
        _ => {
            return Err(ExportError::Format(
                "only JPEG and WebP can be made to fit a file size; choose one of them".into(),
            ));
        }
    };
    let (mut low, mut high) = (1u8, 95u8);
    let mut best = None;
    while low <= high {
        let quality = low + (high - low) / 2;
        let bytes = encode_to_bytes(picture, at(quality), labels)?;
        if bytes.len() as u64 <= max_bytes {
            best = Some((bytes, quality));
            low = quality + 1;
        } else {
            high = quality - 1;
        }
    }
    best.ok_or_else(|| {
        ExportError::Format(format!(
            "no {name} of this picture fits into {} kB; choose a smaller picture or leave the recipe out",
            max_bytes / 1000
        ))
    })
}

/// The lengths always match; a picture that can't be made stays as it was.
fn made(w: u32, h: u32, pixels: Vec<u8>, instead: &Picture) -> Picture {
    Picture::from_rgba(w, h, pixels).unwrap_or_else(|_| instead.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(w: u32, h: u32) -> Picture {
        let px = (0..w * h)
            .flat_map(|i| [(i % w * 255 / w) as u8, (i / w * 255 / h) as u8, 90, 255])
            .collect();
        Picture::from_rgba(w, h, px).unwrap()
    }

    #[test]
    fn every_preset_gives_its_size_in_every_way() {
        for (w, h) in [(300, 200), (200, 300), (1, 7)] {
            for preset in [Preset::Square, Preset::Story, Preset::Wide] {
                for fitting in [Fitting::Crop, Fitting::Fit([9, 8, 7]), Fitting::Mirror] {
                    let size = preset.size([w, h]);
                    assert_eq!(shape(&gradient(w, h), size, fitting).size(), size);
                }
            }
        }
        assert_eq!(Preset::A4.size([3, 2]), [3508, 2480]);
    }

    #[test]
    fn fit_shows_all_crop_fills_mirror_goes_on() {
        let p = gradient(100, 50);
        let fit = shape(&p, [100, 100], Fitting::Fit([1, 2, 3]));
        assert_eq!(&fit.rgba()[..4], &[1, 2, 3, 255]);
        let mirror = shape(&p, [100, 100], Fitting::Mirror);
        // Row 24 mirrors row 26 around the picture's first row, 25.
        let row = |p: &Picture, y: usize| p.rgba()[y * 400..(y + 1) * 400].to_vec();
        assert_eq!(row(&mirror, 24), row(&mirror, 26));
        assert_eq!(row(&mirror, 25), row(&p, 0));
        let crop = shape(&p, [50, 50], Fitting::Crop);
        assert_eq!(row(&crop, 0).len(), 400 / 2 * 2);
        assert_eq!(&crop.rgba()[..2], &p.rgba()[25 * 4..25 * 4 + 2]);
    }

    #[test]
    fn files_keep_within_their_size() {
        let p = shape(&gradient(64, 64), [400, 400], Fitting::Crop);
        for (format, large, small) in [
            (Format::Jpeg(92), 12_000, 300),
            (Format::WebPLossy(92), 3_000, 100),
        ] {
            let (bytes, q) = within(&p, format, &Labels::default(), large).unwrap();
            assert!(
                bytes.len() as u64 <= large && q > 1,
                "{} at {q}",
                bytes.len()
            );
            assert!(within(&p, format, &Labels::default(), small).is_err());
        }
        assert!(within(&p, Format::Png, &Labels::default(), 1 << 30).is_err());
    }
}
