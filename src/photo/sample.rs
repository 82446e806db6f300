//! The photo that ships, so that there is something to try a style on.

use std::path::Path;

use crate::photo::decode::decode;
use crate::photo::error::PhotoError;
use crate::photo::sniff::Kind;
use crate::picture::Picture;

/// The file, a JPEG.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/sample/photo.jpg");

/// Its pixels.
///
/// # Errors
/// If the program was built with a damaged one.
pub(crate) fn sample() -> Result<Picture, PhotoError> {
    decode(SAMPLE, Kind::Jpeg)
        .map(|decoded| decoded.picture)
        .map_err(|fault| fault.at(Path::new("photo.jpg")))
}
