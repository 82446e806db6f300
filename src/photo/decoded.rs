//! A decoded picture and what is said of it.

use crate::picture::Picture;

/// Said of every animation.
pub(crate) const ANIMATION: &str = "this is an animation; only its first frame is used";

/// Said of pictures for displays that are brighter than white.
pub(crate) const HIGH_RANGE: &str =
    "was made for HDR displays; what is brighter than white was cut off";

/// A decoded file.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) picture: Picture,
    pub(crate) notes: Vec<String>,
}
