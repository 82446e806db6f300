//! Films as sources: animated GIF, PNG and WebP, folders of numbered pictures, and anything
//! that FFmpeg reads where it is installed. One frame at a time, never the whole film.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, Frames, ImageDecoder};

use crate::photo::error::{Fault, PhotoError};
use crate::photo::limits::check_size;
use crate::photo::plain::{explain, limits};
use crate::photo::video::{self, Video};
use crate::picture::Picture;
use crate::regular_file;

/// Frames a second of what doesn't tell its own.
pub const FPS: f32 = 24.0;
/// Most frames of a film.
const MOST_FRAMES: u32 = 100_000;
/// Endings of films that FFmpeg reads.
const VIDEO: &[&str] = &[
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ogv",
];

/// A film being read.
pub struct Film {
    /// Pixels of its frames; the first one's where they differ.
    pub size: [u32; 2],
    /// Frames a second, for all of it.
    pub fps: f32,
    /// Frames in all.
    pub frames: u32,
    frames_of: Source,
    path: PathBuf,
    /// A frame that is shown longer than the others, and how often more.
    again: Option<(Picture, u32)>,
    given: u32,
}

pub(super) enum Source {
    Animation {
        frames: Frames<'static>,
        /// How often each is shown.
        shown: std::vec::IntoIter<u32>,
    },
    Folder(std::vec::IntoIter<PathBuf>),
    Video(Video),
}

/// Whether a file is named like a film that isn't a picture as well.
pub fn is_named_like_one(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str());
    ending.is_some_and(|e| VIDEO.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

impl Film {
    /// Opens a film: an animated picture, a folder of pictures in the order of their names, or
    /// another file by FFmpeg.
    ///
    /// # Errors
    /// [`PhotoError`] with what is wrong and what to do.
    pub fn open(path: &Path) -> Result<Self, PhotoError> {
        Self::open_at(path, 0)
    }

    /// As [`Film::open`], with `first` as the next frame; of a video about that one.
    ///
    /// # Errors
    /// As [`Film::open`], and for a damaged frame before that one.
    pub fn open_at(path: &Path, first: u32) -> Result<Self, PhotoError> {
        let opened = if path.is_dir() {
            folder(path)
        } else if is_named_like_one(path) {
            video::open(path, first)
        } else {
            animation(path)
        };
        let (size, fps, frames, mut frames_of) = opened.map_err(|fault| fault.at(path))?;
        let first = first.min(frames.saturating_sub(1));
        let given = match &mut frames_of {
            Source::Folder(files) => files.by_ref().take(first as usize).count() as u32,
            // FFmpeg begins there by itself.
            Source::Video(_) => first,
            Source::Animation { .. } => 0,
        };
        let mut film = Self {
            size,
            fps,
            frames,
            frames_of,
            path: path.to_path_buf(),
            again: None,
            given,
        };
        while film.given < first && film.next_frame()?.is_some() {}
        Ok(film)
    }

    /// One frame of a film; the last one for numbers beyond.
    ///
    /// # Errors
    /// As [`Film::open`].
    pub fn frame(path: &Path, number: u32) -> Result<Picture, PhotoError> {
        let next = Self::open_at(path, number)?.next_frame()?;
        next.ok_or_else(|| Fault::Frames.at(path))
    }

    /// The next frame; none after the last one.
    ///
    /// # Errors
    /// [`PhotoError`] for a damaged frame, or one of another size.
    pub fn next_frame(&mut self) -> Result<Option<Picture>, PhotoError> {
        if self.given == self.frames {
            return Ok(None);
        }
        let next = self.read().map_err(|fault| fault.at(&self.path))?;
        self.given += u32::from(next.is_some());
        match &next {
            Some(picture) if picture.size() != self.size => {
                let [w, h] = picture.size();
                let words = format!("frame {} has another size, {w} x {h}", self.given);
                Err(Fault::damaged(words).at(&self.path))
            }
            _ => Ok(next),
        }
    }

    fn read(&mut self) -> Result<Option<Picture>, Fault> {
        if let Some((picture, times)) = self.again.take() {
            if times > 1 {
                self.again = Some((picture.clone(), times - 1));
            }
            return Ok(Some(picture));
        }
        match &mut self.frames_of {
            Source::Animation { frames, shown } => {
                let Some(frame) = frames.next() else {
                    return Ok(None);
                };
                let image = frame.map_err(explain)?.into_buffer();
                let (w, h) = image.dimensions();
                let picture = picture([w, h], image.into_raw())?;
                let more = shown.next().unwrap_or(1).saturating_sub(1);
                if more > 0 {
                    self.again = Some((picture.clone(), more));
                }
                Ok(Some(picture))
            }
            Source::Folder(files) => match files.next() {
                None => Ok(None),
                Some(file) => {
                    let read = super::read(&file).map_err(|e| e.fault)?;
                    Ok(Some(read.picture))
                }
            },
            Source::Video(video) => video.next_frame(self.size),
        }
    }
}

/// Size, frames a second, frames in all, and where they come from.
pub(super) type Opened = ([u32; 2], f32, u32, Source);

pub(super) fn picture([w, h]: [u32; 2], rgba: Vec<u8>) -> Result<Picture, Fault> {
    Picture::from_rgba(w, h, rgba).map_err(|e| Fault::damaged(e.to_string()))
}

fn folder(path: &Path) -> Result<Opened, Fault> {
    let entries = std::fs::read_dir(path).map_err(|e| Fault::io(&e))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| super::is_named_like_one(file))
        .collect();
    files.sort();
    let first = files.first().ok_or(Fault::Frames)?;
    let size = super::probe(first).map_err(|e| e.fault)?;
    let frames = count(files.len())?;
    Ok((size, FPS, frames, Source::Folder(files.into_iter())))
}

