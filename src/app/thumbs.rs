//! Small copies of pictures for strips.

use crate::picture::Picture;

/// A copy with at most this many pixels on the longer side, averaged in blocks of
/// at most 3 × 3 samples: quick enough for the window's thread.
pub fn smaller(picture: &Picture, side: u32) -> Picture {
    let [w, h] = picture.size();
    let longest = w.max(h);
    if longest <= side {
        return picture.clone();
    }
    let scale = longest as f32 / side as f32;
    let (tw, th) = (
        ((w as f32 / scale).round() as u32).max(1),
        ((h as f32 / scale).round() as u32).max(1),
    );
    let mut out = Vec::with_capacity((tw * th * 4) as usize);
    for y in 0..th {
        for x in 0..tw {
            out.extend(average(picture, x as f32 * scale, y as f32 * scale, scale));
        }
    }
    Picture::from_rgba(tw, th, out).unwrap_or_else(|_| picture.clone())
}

/// Mean of nine samples spread over a block.
fn average(picture: &Picture, x0: f32, y0: f32, scale: f32) -> [u8; 4] {
    let [w, h] = picture.size();
    let rgba = picture.rgba();
    let mut sum = [0u32; 4];
    for i in 0..9 {
        let dx = ((i % 3) as f32 + 0.5) / 3.0 * scale;
        let dy = ((i / 3) as f32 + 0.5) / 3.0 * scale;
        let x = ((x0 + dx) as u32).min(w - 1);
        let y = ((y0 + dy) as u32).min(h - 1);
        let at = (y as usize * w as usize + x as usize) * 4;
        for (s, v) in sum.iter_mut().zip(&rgba[at..at + 4]) {
            *s += u32::from(*v);
        }
    }
    sum.map(|s| (s / 9) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_aspect_and_colour() {
        let pixels = [10u8, 20, 30, 255].repeat(400 * 100);
        let big = Picture::from_rgba(400, 100, pixels).unwrap();
        let small = smaller(&big, 96);
        assert_eq!(small.size(), [96, 24]);
        assert!(small.rgba().chunks(4).all(|p| p == [10, 20, 30, 255]));
        assert_eq!(smaller(&small, 96).size(), [96, 24]);
    }
}
