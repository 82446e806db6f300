//! Fast-neural-style networks: state dictionaries of the PyTorch examples'
//! `TransformerNet`, old and new.

use super::ImportError;
use super::torch::Tensors;
use crate::models::fast_style::Config;

/// Whether these are the tensors of such a network.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    tensors.contains_key("conv1.conv2d.weight") && tensors.contains_key("deconv3.conv2d.weight")
}

/// Sizes from the shapes; running statistics, which old files carry and nothing
/// uses, are left out.
///
/// # Errors
/// [`ImportError::Missing`] or [`ImportError::Unsupported`].
pub(super) fn from_tensors(mut tensors: Tensors) -> Result<(Config, Tensors), ImportError> {
    let idle = |name: &str| {
        name.contains("running_") || name.ends_with("num_batches_tracked") || name.starts_with('_')
    };
    tensors.retain(|name, _| !idle(name));
    let side = |name: &str, axis: usize| {
        tensors
            .get(name)
            .and_then(|t| t.shape.get(axis).copied())
            .ok_or_else(|| ImportError::Missing(name.to_owned()))
    };
    let channel = |i: usize| side(&format!("conv{i}.conv2d.weight"), 0);
    let blocks = (1..)
        .take_while(|i| tensors.contains_key(&format!("res{i}.conv1.conv2d.weight")))
        .count();
    let config = Config {
        channels: [channel(1)?, channel(2)?, channel(3)?],
        blocks,
        outer_kernel: side("conv1.conv2d.weight", 2)?,
    };
    for (name, shape) in shapes(&config) {
        let tensor = tensors
            .get(&name)
            .ok_or_else(|| ImportError::Missing(name.clone()))?;
        if tensor.shape != shape {
            return Err(ImportError::Unsupported(format!(
                "'{name}' is {:?} and should be {shape:?}; this is not the PyTorch examples' TransformerNet",
                tensor.shape
            )));
        }
    }
    let known: Vec<String> = shapes(&config).into_iter().map(|(name, _)| name).collect();
    if let Some(other) = tensors.keys().find(|name| !known.contains(name)) {
        return Err(ImportError::Unsupported(format!(
            "the checkpoint holds '{other}', which the PyTorch examples' TransformerNet has not"
        )));
    }
    Ok((config, tensors))
}

/// Every tensor of the network.
fn shapes(config: &Config) -> Vec<(String, Vec<usize>)> {
    let ([c1, c2, c3], k) = (config.channels, config.outer_kernel);
    let mut all = Vec::new();
    let mut conv = |name: &str, [inputs, outputs]: [usize; 2], k: usize| {
        all.push((format!("{name}.conv2d.weight"), vec![outputs, inputs, k, k]));
        all.push((format!("{name}.conv2d.bias"), vec![outputs]));
    };
    let layers = [[3, c1], [c1, c2], [c2, c3]];
    for (i, sides) in layers.into_iter().enumerate() {
        conv(&format!("conv{}", i + 1), sides, if i == 0 { k } else { 3 });
    }
    for block in 1..=config.blocks {
        for half in 1..=2 {
            conv(&format!("res{block}.conv{half}"), [c3, c3], 3);
        }
    }
    for (i, sides) in [[c3, c2], [c2, c1], [c1, 3]].into_iter().enumerate() {
        conv(
            &format!("deconv{}", i + 1),
            sides,
            if i == 2 { k } else { 3 },
        );
    }
    let mut norm = |name: String, channels: usize| {
        all.push((format!("{name}.weight"), vec![channels]));
        all.push((format!("{name}.bias"), vec![channels]));
    };
    for (i, channels) in [c1, c2, c3, c2, c1].into_iter().enumerate() {
        norm(format!("in{}", i + 1), channels);
    }
    for block in 1..=config.blocks {
        for half in 1..=2 {
            norm(format!("res{block}.in{half}"), c3);
        }
    }
    all
}
