//! Values between pixels along cubics (Catmull and Rom 1974, "A class of local interpolating
//! splines").

/// Weights of the four pixels around a place, `t` of the way from the second to the third.
pub fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t3 + 2.0 * t2 - t),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (-3.0 * t3 + 4.0 * t2 + t),
        0.5 * (t3 - t2),
    ]
}

/// Keys' kernel with a = -1/2 (1981, "Cubic convolution interpolation for digital image processing"):
/// the same cubic as a weight at a distance of `x` pixels, also the usual *bicubic*.
pub fn kernel(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}
