//! What a repository, or an entry of the curated list, has to offer.

use super::catalog::Entry;
use super::client::{Hub, RemoteFile, Repo};
use super::error::HubError;
use super::protocol::{Download, Offer};
use super::pull::importable;

/// Asks what there is to be had by `wanted`: an entry of the list by its name, or everything
/// in a repository `owner/name` that may be opened. Fetches nothing.
///
/// # Errors
/// [`HubError::NothingToOpen`]; [`HubError::NotTheListed`] for an entry whose file isn't the
/// one that the list means; [`HubError`] as for every question.
pub fn offer(hub: &Hub, wanted: &str) -> Result<Offer, HubError> {
    match hub.catalog.named(wanted) {
        Some(entry) => of_entry(hub, entry),
        None => of_repo(hub, wanted),
    }
}

fn of_entry(hub: &Hub, entry: &Entry) -> Result<Offer, HubError> {
    let found = hub.look(&entry.repo, entry.revision())?;
    let file = entry.file_in(&found)?;
    let file = download(&found, file).ok_or_else(|| HubError::NoHash(file.name.clone()))?;
    Ok(offered(hub, found, vec![file]))
}

fn of_repo(hub: &Hub, id: &str) -> Result<Offer, HubError> {
    let found = hub.look(id, "main")?;
    // A file that the list knows by another hash isn't offered in its place.
    let swapped = |file: &RemoteFile| {
        let entry = hub.catalog.of_file(&found.id, &file.name);
        let known = entry.and_then(|entry| entry.sha256.as_ref());
        known.is_some_and(|known| Some(known) != file.sha256.as_ref())
    };
    let all = importable(&found);
    let files: Vec<Download> = all
        .into_iter()
        .filter(|file| !swapped(file))
        .filter_map(|file| download(&found, file))
        .collect();
    if files.is_empty() {
        return Err(HubError::NothingToOpen(found.id));
    }
    Ok(offered(hub, found, files))
}

fn offered(hub: &Hub, found: Repo, files: Vec<Download>) -> Offer {
    Offer {
        page: format!("{}/{}", hub.config.endpoint, found.id),
        repo: found.id,
        licence: found.licence,
        gated: found.gated,
        files,
    }
}

/// A file as it can be asked for; none without a hash.
fn download(found: &Repo, file: &RemoteFile) -> Option<Download> {
    Some(Download {
        repo: found.id.clone(),
        commit: found.commit.clone(),
        file: file.name.clone(),
        bytes: file.size,
        licence: found.licence.clone(),
        licence_text: found.licence_text.clone(),
        etag: file.etag()?.to_owned(),
    })
}
