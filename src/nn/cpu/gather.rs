//! Copying a padded part of the picture into a block: borders, strides and input scaling.

#![allow(unsafe_code)]

use super::simd::Simd;

/// What lies beyond the border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Border {
    Zero,
    Reflect,
    Replicate,
}

/// The pixels of one picture, `[channels, height, width]`, each times `scale[c]` on reading.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) pixels: &'a [f32],
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) border: Border,
    pub(crate) scale: Option<&'a [f32]>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(pixels: &'a [f32], height: usize, width: usize, border: Border) -> Self {
        Self {
            pixels,
            height,
            width,
            border,
            scale: None,
        }
    }

    /// Whether pixels are read as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.scale.is_none()
    }
}

/// A rectangle of the padded picture: it may reach beyond the border on every side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) top: isize,
    pub(crate) left: isize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// How a gathered row is laid out: `phases` runs of `run` values, the i-th holding every
/// `phases`-th column from the i-th on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowLayout {
    pub(crate) phases: usize,
    pub(crate) run: usize,
}

impl RowLayout {
    /// Values in one row of the block.
    pub(crate) fn row(&self) -> usize {
        self.phases * self.run
    }
}

/// Where `i` (maybe beyond the border) comes from in `0 .. side`.
#[inline(always)]
pub(crate) fn mirror(i: isize, side: usize, border: Border) -> Option<usize> {
    let last = side as isize - 1;
    if (0..=last).contains(&i) {
        return Some(i as usize);
    }
    match border {
        Border::Zero => None,
        Border::Replicate => Some(i.clamp(0, last) as usize),
        Border::Reflect => {
            let i = if i < 0 { -i } else { 2 * last - i };
            // Further out than one mirror image only rounding columns lie, which nobody reads.
            Some(i.clamp(0, last) as usize)
        }
    }
}

/// Copies channel `c` of `window` to `block` (`rows × layout.row()` values).
///
/// # Safety
/// As for [`Simd`].
#[inline(always)]
pub(crate) unsafe fn channel<S: Simd>(
    source: &Source,
    c: usize,
    window: Window,
    layout: RowLayout,
    block: &mut [f32],
) {
    let area = source.height * source.width;
    let pixels = &source.pixels[c * area..(c + 1) * area];
    for (r, row) in block
        .chunks_exact_mut(layout.row())
        .take(window.rows)
        .enumerate()
    {
        let y = mirror(window.top + r as isize, source.height, source.border);
        match y {
            Some(y) => {
                let from = &pixels[y * source.width..(y + 1) * source.width];
                line(from, window, layout, source.border, row);
            }
            None => row.fill(0.0),
        }
        if let (Some(scale), Some(_)) = (source.scale, y) {
            // SAFETY: passed on from the caller.
            unsafe { scale_line::<S>(scale[c], row) };
        }
    }
}

#[inline(always)]
fn line(from: &[f32], window: Window, layout: RowLayout, border: Border, row: &mut [f32]) {
    let width = from.len() as isize;
    // Columns `inside.0 .. inside.1` of the window lie within the picture.
    let columns = window.columns as isize;
    let start = (-window.left).clamp(0, columns);
    let end = (width - window.left).clamp(start, columns);
    let step = layout.phases;
    if step == 1 {
        let source = &from[(start + window.left) as usize..(end + window.left) as usize];
        row[start as usize..end as usize].copy_from_slice(source);
    } else {
        for phase in 0..step {
            let first = start as usize + (phase + step - start as usize % step) % step;
            let run = &mut row[phase * layout.run..(phase + 1) * layout.run];
            let count = (end as usize).saturating_sub(first).div_ceil(step);
            if count == 0 {
                continue;
            }
            let at = (first as isize + window.left) as usize;
            let to = &mut run[first / step..first / step + count];
            every(&from[at..], step, to);
        }
    }
    let mut edge = |i: isize| {
        let i_row = (i as usize % step) * layout.run + i as usize / step;
        row[i_row] = mirror(i + window.left, from.len(), border).map_or(0.0, |x| from[x]);
    };
    (0..start).for_each(&mut edge);
    (end..columns).for_each(&mut edge);
}

/// `to[i] = from[i · step]`.
#[inline(always)]
fn every(from: &[f32], step: usize, to: &mut [f32]) {
    if step == 2 {
        let (pairs, rest) = from.as_chunks::<2>();
        let n = pairs.len().min(to.len());
        for (v, pair) in to[..n].iter_mut().zip(&pairs[..n]) {
            *v = pair[0];
        }
        if let (Some(v), Some(last)) = (to.get_mut(n), rest.first()) {
            *v = *last;
        }
    } else {
        for (v, x) in to.iter_mut().zip(from.iter().step_by(step)) {
            *v = *x;
        }
    }
}

/// Scales a gathered row.
#[inline(always)]
unsafe fn scale_line<S: Simd>(scale: f32, row: &mut [f32]) {
    let mut done = 0;
    // SAFETY: full vectors within the row; the rest one by one.
    unsafe {
        let scale = S::splat(scale);
        while done + S::LANES <= row.len() {
            let p = row.as_mut_ptr().add(done);
            S::store(p, S::mul(S::load(p), scale));
            done += S::LANES;
        }
    }
    for v in &mut row[done..] {
        *v *= scale;
    }
}
