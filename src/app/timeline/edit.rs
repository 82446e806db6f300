//! What panels may change on the timeline.

use crate::app::timeline::document::{KeyPicture, TimelineDoc};
use crate::gallery::protocol::PictureId;
use crate::recipe::{Easing, WalkPath};

/// A change of the timeline.
#[derive(Debug, Clone)]
pub enum TimelineEdit {
    /// This picture at the end.
    Add(KeyPicture),
    /// What the canvas shows at the end.
    AddCurrent,
    /// What Explore shows, with another seed.
    AddSeed(u64),
    /// All bookmarks of the film's network.
    AddBookmarks,
    /// A picture of the gallery by its recipe.
    AddPicture(PictureId),
    /// Another picture in this keyframe's place: the one on the canvas.
    Put(usize),
    /// Takes a keyframe away.
    Remove(usize),
    /// Reorder keyframes; each takes its time along.
    Move {
        /// From here.
        from: usize,
        /// To before this place.
        to: usize,
    },
    /// Seconds from a keyframe to the next.
    Seconds(usize, f32),
    /// How the pace goes from a keyframe to the next.
    Easing(usize, Easing),
    /// Seconds of the whole film: all times longer or shorter alike.
    Length(f32),
    /// Back to the first one at the end.
    Looped(bool),
    /// One even pace.
    Even(bool),
    /// How the film goes between keyframes.
    Path(WalkPath),
    /// Frames a second.
    Fps(f32),
    /// Longer side for networks of any size, pixels.
    MaxSide(u32),
    /// How many times as large the enlarging network makes the frames.
    Enlarge(u32),
    /// Takes all keyframes away.
    Clear,
    /// Everything at once, from a recipe.
    Replace {
        /// The new timeline.
        timeline: Box<TimelineDoc>,
        /// Name of the step.
        label: &'static str,
    },
}
