//! Which network a checkpoint holds.

use std::path::Path;

use serde_json::{Value, json};

use super::parts::Part;
use super::torch::{Tensors, TorchFile};
use super::{ImportError, any_style, autoencoder, fast_style, stylegan2};

/// A network that was recognised, ready to be written as a model folder.
pub(super) struct Recognised {
    /// What it is, for the user.
    pub(super) summary: String,
    /// Its part of `config.json`.
    pub(super) config: Value,
    /// Its weights, under the names that Limner's own network uses.
    pub(super) tensors: Tensors,
}

/// Diffusers' autoencoder in `config.json`.
const KL: &str = "autoencoder-kl";

/// What a file turned out to be.
pub(super) enum Found {
    /// A network.
    Whole(Box<Recognised>),
    /// A part of one, in several files.
    Part(Part, Tensors),
}

/// Looks into PyTorch files of all families.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn of_torch(file: &TorchFile) -> Result<Found, ImportError> {
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
        if Family::of(&tensors).is_some() || Part::of(&tensors).is_some() {
            return of_tensors(tensors);
        }
    }
    let (kwargs, tensors) = stylegan2::from_checkpoint(file)?;
    Ok(Found::Whole(Box::new(generator(kwargs, tensors))))
}

/// Looks at named tensors, as safetensors files hold them.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn of_tensors(tensors: Tensors) -> Result<Found, ImportError> {
    match Part::of(&tensors) {
        Some(part) => Ok(Found::Part(part, tensors)),
        None => Ok(Found::Whole(Box::new(whole(tensors)?))),
    }
}

/// Families that are known by their tensors' names.
#[derive(Clone, Copy)]
enum Family {
    FastStyle,
    Adain,
    MicroAst,
    Taesd,
    Kl,
}

impl Family {
    fn of(tensors: &Tensors) -> Option<Self> {
        if fast_style::looks_like(tensors) {
            Some(Self::FastStyle)
        } else if any_style::looks_like_adain(tensors) {
            Some(Self::Adain)
        } else if any_style::looks_like_microast(tensors) {
            Some(Self::MicroAst)
        } else if autoencoder::looks_like_taesd(tensors) {
            Some(Self::Taesd)
        } else if autoencoder::looks_like_kl(tensors) {
            Some(Self::Kl)
        } else {
            None
        }
    }
}

/// A whole network from its tensors.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn whole(tensors: Tensors) -> Result<Recognised, ImportError> {
    Ok(match Family::of(&tensors) {
        Some(Family::FastStyle) => {
            let (config, tensors) = fast_style::from_tensors(tensors)?;
            let summary = "fast-neural-style network, one style";
            styling(summary, "fast-style", json!(config), tensors)
        }
        Some(Family::Adain) => {
            let (config, tensors) = any_style::adain(tensors)?;
            styling("AdaIN network, any style", "adain", config, tensors)
        }
        Some(Family::MicroAst) => {
            let (config, tensors) = any_style::microast(tensors)?;
            styling("MicroAST network, any style", "microast", config, tensors)
        }
        Some(Family::Taesd) => {
            let (config, tensors) = autoencoder::taesd(tensors)?;
            coding("TAESD autoencoder", "taesd", config, tensors)
        }
        Some(Family::Kl) => {
            let (config, tensors) = autoencoder::kl(tensors)?;
            coding("Stable Diffusion autoencoder", KL, config, tensors)
        }
        None => {
            let (kwargs, tensors) = stylegan2::from_tensors(tensors)?;
            generator(kwargs, tensors)
        }
    })
}

fn styling(summary: &str, architecture: &str, kwargs: Value, tensors: Tensors) -> Recognised {
    Recognised {
        summary: summary.into(),
        config: json!({
            "architecture": architecture,
            "kind": "style",
            "credit": "Made with a style network of unknown training data.",
            "kwargs": kwargs,
        }),
        tensors,
    }
}

fn coding(summary: &str, architecture: &str, kwargs: Value, tensors: Tensors) -> Recognised {
    Recognised {
        summary: summary.into(),
        config: json!({
            "architecture": architecture,
            "kind": "autoencoder",
            "credit": "Made with an autoencoder of unknown training data.",
            "kwargs": kwargs,
        }),
        tensors,
    }
}

impl Recognised {
    /// Adds what a file beside the checkpoint says and its tensors don't.
    pub(super) fn complete(&mut self, checkpoint: &Path) {
        if self.config["architecture"] == KL {
            autoencoder::complete(&mut self.config["kwargs"], checkpoint);
        }
    }
}

fn generator(kwargs: stylegan2::Stylegan2Kwargs, tensors: Tensors) -> Recognised {
    let classes = match kwargs.c_dim {
        0 => String::new(),
        count => format!(", {count} classes"),
    };
    Recognised {
        summary: format!(
            "StyleGAN2 generator, {0} x {0} pixels{classes}",
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
