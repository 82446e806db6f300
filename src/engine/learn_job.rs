//! What a style is learnt from, and into which file: a part of the protocol.

use std::path::PathBuf;

use crate::models::restyle::About as LearntAbout;

/// A style to learn from pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnJob {
    /// Pictures by one hand.
    pub pictures: Vec<PathBuf>,
    /// A photo of the user's: it is learnt with, too, and the samples are of it.
    pub photo: Option<PathBuf>,
    /// What is said about the style; hashes and figures are filled in.
    pub about: LearntAbout,
    /// About how long; ends earlier once it is good enough. Ignored with `steps`.
    pub minutes: Option<f64>,
    /// Just so many steps.
    pub steps: Option<u32>,
    /// The learnt style's file. What is needed to go on lies beside it, named `….learning`, until
    /// the style is learnt.
    pub out: PathBuf,
    /// Whether a file that is there is replaced.
    pub replace: bool,
}
