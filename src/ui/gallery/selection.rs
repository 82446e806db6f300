//! Which pictures of the gallery are chosen: click, Shift, Ctrl and keys.

use std::collections::HashSet;

use crate::gallery::protocol::{Entry, PictureId};

/// How a click or a step changes what is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectHow {
    /// Only this one.
    Replace,
    /// Put in or take out (Ctrl or Cmd).
    Toggle,
    /// Everything from the anchor to here (Shift).
    Extend,
}

impl SelectHow {
    /// As file managers on every system do it.
    pub fn from_modifiers(modifiers: egui::Modifiers) -> Self {
        if modifiers.shift {
            Self::Extend
        } else if modifiers.command {
            Self::Toggle
        } else {
            Self::Replace
        }
    }
}

/// The chosen pictures, the anchor of a range and the keyboard's cursor. Holds
/// ids, so that it survives another order or filter.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    chosen: HashSet<PictureId>,
    anchor: Option<PictureId>,
    cursor: Option<PictureId>,
    revision: u64,
}

impl Selection {
    /// Rises with every change: cheaper to compare than 100,000 chosen pictures.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether a picture is chosen.
    pub fn contains(&self, id: PictureId) -> bool {
        self.chosen.contains(&id)
    }

    /// How many are chosen.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Where the keyboard is.
    pub fn cursor(&self) -> Option<PictureId> {
        self.cursor
    }

    /// The one chosen picture, if it is exactly one.
    pub fn single(&self) -> Option<PictureId> {
        match self.chosen.len() {
            1 => self.chosen.iter().next().copied(),
            _ => None,
        }
    }

    /// Where in the grid the chosen pictures are.
    pub fn places(&self, entries: &[Entry]) -> Vec<usize> {
        if self.chosen.is_empty() {
            return Vec::new();
        }
        (0..entries.len())
            .filter(|&i| self.chosen.contains(&entries[i].id))
            .collect()
    }

    /// The chosen pictures in the order of the grid.
    pub fn in_order(&self, entries: &[Entry]) -> Vec<PictureId> {
        if self.chosen.is_empty() {
            return Vec::new();
        }
        entries
            .iter()
            .map(|e| e.id)
            .filter(|id| self.chosen.contains(id))
            .collect()
    }

    /// A click on, or a key step to, the picture at `index`. Nothing happens when
    /// there is none.
    pub fn select(&mut self, entries: &[Entry], index: usize, how: SelectHow) {
        let Some(id) = entries.get(index).map(|e| e.id) else {
            return;
        };
        self.revision += 1;
        match how {
            SelectHow::Replace => {
                self.chosen.clear();
                self.chosen.insert(id);
                self.anchor = Some(id);
            }
            SelectHow::Toggle => {
                if !self.chosen.remove(&id) {
                    self.chosen.insert(id);
                }
                self.anchor = Some(id);
            }
            SelectHow::Extend => {
                let from = position(entries, self.anchor).unwrap_or(index);
                let (a, b) = (from.min(index), from.max(index));
                self.chosen.clear();
                self.chosen
                    .extend(entries[a..=b].iter().map(|entry| entry.id));
                self.anchor = entries.get(from).map(|e| e.id);
            }
        }
        self.cursor = Some(id);
    }

    /// Chooses everything that is listed.
    pub fn select_all(&mut self, entries: &[Entry]) {
        self.revision += 1;
        self.chosen = entries.iter().map(|e| e.id).collect();
        self.anchor = entries.first().map(|e| e.id);
        self.cursor = self.cursor.or(self.anchor);
    }

    /// Chooses nothing; the cursor stays where it is.
    pub fn clear(&mut self) {
        self.revision += u64::from(!self.chosen.is_empty());
        self.chosen.clear();
        self.anchor = None;
    }

