//! Finding the directions of a loaded generator.

use super::{Generator, ModelError};
use crate::cancel::CancelToken;
use crate::latent::discover::{DiscoveryCallbacks, DiscoveryPlan, discover};
use crate::latent::{DirectionSet, LatentError};
use crate::recipe::NoiseMode;

/// Longer side of the pictures that are looked at, where the size is free.
const SIDE: u32 = 96;

/// Finds a generator's directions, see [`discover`]. `progress` is called with pictures
/// done and in all.
///
/// # Errors
/// [`ModelError::Cancelled`]; errors of the network.
pub fn find_directions(
    generator: &dyn Generator,
    sha256: &str,
    plan: &DiscoveryPlan,
    progress: &mut dyn FnMut(u64, u64),
    cancel: &CancelToken,
) -> Result<DirectionSet, ModelError> {
    let spec = generator.spec();
    let size = spec.resizable.then(|| {
        let longer = spec.size[0].max(spec.size[1]).max(SIDE);
        spec.size.map(|side| (side * SIDE / longer).max(1))
    });
    let mut render = |ws: &[Vec<f32>]| {
        generator
            .synthesize(ws, NoiseMode::Off, size, cancel)
            .map_err(|error| match error {
                ModelError::Cancelled => LatentError::Cancelled,
                other => LatentError::Mapping(other.to_string()),
            })
    };
    let mut callbacks = DiscoveryCallbacks {
        render: &mut render,
        progress,
        cancel,
    };
    Ok(discover(generator, sha256, plan, &mut callbacks)?)
}
