//! Which network a checkpoint holds.

use std::path::Path;

use serde_json::{Value, json};

use super::parts::Part;
use super::tensors::Tensors;
use super::torch::TorchFile;
use super::{
    ImportError, any_style, autoencoder, fast_style, fastgan, foreign, lucidrains, span, stylegan2,
    stylegan3, upscaler, wrappers,
};
use crate::models;

/// A network that was recognised, ready to be written as a model folder.
pub(super) struct Recognised {
    /// What it is, for the user.
    pub(super) summary: String,
    /// Its part of `config.json`.
    pub(super) config: Value,
    /// Its weights, under the names that Limner's own network uses.
    pub(super) tensors: Tensors,
}

/// TAESD in `config.json`.
const TAESD: &str = "taesd";

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
    if let Some((kwargs, tensors)) = stylegan3::pickled(file)? {
        return Ok(Found::Whole(Box::new(generator(
            "StyleGAN3",
            kwargs,
            tensors,
        ))));
    }
    if let Some((config, tensors)) = fastgan::pickled(file)? {
        return Ok(Found::Whole(Box::new(fast(config, tensors))));
    }
    if let Some((kwargs, tensors)) = stylegan2::pickled(file)? {
        return Ok(Found::Whole(Box::new(generator(
            "StyleGAN2",
            json!(kwargs),
            tensors,
        ))));
    }
    match foreign::of_pickle(file.graph()) {
        Some(other) => Err(other),
        None => of_tensors(file.all_tensors()?, None),
    }
}

/// Looks at named tensors, as safetensors files hold them, and at the constructor's
/// arguments where the file has them.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn of_tensors(tensors: Tensors, arguments: Option<&str>) -> Result<Found, ImportError> {
    let Some((network, beside)) = wrappers::unwrapped(&tensors, is_known) else {
        return Err(foreign::of_names(&tensors));
    };
    if let Some(name) = beside {
        return Err(ImportError::Unsupported(format!(
            "the checkpoint holds '{name}' beside the network, which Limner doesn't understand"
        )));
    }
    if autoencoder::halves_five_times(&network) {
        return Err(foreign::taesana());
    }
    match Part::of(&network) {
        Some(part) => Ok(Found::Part(part, network)),
        None => Ok(Found::Whole(Box::new(whole(network, arguments)?))),
    }
}

fn is_known(tensors: &Tensors) -> bool {
    Family::of(tensors).is_some()
        || Part::of(tensors).is_some()
        || autoencoder::halves_five_times(tensors)
}

/// Families that are known by their tensors' names.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    FastStyle,
    Adain,
    MicroAst,
    Taesd,
    Kl,
    StyleGan2,
    StyleGan3,
    StyleGan2Pytorch,
    FastGan,
    LightweightGan,
    RrdbNet,
    SrvggNet,
    Span,
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
        } else if stylegan2::looks_like(tensors) {
            Some(Self::StyleGan2)
        } else if stylegan3::looks_like(tensors) {
            Some(Self::StyleGan3)
        } else if lucidrains::looks_like_stylegan2(tensors) {
            Some(Self::StyleGan2Pytorch)
        } else if fastgan::looks_like(tensors) {
            Some(Self::FastGan)
        } else if lucidrains::looks_like_lightweight(tensors) {
            Some(Self::LightweightGan)
        } else if span::looks_like(tensors) {
            Some(Self::Span)
        } else if upscaler::looks_like_rrdbnet(tensors) {
            Some(Self::RrdbNet)
        } else if upscaler::looks_like_srvgg(tensors) {
            Some(Self::SrvggNet)
        } else {
            None
        }
    }
}

