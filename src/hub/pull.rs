//! A model folder from a repository's file.

use std::fs::File;
use std::path::Path;

use super::catalog::Entry;
use super::client::{Hub, RemoteFile, Repo};
use super::error::HubError;
use super::transfer::{Watch, is_the_one};
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
/// it, or under the repository's own name, with the file's where it has several networks. The caller
/// has shown the licence and had it accepted.
///
/// # Errors
/// [`HubError::NothingToOpen`], [`HubError::Several`] without a choice, [`HubError::Exists`] before
/// anything is fetched; what can go wrong on the way. Nothing half-imported is left.
pub fn pull(
    hub: &Hub,
    repo: &Repo,
    file: Option<&str>,
    models: &Path,
    name: Option<&str>,
    watch: &mut Watch<'_>,
) -> Result<Pulled, HubError> {
    let file = choose(repo, file)?;
    let listed = hub.catalog.of_file(&repo.id, &file.name);
    let listed = listed.filter(|entry| entry.is(repo, file));
    let own = || listed.map_or_else(|| own_name(repo, file), |entry| entry.name.clone());
    let name = import::model_name(&name.map_or_else(own, str::to_owned));
    if import::is_taken(&name, models) {
        return Err(HubError::Exists(name));
    }
    // The import looks for a network's other parts beside its first.
    let parts = parts_beside(repo, file);
    for part in &parts {
        hub.fetch(repo, part, watch)?;
    }
    let path = hub.fetch(repo, file, watch)?;
    let origin = Origin {
        licence: Some(repo.licence.clone()),
        from: Some(format!("{} at {} ({})", repo.id, repo.commit, file.name)),
        notes: listed.map(notes).unwrap_or_default(),
    };
    // Files of the cache are everybody's: what counts is what is read.
    let check =
        |path: &Path, open: &mut File, sha256: &str| verified(path, (open, sha256), file, &parts);
    let mut import = import::Watch {
        stop: &hub.halted,
        step: &mut |_| {},
        check: Some(&check),
    };
    Ok(Pulled {
        imported: import_watched(&path, models, Some(&name), &origin, &mut import)?,
        repo: repo.id.clone(),
        commit: repo.commit.clone(),
        file: file.name.clone(),
    })
}

/// What a network is called that nobody gave a name: as its repository, with its file's or folder's
/// name where there are others beside it.
fn own_name(repo: &Repo, file: &RemoteFile) -> String {
    let (owner, id) = repo.id.split_once('/').unwrap_or(("", &repo.id));
    let parts = parts_beside(repo, file);
    let mut others = importable(repo);
    others.retain(|other| other.name != file.name && !parts.contains(other));
    let within = match others.is_empty() {
        true => "",
        false if parts.is_empty() => file_label(file, &others),
        false => split(file).0,
    };
    let begins_alike = within.to_lowercase().starts_with(&id.to_lowercase());
    let name = match within {
        "" => id.to_owned(),
        _ if begins_alike => within.to_owned(),
        _ => format!("{id}-{within}"),
    };
    match import::is_reserved(&import::model_name(&name)) {
        true => format!("{owner}-{name}"),
        false => name,
    }
}

/// As much of a file's path as tells it from the others.
fn file_label<'a>(file: &'a RemoteFile, others: &[&RemoteFile]) -> &'a str {
    let stem = without_ending(split(file).1);
    let path = without_ending(&file.name);
    let alone = |of: &dyn Fn(&RemoteFile) -> bool| !others.iter().any(|other| of(other));
    if alone(&|other| without_ending(split(other).1) == stem) {
        stem
    } else if alone(&|other| without_ending(&other.name) == path) {
        path
    } else {
        &file.name
    }
}

/// A checkpoint's name without its ending.
fn without_ending(name: &str) -> &str {
    let lower = name.to_lowercase();
    let ending = ENDINGS.iter().filter(|ending| lower.ends_with(*ending));
    let most = ending.map(|ending| ending.len()).max().unwrap_or(0);
    name.get(..name.len() - most).unwrap_or(name)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::HubConfig;
    use crate::hub::cache::RepoCache;
    use crate::hub::transfer::Flow;

    /// The import of what was downloaded ends with the door, as the download does.
    #[test]
    fn a_stop_is_heard_while_the_network_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let config = HubConfig {
            cache: folder.path().join("hub"),
            ..HubConfig::from_env()
        };
        let network =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import/fast_style.pth");
        let file = RemoteFile {
            name: "style.pth".into(),
            size: network.metadata().unwrap().len(),
            sha256: Some(crate::digest::sha256_of_file(&network).unwrap()),
            blob: None,
        };
        let repo = Repo {
            id: "owner/name".into(),
            commit: "0".repeat(40),
            revision: "main".into(),
            licence: "cc0-1.0".into(),
            licence_text: String::new(),
            gated: false,
            files: vec![file.clone()],
        };
        // It is there already, so that nothing is asked for.
        let blob = RepoCache::new(&config.cache, &repo.id).blob(file.etag().unwrap());
        std::fs::create_dir_all(blob.parent().unwrap()).unwrap();
        std::fs::copy(&network, &blob).unwrap();
        let models = folder.path().join("models");
        let hub = Hub::new(config);
        hub.halt().halt();
        let got = pull(&hub, &repo, None, &models, None, &mut |_| Flow::GoOn);
        let cancelled = matches!(got, Err(HubError::Import(ImportError::Cancelled)));
        assert!(cancelled, "{got:?}");
        assert!(!models.join("name").exists());
    }
}
