//! Films played back by others than who wrote them: an own look at the boxes and rav1d;
//! FFmpeg where it is installed.
#![allow(dead_code)]

use std::path::Path;
use std::process::Command;

use re_rav1d::dav1d::{Decoder, Error, PlanarImageComponent, Settings};

use super::skip;

/// What the boxes of an MP4 say.
pub struct Boxes {
    /// Pixels.
    pub size: [u32; 2],
    /// Ticks of a second.
    pub timescale: u32,
    /// Runs of frames with so many ticks.
    pub times: Vec<[u32; 2]>,
    /// Frames that stand for themselves, from 1.
    pub jumps: Vec<u32>,
    /// The edit list's length and start in ticks.
    pub edit: [u64; 2],
    /// The colours' numbers: primaries, transfer, matrix.
    pub colours: [u16; 3],
    /// `av1C`.
    pub config: Vec<u8>,
    /// The frames' bytes.
    pub samples: Vec<Vec<u8>>,
    /// Kinds of the outermost boxes in order.
    pub order: Vec<String>,
}

/// The inside of the box at a path of kinds, and where it begins.
fn find<'a>(mut bytes: &'a [u8], path: &[&[u8; 4]]) -> &'a [u8] {
    for kind in path {
        bytes = children(bytes)
            .into_iter()
            .find(|(k, _)| k == *kind)
            .unwrap_or_else(|| panic!("no box {}", String::from_utf8_lossy(*kind)))
            .1;
    }
    bytes
}

fn children(mut bytes: &[u8]) -> Vec<([u8; 4], &[u8])> {
    let mut all = Vec::new();
    while bytes.len() >= 8 {
        let kind: [u8; 4] = bytes[4..8].try_into().unwrap();
        let (head, length) = match word(bytes, 0) {
            1 => (16, long(bytes, 8) as usize),
            n => (8, n as usize),
        };
        assert!(
            length >= head && length <= bytes.len(),
            "a box ends elsewhere"
        );
        all.push((kind, &bytes[head..length]));
        bytes = &bytes[length..];
    }
    assert!(bytes.is_empty(), "bytes after the last box");
    all
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap())
}

/// Reads the boxes of a film.
pub fn boxes(path: &Path) -> Boxes {
    let file = std::fs::read(path).unwrap();
    let media = find(&file, &[b"moov", b"trak", b"mdia"]);
    let table = find(media, &[b"minf", b"stbl"]);
    let list = |kind: &[u8; 4]| {
        let b = find(table, &[kind]);
        (8..b.len())
            .step_by(4)
            .map(|at| word(b, at))
            .collect::<Vec<u32>>()
    };
    let sizes = list(b"stsz");
    let (runs, chunks) = (list(b"stsc"), list(b"stco"));
    let mut samples = Vec::new();
    let mut lengths = sizes[1..].iter();
    for (index, start) in chunks.iter().enumerate() {
        let run = runs
            .chunks(3)
            .rfind(|run| run[0] <= index as u32 + 1)
            .unwrap();
        let mut at = *start as usize;
        for length in lengths.by_ref().take(run[1] as usize) {
            samples.push(file[at..at + *length as usize].to_vec());
            at += *length as usize;
        }
    }
    assert_eq!(samples.len() as u32, word(find(table, &[b"stsz"]), 8));
    let entry = &find(table, &[b"stsd"])[8..];
    assert_eq!(&entry[4..8], b"av01");
    let more = &entry[8 + 78..];
    let colours = find(more, &[b"colr"]);
    assert_eq!(&colours[..4], b"nclx");
    let edit = find(&file, &[b"moov", b"trak", b"edts", b"elst"]);
    let outer = children(&file);
    Boxes {
        size: [half(entry, 32), half(entry, 34)].map(u32::from),
        timescale: word(find(media, &[b"mdhd"]), 20),
        times: list(b"stts")
            .chunks(2)
            .map(|run| [run[0], run[1]])
            .collect(),
        jumps: list(b"stss"),
        edit: [long(edit, 8), long(edit, 16)],
        colours: [4, 6, 8].map(|at| half(colours, at)),
        config: find(more, &[b"av1C"]).to_vec(),
        samples,
        order: outer
            .iter()
            .map(|(kind, _)| String::from_utf8_lossy(kind).into())
            .collect(),
    }
}

