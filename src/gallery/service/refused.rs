//! What is answered to requests that can't be done.

use std::sync::Arc;

use crate::gallery::protocol::{GalleryEvent, GalleryRequest};

impl GalleryRequest {
    /// The answer to a request that can't be done at all.
    pub fn refused(&self, reason: &str) -> GalleryEvent {
        let reason = reason.to_owned();
        match self {
            Self::Save { token, .. } | Self::SetAside { token, .. } => GalleryEvent::Saved {
                token: *token,
                result: Err(reason),
                already: false,
            },
            Self::Load(id) => GalleryEvent::Picture {
                id: *id,
                state: None,
                result: Err(reason),
            },
            Self::Delete(_) => GalleryEvent::NotDeleted(reason),
            Self::Undelete(token) => GalleryEvent::NotUndeleted(*token, reason),
            Self::Export { .. } | Self::ExportSheet { .. } => GalleryEvent::Exported(Err(reason)),
            Self::Query { seq, .. } => GalleryEvent::Listing {
                seq: *seq,
                entries: Arc::default(),
            },
            _ => GalleryEvent::Failed(reason),
        }
    }
}
