//! How much memory requests and answers of the gallery hold while they wait.

use crate::gallery::protocol::{GalleryEvent, GalleryRequest};
use crate::gallery::service::files::FileWork;
use crate::weighed::Weight;

/// What is beside pixels and lists of files.
const SMALL: usize = 512;

impl Weight for GalleryEvent {
    fn bytes(&self) -> usize {
        let picture = match self {
            Self::Thumbnail { picture, .. } => Some(picture),
            Self::Picture { result, .. } => result.as_ref().ok().map(|(picture, _)| picture),
            _ => None,
        };
        SMALL + picture.map_or(0, |picture| picture.rgba().len())
    }
}

impl Weight for GalleryRequest {
    fn bytes(&self) -> usize {
        let inside = match self {
            Self::Save { picture, .. } | Self::SetAside { picture, .. } => picture.rgba().len(),
            Self::Import(paths) | Self::TidyAside(paths) => {
                paths.iter().map(|path| path.as_os_str().len() + 64).sum()
            }
            _ => 0,
        };
        SMALL + inside
    }
}

impl Weight for FileWork {
    fn bytes(&self) -> usize {
        let picture = match self {
            Self::Save { picture, .. } | Self::SetAside { picture, .. } => picture.rgba().len(),
            _ => 0,
        };
        SMALL + picture
    }
}
