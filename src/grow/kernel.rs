//! The two loops that take the time, once for each instruction set: patches onto their principal
//! components, and a patch against many. All in integers, so that they come to the same results.

#![allow(unsafe_code)]

use super::canvas::{Canvas, Pixel};
use super::{PATCH, Place};
use crate::nn::kernel::{Kernel, selected};

/// Numbers that a patch is reduced to.
pub(super) const DIMS: usize = 16;
/// Pairs of neighbouring numbers in a patch.
pub(super) const PAIRS: usize = PATCH * PATCH * 2;
/// Vectors in a block.
pub(super) const LANES: usize = 16;
/// Bits that a projection is shifted by: from 12 + 4 fractional bits to two.
const SHIFT: u32 = 14;

/// A reduced patch, in quarters of a grey value.
pub(super) type Vector = [i16; DIMS];

/// Components with integer weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Projection {
    /// For each pair of a patch's numbers the two weights in each component.
    pub(super) pairs: Vec<[[i16; 2]; DIMS]>,
    /// The mean patch's components.
    pub(super) offset: [i32; DIMS],
}

/// [`LANES`] vectors, pairs of components side by side: `[pair][lane][2]`.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [[[i16; 2]; LANES]; DIMS / 2]);

/// What goes with a block's vectors.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Lane<T>(pub(super) [T; LANES]);

/// Vectors to be searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Haystack<'a> {
    /// The vectors.
    pub(super) blocks: &'a [Block],
    /// Their squared lengths.
    pub(super) norms: &'a [Lane<i32>],
    /// What distances to them are multiplied with.
    pub(super) weights: &'a [Lane<f32>],
}

/// The squared length of a vector; below 2^31 for all that [`project`] gives.
pub(super) fn norm(vector: &Vector) -> i32 {
    vector.iter().map(|&v| i32::from(v) * i32::from(v)).sum()
}

/// Squared distance of two vectors.
pub(super) fn distance(a: &Vector, b: &Vector) -> i32 {
    let square = |(&a, &b): (&i16, &i16)| {
        let d = i32::from(a) - i32::from(b);
        d * d
    };
    a.iter().zip(b).map(square).sum()
}

/// Whether this processor's vectors of the project's kernel are also there for 16-bit integers.
fn chosen() -> Kernel {
    match selected() {
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512 if is_x86_feature_detected!("avx512bw") => Kernel::Avx512,
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512 | Kernel::Avx2 => Kernel::Avx2,
        _ => Kernel::Portable,
    }
}

/// The components of the patches whose upper left corners are at `places`.
///
/// # Panics
/// If a patch isn't wholly inside.
pub(super) fn project(
    projection: &Projection,
    canvas: &Canvas,
    places: &[Place],
    out: &mut [Vector],
) {
    let task = Project {
        projection,
        canvas,
        places,
    };
    assert_eq!(projection.pairs.len(), PAIRS);
    for &[x, y] in places {
        let (x, y) = (usize::from(x) + PATCH, usize::from(y) + PATCH);
        assert!(x <= canvas.width && y <= canvas.height);
    }
    assert_eq!(canvas.data.len(), canvas.width * canvas.height);
    assert_eq!(places.len(), out.len());
    match chosen() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `chosen` has asked the processor; places were checked above.
        Kernel::Avx512 => unsafe { x86::project_avx512(&task, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx2 => unsafe { x86::project_avx2(&task, out) },
        _ => task.portable(out),
    }
}

struct Project<'a> {
    projection: &'a Projection,
    canvas: &'a Canvas,
    places: &'a [Place],
}

impl Project<'_> {
    fn row(&self, [x, y]: Place, dy: usize) -> &[Pixel] {
        let start = (usize::from(y) + dy) * self.canvas.width + usize::from(x);
        &self.canvas.data[start..start + PATCH]
    }

    fn portable(&self, out: &mut [Vector]) {
        for (&place, out) in self.places.iter().zip(out) {
            let mut sums = [0i32; DIMS];
            for dy in 0..PATCH {
                let weights = &self.projection.pairs[dy * PATCH * 2..];
                for (x, pixel) in self.row(place, dy).iter().enumerate() {
                    for half in 0..2 {
                        let (a, b) = (i32::from(pixel[half * 2]), i32::from(pixel[half * 2 + 1]));
                        for (sum, w) in sums.iter_mut().zip(&weights[x * 2 + half]) {
                            *sum += a * i32::from(w[0]) + b * i32::from(w[1]);
                        }
                    }
                }
            }
            for i in 0..DIMS {
                out[i] = reduced(sums[i], self.projection.offset[i]);
            }
        }
    }
}

