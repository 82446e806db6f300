//! What a repository holds: its files with sizes and checksums, its licence.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::HubError;
use super::checksum::Checksum;
use super::client::{About, Client};
use super::repo::{RepoId, is_commit, is_revision, is_safe_path};

/// Characters of a path that an address must not hold as they are.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct RemoteFile {
    /// Path inside the repository, safe on every system.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// What its bytes are.
    pub checksum: Checksum,
}

/// A repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which.
    pub repo: RepoId,
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// The branch or tag that was asked for; none for a commit.
    pub branch: Option<String>,
    /// As the hub names it; `unknown` if it doesn't.
    pub licence: String,
    /// Where its text is, if the hub says so.
    pub licence_link: Option<String>,
    /// Files that can be fetched.
    pub files: Vec<RemoteFile>,
    /// Files without a checksum, which are never fetched.
    pub unchecked: Vec<String>,
}

impl Listing {
    /// Asks the hub.
    pub(super) fn ask(
        client: &Client,
        repo: &RepoId,
        revision: Option<&str>,
    ) -> Result<Self, HubError> {
        let revision = revision.unwrap_or("main");
        if !is_revision(revision) {
            return Err(HubError::NotFound(format!("version '{revision}'")));
        }
        let path = format!("/api/{}?blobs=true", repo.at(revision).api_url());
        let what = format!("model '{repo}'");
        let about = About {
            repo: Some(repo),
            what: &what,
        };
        let info: Info = client.json(&path, about)?;
        Self::from_info(info, repo, revision)
    }

    fn from_info(info: Info, repo: &RepoId, revision: &str) -> Result<Self, HubError> {
        let commit = info.sha.to_lowercase();
        if !is_commit(&commit) || (is_commit(revision) && commit != revision) {
            return Err(HubError::Odd("another version than asked for".into()));
        }
        let mut listing = Self {
            repo: repo.clone(),
            commit,
            branch: Some(revision.to_owned()).filter(|r| !is_commit(r)),
            licence: licence(&info),
            licence_link: info.card.and_then(|c| c.license_link).and_then(Loose::text),
            files: Vec::new(),
            unchecked: Vec::new(),
        };
        for sibling in info.siblings {
            if !is_safe_path(&sibling.rfilename) {
                log::warn!("a file of {repo} has an unsafe name and is left out");
                continue;
            }
            match sibling.checked() {
                Some((size, checksum)) => listing.files.push(RemoteFile {
                    path: sibling.rfilename,
                    size,
                    checksum,
                }),
                None => listing.unchecked.push(sibling.rfilename),
            }
        }
        Ok(listing)
    }

    /// A file by its path.
    ///
    /// # Errors
    /// [`HubError::NoChecksum`] or [`HubError::NotFound`].
    pub fn file(&self, path: &str) -> Result<&RemoteFile, HubError> {
        let found = self.files.iter().find(|f| f.path == path);
        found.ok_or_else(|| {
            if self.unchecked.iter().any(|p| p == path) {
                HubError::NoChecksum(path.to_owned())
            } else {
                HubError::NotFound(format!("file '{path}' in '{}'", self.repo))
            }
        })
    }
}

/// Where a file's bytes are asked for.
pub(super) fn address(endpoint: &str, repo: &RepoId, commit: &str, path: &str) -> String {
    let at = repo.at(commit);
    let path = utf8_percent_encode(path, ESCAPED);
    format!(
        "{endpoint}/{}/resolve/{}/{path}",
        at.url(),
        at.url_revision()
    )
}

/// A value that is text for some repositories and a list for others.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Several(Vec<String>),
    Other(IgnoredAny),
}

impl Loose {
    fn text(self) -> Option<String> {
        self.as_text().filter(|t| !t.trim().is_empty())
    }

    fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Several(all) => Some(all.join(", ")),
            Self::Other(_) => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Info {
    sha: String,
    #[serde(default)]
    siblings: Vec<Sibling>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default, rename = "cardData")]
    card: Option<Card>,
}

