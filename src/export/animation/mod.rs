//! Films, written frame by frame in constant memory: MP4 (AV1), GIF (256 colours a frame,
//! dithered), APNG (all colours), animated WebP, a folder of numbered frames and, with the
//! feature `mp4`, H.264; with recipe and labels inside.

mod av1;
mod boxes;
mod format;
mod frames;
#[cfg(feature = "mp4")]
mod h264;
mod labels;
mod luma;
mod pace;
mod panorama;
mod shared;
mod webp;

use std::io::{self, Write};
use std::path::Path;

pub use format::{ENDINGS, FilmFormat};
pub use labels::{is_named_like_mp4, mp4_recipe};
pub use pace::Pace;
use pace::delay;
use shared::SharedWriter;

use super::atomic::{Existing, NewFile};
use super::encode::{self, Labels};
use super::{ExportError, dither};
use crate::picture::Picture;

/// Quality of MP4 and WebP until somebody says otherwise, 1..=100.
pub const QUALITY: u8 = 85;

/// A film being written. Dropped before [`AnimationWriter::finish`], it leaves nothing
/// behind.
pub struct AnimationWriter {
    kind: Kind,
    pace: Pace,
    written: u32,
}

enum Kind {
    File(FileKind, SharedWriter, NewFile),
    Frames(frames::Frames),
}

// Boxed where they are much larger than the others.
enum FileKind {
    Gif(gif::Encoder<SharedWriter>),
    Apng(Box<png::Writer<SharedWriter>>),
    WebP(webp::Animation<SharedWriter>),
    Av1(Box<av1::Film<SharedWriter>>),
    #[cfg(feature = "mp4")]
    H264(Box<h264::Film<SharedWriter>>),
}

impl AnimationWriter {
    /// Begins a film of the kind that the name asks for ([`FilmFormat::of`]).
    ///
    /// # Errors
    /// As [`AnimationWriter::create_as`]; [`ExportError::Format`] for other names.
    pub fn create(path: &Path, pace: Pace, labels: &Labels) -> Result<Self, ExportError> {
        Self::create_as(path, FilmFormat::of(path)?, QUALITY, pace, labels)
    }

    /// Begins a film of a kind. MP4's sides become even; `quality` (1..=100) counts for
    /// AV1 and WebP.
    ///
    /// # Errors
    /// [`ExportError::Format`] for impossible sizes and paces, [`ExportError::Exists`] for
    /// a folder that has something in it, or the failure of the disk.
    pub fn create_as(
        path: &Path,
        format: FilmFormat,
        quality: u8,
        pace: Pace,
        labels: &Labels,
    ) -> Result<Self, ExportError> {
        if pace.frames == 0 || pace.fps.is_nan() || pace.fps <= 0.0 || pace.size.contains(&0) {
            return Err(ExportError::Format(
                "an animation needs at least one frame, a size, and a pace above 0".into(),
            ));
        }
        // What isn't a film to its readers says it as a picture does; frames say it one by one.
        let of_picture = matches!(
            format,
            FilmFormat::Gif | FilmFormat::Apng | FilmFormat::WebP
        );
        let told = of_picture.then(|| labels.told(pace.size));
        let labels = told.as_deref().unwrap_or(labels);
        let kind = if format == FilmFormat::Frames {
            Kind::Frames(frames::Frames::begin(path, pace.frames, labels)?)
        } else {
            let mut new = NewFile::create(path)?;
            let file = new.file().try_clone();
            let buffer = SharedWriter::new(file.map_err(|e| ExportError::writing(path, e))?);
            let out = buffer.clone();
            let kind = match format {
                FilmFormat::Gif => begin_gif(out, &pace, labels),
                FilmFormat::Apng | FilmFormat::Frames => begin_apng(out, &pace, labels),
                FilmFormat::WebP => {
                    webp::Animation::begin(out, &pace, quality, labels).map(FileKind::WebP)
                }
                FilmFormat::Mp4 => av1::Film::begin(out, &pace, quality, labels)
                    .map(|film| FileKind::Av1(Box::new(film))),
                #[cfg(feature = "mp4")]
                FilmFormat::H264 => {
                    h264::Film::begin(out, &pace, labels).map(|film| FileKind::H264(Box::new(film)))
                }
            };
            Kind::File(kind.map_err(|e| buffer.cause(path, e))?, buffer, new)
        };
        Ok(Self {
            kind,
            pace,
            written: 0,
        })
    }

    /// Frames taken so far; an encoder may still hold some of them back.
    pub fn written(&self) -> u32 {
        self.written
    }

