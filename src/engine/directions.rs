//! Directions of generators: found once for each model, kept on disk by the
//! model's hash.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::cache_file;
use crate::export::atomic::{Existing, write_bytes};
use crate::latent::DirectionSet;
use crate::models::Registry;

/// Direction sets by model hash.
pub(crate) struct Directions {
    folder: Option<PathBuf>,
    sets: BTreeMap<String, Arc<DirectionSet>>,
}

impl Directions {
    /// Kept in a folder of `cache_dir`; only in memory when absent.
    pub(crate) fn new(cache_dir: Option<&Path>) -> Self {
        Self {
            folder: cache_dir.map(|dir| dir.join("directions")),
            sets: BTreeMap::new(),
        }
    }

    /// The directions of a model, if they were found before: by those who made it, or
    /// here.
    pub(crate) fn known(
        &mut self,
        registry: &Registry,
        model: &str,
        w_dim: usize,
    ) -> Option<Arc<DirectionSet>> {
        let model_sha = registry.info(model).ok()?.sha256.as_str();
        if let Some(set) = self.sets.get(model_sha) {
            return Some(Arc::clone(set));
        }
        let shipped = registry.directions_file(model);
        let own = self.file(model_sha);
        let set = [shipped, own]
            .into_iter()
            .flatten()
            .find_map(|file| read(&file, model_sha, w_dim))?;
        let set = Arc::new(set);
        self.sets.insert(model_sha.to_owned(), Arc::clone(&set));
        Some(set)
    }

    /// Keeps what was found. A cache that can't be written costs time next time,
    /// nothing else.
    pub(crate) fn keep(&mut self, set: DirectionSet) -> Arc<DirectionSet> {
        if let Some(file) = self.file(&set.model_sha256)
            && let Err(error) = write_whole(&file, &set)
        {
            log::warn!("directions can't be kept: {error}: {}", file.display());
        }
        let set = Arc::new(set);
        self.sets.insert(set.model_sha256.clone(), Arc::clone(&set));
        set
    }

    fn file(&self, model_sha: &str) -> Option<PathBuf> {
        cache_file::file_of(self.folder.as_deref(), model_sha, "json")
    }
}

/// A set that belongs to this model; those of another version are found anew.
fn read(file: &Path, model_sha: &str, w_dim: usize) -> Option<DirectionSet> {
    let set: DirectionSet = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    set.fits(model_sha, w_dim).then_some(set)
}

/// Whole or not at all, also when two programs write at once.
fn write_whole(file: &Path, set: &DirectionSet) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let bytes = serde_json::to_vec(set)?;
    write_bytes(file, Existing::Replace, &bytes).map_err(std::io::Error::other)
}
