//! Fast functions for the coordinate network: plain multiplications and additions
//! that the compiler turns into vector code, the same bits on every processor.

/// Adding and taking away 1.5 × 2²³ rounds to the nearest whole number.
const ROUND: f32 = 12_582_912.0;

/// `sin x`; error below 2e-6 for |x| ≤ 100.
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    let shifted = x * std::f32::consts::FRAC_1_PI + ROUND;
    let turns = shifted - ROUND;
    // π in two parts, so that the remainder stays exact.
    let r = (x - turns * 3.140_625) - turns * 9.676_536e-4;
    let flip = shifted.to_bits() << 31;
    let r2 = r * r;
    let p = r + r
        * r2
        * (-0.166_666_55 + r2 * (8.333_216e-3 + r2 * (-1.980_741_6e-4 + r2 * 2.601_903e-6)));
    f32::from_bits(p.to_bits() ^ flip)
}

/// `tanh x`; error below 1.1e-3, largest where the curve is flat.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let x = x.clamp(-4.97, 4.97);
    let x2 = x * x;
    let p = x * (10_395.0 + x2 * (1_260.0 + x2 * 21.0));
    let q = 10_395.0 + x2 * (4_725.0 + x2 * (210.0 + x2));
    p / q
}

/// `exp(-x²)`; error below 1e-6.
#[inline(always)]
pub fn gauss(x: f32) -> f32 {
    exp2((x * x * -std::f32::consts::LOG2_E).max(-125.0))
}

/// `2^x` for -126 < x < 126; relative error below 1e-6.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let shifted = x + ROUND;
    let f = x - (shifted - ROUND);
    let p = 1.0
        + f * (std::f32::consts::LN_2
            + f * (0.240_226_5
                + f * (0.055_504_1
                    + f * (9.618_129e-3 + f * (1.333_355_8e-3 + f * 1.540_353e-4)))));
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    f32::from_bits(p.to_bits().wrapping_add(exponent))
}

/// `|x|` with a rounded corner: `sqrt(x² + 0.02)`.
#[inline(always)]
pub fn soft_abs(x: f32) -> f32 {
    (x * x + 0.02).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(range: f32, ours: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        (-100_000..=100_000)
            .map(|i| i as f32 * (range / 100_000.0))
            .map(|x| (f64::from(ours(x)) - exact(f64::from(x))).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn errors_are_as_stated() {
        assert!(worst(100.0, sin, f64::sin) < 2e-6);
        assert!(worst(12.0, tanh, f64::tanh) < 1.1e-3);
        assert!(worst(20.0, gauss, |x| (-x * x).exp()) < 1e-6);
        let relative = (-1000..1000)
            .map(|i| i as f32 * 0.12)
            .map(|x| (f64::from(exp2(x)) / f64::from(x).exp2() - 1.0).abs())
            .fold(0.0, f64::max);
        assert!(relative < 1e-6, "{relative}");
    }
}
