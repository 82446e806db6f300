//! Turns a foreign checkpoint into a model folder, whole or not at all.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

use super::family::{self, Found, Recognised};
use super::parts::{self, Piece};
use super::torch::{Tensors, TorchFile};
use super::{ImportError, MAX_BYTES, safetensors_file};
use crate::cancel::CancelToken;
use crate::digest;
use crate::models::Registry;

/// Bytes read between two looks at whether to stop.
const AT_ONCE: u64 = 8 << 20;

/// A model that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its name among the models.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it is, for the user.
    pub summary: String,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStep {
    /// A file is read: bytes done and in all.
    Reading(u64, u64),
    /// The network is put together.
    Converting,
    /// It is loaded once, to see that it works.
    Checking,
}

/// Who watches an import, and may stop it.
pub struct Watch<'a> {
    /// Stops the import; nothing is left behind.
    pub stop: &'a CancelToken,
    /// Hears of every step.
    pub step: &'a mut dyn FnMut(ImportStep),
    /// Looks at the bytes of every file before they count for anything.
    pub check: Option<&'a CheckBytes<'a>>,
}

/// Refuses bytes that aren't those that a file should have.
pub type CheckBytes<'a> = dyn Fn(&Path, &[u8]) -> Result<(), ImportError> + 'a;

impl Watch<'_> {
    fn at(&mut self, step: ImportStep) -> Result<(), ImportError> {
        if self.stop.is_cancelled() {
            return Err(ImportError::Cancelled);
        }
        (self.step)(step);
        Ok(())
    }
}

/// Imports a checkpoint (`.pkl`, `.pt`, `.pth`, `.safetensors`), or a folder of one
/// network's files, into `models_dir`, as `name` or under its own name.
///
/// # Errors
/// [`ImportError`] in one line for the user; then nothing was written.
pub fn import(path: &Path, models_dir: &Path, name: Option<&str>) -> Result<Imported, ImportError> {
    import_from(path, models_dir, name, &Origin::default())
}

/// What is known of where a checkpoint comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its licence; unknown when absent.
    pub licence: Option<String>,
    /// Repository, commit and file.
    pub from: Option<String>,
}

/// As [`import`], for files whose origin is known.
///
/// # Errors
/// As [`import`].
pub fn import_from(
    path: &Path,
    models_dir: &Path,
    name: Option<&str>,
    origin: &Origin,
) -> Result<Imported, ImportError> {
    let mut watch = Watch {
        stop: &CancelToken::new(),
        step: &mut |_| {},
        check: None,
    };
    import_watched(path, models_dir, name, origin, &mut watch)
}

/// [`import_from`] with progress, and a way to stop it.
///
/// # Errors
/// As [`import`], and [`ImportError::Cancelled`].
pub fn import_watched(
    path: &Path,
    models_dir: &Path,
    name: Option<&str>,
    origin: &Origin,
    watch: &mut Watch<'_>,
) -> Result<Imported, ImportError> {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
    let name = clean_name(name.unwrap_or(stem.as_deref().unwrap_or("model")));
    let folder = models_dir.join(&name);
    if folder.exists() {
        return Err(ImportError::Exists(name));
    }
    let (recognised, sources) = recognise(path, watch)?;
    let Recognised {
        summary,
        mut config,
        tensors,
    } = recognised;
    watch.at(ImportStep::Converting)?;
    check_numbers(&tensors)?;
    config["title"] = json!(name);
    config["trained"] = json!(true);
    let licence = origin.licence.as_deref().unwrap_or("unknown");
    config["licence"] = json!(licence);
    let card = card(&name, &summary, origin.from.as_deref(), licence, &sources);

    fs::create_dir_all(models_dir)?;
    let staging = tempfile::Builder::new()
        .prefix(".importing-")
        .tempdir_in(models_dir)?;
    let inside = staging.path().join(&name);
    fs::create_dir(&inside)?;
    let weights = serialize(&tensors)?;
    drop(tensors);
    write_watched(&inside.join("weights.safetensors"), &weights, watch)?;
    drop(weights);
    let config = serde_json::to_vec_pretty(&config).map_err(std::io::Error::from)?;
    write_synced(&inside.join("config.json"), &config)?;
    write_synced(&inside.join("card.md"), card.as_bytes())?;
    watch.at(ImportStep::Checking)?;
    try_out(staging.path(), &name)?;
    watch.at(ImportStep::Checking)?;
    fs::rename(&inside, &folder)?;
    Ok(Imported {
        name,
        folder,
        summary,
    })
}

/// Loads the network as it will be loaded: wrong shapes and missing parts show now.
fn try_out(models: &Path, name: &str) -> Result<(), ImportError> {
    let mut registry = Registry::open(vec![models.into()], None, candle_core::Device::Cpu);
    registry
        .try_loading(name)
        .map_err(|error| ImportError::Unsupported(error.to_string()))
}

