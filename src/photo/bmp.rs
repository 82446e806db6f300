//! BMP files that the decoder of `image` takes differently from the programs that wrote
//! them, brought into the plain form first: OS/2 2 headers, files without a file header
//! (`.dib`), run lengths with skipped pixels or from the top down, wrong planes and offsets.
//! Form: Microsoft's `BITMAPINFOHEADER`, and the BMP Suite (Jason Summers) for the rest.

use std::borrow::Cow;

use crate::photo::error::Fault;
use crate::photo::limits::check_size;

/// Bytes of the header that every BMP file begins with.
const FILE_HEADER: usize = 14;
/// The header of Windows 3, which the others begin with.
const INFO_HEADER: usize = 40;
/// OS/2 2: the same 40 bytes, and 24 that say nothing about pixels.
const OS2_HEADER: usize = 64;
/// Run lengths of bytes and of half bytes.
const RLE8: u32 = 1;
const RLE4: u32 = 2;

/// A file that the decoder reads, and what to tell about it.
pub(crate) struct Plain<'a> {
    /// The file.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// What was missing, in words.
    pub(crate) note: Option<String>,
}

/// Whether a file begins like a BMP without its file header.
pub(crate) fn is_dib(head: &[u8]) -> bool {
    let depth = word(head, 14);
    long(head, 0) == Some(INFO_HEADER as u32)
        && word(head, 12) == Some(1)
        && depth.is_some_and(|d| [1, 4, 8, 16, 24, 32].contains(&d))
}

/// The file with its header as Windows 3 writes it; pixels are left as they are.
pub(crate) fn with_plain_header(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    let mut file = Cow::Borrowed(bytes);
    if is_dib(bytes) {
        let mut whole = b"BM\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        whole.extend_from_slice(bytes);
        let start = FILE_HEADER + INFO_HEADER + palette_bytes(&whole) + mask_bytes(&whole);
        put(&mut whole, 10, start as u32);
        file = Cow::Owned(whole);
    }
    let Some(header) = long(&file, 14) else {
        return Ok(file);
    };
    if header as usize == OS2_HEADER && file.len() >= FILE_HEADER + OS2_HEADER {
        let whole = file.to_mut();
        match long(whole, 30) {
            Some(3) => return Err(Fault::unread("a BMP with Huffman's fax codes")),
            Some(4) => return Err(Fault::unread("a BMP with run lengths of 24 bits")),
            _ => {}
        }
        whole.drain(FILE_HEADER + INFO_HEADER..FILE_HEADER + OS2_HEADER);
        put(whole, 14, INFO_HEADER as u32);
        let start = long(whole, 10).unwrap_or(0);
        put(
            whole,
            10,
            start.saturating_sub((OS2_HEADER - INFO_HEADER) as u32),
        );
    }
    if long(&file, 14).is_some_and(|h| h as usize >= INFO_HEADER) {
        if word(&file, 26) != Some(1) && file.len() > 28 {
            file.to_mut()[26..28].copy_from_slice(&[1, 0]);
        }
        // Pixels can't begin within the palette.
        let first = FILE_HEADER as u64
            + u64::from(long(&file, 14).unwrap_or(0))
            + palette_bytes(&file) as u64;
        if palette_bytes(&file) > 0 && u64::from(long(&file, 10).unwrap_or(0)) < first {
            let first = u32::try_from(first).map_err(Fault::damaged)?;
            put(file.to_mut(), 10, first);
        }
    }
    Ok(file)
}

/// The size of a file of run lengths, without decoding them; none for other files.
pub(crate) fn rle_size(bytes: &[u8]) -> Result<Option<[u32; 2]>, Fault> {
    match (long(bytes, 14), long(bytes, 30)) {
        (Some(header), Some(RLE8 | RLE4)) if header as usize >= INFO_HEADER => {
            size(bytes).map(Some)
        }
        _ => Ok(None),
    }
}

