//! SHA-256 of weights files, computed once as long as size and date stay.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::digest::sha256_of_file;
use crate::unfinished;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Known {
    size: u64,
    modified_ns: u128,
    sha256: String,
}

/// Remembered hashes, in a JSON file where one is given.
#[derive(Debug, Default)]
pub(super) struct HashCache {
    file: Option<PathBuf>,
    known: BTreeMap<PathBuf, Known>,
    changed: bool,
}

impl HashCache {
    /// What the file remembers; an unreadable one is started anew.
    pub(super) fn open(file: Option<PathBuf>) -> Self {
        let known = file
            .as_ref()
            .and_then(|path| std::fs::read(path).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self {
            file,
            known,
            changed: false,
        }
    }

    /// Hash and size of a file.
    pub(super) fn sha256(&mut self, path: &Path) -> std::io::Result<(String, u64)> {
        let meta = std::fs::metadata(path)?;
        let modified_ns = meta
            .modified()?
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        if let Some(known) = self.known.get(path)
            && known.size == meta.len()
            && known.modified_ns == modified_ns
        {
            return Ok((known.sha256.clone(), known.size));
        }
        let known = Known {
            size: meta.len(),
            modified_ns,
            sha256: sha256_of_file(path)?,
        };
        let answer = (known.sha256.clone(), known.size);
        self.known.insert(path.to_owned(), known);
        self.changed = true;
        Ok(answer)
    }

    /// Writes what is new. Losing it only costs time, so a failure is a log line.
    pub(super) fn save(&mut self) {
        let Some(file) = self.file.as_ref().filter(|_| self.changed) else {
            return;
        };
        let written = serde_json::to_vec(&self.known)
            .map_err(std::io::Error::other)
            .and_then(|bytes| {
                let folder = file.parent().unwrap_or(Path::new("."));
                std::fs::create_dir_all(folder)?;
                let mut temporary = unfinished::file_in(folder, false)?;
                std::io::Write::write_all(&mut temporary, &bytes)?;
                temporary.persist(file).map_err(|error| error.error)?;
                Ok(())
            });
        match written {
            Ok(()) => self.changed = false,
            Err(error) => log::warn!("hashes of models can't be kept: {error}"),
        }
    }
}
