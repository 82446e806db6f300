//! Networks from their configuration and weights, whatever their family.

use std::path::Path;
use std::sync::Arc;

use candle_core::Device;
use serde_json::Value;

use super::ModelError;
use super::adain::Adain;
use super::autoencoder::Autoencoder;
use super::autoencoder::kl::AutoencoderKl;
use super::autoencoder::taesd::{self, Taesd};
use super::cppn::Cppn;
use super::crisp::{self, Crisp};
use super::differentiable::Differentiable;
use super::encoder::{self, Encoder};
use super::fast_style::TransformerNet;
use super::fastgan::FastGan;
use super::generator::Seeded;
use super::lightweight_gan::LightweightGan;
use super::manifest::{Architecture, Manifest};
use super::microast::MicroAst;
use super::restyle::{self, Restyle};
use super::rrdbnet::RrdbNet;
use super::scan::FoundModel;
use super::span::Span;
use super::srvgg::SrvggNet;
use super::stylegan2::{self, StyleGan2};
use super::stylegan2_pytorch::StyleGan2Pytorch;
use super::stylegan3::{self, StyleGan3};
use super::transfer::StyleTransfer;
use super::upscaler::Upscaler;
use super::vgg19::Vgg19;
use super::weights::Weights;

/// A network in memory.
#[derive(Clone)]
pub(super) enum Loaded {
    Cppn(Arc<Cppn>),
    StyleGan2(Arc<StyleGan2>),
    StyleGan3(Arc<StyleGan3>),
    /// Of a family that is asked for pictures and their gradients alone.
    Generator(Arc<dyn Differentiable>),
    Restyle(Arc<Restyle>),
    Transfer(Arc<dyn StyleTransfer>),
    Autoencoder(Arc<dyn Autoencoder>),
    Crisp(Arc<Crisp>),
    Upscaler(Arc<dyn Upscaler>),
    Encoder(Arc<Encoder>),
    Vgg19(Arc<Vgg19>),
}

/// Loads a network that was found.
///
/// # Errors
/// What is wrong with its files.
pub(super) fn load(entry: &FoundModel, device: &Device, half: bool) -> Result<Loaded, ModelError> {
    let (manifest, path) = (&entry.manifest, &entry.config_path);
    if manifest.architecture == Architecture::Cppn {
        return Ok(Loaded::Cppn(Arc::new(Cppn::new(&manifest.config(path)?)?)));
    }
    let device = match manifest.architecture {
        Architecture::Vgg19 => &Device::Cpu,
        _ => device,
    };
    let half = half && manifest.architecture.can_be_half();
    let vb = Weights::open(&entry.weights_path(), Some(&entry.info.sha256), device)?.half(half);
    build(manifest, path, &vb, device)
}

/// Holds tensors, of which only the shapes are known, against the network of a
/// `config.json`: the names of those that it doesn't use.
///
/// # Errors
/// [`ModelError::MissingTensor`], [`ModelError::WrongShape`], or what is wrong with the
/// configuration.
pub fn unused_tensors<'a>(
    config: &Value,
    shapes: impl Iterator<Item = (&'a str, &'a [usize])>,
) -> Result<Vec<String>, ModelError> {
    let path = Path::new("config.json");
    let manifest = Manifest::parse(&config.to_string(), path)?;
    let weights = Weights::of_shapes(shapes)?;
    build(&manifest, path, &weights, &Device::Cpu)?;
    Ok(weights.unused())
}

fn build(
    manifest: &Manifest,
    path: &Path,
    vb: &Weights,
    device: &Device,
) -> Result<Loaded, ModelError> {
    Ok(match manifest.architecture {
        Architecture::Vgg19 => Loaded::Vgg19(Arc::new(Vgg19::new(vb)?)),
        Architecture::Cppn => {
            return Err(ModelError::Unknown(manifest.title.clone()));
        }
        Architecture::StyleGan2 => {
            let config = stylegan2::Config::from_kwargs(&manifest.kwargs)?;
            let network = StyleGan2::new(&config, vb, device)?;
            Loaded::StyleGan2(Arc::new(network.with_numpy_seeds(manifest.numpy_seeds)))
        }
        Architecture::StyleGan3 => {
            let config = stylegan3::Config::from_kwargs(&manifest.kwargs)?;
            let network = StyleGan3::new(&config, vb, device)?;
            Loaded::StyleGan3(Arc::new(network.with_numpy_seeds(manifest.numpy_seeds)))
        }
        Architecture::StyleGan2Pytorch => Loaded::Generator(Arc::new(StyleGan2Pytorch::new(
            &manifest.config(path)?,
            vb,
            device,
        )?)),
        Architecture::FastGan => {
            let network = FastGan::new(manifest.config(path)?, vb, device)?;
            Loaded::Generator(Arc::new(network.with_numpy_seeds(manifest.numpy_seeds)))
        }
        Architecture::LightweightGan => {
            let network = LightweightGan::new(manifest.config(path)?, vb, device)?;
            Loaded::Generator(Arc::new(network))
        }
        Architecture::Restyle => {
            let config: restyle::Config = manifest.config(path)?;
            Loaded::Restyle(Arc::new(Restyle::new(config, vb, device)?))
        }
        Architecture::FastStyle => Loaded::Transfer(Arc::new(TransformerNet::new(
            manifest.config(path)?,
            vb,
            device,
        )?)),
        Architecture::Adain => {
            Loaded::Transfer(Arc::new(Adain::new(&manifest.config(path)?, vb, device)?))
        }
        Architecture::MicroAst => Loaded::Transfer(Arc::new(MicroAst::new(
            &manifest.config(path)?,
            vb,
            device,
        )?)),
        Architecture::Taesd => {
            Loaded::Autoencoder(Arc::new(Taesd::new(&manifest.config(path)?, vb, device)?))
        }
        Architecture::Lens => {
            let config: taesd::Config = manifest.config(path)?;
            Loaded::Autoencoder(Arc::new(Taesd::new(&config.straight(), vb, device)?))
        }
        Architecture::Kl => {
            let network = AutoencoderKl::new(&manifest.config(path)?, vb, device)?;
            Loaded::Autoencoder(Arc::new(network))
        }
        Architecture::Crisp => {
            let config: crisp::Config = manifest.config(path)?;
            Loaded::Crisp(Arc::new(Crisp::new(&config, vb, device)?))
        }
        Architecture::RrdbNet => {
            let network = RrdbNet::new(manifest.config(path)?, vb, device)?;
            Loaded::Upscaler(Arc::new(network))
        }
        Architecture::SrvggNet => {
            let network = SrvggNet::new(manifest.config(path)?, vb, device)?;
            Loaded::Upscaler(Arc::new(network))
        }
        Architecture::Span => {
            let network = Span::new(manifest.config(path)?, vb, device)?;
            Loaded::Upscaler(Arc::new(network))
        }
        Architecture::Encoder => {
            let config: encoder::Config = manifest.config(path)?;
            Loaded::Encoder(Arc::new(Encoder::new(config, vb, device)?))
        }
    })
}
