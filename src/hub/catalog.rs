//! The list of models that were looked at: what each is, at which commit, with the
//! SHA-256 of every file.

use serde::Deserialize;

use super::HubError;
use super::checksum::Checksum;
use super::repo::{RepoId, is_commit, is_safe_path};

const SHIPPED: &str = include_str!("../../assets/catalog.toml");

/// A checked model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogEntry {
    /// Which.
    pub repo: RepoId,
    /// The commit that was looked at.
    pub revision: String,
    /// Shown name.
    pub title: String,
    /// What it does, one line.
    pub about: String,
    /// As its card says.
    pub licence: String,
    /// The checkpoint to open; none for a folder made by Limner.
    #[serde(default)]
    pub open: Option<String>,
    /// Its files.
    pub files: Vec<CatalogFile>,
}

/// A file of a checked model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogFile {
    /// Path in the repository.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of the bytes, 64 hexadecimal digits.
    pub sha256: String,
}

impl CatalogEntry {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&CatalogFile> {
        self.files.iter().find(|f| f.path == path)
    }

    fn sound(&self) -> bool {
        let file = |f: &CatalogFile| {
            let hash = Checksum::from_etag(&f.sha256);
            is_safe_path(&f.path)
                && f.size > 0
                && matches!(hash, Some(Checksum::Sha256(h)) if h == f.sha256)
        };
        let opens = |path: &String| self.file(path).is_some();
        is_commit(&self.revision)
            && !self.licence.trim().is_empty()
            && !self.files.is_empty()
            && self.files.iter().all(file)
            && self.open.as_ref().is_none_or(opens)
    }
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Its entries.
    #[serde(default, rename = "model")]
    pub models: Vec<CatalogEntry>,
}

impl Catalog {
    /// The list that ships.
    ///
    /// # Errors
    /// As [`Catalog::parse`].
    pub fn shipped() -> Result<Self, HubError> {
        Self::parse(SHIPPED)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`HubError::Catalog`] if an entry lacks a commit, a licence or a hash.
    pub fn parse(text: &str) -> Result<Self, HubError> {
        let list: Self = toml::from_str(text).map_err(|e| HubError::Catalog(e.to_string()))?;
        match list.models.iter().find(|m| !m.sound()) {
            Some(entry) => Err(HubError::Catalog(format!(
                "'{}' lacks a commit, a licence, or a file's size or SHA-256",
                entry.repo
            ))),
            None => Ok(list),
        }
    }

    /// A model's entry.
    pub fn find(&self, repo: &RepoId) -> Option<&CatalogEntry> {
        self.models.iter().find(|m| m.repo == *repo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(revision: &str, sha256: &str, path: &str) -> String {
        format!(
            "[[model]]\nrepo='ada/flowers'\nrevision='{revision}'\ntitle='F'\nabout='f'\n\
             licence='mit'\nopen='{path}'\n[[model.files]]\npath='{path}'\nsize=9\nsha256='{sha256}'\n"
        )
    }

    #[test]
    fn the_list_that_ships_can_be_read() {
        Catalog::shipped().unwrap();
    }

    #[test]
    fn an_entry_without_a_pinned_commit_or_a_hash_is_none() {
        let (commit, hash) = ("a".repeat(40), "b".repeat(64));
        assert_eq!(
            Catalog::parse(&entry(&commit, &hash, "a.pkl"))
                .unwrap()
                .models[0]
                .bytes(),
            9
        );
        for bad in [
            entry("main", &hash, "a.pkl"),
            entry(&commit, "", "a.pkl"),
            entry(&commit, &hash, "../a.pkl"),
        ] {
            assert!(Catalog::parse(&bad).is_err(), "{bad}");
        }
    }
}
