//! Undo and redo, for each workspace its own. One step per drag: a change becomes a step once
//! the hand is off; strokes of keys on one slider, and stars, are gathered into one step.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::document::Document;
use crate::app::explore::document::ExploreDoc;
use crate::app::grow::document::GrowDoc;
use crate::app::lens::document::LensDoc;
use crate::app::spaces::document::SpacesDoc;
use crate::app::style::document::StyleDoc;
use crate::app::view::Workspace;
use crate::picture::Picture;

/// Steps kept.
pub const MAX_STEPS: usize = 200;

/// Seconds of quiet after which a change by keys becomes a step.
const QUIET: f64 = 0.25;

/// Seconds within which the next change of the same kind joins the step before.
const GATHER: f64 = 4.0;

/// The work of one workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// Of Explore.
    Explore(ExploreDoc),
    /// Of Style.
    Style(StyleDoc),
    /// Of Lens.
    Lens(LensDoc),
    /// Of Grow.
    Grow(Box<GrowDoc>),
    /// Of Spaces.
    Spaces(Box<SpacesDoc>),
}

impl Part {
    /// The work of a workspace; the gallery has none.
    pub fn of(workspace: Workspace, doc: &Document) -> Option<Self> {
        match workspace {
            Workspace::Explore => Some(Self::Explore(doc.explore.clone())),
            Workspace::Style => Some(Self::Style(doc.style.clone())),
            Workspace::Lens => Some(Self::Lens(doc.lens.clone())),
            Workspace::Grow => Some(Self::Grow(Box::new(doc.grow.clone()))),
            Workspace::Spaces => Some(Self::Spaces(Box::new(doc.spaces.clone()))),
            Workspace::Gallery => None,
        }
    }

    /// Puts the work into a document; the other workspaces' stays.
    pub fn put(&self, doc: &mut Document) {
        match self {
            Self::Explore(part) => doc.explore = part.clone(),
            Self::Style(part) => doc.style = part.clone(),
            Self::Lens(part) => doc.lens = part.clone(),
            Self::Grow(part) => doc.grow = (**part).clone(),
            Self::Spaces(part) => doc.spaces = (**part).clone(),
        }
    }

    /// Whether a document has just this work.
    fn is_in(&self, doc: &Document) -> bool {
        match self {
            Self::Explore(part) => *part == doc.explore,
            Self::Style(part) => *part == doc.style,
            Self::Lens(part) => *part == doc.lens,
            Self::Grow(part) => **part == doc.grow,
            Self::Spaces(part) => **part == doc.spaces,
        }
    }

    /// The same of a document.
    fn as_in(&self, doc: &Document) -> Self {
        match self {
            Self::Explore(_) => Self::Explore(doc.explore.clone()),
            Self::Style(_) => Self::Style(doc.style.clone()),
            Self::Lens(_) => Self::Lens(doc.lens.clone()),
            Self::Grow(_) => Self::Grow(Box::new(doc.grow.clone())),
            Self::Spaces(_) => Self::Spaces(Box::new(doc.spaces.clone())),
        }
    }

    /// Whether two look the same on the canvas, as before and after keeping a bookmark: the
    /// step then has the picture of the one before, and no preview comes that would give it one.
    fn looks_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Explore(a), Self::Explore(b)) => {
                a.model == b.model && a.current() == b.current()
            }
            (Self::Lens(a), Self::Lens(b)) => a.model == b.model && a.params() == b.params(),
            (Self::Style(a), Self::Style(b)) => {
                a.params() == b.params() && (a.quality, &a.fine) == (b.quality, &b.fine)
            }
            (Self::Grow(a), Self::Grow(b)) => a.params() == b.params(),
            (a, b) => a == b,
        }
    }
}

/// A change, as the history is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was changed, e.g. `Warmth`.
    pub label: String,
    /// Changes of one kind that come soon after one another are one step; none: never.
    pub kind: Option<String>,
    /// By a drag, which is a step of its own.
    pub drag: bool,
}