    /// Takes the next frame.
    ///
    /// # Errors
    /// [`ExportError::Format`] for another size or a frame too many, or the failure of
    /// the disk.
    pub fn write_frame(&mut self, picture: &Picture) -> Result<(), ExportError> {
        if picture.size() != self.pace.size || self.written >= self.pace.frames {
            return Err(ExportError::Format(
                "every frame must have the same size, and there can't be more than announced"
                    .into(),
            ));
        }
        match &mut self.kind {
            Kind::Frames(frames) => frames.frame(self.written, picture)?,
            Kind::File(kind, buffer, new) => kind
                .frame(self.written, &self.pace, picture)
                .map_err(|e| buffer.cause(new.path(), e))?,
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the film and gives it its name; an older file of it is replaced.
    ///
    /// # Errors
    /// [`ExportError::Format`] when frames are missing, or the failure of the disk.
    pub fn finish(self) -> Result<(), ExportError> {
        if self.written != self.pace.frames {
            return Err(ExportError::Format(format!(
                "the animation is cut short: {} of {} frames",
                self.written, self.pace.frames
            )));
        }
        match self.kind {
            Kind::Frames(frames) => frames.finish(),
            Kind::File(kind, mut buffer, new) => {
                let path = new.path().to_path_buf();
                kind.finish(&path)
                    .and_then(|()| buffer.flush().map_err(|e| ExportError::writing(&path, e)))
                    .map_err(|e| buffer.cause(&path, e))?;
                new.commit(Existing::Replace)
            }
        }
    }
}

impl FileKind {
    fn frame(&mut self, number: u32, pace: &Pace, picture: &Picture) -> Result<(), ExportError> {
        match self {
            Self::Gif(encoder) => {
                let mut frame = dither::frame(picture);
                // Browsers take less than two hundredths for ten.
                frame.delay = delay(number, pace.fps, 100.0).clamp(2.0, 65_535.0) as u16;
                encoder.write_frame(&frame).map_err(gif_error)
            }
            Self::Apng(writer) => {
                let pixels = picture.rgba().chunks_exact(4);
                let rgb: Vec<u8> = pixels.flat_map(|c| [c[0], c[1], c[2]]).collect();
                writer.write_image_data(&rgb).map_err(png_error)
            }
            Self::WebP(animation) => animation.frame(number, picture),
            Self::Av1(film) => film.frame(picture),
            #[cfg(feature = "mp4")]
            Self::H264(film) => film.frame(picture),
        }
    }

    fn finish(self, path: &Path) -> Result<(), ExportError> {
        let failed = |e: io::Error| ExportError::writing(path, e);
        match self {
            // The end marker is written when the encoder goes.
            Self::Gif(encoder) => {
                let end = encoder.into_inner().map(drop).map_err(io::Error::other);
                end.map_err(failed)
            }
            Self::Apng(writer) => writer.finish().map_err(|e| failed(io::Error::other(e))),
            Self::WebP(animation) => animation.finish(),
            Self::Av1(film) => film.finish(),
            #[cfg(feature = "mp4")]
            Self::H264(film) => film.finish(),
        }
    }
}

fn begin_gif(out: SharedWriter, pace: &Pace, labels: &Labels) -> Result<FileKind, ExportError> {
    let side = |n: u32| {
        u16::try_from(n).map_err(|_| {
            ExportError::Format("GIF holds at most 65,535 pixels a side; choose PNG".into())
        })
    };
    let (w, h) = (side(pace.size[0])?, side(pace.size[1])?);
    let mut encoder = gif::Encoder::new(out, w, h, &[]).map_err(gif_error)?;
    if pace.forever {
        encoder
            .set_repeat(gif::Repeat::Infinite)
            .map_err(gif_error)?;
    }
    if let Some(xmp) = &labels.xmp {
        // XMP specification part 3: the packet stands there as it is; the 258 bytes
        // after it lead readers that know only blocks to the end.
        let mut bytes = b"\x21\xff\x0bXMP DataXMP".to_vec();
        bytes.extend(xmp.whole().bytes());
        bytes.push(1);
        bytes.extend((0..=255u8).rev());
        bytes.push(0);
        encoder
            .get_mut()
            .write_all(&bytes)
            .map_err(|e| gif_error(e.into()))?;
    }
    Ok(FileKind::Gif(encoder))
}

fn begin_apng(out: SharedWriter, pace: &Pace, labels: &Labels) -> Result<FileKind, ExportError> {
    let mut encoder = png::Encoder::new(out, pace.size[0], pace.size[1]);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let plays = u32::from(!pace.forever);
    encoder
        .set_animated(pace.frames, plays)
        .map_err(png_error)?;
    let (n, d) = apng_delay(pace.fps);
    encoder.set_frame_delay(n, d).map_err(png_error)?;
    encode::add_text(&mut encoder, labels)?;
    let writer = encoder.write_header().map_err(png_error)?;
    Ok(FileKind::Apng(Box::new(writer)))
}

/// A frame's time as a fraction.
fn apng_delay(fps: f32) -> (u16, u16) {
    if fps * 1000.0 <= 65_535.0 {
        (1000, (fps * 1000.0).round().max(1.0) as u16)
    } else {
        (1, fps.min(65_535.0) as u16)
    }
}

fn gif_error(e: gif::EncodingError) -> ExportError {
    match e {
        gif::EncodingError::Io(e) => ExportError::writing(Path::new(""), e),
        other => ExportError::Format(format!("GIF: {other}")),
    }
}

fn png_error(e: png::EncodingError) -> ExportError {
    match e {
        png::EncodingError::IoError(e) => ExportError::writing(Path::new(""), e),
        other => ExportError::Format(format!("PNG: {other}")),
    }
}
