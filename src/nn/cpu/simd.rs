//! Vectors of `f32`: the few operations that the kernels are written in, once for each
//! instruction set.

#![allow(unsafe_code)]

/// One instruction set's vector.
///
/// # Safety
/// Every function may only be called where the processor has the instruction set, inside a
/// function compiled for it ([`run`] sees to both). Pointers must be valid for `LANES` values;
/// alignment is not needed.
pub(crate) unsafe trait Simd: Copy + 'static {
    /// The vector.
    type V: Copy;
    /// Values in a vector.
    const LANES: usize;

    unsafe fn splat(v: f32) -> Self::V;
    unsafe fn load(p: *const f32) -> Self::V;
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
mod x86 {
    use std::arch::x86_64::*;

    use super::Simd;

    /// AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2;

    // SAFETY: each function is one or a few AVX2/FMA instructions; the trait's callers see to it
    // that the processor has them and that pointers are valid.
    #[allow(clippy::undocumented_unsafe_blocks)] // the line above covers every block below
    unsafe impl Simd for Avx2 {
        type V = __m256;
        const LANES: usize = 8;

        #[inline(always)]
        unsafe fn splat(v: f32) -> __m256 {
            unsafe { _mm256_set1_ps(v) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> __m256 {
            unsafe { _mm256_loadu_ps(p) }
        }
        #[inline(always)]
        unsafe fn store(p: *mut f32, v: __m256) {
            unsafe { _mm256_storeu_ps(p, v) }
        }
        #[inline(always)]
        unsafe fn add(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sub(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_sub_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn mul(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_mul_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
            unsafe { _mm256_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn max(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn min(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_min_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn unzip(a: __m256, b: __m256) -> (__m256, __m256) {
            unsafe {
                let even = _mm256_castps_pd(_mm256_shuffle_ps::<0x88>(a, b));
                let odd = _mm256_castps_pd(_mm256_shuffle_ps::<0xDD>(a, b));
                (
                    _mm256_castpd_ps(_mm256_permute4x64_pd::<0xD8>(even)),
                    _mm256_castpd_ps(_mm256_permute4x64_pd::<0xD8>(odd)),
                )
            }
        }
        #[inline(always)]
        unsafe fn zip(a: __m256, b: __m256) -> (__m256, __m256) {
            unsafe {
                let low = _mm256_unpacklo_ps(a, b);
                let high = _mm256_unpackhi_ps(a, b);
                (
                    _mm256_permute2f128_ps::<0x20>(low, high),
                    _mm256_permute2f128_ps::<0x31>(low, high),
                )
            }
        }
        #[inline(always)]
        unsafe fn shift_in(v: __m256, next: f32) -> __m256 {
            unsafe {
                let first = _mm256_castps128_ps256(_mm_set_ss(next));
                let merged = _mm256_blend_ps::<1>(v, first);
                _mm256_permutevar8x32_ps(merged, _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0))
            }
        }

        #[inline(always)]
        unsafe fn dot4x3(
            depth: usize,
            weights: *const f32,
            offsets: *const u32,
            pixels: [*const f32; 3],
        ) -> [[__m256; 3]; 4] {
            // A sanitizer doesn't see into assembly: its builds run the same loop in Rust.
            if cfg!(limner_checked) {
                return unsafe { super::dot::<Self, 4, 3>(depth, weights, offsets, pixels) };
            }
            unsafe { dot4x3_avx2(depth, weights, offsets, pixels) }
        }
    }

    /// In assembly, because twelve sums, three vectors and a weight are exactly the sixteen
    /// registers, and the compiler spills a sum (measured: 2.5 times slower).
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    unsafe fn dot4x3_avx2(
        depth: usize,
        weights: *const f32,
        offsets: *const u32,
        pixels: [*const f32; 3],
    ) -> [[__m256; 3]; 4] {
        let mut s = [_mm256_setzero_ps(); 12];
        if depth > 0 {
            // SAFETY: the loop reads `depth` offsets, four weights for each and the vectors they
            // point to, all valid as the caller promises; it writes registers only.
            unsafe {
                std::arch::asm!(
                    "2:",
                    "mov {o:e}, dword ptr [{offsets}]",
                    "vmovups ymm12, [{p0} + 4*{o}]",
                    "vmovups ymm13, [{p1} + 4*{o}]",
                    "vmovups ymm14, [{p2} + 4*{o}]",
                    "vbroadcastss ymm15, dword ptr [{weights}]",
                    "vfmadd231ps ymm0, ymm15, ymm12",
                    "vfmadd231ps ymm1, ymm15, ymm13",
                    "vfmadd231ps ymm2, ymm15, ymm14",
                    "vbroadcastss ymm15, dword ptr [{weights} + 4]",
                    "vfmadd231ps ymm3, ymm15, ymm12",
                    "vfmadd231ps ymm4, ymm15, ymm13",
                    "vfmadd231ps ymm5, ymm15, ymm14",
                    "vbroadcastss ymm15, dword ptr [{weights} + 8]",
                    "vfmadd231ps ymm6, ymm15, ymm12",
                    "vfmadd231ps ymm7, ymm15, ymm13",
                    "vfmadd231ps ymm8, ymm15, ymm14",
                    "vbroadcastss ymm15, dword ptr [{weights} + 12]",
                    "vfmadd231ps ymm9, ymm15, ymm12",
                    "vfmadd231ps ymm10, ymm15, ymm13",
                    "vfmadd231ps ymm11, ymm15, ymm14",
                    "add {weights}, 16",
                    "add {offsets}, 4",
                    "cmp {offsets}, {end}",
                    "jne 2b",
                    o = out(reg) _,
                    offsets = inout(reg) offsets => _,
                    end = in(reg) offsets.add(depth),
                    weights = inout(reg) weights => _,
                    p0 = in(reg) pixels[0],
                    p1 = in(reg) pixels[1],
                    p2 = in(reg) pixels[2],
                    inout("ymm0") s[0], inout("ymm1") s[1], inout("ymm2") s[2],
                    inout("ymm3") s[3], inout("ymm4") s[4], inout("ymm5") s[5],
                    inout("ymm6") s[6], inout("ymm7") s[7], inout("ymm8") s[8],
                    inout("ymm9") s[9], inout("ymm10") s[10], inout("ymm11") s[11],
                    out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
                    options(nostack, readonly),
                );
            }
        }
        [
            [s[0], s[1], s[2]],
            [s[3], s[4], s[5]],
            [s[6], s[7], s[8]],
            [s[9], s[10], s[11]],
        ]
    }

    /// AVX-512F.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512;

    // SAFETY: each function is one or a few AVX-512F instructions; the trait's callers see to it
    // that the processor has them and that pointers are valid.
    #[allow(clippy::undocumented_unsafe_blocks)] // the line above covers every block below
    unsafe impl Simd for Avx512 {
        type V = __m512;
        const LANES: usize = 16;

        #[inline(always)]
        unsafe fn splat(v: f32) -> __m512 {
            unsafe { _mm512_set1_ps(v) }
        }
        #[inline(always)]
        unsafe fn load(p: *const f32) -> __m512 {
            unsafe { _mm512_loadu_ps(p) }
        }
        #[inline(always)]
        unsafe fn store(p: *mut f32, v: __m512) {
            unsafe { _mm512_storeu_ps(p, v) }
        }
        #[inline(always)]
        unsafe fn add(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sub(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_sub_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn mul(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_mul_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn max(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn min(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_min_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn unzip(a: __m512, b: __m512) -> (__m512, __m512) {
            unsafe {
                let even =
                    _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
                let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
                (
                    _mm512_permutex2var_ps(a, even, b),
                    _mm512_permutex2var_ps(a, odd, b),
                )
            }
        }
        #[inline(always)]
        unsafe fn zip(a: __m512, b: __m512) -> (__m512, __m512) {
            unsafe {
                let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
                let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
                (
                    _mm512_permutex2var_ps(a, low, b),
                    _mm512_permutex2var_ps(a, high, b),
                )
            }
        }
        #[inline(always)]
        unsafe fn shift_in(v: __m512, next: f32) -> __m512 {
            unsafe {
                let index =
                    _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
                _mm512_permutex2var_ps(v, index, _mm512_set1_ps(next))
            }
        }
    }
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
