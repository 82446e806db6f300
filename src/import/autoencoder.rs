//! Stable Diffusion's autoencoders: TAESD as its author and as diffusers publish it, and
//! diffusers' `AutoencoderKL`.

use std::path::Path;

use serde_json::{Value, json};

use super::ImportError;
use super::torch::Tensors;
use crate::models::autoencoder::{kl, taesd};

/// Groups of the normalisations where nothing says otherwise; shapes don't show them.
const USUAL_GROUPS: u64 = 32;
/// A larger `config.json` is none.
const MAX_CONFIG: u64 = 1 << 20;

/// Whether these are TAESD's two halves, in either naming.
pub(super) fn looks_like_taesd(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    (has("encoder.1.conv.0.weight") && has("decoder.1.weight"))
        || (has("encoder.layers.1.conv.0.weight") && has("decoder.layers.0.weight"))
}

/// Whether these are an `AutoencoderKL`'s tensors.
pub(super) fn looks_like_kl(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    has("encoder.down_blocks.0.resnets.0.norm1.weight") && has("decoder.conv_in.weight")
}

fn side(tensors: &Tensors, name: &str, axis: usize) -> Result<usize, ImportError> {
    let missing = || ImportError::Missing(name.to_owned());
    let tensor = tensors.get(name).ok_or_else(missing)?;
    tensor.shape.get(axis).copied().ok_or_else(missing)
}

/// Sizes from names and shapes, names as the author's.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn taesd(tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let tensors: Tensors = tensors
        .into_iter()
        .filter_map(|(name, t)| Some((author_name(&name)?, t)))
        .collect();
    let is_block =
        |part: &str, i: usize| tensors.contains_key(&format!("{part}.{i}.conv.0.weight"));
    let run = |part: &str, from: usize| (from..).take_while(|&i| is_block(part, i)).count();
    let (mut encoder, mut decoder) = ([0; 4], [0; 4]);
    // A convolution before the blocks of each level.
    let mut index = 0;
    for blocks in &mut encoder {
        *blocks = run("encoder", index + 1);
        index += 1 + *blocks;
    }
    let latent_channels = side(&tensors, &format!("encoder.{index}.weight"), 0)?;
    // Clamp, convolution, activation; behind each level an enlarging and a convolution.
    index = 3;
    for blocks in &mut decoder {
        *blocks = run("decoder", index);
        index += 2 + *blocks;
    }
    let config = taesd::Config {
        widths: None,
        straight: false,
        width: side(&tensors, "encoder.0.weight", 0)?,
        latent_channels,
        encoder_blocks: encoder,
        decoder_blocks: decoder,
    };
    Ok((json!(config), tensors))
}

/// diffusers leaves the clamp out of the decoder's numbers. Other names are not the
/// network's.
fn author_name(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("encoder.layers.") {
        return Some(format!("encoder.{rest}"));
    }
    if let Some(rest) = name.strip_prefix("decoder.layers.") {
        let (index, leaf) = rest.split_once('.')?;
        let index: usize = index.parse().ok()?;
        return Some(format!("decoder.{}.{leaf}", index.checked_add(1)?));
    }
    let own = name.starts_with("encoder.") || name.starts_with("decoder.");
    own.then(|| name.to_owned())
}

/// Sizes from names and shapes, attention's names as diffusers has them now.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn kl(tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let parts = ["encoder.", "decoder.", "quant_conv.", "post_quant_conv."];
    let tensors: Tensors = tensors
        .into_iter()
        .filter(|(name, _)| parts.iter().any(|part| name.starts_with(part)))
        .map(|(name, mut tensor)| {
            let name = attention_name(name);
            // Attention's convolutions of one pixel are linear layers.
            if name.contains(".to_") && tensor.shape.len() == 4 {
                tensor.shape.truncate(2);
            }
            (name, tensor)
        })
        .collect();
    let widths = (0..)
        .map(|i| {
            side(
                &tensors,
                &format!("encoder.down_blocks.{i}.resnets.0.conv1.weight"),
                0,
            )
        })
        .map_while(Result::ok)
        .collect();
    let layers = (0..)
        .take_while(|i| {
            tensors.contains_key(&format!("encoder.down_blocks.0.resnets.{i}.conv1.weight"))
        })
        .count();
    let config = kl::Config {
        block_out_channels: widths,
        layers_per_block: layers,
        latent_channels: side(&tensors, "decoder.conv_in.weight", 1)?,
        norm_num_groups: USUAL_GROUPS as usize,
        use_quant_conv: tensors.contains_key("quant_conv.weight"),
    };
    Ok((json!(config), tensors))
}

fn attention_name(name: String) -> String {
    const RENAMED: [[&str; 2]; 4] = [
        [".query.", ".to_q."],
        [".key.", ".to_k."],
        [".value.", ".to_v."],
        [".proj_attn.", ".to_out.0."],
    ];
    let old = RENAMED.iter().find(|[old, _]| name.contains(old));
    match old {
        Some([old, new]) if name.contains(".attentions.") => name.replace(old, new),
        _ => name,
    }
}

/// What diffusers' `config.json` beside a checkpoint says and its shapes don't.
pub(super) fn complete(kwargs: &mut Value, checkpoint: &Path) {
    let file = checkpoint.with_file_name("config.json");
    let small = std::fs::metadata(&file).is_ok_and(|m| m.len() <= MAX_CONFIG);
    if !small {
        return;
    }
    let config = std::fs::read(&file).unwrap_or_default();
    let config: Value = serde_json::from_slice(&config).unwrap_or_default();
    if let Some(groups) = config.get("norm_num_groups").and_then(Value::as_u64) {
        kwargs["norm_num_groups"] = json!(groups);
    }
}
