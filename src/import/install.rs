//! Turns a foreign checkpoint into a model folder, whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::family::{self, Found, Recognised};
use super::tensors::Tensors;
use super::torch::TorchFile;
use super::{ImportError, MAX_BYTES, MAX_IN_MEMORY, folder, foreign, safetensors_file};
use crate::cancel::CancelToken;
use crate::clean_text;
use crate::digest;
use crate::unfinished::{self, UnfinishedFolder};

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
    /// Its tensors are held against the network that they are for.
    Checking,
}

/// Who watches an import, and may stop it.
pub struct Watch<'a> {
    /// Stops the import; nothing is left behind.
    pub stop: &'a CancelToken,
    /// Hears of every step.
    pub step: &'a mut dyn FnMut(ImportStep),
    /// Looks at every file and its SHA-256 (hexadecimal) before its tensors are read.
    pub check: Option<&'a CheckFile<'a>>,
}

/// Refuses a file that isn't what it should be.
pub type CheckFile<'a> = dyn Fn(&Path, &mut File, &str) -> Result<(), ImportError> + 'a;

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
    /// What else is known, a sentence each, for its card.
    pub notes: Vec<String>,
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
    let name = model_name(name.unwrap_or(stem.as_deref().unwrap_or("model")));
    if is_taken(&name, models_dir) {
        return Err(ImportError::Exists(name));
    }
    let folder = models_dir.join(&name);
    let (recognised, sources) = folder::recognise(path, watch)?;
    watch.at(ImportStep::Checking)?;
    recognised.check()?;
    let Recognised {
        summary,
        mut config,
        tensors,
    } = recognised;
    config["title"] = json!(name);
    config["trained"] = json!(true);
    let licence = clean_text::name(origin.licence.as_deref().unwrap_or("unknown"));
    let from = origin.from.as_deref().map(clean_text::name);
    config["licence"] = json!(licence);
    let mut card = card(&name, &summary, from.as_deref(), &licence, &sources);
    for note in &origin.notes {
        card.push_str(&format!("- {}\n", clean_text::line(note, 1000)));
    }

    // From here on it is the models' disk that says no.
    let of_models = |error: ImportError| error.in_folder(models_dir);
    fs::create_dir_all(models_dir).map_err(|e| of_models(e.into()))?;
    unfinished::sweep(models_dir);
    let staging = UnfinishedFolder::begin(models_dir).map_err(|e| of_models(e.into()))?;
    let inside = staging.path().join(&name);
    let config = serde_json::to_vec_pretty(&config).map_err(std::io::Error::from)?;
    write_into(&inside, &tensors, &config, &card, watch).map_err(of_models)?;
    watch.at(ImportStep::Checking)?;
    fs::rename(&inside, &folder).map_err(|e| of_models(e.into()))?;
    Ok(Imported {
        name,
        folder,
        summary,
    })
}

/// Writes a model folder.
fn write_into(
    folder: &Path,
    tensors: &Tensors,
    config: &[u8],
    card: &str,
    watch: &mut Watch<'_>,
) -> Result<(), ImportError> {
    fs::create_dir(folder)?;
    write_weights(&folder.join("weights.safetensors"), tensors, watch)?;
    write_synced(&folder.join("config.json"), config)?;
    write_synced(&folder.join("card.md"), card.as_bytes())?;
    Ok(())
}

/// A file that was read, for the card.
pub(super) struct Source {
    file: String,
    sha256: String,
}

