//! The models that are there: found in folders, described to the window, loaded
//! when first used.

mod generators;
mod painters;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::Device;

use super::ModelError;
use super::autoencoder::Autoencoder;
use super::crisp::Crisp;
use super::encoder::{self, Encoder};
use super::hashes::HashCache;
use super::in_memory::InMemory;
use super::learnt::LearntPainters;
use super::loading::{self, Loaded};
use super::manifest::Architecture;
use super::own_styles;
use super::restyle::Restyle;
pub(crate) use super::scan::CPPN_NAME;
use super::scan::{FoundModel, describe, embedded_cppn};
use super::style_note;
use super::styles::{ShippedStyle, StyleSet};
use super::transfer::StyleTransfer;
use super::upscaler::Upscaler;
use super::vgg19::Vgg19;
use super::weights::Weights;
use crate::digest;
use crate::latent::codes::CodeSliders;
use crate::models::library::{
    Library, ModelInfo, ModelKind, Painter, StyleInfo, Unfinished, upscaler_for,
};
use crate::recipe::StyleSource;

/// What networks may take in memory together, in bytes.
const MEMORY: u64 = 1 << 30;

/// Folder of the styles that ship, beside the models.
const STYLES: &str = "styles";

/// Directions beside a model's weights.
const DIRECTIONS: &str = "directions.json";

/// Before the names of networks that are styles, so that they never clash with the
/// styles that ship.
const NETWORK_STYLE: &str = "net/";

/// The network that a style's id means, if the style is a network of its own.
pub fn network_of_style(id: &str) -> Option<&str> {
    id.strip_prefix(NETWORK_STYLE)
}

/// Models by name.
pub struct Registry {
    folders: Vec<PathBuf>,
    device: Device,
    half: bool,
    hashes: HashCache,
    entries: BTreeMap<String, FoundModel>,
    styles: StyleSet,
    broken: Vec<(PathBuf, String)>,
    loaded: InMemory<Loaded>,
    painters: LearntPainters,
    /// The user's own styles, until they stand beside the others.
    own_styles: Vec<ShippedStyle>,
    unfinished: Vec<Unfinished>,
}

impl Registry {
    /// Looks through `folders` (see [`super::folders::default_folders`]). `hash_cache` is a file
    /// that remembers SHA-256 sums from start to start. Nothing is loaded yet.
    pub fn open(folders: Vec<PathBuf>, hash_cache: Option<PathBuf>, device: Device) -> Self {
        let mut registry = Self {
            folders,
            device,
            half: false,
            hashes: HashCache::open(hash_cache),
            entries: BTreeMap::new(),
            styles: StyleSet::default(),
            broken: Vec::new(),
            loaded: InMemory::new(MEMORY),
            painters: LearntPainters::new(),
            own_styles: Vec::new(),
            unfinished: Vec::new(),
        };
        registry.rescan();
        registry
    }

    /// Networks are loaded onto `device` from now on, as half numbers if `half` (those
    /// that can: StyleGAN2, Restyle, Lens and TAESD, Crisp); those in memory are freed.
    /// Returns the device of before.
    pub fn set_device(&mut self, device: Device, half: bool) -> Device {
        self.loaded.clear();
        self.painters.clear();
        self.half = half;
        std::mem::replace(&mut self.device, device)
    }

