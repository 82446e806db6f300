//! StyleGAN2 generators from foreign files: `.pkl` of the StyleGAN2-ADA and StyleGAN3
//! repositories (`networks_stylegan2`, entry `G_ema`), rosinality's `.pt` (entry
//! `g_ema`), both turned into `networks_stylegan2`'s names. What the constructor was
//! called with is read off the tensors' shapes, so it can't contradict them.

use serde::Serialize;

use super::ImportError;
use super::stylegan2_arguments::{Settings, refused, take_filters};
use super::tensors::{Stored, Tensors, side};
use super::torch::TorchFile;
use super::{persistence, rosinality, wrappers};
use crate::latent::rng::{Random, RandomPurpose};
use crate::models::ModelError;
use crate::models::stylegan2::{Config, MappingNetwork};
use crate::models::weights::Weights;

/// The mean w, the centre of truncation.
const AVERAGE: &str = "mapping.w_avg";
/// How many w it is made of where it is missing.
const AVERAGED: usize = 4096;

/// `networks_stylegan2.Generator`'s arguments as far as its weights decide them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stylegan2Kwargs {
    /// Length of z.
    pub z_dim: usize,
    /// Length of the class label, 0 for none.
    pub c_dim: usize,
    /// Length of w.
    pub w_dim: usize,
    /// Width and height of the picture.
    pub img_resolution: usize,
    /// 1 (grey), 3 (RGB) or 4 (RGB and alpha).
    pub img_channels: usize,
    /// `channels(res) = min(channel_base / res, channel_max)`.
    pub channel_base: usize,
    /// See `channel_base`.
    pub channel_max: usize,
    /// `skip`, `resnet` or `orig`.
    pub architecture: &'static str,
    /// Activations are kept within ± this; absent for none.
    pub conv_clamp: Option<f32>,
    /// `[height, width]` of the first block.
    pub init_size: [usize; 2],
    /// Side of the layers' convolutions.
    pub kernel_size: usize,
    /// Whether layers have noise.
    pub use_noise: bool,
    /// Mapping network's shape.
    pub mapping_kwargs: MappingKwargs,
}

/// `networks_stylegan2.MappingNetwork`'s arguments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappingKwargs {
    /// Fully connected layers.
    pub num_layers: usize,
    /// Width of the class embedding, where it isn't `w_dim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embed_features: Option<usize>,
    /// Width of the inner layers, where it isn't `w_dim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer_features: Option<usize>,
    /// Part of the weights' scale.
    pub lr_multiplier: f32,
}

/// Reads a generator out of a checkpoint of either repository.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub fn from_checkpoint(file: &TorchFile) -> Result<(Stylegan2Kwargs, Tensors), ImportError> {
    if let Some(found) = pickled(file)? {
        return Ok(found);
    }
    let all = file.all_tensors()?;
    match wrappers::unwrapped(&all, looks_like) {
        Some((tensors, _)) => from_tensors(tensors, None),
        None => Err(ImportError::Missing("G_ema".into())),
    }
}

/// The pickled network of the authors' repositories, if the file holds one.
///
/// # Errors
/// As [`from_checkpoint`].
pub(super) fn pickled(file: &TorchFile) -> Result<Option<(Stylegan2Kwargs, Tensors)>, ImportError> {
    let graph = file.graph();
    let generator = graph.lookup(graph.root(), "G_ema");
    let Some(generator) = generator.filter(|&id| persistence::is_module(graph, id)) else {
        return Ok(None);
    };
    let tensors = persistence::module_tensors(file, generator)?;
    if persistence::class_name(graph, generator) != Some("Generator") {
        return Err(ImportError::Unsupported(
            "its G_ema is no generator of the StyleGAN2 or StyleGAN3 repositories".into(),
        ));
    }
    let settings = Settings::of_module(file, generator)?;
    network(tensors, settings).map(Some)
}

/// Whether these are a StyleGAN2 generator's tensors, by the names of either repository.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    (has("mapping.fc0.weight") && has("synthesis.b4.conv1.weight"))
        || rosinality::looks_like(tensors)
}

/// A generator from tensors that bear the names of either repository, and the
/// constructor's arguments where the file has them.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn from_tensors(
    tensors: Tensors,
    arguments: Option<&str>,
) -> Result<(Stylegan2Kwargs, Tensors), ImportError> {
    if rosinality::looks_like(&tensors) {
        let settings = Settings {
            conv_clamp: None,
            ..Settings::default()
        };
        return network(rosinality::renamed(tensors)?, settings);
    }
    let arguments = match arguments {
        Some(text) => serde_json::from_str(text).map_err(|error| {
            ImportError::Unsupported(format!("its metadata 'kwargs' is no JSON: {error}"))
        })?,
        None => serde_json::Value::Null,
    };
    network(tensors, Settings::of_arguments(&arguments)?)
}

/// Arguments and tensors, completed by an average w where there is none.
fn network(
    mut tensors: Tensors,
    settings: Settings,
) -> Result<(Stylegan2Kwargs, Tensors), ImportError> {
    take_filters(&mut tensors)?;
    let kwargs = kwargs_of(&tensors, settings)?;
    if !tensors.contains_key(AVERAGE) {
        let mean = mean_w(&kwargs, &tensors)?;
        tensors.insert(AVERAGE.into(), Stored::made(vec![kwargs.w_dim], mean));
    }
    Ok((kwargs, tensors))
}

