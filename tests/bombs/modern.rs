//! HEIC, AVIF and JPEG XL that state more than they hold.

use std::path::Path;

use super::{Bomb, Way, bomb};

const PHOTO: &[Way] = &[Way::Photo, Way::Labels];

/// A picture of the repository's tests with other sizes in its properties.
fn resized(name: &str, size: [u32; 2]) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photo_modern");
    let mut bytes = std::fs::read(folder.join(name)).unwrap();
    let places: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| w == b"ispe")
        .map(|(at, _)| at + 8)
        .collect();
    assert!(!places.is_empty(), "{name} says no size");
    for at in places {
        bytes[at..at + 8].copy_from_slice(&size.map(u32::to_be_bytes).concat());
    }
    bytes
}

/// A box of HEIF.
fn part(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut out = (contents.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(contents);
    out
}

/// An item whose bytes are the whole file, again and again.
fn overlapping(brand: &[u8; 4], kind: &[u8; 4], megabytes: usize) -> Vec<u8> {
    let mut out = part(b"ftyp", &[&brand[..], &[0; 4], brand, b"mif1"].concat());
    let extents = 60_000_u16;
    let mut places = vec![1, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    places.extend(extents.to_be_bytes());
    for _ in 0..extents {
        places.extend(0_u32.to_be_bytes());
        places.extend(((megabytes as u32) << 20).to_be_bytes());
    }
    let entry = part(
        b"infe",
        &[&[2, 0, 0, 0, 0, 1, 0, 0], &kind[..], b"x\0"].concat(),
    );
    let size = part(
        b"ispe",
        &[&[0; 4][..], &64_u32.to_be_bytes(), &64_u32.to_be_bytes()].concat(),
    );
    let link = part(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1]);
    let meta = [
        vec![0; 4],
        part(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        part(b"pitm", &[0, 0, 0, 0, 0, 1]),
        part(b"iloc", &places),
        part(b"iinf", &[&[0, 0, 0, 0, 0, 1], &entry[..]].concat()),
        part(b"iprp", &[part(b"ipco", &size), link].concat()),
    ];
    out.extend(part(b"meta", &meta.concat()));
    out.extend(part(b"mdat", &vec![0; megabytes << 20]));
    out
}

/// The head of a JPEG XL codestream: sides of 30 bits, and nothing after it.
fn jxl(height: u64, width: u64) -> Vec<u8> {
    let (mut bits, mut count) = (0_u128, 0);
    let mut put = |value: u64, length: u32| {
        bits |= u128::from(value) << count;
        count += length;
    };
    // Not small; sides of up to 30 bits, less one; no ratio.
    put(0, 1);
    put(3, 2);
    put(height - 1, 30);
    put(0, 3);
    put(3, 2);
    put(width - 1, 30);
    // All metadata as usual.
    put(1, 1);
    let mut out = vec![0xff, 0x0a];
    out.extend(&bits.to_le_bytes()[..9]);
    out.extend([0; 64]);
    out
}

/// Boxes of a JPEG XL file around a codestream; brotli's own bomb in the first one.
fn jxl_boxes(name: &[u8; 4], contents: &[u8], codestream: &[u8]) -> Vec<u8> {
    let mut out = part(b"JXL ", b"\r\n\x87\n");
    out.extend(part(b"ftyp", b"jxl \0\0\0\0jxl "));
    out.extend(part(name, contents));
    out.extend(part(b"jxlc", codestream));
    out
}

pub fn all(folder: &Path) -> Vec<Bomb> {
    let mut all = Vec::new();
    let mut add = |name: &str, bytes: &[u8], owed: u64| {
        all.push(bomb(folder, name, bytes, owed, PHOTO));
    };
    let most = 16_000 * 16_000 * 8;
    for (kind, ending) in [("plain.avif", "avif"), ("plain.heic", "heic")] {
        add(
            &format!("{ending}-3600-megapixels.{ending}"),
            &resized(kind, [60_000, 60_000]),
            0,
        );
        add(
            &format!("{ending}-256-megapixels-missing.{ending}"),
            &resized(kind, [16_000, 16_000]),
            most,
        );
    }
    add(
        "avif-grid-of-huge-tiles.avif",
        &resized("grid.avif", [16_000, 16_000]),
        most,
    );
    add(
        "avif-pieces-of-60-gigabytes.avif",
        &overlapping(b"avif", b"av01", 1),
        64 * 64 * 8,
    );
    add(
        "heic-pieces-of-60-gigabytes.heic",
        &overlapping(b"heic", b"hvc1", 1),
        64 * 64 * 8,
    );
    add("jxl-sides-of-30-bits.jxl", &jxl(1 << 30, 1 << 30), 0);
    add("jxl-256-megapixels-missing.jxl", &jxl(16_000, 16_000), most);
    let plain = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photo_modern/plain.jxl");
    let plain = std::fs::read(plain).unwrap();
    add(
        "jxl-exif-of-60-megabytes.jxl",
        &jxl_boxes(b"Exif", &vec![0; 60 << 20], &plain),
        4 << 20,
    );
    add(
        "jxl-brotli-labels.jxl",
        &jxl_boxes(b"brob", &brotli(), &plain),
        4 << 20,
    );
    all
}

/// Labels packed with brotli: runs of nothing that unpack to gigabytes.
fn brotli() -> Vec<u8> {
    let mut out = b"xml ".to_vec();
    // A window of 16 bits; then meta-blocks of 16 MB, each one literal repeated. They are
    // not complete: a decoder must stop at its limit or at the damage.
    out.push(0x00);
    out.extend([0xff; 4096]);
    out
}
