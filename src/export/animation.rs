//! Animations, frame by frame into the file, so that only one frame is in memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::atomic::{Existing, write_file};
use super::encode::{PNG_KEYWORD, PNG_XMP_KEYWORD};
use super::{ExportError, Labels};
use crate::picture::Picture;

/// What an animation is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnimationSpec {
    /// Frames in all, at least one.
    pub frames: u32,
    /// Frames per second.
    pub fps: f32,
    /// Plays for ever; once otherwise.
    pub looped: bool,
}

/// File formats of animations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnimationFormat {
    /// 256 colours a frame, opens everywhere.
    Gif,
    /// Animated PNG, all colours.
    Apng,
}

/// The format that a file's name asks for.
pub fn animation_format(path: &Path) -> Option<AnimationFormat> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "gif" => Some(AnimationFormat::Gif),
        "png" | "apng" => Some(AnimationFormat::Apng),
        _ => None,
    }
}

/// Writes an animation; `frame` makes the frames in order, all of one size. If one
/// of them fails, nothing is left of the file.
///
/// # Errors
/// What `frame` says, or why the file can't be written.
pub fn write_animation<E: From<ExportError>>(
    path: &Path,
    existing: Existing,
    spec: &AnimationSpec,
    labels: &Labels,
    frame: &mut dyn FnMut(u32) -> Result<Picture, E>,
) -> Result<(), E> {
    let format = animation_format(path).ok_or_else(|| {
        ExportError::Format("the name of an animation must end in .gif or .png".into())
    })?;
    // The writer knows export errors only; the frames' own travel beside it.
    let mut failed = None;
    let mut next = |index| {
        frame(index).map_err(|error| {
            failed = Some(error);
            ExportError::Format("a frame could not be made".into())
        })
    };
    let written = write_file(path, existing, |out| {
        let first = next(0)?;
        let result = match format {
            AnimationFormat::Gif => gif_file(out, &first, spec, labels, &mut next),
            AnimationFormat::Apng => apng_file(out, &first, spec, labels, &mut next),
        };
        result.map_err(|e| e.at(path))
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(written?),
    }
}

type Out<'a> = BufWriter<&'a mut File>;
type Next<'a> = dyn FnMut(u32) -> Result<Picture, ExportError> + 'a;

fn gif_file(
    out: &mut Out<'_>,
    first: &Picture,
    spec: &AnimationSpec,
    labels: &Labels,
    next: &mut Next<'_>,
) -> Result<(), ExportError> {
    let side = |s: u32| {
        u16::try_from(s)
            .map_err(|_| ExportError::Format("GIF holds at most 65,535 pixels a side".into()))
    };
    let (width, height) = (side(first.width())?, side(first.height())?);
    let mut encoder = gif::Encoder::new(out, width, height, &[]).map_err(gif_error)?;
    if spec.looped {
        encoder
            .set_repeat(gif::Repeat::Infinite)
            .map_err(gif_error)?;
    }
    if let Some(json) = &labels.recipe_json {
        let blocks: Vec<&[u8]> = json.as_bytes().chunks(255).collect();
        encoder
            .write_raw_extension(gif::AnyExtension(0xfe), &blocks)
            .map_err(|e| gif_error(e.into()))?;
    }
    let mut rgb = Vec::new();
    for index in 0..spec.frames {
        let made;
        let picture = if index == 0 {
            first
        } else {
            made = next(index)?;
            &made
        };
        same_size(picture, first)?;
        opaque(picture, &mut rgb);
        let mut frame = gif::Frame::from_rgb_speed(width, height, &rgb, 10);
        frame.delay = hundredths(index, spec.fps);
        encoder.write_frame(&frame).map_err(gif_error)?;
    }
    Ok(())
}

/// How long a frame stays, in GIF's hundredths of a second; rounded so that the
/// whole keeps its time.
fn hundredths(index: u32, fps: f32) -> u16 {
    let at = |i: u32| (f64::from(i) * 100.0 / f64::from(fps)).round();
    (at(index + 1) - at(index)).clamp(1.0, 65_535.0) as u16
}

fn apng_file(
    out: &mut Out<'_>,
    first: &Picture,
    spec: &AnimationSpec,
    labels: &Labels,
    next: &mut Next<'_>,
) -> Result<(), ExportError> {
    let mut encoder = png::Encoder::new(out, first.width(), first.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder
        .set_animated(spec.frames, u32::from(!spec.looped))
        .map_err(png_error)?;
    let delay = (1000.0 / spec.fps).round().clamp(1.0, 65_535.0) as u16;
    encoder.set_frame_delay(delay, 1000).map_err(png_error)?;
    if let Some(json) = &labels.recipe_json {
        encoder
            .add_itxt_chunk(PNG_KEYWORD.into(), json.clone())
            .map_err(png_error)?;
    }
    if let Some(xmp) = &labels.xmp {
        encoder
            .add_itxt_chunk(PNG_XMP_KEYWORD.into(), xmp.whole())
            .map_err(png_error)?;
    }
    let mut writer = encoder.write_header().map_err(png_error)?;
    let mut rgb = Vec::new();
    for index in 0..spec.frames {
        let made;
        let picture = if index == 0 {
            first
        } else {
            made = next(index)?;
            &made
        };
        same_size(picture, first)?;
        opaque(picture, &mut rgb);
        writer.write_image_data(&rgb).map_err(png_error)?;
    }
    writer.finish().map_err(png_error)
}

fn same_size(picture: &Picture, first: &Picture) -> Result<(), ExportError> {
    if picture.size() == first.size() {
        return Ok(());
    }
    Err(ExportError::Format(
        "the frames of an animation must be of one size".into(),
    ))
}

/// RGB on white.
fn opaque(picture: &Picture, rgb: &mut Vec<u8>) {
    rgb.clear();
    for p in picture.rgba().chunks_exact(4) {
        let alpha = u32::from(p[3]);
        rgb.extend([0, 1, 2].map(|c| {
            let mixed = u32::from(p[c]) * alpha + 255 * (255 - alpha);
            ((mixed + 127) / 255) as u8
        }));
    }
}

fn gif_error(error: gif::EncodingError) -> ExportError {
    match error {
        gif::EncodingError::Io(source) => ExportError::Io {
            path: Path::new("").into(),
            source,
        },
        other => ExportError::Format(format!("the GIF can't be written: {other}")),
    }
}

fn png_error(error: png::EncodingError) -> ExportError {
    match error {
        png::EncodingError::IoError(source) => ExportError::Io {
            path: Path::new("").into(),
            source,
        },
        other => ExportError::Format(format!("the PNG can't be written: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::AnimationDecoder;

    fn frame(index: u32) -> Picture {
        let pixels = (0..32 * 24)
            .flat_map(|i| [(i * 3 % 256) as u8, (index * 60) as u8, 128, 255])
            .collect();
        Picture::from_rgba(32, 24, pixels).unwrap()
    }

    fn spec(looped: bool) -> AnimationSpec {
        AnimationSpec {
            frames: 4,
            fps: 12.0,
            looped,
        }
    }

    fn labels() -> Labels {
        Labels {
            recipe_json: Some("{\"making\":\"long \u{5b57}\"}".repeat(40)),
            ..Labels::default()
        }
    }

    fn write(path: &Path) -> Result<(), ExportError> {
        let mut make = |i| Ok(frame(i));
        write_animation(path, Existing::Keep, &spec(true), &labels(), &mut make)
    }

    #[test]
    fn animated_png_has_every_frame_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write(&path).unwrap();
        let file = std::io::BufReader::new(File::open(&path).unwrap());
        let decoder = image::codecs::png::PngDecoder::new(file).unwrap();
        assert!(decoder.is_apng().unwrap());
        let frames: Vec<_> = decoder
            .apng()
            .unwrap()
            .into_frames()
            .map(Result::unwrap)
            .collect();
        assert_eq!(frames.len(), 4);
        for (i, f) in frames.iter().enumerate() {
            assert_eq!(f.buffer().as_raw().as_slice(), frame(i as u32).rgba());
        }
    }

    #[test]
    fn gif_has_every_frame_and_keeps_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gif");
        write(&path).unwrap();
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(File::open(&path).unwrap()).unwrap();
        let mut delays = Vec::new();
        while let Some(f) = decoder.read_next_frame().unwrap() {
            delays.push(f.delay);
        }
        assert_eq!(delays, [8, 9, 8, 8], "a third of a second in all");
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.windows(8).any(|w| w == b"NETSCAPE"), "loops");
    }

    #[test]
    fn a_failing_frame_leaves_nothing_behind() {
        #[derive(Debug, PartialEq)]
        struct Mine;
        impl From<ExportError> for Mine {
            fn from(_: ExportError) -> Self {
                panic!("the frame's own error is wanted")
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gif");
        let mut make = |i| if i < 2 { Ok(frame(i)) } else { Err(Mine) };
        let result = write_animation(&path, Existing::Keep, &spec(false), &labels(), &mut make);
        assert_eq!(result, Err(Mine));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
