//! Stable Diffusion's autoencoders: TAESD as its author and as diffusers publish it, and
//! `AutoencoderKL` under the names of diffusers and of latent diffusion.

use std::path::Path;

use serde_json::{Value, json};

use super::ImportError;
use super::ldm;
use super::tensors::{Tensors, side};
use crate::clean_text;
use crate::models::autoencoder::{kl, taesd};

/// Width of the first level of all published autoencoders, whose normalisations have
/// [`ldm::GROUPS`] groups; shapes don't show them.
const USUAL_WIDTH: usize = 128;
/// Stands for groups that nothing tells.
const GROUPS_UNKNOWN: usize = 0;
/// Diffusers' autoencoder in Limner's `config.json`.
pub(super) const KL: &str = "autoencoder-kl";
/// A larger `config.json` is none.
const MAX_CONFIG: u64 = 1 << 20;

/// Whether these are TAESD's two halves, in either naming.
pub(super) fn looks_like_taesd(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    (has("encoder.1.conv.0.weight") && has("decoder.1.weight"))
        || (has("encoder.layers.1.conv.0.weight") && has("decoder.layers.0.weight"))
}

/// Whether these are TAESANA's: both halves, or one of them in a file of its own. Its
/// encoder begins with two convolutions, its decoder with 256 channels.
pub(super) fn halves_five_times(tensors: &Tensors) -> bool {
    let shape = |name: String| tensors.get(&name).map(|t| t.shape.as_slice());
    let block = |name: String| tensors.contains_key(&format!("{name}.conv.0.weight"));
    let encoder = ["", "encoder.", "encoder.layers."].iter().any(|part| {
        shape(format!("{part}0.weight")).is_some_and(|s| s.len() == 4 && s[1] == 3)
            && shape(format!("{part}2.weight")).is_some_and(|s| s.len() == 4)
            && block(format!("{part}4"))
            && !block(format!("{part}1"))
    });
    let decoder = [("", 1), ("decoder.", 1), ("decoder.layers.", 0)];
    let decoder = decoder.iter().any(|(part, first)| {
        shape(format!("{part}{first}.weight")).is_some_and(|s| s.len() == 4 && s[0] == 256)
            && block(format!("{part}{}", first + 2))
    });
    encoder || decoder
}

/// Whether these are an `AutoencoderKL`'s tensors.
pub(super) fn looks_like_kl(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    let diffusers = has("encoder.down_blocks.0.resnets.0.norm1.weight");
    let quantised = tensors.keys().any(|name| name.starts_with("quantize."));
    (diffusers || ldm::looks_like(tensors)) && has("decoder.conv_in.weight") && !quantised
}

/// Sizes from names and shapes, names as the author's.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn taesd(tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let named = tensors.into_iter().map(|(name, t)| (author_name(name), t));
    let tensors: Tensors = named.collect();
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
        pooled: tensors.keys().any(|name| name.contains(".pool.")),
    };
    Ok((json!(config), tensors))
}

/// diffusers leaves the clamp out of the decoder's numbers. Unknown names stay.
fn author_name(name: String) -> String {
    if let Some(rest) = name.strip_prefix("encoder.layers.") {
        return format!("encoder.{rest}");
    }
    let shifted = || {
        let (index, leaf) = name.strip_prefix("decoder.layers.")?.split_once('.')?;
        let index = index.parse::<usize>().ok()?.checked_add(1)?;
        Some(format!("decoder.{index}.{leaf}"))
    };
    shifted().unwrap_or(name)
}

/// Sizes from names and shapes, attention's names as diffusers has them now.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn kl(tensors: Tensors) -> Result<(Value, Tensors), ImportError> {
    let of_ldm = ldm::looks_like(&tensors);
    let tensors = match of_ldm {
        true => ldm::renamed(tensors),
        false => tensors,
    };
    let tensors: Tensors = tensors
        .into_iter()
        .map(|(name, mut tensor)| {
            let name = attention_name(name);
            // Attention's convolutions of one pixel are linear layers.
            if name.contains(".to_") && matches!(tensor.shape[..], [_, _, 1, 1]) {
                tensor.shape.truncate(2);
            }
            (name, tensor)
        })
        .collect();
    let widths: Vec<usize> = (0..)
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
        norm_num_groups: match of_ldm || widths.first() == Some(&USUAL_WIDTH) {
            true => ldm::GROUPS,
            false => GROUPS_UNKNOWN,
        },
        block_out_channels: widths,
        layers_per_block: layers,
        latent_channels: side(&tensors, "decoder.conv_in.weight", 1)?,
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