/// A file that was read, for the card.
struct Source {
    file: String,
    sha256: String,
}

/// Reads a checkpoint, and the other parts of its network where it is one.
fn recognise(path: &Path, watch: &mut Watch<'_>) -> Result<(Recognised, Vec<Source>), ImportError> {
    if !path.is_dir() {
        return match look_into(path, watch)? {
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
                        Err(e @ (ImportError::Cancelled | ImportError::Changed(_))) => {
                            return Err(e);
                        }
                        _ => {}
                    }
                }
                Ok((family::whole(parts::assemble(pieces)?)?, sources))
            }
        };
    }
    let (mut pieces, mut sources) = (Vec::new(), Vec::new());
    for file in parts::files_of(path)? {
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
    Ok((family::whole(parts::assemble(pieces)?)?, sources))
}

fn look_into(file: &Path, watch: &mut Watch<'_>) -> Result<(Found, Source), ImportError> {
    let bytes = read(file, watch)?;
    if let Some(check) = watch.check {
        check(file, &bytes)?;
    }
    let source = Source {
        file: file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into(),
        sha256: digest::sha256(&bytes),
    };
    watch.at(ImportStep::Converting)?;
    let mut found = if safetensors_file::looks_like(&bytes) {
        family::of_tensors(safetensors_file::read(&bytes)?)?
    } else {
        family::of_torch(&TorchFile::parse(bytes)?)?
    };
    if let Found::Whole(network) = &mut found {
        network.complete(file);
    }
    Ok((found, source))
}

/// The whole of a checkpoint file, unless its size says that it can't be one.
fn read(path: &Path, watch: &mut Watch<'_>) -> Result<Vec<u8>, ImportError> {
    let mut file = File::open(path)?;
    let total = file.metadata()?.len();
    if total > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(total).unwrap_or_default());
    loop {
        watch.at(ImportStep::Reading(bytes.len() as u64, total))?;
        let more = Read::by_ref(&mut file)
            .take(AT_ONCE)
            .read_to_end(&mut bytes)?;
        if more == 0 {
            return Ok(bytes);
        }
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ImportError::TooLarge);
        }
    }
}

/// Letters, digits, `-`, `_` and `.`; never hidden, never empty.
fn clean_name(name: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let clean: String = name.trim().chars().map(keep).collect();
    let clean = clean.trim_start_matches('.');
    if clean.is_empty() {
        "model".into()
    } else {
        clean.to_lowercase()
    }
}

fn check_numbers(tensors: &Tensors) -> Result<(), ImportError> {
    match tensors
        .iter()
        .find(|(_, t)| t.values.iter().any(|v| !v.is_finite()))
    {
        Some((name, _)) => Err(ImportError::Unsupported(format!(
            "'{name}' holds numbers that are infinite or not numbers; the checkpoint is damaged"
        ))),
        None => Ok(()),
    }
}

fn serialize(tensors: &Tensors) -> Result<Vec<u8>, ImportError> {
    let views = tensors.iter().map(|(name, tensor)| {
        let bytes = bytemuck::cast_slice(&tensor.values);
        TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>();
    views
        .and_then(|views| safetensors::serialize(views, None::<HashMap<String, String>>))
        .map_err(|e| ImportError::NotACheckpoint(e.to_string()))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// As [`write_synced`], in pieces, so that a stop is heard between them.
fn write_watched(path: &Path, bytes: &[u8], watch: &mut Watch<'_>) -> Result<(), ImportError> {
    let mut file = File::create(path)?;
    for piece in bytes.chunks(AT_ONCE as usize) {
        watch.at(ImportStep::Converting)?;
        file.write_all(piece)?;
    }
    Ok(file.sync_all()?)
}

fn card(
    name: &str,
    summary: &str,
    from: Option<&str>,
    licence: &str,
    sources: &[Source],
) -> String {
    let files: Vec<_> = sources.iter().map(|s| format!("`{}`", s.file)).collect();
    let hashes: String = sources
        .iter()
        .map(|s| format!("- SHA-256 of `{}`: `{}`\n", s.file, s.sha256))
        .collect();
    let from = from.map_or_else(|| files.join(", "), |from| format!("`{from}`"));
    format!(
        "# {name}\n\n{summary}, imported from {from}.\n\n\
         - Licence: {licence}. Ask whoever trained it before you sell what it makes.\n\
         - Training data: unknown.\n{hashes}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_models_folder() {
        assert_eq!(clean_name("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(clean_name(".."), "model");
        assert_eq!(clean_name("FFHQ 256"), "ffhq-256");
    }
}
