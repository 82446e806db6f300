//! What an MP4 says when its frames are panoramas, for players that let one look around: Google's
//! Spherical Video, its second version in the description of the samples, its first one, which
//! older players read, in the track.

use super::boxes::{put, put_full, word};

/// Box of the first version.
const OLD_BOX: [u8; 16] = [
    0xff, 0xcc, 0x82, 0x63, 0xf8, 0x55, 0x4a, 0x93, 0x88, 0x14, 0x58, 0x7a, 0x02, 0x52, 0x1f, 0xdd,
];
/// What is in it.
const OLD: &str = concat!(
    r#"<?xml version="1.0"?>"#,
    r#"<rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" "#,
    r#"xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">"#,
    "<GSpherical:Spherical>true</GSpherical:Spherical>",
    "<GSpherical:Stitched>true</GSpherical:Stitched>",
    "<GSpherical:StitchingSoftware>Limner</GSpherical:StitchingSoftware>",
    "<GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType>",
    "</rdf:SphericalVideo>"
);

/// For the track.
pub(super) fn old_box() -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, b"uuid", |b| {
        b.extend_from_slice(&OLD_BOX);
        b.extend_from_slice(OLD.as_bytes());
    });
    out
}

/// For the description of the samples: one eye, and everything around it.
pub(super) fn new_boxes() -> Vec<u8> {
    let mut out = Vec::new();
    put_full(&mut out, b"st3d", 0, 0, |b| b.push(0));
    put(&mut out, b"sv3d", |b| {
        put_full(b, b"svhd", 0, 0, |b| b.extend_from_slice(b"Limner\0"));
        put(b, b"proj", |b| {
            // Not turned.
            put_full(b, b"prhd", 0, 0, |b| word(b, &[0; 3]));
            // Nothing is cut off above, below, left and right.
            put_full(b, b"equi", 0, 0, |b| word(b, &[0; 4]));
        });
    });
    out
}
