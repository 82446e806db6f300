//! From the network's size to the photo's: the styled picture is enlarged
//! smoothly, and the photo's fine detail is put back as strongly as the style kept
//! the photo's coarser structure there. Works in bands of rows, so that a picture
//! of any size needs only itself, the photo and a few rows.
//!
//! After the idea of joint upsampling (Kopf et al. 2007) and the fast guided
//! filter (He & Sun 2015), with a Laplacian detail layer in place of the guide.

use rayon::prelude::*;

use crate::engine::resample::{Planes, Upsampler, beyond, to_byte};
use crate::picture::Picture;
use crate::recipe::Wrap;

use super::compose::Composed;

/// Half the window, in pixels, in which structure is compared.
const WINDOW: usize = 3;
/// Luminance variance below which a place counts as flat.
const FLAT: f32 = 4e-4;
/// Rows that one thread makes at a time.
const BAND: usize = 32;
/// Planes that are enlarged: difference (3), photo (3), gain, tint.
const MAPS: usize = 8;

/// What is needed to make any row of the large picture.
pub(crate) struct Detail {
    /// All maps, [`MAPS`] planes at working size.
    maps: Vec<f32>,
    size: [usize; 2],
    curve: Upsampler,
    output: [usize; 2],
}

impl Detail {
    /// `photo` and `composed` at working size, `output` the large size.
    pub(crate) fn new(
        photo: &Planes,
        composed: &Composed,
        keep_colors: f32,
        output: [usize; 2],
    ) -> Self {
        let pixels = photo.pixels();
        let mut maps = vec![0.0; MAPS * pixels];
        let (difference, rest) = maps.split_at_mut(3 * pixels);
        let (copy, rest) = rest.split_at_mut(3 * pixels);
        let (gain, tint) = rest.split_at_mut(pixels);
        for ((d, styled), own) in difference
            .iter_mut()
            .zip(&composed.picture.data)
            .zip(&photo.data)
        {
            *d = styled - own;
        }
        copy.copy_from_slice(&photo.data);
        gain.copy_from_slice(&structure_kept(photo, &composed.picture, composed.wrap));
        for (t, touch) in tint.iter_mut().zip(&composed.touch) {
            *t = 1.0 - touch * (1.0 - keep_colors.clamp(0.0, 1.0));
        }
        Self {
            maps,
            size: photo.size(),
            curve: Upsampler::new(photo.size(), output, composed.wrap),
            output,
        }
    }

    /// The same without the photo's fine detail.
    pub(crate) fn redrawn(mut self) -> Self {
        let pixels = self.size[0] * self.size[1];
        self.maps[6 * pixels..7 * pixels].fill(0.0);
        self
    }

    /// Makes rows `first..` of the large picture into `out` (RGBA), from the photo
    /// at the large size.
    pub(crate) fn rows(&self, photo: &Picture, first: usize, out: &mut [u8]) {
        let stride = self.output[0] * 4;
        out.par_chunks_mut(BAND * stride)
            .enumerate()
            .for_each(|(i, band)| self.band(photo, first + i * BAND, band));
    }

    /// A rectangle of the large picture that begins at `at`, and may reach beyond its sides.
    pub(crate) fn piece(
        &self,
        photo: &Picture,
        at: [isize; 2],
        size: [usize; 2],
        wrap: Wrap,
    ) -> Planes {
        let column = |x: usize| beyond([at[0] + x as isize, 0], self.output, wrap)[0];
        let row = |y: usize| beyond([0, at[1] + y as isize], self.output, wrap)[1];
        let columns: Vec<usize> = (0..size[0]).map(column).collect();
        let rows: Vec<usize> = (0..size[1]).map(row).collect();
        let mut out = Planes::zeros(size[0], size[1]);
        let bands: Vec<Vec<[f32; 3]>> = rows
            .par_chunks(BAND)
            .map(|band| self.band_of_piece(photo, &columns, band))
            .collect();
        let n = out.pixels();
        for (i, pixel) in bands.iter().flatten().enumerate() {
            for (c, value) in pixel.iter().enumerate() {
                out.data[c * n + i] = *value;
            }
        }
        out
    }

    fn band_of_piece(&self, photo: &Picture, columns: &[usize], rows: &[usize]) -> Vec<[f32; 3]> {
        let mut wide = WideRows::new(self, Some(columns));
        let mut maps = vec![0.0f32; MAPS * columns.len()];
        let mut band = Vec::with_capacity(rows.len() * columns.len());
        for y in rows {
            wide.blend(*y, &mut maps);
            let own = &photo.rgba()[y * self.output[0] * 4..][..self.output[0] * 4];
            let maps = Maps::of(&maps, columns.len());
            for (i, x) in columns.iter().enumerate() {
                band.push(maps.pixel(i, &own[x * 4..]));
            }
        }
        band
    }

