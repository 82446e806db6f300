//! What the window asked and nobody has answered yet: everything in order, but of
//! queries and thumbnails only the newest.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

use crate::gallery::protocol::{GalleryEvent, GalleryRequest, PictureId};
use crate::weighed::{Bounds, Weight};

/// How much may wait in order.
const IN_ORDER: Bounds = Bounds {
    count: 4096,
    bytes: 512 << 20,
};

const TOO_MUCH: &str = "too much is waiting for the gallery; try again in a moment";

/// What the session finds.
#[derive(Debug)]
pub(super) enum Taken {
    Request(GalleryRequest),
    /// The answer to one that found too much waiting.
    Refused(GalleryEvent),
}

#[derive(Default)]
struct Waiting {
    in_order: VecDeque<Taken>,
    /// Of the requests in order.
    bytes: usize,
    query: Option<GalleryRequest>,
    thumbnails: Option<Vec<PictureId>>,
    closed: bool,
}

impl Waiting {
    fn put(&mut self, request: GalleryRequest) {
        let bytes = request.bytes();
        let heavy = self.bytes > 0 && self.bytes.saturating_add(bytes) > IN_ORDER.bytes;
        let many = self.in_order.len() >= IN_ORDER.count;
        if heavy || many {
            // Of a flood of refusals the first ones tell enough, but answers that are waited for
            // come.
            let needed = matches!(
                request,
                GalleryRequest::Save { .. }
                    | GalleryRequest::Delete(_)
                    | GalleryRequest::Undelete(_)
            );
            if needed || self.in_order.len() < 2 * IN_ORDER.count {
                self.in_order
                    .push_back(Taken::Refused(request.refused(TOO_MUCH)));
            }
            return;
        }
        self.bytes += bytes;
        self.in_order.push_back(Taken::Request(request));
    }
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
            other => w.put(other),
        }
        drop(w);
        self.filled.notify_one();
    }

    /// The next request: what was asked in order first (a query must see it), then the
    /// query, then thumbnails. Saves that were asked before a shutdown are still
    /// handed out; then comes `Shutdown`.
    pub(super) fn take(&self) -> Taken {
        let mut w = self.waiting.lock();
        loop {
            if let Some(taken) = w.in_order.pop_front() {
                if let Taken::Request(request) = &taken {
                    w.bytes -= request.bytes();
                }
                return taken;
            }
            if w.closed {
                return Taken::Request(GalleryRequest::Shutdown);
            }
            if let Some(q) = w.query.take() {
                return Taken::Request(q);
            }
            if let Some(ids) = w.thumbnails.take() {
                return Taken::Request(GalleryRequest::Thumbnails(ids));
            }
            self.filled.wait(&mut w);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::protocol::Query;
    use crate::picture::Picture;
    use crate::recipe::Recipe;

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
        assert!(matches!(m.take(), Taken::Request(GalleryRequest::Rebuild)));
        assert!(matches!(m.take(), Taken::Request(GalleryRequest::Bin)));
        assert!(matches!(
            m.take(),
            Taken::Request(GalleryRequest::Query { seq: 2, .. })
        ));
        assert!(
            matches!(m.take(), Taken::Request(GalleryRequest::Thumbnails(ids)) if ids == [picture(2)])
        );
        m.put(GalleryRequest::Bin);
        m.put(GalleryRequest::Shutdown);
        assert!(matches!(m.take(), Taken::Request(GalleryRequest::Bin)));
        assert!(matches!(m.take(), Taken::Request(GalleryRequest::Shutdown)));
        assert!(matches!(m.take(), Taken::Request(GalleryRequest::Shutdown)));
    }

    #[test]
    fn pictures_that_wait_are_bounded_by_their_bytes_and_every_save_is_answered() {
        let side = 2048;
        let heavy = side as usize * side as usize * 4;
        let picture = Picture::from_rgba(side, side, vec![0; heavy]).unwrap();
        let recipe: Recipe = serde_json::from_str(
            r#"{"version":1,"software":"","created":"","making":{"kind":"imported"}}"#,
        )
        .unwrap();
        let save = |token| GalleryRequest::Save {
            token,
            picture: picture.clone(),
            recipe: Box::new(recipe.clone()),
        };
        let queue = RequestQueue::default();
        let all = 2 * (IN_ORDER.bytes / heavy) as u64;
        (0..all).for_each(|token| queue.put(save(token)));
        let bytes = queue.waiting.lock().bytes;
        assert!(bytes <= IN_ORDER.bytes && bytes + 2 * heavy > IN_ORDER.bytes);
        for expected in 0..all {
            match queue.take() {
                Taken::Request(GalleryRequest::Save { token, .. }) => {
                    assert!(token == expected && (token as usize + 1) * heavy <= IN_ORDER.bytes);
                }
                Taken::Refused(GalleryEvent::Saved {
                    token,
                    result: Err(_),
                    ..
                }) => {
                    assert_eq!(token, expected);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(queue.waiting.lock().bytes, 0);
        queue.put(save(99));
        assert!(matches!(queue.take(), Taken::Request(_)));
    }

    #[test]
    fn every_deletion_is_answered_however_much_waits() {
        let queue = RequestQueue::default();
        (0..3 * IN_ORDER.count).for_each(|_| queue.put(GalleryRequest::Bin));
        queue.put(GalleryRequest::Delete(vec![picture(1)]));
        queue.put(GalleryRequest::Undelete(7));
        let mut waiting = queue.waiting.lock();
        let last = [waiting.in_order.pop_back(), waiting.in_order.pop_back()];
        assert!(matches!(
            last,
            [
                Some(Taken::Refused(GalleryEvent::NotUndeleted(7, _))),
                Some(Taken::Refused(GalleryEvent::NotDeleted(_)))
            ]
        ));
    }
}
