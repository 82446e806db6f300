//! The cache that all programs around the hub share: `models--owner--name` with
//! `blobs`, `snapshots` and `refs`, and `.locks` beside it.
//!
//! Names come from hf-hub. Writing is our own: hf-hub 0.5 writes refs in place and
//! doesn't check what it fetched, hf-hub 1.0 can't resume.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hf_hub::Cache;

use super::HubError;
use super::checksum::{Checksum, Hasher};
use super::control::Control;
use super::listing::RemoteFile;
use super::repo::RepoId;
use crate::export::atomic::{Existing, folder_of, sync_folder, write_bytes};

/// How often a lock that another program holds is tried.
const KNOCK: Duration = Duration::from_millis(200);

/// One repository in the cache.
#[derive(Debug, Clone)]
pub struct RepoCache {
    repo: RepoId,
    cache: Cache,
}

/// A file that no other program touches while this lives.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "dropping it opens the lock")] File);

impl RepoCache {
    /// Of a repository, in a cache folder that need not exist yet.
    pub fn new(folder: &Path, repo: &RepoId) -> Self {
        Self {
            repo: repo.clone(),
            cache: Cache::new(folder.to_owned()),
        }
    }

    fn folder(&self) -> PathBuf {
        self.cache.path().join(self.repo.at("main").folder_name())
    }

    /// Where the bytes of a file are.
    pub fn blob(&self, checksum: &Checksum) -> PathBuf {
        self.folder().join("blobs").join(checksum.name())
    }

    /// Where they are until all have come; the name that Python's client uses too, so
    /// that each goes on with what the other began.
    pub fn partial(&self, checksum: &Checksum) -> PathBuf {
        let name = format!("{}.incomplete", checksum.name());
        self.folder().join("blobs").join(name)
    }

    /// Where a file is under its own name.
    pub fn snapshot(&self, commit: &str, path: &str) -> PathBuf {
        self.folder().join("snapshots").join(commit).join(path)
    }

    /// Bytes of a file that need not be fetched.
    pub fn have(&self, file: &RemoteFile) -> u64 {
        let size = |path: PathBuf| fs::metadata(path).map_or(0, |m| m.len());
        if size(self.blob(&file.checksum)) == file.size {
            return file.size;
        }
        let begun = size(self.partial(&file.checksum));
        if begun > file.size { 0 } else { begun }
    }

    /// Whether a file is there whole and with the right bytes. One with wrong bytes is
    /// taken away: nobody must load it.
    pub(super) fn whole(&self, file: &RemoteFile, control: &Control) -> Result<bool, HubError> {
        let blob = self.blob(&file.checksum);
        let mut open = match File::open(&blob) {
            Ok(open) => open,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(e.into()),
        };
        if open.metadata()?.len() == file.size {
            let mut hasher = Hasher::new(&file.checksum, file.size);
            hasher.read(&mut open, || control.check())?;
            if hasher.is(&file.checksum) {
                return Ok(true);
            }
        }
        log::warn!(
            "{} in the shared cache is damaged; it is fetched anew",
            blob.display()
        );
        fs::remove_file(&blob)?;
        Ok(false)
    }

    /// Keeps other programs from fetching the same file.
    pub(super) fn lock(
        &self,
        file: &RemoteFile,
        control: &Control,
        patience: Duration,
    ) -> Result<Lock, HubError> {
        let folder = self
            .cache
            .path()
            .join(".locks")
            .join(self.repo.at("main").folder_name());
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.lock", file.checksum.name()));
        let open = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        let until = Instant::now() + patience;
        loop {
            match open.try_lock() {
                Ok(()) => return Ok(Lock(open)),
                Err(TryLockError::WouldBlock) if Instant::now() < until => control.sleep(KNOCK)?,
                Err(TryLockError::WouldBlock) => return Err(HubError::Locked(file.path.clone())),
                // A network disk that knows no locks: better unlocked than not at all.
                Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Lock(open));
                }
                Err(TryLockError::Error(e)) => return Err(e.into()),
            }
        }
    }

    /// Shows a whole file under its own name, in one step.
    pub(super) fn link(&self, commit: &str, file: &RemoteFile) -> Result<PathBuf, HubError> {
        let name = self.snapshot(commit, &file.path);
        let folder = folder_of(&name);
        fs::create_dir_all(folder)?;
        let up = file.path.split('/').count() + 1;
        let mut target = PathBuf::new();
        target.extend(std::iter::repeat_n("..", up));
        let target = target.join("blobs").join(file.checksum.name());
        if fs::read_link(&name).is_ok_and(|now| now == target) {
            return Ok(name);
        }
        let place = tempfile::Builder::new()
            .prefix(".limner-")
            .tempdir_in(folder)?;
        let new = place.path().join("link");
        if symlink(&target, &new).is_err() {
            // Windows lets only some accounts make links; a copy serves all readers.
            fs::copy(self.blob(&file.checksum), &new)?;
        }
        fs::rename(&new, &name)?;
        Ok(name)
    }

    /// Notes which commit a branch was at.
    pub(super) fn point(&self, branch: &str, commit: &str) -> Result<(), HubError> {
        let path = self.folder().join("refs").join(branch);
        fs::create_dir_all(folder_of(&path))?;
        write_bytes(&path, Existing::Replace, commit.as_bytes())
            .map_err(|e| HubError::Disk(io::Error::other(e.to_string())))
    }

    /// The commit a branch was at when it was last fetched.
    pub fn commit_of(&self, branch: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder().join("refs").join(branch)).ok()?;
        Some(text.trim().to_owned()).filter(|t| super::repo::is_commit(t))
    }

    /// Moves a checked file to its name.
    pub(super) fn settle(&self, checksum: &Checksum) -> Result<(), HubError> {
        let blob = self.blob(checksum);
        fs::rename(self.partial(checksum), &blob)?;
        Ok(sync_folder(folder_of(&blob))?)
    }

    /// Throws away what came of unfinished files, unless another program goes on with
    /// them.
    pub(super) fn discard(&self, files: &[RemoteFile]) {
        for file in files {
            let lock = self.lock(file, &Control::default(), Duration::ZERO);
            if lock.is_ok()
                && let Err(error) = self.forget(&file.checksum)
            {
                log::warn!("what came of '{}' can't be thrown away: {error}", file.path);
            }
        }
    }

    /// Throws away what came of a file that isn't whole yet.
    pub(super) fn forget(&self, checksum: &Checksum) -> io::Result<()> {
        match fs::remove_file(self.partial(checksum)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
}

#[cfg(unix)]
fn symlink(target: &Path, name: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, name)
}

#[cfg(windows)]
fn symlink(target: &Path, name: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, name)
}