    /// Looks again. Networks in memory stay, unless their file has changed.
    pub fn rescan(&mut self) {
        self.entries.clear();
        self.broken.clear();
        self.unfinished.clear();
        self.styles = StyleSet::default();
        for folder in self.folders.clone() {
            self.scan_folder(&folder);
        }
        for own in std::mem::take(&mut self.own_styles) {
            self.styles.add(own);
        }
        if !self.entries.contains_key(CPPN_NAME) {
            match embedded_cppn() {
                Ok(entry) => drop(self.entries.insert(CPPN_NAME.into(), entry)),
                Err(error) => self.broken.push((CPPN_NAME.into(), error.to_string())),
            }
        }
        if let Some(first) = self.folders.first()
            && !self.folders.iter().any(|folder| folder.is_dir())
        {
            let line = "Limner's networks are not here, only Waves is; put the folder 'models' of Limner beside the program";
            self.broken.push((first.clone(), line.into()));
        }
        let sliders = self.styles.sliders.len();
        for entry in self.entries.values_mut() {
            if entry.manifest.architecture == Architecture::Restyle {
                entry.info.code_len = sliders;
            }
        }
        let entries = &self.entries;
        self.loaded.retain(|key, sha256| {
            let name = key.split('/').next().unwrap_or(key);
            entries.get(name).is_some_and(|entry| {
                let encoder = entry.encoder.as_ref().map(|(_, _, sha256)| sha256);
                entry.info.sha256 == sha256 || encoder.is_some_and(|own| own == sha256)
            })
        });
        let styles = &self.styles;
        self.painters
            .retain(|id| digest::sha256_of_file(styles.learnt(id)?).ok());
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
            if name.starts_with('.') {
                continue;
            }
            if name == style_note::FOLDER {
                let found = own_styles::found(&path);
                self.own_styles.extend(found.styles);
                self.broken.extend(found.broken);
                self.unfinished.extend(found.unfinished);
                continue;
            }
            if name == STYLES && path.join("index.json").is_file() {
                self.read_styles(&path);
                continue;
            }
            if self.entries.contains_key(name) || !path.join("config.json").is_file() {
                continue;
            }
            match describe(name, &path, &mut self.hashes) {
                Ok(entry) => drop(self.entries.insert(name.to_owned(), entry)),
                Err(error) => self.broken.push((path, error.to_string())),
            }
        }
    }

    fn read_styles(&mut self, folder: &Path) {
        if !self.styles.styles.is_empty() {
            return;
        }
        match StyleSet::open(folder) {
            Ok(styles) => self.styles = styles,
            Err(error) => self.broken.push((folder.to_owned(), error.to_string())),
        }
    }

    /// What the window and `limner models list` show. Encoders aren't in it.
    pub fn library(&self) -> Library {
        Library {
            models: self
                .entries
                .values()
                .filter(|entry| !entry.manifest.architecture.is_hidden())
                .map(|entry| entry.info.clone())
                .collect(),
            styles: self.style_infos(),
            unfinished: self.unfinished.clone(),
            broken: self.broken.clone(),
        }
    }

    /// Styles that ship, and networks that are one style.
    fn style_infos(&self) -> Vec<StyleInfo> {
        let shipped = self.styles.styles.iter().map(|s| s.info.clone());
        let networks = self
            .entries
            .values()
            .filter(|entry| entry.info.kind == ModelKind::OneStyle)
            .map(|entry| StyleInfo {
                source: StyleSource::Builtin(format!("{NETWORK_STYLE}{}", entry.info.name)),
                name: entry.info.title.clone(),
                origin: format!("a network of its own; licence: {}", entry.info.licence),
                swatch: None,
                painter: Painter::Own,
                group: "Imported networks".into(),
                ..StyleInfo::default()
            });
        shipped.chain(networks).collect()
    }

    /// A model's description.
    ///
    /// # Errors
    /// [`ModelError::Unknown`].
    pub fn info(&self, name: &str) -> Result<&ModelInfo, ModelError> {
        Ok(&self.entry(name)?.info)
    }

    fn entry(&self, name: &str) -> Result<&FoundModel, ModelError> {
        self.entries
            .get(name)
            .ok_or_else(|| ModelError::Unknown(name.to_owned()))
    }

    /// Where a model's folder has directions that were found beforehand, so that its
    /// sliders are there at once; read only if they fit the model's hash.
    pub fn directions_file(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder(name)?.join(DIRECTIONS)).filter(|file| file.is_file())
    }

    /// A model's folder.
    pub fn folder(&self, name: &str) -> Option<&Path> {
        self.entries.get(name)?.config_path.parent()
    }

    /// A style that ships.
    pub fn style(&self, id: &str) -> Option<&ShippedStyle> {
        self.styles.get(id)
    }

    /// A network's weights on the device in use, and whether they are to be half numbers.
    ///
    /// # Errors
    /// [`ModelError::Unknown`], or what is wrong with the file.
    pub fn weights_of(&self, name: &str) -> Result<(Weights, bool), ModelError> {
        let entry = self.entry(name)?;
        let sha256 = Some(entry.info.sha256.as_str());
        let weights = Weights::open(&entry.weights_path(), sha256, &self.device)?;
        Ok((weights, self.half))
    }

    /// Whether a model is a network that is one style.
    pub fn is_one_style(&self, model: &str) -> bool {
        let entry = self.entries.get(model);
        entry.is_some_and(|entry| entry.info.kind == ModelKind::OneStyle)
    }

    /// Sliders of style codes.
    pub fn code_sliders(&self) -> &CodeSliders {
        &self.styles.sliders
    }

    /// A style network; errors as [`Registry::generator`].
    pub fn restyle(&mut self, name: &str) -> Result<Arc<Restyle>, ModelError> {
        match self.load(name)? {
            Loaded::Restyle(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "a style network")),
        }
    }

    /// Whether a style network takes *Restyle*'s codes.
    pub fn is_restyle(&self, name: &str) -> bool {
        let entry = self.entries.get(name);
        entry.is_some_and(|e| e.manifest.architecture == Architecture::Restyle)
    }

    /// A style network of another family: one style, or any by its picture; errors as [`Registry::generator`].
    pub fn transfer(&mut self, name: &str) -> Result<Arc<dyn StyleTransfer>, ModelError> {
        match self.load(name)? {
            Loaded::Transfer(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "a style network")),
        }
    }

    /// An autoencoder: photo to latent grid to photo.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn autoencoder(&mut self, name: &str) -> Result<Arc<dyn Autoencoder>, ModelError> {
        match self.load(name)? {
            Loaded::Autoencoder(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "an autoencoder")),
        }
    }

    /// An enlarger.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn crisp(&mut self, name: &str) -> Result<Arc<Crisp>, ModelError> {
        match self.load(name)? {
            Loaded::Crisp(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "an enlarger")),
        }
    }

    /// A network that enlarges.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn upscaler(&mut self, name: &str) -> Result<Arc<dyn Upscaler>, ModelError> {
        match self.load(name)? {
            Loaded::Crisp(network) => Ok(network),
            Loaded::Upscaler(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "an enlarger")),
        }
    }

    /// The enlarger of a generator's pictures, or of any, for those who name none, at a scale.
    pub fn upscaler_for(&self, generator: Option<&str>, scale: u32) -> Option<&ModelInfo> {
        let all = self.entries.values().map(|entry| &entry.info);
        upscaler_for(all.clone(), None, generator, Some(scale))
            // Its failure says which scales it knows.
            .or_else(|| upscaler_for(all, None, generator, None))
    }

    /// The enlarger that a generator's pictures are drawn through.
    pub fn drawn_through(&self, generator: &str) -> Option<&ModelInfo> {
        let all = self.entries.values().map(|entry| &entry.info);
        upscaler_for(all, None, Some(generator), None)
    }

    /// What pictures are measured with; always on the processor.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn vgg19(&mut self, name: &str) -> Result<Arc<Vgg19>, ModelError> {
        match self.load(name)? {
            Loaded::Vgg19(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "an instrument that measures pictures")),
        }
    }

    /// The encoder that belongs to a generator: in its own folder, or in one whose
    /// `generator` names it. `None` if there is none.
    ///
    /// # Errors
    /// What is wrong with its files.
    pub fn encoder_of(&mut self, generator: &str) -> Result<Option<Arc<Encoder>>, ModelError> {
        let own = self.entry(generator)?.encoder.is_some();
        let other = self
            .entries
            .iter()
            .find(|(_, entry)| {
                entry.manifest.architecture == Architecture::Encoder
                    && entry.manifest.generator.as_deref() == Some(generator)
            })
            .map(|(name, _)| name.clone());
        let loaded = match (own, other) {
            (true, _) => self.load_encoder(generator)?,
            (false, Some(name)) => self.load(&name)?,
            (false, None) => return Ok(None),
        };
        match loaded {
            Loaded::Encoder(encoder) => Ok(Some(encoder)),
            _ => Err(self.wrong_kind(generator, "an encoder")),
        }
    }

    /// The one model of a kind that ships, for commands that need no name.
    pub fn first_of(&self, kind: ModelKind) -> Option<&ModelInfo> {
        let of_kind = |entry: &&FoundModel| {
            entry.info.kind == kind && !entry.manifest.architecture.is_hidden()
        };
        self.entries.values().find(of_kind).map(|entry| &entry.info)
    }

    fn wrong_kind(&self, name: &str, wanted: &'static str) -> ModelError {
        match self.entry(name) {
            Ok(entry) => ModelError::WrongKind {
                name: name.to_owned(),
                is: entry.manifest.architecture.words().to_owned(),
                wanted,
            },
            Err(error) => error,
        }
    }

    fn load(&mut self, name: &str) -> Result<Loaded, ModelError> {
        if let Some(loaded) = self.loaded.get(name) {
            return Ok(loaded);
        }
        let entry = self.entry(name)?;
        let loaded = loading::load(entry, &self.device, self.half)?;
        let (sha256, bytes) = (entry.info.sha256.clone(), in_memory(entry.info.bytes));
        self.loaded
            .put(name.to_owned(), sha256, bytes, loaded.clone());
        Ok(loaded)
    }

    fn load_encoder(&mut self, generator: &str) -> Result<Loaded, ModelError> {
        let key = format!("{generator}/encoder");
        if let Some(loaded) = self.loaded.get(&key) {
            return Ok(loaded);
        }
        let entry = self.entry(generator)?;
        let Some((config, file, sha256)) = entry.encoder.clone() else {
            return Err(ModelError::Unknown(key));
        };
        let config: encoder::Config =
            serde_json::from_value(config).map_err(|error| ModelError::BadConfig {
                path: entry.config_path.clone(),
                reason: error.to_string(),
            })?;
        let weights = Weights::open(&file, Some(&sha256), &self.device)?;
        let loaded = Loaded::Encoder(Arc::new(Encoder::new(config, &weights, &self.device)?));
        let bytes = std::fs::metadata(&file).map_or(0, |found| in_memory(found.len()));
        self.loaded.put(key, sha256, bytes, loaded.clone());
        Ok(loaded)
    }

    /// Loads a network, to see that its files are whole and fit together.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn try_loading(&mut self, name: &str) -> Result<(), ModelError> {
        if let Some((_, reason)) = self.broken.iter().find(|(path, _)| path.ends_with(name)) {
            return Err(ModelError::BadRequest(reason.clone()));
        }
        self.load(name).map(drop)
    }

    /// Frees a network's memory; it comes back when asked for.
    pub fn unload(&mut self, name: &str) {
        let part = format!("{name}/");
        self.loaded
            .retain(|key, _| key != name && !key.starts_with(&part));
    }

    /// What networks may take in memory together; those longest unused are freed.
    pub fn set_memory(&mut self, bytes: u64) {
        self.loaded.set_budget(bytes);
    }
}

/// What weights of so many bytes in a file take in memory: f16 becomes f32, and the
/// kernels keep a copy in their own order.
fn in_memory(bytes: u64) -> u64 {
    bytes.saturating_mul(3)
}