    fn band(&self, photo: &Picture, first: usize, band: &mut [u8]) {
        let width = self.output[0];
        let mut wide = WideRows::new(self, None);
        let mut maps = vec![0.0f32; MAPS * width];
        for (i, out) in band.chunks_exact_mut(width * 4).enumerate() {
            let y = first + i;
            wide.blend(y, &mut maps);
            let own = &photo.rgba()[y * width * 4..][..width * 4];
            finish_row(own, &maps, out);
        }
    }
}

/// The few working rows that a large row needs, already at the large width.
struct WideRows<'a> {
    detail: &'a Detail,
    /// Which working row lies in which slot.
    held: [usize; 4],
    rows: [Vec<f32>; 4],
    /// Which columns; all when absent.
    columns: Option<&'a [usize]>,
}

impl<'a> WideRows<'a> {
    fn new(detail: &'a Detail, columns: Option<&'a [usize]>) -> Self {
        let length = MAPS * columns.map_or(detail.output[0], <[usize]>::len);
        Self {
            detail,
            columns,
            held: [usize::MAX; 4],
            rows: std::array::from_fn(|_| vec![0.0; length]),
        }
    }

    fn hold(&mut self, row: usize) -> usize {
        let slot = row % 4;
        if self.held[slot] != row {
            self.held[slot] = row;
            let [width, height] = self.detail.size;
            let (curve, wide) = (&self.detail.curve, self.rows[slot].len() / MAPS);
            for map in 0..MAPS {
                let from = &self.detail.maps[(map * height + row) * width..][..width];
                let to = &mut self.rows[slot][map * wide..][..wide];
                match self.columns {
                    Some(columns) => curve.widen_at(from, columns, to),
                    None => curve.widen(from, to),
                }
            }
        }
        slot
    }

    /// The maps at a large row.
    fn blend(&mut self, y: usize, maps: &mut [f32]) {
        let (at, weights) = self.detail.curve.row(y);
        // At the borders taps fall together: add their weights first.
        let mut parts: [(usize, f32); 4] = [(usize::MAX, 0.0); 4];
        let mut used = 0;
        for (row, weight) in at.into_iter().zip(weights) {
            match parts[..used].iter_mut().find(|p| p.0 == row) {
                Some(part) => part.1 += weight,
                None => {
                    parts[used] = (row, weight);
                    used += 1;
                }
            }
        }
        maps.fill(0.0);
        for (row, weight) in &parts[..used] {
            let slot = self.hold(*row);
            for (value, wide) in maps.iter_mut().zip(&self.rows[slot]) {
                *value += weight * wide;
            }
        }
    }
}

/// The maps at one large row.
struct Maps<'a> {
    difference: [&'a [f32]; 3],
    copy: [&'a [f32]; 3],
    gain: &'a [f32],
    tint: &'a [f32],
}

impl<'a> Maps<'a> {
    fn of(maps: &'a [f32], width: usize) -> Self {
        let map = |i: usize| &maps[i * width..][..width];
        Self {
            difference: [map(0), map(1), map(2)],
            copy: [map(3), map(4), map(5)],
            gain: map(6),
            tint: map(7),
        }
    }

    /// The pixel at `x`, 0..=1, from the photo's there.
    fn pixel(&self, x: usize, own: &[u8]) -> [f32; 3] {
        let photo: [f32; 3] = std::array::from_fn(|c| f32::from(own[c]) / 255.0);
        let fine: [f32; 3] = std::array::from_fn(|c| photo[c] - self.copy[c][x]);
        let light = luminance(fine);
        std::array::from_fn(|c| {
            let back = self.gain[x] * (light + self.tint[x] * (fine[c] - light));
            (photo[c] + self.difference[c][x] - fine[c] + back).clamp(0.0, 1.0)
        })
    }
}

fn finish_row(own: &[u8], maps: &[f32], out: &mut [u8]) {
    let width = own.len() / 4;
    let maps = Maps::of(maps, width);
    for x in 0..width {
        let pixel = maps.pixel(x, &own[x * 4..]);
        for c in 0..3 {
            out[x * 4 + c] = to_byte(pixel[c]);
        }
        out[x * 4 + 3] = own[x * 4 + 3];
    }
}

fn luminance(rgb: [f32; 3]) -> f32 {
    0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
}

pub(super) fn luminances(planes: &Planes) -> Vec<f32> {
    let n = planes.pixels();
    (0..n)
        .map(|i| luminance([planes.data[i], planes.data[n + i], planes.data[2 * n + i]]))
        .collect()
}

/// For each pixel, how strongly the styled picture follows the photo's structure
/// around it: the slope of its luminance over the photo's; 1 where both are flat.
fn structure_kept(photo: &Planes, styled: &Planes, wrap: [bool; 2]) -> Vec<f32> {
    let [width, height] = photo.size();
    let (p, s) = (luminances(photo), luminances(styled));
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).collect();
    let mean = |v: Vec<f32>| box_mean(&v, [width, height], wrap);
    let (pp, ps) = (mean(product(&p, &p)), mean(product(&p, &s)));
    let (p, s) = (mean(p), mean(s));
    (0..p.len())
        .map(|i| {
            let variance = pp[i] - p[i] * p[i];
            let shared = ps[i] - p[i] * s[i];
            ((shared + FLAT) / (variance.max(0.0) + FLAT)).clamp(-1.0, 1.5)
        })
        .collect()
}