/// A frame of RGB.
pub struct Frame {
    /// Pixels.
    pub size: [u32; 2],
    /// Red, green, blue.
    pub rgb: Vec<u8>,
}

/// Decodes an AV1 film by rav1d.
pub fn rav1d(path: &Path) -> Vec<Frame> {
    let mut settings = Settings::new();
    settings.set_max_frame_delay(1);
    let mut decoder = Decoder::with_settings(&settings).unwrap();
    let mut frames = Vec::new();
    for sample in boxes(path).samples {
        match decoder.send_data(sample, None, None, None) {
            Ok(()) | Err(Error::Again) => {}
            Err(e) => panic!("rav1d: {e}"),
        }
        while let Ok(picture) = decoder.get_picture() {
            let [w, h] = [picture.width(), picture.height()].map(|n| n as usize);
            let (y, u, v) = (
                picture.plane(PlanarImageComponent::Y),
                picture.plane(PlanarImageComponent::U),
                picture.plane(PlanarImageComponent::V),
            );
            let (wide, narrow) = (
                picture.stride(PlanarImageComponent::Y) as usize,
                picture.stride(PlanarImageComponent::U) as usize,
            );
            let mut rgb = Vec::with_capacity(w * h * 3);
            for row in 0..h {
                for x in 0..w {
                    let luma = (f64::from(y[row * wide + x]) - 16.0) / 219.0;
                    let at = row / 2 * narrow + x / 2;
                    let cb = (f64::from(u[at]) - 128.0) / 224.0;
                    let cr = (f64::from(v[at]) - 128.0) / 224.0;
                    let r = luma + 1.5748 * cr;
                    let b = luma + 1.8556 * cb;
                    let g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152;
                    rgb.extend([r, g, b].map(|c| (c * 255.0).round().clamp(0.0, 255.0) as u8));
                }
            }
            frames.push(Frame {
                size: [w as u32, h as u32],
                rgb,
            });
        }
    }
    frames
}

/// Decodes any film by FFmpeg; nothing where it isn't installed, which is told.
pub fn ffmpeg(path: &Path, size: [u32; 2]) -> Option<Vec<Frame>> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error"])
        .args(kind(path))
        .arg("-i")
        .arg(path)
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output();
    let Ok(out) = out else {
        skip::skip(skip::Lack::Ffmpeg);
        return None;
    };
    let words = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && words.is_empty(), "{words}");
    let length = (size[0] * size[1] * 3) as usize;
    assert_eq!(out.stdout.len() % length, 0, "another size");
    let frames = out.stdout.chunks(length);
    Some(
        frames
            .map(|rgb| Frame {
                size,
                rgb: rgb.to_vec(),
            })
            .collect(),
    )
}

/// By its name alone an animated PNG would be one of a sequence.
fn kind(path: &Path) -> &'static [&'static str] {
    match path.extension().is_some_and(|e| e == "png") {
        true => &["-f", "apng"],
        false => &[],
    }
}

/// Fields of the first stream by ffprobe, as `key=value` lines.
pub fn ffprobe(path: &Path) -> Option<String> {
    let out = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_frames",
            "-show_streams",
            "-of",
            "default=nw=1",
        ])
        .args(kind(path))
        .arg(path)
        .output();
    let Ok(out) = out else {
        skip::skip(skip::Lack::Ffmpeg);
        return None;
    };
    let words = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && words.is_empty(), "{words}");
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Of a played frame against a written picture, cut to the frame's size, decibels.
pub fn psnr(frame: &Frame, picture: &limner::picture::Picture) -> f64 {
    let [w, h] = frame.size.map(|n| n as usize);
    let stride = picture.width() as usize;
    let mut sum = 0.0;
    for y in 0..h {
        for x in 0..w {
            for c in 0..3 {
                let a = frame.rgb[(y * w + x) * 3 + c];
                let b = picture.rgba()[(y * stride + x) * 4 + c];
                sum += f64::from(a.abs_diff(b)).powi(2);
            }
        }
    }
    10.0 * (255.0f64.powi(2) / (sum / (w * h * 3) as f64).max(1e-9)).log10()
}
