//! Networks for any style: AdaIN's and MicroAST's parts, put together below their
//! names.

use serde_json::{Value, json};

use super::ImportError;
use super::tensors::{Tensors, side};
use crate::models::{adain, microast};

/// The number of relu4_1 in the published VGG.
const LAST_USED: usize = 30;

/// Whether these are AdaIN's encoder and decoder.
pub(super) fn looks_like_adain(tensors: &Tensors) -> bool {
    tensors.contains_key("vgg.0.weight") && tensors.contains_key("decoder.28.weight")
}

/// Whether these are MicroAST's parts.
pub(super) fn looks_like_microast(tensors: &Tensors) -> bool {
    tensors.contains_key("modulator.weight1.0.conv_layer.weight")
}

/// Sizes from the shapes; layers of VGG that aren't needed are left out.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn adain(mut tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let of = |index: usize| side(&tensors, &format!("vgg.{index}.weight"), 0);
    let config = adain::Config {
        channels: [of(2)?, of(9)?, of(16)?, of(29)?],
    };
    // The published file holds all of VGG; only what lies before relu4_1 is used.
    let deeper = |name: &str| {
        let index = name
            .strip_prefix("vgg.")
            .and_then(|rest| rest.split('.').next());
        index
            .and_then(|index| index.parse().ok())
            .is_some_and(|index: usize| index > LAST_USED)
    };
    tensors.retain(|name, _| !deeper(name) && !name.starts_with('_'));
    Ok((json!(config), tensors))
}

/// Sizes from the shapes.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn microast(mut tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let of = |index: usize| {
        let name = format!("content_encoder.enc1.{index}.conv_layer.weight");
        side(&tensors, &name, 0)
    };
    let config = microast::Config {
        channels: [of(0)?, of(2)?, of(6)?],
    };
    tensors.retain(|name, _| !name.starts_with('_'));
    Ok((json!(config), tensors))
}
