//! sRGB's transfer curve and powers, by tables over the square root of light: a root is the same
//! number on every processor, which a power needn't be, and the tables are fine where the eye is.

use std::sync::LazyLock;

/// Steps of a table for a root from one whole number to the next.
const STEPS: usize = 8192;
/// Most root that a table holds: 16 times white.
const ROOT: usize = 4;

/// A function of light from 0 to 16, straight between its steps.
#[derive(Debug, Clone)]
pub(super) struct LightTable(Vec<f32>);

impl LightTable {
    /// Of a function of linear light.
    pub(super) fn of(function: impl Fn(f64) -> f64) -> Self {
        let values = (0..=ROOT * STEPS + 1).map(|step| {
            let root = step as f64 / STEPS as f64;
            function(root * root) as f32
        });
        Self(values.collect())
    }

    /// The function's value; light beyond the table is as at its end.
    #[inline]
    pub(super) fn at(&self, light: f32) -> f32 {
        let place = light.max(0.0).sqrt().min(ROOT as f32) * STEPS as f32;
        let step = place as usize;
        let part = place - step as f32;
        let (low, high) = (self.0[step], self.0[step + 1]);
        low + (high - low) * part
    }
}

/// Linear light as sRGB encodes it (IEC 61966-2-1), going on beyond white.
pub(super) fn encode_exactly(light: f64) -> f64 {
    if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

/// Back to linear light.
pub(super) fn decode_exactly(value: f64) -> f64 {
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

static ENCODE: LazyLock<LightTable> = LazyLock::new(|| LightTable::of(encode_exactly));
static DECODE: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|n| decode_exactly(n as f64 / 255.0) as f32));

/// The table from linear light to sRGB's numbers.
pub(super) fn encoding() -> &'static LightTable {
    &ENCODE
}

/// The table from 8 bits to linear light.
pub(super) fn decoding() -> &'static [f32; 256] {
    &DECODE
}

/// Light by the square of sRGB's numbers, whose root they are.
static LIGHT: LazyLock<LightTable> =
    LazyLock::new(|| LightTable::of(|square| decode_exactly(square.sqrt())));

/// A number of sRGB's as linear light; what is below black is mirrored.
#[inline]
pub(super) fn decode(value: f32) -> f32 {
    LIGHT.at(value * value).copysign(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_as_exact_as_16_bits() {
        for step in 0..=100_000 {
            let light = f64::from(step) / 100_000.0 * 15.9;
            for light in [light, light / 1000.0] {
                let off = f64::from(encoding().at(light as f32)) - encode_exactly(light);
                assert!(off.abs() < 0.3 / 65_535.0, "{light}: {off}");
            }
        }
        for step in -1000..=3000 {
            let value = f64::from(step) / 1000.0;
            let light = decode_exactly(value.abs()).copysign(value);
            let off = f64::from(decode(value as f32)) - light;
            assert!(off.abs() < 1e-6 * (1.0 + light.abs()), "{value}: {off}");
        }
        for value in 0..=255u8 {
            let back = encoding().at(decoding()[usize::from(value)]) * 255.0;
            assert!((back - f32::from(value)).abs() < 0.001);
        }
    }
}
