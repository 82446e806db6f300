//! How alike two pictures are: mean structural similarity (Wang et al. 2004) of
//! lightness and colours in windows of 8 × 8 pixels.

use crate::picture::Picture;

/// Side of a window.
const WINDOW: usize = 8;

/// 0..=1, 1 for the same picture; 0 too for pictures of different sizes. Two thirds
/// of it are lightness, one third colour.
pub fn likeness(a: &Picture, b: &Picture) -> f32 {
    if a.size() != b.size() {
        return 0.0;
    }
    let [y, cb, cr] =
        [0, 1, 2].map(|channel| similarity(&plane(a, channel), &plane(b, channel), a));
    ((y * 4.0 + cb + cr) / 6.0).clamp(0.0, 1.0) as f32
}

/// Luma or a colour difference, 0..=1.
fn plane(picture: &Picture, channel: usize) -> Vec<f64> {
    picture
        .rgba()
        .chunks_exact(4)
        .map(|p| {
            let [r, g, b] = [p[0], p[1], p[2]].map(|v| f64::from(v) / 255.0);
            let luma = 0.299 * r + 0.587 * g + 0.114 * b;
            match channel {
                0 => luma,
                1 => 0.5 + (b - luma) * 0.564,
                _ => 0.5 + (r - luma) * 0.713,
            }
        })
        .collect()
}

fn similarity(a: &[f64], b: &[f64], of: &Picture) -> f64 {
    let [width, height] = of.size().map(|side| side as usize);
    let (mut sum, mut count) = (0.0, 0.0);
    for top in (0..height).step_by(WINDOW / 2) {
        for left in (0..width).step_by(WINDOW / 2) {
            let rows = top..(top + WINDOW).min(height);
            let (mut n, mut m) = (0.0, [0.0f64; 5]);
            for y in rows {
                for x in left..(left + WINDOW).min(width) {
                    let (p, q) = (a[y * width + x], b[y * width + x]);
                    n += 1.0;
                    for (m, v) in m.iter_mut().zip([p, q, p * p, q * q, p * q]) {
                        *m += v;
                    }
                }
            }
            let [p, q, pp, qq, pq] = m.map(|v| v / n);
            let (c1, c2) = (1e-4, 9e-4);
            let structure = (2.0 * (pq - p * q) + c2) / (pp - p * p + qq - q * q + c2);
            sum += (2.0 * p * q + c1) / (p * p + q * q + c1) * structure;
            count += 1.0;
        }
    }
    sum / f64::max(count, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_one_and_noise_is_little() {
        let paint = |f: &dyn Fn(usize) -> u8| {
            let pixels = (0..32 * 24)
                .flat_map(|i| [f(i), f(i + 7), f(i * 3), 255])
                .collect();
            Picture::from_rgba(32, 24, pixels).unwrap()
        };
        let wave = paint(&|i| (128.0 + 100.0 * (i as f64 * 0.2).sin()) as u8);
        let near = paint(&|i| (130.0 + 96.0 * (i as f64 * 0.2).sin()) as u8);
        let noise = paint(&|i| (i.wrapping_mul(2_654_435_761) >> 7) as u8);
        assert!((likeness(&wave, &wave) - 1.0).abs() < 1e-6);
        assert!(likeness(&wave, &near) > 0.9);
        assert!(likeness(&wave, &noise) < 0.3);
    }
}
