//! The models that are there: found in folders, described to the window, loaded
//! when first used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::Device;
use sha2::{Digest, Sha256};

use super::cppn::{self, Cppn};
use super::hashes::HashCache;
use super::manifest::{Architecture, Manifest};
use super::weights::{Weights, hex};
use super::{Generator, ModelError};
use crate::engine::protocol::{Library, ModelInfo};

/// The coordinate network travels inside the program.
const CPPN_NAME: &str = "cppn";
const CPPN_CONFIG: &str = include_str!("../../models/cppn/config.json");
const CPPN_CARD: &str = include_str!("../../models/cppn/card.md");

/// A model that was found.
struct Entry {
    manifest: Manifest,
    config_path: PathBuf,
    info: ModelInfo,
}

impl Entry {
    fn weights_path(&self) -> PathBuf {
        self.config_path.with_file_name("weights.safetensors")
    }
}

/// A network in memory.
#[derive(Clone)]
enum Loaded {
    Generator(Arc<dyn Generator>),
}

/// Models by name.
pub struct Registry {
    folders: Vec<PathBuf>,
    device: Device,
    hashes: HashCache,
    entries: BTreeMap<String, Entry>,
    broken: Vec<(PathBuf, String)>,
    loaded: BTreeMap<String, (String, Loaded)>,
}

/// Where models are looked for, in this order; the first of a name wins:
/// beside the program, in the source tree the program was built from, in the
/// user's data folder.
pub fn default_folders() -> Vec<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join("models")));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let user =
        directories::ProjectDirs::from("", "", "limner").map(|dirs| dirs.data_dir().join("models"));
    [beside, Some(source), user].into_iter().flatten().collect()
}

impl Registry {
    /// Looks through `folders` (see [`default_folders`]). `hash_cache` is a file
    /// that remembers SHA-256 sums from start to start. Nothing is loaded yet.
    pub fn open(folders: Vec<PathBuf>, hash_cache: Option<PathBuf>, device: Device) -> Self {
        let mut registry = Self {
            folders,
            device,
            hashes: HashCache::open(hash_cache),
            entries: BTreeMap::new(),
            broken: Vec::new(),
            loaded: BTreeMap::new(),
        };
        registry.rescan();
        registry
    }

    /// Looks again. Networks in memory stay, unless their file has changed.
    pub fn rescan(&mut self) {
        self.entries.clear();
        self.broken.clear();
        for folder in self.folders.clone() {
            self.scan_folder(&folder);
        }
        if !self.entries.contains_key(CPPN_NAME) {
            match embedded_cppn() {
                Ok(entry) => drop(self.entries.insert(CPPN_NAME.into(), entry)),
                Err(error) => self.broken.push((CPPN_NAME.into(), error.to_string())),
            }
        }
        let entries = &self.entries;
        self.loaded.retain(|name, (sha256, _)| {
            entries.get(name).is_some_and(|e| e.info.sha256 == *sha256)
        });
        self.hashes.save();
    }

