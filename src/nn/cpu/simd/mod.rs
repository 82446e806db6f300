//! Vectors of `f32`: the few operations that the kernels are written in, once for each
//! instruction set.

#![allow(unsafe_code)]

/// Values in half of the longest vector, and in all of the others.
pub(crate) const HALF: usize = 8;

/// One instruction set's vector.
///
/// # Safety
/// Every function may only be called where the processor has the instruction set, inside a
/// function compiled for it ([`run`] sees to both). Pointers must be valid for `LANES` values;
/// alignment is not needed.
pub(crate) unsafe trait Simd: Copy + 'static {
    /// The vector.
    type V: Copy;
    /// The vector of [`HALF`] values, where this one is longer.
    type Half: Simd;
    /// Values in a vector.
    const LANES: usize;

    unsafe fn splat(v: f32) -> Self::V;
    unsafe fn load(p: *const f32) -> Self::V;
    /// Lanes `from .. to` of what lies at `p`, zeros in the others, of which nothing is read.
    unsafe fn load_part(p: *const f32, lanes: (usize, usize)) -> Self::V;
    unsafe fn store(p: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    /// `a · b + c`.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// Values at even and at odd places of `a` followed by `b`.
    unsafe fn unzip(a: Self::V, b: Self::V) -> (Self::V, Self::V);
    /// `a0 b0 a1 b1 …` in two vectors.
    unsafe fn zip(a: Self::V, b: Self::V) -> (Self::V, Self::V);
    /// `v1 v2 … next0`.
    unsafe fn shift_in(v: Self::V, next: f32) -> Self::V;

    /// For each of `depth` steps four weights times three vectors, summed: the innermost loop.
    /// Step `k` reads `weights[4k..4k + 4]` and a vector at each of `pixels + offsets[k]`.
    #[inline(always)]
    unsafe fn dot4x3(
        depth: usize,
        weights: *const f32,
        offsets: *const u32,
        pixels: [*const f32; 3],
    ) -> [[Self::V; 3]; 4] {
        // SAFETY: passed on from the caller.
        unsafe { dot::<Self, 4, 3>(depth, weights, offsets, pixels) }
    }
}

/// [`Simd::dot4x3`] for any number of rows and vectors.
///
/// # Safety
/// As for [`Simd`]; the pointers must be valid for all that is read.
#[inline(always)]
pub(crate) unsafe fn dot<S: Simd, const M: usize, const N: usize>(
    depth: usize,
    weights: *const f32,
    offsets: *const u32,
    pixels: [*const f32; N],
) -> [[S::V; N]; M] {
    // SAFETY: passed on from the caller.
    unsafe {
        let mut sums = [[S::splat(0.0); N]; M];
        let mut weight = weights;
        for k in 0..depth {
            let offset = *offsets.add(k) as usize;
            let mut b = [S::splat(0.0); N];
            for n in 0..N {
                b[n] = S::load(pixels[n].add(offset));
            }
            for (m, sums) in sums.iter_mut().enumerate() {
                let a = S::splat(*weight.add(m));
                for n in 0..N {
                    sums[n] = S::fma(a, b[n], sums[n]);
                }
            }
            weight = weight.add(M);
        }
        sums
    }
}

/// Plain arrays, which the compiler turns into what the build's target has.
#[derive(Clone, Copy)]
pub(crate) struct Arrays<const P: usize>;

/// The length that most processors have.
pub(crate) type Portable = Arrays<8>;
/// As long as AVX-512's: runs what depends on a vector's length where no processor has it.
#[cfg(debug_assertions)]
pub(crate) type Wide = Arrays<16>;

macro_rules! lanewise {
    ($name:ident, |$a:ident, $b:ident| $e:expr) => {
        #[inline(always)]
        unsafe fn $name(a: [f32; P], b: [f32; P]) -> [f32; P] {
            std::array::from_fn(|i| {
                let ($a, $b) = (a[i], b[i]);
                $e
            })
        }
    };
}

// SAFETY: plain Rust; nothing is asked of the processor.
unsafe impl<const P: usize> Simd for Arrays<P> {
    type V = [f32; P];
    type Half = Arrays<HALF>;
    const LANES: usize = P;

