//! Coefficients of a block to its pixels: the accurate integer transform that
//! libjpeg calls "islow" (Loeffler, Ligtenberg and Moschytz, ICASSP 1989), so that
//! pictures equal those of other programs bit by bit.

const BITS: i32 = 13;
const PASS: i32 = 2;

const F_0_298: i32 = 2446;
const F_0_390: i32 = 3196;
const F_0_541: i32 = 4433;
const F_0_765: i32 = 6270;
const F_0_899: i32 = 7373;
const F_1_175: i32 = 9633;
const F_1_501: i32 = 12299;
const F_1_847: i32 = 15137;
const F_1_961: i32 = 16069;
const F_2_053: i32 = 16819;
const F_2_562: i32 = 20995;
const F_3_072: i32 = 25172;

/// Dequantised coefficients to 0..=255, into eight rows of `out` that lie `stride`
/// apart.
pub(crate) fn block(values: &[i16; 64], steps: &[u16; 64], out: &mut [u8], stride: usize) {
    let mut work = [0_i32; 64];
    for (w, (&v, &s)) in work.iter_mut().zip(values.iter().zip(steps)) {
        *w = i32::from(v).wrapping_mul(i32::from(s));
    }
    for x in 0..8 {
        let column = std::array::from_fn(|y| work[y * 8 + x]);
        let done = eight(column, BITS - PASS);
        for (y, value) in done.into_iter().enumerate() {
            work[y * 8 + x] = value;
        }
    }
    for (y, row) in work.as_chunks::<8>().0.iter().enumerate() {
        let done = eight(*row, BITS + PASS + 3);
        let out = &mut out[y * stride..y * stride + 8];
        for (o, value) in out.iter_mut().zip(done) {
            *o = (value.wrapping_add(128)).clamp(0, 255) as u8;
        }
    }
}

/// One row or column; damaged files may overflow, so everything wraps.
fn eight(c: [i32; 8], down: i32) -> [i32; 8] {
    let mul = i32::wrapping_mul;
    let add = i32::wrapping_add;
    let sub = i32::wrapping_sub;

    let z1 = mul(add(c[2], c[6]), F_0_541);
    let even2 = sub(z1, mul(c[6], F_1_847));
    let even3 = add(z1, mul(c[2], F_0_765));
    let even0 = add(c[0], c[4]).wrapping_shl(BITS as u32);
    let even1 = sub(c[0], c[4]).wrapping_shl(BITS as u32);
    let even = [
        add(even0, even3),
        add(even1, even2),
        sub(even1, even2),
        sub(even0, even3),
    ];

    let [a, b, cc, d] = [c[7], c[5], c[3], c[1]];
    let z5 = mul(add(add(a, cc), add(b, d)), F_1_175);
    let z1 = mul(add(a, d), -F_0_899);
    let z2 = mul(add(b, cc), -F_2_562);
    let z3 = add(mul(add(a, cc), -F_1_961), z5);
    let z4 = add(mul(add(b, d), -F_0_390), z5);
    let odd = [
        add(mul(d, F_1_501), add(z1, z4)),
        add(mul(cc, F_3_072), add(z2, z3)),
        add(mul(b, F_2_053), add(z2, z4)),
        add(mul(a, F_0_298), add(z1, z3)),
    ];

    let round = 1 << (down - 1);
    std::array::from_fn(|i| {
        let sum = if i < 4 {
            add(even[i], odd[i])
        } else {
            sub(even[7 - i], odd[7 - i])
        };
        add(sum, round) >> down
    })
}
