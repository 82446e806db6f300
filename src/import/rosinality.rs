//! StyleGAN2 generators of rosinality's repository, renamed as `networks_stylegan2`
//! names its parts. Both scale weights at run time in the same way, and both up-sample
//! by an unflipped transposed convolution.

use super::ImportError;
use super::stylegan2_arguments::take_filters;
use super::tensors::{Stored, Tensors};

/// The mean w, beside the generator.
const AVERAGE: &str = "latent_avg";

/// Whether these are such a generator's tensors.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    tensors.contains_key("input.input") && tensors.contains_key("conv1.conv.modulation.weight")
}

/// The same under the other names.
///
/// # Errors
/// [`ImportError::Unsupported`], naming what isn't understood.
pub(super) fn renamed(mut tensors: Tensors) -> Result<Tensors, ImportError> {
    take_filters(&mut tensors)?;
    let average = tensors.remove(AVERAGE);
    let mut out = Tensors::new();
    for (name, tensor) in tensors {
        let new = new_name(&name).ok_or_else(|| {
            ImportError::Unsupported(format!(
                "the checkpoint holds '{name}', which rosinality's StyleGAN2 generator has not"
            ))
        })?;
        let tensor = squeezed(&new, tensor);
        out.insert(new, tensor);
    }
    if let Some(average) = average {
        out.insert("mapping.w_avg".into(), mean_of_rows(&average)?);
    }
    Ok(out)
}

/// One w of `[w_dim]` or of one row for each layer.
fn mean_of_rows(average: &Stored) -> Result<Stored, ImportError> {
    let width = average.shape.last().copied().unwrap_or(0);
    let rows = average.count().checked_div(width).unwrap_or(0);
    if rows == 0 || rows > 4096 {
        return Err(ImportError::NotATensor);
    }
    let mut mean = vec![0.0f64; width];
    for row in average.values()?.chunks_exact(width) {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += f64::from(*value) / rows as f64;
        }
    }
    let mean = mean.into_iter().map(|v| v as f32).collect();
    Ok(Stored::made(vec![width], mean))
}

/// Drops the batch axis of convolution weights, noise maps and constants, and makes
/// biases vectors and noise strengths scalars.
fn squeezed(name: &str, mut tensor: Stored) -> Stored {
    if name.ends_with(".noise_strength") && tensor.count() == 1 {
        tensor.shape.clear();
    } else if name.ends_with(".bias") {
        tensor.shape = vec![tensor.count()];
    } else if name.ends_with(".noise_const") {
        while tensor.shape.len() > 2 && tensor.shape[0] == 1 {
            tensor.shape.remove(0);
        }
    } else if tensor.shape.len() > 2 && tensor.shape[0] == 1 {
        tensor.shape.remove(0);
    }
    tensor
}

/// `convs.3.conv.modulation.weight` → `synthesis.b16.conv1.affine.weight`.
fn new_name(name: &str) -> Option<String> {
    let (head, rest) = name.split_once('.')?;
    match head {
        // style.0 is the normalisation, style.1 the first layer.
        "style" => {
            let (index, leaf) = rest.split_once('.')?;
            let index: usize = index.parse().ok()?;
            Some(format!("mapping.fc{}.{leaf}", index.checked_sub(1)?))
        }
        "input" => (rest == "input").then(|| "synthesis.b4.const".into()),
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
