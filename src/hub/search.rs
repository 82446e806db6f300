//! Looking for models by a word.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::HubError;
use super::client::{About, Client};
use super::control::Control;
use super::repo::RepoId;
use super::settings::HubSettings;

/// A model that the hub found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub repo: RepoId,
    /// As the hub names it; `unknown` if it doesn't.
    pub licence: String,
    /// In the last month.
    pub downloads: u64,
    /// Given out only after agreeing to terms.
    pub gated: bool,
    /// Whether its files have endings that Limner may open. A hint: the hub doesn't say
    /// what is in them.
    pub may_open: bool,
}

#[derive(Deserialize)]
struct Found {
    id: String,
    #[serde(default)]
    downloads: u64,
    #[serde(default)]
    gated: serde_json::Value,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    siblings: Vec<Name>,
}

#[derive(Deserialize)]
struct Name {
    rfilename: String,
}

/// Asks the hub for at most `limit` models, most used first.
///
/// # Errors
/// [`HubError::Offline`] without a connection being opened, or what the hub answers.
pub fn search(
    settings: &HubSettings,
    control: &Control,
    words: &str,
    limit: usize,
) -> Result<Vec<Hit>, HubError> {
    let client = Client::new(settings, control)?;
    let words = utf8_percent_encode(words.trim(), NON_ALPHANUMERIC);
    let path =
        format!("/api/models?search={words}&limit={limit}&sort=downloads&direction=-1&full=true");
    let about = About {
        repo: None,
        what: "search",
    };
    let found: Vec<Found> = client.json(&path, about)?;
    // Names that can't be models (the oldest have no owner) can't be fetched here.
    let hits = found.into_iter().filter_map(hit);
    Ok(hits.take(limit).collect())
}

fn hit(found: Found) -> Option<Hit> {
    let licence = found.tags.iter().find_map(|t| t.strip_prefix("license:"));
    Some(Hit {
        repo: RepoId::parse(&found.id).ok()?,
        licence: licence.unwrap_or("unknown").to_owned(),
        downloads: found.downloads,
        gated: found.gated.as_bool() == Some(true) || found.gated.is_string(),
        may_open: found
            .siblings
            .iter()
            .any(|f| super::offer::is_checkpoint(&f.rfilename)),
    })
}
