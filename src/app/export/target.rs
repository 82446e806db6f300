//! The picture that the export dialog is about.

use crate::app::action::Purpose;
use crate::engine::protocol::{Rendering, Work};
use crate::gallery::protocol::Entry;

/// The picture outside the gallery that the export dialog is about.
#[derive(Debug, Clone)]
pub struct ExportTarget {
    /// Its number: what becomes of an earlier one is none of its business.
    pub(in crate::app) number: u64,
    /// What it was made of.
    pub(crate) work: Work,
    /// How large, for a stylised photo.
    pub(crate) rendering: Rendering,
    /// The picture, once it is safe on disk.
    pub kept: Option<Entry>,
}

impl ExportTarget {
    /// What the job is for that makes the picture.
    pub fn purpose(&self) -> Purpose {
        Purpose::Export(self.number)
    }
}
