//! A model folder from a repository's file.

use std::path::Path;

use super::client::{Hub, RemoteFile, Repo};
use super::error::HubError;
use super::transfer::Watch;
use crate::import::{Imported, Origin, import_from, is_part_name};

/// Endings of checkpoints that the import reads.
const ENDINGS: [&str; 5] = [".pkl", ".pt", ".pth", ".pth.tar", ".safetensors"];
/// More files than any network has.
const MOST_PARTS: usize = 8;

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
    // The import looks for a network's other parts beside its first.
    for part in parts_beside(repo, file) {
        hub.fetch(repo, part, watch)?;
    }
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
        // One network in several files: any of them leads to the others.
        [first, ..] if is_one_network(repo) => Ok(first),
        ref several => {
            let names: Vec<&str> = several.iter().map(|file| file.name.as_str()).collect();
            Err(HubError::Several {
                repo: repo.id.clone(),
                files: names.join(", "),
            })
        }
    }
}

/// Folder and name of a file.
fn split(file: &RemoteFile) -> (&str, &str) {
    file.name.rsplit_once('/').unwrap_or(("", &file.name))
}

/// Whether everything that can be opened is named as the parts of one network.
fn is_one_network(repo: &Repo) -> bool {
    let files = importable(repo);
    files.iter().all(|file| is_part_name(split(file).1))
        && files.windows(2).all(|w| split(w[0]).0 == split(w[1]).0)
        && files.len() <= MOST_PARTS
}

/// The files beside `file` that may be other parts of its network.
fn parts_beside<'a>(repo: &'a Repo, file: &RemoteFile) -> Vec<&'a RemoteFile> {
    if !is_part_name(split(file).1) {
        return Vec::new();
    }
    let mut found = importable(repo);
    found.retain(|other| {
        let (folder, name) = split(other);
        other.name != file.name && folder == split(file).0 && is_part_name(name)
    });
    found.truncate(MOST_PARTS);
    found
}
