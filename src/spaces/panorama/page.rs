//! A page to look around in a panorama: one file, nothing loaded from anywhere, drawn by
//! WebGL 2, seen in a headset by WebXR where there is one.

use super::check;
use crate::spaces::web::{self, data_url};
use crate::spaces::{SpacesError, Tags};

const TEMPLATE: &str = include_str!("../../../assets/spaces/panorama.html");

/// The page of a panorama of a size, as a JPEG file.
///
/// # Errors
/// [`SpacesError::NotAPanorama`].
pub fn page(size: [u32; 2], jpeg: &[u8], tags: &Tags) -> Result<String, SpacesError> {
    check(size)?;
    let picture = data_url("image/jpeg", jpeg);
    let words = [("picture", picture.as_str())];
    Ok(web::fill(TEMPLATE, tags, &serde_json::Value::Null, &words))
}