/// A sum as a component.
fn reduced(sum: i32, offset: i32) -> i16 {
    let value = (sum - offset + (1 << (SHIFT - 1))) >> SHIFT;
    value.clamp(i32::from(i16::MIN) / 2, i32::from(i16::MAX) / 2) as i16
}

/// For each of `queries` that `which` names the vector with the least distance times weight, the
/// first of equals: that product and the vector's number.
pub(super) fn nearest(
    queries: &[Vector],
    which: &[u32],
    haystack: &Haystack<'_>,
    out: &mut [(f32, u32)],
) {
    assert_eq!(which.len(), out.len());
    assert_eq!(haystack.blocks.len(), haystack.norms.len());
    assert_eq!(haystack.blocks.len(), haystack.weights.len());
    match chosen() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `chosen` has asked the processor; the three lists are of one length.
        Kernel::Avx512 => unsafe { x86::nearest_avx512(queries, which, haystack, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx2 => unsafe { x86::nearest_avx2(queries, which, haystack, out) },
        _ => nearest_portable(queries, which, haystack, out),
    }
}

fn nearest_portable(
    queries: &[Vector],
    which: &[u32],
    haystack: &Haystack<'_>,
    out: &mut [(f32, u32)],
) {
    for (&query, out) in which.iter().zip(out) {
        let query = &queries[query as usize];
        let own = norm(query);
        let mut best = Lane([f32::INFINITY; LANES]);
        let mut at = Lane([0u32; LANES]);
        for (i, block) in haystack.blocks.iter().enumerate() {
            let mut dots = [0i32; LANES];
            for (pair, lanes) in block.0.iter().enumerate() {
                let (a, b) = (i32::from(query[pair * 2]), i32::from(query[pair * 2 + 1]));
                for (dot, lane) in dots.iter_mut().zip(lanes) {
                    *dot += a * i32::from(lane[0]) + b * i32::from(lane[1]);
                }
            }
            let (norms, weights) = (&haystack.norms[i].0, &haystack.weights[i].0);
            for lane in 0..LANES {
                let distance = norms[lane].wrapping_add(own).wrapping_sub(2 * dots[lane]);
                let score = distance as f32 * weights[lane];
                if score < best.0[lane] {
                    best.0[lane] = score;
                    at.0[lane] = i as u32;
                }
            }
        }
        *out = least(&best, &at);
    }
}

/// The best of the lanes; of equals the one that came first.
fn least(best: &Lane<f32>, at: &Lane<u32>) -> (f32, u32) {
    let mut found = (f32::INFINITY, u32::MAX);
    for lane in 0..LANES {
        let number = at.0[lane] * LANES as u32 + lane as u32;
        let score = best.0[lane];
        if score < found.0 || score == found.0 && number < found.1 {
            found = (score, number);
        }
    }
    found
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m256i, __m512i, _CMP_LT_OQ, _mm256_add_epi32, _mm256_blendv_epi8,
        _mm256_blendv_ps, _mm256_castps_si256, _mm256_cmp_ps, _mm256_cvtepi32_ps, _mm256_loadu_ps,
        _mm256_loadu_si256, _mm256_madd_epi16, _mm256_mul_ps, _mm256_set1_epi32, _mm256_set1_ps,
        _mm256_setzero_si256, _mm256_slli_epi32, _mm256_storeu_ps, _mm256_storeu_si256,
        _mm256_sub_epi32, _mm512_add_epi32, _mm512_cmp_ps_mask, _mm512_cvtepi32_ps,
        _mm512_loadu_ps, _mm512_loadu_si512, _mm512_madd_epi16, _mm512_mask_mov_epi32,
        _mm512_mask_mov_ps, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512,
        _mm512_slli_epi32, _mm512_storeu_ps, _mm512_storeu_si512, _mm512_sub_epi32,
    };

    use super::{DIMS, Haystack, LANES, Lane, PATCH, Project, Vector, least, norm, reduced};
    use crate::grow::canvas::Pixel;

    /// Two neighbouring numbers as one.
    fn pair(a: i16, b: i16) -> i32 {
        i32::from(a as u16) | (i32::from(b) << 16)
    }

    fn pairs(query: &Vector) -> [i32; DIMS / 2] {
        std::array::from_fn(|i| pair(query[i * 2], query[i * 2 + 1]))
    }

    fn halves(pixel: &Pixel) -> [i32; 2] {
        [pair(pixel[0], pixel[1]), pair(pixel[2], pixel[3])]
    }

    /// # Safety
    /// The processor must have AVX-512F and BW.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn project_avx512(task: &Project<'_>, out: &mut [Vector]) {
        let weights = task.projection.pairs.as_ptr();
        for (&place, out) in task.places.iter().zip(out) {
            let mut sums = [_mm512_setzero_si512(); 2];
            for dy in 0..PATCH {
                for (x, pixel) in task.row(place, dy).iter().enumerate() {
                    for (half, pair) in halves(pixel).into_iter().enumerate() {
                        // SAFETY: there are PAIRS rows of weights, one for each pair of a patch.
                        let row = unsafe {
                            _mm512_loadu_si512(weights.add((dy * PATCH + x) * 2 + half).cast())
                        };
                        let product = _mm512_madd_epi16(row, _mm512_set1_epi32(pair));
                        sums[half] = _mm512_add_epi32(sums[half], product);
                    }
                }
            }
            let mut whole = [0i32; DIMS];
            let sum: __m512i = _mm512_add_epi32(sums[0], sums[1]);
            // SAFETY: as many numbers as the vector has.
            unsafe { _mm512_storeu_si512(whole.as_mut_ptr().cast(), sum) };
            for i in 0..DIMS {
                out[i] = reduced(whole[i], task.projection.offset[i]);
            }
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn project_avx2(task: &Project<'_>, out: &mut [Vector]) {
        let weights = task.projection.pairs.as_ptr();
        for (&place, out) in task.places.iter().zip(out) {
            let mut sums = [_mm256_setzero_si256(); 2];
            for dy in 0..PATCH {
                for (x, pixel) in task.row(place, dy).iter().enumerate() {
                    for (half, pair) in halves(pixel).into_iter().enumerate() {
                        let value = _mm256_set1_epi32(pair);
                        for (part, sum) in sums.iter_mut().enumerate() {
                            // SAFETY: there are PAIRS rows of two vectors of weights.
                            let row = unsafe {
                                let row: *const __m256i =
                                    weights.add((dy * PATCH + x) * 2 + half).cast();
                                _mm256_loadu_si256(row.add(part))
                            };
                            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(row, value));
                        }
                    }
                }
            }
            let mut whole = [0i32; DIMS];
            for (part, sum) in sums.into_iter().enumerate() {
                // SAFETY: two vectors of eight numbers fill it.
                unsafe { _mm256_storeu_si256(whole.as_mut_ptr().add(part * 8).cast(), sum) };
            }
            for i in 0..DIMS {
                out[i] = reduced(whole[i], task.projection.offset[i]);
            }
        }
    }

    /// # Safety
    /// The processor must have AVX-512F and BW; the haystack's lists must be of one length.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn nearest_avx512(
        queries: &[Vector],
        which: &[u32],
        haystack: &Haystack<'_>,
        out: &mut [(f32, u32)],
    ) {
        for (&query, out) in which.iter().zip(out) {
            let query = &queries[query as usize];
            let values = pairs(query).map(|pair| _mm512_set1_epi32(pair));
            let own = _mm512_set1_epi32(norm(query));
            let mut best = _mm512_set1_ps(f32::INFINITY);
            let mut at = _mm512_setzero_si512();
            for (i, block) in haystack.blocks.iter().enumerate() {
                let mut dots = [_mm512_setzero_si512(); 2];
                for (pair, &value) in values.iter().enumerate() {
                    // SAFETY: a block is a vector for each pair.
                    let lanes = unsafe { _mm512_loadu_si512(block.0[pair].as_ptr().cast()) };
                    dots[pair % 2] =
                        _mm512_add_epi32(dots[pair % 2], _mm512_madd_epi16(lanes, value));
                }
                // SAFETY: the lists are of one length, each entry a vector.
                let (norms, weights) = unsafe {
                    (
                        _mm512_loadu_si512(haystack.norms.as_ptr().add(i).cast()),
                        _mm512_loadu_ps(haystack.weights.as_ptr().add(i).cast()),
                    )
                };
                let twice = _mm512_slli_epi32::<1>(_mm512_add_epi32(dots[0], dots[1]));
                let distance = _mm512_sub_epi32(_mm512_add_epi32(norms, own), twice);
                let score = _mm512_mul_ps(_mm512_cvtepi32_ps(distance), weights);
                let closer = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(score, best);
                best = _mm512_mask_mov_ps(best, closer, score);
                at = _mm512_mask_mov_epi32(at, closer, _mm512_set1_epi32(i as i32));
            }
            let (mut scores, mut numbers) = (Lane([0f32; LANES]), Lane([0u32; LANES]));
            // SAFETY: as many places as the vectors have.
            unsafe {
                _mm512_storeu_ps(scores.0.as_mut_ptr(), best);
                _mm512_storeu_si512(numbers.0.as_mut_ptr().cast(), at);
            }
            *out = least(&scores, &numbers);
        }
    }

    /// # Safety
    /// The processor must have AVX2; the haystack's lists must be of one length.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn nearest_avx2(
        queries: &[Vector],
        which: &[u32],
        haystack: &Haystack<'_>,
        out: &mut [(f32, u32)],
    ) {
        for (&query, out) in which.iter().zip(out) {
            let query = &queries[query as usize];
            let values = pairs(query).map(|pair| _mm256_set1_epi32(pair));
            let own = _mm256_set1_epi32(norm(query));
            let mut best: [__m256; 2] = [_mm256_set1_ps(f32::INFINITY); 2];
            let mut at = [_mm256_setzero_si256(); 2];
            for (i, block) in haystack.blocks.iter().enumerate() {
                for half in 0..2 {
                    let mut dots = _mm256_setzero_si256();
                    for (pair, &value) in values.iter().enumerate() {
                        // SAFETY: a block is two vectors for each pair.
                        let lanes = unsafe {
                            let lanes: *const __m256i = block.0[pair].as_ptr().cast();
                            _mm256_loadu_si256(lanes.add(half))
                        };
                        dots = _mm256_add_epi32(dots, _mm256_madd_epi16(lanes, value));
                    }
                    // SAFETY: the lists are of one length, each entry two vectors.
                    let (norms, weights) = unsafe {
                        let norms: *const __m256i = haystack.norms.as_ptr().add(i).cast();
                        let weights: *const f32 = haystack.weights.as_ptr().add(i).cast();
                        (
                            _mm256_loadu_si256(norms.add(half)),
                            _mm256_loadu_ps(weights.add(half * 8)),
                        )
                    };
                    let twice = _mm256_slli_epi32::<1>(dots);
                    let distance = _mm256_sub_epi32(_mm256_add_epi32(norms, own), twice);
                    let score = _mm256_mul_ps(_mm256_cvtepi32_ps(distance), weights);
                    let closer = _mm256_cmp_ps::<_CMP_LT_OQ>(score, best[half]);
                    best[half] = _mm256_blendv_ps(best[half], score, closer);
                    let here = _mm256_set1_epi32(i as i32);
                    at[half] = _mm256_blendv_epi8(at[half], here, _mm256_castps_si256(closer));
                }
            }
            let (mut scores, mut numbers) = (Lane([0f32; LANES]), Lane([0u32; LANES]));
            for half in 0..2 {
                // SAFETY: two vectors fill each.
                unsafe {
                    _mm256_storeu_ps(scores.0.as_mut_ptr().add(half * 8), best[half]);
                    _mm256_storeu_si256(numbers.0.as_mut_ptr().add(half * 8).cast(), at[half]);
                }
            }
            *out = least(&scores, &numbers);
        }
    }
}