/// A whole network from its tensors.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn whole(
    mut tensors: Tensors,
    arguments: Option<&str>,
) -> Result<Recognised, ImportError> {
    let family = Family::of(&tensors);
    // AdaIN's own encoder is called as others' loss is, the first ESRGAN `model`, and lucidrains'
    // generator `G`.
    let named = [
        Family::Adain,
        Family::RrdbNet,
        Family::StyleGan2Pytorch,
        Family::LightweightGan,
    ];
    if !family.is_some_and(|family| named.contains(&family)) {
        wrappers::without_training(&mut tensors);
    }
    Ok(match family {
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
            coding("TAESD autoencoder", TAESD, config, tensors)
        }
        Some(Family::Kl) => {
            let (config, tensors) = autoencoder::kl(tensors)?;
            coding(
                "Stable Diffusion autoencoder",
                autoencoder::KL,
                config,
                tensors,
            )
        }
        Some(Family::StyleGan2) => {
            let (kwargs, tensors) = stylegan2::from_tensors(tensors, arguments)?;
            generator("StyleGAN2", json!(kwargs), tensors)
        }
        Some(Family::StyleGan3) => {
            let (kwargs, tensors) = stylegan3::from_tensors(tensors, arguments)?;
            generator("StyleGAN3", kwargs, tensors)
        }
        Some(Family::StyleGan2Pytorch) => {
            let (config, tensors) = lucidrains::stylegan2(tensors)?;
            let (side, kwargs) = (config.image_size(), json!(config));
            drawing("stylegan2-pytorch", side, kwargs, tensors)
        }
        Some(Family::FastGan) => {
            let (config, tensors) = fastgan::from_tensors(tensors)?;
            fast(config, tensors)
        }
        Some(Family::LightweightGan) => {
            let (config, tensors) = lucidrains::lightweight(tensors)?;
            let (side, kwargs) = (config.image_size(), json!(config));
            drawing("lightweight-gan", side, kwargs, tensors)
        }
        Some(Family::Span) => {
            let (config, tensors) = span::from_tensors(tensors)?;
            let summary = format!("SPAN enlarger, {} times", config.upscale);
            enlarging(&summary, "span", json!(config), tensors)
        }
        Some(Family::RrdbNet) => {
            let (config, tensors) = upscaler::rrdbnet(tensors)?;
            let summary = format!("ESRGAN enlarger (RRDBNet), {} times", config.scale());
            enlarging(&summary, "rrdbnet", json!(config), tensors)
        }
        Some(Family::SrvggNet) => {
            let (config, tensors) = upscaler::srvgg(tensors)?;
            let scale = config.upscale;
            let summary = format!("Real-ESRGAN enlarger (SRVGGNetCompact), {scale} times");
            enlarging(&summary, "srvggnet-compact", json!(config), tensors)
        }
        None => return Err(foreign::of_names(&tensors)),
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

fn enlarging(summary: &str, architecture: &str, kwargs: Value, tensors: Tensors) -> Recognised {
    Recognised {
        summary: summary.into(),
        config: json!({
            "architecture": architecture,
            "kind": "upscaler",
            "credit": "Enlarged by a network of unknown training data.",
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
    ///
    /// # Errors
    /// [`ImportError::Unsupported`] for what contradicts them or isn't understood.
    pub(super) fn complete(&mut self, checkpoint: &Path) -> Result<(), ImportError> {
        let architecture = self.config["architecture"].clone();
        match architecture.as_str() {
            Some(name @ (autoencoder::KL | TAESD)) => {
                autoencoder::complete(name, &mut self.config["kwargs"], checkpoint)
            }
            Some("stylegan2-pytorch") => {
                let kwargs = &mut self.config["kwargs"];
                lucidrains::complete(kwargs, &mut self.tensors, checkpoint)
            }
            _ => Ok(()),
        }
    }

    /// Holds the tensors against the network that they are for: all that it needs must be
    /// there, in its shapes, and nothing else.
    ///
    /// # Errors
    /// [`ImportError::Unsupported`], naming the tensor.
    pub(super) fn check(&self) -> Result<(), ImportError> {
        let shapes = self
            .tensors
            .iter()
            .map(|(name, t)| (name.as_str(), &t.shape[..]));
        let unused = models::unused_tensors(&self.config, shapes);
        let unused = unused.map_err(|error| ImportError::Unsupported(error.to_string()))?;
        match unused.first() {
            None => Ok(()),
            Some(name) => Err(ImportError::Unsupported(format!(
                "the checkpoint holds '{name}', which a {} has not: it is a variant that Limner doesn't run",
                self.summary.split(',').next().unwrap_or_default()
            ))),
        }
    }
}

fn generator(family: &str, kwargs: Value, tensors: Tensors) -> Recognised {
    let classes = match kwargs["c_dim"].as_u64() {
        None | Some(0) => String::new(),
        Some(count) => format!(", {count} classes"),
    };
    Recognised {
        summary: format!(
            "{family} generator, {0} x {0} pixels{classes}",
            kwargs["img_resolution"]
        ),
        config: json!({
            "architecture": family.to_lowercase(),
            "kind": "generator",
            "credit": "Made with a network of unknown training data.",
            "latent_rng": "numpy",
            "kwargs": kwargs,
        }),
        tensors,
    }
}

/// A generator whose program draws its latents by no rule that could be followed.
fn drawing(family: &str, side: usize, kwargs: Value, tensors: Tensors) -> Recognised {
    Recognised {
        summary: format!("{family} generator, {side} x {side} pixels"),
        config: json!({
            "architecture": family,
            "kind": "generator",
            "credit": "Made with a network of unknown training data.",
            "kwargs": kwargs,
        }),
        tensors,
    }
}

/// Projected GAN's programs draw latents as StyleGAN's do, the first FastGAN's by PyTorch.
fn fast(config: crate::models::fastgan::Config, tensors: Tensors) -> Recognised {
    let (numpy, classes) = (config.normalize, config.c_dim);
    let mut found = drawing("fastgan", config.img_resolution, json!(config), tensors);
    if numpy {
        found.config["latent_rng"] = json!("numpy");
    }
    if classes > 0 {
        found.summary.push_str(&format!(", {classes} classes"));
    }
    found
}
