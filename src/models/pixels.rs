//! Between pictures and tensors `[1, 3, height, width]`.

use candle_core::{Device, Tensor};

use super::ModelError;
use crate::picture::Picture;

/// Red, green and blue as 0..=1, `[1, 3, height, width]`; alpha is left out.
///
/// # Errors
/// [`ModelError::Candle`].
pub fn tensor_of(picture: &Picture, device: &Device) -> Result<Tensor, ModelError> {
    let [width, height] = picture.size().map(|side| side as usize);
    let mut values = Vec::with_capacity(3 * width * height);
    for channel in 0..3 {
        let plane = picture.rgba().iter().skip(channel).step_by(4);
        values.extend(plane.map(|&v| f32::from(v) * (1.0 / 255.0)));
    }
    Ok(Tensor::from_vec(values, (1, 3, height, width), device)?)
}

/// Alpha as 0..=1, `[1, 1, height, width]`.
///
/// # Errors
/// [`ModelError::Candle`].
pub fn alpha_of(picture: &Picture, device: &Device) -> Result<Tensor, ModelError> {
    let [width, height] = picture.size().map(|side| side as usize);
    let alpha = picture.rgba().iter().skip(3).step_by(4);
    let values: Vec<f32> = alpha.map(|&v| f32::from(v) * (1.0 / 255.0)).collect();
    Ok(Tensor::from_vec(values, (1, 1, height, width), device)?)
}

/// The picture of a tensor of values 0..=1, `[1, channels, height, width]`: grey, red, green and
/// blue, or these with alpha; opaque where there is none.
///
/// # Errors
/// [`ModelError::Candle`] for another shape.
pub fn picture_of(tensor: &Tensor) -> Result<Picture, ModelError> {
    planes_to_picture(tensor, 255.0, 0.5)
}

/// The same of values -1..=1.
///
/// # Errors
/// [`ModelError::Candle`] for another shape.
pub fn picture_of_signed(tensor: &Tensor) -> Result<Picture, ModelError> {
    planes_to_picture(tensor, 127.5, 128.0)
}

fn planes_to_picture(tensor: &Tensor, scale: f32, offset: f32) -> Result<Picture, ModelError> {
    let (_, channels, height, width) = tensor.dims4()?;
    let values = tensor.get(0)?.flatten_all()?.to_vec1::<f32>()?;
    let plane = width * height;
    let mut pixels = vec![255u8; plane * 4];
    for channel in 0..channels.clamp(3, 4) {
        let from = plane * channel.min(channels - 1);
        let targets = pixels.iter_mut().skip(channel).step_by(4);
        for (pixel, value) in targets.zip(&values[from..from + plane]) {
            // Cut off below and above by the cast; NaN becomes 0.
            *pixel = (value * scale + offset) as u8;
        }
    }
    Picture::from_rgba(width as u32, height as u32, pixels)
        .map_err(|error| ModelError::BadRequest(error.to_string()))
}
