//! From checked files in the cache to a model in the models folder, whole or not at
//! all: read through [`crate::import`] or copied, given its licence and source, moved
//! into place in one step.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::HubError;
use super::offer::Offer;
use crate::export::atomic::sync_folder;
use crate::import::{self, ImportError};
use crate::{clock, models};

/// A model that was fetched and can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Its name among the models.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it is, one line.
    pub summary: String,
}

/// Where a model is going to be.
///
/// # Errors
/// [`HubError::Exists`].
pub(super) fn place(models_dir: &Path, offer: &Offer) -> Result<PathBuf, HubError> {
    let folder = models_dir.join(&offer.name);
    if folder.exists() {
        return Err(HubError::Exists(offer.name.clone()));
    }
    Ok(folder)
}

/// Makes the model out of `paths`, the checked files in the order of the offer.
pub(super) fn install(
    offer: &Offer,
    paths: &[PathBuf],
    models_dir: &Path,
) -> Result<Pulled, HubError> {
    let folder = place(models_dir, offer)?;
    fs::create_dir_all(models_dir)?;
    let staging = tempfile::Builder::new()
        .prefix(".pulling-")
        .tempdir_in(models_dir)?;
    let made = staging.path().join(&offer.name);
    let summary = match &offer.checkpoint {
        Some(file) => from_checkpoint(offer, file, paths, staging.path())?,
        None => copy_folder(offer, paths, &made)?,
    };
    label(offer, &made)?;
    // What the registry can't use must not stand among the models.
    models::inspect(&made).map_err(|e| HubError::Unusable(e.to_string()))?;
    if folder.exists() {
        return Err(HubError::Exists(offer.name.clone()));
    }
    fs::rename(&made, &folder)?;
    sync_folder(models_dir)?;
    Ok(Pulled {
        name: offer.name.clone(),
        folder,
        summary,
    })
}

fn from_checkpoint(
    offer: &Offer,
    file: &str,
    paths: &[PathBuf],
    staging: &Path,
) -> Result<String, HubError> {
    let failed = |error: ImportError| HubError::Import {
        file: file.to_owned(),
        error,
    };
    let at = offer.files.iter().position(|f| f.path == file);
    let path = at
        .and_then(|at| paths.get(at))
        .ok_or_else(|| HubError::NotFound(format!("file '{file}'")))?;
    let imported = import::import(path, staging, Some(&offer.name)).map_err(failed)?;
    Ok(imported.summary)
}

fn copy_folder(offer: &Offer, paths: &[PathBuf], made: &Path) -> Result<String, HubError> {
    fs::create_dir(made)?;
    for (file, path) in offer.files.iter().zip(paths) {
        let to = made.join(&file.path);
        fs::copy(path, &to)?;
        fs::File::open(&to)?.sync_all()?;
    }
    Ok("a model made by Limner".to_owned())
}

/// Writes licence and source into the configuration, and above the card's own words.
fn label(offer: &Offer, made: &Path) -> Result<(), HubError> {
    let config = made.join("config.json");
    let odd = |e: serde_json::Error| HubError::Unusable(format!("its config.json: {e}"));
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&config)?).map_err(odd)?;
    let object = value
        .as_object_mut()
        .ok_or_else(|| HubError::Unusable("its config.json is no object".into()))?;
    let (repo, commit, licence) = (
        offer.listing.repo.as_str(),
        &offer.listing.commit,
        &offer.listing.licence,
    );
    let files: Vec<Value> = offer
        .files
        .iter()
        .map(|f| json!({ "path": f.path, "bytes": f.size, "checksum": f.checksum.name() }))
        .collect();
    object.insert("licence".into(), json!(licence));
    let credit = format!("Made with {repo} from the Hugging Face hub.");
    if offer.checkpoint.is_some() {
        // An imported network says nothing of its makers; a folder has its own line.
        object.insert("credit".into(), json!(credit));
    } else {
        object.entry("credit").or_insert(json!(credit));
    }
    object.insert(
        "source".into(),
        json!({ "hub": offer.page, "repo": repo, "commit": commit, "files": files,
                "licence_accepted": licence, "fetched": clock::rfc3339(clock::now()) }),
    );
    fs::write(&config, serde_json::to_vec_pretty(&value).map_err(odd)?)?;
    fs::File::open(&config)?.sync_all()?;
    let card = made.join("card.md");
    let old = fs::read_to_string(&card).unwrap_or_default();
    fs::write(&card, card_text(offer, &old))?;
    Ok(fs::File::open(&card)?.sync_all()?)
}

fn card_text(offer: &Offer, old: &str) -> String {
    let listing = &offer.listing;
    let mut text = format!(
        "# {}\n\n- From: {} (commit {})\n- Licence: {}",
        offer.name, offer.page, listing.commit, listing.licence
    );
    if let Some(link) = &listing.licence_link {
        text += &format!(", {link}");
    }
    text += "\n- Training data: ask its page.\n";
    for file in &offer.files {
        text += &format!("- `{}`: {}\n", file.path, file.checksum.name());
    }
    if offer.checkpoint.is_none() && !old.trim().is_empty() {
        text += "\n";
        text += old;
    }
    text
}
