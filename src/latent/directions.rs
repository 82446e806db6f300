//! Direction sliders: those that are there (a set), as data that can be cached.

use serde::{Deserialize, Serialize};

use super::DirectionLookup;
use super::attributes::Attribute;
use super::stats::LatentStats;
use crate::latent::sliders::DirectionInfo;
use crate::recipe::LayerRange;

/// Changes whenever the same model would give other directions.
pub const DIRECTIONS_VERSION: u32 = 2;

/// One slider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    /// `pca.0`, `measured.warmth`.
    pub id: String,
    /// In artists' words.
    pub name: String,
    /// R² on samples that the regression didn't see, or share of variance.
    pub strength: f32,
    /// Whether the name was measured.
    pub measured: bool,
    /// Layers where it acts most.
    pub layers: LayerRange,
    /// What one σ adds to `w`.
    pub step: Vec<f32>,
}

/// All sliders of a model, and the statistics that neighbours need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectionSet {
    /// [`DIRECTIONS_VERSION`].
    pub version: u32,
    /// SHA-256 of the model.
    pub model_sha256: String,
    /// Mean and principal directions of `w`.
    pub stats: LatentStats,
    /// Sliders: measured ones first, then unsupervised ones.
    pub directions: Vec<Direction>,
}

impl DirectionSet {
    /// Whether a cached set belongs to this model and version.
    pub fn fits(&self, model_sha256: &str, w_dim: usize) -> bool {
        self.version == DIRECTIONS_VERSION
            && self.model_sha256 == model_sha256
            && self.stats.mean.len() == w_dim
            && self.directions.iter().all(|d| d.step.len() == w_dim)
    }

    /// The sliders as the window needs them.
    pub fn infos(&self) -> Vec<DirectionInfo> {
        self.directions
            .iter()
            .map(|d| DirectionInfo {
                id: d.id.clone(),
                name: Attribute::shown_name(&d.id, &d.name),
                strength: d.strength,
                measured: d.measured,
                layers: d.layers,
            })
            .collect()
    }
}

impl DirectionLookup for DirectionSet {
    fn step(&self, id: &str) -> Option<&[f32]> {
        self.directions
            .iter()
            .find(|direction| direction.id == id)
            .map(|direction| direction.step.as_slice())
    }
}

impl<D: DirectionLookup + ?Sized> DirectionLookup for Option<&D> {
    fn step(&self, id: &str) -> Option<&[f32]> {
        (*self).and_then(|set| set.step(id))
    }
}
