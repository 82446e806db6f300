//! The vectors of x86-64.

#![allow(unsafe_code)]

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
    type Half = Avx2;
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
    unsafe fn load_part(p: *const f32, (from, to): (usize, usize)) -> __m256 {
        unsafe {
            let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            let after = _mm256_cmpgt_epi32(lane, _mm256_set1_epi32(from as i32 - 1));
            let before = _mm256_cmpgt_epi32(_mm256_set1_epi32(to as i32), lane);
            _mm256_maskload_ps(p, _mm256_and_si256(after, before))
        }
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
    type Half = Avx2;
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
    unsafe fn load_part(p: *const f32, (from, to): (usize, usize)) -> __m512 {
        unsafe {
            let mask = ((1u32 << to) - 1) & !((1u32 << from) - 1);
            _mm512_maskz_loadu_ps(mask as __mmask16, p)
        }
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
            let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
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
            let index = _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
            _mm512_permutex2var_ps(v, index, _mm512_set1_ps(next))
        }
    }
}