    #[inline(always)]
    unsafe fn splat(v: f32) -> [f32; P] {
        [v; P]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> [f32; P] {
        // SAFETY: the caller vouches for LANES values.
        unsafe { p.cast::<[f32; P]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn load_part(p: *const f32, (from, to): (usize, usize)) -> [f32; P] {
        let mut v = [0.0; P];
        for (i, v) in v.iter_mut().enumerate().take(to).skip(from) {
            // SAFETY: the caller vouches for these lanes.
            *v = unsafe { p.wrapping_add(i).read() };
        }
        v
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: [f32; P]) {
        // SAFETY: the caller vouches for LANES values.
        unsafe { p.cast::<[f32; P]>().write_unaligned(v) }
    }
    lanewise!(add, |a, b| a + b);
    lanewise!(sub, |a, b| a - b);
    lanewise!(mul, |a, b| a * b);
    lanewise!(max, |a, b| if a > b { a } else { b });
    lanewise!(min, |a, b| if a < b { a } else { b });
    #[inline(always)]
    unsafe fn fma(a: [f32; P], b: [f32; P], c: [f32; P]) -> [f32; P] {
        // Fused only where the target has it; the library call would be very slow.
        std::array::from_fn(|i| {
            if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
                a[i].mul_add(b[i], c[i])
            } else {
                a[i] * b[i] + c[i]
            }
        })
    }
    #[inline(always)]
    unsafe fn unzip(a: [f32; P], b: [f32; P]) -> ([f32; P], [f32; P]) {
        let at = |i: usize| if i < P { a[i] } else { b[i - P] };
        (
            std::array::from_fn(|i| at(2 * i)),
            std::array::from_fn(|i| at(2 * i + 1)),
        )
    }
    #[inline(always)]
    unsafe fn zip(a: [f32; P], b: [f32; P]) -> ([f32; P], [f32; P]) {
        let pick = |i: usize| {
            if i.is_multiple_of(2) {
                a[i / 2]
            } else {
                b[i / 2]
            }
        };
        (
            std::array::from_fn(pick),
            std::array::from_fn(|i| pick(i + P)),
        )
    }
    #[inline(always)]
    unsafe fn shift_in(v: [f32; P], next: f32) -> [f32; P] {
        std::array::from_fn(|i| if i + 1 < P { v[i + 1] } else { next })
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86;

/// Asks for the line of the cache with `p`, which may lie anywhere: nothing is read.
#[inline(always)]
pub(crate) fn prefetch(p: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has the instruction, and it takes any address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(p.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

/// A piece of work that can be done with any vector.
pub(crate) trait SimdTask {
    /// Does it.
    ///
    /// # Safety
    /// Called by [`run`] only, which has checked for the instruction set. Must be
    /// `#[inline(always)]`, as everything generic in `S` that it calls.
    unsafe fn run<S: Simd>(self);
}

/// An instruction set that this processor has been found to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isa {
    Portable,
    #[cfg(debug_assertions)]
    Wide,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    /// Values in this set's vector.
    pub(crate) fn lanes(self) -> usize {
        match self {
            Isa::Portable => Portable::LANES,
            #[cfg(debug_assertions)]
            Isa::Wide => Wide::LANES,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => Avx2::LANES,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => Avx512::LANES,
        }
    }
}

/// Does `task` with the vectors of `isa`.
pub(crate) fn run(isa: Isa, task: impl SimdTask) {
    match isa {
        // SAFETY: the portable vector asks nothing of the processor.
        Isa::Portable => unsafe { task.run::<Portable>() },
        #[cfg(debug_assertions)]
        // SAFETY: as above.
        Isa::Wide => unsafe { task.run::<Wide>() },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an `Isa` is made by `kernel::isa` only, after asking the processor.
        Isa::Avx2 => unsafe { run_avx2(task) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx512 => unsafe { run_avx512(task) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2<T: SimdTask>(task: T) {
    // SAFETY: this function is compiled for AVX2, and its caller has checked for it.
    unsafe { task.run::<Avx2>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn run_avx512<T: SimdTask>(task: T) {
    // SAFETY: this function is compiled for AVX-512, and its caller has checked for it.
    unsafe { task.run::<Avx512>() }
}
