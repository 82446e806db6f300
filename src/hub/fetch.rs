//! One file from the hub into the cache: ranged, resumed, hashed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::HubError;
use super::cache::RepoCache;
use super::checksum::{Checksum, Hasher};
use super::client::{About, Client, Part};
use super::control::Control;
use super::listing::{Listing, RemoteFile, address};
use crate::export::atomic::folder_of;

/// What a fetch tells while it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Bytes of this file that are there.
    Have(u64),
    /// Trying again after so long.
    Waiting(Duration),
    /// All bytes are there and are being checked.
    Checking,
}

/// One file and what it takes to fetch it.
pub(super) struct Fetch<'a> {
    pub(super) client: &'a Client,
    pub(super) cache: &'a RepoCache,
    pub(super) listing: &'a Listing,
    pub(super) file: &'a RemoteFile,
    pub(super) control: &'a Control,
}

impl Fetch<'_> {
    /// Fetches the file unless it's there; its path in the cache. Every byte has been
    /// hashed then.
    pub(super) fn run(&self, report: &mut dyn FnMut(Step)) -> Result<PathBuf, HubError> {
        let (cache, file, control) = (self.cache, self.file, self.control);
        if !cache.whole(file, control)? {
            let patience = self.client.settings().patience.lock;
            let _lock = cache.lock(file, control, patience)?;
            // Another program may have brought it meanwhile.
            if !cache.whole(file, control)? {
                self.bring(report)?;
            }
        }
        report(Step::Have(file.size));
        cache.link(&self.listing.commit, file)
    }

    fn bring(&self, report: &mut dyn FnMut(Step)) -> Result<(), HubError> {
        let (file, control) = (self.file, self.control);
        let patience = &self.client.settings().patience;
        let mut partial = Partial::open(self.cache, file, control)?;
        report(Step::Have(partial.len));
        let (mut failures, mut spoiled) = (0, 0);
        loop {
            control.check()?;
            if partial.len == file.size {
                report(Step::Checking);
                if partial.hasher.clone().is(&file.checksum) {
                    partial.file.sync_all()?;
                    drop(partial);
                    return self.cache.settle(&file.checksum);
                }
                // Perhaps the beginning came from a torn download: once more from 0.
                spoiled += 1;
                if spoiled > 1 {
                    self.cache.forget(&file.checksum)?;
                    return Err(HubError::WrongBytes(file.path.clone()));
                }
                partial.restart(file)?;
            }
            let before = partial.len;
            let error = match self.more(&mut partial, report) {
                Ok(()) => continue,
                Err(error) => error,
            };
            control.check()?;
            if !error.passes() {
                return Err(error);
            }
            failures = if partial.len > before {
                1
            } else {
                failures + 1
            };
            if failures >= patience.tries {
                return Err(error);
            }
            let wait = match error {
                HubError::Wait(asked) => asked,
                _ => patience.pause * 2u32.pow(failures.min(6) - 1),
            };
            log::info!("{}: {error}; again in {wait:?}", file.path);
            report(Step::Waiting(wait));
            control.sleep(wait)?;
        }
    }

    /// Gets what is missing, as far as this connection goes.
    fn more(&self, partial: &mut Partial, report: &mut dyn FnMut(Step)) -> Result<(), HubError> {
        let (file, listing) = (self.file, self.listing);
        let endpoint = &self.client.settings().endpoint;
        let url = address(endpoint, &listing.repo, &listing.commit, &file.path);
        let what = format!("file '{}'", file.path);
        let about = About {
            repo: Some(&listing.repo),
            what: &what,
        };
        let mut part = self.client.part(&url, partial.len, about)?;
        if changed(&part, file) {
            return Err(HubError::Changed(what));
        }
        if part.start == 0 && partial.len > 0 {
            // This hub knows no ranges.
            partial.restart(file)?;
        } else if part.start != partial.len {
            return Err(HubError::Odd("another part than asked for".into()));
        }
        let mut buffer = vec![0; 1 << 17];
        while partial.len < file.size {
            self.control.check()?;
            let n = part
                .body
                .read(&mut buffer)
                .map_err(|e| self.client.broken(e))?;
            if n == 0 {
                return Err(HubError::Cut);
            }
            let n = n.min(usize::try_from(file.size - partial.len).unwrap_or(n));
            partial
                .append(&buffer[..n])
                .map_err(|e| self.disk(e, partial.len))?;
            report(Step::Have(partial.len));
        }
        Ok(())
    }

    fn disk(&self, error: io::Error, len: u64) -> HubError {
        if error.kind() != io::ErrorKind::StorageFull {
            return error.into();
        }
        let settings = self.client.settings();
        HubError::NoSpace {
            needed: self.file.size - len,
            free: (settings.free_space)(&settings.cache).unwrap_or(0),
            place: settings.cache.display().to_string(),
        }
    }
}

/// Whether the hub gives out another file by now.
fn changed(part: &Part, file: &RemoteFile) -> bool {
    let other = match (&part.checksum, &file.checksum) {
        (Some(Checksum::Sha256(now)), Checksum::Sha256(then)) => now != then,
        (Some(Checksum::GitBlob(now)), Checksum::GitBlob(then)) => now != then,
        // A mirror with ETags of its own.
        _ => false,
    };
    other || part.size.is_some_and(|size| size != file.size)
}

/// A file that isn't whole yet, with the hash of what is there.
struct Partial {
    file: File,
    len: u64,
    hasher: Hasher,
}

impl Partial {
    /// Opens what an earlier run left, and hashes it.
    fn open(cache: &RepoCache, file: &RemoteFile, control: &Control) -> Result<Self, HubError> {
        let path = cache.partial(&file.checksum);
        fs::create_dir_all(folder_of(&path))?;
        let mut open = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)?;
        if open.metadata()?.len() > file.size {
            open.set_len(0)?;
        }
        let mut hasher = Hasher::new(&file.checksum, file.size);
        let len = hasher.read(&mut open, || control.check())?;
        Ok(Self {
            file: open,
            len,
            hasher,
        })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // Nothing must lie behind what was hashed.
            self.file.set_len(self.len)?;
            self.file.seek(SeekFrom::Start(self.len))?;
            return Err(error);
        }
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    fn restart(&mut self, file: &RemoteFile) -> Result<(), HubError> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.hasher = Hasher::new(&file.checksum, file.size);
        self.len = 0;
        Ok(())
    }
}
