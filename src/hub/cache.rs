//! The folder that all programs of the hub share:
//! `models--owner--name/{blobs/ETAG, snapshots/COMMIT/FILE -> blob, refs/REVISION}`.
//!
//! Its names are `hf-hub`'s. What is written is ours: `hf-hub` 0.5 locks `blobs/ETAG.lock`,
//! where the hub's Python programs take `.locks/models--owner--name/ETAG.lock` and don't see
//! it, and empties a reference before it writes it, so that another program can read none.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use hf_hub::{Cache, CacheRepo};

use super::client::{RemoteFile, Repo};
use crate::export::atomic::{Existing, write_bytes};

/// A repository's part of the cache.
pub(super) struct RepoCache {
    layout: CacheRepo,
    root: PathBuf,
    locks: PathBuf,
}

impl RepoCache {
    pub(super) fn new(cache: &Path, id: &str) -> Self {
        let repo = hf_hub::Repo::model(id.to_owned());
        let folder = repo.folder_name();
        Self {
            layout: Cache::new(cache.to_path_buf()).repo(repo),
            locks: cache.join(".locks").join(&folder),
            root: cache.join(folder),
        }
    }

    /// Where the bytes of this ETag lie once they are whole.
    pub(super) fn blob(&self, etag: &str) -> PathBuf {
        self.layout.blob_path(etag)
    }

    /// Where they gather until then.
    pub(super) fn incomplete(&self, etag: &str) -> PathBuf {
        self.layout.blob_path(&format!("{etag}.incomplete"))
    }

    /// Keeps other programs off a blob. `None` if one is at work on it.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn lock(&self, etag: &str) -> io::Result<Option<File>> {
        fs::create_dir_all(&self.locks)?;
        fs::create_dir_all(self.root.join("blobs"))?;
        let file = File::create(self.locks.join(format!("{etag}.lock")))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Throws away what came of a blob that isn't whole, unless another program is at
    /// work on it.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn forget(&self, etag: &str) -> io::Result<()> {
        let part = self.incomplete(etag);
        if !part.exists() {
            return Ok(());
        }
        match self.lock(etag)? {
            Some(_held) => fs::remove_file(part),
            None => Ok(()),
        }
    }

    /// Puts a whole blob into the snapshot of its commit, and the revision's name onto
    /// that commit. Returns the file's place.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn place(&self, repo: &Repo, file: &RemoteFile, etag: &str) -> io::Result<PathBuf> {
        let path = self.layout.pointer_path(&repo.commit).join(&file.name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if !path.exists() {
            // A link whose blob is gone.
            if path.symlink_metadata().is_ok() {
                fs::remove_file(&path)?;
            }
            let up = "../".repeat(2 + file.name.matches('/').count());
            link(
                Path::new(&format!("{up}blobs/{etag}")),
                &self.blob(etag),
                &path,
            )?;
        }
        let revision = Path::new(&repo.revision);
        let plain = revision
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if repo.revision != repo.commit && plain {
            let name = self.root.join("refs").join(revision);
            if let Some(folder) = name.parent() {
                fs::create_dir_all(folder)?;
            }
            // In one step: other programs may be reading it.
            write_bytes(&name, Existing::Replace, repo.commit.as_bytes())
                .map_err(|e| io::Error::other(e.to_string()))?;
        }
        Ok(path)
    }
}

/// A link where the system has them, else a copy.
fn link(relative: &Path, blob: &Path, at: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let _ = blob;
        match std::os::unix::fs::symlink(relative, at) {
            // Another program was quicker, with the same link.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && at.exists() => Ok(()),
            done => done,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = relative;
        fs::copy(blob, at).map(|_| ())
    }
}
