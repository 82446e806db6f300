//! Turns a foreign checkpoint into a model folder, whole or not at all.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

use super::family::{self, Recognised};
use super::torch::{Tensors, TorchFile};
use super::{ImportError, read_file, safetensors_file};
use crate::digest;

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

/// Imports a checkpoint (`.pkl`, `.pt`, `.pth`, `.safetensors`) into `models_dir`, as
/// `name` or under the file's own name.
///
/// # Errors
/// [`ImportError`] in one line for the user; then nothing was written.
pub fn import(file: &Path, models_dir: &Path, name: Option<&str>) -> Result<Imported, ImportError> {
    import_from(file, models_dir, name, &Origin::default())
}

/// What is known of where a checkpoint comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its licence; unknown when absent.
    pub licence: Option<String>,
    /// Repository, commit and file.
    pub from: Option<String>,
}

/// As [`import`], for a file whose origin is known.
///
/// # Errors
/// As [`import`].
pub fn import_from(
    file: &Path,
    models_dir: &Path,
    name: Option<&str>,
    origin: &Origin,
) -> Result<Imported, ImportError> {
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned());
    let name = clean_name(name.unwrap_or(stem.as_deref().unwrap_or("model")));
    let folder = models_dir.join(&name);
    if folder.exists() {
        return Err(ImportError::Exists(name));
    }
    let bytes = read_file(file)?;
    let source_hash = digest::sha256(&bytes);
    let Recognised {
        summary,
        mut config,
        tensors,
    } = if safetensors_file::looks_like(&bytes) {
        family::of_tensors(safetensors_file::read(&bytes)?)?
    } else {
        family::of_torch(&TorchFile::parse(bytes)?)?
    };
    check_numbers(&tensors)?;
    config["title"] = json!(name);
    config["trained"] = json!(true);
    let licence = origin.licence.as_deref().unwrap_or("unknown");
    config["licence"] = json!(licence);
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let from = origin.from.as_deref().unwrap_or(&file_name);
    let card = card(&name, &summary, from, licence, &source_hash);

    fs::create_dir_all(models_dir)?;
    let staging = tempfile::Builder::new()
        .prefix(".importing-")
        .tempdir_in(models_dir)?;
    let weights = serialize(&tensors)?;
    write_synced(&staging.path().join("weights.safetensors"), &weights)?;
    let config = serde_json::to_vec_pretty(&config).map_err(std::io::Error::from)?;
    write_synced(&staging.path().join("config.json"), &config)?;
    write_synced(&staging.path().join("card.md"), card.as_bytes())?;
    let staged = staging.keep();
    if let Err(error) = fs::rename(&staged, &folder) {
        fs::remove_dir_all(&staged).ok();
        return Err(error.into());
    }
    Ok(Imported {
        name,
        folder,
        summary,
    })
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

fn card(name: &str, summary: &str, from: &str, licence: &str, hash: &str) -> String {
    format!(
        "# {name}\n\n{summary}, imported from `{from}`.\n\n\
         - Licence: {licence}. Ask whoever trained it before you sell what it makes.\n\
         - Training data: unknown.\n\
         - SHA-256 of the imported file: `{hash}`\n"
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
