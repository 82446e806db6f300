//! Photo to latents, moved, and back.
//!
//! The network works at one size, whatever the photo's (`bench`), so that preview and
//! print look alike. What the moved latents give beyond the unmoved ones is added to the
//! photo at its own size with its fine detail (see `stylize::finish`): with all sliders
//! at rest that is the photo itself.

mod frame;
mod latent_cache;
mod sliders;

pub(crate) use crate::engine::lens::latent_cache::{Bench, Order, Step};

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::protocol::{EngineError, Tier};
use crate::cancel::CancelToken;
use crate::engine::inference_worker::ModelStudio;
use crate::models::autoencoder::Autoencoder;
use crate::models::lens_directions::plain_change;
use crate::photo::Photo;
use crate::picture::Picture;
use crate::recipe::{LensParams, LensPart};
use sliders::Sliders;

/// Longer side at which the network works; a smaller photo counts as it is.
pub(crate) const SIDE: u32 = 512;

/// What Lens keeps between requests.
pub(crate) struct Lensing {
    pub(super) bench: Arc<Bench>,
    sliders: Sliders,
}

impl Lensing {
    /// Nothing known yet; sliders that are measured here are kept in `cache_dir`.
    pub(crate) fn new(cache_dir: Option<&Path>) -> Self {
        Self {
            bench: Arc::new(Bench::new()),
            sliders: Sliders::new(cache_dir),
        }
    }

    /// Forgets what was made on another device.
    pub(super) fn start_afresh(&mut self) {
        self.bench = Arc::new(Bench::new());
    }
}

/// The sliders as numbers, so that a recipe gives the same pixels even if its directions
/// are measured anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Numbers {
    /// Longer side at which the network worked.
    pub(crate) side: u32,
    /// Added at every place, one number a channel.
    pub(crate) offset: Vec<f32>,
    /// By which the variation is weighed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) change: Option<Vec<Vec<f32>>>,
}

/// A photo on the bench, ready to be made.
pub(crate) struct Sitting {
    pub(crate) photo: Arc<Photo>,
    pub(crate) other: Option<Arc<Photo>>,
    pub(crate) net: Arc<dyn Autoencoder>,
    pub(crate) net_sha: String,
    pub(crate) numbers: Numbers,
}

impl Sitting {
    /// What is to be made, at most `working` and `output` pixels on the longer side.
    pub(crate) fn order<'a>(
        &'a self,
        params: &'a LensParams,
        working: u32,
        output: u32,
    ) -> Order<'a> {
        Order {
            sitting: self,
            params,
            working: frame::at_most(self.photo.picture.size(), working),
            output: frame::at_most(self.photo.picture.size(), output),
        }
    }
}

impl ModelStudio {
    /// A preview of a photo in Lens.
    pub(super) fn lens_preview(
        &mut self,
        params: &LensParams,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let sitting = self.lens_sitting(params, None)?;
        let (working, output) = match tier {
            Tier::Draft(most) => (SIDE.min(most), most),
            Tier::Full(most) => (SIDE, most),
        };
        let order = sitting.order(params, working, output);
        let bench = Arc::clone(&self.lensing.bench);
        bench.make(
            &order,
            &self.styling.easel,
            stop,
            &mut |_, _, _| match stop.is_cancelled() {
                true => Err(EngineError::Cancelled),
                false => Ok(()),
            },
        )
    }

    /// Reads the pictures and turns sliders into numbers, unless a recipe brings them.
    pub(super) fn lens_sitting(
        &mut self,
        params: &LensParams,
        numbers: Option<Numbers>,
    ) -> Result<Sitting, EngineError> {
        check(params)?;
        let net = self.registry.autoencoder(&params.model)?;
        let net_sha = self.registry.info(&params.model)?.sha256.clone();
        let channels = net.channels();
        let fits = |n: &Numbers| {
            let rows = n.change.iter().flatten();
            n.offset.len() == channels && rows.into_iter().all(|row| row.len() == channels)
        };
        let numbers = match numbers.filter(fits) {
            Some(numbers) => numbers,
            None => self.lens_numbers(params, channels)?,
        };
        let photo = self.photos.source(&params.photo)?.0;
        let other = match params.other.as_ref().filter(|other| other.acts()) {
            Some(other) => Some(self.photos.source(&other.picture)?.0),
            None => None,
        };
        Ok(Sitting {
            photo,
            other,
            net,
            net_sha,
            numbers,
        })
    }

    fn lens_numbers(
        &mut self,
        params: &LensParams,
        channels: usize,
    ) -> Result<Numbers, EngineError> {
        let directions = match self.lens_directions(&params.model) {
            // Sliders that don't belong here are no reason to refuse the rest.
            Err(error) if !needs_directions(params) => {
                log::warn!("{error}");
                None
            }
            found => found?,
        };
        let (offset, change) = match &directions {
            Some(known) => (known.offset(&params.edits)?, known.change(&params.gains)?),
            None => {
                if let Some(edit) = params.edits.iter().find(|e| e.sigma != 0.0) {
                    return Err(EngineError::BadRequest(format!(
                        "{} has no measured sliders, so that '{}' means nothing here; set it to 0",
                        params.model, edit.direction
                    )));
                }
                (vec![0.0; channels], plain_change(channels, &params.gains)?)
            }
        };
        Ok(Numbers {
            side: SIDE,
            offset,
            change,
        })
    }
}

/// Whether something is asked for that only directions know.
fn needs_directions(params: &LensParams) -> bool {
    params.edits.iter().any(|e| e.sigma != 0.0)
        || params
            .gains
            .iter()
            .any(|g| g.part != LensPart::All && g.gain != 1.0)
}

/// Refuses numbers that make no picture.
fn check(params: &LensParams) -> Result<(), EngineError> {
    let other = params
        .other
        .iter()
        .flat_map(|o| [o.blend, o.light, o.texture]);
    let gains = params.gains.iter().map(|g| g.gain);
    let sigmas = params.edits.iter().map(|e| e.sigma);
    if other.chain(gains).chain(sigmas).all(f32::is_finite) {
        return Ok(());
    }
    Err(EngineError::BadRequest(
        "a slider is not at a number; set it again".into(),
    ))
}
