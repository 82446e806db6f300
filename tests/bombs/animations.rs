//! GIF and WebP with many frames, or large ones.

use std::path::Path;

use super::{Bomb, Way, bomb};

const BOTH: &[Way] = &[Way::Photo, Way::Labels, Way::Gallery];

/// A GIF whose frames have one pixel each.
fn gif(screen: [u16; 2], frames: usize) -> Vec<u8> {
    let mut out = b"GIF89a".to_vec();
    out.extend(screen.map(u16::to_le_bytes).concat());
    out.extend([0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
    for _ in 0..frames {
        out.extend([0x21, 0xf9, 4, 0, 0, 0, 0, 0]);
        out.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]);
        out.extend([2, 2, 0x44, 1, 0]);
    }
    out.push(0x3b);
    out
}

/// A chunk of a WebP.
pub fn riff(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = name.to_vec();
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
    out
}

pub fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let inside = chunks.concat();
    let mut out = b"RIFF".to_vec();
    out.extend((inside.len() as u32 + 4).to_le_bytes());
    out.extend(b"WEBP");
    out.extend(inside);
    out
}

/// The head of an extended WebP.
pub fn canvas(flags: u8, size: [u32; 2]) -> Vec<u8> {
    let mut data = vec![flags, 0, 0, 0];
    size.iter()
        .for_each(|side| data.extend(&(side - 1).to_le_bytes()[..3]));
    riff(b"VP8X", &data)
}

/// A lossless picture's head, and nothing after it.
fn lossless(size: [u32; 2]) -> Vec<u8> {
    let bits = (size[0] - 1) | (size[1] - 1) << 14;
    let mut data = vec![0x2f];
    data.extend(bits.to_le_bytes());
    data.extend([0; 16]);
    riff(b"VP8L", &data)
}

fn animated(frames: usize) -> Vec<u8> {
    let mut chunks = vec![canvas(2, [16_384, 16_384]), riff(b"ANIM", &[0; 6])];
    let pixel = lossless([1, 1]);
    for _ in 0..frames {
        let mut data = vec![0; 16];
        data.extend(&pixel);
        chunks.push(riff(b"ANMF", &data));
    }
    webp(&chunks)
}

pub fn all(folder: &Path) -> Vec<Bomb> {
    let mut all = Vec::new();
    let mut add = |name: &str, bytes: &[u8], owed: u64| {
        all.push(bomb(folder, name, bytes, owed, BOTH));
    };
    add("gif-4290-megapixels.gif", &gif([65_500, 65_500], 1), 0);
    add(
        "gif-289-megapixels-100000-frames.gif",
        &gif([17_000, 17_000], 100_000),
        17_000 * 17_000 * 4,
    );
    add("gif-300000-frames.gif", &gif([8, 8], 300_000), 256);
    add(
        "webp-268-megapixels-missing.webp",
        &webp(&[lossless([16_384, 16_384])]),
        1 << 30,
    );
    add(
        "webp-268-megapixels-50000-frames.webp",
        &animated(50_000),
        1 << 30,
    );
    all
}
