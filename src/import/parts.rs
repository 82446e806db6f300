//! Networks that are published as several files: which part a file is, and where the
//! others are.

use std::path::{Path, PathBuf};

use super::ImportError;
use super::tensors::Tensors;

/// Endings of checkpoint files.
const ENDINGS: [&str; 7] = [
    ".pkl",
    ".pt",
    ".pth",
    ".tar",
    ".bin",
    ".ckpt",
    ".safetensors",
];
/// What parts are called; other files of a folder aren't looked into.
const PART_NAMES: [&str; 4] = ["vgg", "encoder", "decoder", "modulator"];
/// More files than any network has.
const MOST_FILES: usize = 16;

/// Whether a file is called as a part of a network is: an encoder, a decoder, …
pub fn is_part_name(name: &str) -> bool {
    let name = name.to_lowercase();
    PART_NAMES.iter().any(|part| name.contains(part))
}

/// A part of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    AdainEncoder,
    AdainDecoder,
    MicroAstEncoder,
    MicroAstModulator,
    MicroAstDecoder,
    TaesdEncoder,
    TaesdDecoder,
}

impl Part {
    /// Which part these tensors are, if any.
    pub(super) fn of(tensors: &Tensors) -> Option<Self> {
        let has = |name: &str| tensors.contains_key(name);
        let sides = |name: &str| tensors.get(name).map_or(0, |t| t.shape.len());
        if has("weight1.0.conv_layer.weight") {
            Some(Self::MicroAstModulator)
        } else if has("dec1.conv1.conv_layer.weight") {
            Some(Self::MicroAstDecoder)
        } else if has("enc1.0.conv_layer.weight") {
            Some(Self::MicroAstEncoder)
        } else if has("1.conv.0.weight") {
            Some(Self::TaesdEncoder)
        } else if has("3.conv.0.weight") {
            Some(Self::TaesdDecoder)
        } else if has("0.weight") && has("29.weight") && sides("29.weight") == 4 {
            Some(Self::AdainEncoder)
        } else if has("28.weight") && !has("0.weight") && sides("28.weight") == 4 {
            Some(Self::AdainDecoder)
        } else {
            None
        }
    }

    /// What it is called in the whole; MicroAST's two encoders are told apart by their
    /// files' names only.
    fn prefix(self, file: &Path) -> Result<&'static str, ImportError> {
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(match self {
            Self::AdainEncoder => "vgg",
            Self::AdainDecoder | Self::MicroAstDecoder | Self::TaesdDecoder => "decoder",
            Self::MicroAstModulator => "modulator",
            Self::TaesdEncoder => "encoder",
            Self::MicroAstEncoder if file.contains("content") => "content_encoder",
            Self::MicroAstEncoder if file.contains("style") => "style_encoder",
            Self::MicroAstEncoder => {
                return Err(ImportError::Unsupported(format!(
                    "'{file}' is an encoder of MicroAST; call it content_encoder… or style_encoder…, so that it is known which"
                )));
            }
        })
    }

    /// All prefixes of its network, and the files as their makers call them.
    fn network(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::AdainEncoder | Self::AdainDecoder => {
                &[("vgg", "vgg_normalised.pth"), ("decoder", "decoder.pth")]
            }
            Self::TaesdEncoder | Self::TaesdDecoder => &[
                ("encoder", "taesd_encoder.pth"),
                ("decoder", "taesd_decoder.pth"),
            ],
            Self::MicroAstEncoder | Self::MicroAstModulator | Self::MicroAstDecoder => &[
                ("content_encoder", "content_encoder….pth.tar"),
                ("style_encoder", "style_encoder….pth.tar"),
                ("modulator", "modulator….pth.tar"),
                ("decoder", "decoder….pth.tar"),
            ],
        }
    }
}

/// A file that is part of a network.
pub(super) struct Piece {
    pub(super) file: PathBuf,
    pub(super) part: Part,
    pub(super) tensors: Tensors,
}

