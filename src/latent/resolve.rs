//! From the state of Explore to the style vectors that the synthesis network eats.

use crate::recipe::{DirectionEdit, ExploreParams, LatentOrigin, LayerRange};

use super::Ws;
use super::rng::z_of_seed;

/// What latent tools need to know of a generator.
pub trait Mapping {
    /// Length of `z`.
    fn z_dim(&self) -> usize;
    /// Length of `w`.
    fn w_dim(&self) -> usize;
    /// Style inputs of the synthesis network.
    fn num_ws(&self) -> usize;
    /// Centre of the truncation, `w_dim` numbers.
    fn w_avg(&self) -> &[f32];
    /// The same for a class, where each has its own.
    fn w_avg_of(&self, _class: Option<u32>) -> &[f32] {
        self.w_avg()
    }
    /// `z` to `w` for each row, before truncation; of a class, where there are some.
    ///
    /// # Errors
    /// [`LatentError::Mapping`] with the network's own words.
    fn map_all(&self, zs: &[Vec<f32>], class: Option<u32>) -> Result<Vec<Vec<f32>>, LatentError>;

    /// `z` of a seed; imported networks draw it as their own programs do.
    fn z_of_seed(&self, seed: u64) -> Vec<f32> {
        z_of_seed(seed, self.z_dim())
    }
}

/// Why latents can't be made from the parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LatentError {
    /// A stored latent has another shape than this generator's.
    #[error(
        "this point belongs to another model: it has {got} numbers, this model's have {expected}"
    )]
    WrongShape {
        /// Numbers that the generator wants.
        expected: usize,
        /// Numbers that are there.
        got: usize,
    },
    /// A stored latent has another number of layers.
    #[error("this point belongs to another model: it has {got} layers, this model has {expected}")]
    WrongLayers {
        /// Layers of the generator.
        expected: usize,
        /// Layers that are there.
        got: usize,
    },
    /// A latent or setting isn't a finite number.
    #[error("{0} is not a number; set it again")]
    NotFinite(&'static str),
    /// An edit names a direction that the model doesn't have.
    #[error("this model has no direction called '{0}'; let its directions be found first")]
    NoDirection(String),
    /// Too few samples or points.
    #[error("{0}")]
    TooFew(&'static str),
    /// The mapping network failed.
    #[error("{0}")]
    Mapping(String),
    /// The work was stopped.
    #[error("stopped")]
    Cancelled,
}

/// Finds directions by id.
pub trait DirectionLookup {
    /// What one σ along the direction of this id adds to `w` (`w_dim` numbers), if
    /// there is such a direction.
    fn step(&self, id: &str) -> Option<&[f32]>;
}

/// No directions at all.
impl DirectionLookup for () {
    fn step(&self, _id: &str) -> Option<&[f32]> {
        None
    }
}

impl LayerRange {
    /// Whether a layer lies inside.
    pub fn contains(&self, layer: usize) -> bool {
        (self.start..self.end).contains(&layer)
    }
}

/// Style vectors, `num_ws` × `w_dim`, of a state of Explore: base latent, mixing,
/// truncation around `w_avg`, then direction edits (not truncated).
///
/// # Errors
/// [`LatentError`] if a stored point doesn't fit the generator, a number isn't
/// finite, a direction is unknown or the mapping network fails.
pub fn resolve(
    params: &ExploreParams,
    mapping: &(impl Mapping + ?Sized),
    directions: &(impl DirectionLookup + ?Sized),
) -> Result<Ws, LatentError> {
    if !params.truncation_psi.is_finite() {
        return Err(LatentError::NotFinite("the truncation"));
    }
    let mut ws = base(params, mapping)?;
    let centre = mapping.w_avg_of(params.class);
    truncate(&mut ws, centre, params.truncation_psi);
    for edit in &params.edits {
        apply(&mut ws, edit, directions)?;
    }
    Ok(ws)
}

fn base(params: &ExploreParams, mapping: &(impl Mapping + ?Sized)) -> Result<Ws, LatentError> {
    let (layers, w_dim) = (mapping.num_ws(), mapping.w_dim());
    let mut zs = Vec::new();
    if let LatentOrigin::Seed(seed) = params.origin {
        zs.push(mapping.z_of_seed(seed));
    }
    if let Some(mix) = params.mix {
        zs.push(mapping.z_of_seed(mix.seed));
    }
    let mut mapped = mapping.map_all(&zs, params.class)?;
    let mixed = params.mix.and_then(|_| mapped.pop());
    let mut ws = match &params.origin {
        LatentOrigin::Seed(_) => {
            let w = mapped
                .pop()
                .ok_or_else(|| LatentError::Mapping("the mapping gave nothing".into()))?;
            vec![w; layers]
        }
        LatentOrigin::W(w) => vec![w.clone(); layers],
        LatentOrigin::Ws(ws) => ws.clone(),
    };
    check(&ws, layers, w_dim)?;
    if let (Some(mix), Some(w)) = (params.mix, mixed) {
        for (layer, row) in ws.iter_mut().enumerate() {
            if mix.layers.contains(layer) {
                row.clone_from(&w);
            }
        }
    }
    Ok(ws)
}

/// Whether `ws` fits a generator.
///
/// # Errors
/// [`LatentError`] for a wrong number of layers, a wrong length or numbers that
/// aren't finite.
pub fn check(ws: &[Vec<f32>], num_ws: usize, w_dim: usize) -> Result<(), LatentError> {
    if ws.len() != num_ws {
        return Err(LatentError::WrongLayers {
            expected: num_ws,
            got: ws.len(),
        });
    }
    for row in ws {
        if row.len() != w_dim {
            return Err(LatentError::WrongShape {
                expected: w_dim,
                got: row.len(),
            });
        }
        if row.iter().any(|v| !v.is_finite()) {
            return Err(LatentError::NotFinite("a latent"));
        }
    }
    Ok(())
}

/// `w_avg + psi * (w - w_avg)` in place; exact for ψ = 1.
pub fn truncate(ws: &mut [Vec<f32>], w_avg: &[f32], psi: f32) {
    if psi == 1.0 {
        return;
    }
    for row in ws {
        for (w, avg) in row.iter_mut().zip(w_avg) {
            *w = avg + psi * (*w - avg);
        }
    }
}

fn apply(
    ws: &mut [Vec<f32>],
    edit: &DirectionEdit,
    directions: &(impl DirectionLookup + ?Sized),
) -> Result<(), LatentError> {
    if !edit.sigma.is_finite() {
        return Err(LatentError::NotFinite("a direction"));
    }
    if edit.sigma == 0.0 {
        return Ok(());
    }
    let step = directions
        .step(&edit.direction)
        .ok_or_else(|| LatentError::NoDirection(edit.direction.clone()))?;
    for (layer, row) in ws.iter_mut().enumerate() {
        if edit.layers.is_some_and(|range| !range.contains(layer)) {
            continue;
        }
        if step.len() != row.len() {
            return Err(LatentError::WrongShape {
                expected: row.len(),
                got: step.len(),
            });
        }
        for (w, step) in row.iter_mut().zip(step) {
            *w += edit.sigma * step;
        }
    }
    Ok(())
}