/// What a checkpoint file holds. Its bytes are read once, for their hash; tensors stay in
/// the file where its format allows it.
pub(super) fn look_into(
    path: &Path,
    watch: &mut Watch<'_>,
) -> Result<(Found, Source), ImportError> {
    let mut file = File::open(path)?;
    let total = file.metadata()?.len();
    if total > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(512).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let is_safetensors = safetensors_file::looks_like(&head);
    let is_zip = head.starts_with(b"PK\x03\x04");
    if !is_safetensors {
        foreign::refuse_magic(&head)?;
    }
    let in_memory = !is_safetensors && !is_zip;
    let (sha256, bytes) = read(&mut file, total, in_memory, watch)?;
    if let Some(check) = watch.check {
        check(path, &mut file, &sha256)?;
        file.seek(SeekFrom::Start(0))?;
    }
    watch.at(ImportStep::Converting)?;
    let mut found = if is_safetensors {
        let (tensors, arguments) = safetensors_file::open(file)?;
        family::of_tensors(tensors, arguments.as_deref())?
    } else if is_zip {
        family::of_torch(&TorchFile::parse_zip(Box::new(file))?)?
    } else {
        family::of_torch(&TorchFile::parse(bytes)?)?
    };
    if let Found::Whole(network) = &mut found {
        network.complete(path)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = clean_text::name(&name);
    Ok((found, Source { file, sha256 }))
}

/// The hash of a file, and its bytes where they are wanted.
fn read(
    file: &mut File,
    total: u64,
    in_memory: bool,
    watch: &mut Watch<'_>,
) -> Result<(String, Vec<u8>), ImportError> {
    if in_memory && total > MAX_IN_MEMORY {
        return Err(ImportError::TooLarge);
    }
    let mut hasher = Sha256::new();
    let mut bytes = Vec::new();
    if in_memory {
        bytes.reserve_exact(usize::try_from(total).unwrap_or_default());
    }
    let (mut piece, mut done) = (Vec::new(), 0);
    loop {
        watch.at(ImportStep::Reading(done, total))?;
        piece.clear();
        let more = Read::by_ref(file).take(AT_ONCE).read_to_end(&mut piece)?;
        if more == 0 {
            return Ok((digest::hex(&hasher.finalize()), bytes));
        }
        done += more as u64;
        hasher.update(&piece);
        if in_memory {
            bytes.extend_from_slice(&piece);
        }
        if bytes.len() as u64 > MAX_IN_MEMORY || done > MAX_BYTES {
            return Err(ImportError::TooLarge);
        }
    }
}

/// Whether a model of this name, see [`model_name`], is in `models_dir` already, or couldn't be seen
/// there, because one that ships has the name.
pub fn is_taken(name: &str, models_dir: &Path) -> bool {
    super::is_reserved(name) || models_dir.join(name).exists()
}

/// What a model is called that somebody wants to call so. Letters, digits, `-`, `_` and `.`; never
/// hidden, never empty.
pub fn model_name(name: &str) -> String {
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

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes the tensors as safetensors of f32, one after the other, so that none but the
/// one in work is in memory.
fn write_weights(path: &Path, tensors: &Tensors, watch: &mut Watch<'_>) -> Result<(), ImportError> {
    let mut header = serde_json::Map::new();
    let mut end = 0u64;
    for (name, tensor) in tensors {
        let start = end;
        end += 4 * tensor.count() as u64;
        let about = json!({ "dtype": "F32", "shape": tensor.shape, "data_offsets": [start, end] });
        header.insert(name.clone(), about);
    }
    let mut header = serde_json::to_vec(&header).map_err(std::io::Error::from)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(&header)?;
    for (name, tensor) in tensors {
        watch.at(ImportStep::Converting)?;
        let values = tensor.values().map_err(|error| match error {
            // Of the source, and no matter of the folder that is written.
            ImportError::Io(error) => ImportError::Unsupported(format!(
                "the checkpoint can't be read any more ({error}); is its disk still there?"
            )),
            error => error,
        })?;
        if values.iter().any(|v| !v.is_finite()) {
            return Err(ImportError::Unsupported(format!(
                "'{name}' holds numbers that are infinite or not numbers; the checkpoint is damaged"
            )));
        }
        file.write_all(bytemuck::cast_slice(&values))?;
    }
    let file = file.into_inner().map_err(|error| error.into_error())?;
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
        assert_eq!(model_name("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(model_name(".."), "model");
        assert_eq!(model_name("FFHQ 256"), "ffhq-256");
    }
}
