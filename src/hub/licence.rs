//! The licence of a repository: its name, and a hash that changes with its text.

use serde::Deserialize;

use super::client::RemoteFile;
use crate::digest;

/// What the card of a repository says.
#[derive(Deserialize)]
pub(super) struct Card {
    #[serde(default)]
    license: serde_json::Value,
    #[serde(default)]
    license_name: Option<String>,
    #[serde(default)]
    license_link: serde_json::Value,
}

/// The licence's name; `unknown` where the card names none.
pub(super) fn name_of(card: Option<&Card>) -> String {
    let Some(card) = card else {
        return "unknown".into();
    };
    let plain = match &card.license {
        serde_json::Value::String(name) => Some(name.clone()),
        serde_json::Value::Array(names) => {
            let names: Vec<&str> = names.iter().filter_map(|n| n.as_str()).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        _ => None,
    };
    match (plain.as_deref(), &card.license_name) {
        (None | Some("other"), Some(name)) => name.clone(),
        _ => plain.unwrap_or_else(|| "unknown".into()),
    }
}

/// SHA-256, hex, over everything that says what the licence is: names and link of the card,
/// and the hashes that the hub tells of the repository's licence files.
pub(super) fn text_hash(card: Option<&Card>, files: &[RemoteFile]) -> String {
    let mut lines = vec![name_of(card)];
    if let Some(card) = card {
        lines.push(card.license.to_string());
        lines.push(card.license_name.clone().unwrap_or_default());
        lines.push(card.license_link.to_string());
    }
    let mut texts: Vec<String> = files
        .iter()
        .filter(|file| is_licence(&file.name))
        .map(|file| {
            let content = file.etag().unwrap_or("no hash");
            format!("{} {} {content}", file.name, file.size)
        })
        .collect();
    texts.sort_unstable();
    lines.extend(texts);
    digest::sha256(lines.join("\n").as_bytes())
}

/// Whether a file is called as licences are.
fn is_licence(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let names = [
        "license",
        "licence",
        "copying",
        "unlicense",
        "notice",
        "terms",
    ];
    let weights = [".pkl", ".pt", ".pth", ".tar", ".safetensors", ".bin"];
    names.iter().any(|n| name.contains(n)) && !weights.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, blob: char) -> RemoteFile {
        RemoteFile {
            name: name.into(),
            size: 9,
            sha256: None,
            blob: Some(blob.to_string().repeat(40)),
        }
    }

    #[test]
    fn the_hash_changes_with_the_text_the_name_and_the_link_and_with_nothing_else() {
        let card = |json: &str| serde_json::from_str::<Card>(json).unwrap();
        let mit = card(r#"{"license":"mit"}"#);
        let hash = |card: &Card, files: &[RemoteFile]| text_hash(Some(card), files);
        let before = hash(&mit, &[file("LICENSE", 'a'), file("a.pkl", 'b')]);
        let weights = hash(&mit, &[file("a.pkl", 'c'), file("LICENSE", 'a')]);
        assert_eq!(before, weights, "a new network under the same licence");
        for other in [
            hash(&mit, &[file("LICENSE", 'd')]),
            hash(&mit, &[file("LICENSE", 'a'), file("docs/TERMS.md", 'a')]),
            hash(&mit, &[]),
            hash(&card(r#"{"license":"cc0-1.0"}"#), &[file("LICENSE", 'a')]),
            hash(
                &card(r#"{"license":"mit","license_link":"https://a"}"#),
                &[file("LICENSE", 'a')],
            ),
        ] {
            assert_ne!(before, other);
        }
    }

    #[test]
    fn a_licence_of_its_own_goes_by_its_name() {
        let named = |json: &str| name_of(serde_json::from_str(json).ok().as_ref());
        assert_eq!(
            named(r#"{"license":"other","license_name":"cola"}"#),
            "cola"
        );
        assert_eq!(named(r#"{"license":["mit","cc0-1.0"]}"#), "mit, cc0-1.0");
        assert_eq!(named("{}"), "unknown");
    }
}
