//! The picture that the export dialog is about.

use crate::engine::protocol::{Rendering, Work};
use crate::gallery::protocol::Entry;

/// The picture outside the gallery that the export dialog is about.
#[derive(Debug, Clone)]
pub struct ExportTarget {
    /// What it was made of.
    pub(crate) work: Work,
    /// How large, for a stylised photo.
    pub(crate) rendering: Rendering,
    /// The picture, once it is safe on disk.
    pub kept: Option<Entry>,
}
