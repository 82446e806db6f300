//! What a style is learnt from, and into which file: a part of the protocol.

use std::path::PathBuf;

use crate::models::restyle::About as LearntAbout;
use crate::models::style_note::Plan;

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
    /// The learnt style's file; when absent, one of the user's own styles, named as the style is.
    /// What is needed to go on lies beside it, named `….learning`, until the style is learnt.
    pub out: Option<PathBuf>,
    /// Whether a file that is there is replaced.
    pub replace: bool,
}

impl LearnJob {
    /// What is written down so that it can be gone on with after a restart; `None` where a file's
    /// name is no text.
    pub(crate) fn plan(&self) -> Option<Plan> {
        let all = self.pictures.iter().chain(&self.photo);
        all.clone()
            .all(|file| file.to_str().is_some())
            .then(|| Plan {
                pictures: self.pictures.clone(),
                photo: self.photo.clone(),
                about: self.about.clone(),
                minutes: self.minutes,
            })
    }
}
