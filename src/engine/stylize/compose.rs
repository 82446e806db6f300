//! Several styled pictures, masks and the photo into one.

use rayon::prelude::*;

use crate::engine::resample::Planes;

/// A styled picture and where it applies.
pub(crate) struct Layer {
    /// At working size; values may leave 0..=1.
    pub(crate) styled: Planes,
    /// Share among the styles.
    pub(crate) share: f32,
    /// 0..=1 for each pixel; everywhere when absent.
    pub(crate) cover: Option<Vec<f32>>,
}

/// A composed picture at working size.
pub(crate) struct Composed {
    /// 0..=1.
    pub(crate) picture: Planes,
    /// How much of each pixel is style, 0..=1.
    pub(crate) touch: Vec<f32>,
    /// Whether it goes on at its opposite sides, in x and y.
    pub(crate) wrap: [bool; 2],
}

impl Composed {
    /// Takes from what changed the lattice of a network whose sides are multiples of `step`. Where
    /// there is no style nothing changes.
    pub(super) fn without_lattice(&mut self, photo: &Planes, step: usize) {
        let mut change = self.picture.clone();
        for (value, own) in change.data.iter_mut().zip(&photo.data) {
            *value -= own;
        }
        super::lattice::take_out(&mut change, step, self.wrap);
        let touch = self.touch.iter().cycle();
        let pixels = self.picture.data.iter_mut().zip(&photo.data);
        for ((value, own), (change, touch)) in pixels.zip(change.data.iter().zip(touch)) {
            *value = (*value + touch * (own + change - *value)).clamp(0.0, 1.0);
        }
    }
}

/// How much of the way from photo to style a strength goes: 0 at 0, 1 at 1, fast
/// at first, further beyond 1 (the network itself follows strength up to 1).
pub(crate) fn share_of_style(strength: f32) -> f32 {
    if strength <= 1.0 {
        let s = strength.max(0.0);
        s * (2.0 - s)
    } else {
        strength.min(2.0)
    }
}

/// Lays the styles over the photo. Shares are normalised where styles meet; where
/// masks leave a place uncovered, the photo stays.
pub(crate) fn compose(photo: &Planes, layers: &[Layer], strength: f32) -> Composed {
    let pixels = photo.pixels();
    let amount = share_of_style(strength);
    let mut picture = Planes::zeros(photo.width, photo.height);
    let touch = touch(pixels, layers, strength);
    picture
        .data
        .par_chunks_mut(photo.width)
        .enumerate()
        .for_each(|(row, out)| {
            let start = row * photo.width;
            for (x, value) in out.iter_mut().enumerate() {
                let (at, pixel) = (start + x, (start + x) % pixels);
                let own = photo.data[at];
                let (mut sum, mut shares) = (0.0, 0.0);
                for layer in layers {
                    let share = layer.share * layer.cover.as_ref().map_or(1.0, |c| c[pixel]);
                    sum += share * layer.styled.data[at];
                    shares += share;
                }
                *value = if shares > 1e-6 {
                    let way = amount * cover_at(layers, pixel);
                    (own + way * (sum / shares - own)).clamp(0.0, 1.0)
                } else {
                    own
                };
            }
        });
    Composed {
        picture,
        touch,
        wrap: [false; 2],
    }
}

/// How much of each of so many pixels is style, 0..=1.
pub(crate) fn touch(pixels: usize, layers: &[Layer], strength: f32) -> Vec<f32> {
    let amount = share_of_style(strength);
    (0..pixels)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|i| (cover_at(layers, i) * amount).clamp(0.0, 1.0))
        .collect()
}

fn cover_at(layers: &[Layer], pixel: usize) -> f32 {
    layers
        .iter()
        .filter(|l| l.share > 0.0)
        .map(|l| l.cover.as_ref().map_or(1.0, |c| c[pixel]))
        .fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(value: f32) -> Planes {
        let mut planes = Planes::zeros(4, 2);
        planes.data.fill(value);
        planes
    }

    fn layer(value: f32, share: f32, cover: Option<Vec<f32>>) -> Layer {
        Layer {
            styled: flat(value),
            share,
            cover,
        }
    }

    #[test]
    fn strength_zero_is_the_photo_exactly() {
        let photo = flat(0.3);
        let out = compose(&photo, &[layer(0.9, 1.0, None)], 0.0);
        assert_eq!(out.picture, photo);
        assert!(out.touch.iter().all(|&t| t == 0.0));
    }

    #[test]
    fn shares_are_normalised() {
        let layers = [layer(0.2, 0.3, None), layer(0.8, 0.1, None)];
        let out = compose(&flat(0.0), &layers, 1.0);
        assert!((out.picture.data[0] - 0.35).abs() < 1e-6);
    }

    #[test]
    fn masks_decide_where() {
        let half = vec![0.0, 0.5, 1.0, 1.0, 0.0, 0.5, 1.0, 1.0];
        let out = compose(&flat(0.2), &[layer(1.0, 0.7, Some(half))], 1.0);
        let expected = [0.2, 0.6, 1.0, 1.0];
        for (value, e) in out.picture.data.iter().zip(expected) {
            assert!((value - e).abs() < 1e-6, "{value} {e}");
        }
    }

    #[test]
    fn a_masked_style_over_an_unmasked_one() {
        let left = vec![1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0];
        let layers = [layer(0.0, 0.5, None), layer(1.0, 0.5, Some(left))];
        let out = compose(&flat(0.2), &layers, 1.0);
        assert!((out.picture.data[0] - 0.5).abs() < 1e-6, "they meet");
        assert!(out.picture.data[3].abs() < 1e-6, "only the first");
    }
}
