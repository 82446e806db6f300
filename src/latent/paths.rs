//! Ways between latents: great circles in `z`, smooth curves in `w`.

/// Great-circle step between two vectors, the length going evenly too. Nearly
/// parallel ones go straight.
pub fn slerp(a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
    let norm = |v: &[f32]| v.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    let (na, nb) = (norm(a), norm(b));
    let product: f64 = a
        .iter()
        .zip(b)
        .map(|(&x, &y)| f64::from(x) * f64::from(y))
        .sum();
    let cos = (product / (na * nb).max(1e-30)).clamp(-1.0, 1.0);
    let angle = cos.acos();
    let sin = angle.sin();
    if na * nb < 1e-20 || sin < 1e-4 {
        return lerp(a, b, t);
    }
    let length = na + (nb - na) * t;
    let ca = ((1.0 - t) * angle).sin() / sin * length / na;
    let cb = (t * angle).sin() / sin * length / nb;
    a.iter()
        .zip(b)
        .map(|(&x, &y)| (ca * f64::from(x) + cb * f64::from(y)) as f32)
        .collect()
}

/// Straight step between two vectors.
pub fn lerp(a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
    a.iter()
        .zip(b)
        .map(|(&x, &y)| (f64::from(x) + (f64::from(y) - f64::from(x)) * t) as f32)
        .collect()
}

/// A smooth curve from `p[1]` to `p[2]` (Catmull-Rom), `t` in 0..=1.
pub fn catmull_rom(p: [&[f32]; 4], t: f64) -> Vec<f32> {
    let (t2, t3) = (t * t, t * t * t);
    let c = [
        -0.5 * t3 + t2 - 0.5 * t,
        1.5 * t3 - 2.5 * t2 + 1.0,
        -1.5 * t3 + 2.0 * t2 + 0.5 * t,
        0.5 * t3 - 0.5 * t2,
    ];
    (0..p[1].len())
        .map(|i| {
            p.iter()
                .zip(c)
                .map(|(p, c)| f64::from(p[i]) * c)
                .sum::<f64>() as f32
        })
        .collect()
}

/// Where on a curve the share `s` (0..=1) of its length lies, given the length at
/// evenly spaced parameters (`lengths[0]` is 0, the last is the whole).
pub fn at_length(lengths: &[f64], s: f64) -> f64 {
    let last = lengths.len().saturating_sub(1);
    let whole = lengths.last().copied().unwrap_or(0.0);
    if last == 0 || whole <= 0.0 {
        return s.clamp(0.0, 1.0);
    }
    let wanted = s.clamp(0.0, 1.0) * whole;
    let after = lengths.partition_point(|&l| l < wanted).clamp(1, last);
    let (a, b) = (lengths[after - 1], lengths[after]);
    let within = if b > a { (wanted - a) / (b - a) } else { 0.0 };
    ((after - 1) as f64 + within) / last as f64
}
