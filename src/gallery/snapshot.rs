//! All lines of the index in memory: a search that finds half of 100,000 pictures
//! then reads only their numbers from SQLite, not their lines.

use std::collections::HashMap;
use std::sync::Arc;

use super::index::IndexState;
use super::protocol::{Colour, Entry, PictureId, Query, Sort};
use super::{Gallery, GalleryError, words};

/// The lines as of one state of the index, newest first.
#[derive(Debug)]
pub(super) struct Snapshot {
    state: IndexState,
    entries: Arc<Vec<Entry>>,
    /// [`Colour`] as a number, for each line.
    colours: Vec<Option<i64>>,
    place: HashMap<PictureId, u32>,
}

impl Gallery {
    /// All hits of a query, in order, as [`Gallery::list`] has them. Faster while
    /// nothing changes: the lines are kept in memory. The first query without words
    /// after a change reads them anew.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn listing(&mut self, query: &Query) -> Result<Arc<Vec<Entry>>, GalleryError> {
        let state = self.index.state()?;
        let fresh = self.snapshot.as_ref().is_some_and(|s| s.state == state);
        if !fresh {
            if !query.text.trim().is_empty() {
                return Ok(Arc::new(self.list(query)?));
            }
            // The old lines go first: two sets of 100,000 need not be in memory.
            self.snapshot = None;
            self.snapshot = Some(self.read_snapshot(state)?);
        }
        let hits = match words::expression(&query.text) {
            Some(expression) => Some(self.index.matching(&self.layout, &expression)?),
            None if query.text.trim().is_empty() => None,
            // Words of punctuation only.
            None => return Ok(Arc::default()),
        };
        Ok(match &self.snapshot {
            Some(snapshot) => snapshot.answer(query, hits),
            None => Arc::new(self.list(query)?),
        })
    }

    fn read_snapshot(&self, state: IndexState) -> Result<Snapshot, GalleryError> {
        let (entries, colours) = self.index.lines(&self.layout)?;
        let place = (0u32..).zip(&entries).map(|(i, e)| (e.id, i)).collect();
        Ok(Snapshot {
            state,
            entries: Arc::new(entries),
            colours,
            place,
        })
    }
}

impl Snapshot {
    fn answer(&self, query: &Query, hits: Option<Vec<PictureId>>) -> Arc<Vec<Entry>> {
        let all = hits.is_none();
        let mut places: Vec<u32> = match hits {
            Some(ids) => {
                let places = ids.iter().filter_map(|id| self.place.get(id).copied());
                let mut places: Vec<u32> = places.collect();
                places.sort_unstable();
                places
            }
            None => (0..self.entries.len() as u32).collect(),
        };
        places.retain(|&i| self.passes(i as usize, query));
        if all && places.len() == self.entries.len() && query.sort == Sort::Newest {
            return Arc::clone(&self.entries);
        }
        self.sort(&mut places, query.sort);
        let entries = places.iter().map(|&i| self.entries[i as usize].clone());
        Arc::new(entries.collect())
    }

    fn passes(&self, i: usize, q: &Query) -> bool {
        let e = &self.entries[i];
        let colour = |c: Colour| self.colours[i] == Some(c as i64);
        e.stars >= q.min_stars
            && q.album.as_ref().is_none_or(|a| e.albums.contains(a))
            && q.model.as_ref().is_none_or(|m| e.model == *m)
            && q.kind.is_none_or(|k| e.kind == k)
            && q.since.is_none_or(|s| e.created >= s)
            && q.until.is_none_or(|u| e.created < u)
            && q.colour.is_none_or(colour)
    }

    /// From newest first into another order, as SQLite would have it.
    fn sort(&self, places: &mut [u32], sort: Sort) {
        let entry = |i: u32| &self.entries[i as usize];
        match sort {
            Sort::Newest => {}
            Sort::Oldest => places.reverse(),
            Sort::Stars => places.sort_by_key(|&i| std::cmp::Reverse(entry(i).stars)),
            Sort::Title => {
                places.reverse();
                // NOCASE knows ASCII only.
                places.sort_by_cached_key(|&i| entry(i).title.to_ascii_lowercase());
            }
        }
    }
}
