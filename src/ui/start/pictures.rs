//! The pictures on the doors; they ship with the program (`assets/start`).

use crate::picture::Picture;

/// The pictures, read once.
#[derive(Debug, Default)]
pub struct StartPictures {
    /// A photo.
    pub photo: Option<Picture>,
    /// A generator's picture.
    pub explore: Option<Picture>,
    /// A stylised photo.
    pub style: Option<Picture>,
    /// A picture that went on beyond its edges.
    pub grow: Option<Picture>,
    /// Several pictures.
    pub gallery: Option<Picture>,
}

impl StartPictures {
    /// Reads them.
    pub fn read() -> Self {
        Self {
            photo: decode(include_bytes!("../../../assets/start/photo.jpg")),
            explore: decode(include_bytes!("../../../assets/start/explore.jpg")),
            style: decode(include_bytes!("../../../assets/start/style.jpg")),
            grow: decode(include_bytes!("../../../assets/start/grow.jpg")),
            gallery: decode(include_bytes!("../../../assets/start/gallery.jpg")),
        }
    }
}

fn decode(jpeg: &[u8]) -> Option<Picture> {
    let image = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg);
    let image = image.ok()?.into_rgba8();
    let (w, h) = image.dimensions();
    Picture::from_rgba(w, h, image.into_raw()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_has_a_sharp_picture() {
        let pictures = StartPictures::read();
        for picture in [
            pictures.photo,
            pictures.explore,
            pictures.style,
            pictures.grow,
            pictures.gallery,
        ] {
            assert_eq!(picture.unwrap().size(), [640, 400]);
        }
    }
}
