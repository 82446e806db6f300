//! Whether a download fits, before its first byte.

use std::path::{Path, PathBuf};

use super::HubError;
use super::settings::HubSettings;

/// Left free for everybody else.
const RESERVE: u64 = 64 << 20;

/// Refuses what doesn't fit: `fetch` bytes into the cache, then `install` bytes into
/// the models' folder.
pub(super) fn check(
    settings: &HubSettings,
    models: &Path,
    fetch: u64,
    install: u64,
) -> Result<(), HubError> {
    let cache = existing(&settings.cache);
    let models = existing(models);
    if same_disk(&cache, &models) {
        return fits(settings, &cache, fetch.saturating_add(install));
    }
    fits(settings, &cache, fetch)?;
    fits(settings, &models, install)
}

fn fits(settings: &HubSettings, place: &Path, bytes: u64) -> Result<(), HubError> {
    let needed = bytes.saturating_add(RESERVE);
    // A disk that doesn't say how much is free is found out when it's full.
    let Ok(free) = (settings.free_space)(place) else {
        return Ok(());
    };
    if bytes == 0 || needed <= free {
        return Ok(());
    }
    Err(HubError::NoSpace {
        needed,
        free,
        place: place.display().to_string(),
    })
}

/// The nearest folder above that is there.
fn existing(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|f| f.is_dir());
    found.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

#[cfg(unix)]
fn same_disk(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (std::fs::metadata(a), std::fs::metadata(b)) {
        (Ok(a), Ok(b)) => a.dev() == b.dev(),
        _ => true,
    }
}

#[cfg(not(unix))]
fn same_disk(a: &Path, b: &Path) -> bool {
    a.components().next() == b.components().next()
}