/// The mean w of many z, and of all classes alike, for networks that came without: what
/// rosinality's `mean_latent` and the authors' projector take.
fn mean_w(kwargs: &Stylegan2Kwargs, tensors: &Tensors) -> Result<Vec<f32>, ImportError> {
    let unsupported = |error: ModelError| ImportError::Unsupported(error.to_string());
    let config = Config::from_kwargs(&serde_json::json!(kwargs)).map_err(unsupported)?;
    let mut mapping = vec![(
        AVERAGE.to_owned(),
        vec![kwargs.w_dim],
        vec![0.0; kwargs.w_dim],
    )];
    for (name, tensor) in tensors {
        if name.starts_with("mapping.") {
            mapping.push((name.clone(), tensor.shape.clone(), tensor.values()?));
        }
    }
    let weights = Weights::of_values(mapping).map_err(unsupported)?;
    let mapping = MappingNetwork::new(&config, &weights.pp("mapping")).map_err(unsupported)?;
    let mut random = Random::new(RandomPurpose::Samples, 0);
    let classes = kwargs.c_dim.max(1);
    let each = AVERAGED.div_ceil(classes);
    let mut sum = vec![0.0f64; kwargs.w_dim];
    for class in 0..classes {
        let mut c = vec![0.0; kwargs.c_dim];
        if let Some(one) = c.get_mut(class) {
            *one = 1.0;
        }
        let zs: Vec<_> = (0..each).map(|_| random.normals(kwargs.z_dim)).collect();
        for w in mapping.forward(&zs, &c) {
            sum.iter_mut()
                .zip(w)
                .for_each(|(sum, w)| *sum += f64::from(w));
        }
    }
    let count = (classes * each) as f64;
    Ok(sum.into_iter().map(|v| (v / count) as f32).collect())
}

/// Works the constructor's arguments out from shapes.
fn kwargs_of(tensors: &Tensors, settings: Settings) -> Result<Stylegan2Kwargs, ImportError> {
    let num_layers = (0..)
        .take_while(|i| tensors.contains_key(&format!("mapping.fc{i}.weight")))
        .count();
    let last = format!("mapping.fc{}.weight", num_layers.saturating_sub(1));
    let w_dim = side(tensors, &last, 0)?;
    let [embedded, c_dim] = match tensors.contains_key("mapping.embed.weight") {
        true => [
            side(tensors, "mapping.embed.weight", 0)?,
            side(tensors, "mapping.embed.weight", 1)?,
        ],
        false => [0, 0],
    };
    let z_dim = side(tensors, "mapping.fc0.weight", 1)?.saturating_sub(embedded);
    let inner = side(tensors, "mapping.fc0.weight", 0)?;
    let unlike_w = |width: usize| (width != w_dim).then_some(width);
    let resolutions: Vec<usize> = (2..=11)
        .map(|log2| 1usize << log2)
        .take_while(|r| tensors.contains_key(&format!("synthesis.b{r}.conv1.weight")))
        .collect();
    let Some(&img_resolution) = resolutions.last() else {
        return Err(ImportError::Missing("synthesis.b4.conv1.weight".into()));
    };
    let channels = |r: usize| side(tensors, &format!("synthesis.b{r}.conv1.weight"), 0);
    let widths = resolutions.iter().map(|&r| channels(r));
    let widths = widths.collect::<Result<Vec<_>, _>>()?;
    let channel_max = widths.iter().copied().max().unwrap_or(0);
    // Below the maximum a block's width is base / resolution; if none is below,
    // any base that is large enough describes the network.
    let narrow = resolutions
        .iter()
        .zip(&widths)
        .find(|&(_, &c)| c < channel_max);
    let channel_base = narrow.map_or(channel_max * img_resolution, |(r, c)| r * c);
    let rule = |r: usize| (channel_base / r).min(channel_max);
    if resolutions.iter().zip(&widths).any(|(&r, &c)| rule(r) != c) {
        return Err(ImportError::Unsupported(
            "this network's layer widths follow no rule that Limner knows".into(),
        ));
    }
    let architecture = architecture_of(tensors, &settings)?;
    let kernel_size = side(tensors, "synthesis.b4.conv1.weight", 2)?;
    if let Some(said) = settings.kernel_size.filter(|said| *said != kernel_size) {
        let says = format!("the side of its weights, which is {kernel_size}");
        return Err(refused("kernel_size", said, &says));
    }
    Ok(Stylegan2Kwargs {
        z_dim,
        c_dim,
        w_dim,
        img_resolution,
        img_channels: side(
            tensors,
            &format!("synthesis.b{img_resolution}.torgb.weight"),
            0,
        )?,
        channel_base,
        channel_max,
        architecture,
        conv_clamp: settings.conv_clamp,
        init_size: [1, 2].map(|axis| side(tensors, "synthesis.b4.const", axis).unwrap_or(4)),
        kernel_size,
        use_noise: tensors.contains_key("synthesis.b4.conv1.noise_strength"),
        mapping_kwargs: MappingKwargs {
            num_layers,
            lr_multiplier: settings.lr_multiplier,
            embed_features: unlike_w(embedded).filter(|_| c_dim > 0),
            layer_features: unlike_w(inner),
        },
    })
}

/// How the blocks make the picture: each shows something, or has a path around it, or neither.
fn architecture_of(tensors: &Tensors, settings: &Settings) -> Result<&'static str, ImportError> {
    let has = |name: &str| tensors.contains_key(name);
    // One block alone makes the picture in any of the ways.
    let alone = !has("synthesis.b8.conv1.weight");
    let found = match has("synthesis.b8.skip.weight") {
        true => "resnet",
        false if has("synthesis.b4.torgb.weight") => "skip",
        false => "orig",
    };
    match settings.architecture {
        Some(said) if said != found && !alone => {
            let says = format!("the architecture of its tensors, which is '{found}'");
            Err(refused("architecture", format!("'{said}'"), &says))
        }
        _ => Ok(found),
    }
}
