//! Networks that lie in a folder, or in several files.

use std::path::{Path, PathBuf};

use super::ImportError;
use super::family::{self, Found, Recognised};
use super::install::{Source, Watch, look_into};
use super::parts::{self, Piece};

/// Where diffusers' pipelines keep their autoencoder.
const AUTOENCODER: &str = "vae";
/// What tells that a folder is such a pipeline's.
const PIPELINE: &str = "model_index.json";

/// Reads a checkpoint, and the other parts of its network where it is one.
pub(super) fn recognise(
    path: &Path,
    watch: &mut Watch<'_>,
) -> Result<(Recognised, Vec<Source>), ImportError> {
    if path.is_dir() {
        return of_folder(path, watch);
    }
    match look_into(path, watch)? {
        (Found::Whole(network), source) => Ok((*network, vec![source])),
        (Found::Part(part, tensors), source) => {
            let file = path.to_owned();
            let first = Piece {
                file,
                part,
                tensors,
            };
            let (mut pieces, mut sources) = (vec![first], vec![source]);
            for other in parts::beside(path)? {
                // What can't be read is no part of this network.
                match look_into(&other, watch) {
                    Ok((Found::Part(part, tensors), source)) => {
                        let file = other;
                        pieces.push(Piece {
                            file,
                            part,
                            tensors,
                        });
                        sources.push(source);
                    }
                    Err(e @ (ImportError::Cancelled | ImportError::Changed(_))) => return Err(e),
                    _ => {}
                }
            }
            Ok((family::whole(parts::assemble(pieces)?, None)?, sources))
        }
    }
}

fn of_folder(path: &Path, watch: &mut Watch<'_>) -> Result<(Recognised, Vec<Source>), ImportError> {
    let (mut pieces, mut sources) = (Vec::new(), Vec::new());
    let files = without_variants(parts::files_of(&with_networks(path))?);
    for (at, file) in files.iter().cloned().enumerate() {
        let (found, source) = look_into(&file, watch)?;
        match found {
            Found::Whole(network) => {
                refuse_others(&file, &files[at + 1..], watch)?;
                return Ok((*network, vec![source]));
            }
            Found::Part(part, tensors) => pieces.push(Piece {
                file,
                part,
                tensors,
            }),
        }
        sources.push(source);
    }
    Ok((family::whole(parts::assemble(pieces)?, None)?, sources))
}

/// Of files that are called alike up to their first dot, one: the same network in other
/// forms, as diffusers' folders hold it. Safetensors go first, then short names, so that
/// full numbers go before halved ones.
fn without_variants(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let name = |file: &PathBuf| file.file_name().unwrap_or_default().to_owned();
    let stem = |file: &PathBuf| {
        let name = name(file).to_string_lossy().into_owned();
        name.split('.').next().unwrap_or_default().to_owned()
    };
    let other = |file: &PathBuf| file.extension().is_none_or(|e| e != "safetensors");
    files.sort_by_key(|file| (stem(file), other(file), name(file).len()));
    files.dedup_by_key(|file| stem(file));
    files
}

/// Refuses a folder that holds another whole network than the `first` one.
fn refuse_others(
    first: &Path,
    others: &[PathBuf],
    watch: &mut Watch<'_>,
) -> Result<(), ImportError> {
    let mut names = vec![first];
    for other in others {
        match look_into(other, watch) {
            Ok((Found::Whole(_), _)) => names.push(other),
            Err(e @ (ImportError::Cancelled | ImportError::Changed(_))) => return Err(e),
            // What can't be read is no network.
            _ => {}
        }
    }
    if names.len() == 1 {
        return Ok(());
    }
    let names = names.iter().map(|file| {
        let name = file.file_name().unwrap_or_default();
        format!("'{}'", crate::clean_text::name(&name.to_string_lossy()))
    });
    Err(ImportError::Unsupported(format!(
        "this folder holds several networks ({}); import one of these files",
        names.collect::<Vec<_>>().join(", ")
    )))
}

/// The folder itself, or the one inside that holds a pipeline's autoencoder.
fn with_networks(path: &Path) -> PathBuf {
    let inner = path.join(AUTOENCODER);
    let pipeline = path.join(PIPELINE).is_file() || parts::files_of(path).is_err();
    match inner.is_dir() && pipeline {
        true => inner,
        false => path.to_owned(),
    }
}
