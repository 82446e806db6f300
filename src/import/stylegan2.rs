//! StyleGAN2 generators from foreign files: `.pkl` of the StyleGAN2-ADA and StyleGAN3
//! repositories (`networks_stylegan2`, entry `G_ema`), rosinality's `.pt` (entry
//! `g_ema`), both turned into `networks_stylegan2`'s names. What the constructor was
//! called with is read off the tensors' shapes, so it can't contradict them.

use serde::Serialize;

use super::ImportError;
use super::persistence;
use super::pickle::{Graph, Node};
use super::torch::{DenseTensor, Tensors, TorchFile};

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
    /// 3.
    pub img_channels: usize,
    /// `channels(res) = min(channel_base / res, channel_max)`.
    pub channel_base: usize,
    /// See `channel_base`.
    pub channel_max: usize,
    /// `skip` or `resnet`.
    pub architecture: &'static str,
    /// Activations are kept within ± this; absent for none.
    pub conv_clamp: Option<f32>,
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
}

/// Reads a generator out of a checkpoint of either repository.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub fn from_checkpoint(file: &TorchFile) -> Result<(Stylegan2Kwargs, Tensors), ImportError> {
    let graph = file.graph();
    let root = graph.root();
    if let Some(generator) = graph.lookup(root, "G_ema") {
        let tensors = persistence::module_tensors(file, generator)?;
        if persistence::class_name(graph, generator) != Some("Generator")
            || tensors.keys().any(|k| k.contains("synthesis.L"))
        {
            return Err(ImportError::Unsupported(
                "this is a StyleGAN3 network; Limner reads StyleGAN2 networks \
                 (networks_stylegan2) so far"
                    .into(),
            ));
        }
        let kwargs = kwargs_of(&tensors, clamp_of(graph, generator))?;
        return Ok((kwargs, tensors));
    }
    if let Some(generator) = graph.lookup(root, "g_ema") {
        let mut tensors = from_rosinality(file.state_dict(generator)?)?;
        let w_avg = graph
            .lookup(root, "latent_avg")
            .filter(|&id| file.is_tensor(id));
        let w_avg = w_avg.map(|id| file.tensor(id)).transpose()?;
        let w_dim = side(&tensors, "mapping.fc0.weight", 0)?;
        let w_avg = w_avg.unwrap_or_else(|| DenseTensor {
            shape: vec![w_dim],
            values: vec![0.0; w_dim],
        });
        tensors.insert("mapping.w_avg".into(), w_avg);
        let kwargs = kwargs_of(&tensors, None)?;
        return Ok((kwargs, tensors));
    }
    Err(ImportError::Missing("G_ema".into()))
}

/// The same from tensors that bear the names of `networks_stylegan2` already.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub fn from_tensors(tensors: Tensors) -> Result<(Stylegan2Kwargs, Tensors), ImportError> {
    let strip = |name: String| match name.strip_prefix("G_ema.") {
        Some(plain) => plain.to_owned(),
        None => name,
    };
    let named = tensors.into_iter().map(|(name, t)| (strip(name), t));
    let tensors: Tensors = named
        .filter(|(name, _)| name.starts_with("mapping.") || name.starts_with("synthesis."))
        .collect();
    let kwargs = kwargs_of(&tensors, None)?;
    Ok((kwargs, tensors))
}

/// `conv_clamp` is the one argument that leaves no trace in the weights.
fn clamp_of(graph: &Graph, generator: super::pickle::NodeId) -> Option<f32> {
    let direct = persistence::init_kwarg(graph, generator, "conv_clamp");
    let nested = || {
        let kwargs = persistence::init_kwarg(graph, generator, "synthesis_kwargs")?;
        graph.lookup(kwargs, "conv_clamp")
    };
    match graph.get(direct.or_else(nested)?) {
        Node::Int(n) => Some(*n as f32),
        Node::Float(x) => Some(*x as f32),
        _ => None,
    }
}

fn side(tensors: &Tensors, name: &str, axis: usize) -> Result<usize, ImportError> {
    let missing = || ImportError::Missing(name.to_owned());
    let tensor = tensors.get(name).ok_or_else(missing)?;
    tensor.shape.get(axis).copied().ok_or_else(missing)
}