/// One state of a workspace's work.
#[derive(Debug, Clone)]
pub struct Step {
    /// The work after the change.
    pub part: Arc<Part>,
    /// What was changed, e.g. `Warmth`.
    pub label: String,
    /// What it looked like, longer side 96 pixels.
    pub thumb: Option<Picture>,
    /// What may still join it, and since when: kind and second of the last change.
    open: Option<(String, f64)>,
}

impl Step {
    /// A step that nothing joins any more.
    pub(in crate::app) fn closed(part: Part, label: String, thumb: Option<Picture>) -> Self {
        Self {
            part: part.into(),
            label,
            thumb,
            open: None,
        }
    }
}

/// The past of a workspace's work and, after undo, its future.
#[derive(Debug, Clone)]
pub struct History {
    steps: Vec<Step>,
    at: usize,
    pending: Option<Pending>,
}

/// A change that is not a step yet.
#[derive(Debug, Clone)]
struct Pending {
    change: Change,
    first: f64,
    last: f64,
}

impl History {
    /// Starts with one step.
    pub fn new(part: Part) -> Self {
        Self {
            steps: vec![Step::closed(part, "Start".to_owned(), None)],
            at: 0,
            pending: None,
        }
    }

    /// Goes on from steps of an earlier session; work that went on after the last of them is a
    /// step of its own. Steps of another workspace are refused.
    pub(in crate::app) fn go_on(&mut self, mut steps: Vec<Step>, at: usize, doc: &Document) {
        let own = std::mem::discriminant(&*self.steps[0].part);
        let alike = steps
            .iter()
            .all(|step| std::mem::discriminant(&*step.part) == own);
        if !alike || at >= steps.len() {
            return;
        }
        let mut at = at;
        if !steps[at].part.is_in(doc) {
            let part = self.steps[0].part.as_in(doc);
            steps.truncate(at + 1);
            steps.push(Step::closed(part, "Later changes".to_owned(), None));
            at += 1;
        }
        self.steps = steps;
        self.at = at;
    }

    /// All steps, oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Index of the step that the work stands on.
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
            Some(p) => Some(&p.change.label),
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
    pub fn touch(&mut self, before: &Document, change: Change, now: f64) {
        let joins = |p: &Pending| p.change.label == change.label;
        if self.pending.as_ref().is_some_and(|p| !joins(p)) {
            self.commit(before);
        }
        let first = self.pending.take().map_or(now, |p| p.first);
        self.pending = Some(Pending {
            change,
            first,
            last: now,
        });
    }

    /// Makes a pending change a step once the hand is off and some quiet has passed.
    /// Returns whether it did.
    pub fn settle(&mut self, doc: &Document, interacting: bool, now: f64) -> bool {
        let due = self
            .pending
            .as_ref()
            .is_some_and(|p| !interacting && now - p.last >= QUIET);
        due && self.commit(doc)
    }

    /// Makes a pending change a step at once.
    pub fn commit(&mut self, doc: &Document) -> bool {
        let Some(pending) = self.pending.take() else {
            return false;
        };
        let before = &self.steps[self.at];
        if before.part.is_in(doc) {
            return false;
        }
        let mut step = Step {
            part: before.part.as_in(doc).into(),
            label: pending.change.label.clone(),
            thumb: None,
            open: None,
        };
        if before.part.looks_like(&step.part) {
            step.thumb = before.thumb.clone();
        }
        let joins = self.joins(&pending);
        if !pending.change.drag {
            step.open = pending.change.kind.map(|kind| (kind, pending.last));
        }
        self.steps.truncate(self.at + 1);
        if joins {
            let joined = self.steps.pop();
            if let (Some(joined), Some((kind, _))) = (joined, &step.open)
                && joined.label != step.label
            {
                step.label.clone_from(kind);
            }
        }
        // What was moved there and back again is no step.
        if !joins || self.steps.last().is_some_and(|s| s.part != step.part) {
            self.steps.push(step);
        }
        if self.steps.len() > MAX_STEPS {
            self.steps.remove(0);
        }
        self.at = self.steps.len() - 1;
        true
    }

