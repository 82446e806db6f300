//! Samples of any depth to pixels.

use crate::photo::tiff::ifd::{Directory, Order};
use crate::photo::tiff::layout::{Alpha, Format, Layout, Meaning};

/// Turns rows of samples into rows of RGBA with 16 bits (inks: cyan, magenta, yellow,
/// black).
pub(crate) struct Painter {
    /// Red, green and blue of each index, 16 bits.
    palette: Vec<[u16; 3]>,
    /// Of YCbCr: black and white of each channel.
    levels: [(f32, f32); 3],
    /// Of YCbCr: the weights of red, green and blue in Y.
    weights: [f32; 3],
    /// Whether a float lay outside 0..=1.
    pub(crate) outside: bool,
}

const PALETTE: u16 = 320;
const WEIGHTS: u16 = 529;
const LEVELS: u16 = 532;

impl Painter {
    pub(crate) fn new(d: &Directory<'_>, layout: &Layout) -> Self {
        let weights = d
            .fractions(WEIGHTS)
            .and_then(|w| <[f32; 3]>::try_from(w).ok())
            .filter(|w| w[1] > 0.0 && w.iter().all(|v| v.is_finite()))
            .unwrap_or([0.299, 0.587, 0.114]);
        let levels = d
            .fractions(LEVELS)
            .filter(|l| l.len() == 6 && l.chunks(2).all(|p| p[1] > p[0]))
            .unwrap_or_else(|| vec![0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
        Self {
            palette: palette(d, layout),
            levels: [0, 1, 2].map(|i| (levels[2 * i], levels[2 * i + 1])),
            weights,
            outside: false,
        }
    }

    /// One pixel from its samples: 16-bit numbers over the whole range, of a palette
    /// and of L*a*b* as stored.
    pub(crate) fn pixel(&self, s: &[u16], layout: &Layout) -> [u16; 4] {
        let full = u16::MAX;
        let (color, colors) = match layout.meaning {
            Meaning::White => ([full - s[0]; 3], 1),
            Meaning::Black => ([s[0]; 3], 1),
            Meaning::Rgb => ([s[0], s[1], s[2]], 3),
            Meaning::Palette => (
                self.palette
                    .get(usize::from(s[0]))
                    .copied()
                    .unwrap_or([0; 3]),
                1,
            ),
            Meaning::Inks => return [s[0], s[1], s[2], s[3]],
            // A JPEG inside comes as RGB.
            Meaning::YCbCr if matches!(layout.compression, 6 | 7) => ([s[0], s[1], s[2]], 3),
            Meaning::YCbCr => (self.ycbcr([s[0], s[1], s[2]]), 3),
            Meaning::Lab | Meaning::IccLab => (lab([s[0], s[1], s[2]], layout), 3),
        };
        let [r, g, b] = color;
        match layout.alpha {
            Alpha::None => [r, g, b, full],
            // A palette's samples come as stored.
            Alpha::Straight if layout.meaning == Meaning::Palette => {
                let top = (1_u32 << layout.bits) - 1;
                let alpha = u32::from(s[colors]).min(top) * 65_535 / top;
                [r, g, b, alpha as u16]
            }
            Alpha::Straight => [r, g, b, s[colors]],
            Alpha::Associated => {
                let alpha = s[colors];
                let [r, g, b] = color.map(|v| straight(v, alpha));
                [r, g, b, alpha]
            }
        }
    }

    fn ycbcr(&self, s: [u16; 3]) -> [u16; 3] {
        let full = |i: usize, range: f32| {
            let (black, white) = self.levels[i];
            (f32::from(s[i]) / 257.0 - black) * range / (white - black)
        };
        let (y, cb, cr) = (full(0, 255.0), full(1, 127.0), full(2, 127.0));
        let [wr, wg, wb] = self.weights;
        let r = y + cr * (2.0 - 2.0 * wr);
        let b = y + cb * (2.0 - 2.0 * wb);
        let g = (y - wb * b - wr * r) / wg;
        [r, g, b].map(|v| (v * 257.0).round().clamp(0.0, 65_535.0) as u16)
    }

    /// One row of samples, each over the whole range of 16 bits; those of a palette
    /// and of L*a*b* as they are.
    pub(crate) fn samples(&mut self, row: &[u8], order: Order, layout: &Layout, out: &mut [u16]) {
        if layout.format == Format::Float {
            let size = layout.bits as usize / 8;
            for (o, value) in out.iter_mut().zip(row.chunks_exact(size)) {
                let value = float(order.number(value), layout.bits);
                self.outside |= !(-0.001..=1.001).contains(&value);
                *o = (value.clamp(0.0, 1.0) * 65_535.0).round() as u16;
            }
            return;
        }
        let as_stored = matches!(
            layout.meaning,
            Meaning::Palette | Meaning::Lab | Meaning::IccLab
        );
        match layout.bits {
            8 if as_stored => copy(row, out, u16::from),
            8 => copy(row, out, |v| u16::from(v) * 257),
            16 => {
                for (o, pair) in out.iter_mut().zip(row.as_chunks::<2>().0) {
                    *o = match order {
                        Order::Little => u16::from_le_bytes(*pair),
                        Order::Big => u16::from_be_bytes(*pair),
                    };
                }
            }
            bits @ (24 | 32) => {
                let size = bits as usize / 8;
                for (o, value) in out.iter_mut().zip(row.chunks_exact(size)) {
                    *o = (order.number(value) >> (bits - 16)) as u16;
                }
            }
            bits => packed(row, bits, as_stored, out),
        }
    }
}

fn copy(row: &[u8], out: &mut [u16], to: impl Fn(u8) -> u16) {
    for (o, &value) in out.iter_mut().zip(row) {
        *o = to(value);
    }
}

/// Samples of 1 to 15 bits, one after the other, the highest bit first.
fn packed(row: &[u8], bits: u32, as_stored: bool, out: &mut [u16]) {
    let top = (1_u32 << bits) - 1;
    let (mut held, mut count, mut bytes) = (0_u32, 0, row.iter());
    for o in out {
        while count < bits {
            held = held << 8 | u32::from(bytes.next().copied().unwrap_or(0));
            count += 8;
        }
        count -= bits;
        let value = held >> count & top;
        held &= (1 << count) - 1;
        *o = if as_stored {
            value as u16
        } else {
            ((value * 65_535 + top / 2) / top) as u16
        };
    }
}

fn float(stored: u64, bits: u32) -> f32 {
    match bits {
        16 => half::f16::from_bits(stored as u16).to_f32(),
        // 1 sign bit, 7 of the exponent, 16 of the fraction (Adobe's TIFF note 3).
        24 => {
            let sign = (stored >> 23 & 1) << 31;
            let (exponent, fraction) = (stored >> 16 & 0x7f, stored & 0xffff);
            if exponent == 0 {
                return 0.0;
            }
            f32::from_bits((sign | (exponent + 64) << 23 | fraction << 7) as u32)
        }
        32 => f32::from_bits(stored as u32),
        _ => f64::from_bits(stored) as f32,
    }
}

fn straight(value: u16, alpha: u16) -> u16 {
    if alpha == 0 {
        return 0;
    }
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * 65_535 + alpha / 2) / alpha).min(65_535) as u16
}

