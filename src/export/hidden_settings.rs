//! Settings that programs hide in the lowest bits of a PNG's alpha ("stealth pnginfo", as
//! NovelAI writes them): a word, a length, and a text, packed or not, bit by bit from the
//! top of each column, the columns from left to right.
//!
//! Source of the form: `stealth_pnginfo.py` of the web interfaces' extension of that name,
//! and NovelAI's own `nai_meta.py`.

use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::GzDecoder;

use crate::recipe::foreign::{self, FileTexts, Foreign};
use crate::regular_file;

/// Begins what isn't packed.
const PLAIN: &[u8] = b"stealth_pnginfo";
/// Begins what is packed with gzip.
const PACKED: &[u8] = b"stealth_pngcomp";
/// Larger pictures are not looked into: these programs make none.
const MOST_PIXELS: u64 = 64_000_000;
/// Bytes of a hidden text, unpacked.
const MOST_TEXT: u64 = 4 << 20;

/// What a picture hides; nothing for other files, for damaged ones, and for what no program
/// that is known has written.
pub fn read(path: &Path) -> Option<Foreign> {
    let text = text_of(&lowest_bits(path)?)?;
    let chunks = match serde_json_object(&text) {
        // The chunks of a PNG as one object.
        Some(map) => map
            .into_iter()
            .map(|(key, value)| match value {
                serde_json::Value::String(text) => (key, text),
                other => (key, other.to_string()),
            })
            .collect(),
        None => vec![("parameters".to_owned(), text)],
    };
    foreign::recognise(&FileTexts {
        chunks: &chunks,
        ..FileTexts::default()
    })
}

fn serde_json_object(text: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    match crate::recipe::json::parse(text).ok()? {
        serde_json::Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The lowest bits of alpha, column by column.
struct Bits {
    rows: Vec<Vec<u8>>,
    width: usize,
}

impl Bits {
    /// `count` bytes from the `at`th on.
    fn bytes(&self, at: usize, count: usize) -> Option<Vec<u8>> {
        let height = self.rows.len();
        let end = at.checked_add(count)?.checked_mul(8)?;
        if end > height * self.width {
            return None;
        }
        let bit = |n: usize| {
            let (x, y) = (n / height, n % height);
            self.rows[y][x / 8] >> (x % 8) & 1
        };
        let byte = |n: usize| (0..8).fold(0, |byte, i| byte << 1 | bit(n * 8 + i));
        Some((at..at + count).map(byte).collect())
    }
}

/// Reads a PNG with 8 bits of alpha row by row; a bit a pixel is kept.
fn lowest_bits(path: &Path) -> Option<Bits> {
    let file = regular_file::open(path).ok()?;
    let limits = png::Limits { bytes: 64 << 20 };
    let mut decoder = png::Decoder::new_with_limits(BufReader::new(file), limits);
    decoder.set_transformations(png::Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    let channels = match (info.color_type, info.bit_depth) {
        (png::ColorType::Rgba, png::BitDepth::Eight) => 4,
        (png::ColorType::GrayscaleAlpha, png::BitDepth::Eight) => 2,
        _ => return None,
    };
    let pixels = u64::from(info.width) * u64::from(info.height);
    if info.interlaced || pixels > MOST_PIXELS {
        return None;
    }
    let width = info.width as usize;
    let mut rows = Vec::new();
    while let Ok(Some(row)) = reader.next_row() {
        let mut packed = vec![0_u8; width.div_ceil(8)];
        for (x, pixel) in row.data().chunks_exact(channels).enumerate() {
            packed[x / 8] |= (pixel[channels - 1] & 1) << (x % 8);
        }
        rows.push(packed);
        // Without the word in the first column there is nothing to find.
        if rows.len() == PLAIN.len() * 8 && !begins(&rows) {
            return None;
        }
    }
    Some(Bits { rows, width })
}

/// Whether the first column begins like one of the words.
fn begins(rows: &[Vec<u8>]) -> bool {
    let column = Bits {
        rows: rows.iter().map(|row| vec![row[0]]).collect(),
        width: 1,
    };
    let word = column.bytes(0, PLAIN.len());
    word.is_some_and(|word| word == PLAIN || word == PACKED)
}

fn text_of(bits: &Bits) -> Option<String> {
    let word = bits.bytes(0, PLAIN.len())?;
    if word != PLAIN && word != PACKED {
        return None;
    }
    let length = bits.bytes(PLAIN.len(), 4)?;
    // In bits.
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize / 8;
    let data = bits.bytes(PLAIN.len() + 4, length)?;
    let text = if word == PLAIN {
        data
    } else {
        let mut text = Vec::new();
        GzDecoder::new(&data[..])
            .take(MOST_TEXT)
            .read_to_end(&mut text)
            .ok()?;
        text
    };
    let short = (text.len() as u64) < MOST_TEXT;
    short.then(|| String::from_utf8(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A PNG whose alpha hides some bytes, as the programs' own writers do it.
    fn hiding(path: &Path, size: [u32; 2], hidden: &[u8]) {
        let [width, height] = size.map(|side| side as usize);
        let mut pixels = vec![254_u8; width * height * 4];
        let bits = hidden
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1));
        for (n, bit) in bits.enumerate() {
            let (x, y) = (n / height, n % height);
            pixels[(y * width + x) * 4 + 3] |= bit;
        }
        let file = std::fs::File::create(path).unwrap();
        let mut encoder = png::Encoder::new(file, size[0], size[1]);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels).unwrap();
    }

    fn hidden(word: &[u8], text: &[u8]) -> Vec<u8> {
        let length = (text.len() as u32 * 8).to_be_bytes();
        [word, &length, text].concat()
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn what_novelai_and_web_interfaces_hide_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        let novelai = r#"{"Description":"a pear","Software":"NovelAI","Source":"NovelAI Diffusion V4","Comment":"{\"prompt\":\"a pear\",\"seed\":42,\"steps\":28}"}"#;
        let a1111 = "a pear\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 64x64";
        for size in [[64, 64], [33, 150], [300, 40]] {
            for (program, text) in [("NovelAI", novelai), ("AUTOMATIC1111", a1111)] {
                let text = text.as_bytes();
                for bytes in [hidden(PLAIN, text), hidden(PACKED, &packed(text))] {
                    hiding(&path, size, &bytes);
                    let found = read(&path).unwrap();
                    assert_eq!(found.program, program);
                    let seed = found.settings.iter().find(|(name, _)| name == "Seed");
                    assert_eq!(seed.unwrap().1, "42");
                }
            }
        }
    }

    #[test]
    fn what_claims_too_much_or_hides_nothing_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        let bomb = packed(&vec![b' '; 64 << 20]);
        let long = [PLAIN, &u32::MAX.to_be_bytes(), b"a"].concat();
        for bytes in [
            &b""[..],
            b"stealth_pnginf",
            PLAIN,
            &long,
            &hidden(PACKED, b"no gzip"),
            &hidden(PLAIN, b"\xff\xfe"),
        ] {
            hiding(&path, [64, 64], bytes);
            assert_eq!(read(&path), None, "{bytes:?}");
        }
        hiding(&path, [1024, 1024], &hidden(PACKED, &bomb));
        assert_eq!(read(&path), None);
        std::fs::write(&path, b"no picture").unwrap();
        assert_eq!(read(&path), None);
    }
}
