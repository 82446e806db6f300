//! Frames that become a film: drawn one after the other, each handed on at once.

use std::time::{Duration, Instant};

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, FilmEstimate, FilmFile, Stage};
use crate::export::Labels;
use crate::export::animation::{AnimationWriter, Pace};
use crate::picture::Picture;

/// Frames from which a film's time and size are told.
const TRIAL: u32 = 4;
/// Seconds from one frame that stands for itself to the next, as the encoders have them.
const JUMP: f32 = 2.0;

/// How many frames, and how they are played.
#[derive(Debug, Clone, Copy)]
pub(super) struct Showing {
    pub(super) frames: u32,
    pub(super) fps: f32,
    /// For ever, or once.
    pub(super) forever: bool,
}

impl Showing {
    fn pace(&self, pictures: &[Picture]) -> Pace {
        Pace {
            size: pictures.first().map_or([0, 0], Picture::size),
            frames: self.frames,
            fps: self.fps,
            forever: self.forever,
        }
    }
}

/// Draws a frame by its number.
pub(super) type Draw<'a> = dyn FnMut(&mut JobContext<'_>, u32) -> Result<Picture, EngineError> + 'a;

/// Draws all frames by `draw`, which is given their numbers, and writes the film. The first
/// one decides the size. Nothing is left of a film that was given up.
///
/// # Errors
/// What `draw` says, [`EngineError::Cancelled`], or the failure of the encoder or disk.
pub(super) fn write(
    context: &mut JobContext<'_>,
    file: &FilmFile,
    showing: Showing,
    labels: &Labels,
    draw: &mut Draw<'_>,
) -> Result<(), EngineError> {
    let mut writer: Option<AnimationWriter> = None;
    for number in 0..showing.frames {
        context.progress(Stage::Rendering, number.into(), showing.frames.into());
        context.yield_to_previews()?;
        let picture = draw(context, number)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => {
                let pace = showing.pace(std::slice::from_ref(&picture));
                let (out, format, quality) = (&file.out, file.format, file.quality);
                let begun = AnimationWriter::create_as(out, format, quality, pace, labels)?;
                writer.insert(begun)
            }
        };
        writer.write_frame(&picture)?;
    }
    if let Some(writer) = writer {
        context.check()?;
        context.progress(Stage::Writing, 0, 1);
        writer.finish()?;
    }
    Ok(())
}

/// The first frame of those that [`estimate`] makes.
pub(super) fn first_tried(frames: u32) -> u32 {
    (frames - TRIAL.min(frames)) / 2
}

/// What [`write`] will take: some frames from the middle are made, in their order, and thrown away.
///
/// # Errors
/// As [`write`].
pub(super) fn estimate(
    context: &mut JobContext<'_>,
    file: &FilmFile,
    showing: Showing,
    labels: &Labels,
    draw: &mut Draw<'_>,
) -> Result<FilmEstimate, EngineError> {
    let frames = showing.frames;
    let tried = TRIAL.min(frames);
    let start = Instant::now();
    let mut pictures = Vec::new();
    for number in 0..tried {
        context.progress(Stage::Rendering, number.into(), tried.into());
        context.yield_to_previews()?;
        pictures.push(draw(context, first_tried(frames) + number)?);
    }
    let failed = |e: std::io::Error| EngineError::Internal(e.to_string());
    let folder = tempfile::tempdir().map_err(failed)?;
    // The first one alone stands for itself, in some formats as much as all that follow it.
    let first = trial(&folder, file, showing, labels, &pictures[..1])?;
    let alone = Instant::now();
    let all = trial(&folder, file, showing, labels, &pictures)?;
    let each = (alone.elapsed() + (alone - start)).as_secs_f64() / f64::from(tried.max(1));
    let more = all.saturating_sub(first) / u64::from(tried - 1).max(1);
    let jumps = u64::from(frames) / ((showing.fps * JUMP).round() as u64).max(1) + 1;
    Ok(FilmEstimate {
        size: pictures.first().map_or([0, 0], Picture::size),
        bytes: first * jumps + more * u64::from(frames).saturating_sub(jumps),
        time: Duration::from_secs_f64(each * f64::from(frames)),
    })
}

/// Bytes of a film of these pictures.
fn trial(
    folder: &tempfile::TempDir,
    file: &FilmFile,
    showing: Showing,
    labels: &Labels,
    pictures: &[Picture],
) -> Result<u64, EngineError> {
    let out = folder.path().join(format!("trial-{}", pictures.len()));
    let showing = Showing {
        frames: pictures.len() as u32,
        ..showing
    };
    let pace = showing.pace(pictures);
    let mut writer = AnimationWriter::create_as(&out, file.format, file.quality, pace, labels)?;
    for picture in pictures {
        writer.write_frame(picture)?;
    }
    writer.finish()?;
    let failed = |e: std::io::Error| EngineError::Internal(e.to_string());
    if !out.is_dir() {
        return Ok(std::fs::metadata(&out).map_err(failed)?.len());
    }
    let inside = std::fs::read_dir(&out).map_err(failed)?;
    let about = inside.filter_map(|entry| entry.ok()?.metadata().ok());
    Ok(about.map(|about| about.len()).sum())
}