fn palette(d: &Directory<'_>, layout: &Layout) -> Vec<[u16; 3]> {
    let numbers = d.numbers(PALETTE).unwrap_or_default();
    let count = 1 << layout.bits.min(16);
    if layout.meaning != Meaning::Palette || numbers.len() < 3 * count {
        return Vec::new();
    }
    // Some writers fill in 8-bit values.
    let scale = if numbers.iter().all(|&v| v < 256) {
        257
    } else {
        1
    };
    let at = |i: usize| (numbers[i] * scale).min(65_535) as u16;
    (0..count)
        .map(|i| [at(i), at(count + i), at(2 * count + i)])
        .collect()
}

/// CIE L*a*b* with white D50 to sRGB, 16 bits.
fn lab(s: [u16; 3], layout: &Layout) -> [u16; 3] {
    let (l, a, b) = match (layout.bits, layout.meaning) {
        (8, Meaning::Lab) => {
            let signed = |v: u16| f32::from(v as u8 as i8);
            (f32::from(s[0]) / 2.55, signed(s[1]), signed(s[2]))
        }
        (8, _) => {
            let offset = |v: u16| f32::from(v) - 128.0;
            (f32::from(s[0]) / 2.55, offset(s[1]), offset(s[2]))
        }
        (_, Meaning::Lab) => {
            let signed = |v: u16| f32::from(v as i16) / 256.0;
            (f32::from(s[0]) / 655.35, signed(s[1]), signed(s[2]))
        }
        _ => {
            let offset = |v: u16| f32::from(v) / 256.0 - 128.0;
            (f32::from(s[0]) / 652.8, offset(s[1]), offset(s[2]))
        }
    };
    let fy = (l + 16.0) / 116.0;
    let back = |f: f32| {
        if f > 6.0 / 29.0 {
            f * f * f
        } else {
            (f - 4.0 / 29.0) * 3.0 * (6.0_f32 / 29.0).powi(2)
        }
    };
    let x = back(fy + a / 500.0) * 0.964_22;
    let y = back(fy);
    let z = back(fy - b / 200.0) * 0.825_21;
    // XYZ of D50 to linear sRGB (Bradford; Lindbloom, "RGB/XYZ Matrices").
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(|v| {
        let v = v.clamp(0.0, 1.0);
        let encoded = if v <= 0.003_130_8 {
            v * 12.92
        } else {
            1.055 * v.powf(1.0 / 2.4) - 0.055
        };
        (encoded * 65_535.0).round() as u16
    })
}
