//! Names on the hub, made safe before they become addresses or folders.

use std::fmt;

use hf_hub::{Repo, RepoType};
use serde::{Deserialize, Serialize};

use super::HubError;
use super::settings::PUBLIC;

/// `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoId(String);

impl RepoId {
    /// Reads `owner/name`, or the address of a model's page.
    ///
    /// # Errors
    /// [`HubError::BadName`].
    pub fn parse(text: &str) -> Result<Self, HubError> {
        let text = text.trim();
        let short = [
            PUBLIC,
            "http://huggingface.co",
            "huggingface.co",
            "https://hf.co",
            "hf.co",
        ]
        .iter()
        .find_map(|start| text.strip_prefix(start)?.strip_prefix('/'))
        .unwrap_or(text);
        let short = short.split(['?', '#']).next().unwrap_or(short);
        let mut parts = short.split('/');
        let (owner, name) = (parts.next(), parts.next());
        let page = short.len() != text.len();
        match (owner, name, parts.next()) {
            (Some(owner), Some(name), rest)
                if part(owner) && part(name) && (rest.is_none() || page) =>
            {
                Ok(Self(format!("{owner}/{name}")))
            }
            _ => Err(HubError::BadName(text.to_owned())),
        }
    }

    /// `owner/name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the owner.
    pub fn name(&self) -> &str {
        self.0.split('/').nth(1).unwrap_or(&self.0)
    }

    /// As hf-hub knows it.
    pub(super) fn at(&self, revision: &str) -> Repo {
        Repo::with_revision(self.0.clone(), RepoType::Model, revision.to_owned())
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RepoId {
    type Error = HubError;
    fn try_from(text: String) -> Result<Self, HubError> {
        Self::parse(&text)
    }
}

impl From<RepoId> for String {
    fn from(repo: RepoId) -> Self {
        repo.0
    }
}

/// The hub's own rule for owners and names.
fn part(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ends = |c: char| c == '-' || c == '.';
    !text.is_empty()
        && text.len() <= 96
        && text.chars().all(allowed)
        && !text.contains("--")
        && !text.contains("..")
        && !text.starts_with(ends)
        && !text.ends_with(ends)
}

/// Whether a text is a full commit.
pub fn is_commit(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a branch or tag may become a part of an address and of a folder.
pub fn is_revision(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    !text.is_empty()
        && text.len() <= 200
        && text.chars().all(allowed)
        && text
            .split('/')
            .all(|p| !p.is_empty() && !p.starts_with('.'))
}

/// Whether a file of a repository stays inside any folder it is put into, on every
/// system.
pub fn is_safe_path(path: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && p != "."
            && p != ".."
            && !p.ends_with(['.', ' '])
            && !p
                .chars()
                .any(|c| c.is_control() || "\\:*?\"<>|".contains(c))
    };
    path.len() <= 1000 && path.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_pasted_addresses_are_understood() {
        for text in [
            "ada/flowers",
            " https://huggingface.co/ada/flowers ",
            "https://huggingface.co/ada/flowers/tree/main?x=1",
            "hf.co/ada/flowers",
        ] {
            assert_eq!(
                RepoId::parse(text).unwrap().as_str(),
                "ada/flowers",
                "{text}"
            );
        }
    }

    #[test]
    fn what_could_leave_its_folder_is_no_name() {
        for text in [
            "", "flowers", "a/b/c", "../x", "a/..", "a/.b", "a/b--c", "a b/c", "a/b\\c",
        ] {
            assert!(RepoId::parse(text).is_err(), "{text:?}");
        }
        for path in [
            "../x", "/etc/x", "a//b", "a/../b", "C:x", "a\\b", "a/\0", "dot.",
        ] {
            assert!(!is_safe_path(path), "{path:?}");
        }
        assert!(is_safe_path("nets/flowers 256.pkl"));
        assert!(!is_revision("../main") && !is_revision("refs/../x") && is_revision("refs/pr/1"));
    }
}
