//! What requests and answers hold: photos as read, looks at finished pictures, figures.

use std::time::Duration;

use crate::picture::Picture;
use crate::recipe::{FinishSettings, Recipe, SourceRef};

/// A picture file as read.
#[derive(Debug, Clone)]
pub struct OpenedPhoto {
    /// Content hash, name, path.
    pub source: SourceRef,
    /// Full size, upright.
    pub size: [u32; 2],
    /// At most the asked side.
    pub picture: Picture,
    /// Its file says that everything around a viewer is in it, and it is twice as wide as high.
    pub panorama: bool,
    /// Recipe inside the file, if it is one of ours.
    pub recipe: Option<Box<Recipe>>,
    /// What the user should know: reserved rights, first frame of an animation, …
    pub notes: Vec<String>,
}

/// A picture that is being finished, as it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishLook {
    /// A smaller copy of the picture.
    pub copy: Picture,
    /// Pixels of the picture itself.
    pub full: [u32; 2],
    /// What is done to it.
    pub settings: FinishSettings,
}

/// What a stylisation, or enlarging a picture, will take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Result size.
    pub size: [u32; 2],
    /// Peak memory of the process, bytes.
    pub memory: u64,
    /// Time.
    pub time: Duration,
    /// Tiles.
    pub tiles: u32,
    /// Passes of networks over the photo: one for all styles that one network paints from their
    /// codes, one for each learnt style and each style with a mask.
    pub passes: u64,
    /// *Fine*: the size that is painted step by step, where the result is larger.
    pub painted: Option<[u32; 2]>,
}
