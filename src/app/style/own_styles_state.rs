//! What Style knows of styles of the user's own: the form for a new one, and what was put aside.

use std::path::PathBuf;

use crate::app::action::Purpose;
use crate::app::engine_state::JobEntry;
use crate::app::state::AppState;
use crate::engine::protocol::{JobId, LearnJob, LearntAbout, Unfinished};
use crate::recipe::{SourceRef, without_day};

/// Minutes that are proposed for learning.
pub const MINUTES: f64 = 8.0;

/// A style to learn, as far as the form is filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnForm {
    /// Pictures by one hand.
    pub pictures: Vec<SourceRef>,
    /// What it will be called.
    pub title: String,
    /// Whose pictures they are; stays out of the style's file when empty.
    pub artist: String,
    /// Under what licence.
    pub licence: String,
    /// About how long it may take.
    pub minutes: f64,
}

impl LearnForm {
    /// For a picture, named after it.
    pub fn of(picture: Option<&SourceRef>) -> Self {
        let mut form = Self {
            pictures: Vec::new(),
            title: String::new(),
            artist: String::new(),
            licence: String::new(),
            minutes: MINUTES,
        };
        if let Some(picture) = picture {
            form.add(picture);
        }
        form
    }

    /// One picture more; the first says what the style is called and whose it is.
    pub(in crate::app) fn add(&mut self, picture: &SourceRef) {
        let same = |other: &SourceRef| other.sha256 == picture.sha256;
        if self.pictures.iter().any(same) {
            return;
        }
        if self.pictures.is_empty() && self.title.is_empty() {
            self.title = title_of(picture);
            self.artist.clone_from(&picture.artist);
            self.licence.clone_from(&picture.licence);
        }
        self.pictures.push(picture.clone());
    }

    /// Whether there is enough to begin with.
    pub fn is_ready(&self) -> bool {
        !self.pictures.is_empty() && !self.title.trim().is_empty()
    }

    /// The job; `photo` is the one in hand.
    pub(in crate::app) fn job(&self, photo: Option<&SourceRef>) -> LearnJob {
        let text = |text: &str| text.trim().to_owned();
        LearnJob {
            pictures: self.pictures.iter().map(SourceRef::place).collect(),
            photo: photo.map(SourceRef::place),
            about: LearntAbout {
                title: text(&self.title),
                artist: text(&self.artist),
                licence: text(&self.licence),
                ..LearntAbout::default()
            },
            minutes: Some(self.minutes),
            steps: None,
            out: None,
            replace: false,
        }
    }
}

/// A name for a style after its picture's file.
pub fn title_of(picture: &SourceRef) -> String {
    let name = std::path::Path::new(&picture.name).file_stem();
    let name = name.unwrap_or_default().to_string_lossy();
    let name = without_day(&name);
    let words = name.replace(['_', '-'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A style that is being learnt.
#[derive(Debug)]
pub(in crate::app) struct LearnRun {
    pub(in crate::app) id: JobId,
    pub(in crate::app) job: LearnJob,
    /// What it was begun from; none when it goes on.
    pub(in crate::app) form: Option<LearnForm>,
}

/// Styles of the user's own.
#[derive(Debug, Default)]
pub struct OwnStyles {
    /// A style that is to be learnt.
    pub form: Option<LearnForm>,
    /// Styles that were deleted and can be brought back, the last one last: token and name.
    pub deleted: Vec<(String, String)>,
    pub(in crate::app) runs: Vec<LearnRun>,
}

/// The styles that are being learnt, or wait for it.
pub fn at_work(state: &AppState) -> impl Iterator<Item = &JobEntry> {
    let jobs = state.engine.jobs.iter();
    jobs.filter(|job| job.purpose == Purpose::Learn)
}

/// Learning that was interrupted and isn't going on.
pub fn interrupted(state: &AppState) -> impl Iterator<Item = &Unfinished> {
    let unfinished = state.engine.library.unfinished.iter();
    unfinished.filter(|one| !state.own_styles.runs.iter().any(|run| is_of(&run.job, one)))
}

/// Whether a job works on what was interrupted.
fn is_of(job: &LearnJob, unfinished: &Unfinished) -> bool {
    let plan = &unfinished.plan;
    let out = job.out.as_ref();
    out.is_some_and(|out| *out == style_file(unfinished))
        || out.is_none() && job.pictures == plan.pictures && job.about == plan.about
}

/// The learnt style's file that it will become.
pub(in crate::app) fn style_file(unfinished: &Unfinished) -> PathBuf {
    unfinished.file.with_extension("safetensors")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(name: &str, sha256: &str) -> SourceRef {
        SourceRef {
            sha256: sha256.into(),
            name: name.into(),
            path: format!("/p/{name}"),
            artist: "Ada".into(),
            licence: "CC0 1.0".into(),
        }
    }

    #[test]
    fn the_form_is_filled_in_after_the_first_picture_and_takes_each_once() {
        let mut form = LearnForm::of(Some(&picture("blue_door-2.jpg", "a")));
        assert_eq!(form.title, "Blue door 2");
        assert_eq!(
            (form.artist.as_str(), form.licence.as_str()),
            ("Ada", "CC0 1.0")
        );
        form.add(&picture("other.jpg", "b"));
        form.add(&picture("blue_door-2.jpg", "a"));
        assert_eq!(
            (form.pictures.len(), form.title.as_str()),
            (2, "Blue door 2")
        );
        assert!(form.is_ready());
        form.title = "  ".into();
        assert!(!form.is_ready());
        assert!(!LearnForm::of(None).is_ready());
    }
}
