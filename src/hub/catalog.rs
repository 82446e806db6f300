//! The curated list, `assets/catalog.toml`.

use serde::Deserialize;

use super::client::{RemoteFile, Repo};
use super::error::HubError;

const CATALOG: &str = include_str!("../../assets/catalog.toml");

/// Where a file without a commit of its own is looked for; its SHA-256 decides then.
const NEWEST: &str = "main";

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Group {
    /// Make pictures.
    Generators,
    /// Take photos apart, for Lens.
    Autoencoders,
    /// Put styles onto photos.
    Styles,
    /// Enlarge pictures.
    Upscalers,
}

impl Group {
    /// All of them, in the order that they are shown in.
    pub const ALL: [Self; 4] = [
        Self::Generators,
        Self::Styles,
        Self::Autoencoders,
        Self::Upscalers,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Generators => "Generators",
            Self::Autoencoders => "Autoencoders",
            Self::Styles => "Styles",
            Self::Upscalers => "Upscalers",
        }
    }
}

/// A model that we have read about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name that the model gets; it has no slash, so that it is never a repository's.
    pub name: String,
    /// What it is for.
    pub group: Group,
    /// `owner/name`.
    pub repo: String,
    /// Commit, 40 hexadecimal digits: never a branch. At least one of this and the hash is
    /// there.
    pub revision: Option<String>,
    /// File in it.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: Option<String>,
    /// Its size in bytes, where somebody states it.
    pub size: Option<u64>,
    /// Licence.
    pub licence: String,
    /// What it does, in a sentence.
    pub what: String,
    /// What the licence forbids, where it does.
    pub warning: Option<String>,
    /// Where hash or commit were read.
    pub read: String,
}

impl Entry {
    /// The revision to ask for: its commit, else the newest.
    pub fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or(NEWEST)
    }

    /// Whether all of some words are in what is said of it.
    pub fn matches(&self, words: &str) -> bool {
        let text = format!(
            "{} {} {} {} {}",
            self.name,
            self.group.title(),
            self.repo,
            self.licence,
            self.what
        )
        .to_lowercase();
        let mut words = words.split_whitespace();
        words.all(|word| text.contains(&word.to_lowercase()))
    }

    /// How sure it is that what comes is what was meant, in a sentence.
    pub fn pinned_by(&self) -> String {
        let read = &self.read;
        match (&self.revision, &self.sha256) {
            (Some(_), Some(_)) => {
                format!("Commit and SHA-256 are fixed; they were read in {read}.")
            }
            (None, _) => format!(
                "Its SHA-256 is fixed and decides what is taken from '{NEWEST}'; it was read in {read}."
            ),
            (Some(_), None) => format!(
                "Its commit is fixed, its hash isn't: what comes is checked against the hub's own. Read in {read}."
            ),
        }
    }

    /// Whether this file of the repository, as it is there, is the one that is meant.
    pub(super) fn is(&self, repo: &Repo, file: &RemoteFile) -> bool {
        (&self.repo, &self.file) == (&repo.id, &file.name)
            && self.revision.as_ref().is_none_or(|own| *own == repo.commit)
            && (self.sha256.as_ref()).is_none_or(|own| Some(own) == file.sha256.as_ref())
    }

    /// Its file in the repository. The list's hash counts, whatever the hub says today.
    ///
    /// # Errors
    /// [`HubError::NotTheListed`] when the repository has another one, or none.
    pub fn file_in<'a>(&self, repo: &'a Repo) -> Result<&'a RemoteFile, HubError> {
        let found = repo.files.iter().find(|file| self.is(repo, file));
        found.ok_or_else(|| HubError::NotTheListed {
            name: self.name.clone(),
            file: self.file.clone(),
        })
    }
}

/// A list of models.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    #[serde(default, rename = "model")]
    entries: Vec<Entry>,
}

/// Why a list isn't taken.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Not such a list.
    #[error("{0}")]
    Unreadable(#[from] toml::de::Error),
    /// An entry that could become anything, or that is called as another one or as a repository.
    #[error("the entry '{0}' has neither commit nor SHA-256, or a name that isn't its own")]
    Unfit(String),
}

