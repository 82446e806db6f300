//! What can be seen in a picture, as numbers that a direction can be named after.

use serde::{Deserialize, Serialize};

use super::landscape::Land;
use crate::picture::Picture;

/// Longer side of the copy that is looked at.
pub(super) const SIDE: usize = 96;

/// A property of a picture.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumCount,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Attribute {
    /// Mean lightness.
    Brightness,
    /// Deviation of the lightness.
    Contrast,
    /// Yellow and red against blue.
    Warmth,
    /// Red against green.
    Redness,
    /// Mean distance from grey.
    Saturation,
    /// How far colours lie apart.
    Colourfulness,
    /// Mean step between neighbouring pixels.
    Detail,
    /// Likeness of the left and the right half.
    Symmetry,
    /// Share of the picture that differs from its border.
    SubjectSize,
    /// Height against width of what differs from the border.
    SubjectHeight,
    /// Share of the picture that is green.
    Greenery,
    /// Height of the line that parts a landscape, of the picture's.
    Horizon,
    /// Share of a landscape that is like its top.
    OpenSky,
    /// Lightness above a landscape's horizon against that below.
    SkyLight,
}

impl Attribute {
    /// Shown name: what more of it looks like.
    pub fn title(self) -> &'static str {
        match self {
            Self::Brightness => "Brightness",
            Self::Contrast => "Contrast",
            Self::Warmth => "Warmth",
            Self::Redness => "Tint",
            Self::Saturation => "Saturation",
            Self::Colourfulness => "Colourfulness",
            Self::Detail => "Detail",
            Self::Symmetry => "Symmetry",
            Self::SubjectSize => "Subject size",
            Self::SubjectHeight => "Subject height",
            Self::Greenery => "Greenery",
            Self::Horizon => "Horizon height",
            Self::OpenSky => "Sky share",
            Self::SkyLight => "Sky brightness",
        }
    }

    /// Shown name in version 0.1, where it was another one: in recipes' and users' heads,
    /// and in direction files that were written then.
    pub fn former_title(self) -> Option<&'static str> {
        match self {
            Self::Redness => Some("Red against green"),
            Self::Colourfulness => Some("Colour variety"),
            Self::SubjectHeight => Some("Tall subject"),
            _ => None,
        }
    }

    /// What a slider that raises it does, in a sentence without its end.
    pub fn about(self) -> &'static str {
        match self {
            Self::Brightness => "How light the picture is as a whole",
            Self::Contrast => "How far light and dark lie apart",
            Self::Warmth => "Blue to the left, yellow and red to the right",
            Self::Redness => "Green to the left, red to the right",
            Self::Saturation => "How strong the colours are",
            Self::Colourfulness => "How far the colours lie apart",
            Self::Detail => "How much fine detail there is",
            Self::Symmetry => "How alike the left and the right half are",
            Self::SubjectSize => "How much of the picture the subject fills",
            Self::SubjectHeight => "How tall the subject is for its width",
            Self::Greenery => "How much of the picture is green",
            Self::Horizon => "How high the horizon lies",
            Self::OpenSky => "How much of the picture is sky",
            Self::SkyLight => "How light the sky is against the land",
        }
    }

    /// The attribute that a direction such as `measured.warmth` was measured to raise.
    pub fn of_direction(id: &str) -> Option<Self> {
        use strum::IntoEnumIterator;
        let name = id.strip_prefix("measured.")?;
        Self::iter().find(|attribute| attribute.id() == name)
    }

    /// The name under which a direction is shown: its attribute's, whatever older files
    /// call it, or its own.
    pub fn shown_name(id: &str, own: &str) -> String {
        Self::of_direction(id)
            .map_or(own, |attribute| attribute.title())
            .to_owned()
    }

    /// Whether it says something of landscapes only.
    pub fn of_landscapes(self) -> bool {
        matches!(self, Self::Horizon | Self::OpenSky | Self::SkyLight)
    }

    /// Part of a direction's id.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

/// A small copy of a picture in OKLab.
pub(super) struct Small {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) lab: Vec<[f32; 3]>,
}