    /// Whether a change joins the step that the work stands on.
    fn joins(&self, pending: &Pending) -> bool {
        let last = self.at > 0 && self.at + 1 == self.steps.len();
        match (&self.steps[self.at].open, &pending.change.kind) {
            (Some((open, since)), Some(kind)) => {
                last && !pending.change.drag && open == kind && pending.first - since < GATHER
            }
            _ => false,
        }
    }

    /// One step back; commits a pending change first. Returns the work to go to.
    pub fn undo(&mut self, doc: &Document) -> Option<Arc<Part>> {
        self.commit(doc);
        let to = self.at.checked_sub(1)?;
        self.go_to(to)
    }

    /// One step forward.
    pub fn redo(&mut self, doc: &Document) -> Option<Arc<Part>> {
        self.commit(doc);
        self.go_to(self.at + 1)
    }

    /// To any step. A pending change must be committed before.
    pub fn go_to(&mut self, index: usize) -> Option<Arc<Part>> {
        self.steps[self.at].open = None;
        let step = self.steps.get(index)?;
        self.at = index;
        Some(Arc::clone(&step.part))
    }

    /// Replaces the work of the current step without making a new one, for
    /// changes that are not the user's (the engine's list of models arrived).
    pub fn amend(&mut self, doc: &Document) {
        let step = &mut self.steps[self.at];
        if !step.part.is_in(doc) {
            step.part = step.part.as_in(doc).into();
        }
    }

    /// Whether the current step has no thumbnail yet.
    pub fn lacks_thumb(&self) -> bool {
        self.steps[self.at].thumb.is_none()
    }

