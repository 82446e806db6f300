//! What was made of a picture beside pictures: a material, or an object for a wall.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::SourceRef;

/// A surface of a picture. Its settings are those of the room that makes it, which refuses, by
/// name, those that it doesn't know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurfaceParams {
    /// The picture.
    pub picture: SourceRef,
    /// Everything else that decides the files.
    pub settings: Map<String, Value>,
}
