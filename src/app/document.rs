//! What the artist works on: everything that undo takes back and the session
//! file brings home. Plain data without pixels.

use serde::{Deserialize, Serialize};

use crate::app::explore::document::ExploreDoc;
use crate::app::grow::document::GrowDoc;
use crate::app::lens::document::LensDoc;
use crate::app::spaces::document::SpacesDoc;
use crate::app::style::document::StyleDoc;

/// Everything undoable, by workspace.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// A generator and its pictures.
    pub explore: ExploreDoc,
    /// A photo and its styles.
    pub style: StyleDoc,
    /// A photo and its sliders.
    pub lens: LensDoc,
    /// A picture and what is to grow from it.
    pub grow: GrowDoc,
    /// A picture and what surface it becomes.
    pub spaces: SpacesDoc,
}
