//! A made-up photo.

use candle_core::{Device, Tensor};

/// A picture with soft shapes and sharp edges, the same on every device.
pub fn scene(h: usize, w: usize, device: &Device) -> Tensor {
    let values: Vec<f32> = (0..3 * h * w)
        .map(|i| {
            let (c, y, x) = (i / (h * w), i / w % h, i % w);
            let soft = ((x as f32 / 37.0).sin() + (y as f32 / 23.0).cos()) * 0.2 + 0.5;
            let edge = if (x / 40 + y / 56) % 2 == c % 2 {
                0.15
            } else {
                -0.15
            };
            soft + edge
        })
        .collect();
    Tensor::from_vec(values, (1, 3, h, w), device).unwrap()
}