    /// After a new listing: forgets what is no longer listed. When the cursor's
    /// picture went away, the cursor goes to what now stands in its place, and that
    /// one is chosen if nothing else is, so that deleting picture after picture
    /// needs no mouse. `before` is the listing that the selection was made on.
    pub fn follow(&mut self, before: &[Entry], now: &[Entry]) {
        if self.chosen.is_empty() && self.cursor.is_none() {
            return;
        }
        let had_choice = !self.chosen.is_empty();
        // Looked up from the few to the many: listings can be long.
        let mut cursor_listed = false;
        let mut anchor_listed = false;
        let mut chosen = HashSet::with_capacity(self.chosen.len());
        for id in now.iter().map(|e| e.id) {
            cursor_listed |= self.cursor == Some(id);
            anchor_listed |= self.anchor == Some(id);
            if had_choice && self.chosen.contains(&id) {
                chosen.insert(id);
            }
        }
        if chosen.len() != self.chosen.len() || !cursor_listed {
            self.revision += 1;
        }
        self.chosen = chosen;
        if !anchor_listed {
            self.anchor = None;
        }
        let Some(cursor) = self.cursor.filter(|_| !cursor_listed) else {
            return;
        };
        let listed: HashSet<PictureId> = now.iter().map(|e| e.id).collect();
        // The nearest survivor after the cursor, else before it.
        let at = position(before, Some(cursor)).unwrap_or(0);
        let heir = before
            .get(at..)
            .into_iter()
            .flatten()
            .chain(before.get(..at).into_iter().flatten().rev())
            .map(|e| e.id)
            .find(|id| listed.contains(id));
        self.cursor = heir;
        if let Some(heir) = heir
            && had_choice
            && self.chosen.is_empty()
        {
            self.chosen.insert(heir);
            self.anchor = Some(heir);
        }
    }
}

/// Index of a picture in a listing.
pub fn position(entries: &[Entry], id: Option<PictureId>) -> Option<usize> {
    let id = id?;
    entries.iter().position(|e| e.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::protocol::{EntryKind, FileState};

    fn picture(file: i64) -> PictureId {
        PictureId { folder: 0, file }
    }

    fn entries(ids: &[i64]) -> Vec<Entry> {
        ids.iter()
            .map(|&n| Entry {
                id: picture(n),
                path: format!("{n}.png").into(),
                title: n.to_string(),
                size: [4, 4],
                created: n,
                stars: 0,
                tags: vec![],
                albums: vec![],
                model: String::new(),
                kind: EntryKind::Generated,
                sha256: None,
                state: FileState::default(),
            })
            .collect()
    }

    fn chosen(s: &Selection, e: &[Entry]) -> Vec<i64> {
        s.in_order(e).into_iter().map(|p| p.file).collect()
    }

    #[test]
    fn click_ctrl_and_shift_do_what_file_managers_do() {
        let e = entries(&[10, 11, 12, 13, 14]);
        let mut s = Selection::default();
        s.select(&e, 1, SelectHow::Replace);
        s.select(&e, 3, SelectHow::Toggle);
        assert_eq!(chosen(&s, &e), [11, 13]);
        s.select(&e, 3, SelectHow::Toggle);
        assert_eq!(chosen(&s, &e), [11]);
        // The range starts at the last plain or Ctrl click, here 13, and can turn.
        s.select(&e, 4, SelectHow::Extend);
        assert_eq!(chosen(&s, &e), [13, 14]);
        s.select(&e, 1, SelectHow::Extend);
        assert_eq!(chosen(&s, &e), [11, 12, 13]);
        s.select(&e, 0, SelectHow::Replace);
        assert_eq!(s.single(), Some(picture(10)));
        s.select(&e, 99, SelectHow::Replace);
        assert_eq!(
            s.single(),
            Some(picture(10)),
            "a click on nothing is nothing"
        );
    }

    #[test]
    fn shift_without_an_anchor_takes_one() {
        let e = entries(&[1, 2, 3]);
        let mut s = Selection::default();
        s.select(&e, 2, SelectHow::Extend);
        assert_eq!(chosen(&s, &e), [3]);
    }

    #[test]
    fn deleting_moves_on_to_the_next_picture() {
        let before = entries(&[1, 2, 3, 4]);
        let mut s = Selection::default();
        s.select(&before, 1, SelectHow::Replace);
        s.select(&before, 2, SelectHow::Extend);
        let now = entries(&[1, 4]);
        s.follow(&before, &now);
        assert_eq!(chosen(&s, &now), [4]);
        assert_eq!(s.cursor(), Some(picture(4)));
        // The last one goes: the one before it follows.
        let last = entries(&[1]);
        s.follow(&now, &last);
        assert_eq!(s.single(), Some(picture(1)));
        s.follow(&last, &[]);
        assert!(s.is_empty() && s.cursor().is_none());
    }

    #[test]
    fn another_order_keeps_the_choice() {
        let before = entries(&[1, 2, 3]);
        let mut s = Selection::default();
        s.select(&before, 0, SelectHow::Replace);
        s.select(&before, 2, SelectHow::Toggle);
        let now = entries(&[3, 2, 1]);
        s.follow(&before, &now);
        assert_eq!(chosen(&s, &now), [3, 1]);
    }
}
