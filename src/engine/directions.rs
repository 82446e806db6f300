//! Directions of generators: found once for each model, kept on disk by the
//! model's hash.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cancel::CancelToken;
use super::protocol::EngineError;
use super::resample::shrink_to;
use crate::latent::discover::{Plan, Studio, discover};
use crate::latent::{DirectionSet, LatentError};
use crate::models::Generator;
use crate::recipe::NoiseMode;

/// Longer side of the pictures that are measured.
const LOOK_SIDE: u32 = 128;

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

    /// The directions of a model, if they were found before.
    pub(crate) fn known(&mut self, model_sha: &str, w_dim: usize) -> Option<Arc<DirectionSet>> {
        if let Some(set) = self.sets.get(model_sha) {
            return Some(Arc::clone(set));
        }
        let bytes = std::fs::read(self.file(model_sha)?).ok()?;
        let set: DirectionSet = serde_json::from_slice(&bytes).ok()?;
        if !set.fits(model_sha, w_dim) {
            return None; // Of another version: found anew.
        }
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
        let plain = !model_sha.is_empty() && model_sha.bytes().all(|b| b.is_ascii_alphanumeric());
        let folder = self.folder.as_ref().filter(|_| plain)?;
        Some(folder.join(format!("{model_sha}.json")))
    }
}

/// Whole or not at all, also when two programs write at once.
fn write_whole(file: &Path, set: &DirectionSet) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut temporary, set)?;
    temporary.flush()?;
    temporary.persist(file)?;
    Ok(())
}

/// Finds the directions of a generator: some hundred small pictures. `step` is
/// called before each with pictures done and in all; an error stops the work.
pub(crate) fn find(
    generator: &dyn Generator,
    model_sha: &str,
    plan: &Plan,
    stop: &CancelToken,
    step: &mut dyn FnMut(u64, u64) -> Result<(), EngineError>,
) -> Result<DirectionSet, EngineError> {
    let spec = generator.spec();
    let size = spec
        .resizable
        .then(|| super::resample::fit(spec.size, LOOK_SIDE));
    // Both closures report: one counts, the other may stop.
    let told = RefCell::new((0, 0));
    let refused = RefCell::new(None);
    let mut render = |ws: &[Vec<f32>]| {
        let (done, total) = *told.borrow();
        if let Err(error) = step(done, total) {
            *refused.borrow_mut() = Some(error);
            return Err(LatentError::Cancelled);
        }
        let picture = generator
            .synthesize(ws, NoiseMode::Fixed, size, stop)
            .map_err(|error| {
                let text = error.to_string();
                *refused.borrow_mut() = Some(error.into());
                LatentError::Mapping(text)
            })?;
        Ok(shrink_to(&picture, LOOK_SIDE))
    };
    let mut progress = |done, total| *told.borrow_mut() = (done, total);
    let found = discover(
        generator,
        model_sha,
        plan,
        &mut Studio {
            render: &mut render,
            progress: &mut progress,
            cancel: stop,
        },
    );
    found.map_err(|error| refused.take().unwrap_or_else(|| error.into()))
}