/// The file without run lengths: eight bits a pixel, one after the other.
///
/// # Errors
/// If the picture is too large or its header is cut.
pub(crate) fn without_runs(bytes: Cow<'_, [u8]>) -> Result<Plain<'_>, Fault> {
    let Some([width, height]) = rle_size(&bytes)? else {
        return Ok(Plain { bytes, note: None });
    };
    let half = long(&bytes, 30) == Some(RLE4);
    let header = long(&bytes, 14).unwrap_or(0) as usize;
    let start = long(&bytes, 10).unwrap_or(0) as usize;
    let palette = bytes
        .get(FILE_HEADER + header..)
        .and_then(|rest| rest.get(..palette_bytes(&bytes)))
        .ok_or_else(|| Fault::damaged("its palette is cut"))?;
    let mut runs = Runs {
        data: bytes.get(start..).unwrap_or_default(),
        at: 0,
        half,
        width: width as usize,
        x: 0,
        y: 0,
        beyond: false,
    };
    let stride = (width as usize).next_multiple_of(4);
    let mut pixels = vec![0; stride * height as usize];
    let whole = runs.decode(&mut pixels, stride);
    let mut file = bytes
        .get(..FILE_HEADER + INFO_HEADER)
        .unwrap_or_default()
        .to_vec();
    put(
        &mut file,
        10,
        (FILE_HEADER + INFO_HEADER + palette.len()) as u32,
    );
    put(&mut file, 14, INFO_HEADER as u32);
    file[28..30].copy_from_slice(&[8, 0]);
    put(&mut file, 30, 0);
    put(&mut file, 34, 0);
    put(&mut file, 46, (palette.len() / 4) as u32);
    file.extend_from_slice(palette);
    file.extend_from_slice(&pixels);
    let missing = 100.0 * (1.0 - (runs.y as f32 / height as f32).min(1.0));
    Ok(Plain {
        bytes: Cow::Owned(file),
        note: match (whole, runs.beyond) {
            (false, _) => Some(format!(
                "the file is damaged or cut short: {missing:.0} % of the picture are missing"
            )),
            (true, true) => {
                Some("the file is damaged: some rows are longer than the picture".into())
            }
            (true, false) => None,
        },
    })
}

/// Where the decoding of run lengths stands.
struct Runs<'a> {
    data: &'a [u8],
    at: usize,
    /// Two pixels a byte.
    half: bool,
    width: usize,
    x: usize,
    y: usize,
    /// A row had more pixels than the picture is wide.
    beyond: bool,
}

impl Runs<'_> {
    /// Fills `pixels`, in rows of `stride`; what is skipped stays colour 0, what lies beyond a
    /// row is dropped. Tells whether nothing was missing.
    fn decode(&mut self, pixels: &mut [u8], stride: usize) -> bool {
        let rows = pixels.len() / stride.max(1);
        while self.y < rows {
            let Some([count, value]) = self.pair() else {
                // Some writers leave the last marks away.
                return self.y + 1 == rows && self.x >= self.width;
            };
            match (count, value) {
                (0, 0) => (self.x, self.y) = (0, self.y + 1),
                (0, 1) => return true,
                (0, 2) => {
                    let Some([dx, dy]) = self.pair() else {
                        return false;
                    };
                    (self.x, self.y) = (self.x + usize::from(dx), self.y + usize::from(dy));
                }
                (0, n) => {
                    let bytes = usize::from(n).div_ceil(if self.half { 2 } else { 1 });
                    let Some(literal) = self.data.get(self.at..self.at + bytes) else {
                        return false;
                    };
                    self.at += bytes.next_multiple_of(2);
                    self.put(n, pixels, stride, |i, half| match half {
                        true => nibble(literal[i / 2], i),
                        false => literal[i],
                    });
                }
                (n, value) => self.put(n, pixels, stride, |i, half| match half {
                    true => nibble(value, i),
                    false => value,
                }),
            }
        }
        true
    }

    /// Puts `n` pixels where the decoding stands; `index` gives the colour of each, whether there
    /// are two in a byte being its second argument.
    fn put(&mut self, n: u8, pixels: &mut [u8], stride: usize, index: impl Fn(usize, bool) -> u8) {
        let n = usize::from(n);
        for i in 0..n.min(self.width.saturating_sub(self.x)) {
            if let Some(pixel) = pixels.get_mut(self.y * stride + self.x + i) {
                *pixel = index(i, self.half);
            }
        }
        self.x += n;
        self.beyond |= self.x > self.width;
    }

    fn pair(&mut self) -> Option<[u8; 2]> {
        let pair = *self.data.get(self.at..)?.first_chunk()?;
        self.at += 2;
        Some(pair)
    }
}

/// The left half of a byte for even places.
fn nibble(byte: u8, place: usize) -> u8 {
    if place.is_multiple_of(2) {
        byte >> 4
    } else {
        byte & 15
    }
}

