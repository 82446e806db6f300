//! Thumbnails: nearest first, from the cache or decoded; what isn't wanted any more
//! is dropped.

use std::collections::{HashSet, VecDeque};

use parking_lot::{Condvar, Mutex};

use crate::export::ExportError;
use crate::gallery::describe::FileStamp;
use crate::gallery::protocol::{Entry, GalleryEvent, PictureId};
use crate::gallery::service::session_context::SessionContext;
use crate::gallery::{CAPACITY, Gallery, GalleryError, ThumbCache, decode, prevailing};
use crate::picture::Picture;

/// Longer side.
const SIDE: u32 = 256;
/// Pictures beyond this many pixels are decoded one at a time.
const LARGE: u64 = 16_000_000;

#[derive(Default)]
struct Wanted {
    queue: VecDeque<PictureId>,
    busy: HashSet<PictureId>,
    closed: bool,
}

/// What the window wants to see.
#[derive(Default)]
pub(super) struct ThumbQueue {
    wanted: Mutex<Wanted>,
    filled: Condvar,
    large: Mutex<()>,
}

impl ThumbQueue {
    /// Replaces what was wanted before.
    pub(super) fn replace(&self, ids: Vec<PictureId>) {
        self.wanted.lock().queue = ids.into();
        self.filled.notify_all();
    }

    pub(super) fn close(&self) {
        let mut w = self.wanted.lock();
        w.closed = true;
        w.queue.clear();
        drop(w);
        self.filled.notify_all();
    }

    /// The nearest that nobody works on; `None` when closed.
    fn take(&self) -> Option<PictureId> {
        let mut w = self.wanted.lock();
        loop {
            if w.closed {
                return None;
            }
            match w.queue.pop_front() {
                Some(id) if w.busy.insert(id) => return Some(id),
                Some(_) => {}
                None => self.filled.wait(&mut w),
            }
        }
    }

    fn done(&self, id: PictureId) {
        self.wanted.lock().busy.remove(&id);
    }
}

/// Works until closed.
pub(super) fn run(mut gallery: Gallery, queue: &ThumbQueue, context: &SessionContext) {
    let path = gallery.layout().thumbnails();
    let opened = match gallery.layout().refuse_links() {
        Ok(()) => ThumbCache::open(&path, CAPACITY),
        Err(e) => Err(ExportError::reading(&path, e).into()),
    };
    let mut cache = match opened {
        Ok(cache) => Some(cache),
        Err(e) => {
            log::warn!("thumbnails can't be kept: {e}");
            None
        }
    };
    let mut replaced = 0;
    while let Some(id) = queue.take() {
        let now = context.replaced.load(std::sync::atomic::Ordering::Acquire);
        if now != replaced
            && let Ok(g) = gallery.again()
        {
            (gallery, replaced) = (g, now);
        }
        let found = find(&gallery, id);
        let state = found.as_ref().ok().map(|(_, stamp)| stamp.state());
        let made = found.and_then(|(entry, stamp)| {
            let picture = make(&mut gallery, cache.as_mut(), queue, entry, &stamp)?;
            Ok((stamp.state(), picture))
        });
        let event = match made {
            Ok((state, picture)) => GalleryEvent::Thumbnail { id, state, picture },
            Err(e) => GalleryEvent::ThumbnailFailed {
                id,
                state,
                reason: e.to_string(),
            },
        };
        queue.done(id);
        if !context.events.emit(event) {
            return;
        }
    }
}

/// A picture and its file as it is now.
fn find(gallery: &Gallery, id: PictureId) -> Result<(Entry, FileStamp), GalleryError> {
    let entry = gallery.get(id)?;
    let stamp = FileStamp::of(&entry.path).map_err(|e| ExportError::reading(&entry.path, e))?;
    Ok((entry, stamp))
}

fn make(
    gallery: &mut Gallery,
    mut cache: Option<&mut ThumbCache>,
    queue: &ThumbQueue,
    entry: Entry,
    stamp: &FileStamp,
) -> Result<Picture, GalleryError> {
    let (id, path) = (entry.id, entry.path);
    if let Some(picture) = cache.as_mut().and_then(|c| c.get(id, stamp)) {
        return Ok(picture);
    }
    if let Some(reason) = cache.as_mut().and_then(|c| c.failure(id, stamp)) {
        return Err(ExportError::NotAPicture { path, reason }.into());
    }
    let [w, h] = entry.size;
    let made = {
        let _one = (u64::from(w) * u64::from(h) > LARGE).then(|| queue.large.lock());
        decode::thumbnail(&path, SIDE)
    };
    let picture = match (made, cache) {
        (Ok(picture), cache) => keep(picture, cache, id, stamp),
        (Err(ExportError::NotAPicture { path, reason }), Some(cache)) => {
            if let Err(e) = cache.put_failure(id, stamp, &reason) {
                log::warn!("{e}");
            }
            return Err(ExportError::NotAPicture { path, reason }.into());
        }
        (Err(e), _) => return Err(e.into()),
    };
    if let Err(e) = gallery.note_colour(id, stamp.state(), prevailing(&picture)) {
        log::debug!("{e}");
    }
    Ok(picture)
}

fn keep(
    picture: Picture,
    cache: Option<&mut ThumbCache>,
    id: PictureId,
    stamp: &FileStamp,
) -> Picture {
    if let Some(cache) = cache
        && let Err(e) = cache.put(id, stamp, &picture)
    {
        log::warn!("{e}");
    }
    picture
}
