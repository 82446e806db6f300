//! Which of the jobs that wait goes first.

use crate::engine::protocol::Job;

/// What goes first. Those below the highest let others go in front of them, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Nobody waits for it: what the program begins by itself, and what takes many minutes.
    Background,
    /// Begun anew with each change of its settings: it mustn't hold up what was asked for once.
    Live,
    /// What the user asked for.
    Asked,
}

/// Of a job.
pub(super) fn rank(job: &Job) -> Rank {
    match job {
        Job::Directions { .. } | Job::LensDirections { .. } | Job::Learn(_) => Rank::Background,
        Job::Grow(_) => Rank::Live,
        _ => Rank::Asked,
    }
}
