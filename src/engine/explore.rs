//! Pictures from generators.

use std::path::Path;
use std::sync::{Arc, Weak};

use super::directions::Directions;
use super::protocol::EngineError;
use super::resample::{fit, shrink_to};
use crate::cancel::CancelToken;
use crate::latent::{self, Ws};
use crate::models::{Generator, Registry};
use crate::picture::Picture;
use crate::recipe::{Domain, ExploreParams, NoiseMode, Transform, WalkParams};

/// A generated picture and the latents that it came from.
pub(crate) struct Made {
    pub(crate) picture: Picture,
    pub(crate) ws: Ws,
}

/// Turns the state of Explore into pictures.
pub(crate) struct Explorer {
    pub(crate) directions: Directions,
    last: Option<Drawn>,
}

/// The last picture of a network of one size, so that its draft, the picture on the canvas and
/// what is saved are drawn once.
struct Drawn {
    generator: Weak<dyn Generator>,
    ws: Ws,
    noise: NoiseMode,
    transform: Transform,
    picture: Picture,
}

impl Drawn {
    fn is(&self, generator: &Arc<dyn Generator>, params: &ExploreParams, ws: &Ws) -> bool {
        std::ptr::addr_eq(self.generator.as_ptr(), Arc::as_ptr(generator))
            && self.noise == params.noise
            && self.transform == params.transform
            && self.ws == *ws
    }
}

impl Explorer {
    /// Directions are kept in `cache_dir`.
    pub(crate) fn new(cache_dir: Option<&Path>) -> Self {
        Self {
            directions: Directions::new(cache_dir),
            last: None,
        }
    }

    /// The latents of a state.
    pub(crate) fn latents(
        &mut self,
        registry: &mut Registry,
        params: &ExploreParams,
    ) -> Result<(Arc<dyn Generator>, Ws), EngineError> {
        let generator = registry.generator(&params.model)?;
        let set = if params.edits.is_empty() {
            None
        } else {
            self.directions
                .known(registry, &params.model, generator.spec().w_dim)
        };
        let ws = latent::resolve(params, generator.as_ref(), &set.as_deref())?;
        Ok((generator, ws))
    }

    /// The picture of a state, its longer side at most `longest`.
    pub(crate) fn picture(
        &mut self,
        registry: &mut Registry,
        params: &ExploreParams,
        longest: Option<u32>,
        stop: &CancelToken,
    ) -> Result<Made, EngineError> {
        let (generator, ws) = self.latents(registry, params)?;
        if generator.spec().resizable || params.domain != Domain::Plane {
            let picture = synthesize(generator.as_ref(), params, &ws, longest, stop)?;
            return Ok(Made { picture, ws });
        }
        let known = self
            .last
            .as_ref()
            .filter(|last| last.is(&generator, params, &ws));
        let whole = match known {
            Some(last) => last.picture.clone(),
            None => synthesize(generator.as_ref(), params, &ws, None, stop)?,
        };
        let picture = longest.map_or_else(|| whole.clone(), |most| shrink_to(&whole, most.max(1)));
        self.last = Some(Drawn {
            generator: Arc::downgrade(&generator),
            ws: ws.clone(),
            noise: params.noise,
            transform: params.transform,
            picture: whole,
        });
        Ok(Made { picture, ws })
    }
}

impl Explorer {
    /// One frame of a walk, its longer side at most `longest`. The walk is measured
    /// anew for each frame; that is little beside the picture.
    pub(crate) fn walk_frame(
        &mut self,
        registry: &mut Registry,
        walk: &WalkParams,
        index: u32,
        longest: u32,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let first = walk
            .points
            .first()
            .ok_or_else(|| EngineError::BadRequest("a walk needs at least two points".into()))?;
        let generator = registry.generator(&first.model)?;
        let w_dim = generator.spec().w_dim;
        let set = self.directions.known(registry, &first.model, w_dim);
        let measured = latent::Walk::new(walk, generator.as_ref(), &set.as_deref())?;
        let ws = measured.frame(index, generator.as_ref())?;
        let params = ExploreParams {
            transform: measured.transform(index),
            ..first.clone()
        };
        synthesize(generator.as_ref(), &params, &ws, Some(longest), stop)
    }
}

/// The picture of latents. Resizable generators render at the size that is needed,
/// others at their own.
pub(crate) fn synthesize(
    generator: &dyn Generator,
    params: &ExploreParams,
    ws: &Ws,
    longest: Option<u32>,
    stop: &CancelToken,
) -> Result<Picture, EngineError> {
    let spec = generator.spec();
    let size = spec.resizable.then(|| {
        let full = params.size.unwrap_or(spec.size);
        match longest {
            Some(most) if full[0].max(full[1]) > most => fit(full, most.max(1)),
            _ => full,
        }
    });
    let picture = match params.transform.is_identity() {
        true => generator.synthesize_on(ws, params.noise, size, &params.domain, stop)?,
        false => generator.synthesize_moved(ws, &params.transform, stop)?,
    };
    Ok(match longest {
        Some(most) => shrink_to(&picture, most.max(1)),
        None => picture,
    })
}
