//! Pictures at other sizes, for copies, sheets and thumbnails.
//!
//! Whatever becomes part of a recipe's pixels is resampled by `engine::resample` and
//! `nn::resample` instead, whose sums are part of "same recipe, same bytes".

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::pixels::U16x4;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::picture::Picture;

/// How neighbouring pixels are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Lanczos with three lobes: sharp, for pictures that are looked at.
    Lanczos,
    /// The average of an area: without rings, for thumbnails.
    Area,
}

/// A picture of `size` (`[width, height]`); transparency leaves no dark or bright seams.
pub fn resize(picture: &Picture, size: [u32; 2], filter: Filter) -> Picture {
    let size = size.map(|side| side.max(1));
    if picture.size() == size {
        return picture.clone();
    }
    let scaled = match picture.has_transparency() {
        false => opaque(picture, size, filter),
        true => transparent(picture, size, filter),
    };
    scaled
        .and_then(|pixels| Picture::from_rgba(size[0], size[1], pixels).ok())
        // The lengths always match.
        .unwrap_or_else(|| picture.clone())
}

fn opaque(picture: &Picture, size: [u32; 2], filter: Filter) -> Option<Vec<u8>> {
    let [w, h] = picture.size();
    let from = ImageRef::new(w, h, picture.rgba(), PixelType::U8x4).ok()?;
    let mut to = Image::new(size[0], size[1], PixelType::U8x4);
    let options = options(filter).use_alpha(false);
    Resizer::new().resize(&from, &mut to, &options).ok()?;
    Some(to.into_vec())
}

/// With 16 bits, as colours weigh as much as they are visible: with 8 hardly visible
/// ones would lose their hue.
fn transparent(picture: &Picture, size: [u32; 2], filter: Filter) -> Option<Vec<u8>> {
    let [w, h] = picture.size();
    let wide: Vec<U16x4> = picture
        .rgba()
        .chunks_exact(4)
        .map(|p| U16x4::new([p[0], p[1], p[2], p[3]].map(|v| u16::from(v) * 257)))
        .collect();
    let from = ImageRef::from_pixels(w, h, &wide).ok()?;
    let mut to = Image::new(size[0], size[1], PixelType::U16x4);
    Resizer::new()
        .resize(&from, &mut to, &options(filter))
        .ok()?;
    let pixels = to.typed_image::<U16x4>()?;
    let byte = |v: u16| ((u32::from(v) + 128) / 257) as u8;
    Some(pixels.pixels().iter().flat_map(|p| p.0.map(byte)).collect())
}

fn options(filter: Filter) -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(match filter {
        Filter::Lanczos => FilterType::Lanczos3,
        Filter::Area => FilterType::Box,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_keeps_clear_colours_out() {
        // Left half red, right half clear green: no green may show at the seam.
        let px = (0..64)
            .flat_map(|i| match i % 8 < 4 {
                true => [255, 0, 0, 255],
                false => [0, 255, 0, 0],
            })
            .collect();
        let p = Picture::from_rgba(8, 8, px).unwrap();
        for filter in [Filter::Lanczos, Filter::Area] {
            let small = resize(&p, [5, 5], filter);
            assert!(small.rgba().chunks_exact(4).all(|c| c[3] == 0 || c[1] < 8));
        }
    }

    #[test]
    fn a_hardly_visible_colour_keeps_its_hue() {
        let p = Picture::from_rgba(4, 4, [200, 100, 50, 3].repeat(16)).unwrap();
        let small = resize(&p, [2, 2], Filter::Lanczos);
        for pixel in small.rgba().chunks_exact(4) {
            assert_eq!(pixel[3], 3);
            for (got, right) in pixel.iter().zip([200u8, 100, 50]) {
                assert!(got.abs_diff(right) <= 1, "{pixel:?}");
            }
        }
    }

    #[test]
    fn flat_stays_flat_and_fine_patterns_become_their_mean() {
        let flat = Picture::from_rgba(300, 7, [90, 160, 7, 255].repeat(2100)).unwrap();
        let checker = (0..64 * 64u32).flat_map(|i| match (i % 64 + i / 64) % 2 {
            0 => [0, 0, 0, 255],
            _ => [254, 254, 254, 255],
        });
        let checker = Picture::from_rgba(64, 64, checker.collect()).unwrap();
        for filter in [Filter::Lanczos, Filter::Area] {
            for size in [[31, 2], [1, 1], [1000, 20]] {
                let scaled = resize(&flat, size, filter);
                assert_eq!(scaled.size(), size);
                let right = |p: &[u8]| *p == [90, 160, 7, 255];
                assert!(scaled.rgba().chunks_exact(4).all(right), "{filter:?}");
            }
            let small = resize(&checker, [16, 16], filter);
            let inner = (4..12).flat_map(|y| small.rgba()[(y * 16 + 4) * 4..][..32].iter());
            let near = |v: &u8| *v == 255 || v.abs_diff(127) <= 2;
            assert!(inner.clone().all(near), "{filter:?}");
        }
    }
}
