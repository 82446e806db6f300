//! The state of Explore that decides a picture.

use serde::{Deserialize, Serialize};

use super::Domain;

/// Layers `start..end` of a generator's `num_ws` style inputs, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LayerRange {
    /// First layer.
    pub start: usize,
    /// One past the last layer.
    pub end: usize,
}

/// Where the base latent comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatentOrigin {
    /// `z` drawn from the seed, through the mapping network.
    Seed(u64),
    /// One stored `w` (`w_dim` numbers) for all layers.
    W(Vec<f32>),
    /// One stored `w` per layer (`num_ws` rows), as projection gives them.
    Ws(Vec<Vec<f32>>),
}

/// A second seed's styles on some layers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StyleMix {
    /// The second seed.
    pub seed: u64,
    /// Layers that take its styles.
    pub layers: LayerRange,
}

/// Per-layer noise of a StyleGAN2 synthesis network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseMode {
    /// None.
    Off,
    /// The network's own constant noise.
    Fixed,
    /// Drawn from a seed.
    Seeded(u64),
}

/// One direction slider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectionEdit {
    /// The direction's id in the model's direction set, e.g. `pca.0` or `measured.warmth`.
    pub direction: String,
    /// How far, in standard deviations of the model's latents along it.
    pub sigma: f32,
    /// Only these layers; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<LayerRange>,
}

/// How far a picture is moved and turned within a network that can do so (StyleGAN3): the
/// `make_transform` of the authors' gen_images.py.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transform {
    /// To the right and down, in widths and heights of the picture; -1..=1 each.
    pub translate: [f32; 2],
    /// Degrees; -180..=180.
    pub rotate: f32,
}

impl Transform {
    /// Whether it does nothing.
    pub fn is_identity(&self) -> bool {
        self.translate == [0.0; 2] && self.rotate == 0.0
    }

    /// What undoes it, 3×3 by rows.
    pub fn inverse(&self) -> [f32; 9] {
        let (s, c) = self.rotate.to_radians().sin_cos();
        let [x, y] = self.translate;
        let (back_x, back_y) = (-(c * x - s * y), -(s * x + c * y));
        [c, -s, back_x, s, c, back_y, 0.0, 0.0, 1.0]
    }
}

/// Everything that decides a generated picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExploreParams {
    /// Model name, e.g. `fruit`.
    pub model: String,
    /// The base latent.
    pub origin: LatentOrigin,
    /// Truncation ψ: 1 is the whole variety, 0 the average picture; -1..=2.
    pub truncation_psi: f32,
    /// Class of a conditional network, from 0; none when absent. Stored latents have
    /// theirs in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<u32>,
    /// Style mixing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mix: Option<StyleMix>,
    /// Per-layer noise.
    pub noise: NoiseMode,
    /// Direction sliders that are not at zero.
    #[serde(default)]
    pub edits: Vec<DirectionEdit>,
    /// Output size in pixels for generators that render at any size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[u32; 2]>,
    /// What the picture covers: a piece of the plane, a tile, everything around.
    #[serde(default, skip_serializing_if = "Domain::is_plane")]
    pub domain: Domain,
    /// Moved and turned, for generators that can.
    #[serde(default, skip_serializing_if = "Transform::is_identity")]
    pub transform: Transform,
}

impl ExploreParams {
    /// A fresh start on a model: the given seed, ψ 0.7, fixed noise.
    pub fn new(model: impl Into<String>, seed: u64) -> Self {
        Self {
            model: model.into(),
            origin: LatentOrigin::Seed(seed),
            truncation_psi: 0.7,
            class: None,
            mix: None,
            noise: NoiseMode::Fixed,
            edits: Vec::new(),
            size: None,
            domain: Domain::Plane,
            transform: Transform::default(),
        }
    }
}

/// How a walk goes between its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkPath {
    /// Great-circle steps between neighbours in z (linear in w for stored points).
    Spherical,
    /// A smooth curve through all points (Catmull-Rom in w).
    Spline,
}

/// A walk through kept points or seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkParams {
    /// The points in order; all of one model.
    pub points: Vec<ExploreParams>,
    /// Frames in all.
    pub frames: u32,
    /// Frames per second.
    pub fps: f32,
    /// Come back to the first point without a jump.
    pub looped: bool,
    /// How to go between the points.
    pub path: WalkPath,
    /// The time from each point to the next, the way back to the first one at the end of a
    /// loop; none for one even pace over the whole way. Together they share the frames out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<WalkSpan>,
}

/// The way from one point of a walk to the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WalkSpan {
    /// How long it takes, > 0.
    pub seconds: f32,
    /// How its pace goes.
    #[serde(default)]
    pub easing: Easing,
}

/// How the pace goes between two points of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Easing {
    /// Evenly.
    #[default]
    Linear,
    /// Begins and ends at rest.
    Smooth,
    /// Begins at rest.
    In,
    /// Ends at rest.
    Out,
}

impl Easing {
    /// All of them, in the order of a menu.
    pub const ALL: [Self; 4] = [Self::Linear, Self::Smooth, Self::In, Self::Out];

    /// The share of the way after the share `t` (0..=1) of the time: polynomials of third
    /// degree, as Penner's "cubic" ones; `Smooth` is Hermite's.
    pub fn of(self, t: f64) -> f64 {
        let t = t.clamp(0.0, 1.0);
        match self {
            Self::Linear => t,
            Self::Smooth => t * t * (3.0 - 2.0 * t),
            Self::In => t * t * t,
            Self::Out => 1.0 - (1.0 - t).powi(3),
        }
    }
}

impl WalkParams {
    /// Ways between points: one fewer than points, or as many in a loop.
    pub fn ways(&self) -> usize {
        (self.points.len() + usize::from(self.looped)).saturating_sub(1)
    }
}

/// The way that a film with these times is on after the share `s` (0..=1) of them all, and how far
/// it is on that way (0..=1) at its pace. The first way's beginning where there is none.
pub fn way_at(spans: &[WalkSpan], s: f64) -> (usize, f64) {
    let whole: f64 = spans.iter().map(|span| f64::from(span.seconds)).sum();
    let mut left = s.clamp(0.0, 1.0) * whole;
    let last = spans.len().saturating_sub(1);
    let mut way = 0;
    while way < last && left >= f64::from(spans[way].seconds) {
        left -= f64::from(spans[way].seconds);
        way += 1;
    }
    let share = |span: &WalkSpan| span.easing.of(left / f64::from(span.seconds));
    (way, spans.get(way).map_or(0.0, share))
}
