//! A model folder from a repository's file.

use std::path::Path;

use super::client::{Hub, RemoteFile, Repo};
use super::error::HubError;
use super::transfer::Watch;
use crate::import::{Imported, Origin, import_from};

/// Endings of checkpoints that the import reads.
const ENDINGS: [&str; 4] = [".pkl", ".pt", ".pth", ".safetensors"];

/// What was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The model that it became.
    pub imported: Imported,
    /// `owner/name`.
    pub repo: String,
    /// Its commit.
    pub commit: String,
    /// The file.
    pub file: String,
}

/// Files of a repository that the import may be able to open.
pub fn importable(repo: &Repo) -> Vec<&RemoteFile> {
    let known = |file: &&RemoteFile| {
        let name = file.name.to_lowercase();
        ENDINGS.iter().any(|ending| name.ends_with(ending))
    };
    repo.files.iter().filter(known).collect()
}

/// Downloads a file of `repo` and imports it into `models` as `name`, or under the
/// repository's own. The caller has shown the licence and had it accepted.
///
/// # Errors
/// [`HubError::NothingToOpen`], [`HubError::Several`] without a choice; what can go
/// wrong on the way. Nothing half-imported is left.
pub fn pull(
    hub: &Hub,
    repo: &Repo,
    file: Option<&str>,
    models: &Path,
    name: Option<&str>,
    watch: &mut Watch<'_>,
) -> Result<Pulled, HubError> {
    let file = choose(repo, file)?;
    let path = hub.fetch(repo, file, watch)?;
    let own = repo.id.split('/').next_back().unwrap_or(&repo.id);
    let origin = Origin {
        licence: Some(repo.licence.clone()),
        from: Some(format!("{} at {} ({})", repo.id, repo.commit, file.name)),
    };
    Ok(Pulled {
        imported: import_from(&path, models, Some(name.unwrap_or(own)), &origin)?,
        repo: repo.id.clone(),
        commit: repo.commit.clone(),
        file: file.name.clone(),
    })
}

fn choose<'a>(repo: &'a Repo, wanted: Option<&str>) -> Result<&'a RemoteFile, HubError> {
    if let Some(wanted) = wanted {
        let found = repo.files.iter().find(|file| file.name == wanted);
        return found.ok_or_else(|| HubError::NotFound(format!("{}/{wanted}", repo.id)));
    }
    match importable(repo)[..] {
        [] => Err(HubError::NothingToOpen(repo.id.clone())),
        [one] => Ok(one),
        ref several => {
            let names: Vec<&str> = several.iter().map(|file| file.name.as_str()).collect();
            Err(HubError::Several {
                repo: repo.id.clone(),
                files: names.join(", "),
            })
        }
    }
}