/// Works the constructor's arguments out from shapes.
fn kwargs_of(tensors: &Tensors, conv_clamp: Option<f32>) -> Result<Stylegan2Kwargs, ImportError> {
    let w_dim = side(tensors, "mapping.w_avg", 0)?;
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
    let num_layers = (0..).take_while(|i| tensors.contains_key(&format!("mapping.fc{i}.weight")));
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
    let resnet = tensors.contains_key("synthesis.b8.skip.weight");
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
        architecture: if resnet { "resnet" } else { "skip" },
        conv_clamp,
        mapping_kwargs: MappingKwargs {
            num_layers: num_layers.count(),
            embed_features: unlike_w(embedded).filter(|_| c_dim > 0),
            layer_features: unlike_w(inner),
        },
    })
}

/// Renames rosinality's parameters. Both repositories scale weights at run time in
/// the same way, and both up-sample by an unflipped transposed convolution.
fn from_rosinality(tensors: Tensors) -> Result<Tensors, ImportError> {
    let mut out = Tensors::new();
    for (name, tensor) in tensors {
        if let Some(new) = rosinality_name(&name) {
            let tensor = squeeze(&new, tensor);
            out.insert(new, tensor);
        }
    }
    Ok(out)
}

/// Drops the batch axis of convolution weights, noise maps and constants, and makes
/// biases vectors and noise strengths scalars.
fn squeeze(name: &str, mut tensor: DenseTensor) -> DenseTensor {
    if name.ends_with(".noise_strength") {
        tensor.shape.clear();
    } else if name.ends_with(".bias") {
        tensor.shape = vec![tensor.values.len()];
    } else if name.ends_with(".noise_const") {
        tensor.shape.drain(..tensor.shape.len().saturating_sub(2));
    } else if tensor.shape.len() > 2 && tensor.shape[0] == 1 {
        tensor.shape.remove(0);
    }
    tensor
}

/// `convs.3.conv.modulation.weight` → `synthesis.b16.conv1.affine.weight`.
fn rosinality_name(name: &str) -> Option<String> {
    let (head, rest) = name.split_once('.')?;
    match head {
        // style.0 is the normalisation, style.1 the first layer.
        "style" => {
            let (index, leaf) = rest.split_once('.')?;
            let index: usize = index.parse().ok()?;
            Some(format!("mapping.fc{}.{leaf}", index.checked_sub(1)?))
        }
        "input" => Some("synthesis.b4.const".into()),
        "conv1" => layer_name("synthesis.b4.conv1", rest),
        "to_rgb1" => rgb_name(4, rest),
        "convs" => {
            let (index, rest) = rest.split_once('.')?;
            let index: usize = index.parse().ok()?;
            let resolution = 8usize.checked_shl((index / 2) as u32)?;
            layer_name(&format!("synthesis.b{resolution}.conv{}", index % 2), rest)
        }
        "to_rgbs" => {
            let (index, rest) = rest.split_once('.')?;
            rgb_name(8usize.checked_shl(index.parse().ok()?)?, rest)
        }
        "noises" => {
            let index: usize = rest.strip_prefix("noise_")?.parse().ok()?;
            let resolution = 4usize.checked_shl(index.div_ceil(2) as u32)?;
            let conv = if index == 0 { 1 } else { (index + 1) % 2 };
            Some(format!("synthesis.b{resolution}.conv{conv}.noise_const"))
        }
        _ => None,
    }
}

fn layer_name(prefix: &str, rest: &str) -> Option<String> {
    let leaf = match rest {
        "conv.weight" => "weight",
        "conv.modulation.weight" => "affine.weight",
        "conv.modulation.bias" => "affine.bias",
        "noise.weight" => "noise_strength",
        "activate.bias" => "bias",
        _ => return None,
    };
    Some(format!("{prefix}.{leaf}"))
}

fn rgb_name(resolution: usize, rest: &str) -> Option<String> {
    let leaf = match rest {
        "conv.weight" => "weight",
        "conv.modulation.weight" => "affine.weight",
        "conv.modulation.bias" => "affine.bias",
        "bias" => "bias",
        _ => return None,
    };
    Some(format!("synthesis.b{resolution}.torgb.{leaf}"))
}
