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
                    Err(ImportError::Cancelled) => return Err(ImportError::Cancelled),
                    _ => {}
                }
            }
            Ok((family::whole(parts::assemble(pieces)?, None)?, sources))
        }
    }
}

fn of_folder(path: &Path, watch: &mut Watch<'_>) -> Result<(Recognised, Vec<Source>), ImportError> {
    let (mut pieces, mut sources) = (Vec::new(), Vec::new());
    for file in parts::files_of(&with_networks(path))? {
        let (found, source) = look_into(&file, watch)?;
        match found {
            Found::Whole(network) => return Ok((*network, vec![source])),
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

/// The folder itself, or the one inside that holds a pipeline's autoencoder.
fn with_networks(path: &Path) -> PathBuf {
    let inner = path.join(AUTOENCODER);
    let pipeline = path.join(PIPELINE).is_file() || parts::files_of(path).is_err();
    match inner.is_dir() && pipeline {
        true => inner,
        false => path.to_owned(),
    }
}