/// Width and height.
fn size(bytes: &[u8]) -> Result<[u32; 2], Fault> {
    match (long(bytes, 18), long(bytes, 22)) {
        (Some(width), Some(height)) => {
            let height = (height as i32).unsigned_abs();
            check_size(u64::from(width), u64::from(height))
        }
        _ => Err(Fault::damaged("its header is cut")),
    }
}

/// Bytes of the palette after a header of 40 bytes or more.
fn palette_bytes(file: &[u8]) -> usize {
    let depth = word(file, 28).unwrap_or(0);
    if !(1..=8).contains(&depth) {
        return 0;
    }
    let all = 1 << depth;
    match long(file, 46).unwrap_or(0) as usize {
        0 => 4 * all,
        n => 4 * n.min(256),
    }
}

/// Bytes of the three masks that follow a header of 40 bytes.
fn mask_bytes(file: &[u8]) -> usize {
    if long(file, 30) == Some(3) { 12 } else { 0 }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    if let Some(four) = bytes.get_mut(at..at + 4) {
        four.copy_from_slice(&value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::plain::decode_bmp;
    use crate::photo::raster::Pixels;

    /// A BMP of 4 × 2 with the colours 0 black, 1 red, 2 green; `height` may be negative.
    fn file(depth: u16, compression: u32, height: i32, data: &[u8]) -> Vec<u8> {
        let mut file = b"BM\0\0\0\0\0\0\0\0".to_vec();
        for value in [54 + 12_u32, 40, 4, height as u32] {
            file.extend(value.to_le_bytes());
        }
        file.extend([1, 0]);
        file.extend(depth.to_le_bytes());
        for value in [compression, 0, 0, 0, 3, 0] {
            file.extend(value.to_le_bytes());
        }
        file.extend([0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0]);
        file.extend(data);
        file
    }

    /// The picture from the top, a letter a pixel.
    fn letters(bytes: &[u8]) -> String {
        let raster = decode_bmp(bytes).unwrap();
        let Pixels::Eight(pixels) = raster.pixels else {
            panic!("eight bits")
        };
        let letter = |p: &[u8; 4]| match p {
            [0, 0, 0, 255] => 'k',
            [255, 0, 0, 255] => 'r',
            [0, 255, 0, 255] => 'g',
            _ => '?',
        };
        pixels.as_chunks::<4>().0.iter().map(letter).collect()
    }

    const PLAIN: [u8; 8] = [1, 1, 2, 2, 2, 0, 0, 1];

    #[test]
    fn run_lengths_skip_pixels_go_from_either_end_and_stop_at_the_row() {
        let runs = [2, 1, 2, 2, 0, 0, 1, 2, 0, 2, 2, 0, 9, 1, 0, 1];
        assert_eq!(letters(&file(8, RLE8, 2, &runs)), "gkkrrrgg");
        assert_eq!(letters(&file(8, RLE8, -2, &runs)), "rrgggkkr");
        // 0x12: red and green by turns; then three pixels as they are.
        let half = [4, 0x12, 0, 0, 0, 3, 0x21, 0x10, 0, 1];
        assert_eq!(letters(&file(4, RLE4, 2, &half)), "grrkrgrg");
        let raster = decode_bmp(&file(8, RLE8, 2, &runs)).unwrap();
        assert!(raster.notes[0].contains("damaged"), "{:?}", raster.notes);
        let raster = decode_bmp(&file(8, RLE8, 2, &runs[..4])).unwrap();
        assert!(
            raster.notes.iter().any(|n| n.contains("missing")),
            "{:?}",
            raster.notes
        );
    }

    #[test]
    fn headers_of_other_systems_and_wrong_ones_are_brought_into_form() {
        let plain = file(8, 0, 2, &PLAIN);
        assert_eq!(letters(&plain), "gkkrrrgg");
        let mut planes = plain.clone();
        planes[26] = 7;
        assert_eq!(letters(&planes), "gkkrrrgg");
        let mut offset = plain.clone();
        put(&mut offset, 10, 54);
        assert_eq!(letters(&offset), "gkkrrrgg");
        let mut os2 = plain.clone();
        os2.splice(54..54, [0; 24]);
        put(&mut os2, 14, 64);
        put(&mut os2, 10, 54 + 12 + 24);
        assert_eq!(letters(&os2), "gkkrrrgg");
        assert_eq!(letters(&plain[FILE_HEADER..]), "gkkrrrgg");
        for cut in 0..plain.len() {
            // Cut anywhere: a picture or words, no panic.
            drop(decode_bmp(&plain[..cut]));
            drop(decode_bmp(&plain[FILE_HEADER.min(cut)..cut]));
        }
    }
}
