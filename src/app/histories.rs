//! The histories of all workspaces.

use crate::app::document::Document;
use crate::app::history::{Change, History, Part};
use crate::app::view::Workspace;
use crate::picture::Picture;

/// One history for each workspace with work in it.
#[derive(Debug, Clone)]
pub struct Histories {
    explore: History,
    style: History,
    lens: History,
    grow: History,
    spaces: History,
    revision: u64,
}

impl Histories {
    /// Each starts with one step.
    pub fn new(doc: &Document) -> Self {
        Self {
            explore: History::new(Part::Explore(doc.explore.clone())),
            style: History::new(Part::Style(doc.style.clone())),
            lens: History::new(Part::Lens(doc.lens.clone())),
            grow: History::new(Part::Grow(Box::new(doc.grow.clone()))),
            spaces: History::new(Part::Spaces(Box::new(doc.spaces.clone()))),
            revision: 0,
        }
    }

    /// The history of a workspace; the gallery has none.
    pub fn of(&self, workspace: Workspace) -> Option<&History> {
        match workspace {
            Workspace::Explore => Some(&self.explore),
            Workspace::Style => Some(&self.style),
            Workspace::Lens => Some(&self.lens),
            Workspace::Grow => Some(&self.grow),
            Workspace::Spaces => Some(&self.spaces),
            Workspace::Gallery => None,
        }
    }

    /// The history of a workspace, to change.
    pub(in crate::app) fn of_mut(&mut self, workspace: Workspace) -> Option<&mut History> {
        self.revision += 1;
        match workspace {
            Workspace::Explore => Some(&mut self.explore),
            Workspace::Style => Some(&mut self.style),
            Workspace::Lens => Some(&mut self.lens),
            Workspace::Grow => Some(&mut self.grow),
            Workspace::Spaces => Some(&mut self.spaces),
            Workspace::Gallery => None,
        }
    }

    /// All of them.
    pub fn all(&self) -> [&History; 5] {
        [
            &self.explore,
            &self.style,
            &self.lens,
            &self.grow,
            &self.spaces,
        ]
    }

    fn all_mut(&mut self) -> [&mut History; 5] {
        [
            &mut self.explore,
            &mut self.style,
            &mut self.lens,
            &mut self.grow,
            &mut self.spaces,
        ]
    }

    /// Another number after each change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Notes a change where it was made.
    pub fn touch(&mut self, before: &Document, after: &Document, change: &Change, now: f64) {
        let changed = [
            (Workspace::Explore, before.explore != after.explore),
            (Workspace::Style, before.style != after.style),
            (Workspace::Lens, before.lens != after.lens),
            (Workspace::Grow, before.grow != after.grow),
            (Workspace::Spaces, before.spaces != after.spaces),
        ];
        for (workspace, _) in changed.into_iter().filter(|(_, changed)| *changed) {
            if let Some(history) = self.of_mut(workspace) {
                history.touch(before, change.clone(), now);
            }
        }
    }

    /// Whether a change waits for the hand to be taken off.
    pub fn is_pending(&self) -> bool {
        self.all().iter().any(|history| history.is_pending())
    }

    /// As [`History::settle`], for all; whether any did.
    pub fn settle(&mut self, doc: &Document, interacting: bool, now: f64) -> bool {
        let settled = self
            .all_mut()
            .map(|history| history.settle(doc, interacting, now));
        let any = settled.contains(&true);
        self.revision += u64::from(any);
        any
    }

    /// As [`History::commit`], for all.
    pub fn commit(&mut self, doc: &Document) {
        let done = self.all_mut().map(|history| history.commit(doc));
        self.revision += u64::from(done.contains(&true));
    }

    /// As [`History::amend`], for all.
    pub fn amend(&mut self, doc: &Document) {
        for history in self.all_mut() {
            history.amend(doc);
        }
        self.revision += 1;
    }

    /// Gives the current step of a workspace its thumbnail.
    pub fn set_thumb(&mut self, thumb: Picture, workspace: Workspace) {
        if let Some(history) = self.of_mut(workspace) {
            history.set_thumb(thumb);
        }
    }
}