    fn scan_folder(&mut self, folder: &Path) {
        let Ok(found) = std::fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<_> = found.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if self.entries.contains_key(name) || !path.join("config.json").is_file() {
                continue;
            }
            match self.describe(name, &path) {
                Ok(entry) => drop(self.entries.insert(name.to_owned(), entry)),
                Err(error) => self.broken.push((path, error.to_string())),
            }
        }
    }

    fn describe(&mut self, name: &str, folder: &Path) -> Result<Entry, ModelError> {
        let config_path = folder.join("config.json");
        let unreadable = |path: &Path, error: std::io::Error| ModelError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let text =
            std::fs::read_to_string(&config_path).map_err(|e| unreadable(&config_path, e))?;
        let card = std::fs::read_to_string(folder.join("card.md")).unwrap_or_default();
        let manifest = Manifest::parse(&text, &config_path)?;
        let (sha256, bytes) = if manifest.architecture == Architecture::Cppn {
            (definition_hash(&text), 0)
        } else {
            let weights = folder.join("weights.safetensors");
            self.hashes
                .sha256(&weights)
                .map_err(|e| unreadable(&weights, e))?
        };
        entry(name, manifest, config_path, card, sha256, bytes)
    }

    /// What the window and `limner models list` show.
    pub fn library(&self) -> Library {
        Library {
            models: self
                .entries
                .values()
                .filter(|entry| entry.manifest.architecture != Architecture::Encoder)
                .map(|entry| entry.info.clone())
                .collect(),
            styles: Vec::new(),
            broken: self.broken.clone(),
        }
    }

    /// A model's description.
    ///
    /// # Errors
    /// [`ModelError::Unknown`].
    pub fn info(&self, name: &str) -> Result<&ModelInfo, ModelError> {
        Ok(&self.entry(name)?.info)
    }

    fn entry(&self, name: &str) -> Result<&Entry, ModelError> {
        self.entries
            .get(name)
            .ok_or_else(|| ModelError::Unknown(name.to_owned()))
    }

    /// A generator, loaded when first asked for.
    ///
    /// # Errors
    /// [`ModelError::Unknown`], [`ModelError::WrongKind`], or what is wrong with
    /// its files.
    pub fn generator(&mut self, name: &str) -> Result<Arc<dyn Generator>, ModelError> {
        match self.load(name)? {
            Loaded::Generator(generator) => Ok(generator),
        }
    }

    fn load(&mut self, name: &str) -> Result<Loaded, ModelError> {
        if let Some((_, loaded)) = self.loaded.get(name) {
            return Ok(loaded.clone());
        }
        let entry = self.entry(name)?;
        let loaded = build(entry, &self.device)?;
        let sha256 = entry.info.sha256.clone();
        self.loaded
            .insert(name.to_owned(), (sha256, loaded.clone()));
        Ok(loaded)
    }

    /// Frees a network's memory; it comes back when asked for.
    pub fn unload(&mut self, name: &str) {
        self.loaded.remove(name);
    }
}

fn build(entry: &Entry, device: &Device) -> Result<Loaded, ModelError> {
    let (manifest, path) = (&entry.manifest, &entry.config_path);
    Ok(match manifest.architecture {
        Architecture::Cppn => Loaded::Generator(Arc::new(Cppn::new(&manifest.config(path)?)?)),
        _ => {
            let _weights = Weights::open(&entry.weights_path(), Some(&entry.info.sha256), device)?;
            return Err(ModelError::Unknown(entry.info.name.clone()));
        }
    })
}

fn entry(
    name: &str,
    manifest: Manifest,
    config_path: PathBuf,
    card: String,
    sha256: String,
    bytes: u64,
) -> Result<Entry, ModelError> {
    let mut info = ModelInfo {
        name: name.to_owned(),
        title: manifest.title.clone(),
        kind: manifest.architecture.kind(),
        trained: manifest.trained,
        num_ws: 0,
        size: [0, 0],
        resizable: false,
        bytes,
        sha256,
        card,
        licence: manifest.licence.clone(),
        credit: manifest.credit.clone(),
        code_len: 0,
    };
    match manifest.architecture {
        Architecture::Cppn => {
            let config: cppn::Config = manifest.config(&config_path)?;
            (info.num_ws, info.size, info.resizable) = (cppn::STYLE_INPUTS, config.size, true);
        }
        _ => {}
    }
    Ok(Entry {
        manifest,
        config_path,
        info,
    })
}

fn embedded_cppn() -> Result<Entry, ModelError> {
    let path = Path::new(CPPN_NAME).join("config.json");
    let manifest = Manifest::parse(CPPN_CONFIG, &path)?;
    entry(
        CPPN_NAME,
        manifest,
        path,
        CPPN_CARD.to_owned(),
        definition_hash(CPPN_CONFIG),
        0,
    )
}

/// A network without weights is known by its definition.
fn definition_hash(config: &str) -> String {
    hex(&Sha256::digest(config.replace("\r\n", "\n")))
}
