//! Which network a checkpoint holds.

use serde_json::{Value, json};

use super::torch::{Tensors, TorchFile};
use super::{ImportError, fast_style, stylegan2};

/// A network that was recognised, ready to be written as a model folder.
pub(super) struct Recognised {
    /// What it is, for the user.
    pub(super) summary: String,
    /// Its part of `config.json`.
    pub(super) config: Value,
    /// Its weights, under the names that Limner's own network uses.
    pub(super) tensors: Tensors,
}

/// Looks into PyTorch files of all families.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn of_torch(file: &TorchFile) -> Result<Recognised, ImportError> {
    let graph = file.graph();
    let root = graph.root();
    // A bare state dictionary, or one in a training checkpoint.
    let inner = ["state_dict", "model_state_dict", "model"]
        .into_iter()
        .find_map(|key| graph.lookup(root, key));
    for id in [Some(root), inner].into_iter().flatten() {
        let Ok(tensors) = file.state_dict(id) else {
            continue;
        };
        // `DataParallel` puts its name before all others.
        let tensors: Tensors = tensors
            .into_iter()
            .map(|(name, t)| match name.strip_prefix("module.") {
                Some(plain) => (plain.to_owned(), t),
                None => (name, t),
            })
            .collect();
        if fast_style::looks_like(&tensors) {
            return of_tensors(tensors);
        }
    }
    let (kwargs, tensors) = stylegan2::from_checkpoint(file)?;
    Ok(generator(kwargs, tensors))
}

/// Looks at named tensors, as safetensors files hold them.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn of_tensors(tensors: Tensors) -> Result<Recognised, ImportError> {
    if fast_style::looks_like(&tensors) {
        let (config, tensors) = fast_style::from_tensors(tensors)?;
        return Ok(Recognised {
            summary: "fast-neural-style network, one style".into(),
            config: json!({
                "architecture": "fast-style",
                "kind": "style",
                "credit": "Made with a style network of unknown training data.",
                "kwargs": config,
            }),
            tensors,
        });
    }
    let (kwargs, tensors) = stylegan2::from_tensors(tensors)?;
    Ok(generator(kwargs, tensors))
}

fn generator(kwargs: stylegan2::Stylegan2Kwargs, tensors: Tensors) -> Recognised {
    Recognised {
        summary: format!(
            "StyleGAN2 generator, {0} x {0} pixels",
            kwargs.img_resolution
        ),
        config: json!({
            "architecture": "stylegan2",
            "kind": "generator",
            "credit": "Made with a network of unknown training data.",
            "latent_rng": "numpy",
            "kwargs": kwargs,
        }),
        tensors,
    }
}
