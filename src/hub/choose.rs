//! Which files of a repository are a model that Limner can open.

use super::HubError;
use super::listing::{Listing, RemoteFile};

/// Endings of checkpoints that [`crate::import`] reads.
const CHECKPOINTS: [&str; 5] = ["pkl", "pt", "pth", "ckpt", "safetensors"];
/// Cards beyond this are no cards.
const LARGEST_CARD: u64 = 1 << 20;

/// What becomes one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A checkpoint, for `import`.
    Checkpoint(RemoteFile),
    /// A folder that Limner made: weights, config, card, sliders.
    Folder {
        /// Its path in the repository; empty for the top.
        folder: String,
        /// Its files.
        files: Vec<RemoteFile>,
    },
}

impl Part {
    /// Its files.
    pub fn files(&self) -> &[RemoteFile] {
        match self {
            Self::Checkpoint(file) => std::slice::from_ref(file),
            Self::Folder { files, .. } => files,
        }
    }

    /// What `--file` calls it.
    pub fn path(&self) -> &str {
        match self {
            Self::Checkpoint(file) => &file.path,
            Self::Folder { folder, .. } => folder,
        }
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.files().iter().map(|f| f.size).sum()
    }
}

/// Everything in a repository that looks like a model, in its order.
pub fn parts(listing: &Listing) -> Vec<Part> {
    let folders = listing.files.iter().filter_map(|file| {
        let folder = in_folder(&file.path, "weights.safetensors")?;
        let has = |name: &str| listing.files.iter().any(|f| f.path == join(folder, name));
        (has("config.json") && has("card.md")).then(|| folder.to_owned())
    });
    let mut all: Vec<Part> = folders
        .map(|folder| {
            let mine = |f: &&RemoteFile| {
                let (parent, name) = f.path.rsplit_once('/').unwrap_or(("", &f.path));
                parent == folder && belongs(name)
            };
            let files = listing.files.iter().filter(mine).cloned().collect();
            Part::Folder { folder, files }
        })
        .collect();
    let taken = |path: &str| all.iter().any(|p| p.files().iter().any(|f| f.path == path));
    let checkpoints = listing
        .files
        .iter()
        .filter(|f| is_checkpoint(&f.path) && !taken(&f.path));
    let checkpoints: Vec<_> = checkpoints.cloned().map(Part::Checkpoint).collect();
    all.extend(checkpoints);
    all
}

/// The parts that were asked for by path; without wishes the only one.
///
/// # Errors
/// [`HubError::NothingToOpen`], [`HubError::Several`], [`HubError::NotFound`],
/// [`HubError::NoChecksum`].
pub fn choose(listing: &Listing, wanted: &[String]) -> Result<Vec<Part>, HubError> {
    let mut all = parts(listing);
    if !wanted.is_empty() {
        return wanted
            .iter()
            .map(|path| by_path(listing, &all, path))
            .collect();
    }
    match all.len() {
        1 => Ok(vec![all.remove(0)]),
        0 => match listing.unchecked.iter().find(|path| is_checkpoint(path)) {
            Some(path) => Err(HubError::NoChecksum(path.clone())),
            None => Err(HubError::NothingToOpen(listing.repo.to_string())),
        },
        _ => Err(HubError::Several {
            repo: listing.repo.to_string(),
            files: all.iter().map(|p| p.path().to_owned()).collect(),
        }),
    }
}

fn by_path(listing: &Listing, all: &[Part], path: &str) -> Result<Part, HubError> {
    if let Some(part) = all.iter().find(|p| p.path() == path) {
        return Ok(part.clone());
    }
    Ok(Part::Checkpoint(listing.file(path)?.clone()))
}

/// The author's page, fetched with the model for its card.
pub(super) fn page(listing: &Listing) -> Option<&RemoteFile> {
    let found = listing.files.iter().find(|f| f.path == "README.md");
    found.filter(|f| f.size <= LARGEST_CARD)
}

fn is_checkpoint(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, e)| e.to_lowercase());
    ending.is_some_and(|e| CHECKPOINTS.contains(&e.as_str()))
}

/// Files that a model folder may bring: data, never programs.
fn belongs(name: &str) -> bool {
    !name.starts_with('.')
        && matches!(
            name.rsplit_once('.'),
            Some((_, "safetensors" | "json" | "md"))
        )
}

fn in_folder<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    match path.strip_suffix(name)? {
        "" => Some(""),
        folder => folder.strip_suffix('/'),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Checksum, RepoId};
    use super::*;

    fn listing(paths: &[&str]) -> Listing {
        let file = |path: &&str| RemoteFile {
            path: (*path).to_owned(),
            size: 10,
            checksum: Checksum::GitBlob("0".repeat(40)),
        };
        Listing {
            repo: RepoId::parse("ada/flowers").unwrap(),
            commit: "0".repeat(40),
            branch: None,
            licence: "mit".into(),
            licence_link: None,
            files: paths.iter().map(file).collect(),
            unchecked: vec!["bare.pkl".into()],
        }
    }

    #[test]
    fn the_only_checkpoint_is_taken_by_itself() {
        let got = choose(&listing(&["README.md", "nets/a.pkl", "x.bin"]), &[]).unwrap();
        assert_eq!(
            got.iter().map(Part::path).collect::<Vec<_>>(),
            ["nets/a.pkl"]
        );
    }

    #[test]
    fn several_are_a_question() {
        let two = listing(&["a.pkl", "b.PT"]);
        let Err(HubError::Several { files, .. }) = choose(&two, &[]) else {
            panic!("a choice was made");
        };
        assert_eq!(files, ["a.pkl", "b.PT"]);
        assert_eq!(choose(&two, &["b.PT".into()]).unwrap()[0].path(), "b.PT");
        assert!(matches!(
            choose(&two, &["c".into()]),
            Err(HubError::NotFound(_))
        ));
        assert!(matches!(
            choose(&two, &["bare.pkl".into()]),
            Err(HubError::NoChecksum(_))
        ));
    }

    #[test]
    fn a_folder_that_limner_made_is_one_model() {
        let files = [
            "m/config.json",
            "m/card.md",
            "m/weights.safetensors",
            "m/run.py",
            "m/directions.json",
        ];
        let got = choose(&listing(&files), &[]).unwrap();
        let [Part::Folder { folder, files }] = &got[..] else {
            panic!("{got:?}");
        };
        assert_eq!(folder, "m");
        assert_eq!(files.len(), 4, "the program is left out");
    }
}
