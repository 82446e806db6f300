//! Moving pixels: padding, nearest ×2, pixel shuffle, anti-aliased resizing. The latter is on
//! tensors, on any device, with PyTorch's weights, for networks were trained with them; a
//! resampler of pictures can't take its place.

use candle_core::{Device, Result, Tensor, bail};
use rayon::prelude::*;

use super::conv::own::Held;
use super::cpu::gather::{Border, Source};
use super::cpu::planes::{self, Twice};
use super::cpu::scratch::SharedOutput;
use super::cpu::simd;
use super::{kernel, own_path, plain};

/// Mirrors `pad` pixels at each border (`dcb|abcd|cba`): `[N, C, H, W]` to
/// `[N, C, H + 2·pad, W + 2·pad]`.
///
/// # Errors
/// When a side is not longer than `pad`.
pub fn reflect_pad2d(x: &Tensor, pad: usize) -> Result<Tensor> {
    let (_, _, h, w) = x.dims4()?;
    if pad == 0 {
        return Ok(x.clone());
    }
    if pad >= h || pad >= w {
        bail!("{h}×{w} is too small to be mirrored by {pad} pixels")
    }
    if own_path(x) {
        return own_pad(x, pad, Border::Reflect);
    }
    let rows = mirrored(h, pad, x.device())?;
    let columns = mirrored(w, pad, x.device())?;
    x.contiguous()?
        .index_select(&columns, 3)?
        .index_select(&rows, 2)
}

fn mirrored(side: usize, pad: usize, device: &Device) -> Result<Tensor> {
    let before = (1..=pad).rev();
    let after = (side - 1 - pad..side - 1).rev();
    let all: Vec<u32> = before
        .chain(0..side)
        .chain(after)
        .map(|i| i as u32)
        .collect();
    Tensor::new(all, device)
}

/// Repeats the border pixels `pad` times: `[N, C, H, W]` to `[N, C, H + 2·pad, W + 2·pad]`.
///
/// # Errors
/// When the picture is empty.
pub fn replicate_pad2d(x: &Tensor, pad: usize) -> Result<Tensor> {
    if own_path(x) && x.elem_count() > 0 {
        return own_pad(x, pad, Border::Replicate);
    }
    plain::repeated(x, pad, 1)
}

fn own_pad(x: &Tensor, pad: usize, border: Border) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let Some(isa) = kernel::isa() else {
        bail!("no kernel selected")
    };
    let x = x.contiguous()?;
    let held = Held::new(&x)?;
    let source = Source::new(held.values()?, h, w, border);
    let mut out = vec![0f32; n * c * (h + 2 * pad) * (w + 2 * pad)];
    planes::pad(isa, &source, n * c, pad, SharedOutput::new(&mut out));
    Tensor::from_vec(out, (n, c, h + 2 * pad, w + 2 * pad), &Device::Cpu)
}

/// Each pixel four times: `[N, C, H, W]` to `[N, C, 2H, 2W]`. In front of a convolution use
/// [`Conv2dConfig::upsample`](super::Conv2dConfig::upsample) instead, which makes no large copy.
///
/// # Errors
/// When `x` has not four dimensions.
pub fn upsample_nearest2x(x: &Tensor) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let Some(isa) = kernel::isa().filter(|_| own_path(x) && x.elem_count() > 0) else {
        return x.upsample_nearest2d(2 * h, 2 * w);
    };
    let x = x.contiguous()?;
    let held = Held::new(&x)?;
    let mut out = vec![0f32; 4 * n * c * h * w];
    let rows = held.values()?.par_chunks(w).with_min_len(16);
    out.par_chunks_mut(4 * w)
        .with_min_len(16)
        .zip(rows)
        .for_each(|(pair, row)| {
            let (first, second) = pair.split_at_mut(2 * w);
            simd::run(isa, Twice { row, out: first });
            second.copy_from_slice(first);
        });
    Tensor::from_vec(out, (n, c, 2 * h, 2 * w), &Device::Cpu)
}