pub(super) fn count(frames: usize) -> Result<u32, Fault> {
    u32::try_from(frames)
        .ok()
        .filter(|frames| (1..=MOST_FRAMES).contains(frames))
        .ok_or(Fault::Frames)
}

/// An animated picture: looked through once for its times, then read again.
fn animation(path: &Path) -> Result<Opened, Fault> {
    let (size, played) = frames(path)?;
    let mut times = Vec::new();
    for frame in played {
        let (n, d) = frame.map_err(explain)?.delay().numer_denom_ms();
        times.push(f64::from(n) / f64::from(d.max(1)));
        count(times.len())?;
    }
    let (fps, shown) = even_pace(&times);
    let all: u64 = shown.iter().map(|n| u64::from(*n)).sum();
    let frames_in_all = count(all as usize)?;
    let source = Source::Animation {
        frames: frames(path)?.1,
        shown: shown.into_iter(),
    };
    Ok((size, fps, frames_in_all, source))
}

/// The pace of a film whose frames are shown for so many milliseconds, and how often each then
/// is. Times of nothing count as a tenth of a second, as browsers have it.
fn even_pace(times: &[f64]) -> (f32, Vec<u32>) {
    let shown = |t: f64| if t < 11.0 { 100.0 } else { t };
    let sum: f64 = times.iter().map(|t| shown(*t)).sum();
    let shortest = times
        .iter()
        .map(|t| shown(*t))
        .fold(f64::INFINITY, f64::min);
    let often: Vec<u32> = times
        .iter()
        .map(|t| (shown(*t) / shortest).round().clamp(1.0, 1e4) as u32)
        .collect();
    let all: u64 = often.iter().map(|n| u64::from(*n)).sum();
    // As long as before, on the whole.
    let fps = (all as f64 / sum * 1000.0).clamp(1.0, 60.0);
    (fps as f32, often)
}

fn frames(path: &Path) -> Result<([u32; 2], Frames<'static>), Fault> {
    let mut file = regular_file::open(path).map_err(|e| Fault::io(&e))?;
    let mut head = [0u8; 12];
    let got = file.read(&mut head).map_err(|e| Fault::io(&e))?;
    let open = || -> Result<BufReader<File>, Fault> {
        let file = regular_file::open(path).map_err(|e| Fault::io(&e))?;
        Ok(BufReader::with_capacity(1 << 16, file))
    };
    let sized = |(w, h): (u32, u32)| check_size(w.into(), h.into());
    match &head[..got] {
        [b'G', b'I', b'F', ..] => {
            let mut decoder = GifDecoder::new(open()?).map_err(explain)?;
            let size = sized(decoder.dimensions())?;
            decoder.set_limits(limits()).map_err(explain)?;
            Ok((size, decoder.into_frames()))
        }
        [0x89, b'P', b'N', b'G', ..] => {
            let decoder = PngDecoder::with_limits(open()?, limits()).map_err(explain)?;
            let size = sized(decoder.dimensions())?;
            match decoder.is_apng().map_err(explain)? {
                true => Ok((size, decoder.apng().map_err(explain)?.into_frames())),
                false => Err(Fault::NotAFilm),
            }
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => {
            let mut decoder = WebPDecoder::new(open()?).map_err(explain)?;
            let size = sized(decoder.dimensions())?;
            decoder.set_limits(limits()).map_err(explain)?;
            match decoder.has_animation() {
                true => Ok((size, decoder.into_frames())),
                false => Err(Fault::NotAFilm),
            }
        }
        _ => Err(Fault::NotAFilm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_are_shown_longer_come_more_often() {
        let (fps, often) = even_pace(&[40.0, 40.0, 120.0, 40.0]);
        assert_eq!(often, [1, 1, 3, 1]);
        assert!((fps - 25.0).abs() < 1e-3, "{fps}");
        // Hundredths of a second can't say 12 frames a second; on the whole they do.
        let (fps, often) = even_pace(&[80.0, 90.0, 80.0, 80.0, 90.0, 80.0]);
        assert_eq!(often, [1; 6]);
        assert!((fps - 12.0).abs() < 1e-3, "{fps}");
        assert_eq!(even_pace(&[0.0, 0.0]).0, 10.0);
    }
}
