//! A model folder from a repository's file.

use std::fs::File;
use std::path::Path;

use super::catalog::Entry;
use super::client::{Hub, RemoteFile, Repo};
use super::error::HubError;
use super::transfer::{Watch, is_the_one};
use crate::cancel::CancelToken;
use crate::import::{self, ImportError, Imported, Origin, import_watched, is_part_name};

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

/// Downloads a file of `repo` and imports it into `models` as `name`, or as the list calls
/// it, or under the repository's own name. The caller has shown the licence and had it accepted.
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
    let parts = parts_beside(repo, file);
    for part in &parts {
        hub.fetch(repo, part, watch)?;
    }
    let path = hub.fetch(repo, file, watch)?;
    let listed = hub.catalog.of_file(&repo.id, &file.name);
    let listed = listed.filter(|entry| entry.is(repo, file));
    let own = repo.id.split('/').next_back().unwrap_or(&repo.id);
    let own = listed.map_or(own, |entry| &entry.name);
    let origin = Origin {
        licence: Some(repo.licence.clone()),
        from: Some(format!("{} at {} ({})", repo.id, repo.commit, file.name)),
        notes: listed.map(notes).unwrap_or_default(),
    };
    // Files of the cache are everybody's: what counts is what is read.
    let check =
        |path: &Path, open: &mut File, sha256: &str| verified(path, (open, sha256), file, &parts);
    let mut import = import::Watch {
        stop: &CancelToken::new(),
        step: &mut |_| {},
        check: Some(&check),
    };
    let name = Some(name.unwrap_or(own));
    Ok(Pulled {
        imported: import_watched(&path, models, name, &origin, &mut import)?,
        repo: repo.id.clone(),
        commit: repo.commit.clone(),
        file: file.name.clone(),
    })
}

/// What the list says of it, for its card.
fn notes(entry: &Entry) -> Vec<String> {
    let warning = entry.warning.clone();
    [entry.what.clone()]
        .into_iter()
        .chain(warning)
        .chain([format!(
            "In Limner's list as {}. {}",
            entry.name,
            entry.pinned_by()
        )])
        .collect()
}

/// Whether one of the files that were fetched is the one that was checked.
fn verified(
    path: &Path,
    (open, sha256): (&mut File, &str),
    file: &RemoteFile,
    parts: &[&RemoteFile],
) -> Result<(), ImportError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut fetched = parts.iter().copied().chain([file]);
    match fetched.find(|file| split(file).1 == name) {
        Some(file) if is_the_one(open, sha256, file)? => Ok(()),
        Some(_) => Err(ImportError::Changed(name.into())),
        None => Err(ImportError::NotACheckpoint(format!(
            "{name} wasn't fetched"
        ))),
    }
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
