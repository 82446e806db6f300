//! Undo and redo. One step per drag: a change becomes a step once the hand is off.

use std::sync::Arc;

use crate::app::document::Document;
use crate::app::view::Workspace;
use crate::picture::Picture;

/// Steps kept.
pub const MAX_STEPS: usize = 200;

/// Seconds of quiet after which a change by keys becomes a step.
const QUIET: f64 = 0.25;

/// One state of the document.
#[derive(Debug, Clone)]
pub struct Step {
    /// The document after the change.
    pub doc: Arc<Document>,
    /// What was changed, e.g. `Warmth`.
    pub label: String,
    /// What it looked like, longer side 96 pixels.
    pub thumb: Option<Picture>,
    /// Where the change shows; the start takes the first workspace that shows it.
    pub of: Option<Workspace>,
}

impl Step {
    fn new(doc: &Document, label: String, of: Option<Workspace>) -> Self {
        Self {
            doc: Arc::new(doc.clone()),
            label,
            thumb: None,
            of,
        }
    }
}

/// The workspace where two documents look different.
pub fn differ_in(a: &Document, b: &Document) -> Option<Workspace> {
    if a.style != b.style {
        Some(Workspace::Style)
    } else if a.lens != b.lens {
        Some(Workspace::Lens)
    } else if a.explore != b.explore {
        Some(Workspace::Explore)
    } else {
        None
    }
}

/// Whether a change shows on no canvas, as keeping a point: the step then has the
/// picture of the one before, and no preview comes that would give it one.
fn looks_alike(a: &Document, b: &Document) -> bool {
    a.style == b.style
        && a.explore.model == b.explore.model
        && a.explore.current() == b.explore.current()
        && a.lens.model == b.lens.model
        && a.lens.params() == b.lens.params()
}

/// The document's past and, after undo, its future.
#[derive(Debug, Clone)]
pub struct History {
    steps: Vec<Step>,
    at: usize,
    pending: Option<Pending>,
}

/// A change that is not a step yet.
#[derive(Debug, Clone)]
struct Pending {
    label: String,
    last_change: f64,
}

impl History {
    /// Starts with one step.
    pub fn new(doc: &Document) -> Self {
        Self {
            steps: vec![Step::new(doc, "Start".to_owned(), None)],
            at: 0,
            pending: None,
        }
    }

