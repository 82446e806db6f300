//! Frames that become a film: drawn one after the other, each handed on at once.

use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, FilmFile, Stage};
use crate::export::Labels;
use crate::export::animation::{AnimationWriter, Pace};
use crate::picture::Picture;

/// How many frames, and how they are played.
#[derive(Debug, Clone, Copy)]
pub(super) struct Showing {
    pub(super) frames: u32,
    pub(super) fps: f32,
    /// For ever, or once.
    pub(super) forever: bool,
}

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
    draw: &mut dyn FnMut(&mut JobContext<'_>, u32) -> Result<Picture, EngineError>,
) -> Result<(), EngineError> {
    let mut writer: Option<AnimationWriter> = None;
    for number in 0..showing.frames {
        context.progress(Stage::Rendering, number.into(), showing.frames.into());
        context.yield_to_previews()?;
        let picture = draw(context, number)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => {
                let pace = Pace {
                    size: picture.size(),
                    frames: showing.frames,
                    fps: showing.fps,
                    forever: showing.forever,
                };
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