impl Catalog {
    /// The list that ships. One that can't be read is empty: a test keeps it readable.
    pub fn shipped() -> Self {
        Self::parse(CATALOG).unwrap_or_default()
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`CatalogError`].
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        Self::of(toml::from_str::<Self>(text)?.entries)
    }

    /// A list of these entries.
    ///
    /// # Errors
    /// [`CatalogError::Unfit`].
    pub fn of(entries: Vec<Entry>) -> Result<Self, CatalogError> {
        let unfit = |at: usize, entry: &Entry| {
            (entry.revision.is_none() && entry.sha256.is_none())
                || entry.name.contains('/')
                || entries[..at].iter().any(|other| other.name == entry.name)
        };
        match (0..).zip(&entries).find(|(at, entry)| unfit(*at, entry)) {
            Some((_, entry)) => Err(CatalogError::Unfit(entry.name.clone())),
            None => Ok(Self { entries }),
        }
    }

    /// All of it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this name.
    pub fn named(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The entry that means this file of this repository.
    pub fn of_file(&self, repo: &str, file: &str) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| (entry.repo.as_str(), entry.file.as_str()) == (repo, file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hexadecimal(text: &Option<String>, digits: usize) -> bool {
        (text.as_ref())
            .is_none_or(|t| t.len() == digits && t.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    #[test]
    fn the_list_is_readable_and_every_entry_is_pinned() {
        let list = Catalog::parse(CATALOG).unwrap();
        assert!(list.entries().len() >= 8);
        for entry in list.entries() {
            assert!(hexadecimal(&entry.revision, 40), "{}", entry.name);
            assert!(hexadecimal(&entry.sha256, 64), "{}", entry.name);
            assert!(entry.repo.split('/').count() == 2 && entry.size != Some(0));
            for text in [&entry.licence, &entry.what, &entry.read] {
                assert!(!text.is_empty(), "{}", entry.name);
            }
            let forbids = entry.licence.contains("-nc") || entry.licence.contains("rail");
            assert_eq!(forbids, entry.warning.is_some(), "{}", entry.name);
        }
    }

    fn whole() -> String {
        format!(
            "[[model]]\nname = \"a\"\ngroup = \"Styles\"\nrepo = \"o/a\"\nrevision = \"{}\"\n\
             file = \"a.pkl\"\nsha256 = \"{}\"\nsize = 5\nlicence = \"cc0-1.0\"\n\
             what = \"Draws.\"\nread = \"a book\"\n",
            "0".repeat(40),
            "1".repeat(64)
        )
    }

    #[test]
    fn an_entry_says_everything_or_is_refused() {
        let whole = whole();
        assert_eq!(Catalog::parse(&whole).unwrap().entries()[0].repo, "o/a");
        for line in whole.lines().skip(1) {
            let less = whole.replace(&format!("{line}\n"), "");
            let may_lack = ["revision", "sha256", "size"];
            let may = may_lack.iter().any(|name| line.starts_with(name));
            assert_eq!(Catalog::parse(&less).is_ok(), may, "without {line}");
        }
        let loose: String = whole
            .lines()
            .filter(|line| !line.starts_with("revision") && !line.starts_with("sha256"))
            .map(|line| format!("{line}\n"))
            .collect();
        let unfit = [loose, whole.repeat(2), whole.replace("\"a\"", "\"o/a\"")];
        for text in unfit {
            let error = Catalog::parse(&text).unwrap_err();
            assert!(matches!(error, CatalogError::Unfit(_)), "{error}");
        }
    }

    #[test]
    fn only_the_file_that_is_meant_is_taken() {
        let file = |sha: char| RemoteFile {
            name: "a.pkl".into(),
            size: 5,
            sha256: Some(sha.to_string().repeat(64)),
            blob: None,
        };
        let repo = |commit: char, sha: char| Repo {
            id: "o/a".into(),
            commit: commit.to_string().repeat(40),
            revision: "main".into(),
            licence: "mit".into(),
            licence_text: String::new(),
            gated: false,
            files: vec![file(sha)],
        };
        let both = Catalog::parse(&whole()).unwrap().entries()[0].clone();
        let (mut commit, mut hash) = (both.clone(), both.clone());
        (commit.sha256, hash.revision) = (None, None);
        assert_eq!((both.revision().len(), hash.revision()), (40, "main"));
        for (entry, taken) in [(&both, "01"), (&commit, "01 02"), (&hash, "01 31")] {
            for (at, sha) in [('0', '1'), ('0', '2'), ('3', '1'), ('3', '2')] {
                let wanted = taken.split(' ').any(|pair| pair == format!("{at}{sha}"));
                assert_eq!(entry.file_in(&repo(at, sha)).is_ok(), wanted, "{at}{sha}");
            }
        }
    }
}