/// One network of its pieces, each below its prefix. The first piece decides which
/// network; pieces of others are left out.
///
/// # Errors
/// [`ImportError::Unsupported`] naming the file that is missing, or two files for one
/// part.
pub(super) fn assemble(pieces: Vec<Piece>) -> Result<Tensors, ImportError> {
    let Some(first) = pieces.first() else {
        return Err(ImportError::NotACheckpoint("no file of a network".into()));
    };
    let network = first.part.network();
    let mut whole = Tensors::new();
    let mut seen: Vec<(&str, PathBuf)> = Vec::new();
    for piece in pieces {
        if piece.part.network() != network {
            continue;
        }
        let prefix = piece.part.prefix(&piece.file)?;
        if let Some((_, other)) = seen.iter().find(|(p, _)| *p == prefix) {
            return Err(ImportError::Unsupported(format!(
                "'{}' and '{}' are the same part of a network; put the files of one network into a folder of their own",
                short(other),
                short(&piece.file)
            )));
        }
        let named = piece.tensors.into_iter();
        whole.extend(named.map(|(name, t)| (format!("{prefix}.{name}"), t)));
        seen.push((prefix, piece.file));
    }
    for (prefix, usual) in network {
        if !seen.iter().any(|(p, _)| p == prefix) {
            return Err(ImportError::Unsupported(format!(
                "this is one part of a network; '{usual}' is needed too: put it into the same folder"
            )));
        }
    }
    Ok(whole)
}

fn short(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The checkpoint files of a folder, by name.
///
/// # Errors
/// [`ImportError::Io`], [`ImportError::Unsupported`] for none or too many.
pub(super) fn files_of(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = short(&path).to_lowercase();
        if path.is_file() && ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            files.push(path);
        }
    }
    files.sort();
    match files.len() {
        0 => Err(ImportError::Unsupported(
            "there is no checkpoint in this folder".into(),
        )),
        1..=MOST_FILES => Ok(files),
        count => Err(ImportError::Unsupported(format!(
            "there are {count} checkpoints in this folder; put the files of one network into a folder of their own"
        ))),
    }
}

/// Files beside `file` that may be the other parts of its network.
///
/// # Errors
/// [`ImportError::Io`].
pub(super) fn beside(file: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = short(&path).to_lowercase();
        let checkpoint = ENDINGS.iter().any(|ending| name.ends_with(ending));
        if path.is_file() && checkpoint && is_part_name(&name) && short(&path) != short(file) {
            others.push(path);
        }
    }
    others.sort();
    others.truncate(MOST_FILES);
    Ok(others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Stored;

    fn piece(file: &str, names: &[&str]) -> Piece {
        let tensor = || Stored::made(vec![1; 4], vec![0.0]);
        let tensors: Tensors = names.iter().map(|n| ((*n).to_owned(), tensor())).collect();
        Piece {
            file: file.into(),
            part: Part::of(&tensors).unwrap(),
            tensors,
        }
    }

    #[test]
    fn parts_of_one_network_come_together() {
        let vgg = || piece("vgg.pth", &["0.weight", "29.weight"]);
        let decoder = || piece("decoder.pth", &["1.weight", "28.weight"]);
        let other = piece("modulator.pth", &["weight1.0.conv_layer.weight"]);
        let whole = assemble(vec![decoder(), other, vgg()]).unwrap();
        let names: Vec<_> = whole.keys().map(String::as_str).collect();
        let expected = [
            "decoder.1.weight",
            "decoder.28.weight",
            "vgg.0.weight",
            "vgg.29.weight",
        ];
        assert_eq!(names, expected);
        let alone = assemble(vec![decoder()]).unwrap_err().to_string();
        assert!(alone.contains("vgg_normalised.pth"), "{alone}");
        let twice = assemble(vec![decoder(), vgg(), vgg()]).unwrap_err();
        assert!(twice.to_string().contains("same part"), "{twice}");
    }

    #[test]
    fn encoders_are_told_apart_by_their_files_names() {
        let encoder = |file| piece(file, &["enc1.0.conv_layer.weight"]);
        let error = assemble(vec![encoder("weights.pth")]).unwrap_err();
        assert!(error.to_string().contains("content_encoder"), "{error}");
        let error = assemble(vec![encoder("content_encoder.pth")]).unwrap_err();
        assert!(error.to_string().contains("style_encoder"), "{error}");
    }
}
