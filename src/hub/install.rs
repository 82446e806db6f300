//! Checked files become a model folder, whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::HubError;
use super::choose::Part;
use super::listing::{Listing, RemoteFile};
use crate::export::atomic::{Existing, sync_folder, write_bytes};
use crate::import::{self, ImportError, Imported};

/// What is to be installed.
pub(super) struct Install<'a> {
    pub(super) listing: &'a Listing,
    pub(super) part: &'a Part,
    /// The part's files on disk, in its order.
    pub(super) paths: &'a [PathBuf],
    /// The author's page.
    pub(super) page: Option<String>,
    /// Address of the page.
    pub(super) address: String,
    /// The models' folder.
    pub(super) models: &'a Path,
    /// The model's name there.
    pub(super) name: &'a str,
}

impl Install<'_> {
    /// Installs; the model is there whole when this returns.
    pub(super) fn run(&self) -> Result<Imported, HubError> {
        fs::create_dir_all(self.models)?;
        let target = self.models.join(self.name);
        if target.exists() {
            return Err(HubError::Exists(self.name.to_owned()));
        }
        // Hidden from the registry until it is whole.
        let staging = tempfile::Builder::new()
            .prefix(".pulling-")
            .tempdir_in(self.models)?;
        let (folder, summary) = match self.part {
            Part::Checkpoint(file) => self.import(file, staging.path())?,
            Part::Folder { files, .. } => self.copy(files, staging.path())?,
        };
        self.amend(&folder, &summary)?;
        fs::rename(&folder, &target)?;
        sync_folder(self.models)?;
        Ok(Imported {
            name: self.name.to_owned(),
            folder: target,
            summary,
        })
    }

    fn import(&self, file: &RemoteFile, staging: &Path) -> Result<(PathBuf, String), HubError> {
        let path = self.paths.first().ok_or_else(|| self.lost(file))?;
        let imported =
            import::import(path, staging, Some(self.name)).map_err(|error| HubError::Import {
                file: file.path.clone(),
                error,
            })?;
        Ok((imported.folder, imported.summary))
    }

    fn copy(&self, files: &[RemoteFile], staging: &Path) -> Result<(PathBuf, String), HubError> {
        let folder = staging.join(self.name);
        fs::create_dir(&folder)?;
        for (file, path) in files.iter().zip(self.paths) {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            fs::copy(path, folder.join(name))?;
        }
        let kind = crate::models::inspect(&folder).map_err(|error| HubError::Import {
            file: self.part.path().to_owned(),
            error: ImportError::Unsupported(error.to_string()),
        })?;
        Ok((folder, format!("{}, made for Limner", kind.title)))
    }

    /// Where it comes from and under which licence, into config and card.
    fn amend(&self, folder: &Path, summary: &str) -> Result<(), HubError> {
        let path = folder.join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&path)?)
            .map_err(|e| HubError::Odd(format!("a config that is no JSON: {e}")))?;
        let repo = &self.listing.repo;
        if matches!(self.part, Part::Checkpoint(_)) {
            config["title"] = json!(repo.name());
            config["credit"] = json!(format!(
                "Made with the network {repo} from the Hugging Face hub."
            ));
        }
        config["licence"] = json!(self.listing.licence);
        config["source"] = json!({
            "repository": repo.as_str(),
            "revision": self.listing.commit,
            "files": self.part.files().iter().map(|f| json!({
                "path": f.path, "checksum": f.checksum.name(),
            })).collect::<Vec<_>>(),
        });
        let text = serde_json::to_vec_pretty(&config).map_err(std::io::Error::from)?;
        write(&path, &text)?;
        let card = folder.join("card.md");
        let own = match self.part {
            Part::Folder { .. } => fs::read_to_string(&card).ok(),
            Part::Checkpoint(_) => None,
        };
        write(&card, self.card(summary, own).as_bytes())
    }

    fn card(&self, summary: &str, own: Option<String>) -> String {
        let listing = self.listing;
        let mut card = format!(
            "# {}\n\n{summary}, fetched from `{}`.\n\n- Licence: {}{}\n- Page: {}\n- Version: `{}`\n",
            listing.repo.name(),
            listing.repo,
            listing.licence,
            listing
                .licence_link
                .as_ref()
                .map_or_else(String::new, |l| format!(" ({l})")),
            self.address,
            listing.commit,
        );
        for file in self.part.files() {
            card.push_str(&format!("- `{}`: `{}`\n", file.path, file.checksum.name()));
        }
        if let Some(text) = own.as_deref().or(self.page.as_deref()) {
            card.push_str("\n# What its author says\n\n");
            card.push_str(without_front_matter(text).trim());
            card.push('\n');
        }
        card
    }

    fn lost(&self, file: &RemoteFile) -> HubError {
        HubError::NotFound(format!("file '{}'", file.path))
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), HubError> {
    write_bytes(path, Existing::Replace, bytes)
        .map_err(|e| HubError::Disk(std::io::Error::other(e.to_string())))
}

fn without_front_matter(text: &str) -> &str {
    let rest = text.strip_prefix("---");
    rest.and_then(|t| t.split_once("\n---"))
        .map_or(text, |(_, rest)| rest)
}