/// Mean over a square window, cut at the borders or going on at the opposite ones.
fn box_mean(values: &[f32], [width, height]: [usize; 2], wrap: [bool; 2]) -> Vec<f32> {
    let across: Vec<f32> = values
        .par_chunks_exact(width)
        .flat_map_iter(|row| sliding_mean(row, wrap[0]))
        .collect();
    let mut out = vec![0.0; values.len()];
    out.par_chunks_mut(width).enumerate().for_each(|(y, row)| {
        let mut rows = 0;
        for other in window(y, height, wrap[1]) {
            rows += 1;
            for (value, a) in row.iter_mut().zip(&across[other * width..][..width]) {
                *value += a;
            }
        }
        for value in row {
            *value /= rows as f32;
        }
    });
    out
}

/// The places around one, in a row of `side`.
fn window(at: usize, side: usize, wraps: bool) -> impl Iterator<Item = usize> {
    let range = match wraps {
        true => at + side - WINDOW.min(side)..at + side + WINDOW + 1,
        false => at.saturating_sub(WINDOW)..(at + WINDOW + 1).min(side),
    };
    range.map(move |at| at % side)
}

fn sliding_mean(row: &[f32], wraps: bool) -> Vec<f32> {
    let side = row.len();
    (0..side)
        .map(|x| {
            if wraps && (x < WINDOW || x + WINDOW >= side) {
                let (mut sum, mut count) = (0.0, 0);
                for at in window(x, side, true) {
                    sum += row[at];
                    count += 1;
                }
                return sum / count as f32;
            }
            let part = &row[x.saturating_sub(WINDOW)..(x + WINDOW + 1).min(side)];
            part.iter().sum::<f32>() / part.len() as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::resample::{planes, shrink};

    /// A picture with structure at every scale, deterministic.
    fn photo(width: u32, height: u32) -> Picture {
        let pixels = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| {
                let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 7 & 31;
                let wave = ((x as f32 / 17.0).sin() * (y as f32 / 23.0).cos() * 90.0) as i32;
                let v = (128 + wave + noise as i32 - 16).clamp(0, 255) as u8;
                [v, v / 2 + 40, 255 - v, (x % 256) as u8]
            })
            .collect();
        Picture::from_rgba(width, height, pixels).unwrap()
    }

    fn large(detail: &Detail, photo: &Picture) -> Vec<u8> {
        let mut out = vec![0; photo.rgba().len()];
        detail.rows(photo, 0, &mut out);
        out
    }

    fn composed(picture: Planes, touch: f32) -> Composed {
        let touch = vec![touch; picture.pixels()];
        Composed {
            picture,
            touch,
            wrap: [false; 2],
        }
    }

    #[test]
    fn nothing_changed_gives_the_photo_back() {
        let photo = photo(200, 140);
        let small = planes(&photo, 50, 35);
        let detail = Detail::new(&small, &composed(small.clone(), 0.0), 0.0, [200, 140]);
        assert_eq!(large(&detail, &photo), photo.rgba());
    }

    #[test]
    fn bands_and_whole_are_the_same() {
        let photo = photo(90, 130);
        let small = planes(&photo, 45, 65);
        let mut styled = small.clone();
        styled.data.iter_mut().for_each(|v| *v = 1.0 - *v);
        let detail = Detail::new(&small, &composed(styled, 1.0), 0.3, [90, 130]);
        let whole = large(&detail, &photo);
        let mut parts = vec![0; whole.len()];
        for (i, part) in parts.chunks_mut(90 * 4 * 7).enumerate() {
            detail.rows(&photo, i * 7, part);
        }
        assert!(whole == parts);
    }

    #[test]
    fn shrunk_back_it_is_what_the_network_made() {
        let picture = photo(400, 300);
        // Opaque, so that areas weigh the same.
        let pixels = picture
            .rgba()
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2], 255]);
        let picture = Picture::from_rgba(400, 300, pixels.collect()).unwrap();
        let small = planes(&picture, 100, 75);
        let mut styled = small.clone();
        let n = small.pixels();
        for i in 0..n {
            // Another palette, and strokes that the photo doesn't have.
            let stroke = if (i % 100) / 10 % 2 == 0 { 0.1 } else { -0.1 };
            styled.data[i] = (0.7 * small.data[i] + 0.1 + stroke).clamp(0.0, 1.0);
            styled.data[n + i] = 0.3;
        }
        let detail = Detail::new(&small, &composed(styled.clone(), 1.0), 0.0, [400, 300]);
        let out = Picture::from_rgba(400, 300, large(&detail, &picture)).unwrap();
        let back = planes(&shrink(&out, [100, 75]), 100, 75);
        let error: f32 = back
            .data
            .iter()
            .zip(&styled.data)
            .map(|(a, b)| (a - b).abs())
            .sum::<f32>()
            / back.data.len() as f32;
        assert!(error < 0.02, "{error}");
    }
}
