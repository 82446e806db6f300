//! StyleGAN2's doubling convolution (Karras et al. 2020, `conv2d_resample`) as convolutions of the
//! small picture.

use candle_core::{Result, Tensor};

use super::conv::own::Taps;
use super::upfirdn::Fir;

/// Zeros around a transposed convolution's result before the `[1, 3, 3, 1]` filter.
pub(super) fn around(kernel: usize) -> usize {
    2 - kernel / 2
}

/// The transposed convolution (3×3 or 5×5) at stride 2 and the `[1, 3, 3, 1]` filter in one: each
/// phase of the output is a convolution of the small picture by a kernel of the same side; see
/// [`Taps::Filtered`].
fn filtered_mix(kernel: usize) -> Vec<[Vec<f32>; 2]> {
    // Output 2q + phase takes input i = q + tap − r with weight tap k and filter tap
    // t = k + p − m where m = phase − 2 · (tap − r), r half the kernel and p the zeros around;
    // the filter's gain is 2 in each direction.
    let (filter, side, zeros) = (Fir::stylegan2(), kernel as isize, around(kernel) as isize);
    let mix = |phase: isize, tap: isize| {
        let m = phase - 2 * (tap - side / 2);
        let weight = |k: isize| {
            usize::try_from(k + zeros - m)
                .ok()
                .and_then(|t| filter.taps().get(t))
                .map_or(0.0, |f| 2.0 * f)
        };
        (0..side).map(weight).collect()
    };
    (0..side).map(|tap| [mix(0, tap), mix(1, tap)]).collect()
}

/// How the output's taps follow from the weight's.
pub(super) fn filtered_taps(kernel: usize) -> Taps {
    let (mix, filter) = (filtered_mix(kernel), Fir::stylegan2());
    match kernel {
        3 => Taps::Filtered {
            mix,
            filter: std::array::from_fn(|i| filter.taps().get(i).map_or(0.0, |f| 2.0 * f)),
        },
        _ => Taps::Doubled(mix),
    }
}

/// [`filtered_mix`] as weights `[4 · out, in, k, k]`, the phases of an output beside each other.
pub(super) fn phases(weight: &Tensor) -> Result<Tensor> {
    let (out, inputs, _, k) = weight.dims4()?;
    let taps = filtered_mix(k);
    // [phase · tap, weight tap] of one direction.
    let of = |phase: usize| taps.iter().flat_map(move |tap| tap[phase].iter().copied());
    let mix: Vec<f32> = of(0).chain(of(1)).collect();
    let mix = Tensor::from_vec(mix, (2 * k, k), weight.device())?;
    let across = weight
        .reshape((out * inputs * k, k))?
        .matmul(&mix.t()?)?
        .reshape((out * inputs, k, 2 * k))?;
    let both = mix.broadcast_matmul(&across)?;
    // [out, in, phase, tap, phase, tap]
    both.reshape((out, inputs, 2, k, 2, k))?
        .permute((0, 2, 4, 1, 3, 5))?
        .reshape((4 * out, inputs, k, k))
}