/// `[N, C·r², H, W]` to `[N, C, H·r, W·r]`, as PyTorch's `pixel_shuffle`.
///
/// # Errors
/// When the number of channels is not a multiple of `r²`.
pub fn pixel_shuffle(x: &Tensor, r: usize) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    if r == 0 || c % (r * r) != 0 {
        bail!("pixel_shuffle: {c} channels are not a multiple of {r}²")
    }
    let out = c / (r * r);
    if own_path(x) && x.elem_count() > 0 {
        let x = x.contiguous()?;
        let held = Held::new(&x)?;
        let pixels = held.values()?;
        let mut shuffled = vec![0f32; pixels.len()];
        shuffled
            .par_chunks_mut(w * r)
            .with_min_len(16)
            .enumerate()
            .for_each(|(row, line)| {
                let (plane, y) = (row / (h * r), row % (h * r));
                for dx in 0..r {
                    let from = ((plane * r + y % r) * r + dx) * h + y / r;
                    let from = &pixels[from * w..(from + 1) * w];
                    for (to, v) in line[dx..].iter_mut().step_by(r).zip(from) {
                        *to = *v;
                    }
                }
            });
        return Tensor::from_vec(shuffled, (n, out, h * r, w * r), &Device::Cpu);
    }
    x.reshape((n, out, r, r, h, w))?
        .permute((0, 1, 4, 2, 5, 3))?
        .reshape((n, out, h * r, w * r))
}

/// `[N, C, H·r, W·r]` to `[N, C·r², H, W]`, as PyTorch's `pixel_unshuffle`.
///
/// # Errors
/// When a side is not a multiple of `r`.
pub fn pixel_unshuffle(x: &Tensor, r: usize) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    if r == 0 || h % r != 0 || w % r != 0 {
        bail!("pixel_unshuffle: {h}×{w} is no multiple of {r}")
    }
    if r == 1 {
        return Ok(x.clone());
    }
    x.reshape((n, c, h / r, r, w / r, r))?
        .permute((0, 1, 3, 5, 2, 4))?
        .reshape((n, c * r * r, h / r, w / r))?
        .contiguous()
}

/// Anti-aliased bilinear resizing to `(height, width)`, as PyTorch's
/// `interpolate(mode="bilinear", antialias=True, align_corners=False)`.
///
/// # Errors
/// When a side is zero.
pub fn resize_bilinear(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    resize(x, height, width, 1.0, |t| (1.0 - t.abs()).max(0.0))
}

/// Anti-aliased bicubic resizing to `(height, width)` (Keys' kernel with a = −0.5), as PyTorch's
/// `interpolate(mode="bicubic", antialias=True, align_corners=False)`.
///
/// # Errors
/// When a side is zero.
pub fn resize_bicubic(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    resize(x, height, width, 2.0, |t| {
        let t = t.abs();
        match t {
            t if t < 1.0 => (1.5 * t - 2.5) * t * t + 1.0,
            t if t < 2.0 => ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0,
            _ => 0.0,
        }
    })
}

fn resize(
    x: &Tensor,
    height: usize,
    width: usize,
    support: f64,
    filter: impl Fn(f64) -> f64,
) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    if height == 0 || width == 0 || h == 0 || w == 0 {
        bail!("cannot resize {h}×{w} to {height}×{width}")
    }
    let mut y = x.contiguous()?;
    if width != w {
        let weights = resize_matrix(w, width, support, &filter, x)?;
        y = y
            .reshape((n * c * h, w))?
            .matmul(&weights.t()?)?
            .reshape((n, c, h, width))?;
    }
    if height != h {
        let weights = resize_matrix(h, height, support, &filter, x)?;
        y = weights.broadcast_matmul(&y.reshape((n * c, h, width))?)?;
        y = y.reshape((n, c, height, width))?;
    }
    Ok(y)
}

/// The `[to, from]` matrix of one axis.
fn resize_matrix(
    from: usize,
    to: usize,
    support: f64,
    filter: &impl Fn(f64) -> f64,
    like: &Tensor,
) -> Result<Tensor> {
    let scale = from as f64 / to as f64;
    let stretch = scale.max(1.0);
    let mut matrix = vec![0f32; from * to];
    for (i, row) in matrix.chunks_exact_mut(from).enumerate() {
        let centre = (i as f64 + 0.5) * scale;
        let first = ((centre - support * stretch + 0.5).floor().max(0.0)) as usize;
        let last = (((centre + support * stretch + 0.5).floor()) as usize).min(from);
        let weights: Vec<f64> = (first..last)
            .map(|j| filter((j as f64 - centre + 0.5) / stretch))
            .collect();
        let sum: f64 = weights.iter().sum();
        for (cell, weight) in row[first..last].iter_mut().zip(weights) {
            *cell = (weight / sum) as f32;
        }
    }
    Tensor::from_vec(matrix, (to, from), like.device())?.to_dtype(like.dtype())
}
