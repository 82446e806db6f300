//! How the camera was held, from EXIF or, where that says nothing, from XMP.

use image::metadata::Orientation;

use crate::photo::limits::check_metadata;
use crate::photo::tiff::ifd::File;

/// The tag that says it.
const ORIENTATION: u16 = 274;

/// Longer blocks are left alone: cameras write a few kilobytes, JPEG holds 64.
const LONGEST_EXIF: usize = 8 << 20;

/// The turn that shows the picture upright.
pub(crate) fn orientation(exif: Option<&[u8]>, xmp: Option<&[u8]>) -> Orientation {
    exif.and_then(from_exif)
        .or_else(|| xmp.and_then(from_xmp))
        .unwrap_or(Orientation::NoTransforms)
}

/// From an EXIF block, with or without the head `Exif\0\0`.
fn from_exif(block: &[u8]) -> Option<Orientation> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    if block.len() > LONGEST_EXIF {
        return None;
    }
    let (file, first) = File::open(block)?;
    let turn = file.directory(first)?.number(ORIENTATION)?;
    Orientation::from_exif(u8::try_from(turn).ok()?)
}

/// From an XMP packet: `tiff:Orientation` as an attribute or as an element.
fn from_xmp(packet: &[u8]) -> Option<Orientation> {
    check_metadata(packet.len()).ok()?;
    const NAME: &[u8] = b"tiff:Orientation";
    let at = memchr::memmem::find(packet, NAME)? + NAME.len();
    let value = packet
        .get(at..)?
        .iter()
        .take(8)
        .skip_while(|b| b" =\"'>\n\r\t".contains(b))
        .copied()
        .next()
        .filter(u8::is_ascii_digit)?;
    Orientation::from_exif(value - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xmp_turns_a_picture_without_exif() {
        for packet in [
            &br#"<rdf:Description tiff:Orientation="6"/>"#[..],
            br#"<rdf:Description tiff:Orientation = '6'/>"#,
            b"<tiff:Orientation>6</tiff:Orientation>",
        ] {
            assert_eq!(orientation(None, Some(packet)), Orientation::Rotate90);
        }
        let upright = orientation(None, Some(b"tiff:Orientation=\"9\""));
        assert_eq!(upright, Orientation::NoTransforms);
    }
}