    /// All steps, oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Index of the step that the document stands on.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Whether a change waits for the hand to be taken off.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// The name of the step that undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        match &self.pending {
            Some(p) => Some(&p.label),
            None => (self.at > 0).then(|| self.steps[self.at].label.as_str()),
        }
    }

    /// The name of the step that redo would bring.
    pub fn redo_label(&self) -> Option<&str> {
        if self.pending.is_some() {
            return None;
        }
        self.steps.get(self.at + 1).map(|s| s.label.as_str())
    }

    /// Notes a change. Another kind of change than the pending one ends that one first.
    pub fn touch(&mut self, before: &Document, label: &str, now: f64) {
        if self.pending.as_ref().is_some_and(|p| p.label != label) {
            self.commit(before);
        }
        self.pending = Some(Pending {
            label: label.to_owned(),
            last_change: now,
        });
    }

    /// Makes a pending change a step once the hand is off and some quiet has passed.
    /// Returns whether it did.
    pub fn settle(&mut self, doc: &Document, interacting: bool, now: f64) -> bool {
        let due = self
            .pending
            .as_ref()
            .is_some_and(|p| !interacting && now - p.last_change >= QUIET);
        due && self.commit(doc)
    }

    /// Makes a pending change a step at once.
    pub fn commit(&mut self, doc: &Document) -> bool {
        let Some(pending) = self.pending.take() else {
            return false;
        };
        if *self.steps[self.at].doc == *doc {
            return false;
        }
        let before = &self.steps[self.at];
        let mut step = Step::new(doc, pending.label, differ_in(&before.doc, doc));
        if looks_alike(&before.doc, doc) {
            step.thumb = before.thumb.clone();
        }
        self.steps.truncate(self.at + 1);
        self.steps.push(step);
        if self.steps.len() > MAX_STEPS {
            self.steps.remove(0);
        }
        self.at = self.steps.len() - 1;
        true
    }

    /// One step back; commits a pending change first. Returns the document to go to.
    pub fn undo(&mut self, doc: &Document) -> Option<Arc<Document>> {
        self.commit(doc);
        let to = self.at.checked_sub(1)?;
        self.go_to(to)
    }

    /// One step forward.
    pub fn redo(&mut self, doc: &Document) -> Option<Arc<Document>> {
        self.commit(doc);
        self.go_to(self.at + 1)
    }

    /// To any step. A pending change must be committed before.
    pub fn go_to(&mut self, index: usize) -> Option<Arc<Document>> {
        let step = self.steps.get(index)?;
        self.at = index;
        Some(Arc::clone(&step.doc))
    }

    /// Replaces the document of the current step without making a new one, for
    /// changes that are not the user's (the engine's list of models arrived).
    pub fn amend(&mut self, doc: &Document) {
        self.steps[self.at].doc = Arc::new(doc.clone());
    }

    /// Whether the current step has no thumbnail yet.
    pub fn lacks_thumb(&self) -> bool {
        self.steps[self.at].thumb.is_none()
    }

    /// Gives the current step its thumbnail, if its change shows in this workspace:
    /// the other one looks the same before and after.
    pub fn set_thumb(&mut self, thumb: Picture, shown_in: Workspace) {
        let step = &mut self.steps[self.at];
        if self.pending.is_none() && *step.of.get_or_insert(shown_in) == shown_in {
            step.thumb = Some(thumb);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(strength: f32) -> Document {
        let mut doc = Document::default();
        doc.style.strength = strength;
        doc
    }

    #[test]
    fn a_drag_is_one_step_and_undo_brings_the_start_back() {
        let mut history = History::new(&doc(1.0));
        for (i, s) in [0.9, 0.8, 0.7].into_iter().enumerate() {
            history.touch(&doc(s + 0.1), "Strength", i as f64 * 0.01);
            assert!(!history.settle(&doc(s), true, 10.0));
        }
        assert!(history.settle(&doc(0.7), false, 10.0));
        assert_eq!(history.steps().len(), 2);
        assert_eq!(*history.undo(&doc(0.7)).unwrap(), doc(1.0));
        assert_eq!(*history.redo(&doc(1.0)).unwrap(), doc(0.7));
    }

    #[test]
    fn undo_in_the_middle_of_a_change_loses_nothing() {
        let mut history = History::new(&doc(1.0));
        history.touch(&doc(1.0), "Strength", 0.0);
        assert_eq!(history.undo_label(), Some("Strength"));
        assert_eq!(*history.undo(&doc(0.4)).unwrap(), doc(1.0));
        assert_eq!(*history.redo(&doc(1.0)).unwrap(), doc(0.4));
    }

    #[test]
    fn a_new_change_cuts_off_the_future_and_the_past_is_bounded() {
        let mut history = History::new(&doc(0.0));
        for i in 1..=(MAX_STEPS + 20) {
            history.touch(&doc(i as f32 - 1.0), "Strength", 0.0);
            history.commit(&doc(i as f32));
        }
        assert_eq!(history.steps().len(), MAX_STEPS);
        history.undo(&doc((MAX_STEPS + 20) as f32));
        history.touch(&doc(0.0), "Brush", 0.0);
        history.commit(&doc(-1.0));
        assert!(history.redo_label().is_none());
    }

    #[test]
    fn a_change_that_comes_back_to_the_start_is_no_step() {
        let mut history = History::new(&doc(1.0));
        history.touch(&doc(1.0), "Strength", 0.0);
        assert!(!history.settle(&doc(1.0), false, 1.0));
        assert_eq!(history.steps().len(), 1);
    }

    #[test]
    fn a_thumbnail_shows_the_workspace_of_the_change() {
        let picture = |v: u8| Picture::from_rgba(1, 1, vec![v; 4]).unwrap();
        let shown = |h: &History| h.steps()[h.at()].thumb.as_ref().map(|p| p.rgba()[0]);
        let mut history = History::new(&doc(1.0));
        history.set_thumb(picture(1), Workspace::Explore);
        history.set_thumb(picture(2), Workspace::Style);
        assert_eq!(shown(&history), Some(1), "the start keeps its first look");
        history.touch(&doc(1.0), "Strength", 0.0);
        history.commit(&doc(0.5));
        history.set_thumb(picture(3), Workspace::Explore);
        assert_eq!(shown(&history), None);
        history.set_thumb(picture(4), Workspace::Style);
        history.set_thumb(picture(5), Workspace::Explore);
        assert_eq!(shown(&history), Some(4));
    }
}
