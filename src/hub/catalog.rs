//! The curated list, `assets/catalog.toml`.

use serde::Deserialize;

const CATALOG: &str = include_str!("../../assets/catalog.toml");

/// A model that we have looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name that the model gets.
    pub name: String,
    /// `owner/name`.
    pub repo: String,
    /// Commit, 40 hexadecimal digits: never a branch.
    pub revision: String,
    /// File in it.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// Licence.
    pub licence: String,
    /// What it does, in a sentence.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalog {
    #[serde(default)]
    model: Vec<Entry>,
}

/// The entries. A list that can't be read is empty: a test keeps it readable.
pub fn entries() -> Vec<Entry> {
    parse(CATALOG).unwrap_or_default()
}

fn parse(text: &str) -> Result<Vec<Entry>, toml::de::Error> {
    toml::from_str(text).map(|catalog: Catalog| catalog.model)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hexadecimal(text: &str, digits: usize) -> bool {
        text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit())
    }

    #[test]
    fn the_list_is_readable_and_every_entry_is_pinned() {
        for entry in parse(CATALOG).unwrap() {
            assert!(hexadecimal(&entry.revision, 40), "{}", entry.name);
            assert!(hexadecimal(&entry.sha256, 64), "{}", entry.name);
            assert!(entry.repo.split('/').count() == 2 && entry.size > 0);
            assert!(!entry.licence.is_empty() && !entry.what.is_empty());
        }
    }

    #[test]
    fn an_entry_says_everything_or_is_refused() {
        let whole = format!(
            "[[model]]\nname = \"a\"\nrepo = \"o/a\"\nrevision = \"{}\"\nfile = \"a.pkl\"\n\
             sha256 = \"{}\"\nsize = 5\nlicence = \"cc0-1.0\"\nwhat = \"Draws.\"\n",
            "0".repeat(40),
            "1".repeat(64)
        );
        assert_eq!(parse(&whole).unwrap()[0].repo, "o/a");
        for line in whole.lines().skip(1) {
            let less = whole.replace(&format!("{line}\n"), "");
            assert!(parse(&less).is_err(), "without {line}");
        }
    }
}
