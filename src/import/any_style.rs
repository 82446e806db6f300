//! Networks for any style: AdaIN's and MicroAST's parts, put together below their
//! names.

use serde_json::{Value, json};

use super::ImportError;
use super::torch::Tensors;
use crate::models::{adain, microast};

/// Whether these are AdaIN's encoder and decoder.
pub(super) fn looks_like_adain(tensors: &Tensors) -> bool {
    tensors.contains_key("vgg.0.weight") && tensors.contains_key("decoder.28.weight")
}

/// Whether these are MicroAST's parts.
pub(super) fn looks_like_microast(tensors: &Tensors) -> bool {
    tensors.contains_key("modulator.weight1.0.conv_layer.weight")
}

fn outputs(tensors: &Tensors, name: &str) -> Result<usize, ImportError> {
    let missing = || ImportError::Missing(name.to_owned());
    let tensor = tensors.get(name).ok_or_else(missing)?;
    tensor.shape.first().copied().ok_or_else(missing)
}

/// Sizes from the shapes; layers of VGG that aren't needed are left out.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn adain(mut tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let of = |index: usize| outputs(&tensors, &format!("vgg.{index}.weight"));
    let config = adain::Config {
        channels: [of(2)?, of(9)?, of(16)?, of(29)?],
    };
    let used = |part: &str, layers: Vec<adain::Layer>| {
        let name = move |index, leaf| format!("{part}.{index}.{leaf}");
        let names = layers.into_iter().map(|layer| layer.index);
        names
            .flat_map(|i| [name(i, "weight"), name(i, "bias")])
            .collect::<Vec<_>>()
    };
    let known = [
        used("vgg", config.encoder()),
        used("decoder", config.decoder()),
    ]
    .concat();
    tensors.retain(|name, _| known.contains(name));
    Ok((json!(config), tensors))
}

/// Sizes from the shapes.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn microast(mut tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let of = |index: usize| {
        let name = format!("content_encoder.enc1.{index}.conv_layer.weight");
        outputs(&tensors, &name)
    };
    let config = microast::Config {
        channels: [of(0)?, of(2)?, of(6)?],
    };
    let parts = [
        "content_encoder.",
        "style_encoder.",
        "modulator.",
        "decoder.",
    ];
    tensors.retain(|name, _| parts.iter().any(|part| name.starts_with(part)));
    Ok((json!(config), tensors))
}
