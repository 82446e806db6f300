//! Photo to latents, moved, and back.
//!
//! The network works at one size, whatever the photo's (`latent_cache`), so that preview and
//! print look alike. What the moved latents give beyond the unmoved ones is added to the
//! photo at its own size with its fine detail (see `stylize::finish`): with all sliders
//! at rest that is the photo itself.

mod frame;
mod latent_cache;
mod prepared_photo;
mod sliders;
mod tones;

pub(crate) use latent_cache::{LatentCache, LensPhase};
pub(crate) use prepared_photo::{LensNumbers, PreparedPhoto};
pub(crate) use sliders::pictures_at_hand;
pub(crate) use tones::with_tones;

use std::path::Path;
use std::sync::Arc;

use super::photos::PhotoCache;
use super::protocol::{EngineError, Tier};
use super::stylize::StyleCache;
use super::stylize::wraps;
use crate::cancel::CancelToken;
use crate::models::Registry;
use crate::models::lens_directions::{LensDirections, plain_change};
use crate::picture::Picture;
use crate::recipe::{DirectionEdit, LensParams, LensPart};
use sliders::Sliders;
use tones::LensTones;

/// Longer side at which the network works; a smaller photo counts as it is.
pub(crate) const SIDE: u32 = 512;

/// What Lens keeps between requests.
pub(crate) struct LensRenderer {
    pub(super) latents: Arc<LatentCache>,
    sliders: Sliders,
}

impl LensRenderer {
    /// Nothing known yet; sliders that are measured here are kept in `cache_dir`.
    pub(crate) fn new(cache_dir: Option<&Path>) -> Self {
        Self {
            latents: Arc::new(LatentCache::new()),
            sliders: Sliders::new(cache_dir),
        }
    }

    /// Forgets what was made on another device.
    pub(super) fn reset(&mut self) {
        self.latents = Arc::new(LatentCache::new());
    }

    /// A preview of a photo in Lens.
    pub(super) fn preview(
        &self,
        prepared: &PreparedPhoto,
        cache: &StyleCache,
        params: &LensParams,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let (working, output) = match tier {
            Tier::Draft(most) => (SIDE.min(most), most),
            Tier::Full(most) | Tier::Crisp(most) => (SIDE, most),
        };
        let spec = prepared.spec(params, working, output);
        self.latents.render(
            &spec,
            cache,
            stop,
            &mut |_, _, _| match stop.is_cancelled() {
                true => Err(EngineError::Cancelled),
                false => Ok(()),
            },
        )
    }

    /// Reads the pictures and turns sliders into numbers, unless a recipe brings them.
    pub(super) fn prepare(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        params: &LensParams,
        numbers: Option<LensNumbers>,
    ) -> Result<PreparedPhoto, EngineError> {
        check(params)?;
        let net = registry.autoencoder(&params.model)?;
        let net_sha = registry.info(&params.model)?.sha256.clone();
        let channels = net.channels();
        let fits = |n: &LensNumbers| {
            let rows = n.change.iter().flatten();
            n.offset.len() == channels && rows.into_iter().all(|row| row.len() == channels)
        };
        let numbers = match numbers.filter(fits) {
            Some(numbers) => numbers,
            None => self.numbers(registry, params, channels)?,
        };
        let photo = photos.source(&params.photo)?.0;
        wraps(params.wrap, photo.picture.size())?;
        let other = match params.other.as_ref().filter(|other| other.acts()) {
            Some(other) => Some(photos.source(&other.picture)?.0),
            None => None,
        };
        Ok(PreparedPhoto {
            photo,
            other,
            net,
            net_sha,
            numbers,
        })
    }

    /// The sliders of an autoencoder, if it brings some or they were measured before.
    pub(super) fn directions(
        &mut self,
        registry: &mut Registry,
        model: &str,
    ) -> Result<Option<Arc<LensDirections>>, EngineError> {
        self.sliders.find(registry, model)
    }

    /// Keeps what was measured of the network of this hash.
    pub(super) fn keep_directions(
        &mut self,
        sha256: &str,
        found: LensDirections,
    ) -> Arc<LensDirections> {
        self.sliders.keep(sha256, found)
    }

    fn numbers(
        &mut self,
        registry: &mut Registry,
        params: &LensParams,
        channels: usize,
    ) -> Result<LensNumbers, EngineError> {
        let (tones, edits) = LensTones::of(&params.edits)?;
        let directions = match self.directions(registry, &params.model) {
            // Sliders that don't belong here are no reason to refuse the rest.
            Err(error) if !needs_directions(&edits, params) => {
                log::warn!("{error}");
                None
            }
            found => found?,
        };
        let (offset, change) = match &directions {
            Some(known) => (known.offset(&edits)?, known.change(&params.gains)?),
            None => {
                if let Some(edit) = edits.iter().find(|e| e.sigma != 0.0) {
                    return Err(EngineError::BadRequest(format!(
                        "{} has no measured sliders, so that '{}' means nothing here; set it to 0",
                        params.model, edit.direction
                    )));
                }
                (vec![0.0; channels], plain_change(channels, &params.gains)?)
            }
        };
        Ok(LensNumbers {
            side: SIDE,
            offset,
            change,
            tones,
        })
    }
}

/// Whether something is asked for that only directions know.
fn needs_directions(edits: &[DirectionEdit], params: &LensParams) -> bool {
    edits.iter().any(|e| e.sigma != 0.0)
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
