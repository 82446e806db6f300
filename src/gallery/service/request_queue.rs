//! What the window asked and nobody has answered yet: everything in order, but of
//! queries and thumbnails only the newest.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

use crate::gallery::protocol::{GalleryRequest, PictureId};

#[derive(Default)]
struct Waiting {
    in_order: VecDeque<GalleryRequest>,
    query: Option<GalleryRequest>,
    thumbnails: Option<Vec<PictureId>>,
    closed: bool,
}

/// Requests on their way to the session.
#[derive(Default)]
pub(super) struct RequestQueue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

impl RequestQueue {
    pub(super) fn put(&self, request: GalleryRequest) {
        let mut w = self.waiting.lock();
        match request {
            GalleryRequest::Query { .. } => w.query = Some(request),
            GalleryRequest::Thumbnails(ids) => w.thumbnails = Some(ids),
            GalleryRequest::Shutdown => w.closed = true,
            other => w.in_order.push_back(other),
        }
        drop(w);
        self.filled.notify_one();
    }

    /// The next request: what was asked in order first (a query must see it), then the
    /// query, then thumbnails. Saves that were asked before a shutdown are still
    /// handed out; then comes `Shutdown`.
    pub(super) fn take(&self) -> GalleryRequest {
        let mut w = self.waiting.lock();
        loop {
            if let Some(r) = w.in_order.pop_front() {
                return r;
            }
            if w.closed {
                return GalleryRequest::Shutdown;
            }
            if let Some(q) = w.query.take() {
                return q;
            }
            if let Some(ids) = w.thumbnails.take() {
                return GalleryRequest::Thumbnails(ids);
            }
            self.filled.wait(&mut w);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::protocol::Query;

    fn picture(file: i64) -> PictureId {
        PictureId { folder: 0, file }
    }

    fn query(seq: u64) -> GalleryRequest {
        GalleryRequest::Query {
            seq,
            query: Query::default(),
        }
    }

    #[test]
    fn the_newest_query_wins_and_orders_are_kept() {
        let m = RequestQueue::default();
        m.put(query(1));
        m.put(GalleryRequest::Thumbnails(vec![picture(1)]));
        m.put(GalleryRequest::Rebuild);
        m.put(query(2));
        m.put(GalleryRequest::Thumbnails(vec![picture(2)]));
        m.put(GalleryRequest::Bin);
        assert!(matches!(m.take(), GalleryRequest::Rebuild));
        assert!(matches!(m.take(), GalleryRequest::Bin));
        assert!(matches!(m.take(), GalleryRequest::Query { seq: 2, .. }));
        assert!(matches!(m.take(), GalleryRequest::Thumbnails(ids) if ids == [picture(2)]));
        m.put(GalleryRequest::Bin);
        m.put(GalleryRequest::Shutdown);
        assert!(matches!(m.take(), GalleryRequest::Bin));
        assert!(matches!(m.take(), GalleryRequest::Shutdown));
        assert!(matches!(m.take(), GalleryRequest::Shutdown));
    }
}
