//! Pictures in 256 colours: a palette by NeuQuant (Dekker 1994) for each frame, and
//! ordered dithering, whose pattern stands still from frame to frame.

use std::collections::HashMap;

use color_quant::NeuQuant;

use crate::picture::Picture;

/// 8 × 8 Bayer matrix, 0..64.
const BAYER: [[u8; 8]; 8] = [
    [0, 32, 8, 40, 2, 34, 10, 42],
    [48, 16, 56, 24, 50, 18, 58, 26],
    [12, 44, 4, 36, 14, 46, 6, 38],
    [60, 28, 52, 20, 62, 30, 54, 22],
    [3, 35, 11, 43, 1, 33, 9, 41],
    [51, 19, 59, 27, 49, 17, 57, 25],
    [15, 47, 7, 39, 13, 45, 5, 37],
    [63, 31, 55, 23, 61, 29, 53, 21],
];

/// NeuQuant looks at one of so many pixels: 1 best, 30 fastest.
const SAMPLE: i32 = 8;

/// A GIF frame of a picture; transparency is ignored.
pub(super) fn frame(p: &Picture) -> gif::Frame<'static> {
    let [w, h] = p.size();
    if let Some(frame) = exact(p) {
        return frame;
    }
    let quant = NeuQuant::new(SAMPLE, 256, p.rgba());
    let palette = quant.color_map_rgb();
    let amplitude = spacing(&palette) * 0.5;
    let mut indices = Vec::with_capacity(w as usize * h as usize);
    // Neighbouring pixels are often the same after dithering: the search is the slow part.
    let mut known: HashMap<[u8; 3], u8> = HashMap::new();
    for (y, row) in p.rgba().chunks_exact(w as usize * 4).enumerate() {
        for (x, px) in row.chunks_exact(4).enumerate() {
            let threshold = (f32::from(BAYER[y % 8][x % 8]) + 0.5) / 64.0 - 0.5;
            let shift = threshold * amplitude;
            let dithered = [px[0], px[1], px[2]]
                .map(|c| (f32::from(c) + shift).round().clamp(0.0, 255.0) as u8);
            let index = *known.entry(dithered).or_insert_with(|| {
                let [r, g, b] = dithered;
                quant.index_of(&[r, g, b, 255]) as u8
            });
            indices.push(index);
        }
    }
    gif::Frame::from_palette_pixels(w as u16, h as u16, indices, palette, None)
}

/// Pictures of at most 256 colours come out exactly.
fn exact(p: &Picture) -> Option<gif::Frame<'static>> {
    let mut colours: HashMap<[u8; 3], u8> = HashMap::new();
    let mut palette = Vec::new();
    let mut indices = Vec::with_capacity(p.rgba().len() / 4);
    for px in p.rgba().chunks_exact(4) {
        let rgb = [px[0], px[1], px[2]];
        let next = colours.len();
        let index = *match colours.entry(rgb) {
            std::collections::hash_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::hash_map::Entry::Vacant(e) => {
                if next == 256 {
                    return None;
                }
                palette.extend(rgb);
                e.insert(next as u8)
            }
        };
        indices.push(index);
    }
    let [w, h] = p.size();
    Some(gif::Frame::from_palette_pixels(
        w as u16, h as u16, indices, palette, None,
    ))
}

/// Typical distance of a colour to its nearest neighbour in the palette.
fn spacing(palette: &[u8]) -> f32 {
    let colours: Vec<[f32; 3]> = palette
        .chunks_exact(3)
        .map(|c| [c[0], c[1], c[2]].map(f32::from))
        .collect();
    let mut nearest: Vec<f32> = (0..colours.len())
        .map(|i| {
            let distance = |j: usize| -> f32 {
                let d: f32 = (0..3).map(|k| (colours[i][k] - colours[j][k]).abs()).sum();
                d / 3.0
            };
            (0..colours.len())
                .filter(|&j| j != i)
                .map(distance)
                .fold(f32::MAX, f32::min)
        })
        .collect();
    nearest.sort_by(f32::total_cmp);
    nearest
        .get(nearest.len() / 2)
        .copied()
        .unwrap_or(0.0)
        .min(24.0)
}
