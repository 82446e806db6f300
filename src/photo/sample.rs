//! The photo that ships, so that there is something to try a style on.

use crate::engine::protocol::EngineError;
use crate::picture::Picture;

/// The file, a JPEG.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/sample/photo.jpg");

/// Its pixels.
///
/// # Errors
/// [`EngineError::Internal`] if the program was built with a damaged one.
pub(crate) fn sample() -> Result<Picture, EngineError> {
    let broken = |e: &dyn std::fmt::Display| EngineError::Internal(format!("sample photo: {e}"));
    let pixels = image::load_from_memory(SAMPLE)
        .map_err(|e| broken(&e))?
        .to_rgba8();
    Picture::from_rgba(pixels.width(), pixels.height(), pixels.into_raw()).map_err(|e| broken(&e))
}
