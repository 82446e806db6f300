//! What a download would be, before anything is fetched: which files, how large, under
//! which licence, from which commit.

use std::path::Path;

use super::HubError;
use super::cache::RepoCache;
use super::catalog::Catalog;
use super::checksum::Checksum;
use super::client::Client;
use super::control::Control;
use super::listing::{Listing, RemoteFile};
use super::repo::RepoId;
use super::settings::HubSettings;
use crate::import::clean_name;

/// Endings of files that Limner may open.
const CHECKPOINTS: [&str; 4] = ["pkl", "pt", "pth", "safetensors"];
/// Files of a folder made by Limner; the first two are always there.
const FOLDER: [&str; 5] = [
    "config.json",
    "weights.safetensors",
    "card.md",
    "directions.json",
    "encoder.safetensors",
];

/// What the user asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Order {
    /// Which model.
    pub repo: RepoId,
    /// A branch, tag or commit; the list's own commit, or `main`, when absent.
    pub revision: Option<String>,
    /// Which checkpoint, if there are several.
    pub file: Option<String>,
    /// Name that the model gets.
    pub name: Option<String>,
}

impl Order {
    /// A model, with everything else as usual.
    pub fn of(repo: RepoId) -> Self {
        Self {
            repo,
            revision: None,
            file: None,
            name: None,
        }
    }
}

/// What would be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The repository at its commit.
    pub listing: Listing,
    /// What is fetched.
    pub files: Vec<RemoteFile>,
    /// The checkpoint to import; none for a folder made by Limner.
    pub checkpoint: Option<String>,
    /// Name that the model gets.
    pub name: String,
    /// The model's page.
    pub page: String,
    /// The SHA-256 of each file stands in Limner's own list.
    pub listed: bool,
    /// Bytes of `files`.
    pub bytes: u64,
    /// Bytes that are there already.
    pub have: u64,
}

impl Offer {
    /// Asks the hub what it has. Fetches nothing.
    ///
    /// # Errors
    /// [`HubError::NothingToOpen`], [`HubError::Several`], [`HubError::NotAsListed`],
    /// [`HubError::Offline`], or what the hub answers.
    pub fn ask(
        settings: &HubSettings,
        control: &Control,
        order: &Order,
        catalog: &Catalog,
    ) -> Result<Self, HubError> {
        let client = Client::new(settings, control)?;
        let entry = catalog
            .find(&order.repo)
            .filter(|e| order.revision.as_ref().is_none_or(|r| *r == e.revision))
            .filter(|e| order.file.is_none() || order.file == e.open);
        let revision = order
            .revision
            .as_deref()
            .or(entry.map(|e| e.revision.as_str()));
        let listing = Listing::ask(&client, &order.repo, revision)?;
        let (files, checkpoint) = match entry {
            Some(entry) => {
                if !entry.licence.eq_ignore_ascii_case(&listing.licence) {
                    return Err(HubError::NotAsListed("licence".to_owned()));
                }
                let files = entry.files.iter().map(|f| listed(&listing, f));
                (files.collect::<Result<_, _>>()?, entry.open.clone())
            }
            None => choose(&listing, order.file.as_deref())?,
        };
        let several = listing
            .files
            .iter()
            .filter(|f| is_checkpoint(&f.path))
            .count()
            > 1;
        let stem = checkpoint.as_deref().filter(|_| several);
        let stem = stem.and_then(|c| Path::new(c).file_stem()?.to_str());
        let name = order.name.as_deref().or(stem).unwrap_or(order.repo.name());
        let cache = RepoCache::new(&settings.cache, &order.repo);
        Ok(Self {
            name: clean_name(name),
            page: format!("{}/{}", settings.endpoint, order.repo),
            listed: entry.is_some(),
            bytes: files.iter().map(|f| f.size).sum(),
            have: files.iter().map(|f| cache.have(f)).sum(),
            checkpoint,
            files,
            listing,
        })
    }
}

/// The hub's file, if it is the one that was looked at.
fn listed(listing: &Listing, file: &super::CatalogFile) -> Result<RemoteFile, HubError> {
    let found = listing.file(&file.path)?;
    let same_hash = match &found.checksum {
        Checksum::Sha256(hash) => *hash == file.sha256,
        // Git's name says nothing of the SHA-256: that is looked at once it's here.
        Checksum::GitBlob(_) => true,
    };
    if found.size != file.size || !same_hash {
        return Err(HubError::NotAsListed(file.path.clone()));
    }
    Ok(found.clone())
}

/// The files to fetch, and the one to import.
fn choose(
    listing: &Listing,
    wanted: Option<&str>,
) -> Result<(Vec<RemoteFile>, Option<String>), HubError> {
    if let Some(path) = wanted {
        let file = listing.file(path)?;
        if !is_checkpoint(path) {
            return Err(HubError::NothingToOpen(path.to_owned()));
        }
        return Ok((vec![file.clone()], Some(path.to_owned())));
    }
    let [config, weights, extra @ ..] = FOLDER;
    if let (Ok(config), Ok(weights)) = (listing.file(config), listing.file(weights)) {
        let mut files = vec![config.clone(), weights.clone()];
        files.extend(extra.iter().filter_map(|f| listing.file(f).ok().cloned()));
        return Ok((files, None));
    }
    let mut found = listing.files.iter().filter(|f| is_checkpoint(&f.path));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok((vec![only.clone()], Some(only.path.clone()))),
        (Some(_), Some(_)) => Err(HubError::Several {
            repo: listing.repo.to_string(),
            files: listing
                .files
                .iter()
                .filter(|f| is_checkpoint(&f.path))
                .map(|f| f.path.clone())
                .collect(),
        }),
        (None, _) => match listing.unchecked.iter().find(|f| is_checkpoint(f)) {
            Some(file) => Err(HubError::NoChecksum(file.clone())),
            None => Err(HubError::NothingToOpen(listing.repo.to_string())),
        },
    }
}

/// Whether a file has the ending of a checkpoint.
pub(super) fn is_checkpoint(path: &str) -> bool {
    let ending = Path::new(path).extension().and_then(|e| e.to_str());
    ending.is_some_and(|e| CHECKPOINTS.contains(&e.to_lowercase().as_str()))
}