#[derive(Debug, Deserialize)]
struct Card {
    license: Option<Loose>,
    license_name: Option<Loose>,
    license_link: Option<Loose>,
}

#[derive(Debug, Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Debug, Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

impl Sibling {
    fn checked(&self) -> Option<(u64, Checksum)> {
        if let Some(lfs) = &self.lfs {
            let checksum = Checksum::from_etag(&lfs.sha256)?;
            return matches!(checksum, Checksum::Sha256(_)).then_some((lfs.size, checksum));
        }
        Some((self.size?, Checksum::from_etag(self.blob_id.as_deref()?)?))
    }
}

fn licence(info: &Info) -> String {
    let card = info.card.as_ref();
    let named = card
        .and_then(|c| c.license.as_ref())
        .and_then(Loose::as_text);
    let own = card
        .and_then(|c| c.license_name.as_ref())
        .and_then(Loose::as_text);
    let tag = info.tags.iter().find_map(|t| t.strip_prefix("license:"));
    let licence = match named.or_else(|| tag.map(str::to_owned)) {
        Some(other) if other == "other" => own.unwrap_or(other),
        Some(named) => named,
        None => own.unwrap_or_default(),
    };
    let licence: String = licence
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    if licence.trim().is_empty() {
        "unknown".to_owned()
    } else {
        licence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn listing(json: &str) -> Listing {
        let info = serde_json::from_str(json).unwrap();
        Listing::from_info(info, &RepoId::parse("ada/flowers").unwrap(), "main").unwrap()
    }

    #[test]
    fn large_files_have_sha256_and_small_ones_gits_name() {
        let got = listing(&format!(
            r#"{{"sha":"{SHA}","siblings":[
                {{"rfilename":"a.pkl","size":9,"blobId":"{SHA}","lfs":{{"sha256":"{0}","size":9,"pointerSize":1}}}},
                {{"rfilename":"README.md","size":3,"blobId":"{SHA}"}},
                {{"rfilename":"../evil","size":3,"blobId":"{SHA}"}},
                {{"rfilename":"bare.pkl"}}]}}"#,
            "a".repeat(64)
        ));
        assert_eq!(
            got.file("a.pkl").unwrap().checksum,
            Checksum::Sha256("a".repeat(64))
        );
        assert_eq!(
            got.file("README.md").unwrap().checksum,
            Checksum::GitBlob(SHA.into())
        );
        assert!(matches!(got.file("bare.pkl"), Err(HubError::NoChecksum(_))));
        assert!(matches!(got.file("../evil"), Err(HubError::NotFound(_))));
    }

    #[test]
    fn licences_are_found_where_the_hub_keeps_them() {
        for (json, licence) in [
            (r#""cardData":{"license":"mit"}"#, "mit"),
            (
                r#""cardData":{"license":["mit","cc0-1.0"]}"#,
                "mit, cc0-1.0",
            ),
            (
                r#""cardData":{"license":"other","license_name":"nvidia-1-way"}"#,
                "nvidia-1-way",
            ),
            (
                r#""cardData":{"license":{"odd":1}},"tags":["license:mit"]"#,
                "mit",
            ),
            (r#""tags":["x","license:apache-2.0"]"#, "apache-2.0"),
            (r#""tags":[]"#, "unknown"),
        ] {
            assert_eq!(
                listing(&format!(r#"{{"sha":"{SHA}",{json}}}"#)).licence,
                licence,
                "{json}"
            );
        }
    }

    #[test]
    fn addresses_are_escaped() {
        let repo = RepoId::parse("ada/flowers").unwrap();
        let url = address("http://h", &repo, SHA, "nets/a b#1.pkl");
        assert_eq!(
            url,
            format!("http://h/ada/flowers/resolve/{SHA}/nets/a%20b%231.pkl")
        );
    }
}