impl Small {
    pub(super) fn new(picture: &Picture, longest: usize) -> Self {
        let [w, h] = picture.size().map(|side| side as usize);
        let longer = w.max(h);
        let scaled = |side: usize| (side * longest.min(longer) / longer).max(1);
        let (width, height) = (scaled(w), scaled(h));
        let mut lab = Vec::with_capacity(width * height);
        for y in 0..height {
            let rows = y * h / height..((y + 1) * h / height).max(y * h / height + 1);
            for x in 0..width {
                let columns = x * w / width..((x + 1) * w / width).max(x * w / width + 1);
                lab.push(oklab(mean_rgb(picture, rows.clone(), columns)));
            }
        }
        Self { width, height, lab }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> &[f32; 3] {
        &self.lab[y * self.width + x]
    }

    /// Median colour of the outermost pixels.
    fn border(&self) -> [f32; 3] {
        let mut edge: [Vec<f32>; 3] = Default::default();
        for y in 0..self.height {
            for x in 0..self.width {
                if x == 0 || y == 0 || x + 1 == self.width || y + 1 == self.height {
                    for (edge, v) in edge.iter_mut().zip(self.at(x, y)) {
                        edge.push(*v);
                    }
                }
            }
        }
        edge.map(|mut values| {
            values.sort_by(f32::total_cmp);
            values[values.len() / 2]
        })
    }
}

fn mean_rgb(
    picture: &Picture,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
) -> [f32; 3] {
    let width = picture.width() as usize;
    let count = (rows.len() * columns.len()) as f32 * 255.0;
    let mut sum = [0u32; 3];
    for y in rows {
        for pixel in picture.rgba()[(y * width + columns.start) * 4..(y * width + columns.end) * 4]
            .chunks_exact(4)
        {
            for (sum, v) in sum.iter_mut().zip(pixel) {
                *sum += u32::from(*v);
            }
        }
    }
    sum.map(|s| s as f32 / count)
}

/// OKLab (Ottosson 2020) of sRGB 0..=1.
pub fn oklab(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|v| {
        if v <= 0.040_45 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    });
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

pub(super) fn mean(values: impl Iterator<Item = f32> + Clone) -> f64 {
    let count = values.clone().count().max(1);
    values.map(f64::from).sum::<f64>() / count as f64
}

pub(super) fn deviation(values: impl Iterator<Item = f32> + Clone) -> f64 {
    let centre = mean(values.clone());
    let count = values.clone().count().max(1);
    (values.map(|v| (f64::from(v) - centre).powi(2)).sum::<f64>() / count as f64).sqrt()
}

/// A small copy of a picture, its longer side at most `longest`, as OKLab numbers.
pub fn small_copy(picture: &Picture, longest: usize) -> Vec<f32> {
    let small = Small::new(picture, longest.max(1));
    small.lab.into_iter().flatten().collect()
}

/// The numbers of all attributes, in the order of [`Attribute`]'s variants.
pub fn measure(picture: &Picture) -> Vec<(Attribute, f64)> {
    use strum::IntoEnumIterator;
    let small = Small::new(picture, SIDE);
    let (subject, land) = (Subject::new(&small), Land::new(&small));
    Attribute::iter()
        .map(|attribute| (attribute, value(attribute, &small, &subject, &land)))
        .collect()
}

fn value(attribute: Attribute, small: &Small, subject: &Subject, land: &Land) -> f64 {
    let lab = || small.lab.iter();
    let chroma = |c: &[f32; 3]| (c[1] * c[1] + c[2] * c[2]).sqrt();
    match attribute {
        Attribute::Brightness => mean(lab().map(|c| c[0])),
        Attribute::Contrast => deviation(lab().map(|c| c[0])),
        Attribute::Warmth => mean(lab().map(|c| 0.5 * c[1] + c[2])),
        Attribute::Redness => mean(lab().map(|c| c[1])),
        Attribute::Saturation => mean(lab().map(chroma)),
        Attribute::Colourfulness => {
            let (a, b) = (
                deviation(lab().map(|c| c[1])),
                deviation(lab().map(|c| c[2])),
            );
            a.hypot(b)
        }
        Attribute::Detail => detail(small),
        Attribute::Symmetry => -asymmetry(small),
        Attribute::SubjectSize => subject.share,
        Attribute::SubjectHeight => subject.tallness,
        Attribute::Greenery => mean(lab().map(green)),
        Attribute::Horizon => land.horizon,
        Attribute::OpenSky => land.sky,
        Attribute::SkyLight => land.light,
    }
}

/// How green a colour is, 0..=1: near 1 for the greens of leaves and grass.
fn green(lab: &[f32; 3]) -> f32 {
    // Foliage lies about the hue of 125°; from there to 70° and to 180° it fades away.
    let hue = lab[2].atan2(lab[1]).to_degrees();
    let chroma = lab[1].hypot(lab[2]);
    (1.0 - (hue - 125.0).abs() / 55.0).clamp(0.0, 1.0) * (chroma / 0.08).min(1.0)
}

fn detail(small: &Small) -> f64 {
    let mut sum = 0.0;
    for y in 1..small.height {
        for x in 1..small.width {
            let here = small.at(x, y)[0];
            let dx = here - small.at(x - 1, y)[0];
            let dy = here - small.at(x, y - 1)[0];
            sum += f64::from(dx * dx + dy * dy).sqrt();
        }
    }
    sum / (small.width * small.height) as f64
}

/// Mean difference between the picture and its mirror image, in deviations.
fn asymmetry(small: &Small) -> f64 {
    let mut sum = 0.0;
    for y in 0..small.height {
        for x in 0..small.width {
            let other = small.at(small.width - 1 - x, y);
            sum += f64::from((small.at(x, y)[0] - other[0]).abs());
        }
    }
    let spread = deviation(small.lab.iter().map(|c| c[0])) + 0.02;
    sum / (small.width * small.height) as f64 / spread
}

/// What differs from the border.
struct Subject {
    share: f64,
    tallness: f64,
}

impl Subject {
    fn new(small: &Small) -> Self {
        let border = small.border();
        let (mut whole, mut sum) = (0.0f64, [0.0f64; 4]);
        for y in 0..small.height {
            for x in 0..small.width {
                let far: f32 = small
                    .at(x, y)
                    .iter()
                    .zip(&border)
                    .map(|(a, b)| (a - b) * (a - b))
                    .sum();
                // Soft threshold, so that small changes count.
                let weight = f64::from(1.0 / (1.0 + (-(far.sqrt() - 0.11) * 40.0).exp()));
                let (fx, fy) = (x as f64, y as f64);
                whole += weight;
                for (sum, v) in sum.iter_mut().zip([fx, fy, fx * fx, fy * fy]) {
                    *sum += weight * v;
                }
            }
        }
        let [mx, my, xx, yy] = sum.map(|s| s / whole.max(1e-9));
        let spread = |square: f64, mean: f64| (square - mean * mean).max(0.0) + 1.0;
        Self {
            share: whole / (small.width * small.height) as f64,
            tallness: 0.5 * (spread(yy, my) / spread(xx, mx)).ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(color: impl Fn(f32, f32) -> [u8; 3]) -> Picture {
        let mut pixels = Vec::new();
        for y in 0..48 {
            for x in 0..64 {
                let [r, g, b] = color(x as f32 / 63.0, y as f32 / 47.0);
                pixels.extend([r, g, b, 255]);
            }
        }
        Picture::from_rgba(64, 48, pixels).unwrap()
    }

    fn of(picture: &Picture, wanted: Attribute) -> f64 {
        let all = measure(picture);
        all.iter().find(|(a, _)| *a == wanted).unwrap().1
    }

    /// A sky of this lightness, down to this share of the height, above a field.
    fn land(sky: f32, light: u8) -> Picture {
        paint(move |x, y| {
            if y < sky {
                [light - 20, light - 10, light]
            } else {
                [90 + (x * 20.0) as u8, 110, 60]
            }
        })
    }

    /// (attribute, picture with less of it, picture with more of it)
    #[test]
    fn attributes_see_what_their_names_say() {
        let grey = |v: u8| paint(move |_, _| [v, v, v]);
        let disc = |radius: f32, squeeze: f32| {
            paint(move |x, y| {
                let (dx, dy) = ((x - 0.5) * squeeze, (y - 0.5) / squeeze);
                if dx.hypot(dy) < radius {
                    [180, 40, 30]
                } else {
                    [240, 235, 220]
                }
            })
        };
        let ramp = paint(|x, _| [(x * 255.0) as u8; 3]);
        let hill = paint(|x, _| [(255.0 - 510.0 * (x - 0.5).abs()) as u8; 3]);
        let checks = paint(|x, y| {
            [if (x * 16.0).sin() * (y * 16.0).sin() > 0.0 {
                250
            } else {
                5
            }; 3]
        });
        let rainbow = paint(|x, _| {
            if x < 0.5 {
                [220, 40, 40]
            } else {
                [40, 40, 220]
            }
        });
        let cases = [
            (Attribute::Brightness, grey(60), grey(200)),
            (Attribute::Contrast, grey(128), ramp.clone()),
            (
                Attribute::Warmth,
                paint(|_, _| [60, 90, 200]),
                paint(|_, _| [220, 150, 60]),
            ),
            (
                Attribute::Redness,
                paint(|_, _| [60, 170, 60]),
                paint(|_, _| [190, 60, 60]),
            ),
            (
                Attribute::Saturation,
                grey(128),
                paint(|_, _| [220, 40, 40]),
            ),
            (
                Attribute::Colourfulness,
                paint(|_, _| [220, 40, 40]),
                rainbow,
            ),
            (Attribute::Detail, ramp.clone(), checks),
            (Attribute::Symmetry, ramp, hill),
            (Attribute::SubjectSize, disc(0.15, 1.0), disc(0.35, 1.0)),
            (Attribute::SubjectHeight, disc(0.2, 0.8), disc(0.2, 1.25)),
            (
                Attribute::Greenery,
                paint(|_, _| [150, 110, 60]),
                paint(|_, _| [90, 130, 50]),
            ),
            (Attribute::Horizon, land(0.7, 220), land(0.3, 220)),
            (Attribute::OpenSky, land(0.3, 220), land(0.7, 220)),
            (Attribute::SkyLight, land(0.5, 150), land(0.5, 230)),
        ];
        for (attribute, less, more) in cases {
            let (less, more) = (of(&less, attribute), of(&more, attribute));
            assert!(more > less + 1e-3, "{attribute:?}: {less} {more}");
        }
    }
}
