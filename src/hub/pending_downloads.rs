//! Downloads that were begun and not finished, remembered from start to start, so
//! that they can go on. None goes on by itself.

use std::path::PathBuf;

use crate::export::atomic::{Existing, folder_of, write_bytes};
use crate::hub::protocol::Download;

/// The list on disk.
#[derive(Debug)]
pub(crate) struct PendingDownloads {
    file: Option<PathBuf>,
    list: Vec<Download>,
}

impl PendingDownloads {
    /// Reads the list; a damaged one is empty, for it only saves the user typing.
    pub(crate) fn open(file: Option<PathBuf>) -> Self {
        let text = file.as_ref().and_then(|f| std::fs::read(f).ok());
        let list = text.and_then(|text| match serde_json::from_slice(&text) {
            Ok(list) => Some(list),
            Err(error) => {
                log::warn!("the list of pending downloads can't be read: {error}");
                None
            }
        });
        Self {
            file,
            list: list.unwrap_or_default(),
        }
    }

    /// What was begun and isn't finished.
    pub(crate) fn all(&self) -> &[Download] {
        &self.list
    }

    /// Remembers a download.
    pub(crate) fn put(&mut self, download: &Download) {
        if !self.list.contains(download) {
            self.list.push(download.clone());
            self.save();
        }
    }

    /// Forgets a download that is finished or not wanted any more.
    pub(crate) fn remove(&mut self, download: &Download) {
        let before = self.list.len();
        self.list.retain(|pending| pending != download);
        if self.list.len() != before {
            self.save();
        }
    }

    fn save(&self) {
        let Some(file) = &self.file else { return };
        let folder = std::fs::create_dir_all(folder_of(file));
        let written = folder.map_err(|e| e.to_string()).and_then(|()| {
            let text = serde_json::to_vec_pretty(&self.list).map_err(|e| e.to_string())?;
            write_bytes(file, Existing::Replace, &text).map_err(|e| e.to_string())
        });
        if let Err(error) = written {
            log::warn!("the list of pending downloads can't be written: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begun_downloads_outlive_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/downloads.json");
        let download = |repo: &str| Download {
            repo: repo.into(),
            commit: "0".repeat(40),
            file: "a.pkl".into(),
            bytes: 9,
            licence: "mit".into(),
            licence_text: "2".repeat(64),
            etag: "1".repeat(64),
        };
        let mut list = PendingDownloads::open(Some(file.clone()));
        list.put(&download("ada/a"));
        list.put(&download("ada/b"));
        list.put(&download("ada/a"));
        list.remove(&download("ada/b"));
        assert_eq!(
            PendingDownloads::open(Some(file.clone())).all(),
            [download("ada/a")]
        );
        std::fs::write(&file, "{").unwrap();
        assert!(PendingDownloads::open(Some(file)).all().is_empty());
    }
}
