//! Pictures that claim much.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{Bomb, Way, bomb};

const BOTH: &[Way] = &[Way::Photo, Way::Labels, Way::Gallery];

/// What is unpacked from a few kilobytes: `count` times the same piece.
pub fn packed(piece: &[u8], count: usize) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..count {
        out.write_all(piece).unwrap();
    }
    out.finish().unwrap()
}

/// A PNG's chunk.
pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(data);
    let mut out = (data.len() as u32).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(data);
    out.extend(crc.sum().to_be_bytes());
    out
}

/// A PNG in grey of 8 bits with chunks before its pixels.
pub fn png(size: [u32; 2], before: &[Vec<u8>], pixels: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = size.map(u32::to_be_bytes).concat();
    head.extend([8, 0, 0, 0, 0]);
    out.extend(chunk(b"IHDR", &head));
    before.iter().for_each(|chunk| out.extend(chunk));
    out.extend(chunk(b"IDAT", pixels));
    out.extend(chunk(b"IEND", &[]));
    out
}

/// A TIFF of one strip or many, little-endian: entries as (tag, type, count, value).
pub fn tiff(entries: &[(u16, u16, u32, u32)], data: &[u8]) -> Vec<u8> {
    let mut out = b"II*\0".to_vec();
    out.extend((8 + data.len() as u32).to_le_bytes());
    out.extend(data);
    out.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend([0; 4]);
    out
}

/// One pixel of a PNG.
pub fn pixel() -> Vec<u8> {
    packed(&[0, 0], 1)
}

/// A progressive JPEG in grey whose scans say next to nothing, each about all blocks.
fn scans(side: u16, count: usize) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    out.extend([1; 64]);
    out.extend([0xff, 0xc2, 0, 11, 8]);
    out.extend(side.to_be_bytes());
    out.extend(side.to_be_bytes());
    out.extend([1, 1, 0x11, 0]);
    // DC: one code of one bit for no difference; AC: one code for runs of 16384 blocks.
    for (class, value) in [(0x00, 0x00), (0x10, 0xe0)] {
        out.extend([0xff, 0xc4, 0, 20, class, 1]);
        out.extend([0; 15]);
        out.push(value);
    }
    out.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0]);
    let blocks = usize::from(side).div_ceil(8).pow(2);
    out.extend(std::iter::repeat_n(0, blocks.div_ceil(8)));
    // A run: the code's bit 0, then 14 bits.
    let runs = blocks.div_ceil(16_384);
    let scan = vec![0; (runs * 15).div_ceil(8)];
    for n in 0..count {
        let first = 1 + (n % 63) as u8;
        out.extend([0xff, 0xda, 0, 8, 1, 1, 0, first, first, 0]);
        out.extend(&scan);
    }
    out.extend([0xff, 0xd9]);
    out
}

pub fn all(folder: &Path) -> Vec<Bomb> {
    let mut all = Vec::new();
    let mut add = |name: &str, bytes: &[u8], owed: u64| {
        all.push(bomb(folder, name, bytes, owed, BOTH));
    };
    let zeros = packed(&[0; 1 << 16], 1 << 12);
    add(
        "png-400-megapixels.png",
        &png([20_000, 20_000], &[], &zeros),
        0,
    );
    let owed = 16_000 * 16_000 * 4;
    add(
        "png-256-megapixels-of-zeros.png",
        &png([16_000, 16_000], &[], &zeros),
        owed,
    );
    add(
        "png-256-megapixels-missing.png",
        &png([16_000, 16_000], &[], &pixel()),
        owed,
    );
    add(
        "png-idat-goes-on.png",
        &png([1, 1], &[], &packed(&[0; 1 << 20], 1 << 11)),
        4,
    );
    let mut profile = b"icc\0\0".to_vec();
    profile.extend(packed(&[0; 1 << 20], 1 << 10));
    add(
        "png-profile-of-1-gigabyte.png",
        &png([1, 1], &[chunk(b"iCCP", &profile)], &pixel()),
        4,
    );
    let exif = chunk(b"eXIf", &vec![b'I'; 60 << 20]);
    add(
        "png-exif-of-60-megabytes.png",
        &png([1, 1], &[exif], &pixel()),
        4,
    );

    let mut jpeg = scans(64, 1);
    // Sides of 65,500: 4,290 megapixels, and no data.
    jpeg[76..80].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    add("jpeg-4290-megapixels.jpg", &jpeg, 0);
    jpeg[76..80].copy_from_slice(&[0x42, 0x68, 0x42, 0x68]);
    add(
        "jpeg-289-megapixels-missing.jpg",
        &jpeg,
        17_000 * 17_000 * 4,
    );
    add("jpeg-3000-scans.jpg", &scans(4096, 3000), 4096 * 4096 * 4);

    let strips = |count: u32, rows: u32, data: &[u8], height: u32| {
        // All strips lie in the same place.
        let mut places = data.to_vec();
        let at = 8 + places.len() as u32;
        (0..count).for_each(|_| places.extend(8_u32.to_le_bytes()));
        (0..count).for_each(|_| places.extend((data.len() as u32).to_le_bytes()));
        let entries = [
            (256, 4, 1, 1024),
            (257, 4, 1, height),
            (258, 3, 1, 8),
            (259, 3, 1, 8),
            (262, 3, 1, 1),
            (273, 4, count, at),
            (277, 3, 1, 1),
            (278, 4, 1, rows),
            (279, 4, count, at + 4 * count),
        ];
        tiff(&entries, &places)
    };
    let heavy = packed(&[0; 1 << 20], 800);
    add(
        "tiff-strips-that-go-on.tif",
        &strips(1024, 1, &heavy, 1024),
        4 << 20,
    );
    add(
        "tiff-one-strip-that-goes-on.tif",
        &strips(2, 1 << 20, &heavy, 1024),
        4 << 20,
    );
    let mut looped = strips(2, 1 << 20, &heavy[..100], 1024);
    let end = looped.len();
    let directory = looped[4..8].to_vec();
    looped[end - 4..].copy_from_slice(&directory);
    add("tiff-directories-in-a-ring.tif", &looped, 4 << 20);
    let many: Vec<_> = (0..60_000).map(|n| (n as u16, 7, 1 << 26, 8)).collect();
    add(
        "tiff-60000-tags-of-64-megabytes.tif",
        &tiff(&many, &vec![0; 1 << 26]),
        0,
    );

    let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend(30_000_i32.to_le_bytes());
    bmp.extend(9_000_i32.to_le_bytes());
    bmp.extend([1, 0, 8, 0, 1, 0, 0, 0]);
    bmp.extend([0; 20]);
    add("bmp-run-lengths-missing.bmp", &bmp, 30_000 * 9_000 * 4);
    all
}
