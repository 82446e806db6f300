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

/// Whether a job may be paused for as long as the user likes: nothing may lie beneath it that
/// somebody waits for.
pub(super) fn may_be_paused(job: &Job) -> bool {
    matches!(job, Job::StylizeFine(..) | Job::Learn(_))
}

/// Of a job.
pub(super) fn rank(job: &Job) -> Rank {
    match job {
        Job::Directions { .. } | Job::LensDirections { .. } | Job::Learn(_) => Rank::Background,
        Job::Grow(_) => Rank::Live,
        _ => Rank::Asked,
    }
}
