//! What a source's own file says of it: who made it, when, and whether a network did.

use serde::{Deserialize, Serialize};

use super::Recipe;

/// Where recipes keep the origins.
const EXTRA: &str = "origins";

/// What the file of a photo or picture that went in says of itself. Places and numbers of
/// cameras are never taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceOrigin {
    /// Content hash of the file.
    pub sha256: String,
    /// Who made it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creators: Vec<String>,
    /// Copyright line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub copyright: String,
    /// Title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// When it was taken, e.g. `2024-05-01T12:30:00+02:00`; as precise as the file says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub captured: String,
    /// IPTC digital source type, its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source_type: String,
    /// What is known of its Content Credentials, in words; empty when there are none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub content_credentials: String,
}

impl SourceOrigin {
    /// Whether the file says nothing.
    pub fn is_silent(&self) -> bool {
        let hash = self.sha256.clone();
        *self
            == Self {
                sha256: hash,
                ..Self::default()
            }
    }
}

impl Recipe {
    /// What the files of the sources say of themselves, the photo's first.
    pub fn origins(&self) -> Vec<SourceOrigin> {
        let value = self.extra.get(EXTRA).cloned().unwrap_or_default();
        serde_json::from_value(value).unwrap_or_default()
    }

    /// Notes what the files of the sources say; those that say nothing are left out.
    pub fn set_origins(&mut self, mut origins: Vec<SourceOrigin>) {
        origins.retain(|origin| !origin.is_silent());
        match serde_json::to_value(&origins) {
            Ok(value) if !origins.is_empty() => self.extra.insert(EXTRA.into(), value),
            _ => self.extra.remove(EXTRA),
        };
    }

    /// The same recipe without creators, copyright, titles and days of its photos. What a
    /// photo says of networks and Content Credentials stays.
    pub fn without_photo_credit(&self) -> Self {
        let mut recipe = self.clone();
        let mut origins = recipe.origins();
        for origin in &mut origins {
            *origin = SourceOrigin {
                sha256: std::mem::take(&mut origin.sha256),
                source_type: std::mem::take(&mut origin.source_type),
                content_credentials: std::mem::take(&mut origin.content_credentials),
                ..SourceOrigin::default()
            };
        }
        recipe.set_origins(origins);
        recipe.change_source_recipe(&mut |source| *source = source.without_photo_credit());
        recipe
    }
}