    /// Gives the current step its thumbnail, unless a change is on its way.
    pub fn set_thumb(&mut self, thumb: Picture) {
        if self.pending.is_none() {
            self.steps[self.at].thumb = Some(thumb);
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

    fn part(strength: f32) -> Part {
        Part::Style(doc(strength).style)
    }

    fn drag(label: &str) -> Change {
        Change {
            label: label.to_owned(),
            kind: Some(label.to_owned()),
            drag: true,
        }
    }

    fn key(label: &str, kind: &str) -> Change {
        Change {
            label: label.to_owned(),
            kind: Some(kind.to_owned()),
            drag: false,
        }
    }

    fn labels(history: &History) -> Vec<&str> {
        history.steps().iter().map(|s| s.label.as_str()).collect()
    }

    #[test]
    fn a_drag_is_one_step_and_undo_brings_the_start_back() {
        let mut history = History::new(part(1.0));
        for (i, s) in [0.9, 0.8, 0.7].into_iter().enumerate() {
            history.touch(&doc(s + 0.1), drag("Strength"), i as f64 * 0.01);
            assert!(!history.settle(&doc(s), true, 10.0));
        }
        assert!(history.settle(&doc(0.7), false, 10.0));
        assert_eq!(history.steps().len(), 2);
        assert_eq!(*history.undo(&doc(0.7)).unwrap(), part(1.0));
        assert_eq!(*history.redo(&doc(1.0)).unwrap(), part(0.7));
    }

    #[test]
    fn undo_in_the_middle_of_a_change_loses_nothing() {
        let mut history = History::new(part(1.0));
        history.touch(&doc(1.0), drag("Strength"), 0.0);
        assert_eq!(history.undo_label(), Some("Strength"));
        assert_eq!(*history.undo(&doc(0.4)).unwrap(), part(1.0));
        assert_eq!(*history.redo(&doc(1.0)).unwrap(), part(0.4));
    }

    #[test]
    fn a_new_change_cuts_off_the_future_and_the_past_is_bounded() {
        let mut history = History::new(part(0.0));
        for i in 1..=(MAX_STEPS + 20) {
            history.touch(&doc(i as f32 - 1.0), drag("Strength"), 0.0);
            history.commit(&doc(i as f32));
        }
        assert_eq!(history.steps().len(), MAX_STEPS);
        history.undo(&doc((MAX_STEPS + 20) as f32));
        history.touch(&doc(0.0), drag("Brush"), 0.0);
        history.commit(&doc(-1.0));
        assert!(history.redo_label().is_none());
    }

    #[test]
    fn a_change_that_comes_back_to_the_start_is_no_step() {
        let mut history = History::new(part(1.0));
        history.touch(&doc(1.0), drag("Strength"), 0.0);
        assert!(!history.settle(&doc(1.0), false, 1.0));
        assert_eq!(history.steps().len(), 1);
    }

    #[test]
    fn what_is_changed_in_another_workspace_is_no_step_here() {
        let mut history = History::new(part(1.0));
        history.touch(&doc(1.0), drag("Seed"), 0.0);
        let mut elsewhere = doc(1.0);
        elsewhere.explore.model = "fruit".into();
        assert!(!history.commit(&elsewhere));
        assert_eq!(history.steps().len(), 1);
    }

    #[test]
    fn keys_on_one_slider_are_gathered_and_drags_are_not() {
        let mut history = History::new(part(0.0));
        for (i, s) in [0.1, 0.2, 0.3].into_iter().enumerate() {
            let now = i as f64 * 2.0;
            history.touch(&doc(s - 0.1), key("Strength", "Strength"), now);
            history.settle(&doc(s), false, now + 1.0);
        }
        assert_eq!(labels(&history), ["Start", "Strength"]);
        // After a while it is another step, and so is a drag.
        history.touch(&doc(0.3), key("Strength", "Strength"), 20.0);
        history.settle(&doc(0.4), false, 21.0);
        history.touch(&doc(0.4), drag("Strength"), 22.0);
        history.settle(&doc(0.5), false, 23.0);
        assert_eq!(history.steps().len(), 4);
        assert_eq!(*history.undo(&doc(0.5)).unwrap(), part(0.4));
        // Gone back to, a step is closed.
        history.touch(&doc(0.4), key("Strength", "Strength"), 22.0);
        history.settle(&doc(0.6), false, 23.0);
        assert_eq!(*history.undo(&doc(0.6)).unwrap(), part(0.4));
    }

    #[test]
    fn stars_are_gathered_under_one_name() {
        let mut history = History::new(part(0.0));
        history.touch(&doc(0.0), key("Star: Warmth", "Stars"), 0.0);
        history.commit(&doc(0.1));
        history.touch(&doc(0.1), key("Star: Light", "Stars"), 1.0);
        history.commit(&doc(0.2));
        assert_eq!(labels(&history), ["Start", "Stars"]);
        // Taken back by hand, they leave nothing.
        history.touch(&doc(0.2), key("Star: Light", "Stars"), 2.0);
        history.commit(&doc(0.0));
        assert_eq!(labels(&history), ["Start"]);
    }

    #[test]
    fn steps_of_an_earlier_session_are_gone_on_from() {
        let mut history = History::new(part(0.5));
        let steps = || {
            let step = |s| Step::closed(part(s), "Strength".into(), None);
            vec![step(0.1), step(0.5)]
        };
        history.go_on(steps(), 7, &doc(0.5));
        assert_eq!(labels(&history), ["Start"]);
        let foreign = Part::Explore(Default::default());
        history.go_on(
            vec![Step::closed(foreign, "Seed".into(), None)],
            0,
            &doc(0.5),
        );
        assert_eq!(labels(&history), ["Start"]);
        history.go_on(steps(), 1, &doc(0.5));
        assert_eq!(*history.undo(&doc(0.5)).unwrap(), part(0.1));
    }
}