/// What diffusers' `config.json` beside a checkpoint says and its tensors don't.
///
/// # Errors
/// [`ImportError::Unsupported`], naming a setting that isn't understood or contradicts
/// the tensors, or the file that is missing.
pub(super) fn complete(
    architecture: &str,
    kwargs: &mut Value,
    checkpoint: &Path,
) -> Result<(), ImportError> {
    let settings = settings_beside(checkpoint)?;
    for (name, value) in settings.as_object().into_iter().flatten() {
        check_setting(architecture, name, value, kwargs)?;
    }
    if architecture == KL && kwargs["norm_num_groups"] == json!(GROUPS_UNKNOWN) {
        return Err(ImportError::Unsupported(
            "this autoencoder doesn't say into how many groups its normalisations go; put its config.json (with 'norm_num_groups') into the same folder"
                .into(),
        ));
    }
    Ok(())
}

/// Diffusers' settings of the network in the same folder, null without any.
fn settings_beside(checkpoint: &Path) -> Result<Value, ImportError> {
    let file = checkpoint.with_file_name("config.json");
    let small = std::fs::metadata(&file).is_ok_and(|m| m.len() <= MAX_CONFIG);
    if !small {
        return Ok(Value::Null);
    }
    let settings: Value = serde_json::from_slice(&std::fs::read(&file)?).unwrap_or_default();
    let class = settings.get("_class_name").and_then(Value::as_str);
    match class {
        Some("AutoencoderKL" | "AutoencoderTiny") => Ok(settings),
        Some(class) => Err(ImportError::Unsupported(format!(
            "config.json beside it says that it is a '{}', which Limner doesn't run",
            clean_text::name(class)
        ))),
        // Another program's, unless it speaks of the same thing.
        None if settings.get("norm_num_groups").is_some() => Ok(settings),
        None => Ok(Value::Null),
    }
}

/// Takes one of diffusers' settings over, or compares it with what the tensors say.
fn check_setting(
    architecture: &str,
    name: &str,
    value: &Value,
    kwargs: &mut Value,
) -> Result<(), ImportError> {
    let of_kl = architecture == KL;
    let all = |wanted: &str| {
        let blocks = value.as_array();
        blocks.is_some_and(|blocks| blocks.iter().all(|block| block == wanted))
    };
    let fits = match name {
        // Where it comes from; sizes and scales of the diffusion network's own latents.
        _ if name.starts_with('_') => true,
        "sample_size"
        | "scaling_factor"
        | "shift_factor"
        | "latents_mean"
        | "latents_std"
        | "force_upcast"
        | "latent_magnitude"
        | "latent_shift"
        | "num_encoder_blocks"
        | "num_decoder_blocks"
        | "encoder_block_out_channels"
        | "decoder_block_out_channels" => true,
        "in_channels" | "out_channels" => value == 3,
        "norm_num_groups" if of_kl => {
            let groups = value.as_u64().filter(|&groups| groups > 0);
            if groups.is_some() {
                kwargs[name] = value.clone();
            }
            groups.is_some()
        }
        "block_out_channels" if !of_kl => true,
        "latent_channels" => *value == kwargs[name],
        "layers_per_block" | "block_out_channels" | "use_quant_conv" if of_kl => {
            *value == kwargs[name]
        }
        "use_post_quant_conv" if of_kl => *value == kwargs["use_quant_conv"],
        "act_fn" => value == if of_kl { "silu" } else { "relu" },
        "down_block_types" if of_kl => all("DownEncoderBlock2D"),
        "up_block_types" if of_kl => all("UpDecoderBlock2D"),
        "mid_block_add_attention" if of_kl => value == true,
        "upsample_fn" if !of_kl => value == "nearest",
        "upsampling_scaling_factor" if !of_kl => value == 2,
        _ => false,
    };
    match fits {
        true => Ok(()),
        false => Err(ImportError::Unsupported(format!(
            "config.json beside it sets '{}' to {}, which Limner's network doesn't do or its tensors contradict",
            clean_text::name(name),
            clean_text::name(&value.to_string())
        ))),
    }
}
