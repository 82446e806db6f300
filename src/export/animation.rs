//! Animations, written frame by frame in constant memory: GIF (256 colours a frame,
//! dithered), APNG (all colours) and, with the feature `mp4`, H.264; with recipe and
//! labels inside.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::atomic::{Existing, NewFile, Noting};
use super::encode::{self, Labels};
use super::{ExportError, dither};
use crate::picture::Picture;

/// Shape and pace of an animation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Pixels of every frame.
    pub size: [u32; 2],
    /// Frames in all, ≥ 1.
    pub frames: u32,
    /// Frames per second, > 0.
    pub fps: f32,
    /// Play for ever, or once.
    pub forever: bool,
}

/// An animation being written. Dropped before [`AnimationWriter::finish`], it leaves
/// nothing behind.
pub struct AnimationWriter {
    kind: Kind,
    pace: Pace,
    written: u32,
    buffer: SharedWriter,
    new: NewFile,
}

enum Kind {
    Gif(gif::Encoder<SharedWriter>),
    // Boxed: it is much larger than the other.
    Apng(Box<png::Writer<SharedWriter>>),
    #[cfg(feature = "mp4")]
    Film(Box<super::mp4::Film<SharedWriter>>),
}

/// Endings of the animations that this program writes.
pub const ENDINGS: &[&str] = if cfg!(feature = "mp4") {
    &["gif", "png", "apng", "mp4"]
} else {
    &["gif", "png", "apng"]
};

impl AnimationWriter {
    /// Begins a `.gif`, an APNG for `.png` and `.apng`, or, with the feature `mp4`, an
    /// `.mp4`, whose sides become even.
    ///
    /// # Errors
    /// [`ExportError::Format`] for other names and impossible sizes, or the failure of
    /// the disk.
    pub fn create(path: &Path, pace: Pace, labels: &Labels) -> Result<Self, ExportError> {
        let extension = path.extension().and_then(|e| e.to_str());
        let ending = extension.map(str::to_ascii_lowercase).unwrap_or_default();
        if !ENDINGS.contains(&ending.as_str()) {
            return Err(ExportError::Format(format!(
                "animations are written as .{}; give the file one of these names",
                ENDINGS.join(", .")
            )));
        }
        if pace.frames == 0 || pace.fps.is_nan() || pace.fps <= 0.0 || pace.size.contains(&0) {
            return Err(ExportError::Format(
                "an animation needs at least one frame, a size, and a pace above 0".into(),
            ));
        }
        let mut new = NewFile::create(path)?;
        let file = new
            .file()
            .try_clone()
            .map_err(|e| ExportError::writing(path, e))?;
        let buffer = SharedWriter::new(file);
        let kind = match ending.as_str() {
            "gif" => begin_gif(buffer.clone(), &pace, labels),
            #[cfg(feature = "mp4")]
            "mp4" => super::mp4::Film::begin(buffer.clone(), &pace, labels)
                .map(|film| Kind::Film(Box::new(film))),
            _ => begin_apng(buffer.clone(), &pace, labels),
        }
        .map_err(|e| buffer.cause(path, e))?;
        Ok(Self {
            kind,
            pace,
            written: 0,
            buffer,
            new,
        })
    }

    /// Frames written so far.
    pub fn written(&self) -> u32 {
        self.written
    }

    /// Writes the next frame.
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
        let path = self.new.path().to_path_buf();
        match &mut self.kind {
            Kind::Gif(encoder) => {
                let mut frame = dither::frame(picture);
                frame.delay = gif_delay(self.written, self.pace.fps);
                encoder.write_frame(&frame).map_err(gif_error)
            }
            Kind::Apng(writer) => {
                let rgb: Vec<u8> = picture
                    .rgba()
                    .chunks_exact(4)
                    .flat_map(|c| [c[0], c[1], c[2]])
                    .collect();
                writer.write_image_data(&rgb).map_err(png_error)
            }
            #[cfg(feature = "mp4")]
            Kind::Film(film) => film.frame(picture),
        }
        .map_err(|e| self.buffer.cause(&path, e))?;
        self.written += 1;
        Ok(())
    }

    /// Ends the animation and gives it its name; an older file of it is replaced.
    ///
    /// # Errors
    /// [`ExportError::Format`] when frames are missing, or the failure of the disk.
    pub fn finish(self) -> Result<(), ExportError> {
        let path = self.new.path().to_path_buf();
        if self.written != self.pace.frames {
            return Err(ExportError::Format(format!(
                "the animation is cut short: {} of {} frames",
                self.written, self.pace.frames
            )));
        }
        let mut buffer = self.buffer;
        let ended = match self.kind {
            // The end marker is written when the encoder goes.
            Kind::Gif(encoder) => {
                let end = encoder.into_inner().map(drop).map_err(io::Error::other);
                end.map_err(|e| ExportError::writing(&path, e))
            }
            Kind::Apng(writer) => writer
                .finish()
                .map_err(|e| ExportError::writing(&path, io::Error::other(e))),
            #[cfg(feature = "mp4")]
            Kind::Film(film) => film.finish(),
        };
        ended
            .and_then(|()| buffer.flush().map_err(|e| ExportError::writing(&path, e)))
            .map_err(|e| buffer.cause(&path, e))?;
        self.new.commit(Existing::Replace)
    }
}

/// Hundredths of a second, so that the sum keeps pace with the clock; browsers take
/// less than two for ten.
fn gif_delay(frame: u32, fps: f32) -> u16 {
    let at = |n: u32| (f64::from(n) * 100.0 / f64::from(fps)).round();
    (at(frame + 1) - at(frame)).clamp(2.0, 65_535.0) as u16
}

fn begin_gif(out: SharedWriter, pace: &Pace, labels: &Labels) -> Result<Kind, ExportError> {
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
    Ok(Kind::Gif(encoder))
}

fn begin_apng(out: SharedWriter, pace: &Pace, labels: &Labels) -> Result<Kind, ExportError> {
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
    Ok(Kind::Apng(Box::new(writer)))
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

/// The encoders keep their writer to themselves; this one can still be flushed with
/// its errors heard.
#[derive(Clone)]
struct SharedWriter(Arc<Mutex<Noting<BufWriter<File>>>>);

impl SharedWriter {
    fn new(file: File) -> Self {
        let buffer = BufWriter::with_capacity(1 << 16, file);
        Self(Arc::new(Mutex::new(Noting::new(buffer))))
    }

    /// What the disk said rather than what an encoder made of it.
    fn cause(&self, path: &Path, e: ExportError) -> ExportError {
        match self.0.lock().failure() {
            Some(failure) => ExportError::writing(path, failure),
            None => e.at(path),
        }
    }
}

#[cfg(feature = "mp4")]
impl io::Seek for SharedWriter {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.lock().seek(to)
    }
}

impl Write for SharedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}
