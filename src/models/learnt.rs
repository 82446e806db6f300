//! Learnt styles that are ready to paint, as many as a budget allows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ModelError;
use super::in_memory::InMemory;
use super::learnt_file;
use super::registry::Registry;
use super::restyle::{About, Adapter, Restyle, adapter_head};
use crate::digest;

/// What painters may take in memory together, in bytes: about a dozen.
const MEMORY: u64 = 48 << 20;

/// A learnt style that can paint.
pub struct LearntPainter {
    /// *Restyle* with its numbers.
    pub net: Arc<Restyle>,
    /// Its style code.
    pub code: Vec<f32>,
    /// SHA-256 of its file.
    pub sha256: String,
    /// Hashes of the files that it was before, with the same numbers.
    pub was: Vec<String>,
    /// Name of the *Restyle* that it belongs to.
    pub restyle: String,
}

impl LearntPainter {
    /// Whether a recipe that names a file by its hash means this painter.
    pub fn is(&self, sha256: &str) -> bool {
        self.sha256 == sha256 || self.was.iter().any(|was| was == sha256)
    }
}

/// Painters by the style's id.
pub(super) struct LearntPainters {
    ready: InMemory<Arc<LearntPainter>>,
    /// Which style has a file of this hash, or had one; for hashes that were looked for.
    ids: BTreeMap<String, Option<String>>,
}

impl LearntPainters {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            ready: InMemory::new(MEMORY),
            ids: BTreeMap::new(),
        }
    }

    /// One that is here.
    pub(super) fn get(&mut self, id: &str) -> Option<Arc<LearntPainter>> {
        self.ready.get(id)
    }

    /// Adds one that takes `bytes`.
    pub(super) fn put(&mut self, id: &str, bytes: u64, painter: Arc<LearntPainter>) {
        let sha256 = painter.sha256.clone();
        self.ready.put(id.to_owned(), sha256, bytes, painter);
    }

    /// Frees those whose file isn't the one that they were read from.
    pub(super) fn retain(&mut self, hash: impl Fn(&str) -> Option<String>) {
        self.ids.clear();
        self.ready
            .retain(|id, sha256| hash(id).is_some_and(|now| now == sha256));
    }

    /// Frees all.
    pub(super) fn clear(&mut self) {
        self.ready.clear();
    }

    /// The style that has a file of this hash, or had one; looked for `among` all once.
    pub(super) fn id_of(
        &mut self,
        sha256: &str,
        among: impl Iterator<Item = (String, PathBuf)>,
    ) -> Option<String> {
        if let Some(known) = self.ids.get(sha256) {
            return known.clone();
        }
        let has_it = |path: &Path| {
            describe(path).is_ok_and(|(own, _, about)| {
                own == sha256 || about.was.iter().any(|was| was == sha256)
            })
        };
        let mut among = among;
        let found = among.find(|(_, path)| has_it(path)).map(|(id, _)| id);
        self.ids.insert(sha256.to_owned(), found.clone());
        found
    }
}

/// A learnt style's file: its hash, the hash of the *Restyle* that it belongs to, and what it says
/// about itself.
///
/// # Errors
/// [`ModelError::Unreadable`], [`ModelError::BadLearnt`].
pub fn describe(path: &Path) -> Result<(String, String, About), ModelError> {
    let bytes = learnt_file::read(path)?;
    let (restyle, about) = adapter_head(&bytes)?;
    Ok((digest::sha256(&bytes), restyle, about))
}

/// The painter of a learnt style's file.
///
/// # Errors
/// [`ModelError::BadLearnt`], or what is wrong with *Restyle*'s own files.
pub(super) fn load(path: &Path, registry: &mut Registry) -> Result<LearntPainter, ModelError> {
    let bytes = learnt_file::read(path)?;
    let (belongs, about) = adapter_head(&bytes)?;
    let name = registry.restyle_of(&belongs).ok_or_else(|| {
        ModelError::BadLearnt(
            "the network Restyle, which it belongs to, isn't here; put Limner's own models folder back".into(),
        )
    })?;
    let restyle = registry.restyle(&name)?;
    let sha256 = &registry.info(&name)?.sha256;
    let adapter = Adapter::from_bytes(&bytes, restyle.config(), sha256)?;
    let (own, half) = registry.weights_of(&name)?;
    let net = restyle.learnt(&adapter.onto(&own)?.half(half))?;
    Ok(LearntPainter {
        net: Arc::new(net),
        code: adapter.code,
        sha256: digest::sha256(&bytes),
        was: about.was,
        restyle: name,
    })
}
