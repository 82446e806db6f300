//! Stable Diffusion's autoencoder under the names of its first repository (latent
//! diffusion; `sdxl_vae`, FLUX's `ae.safetensors`, whole checkpoints), renamed as
//! diffusers names its parts.

use super::tensors::Tensors;

/// Groups of all its normalisations; the repository has no other number.
pub(super) const GROUPS: usize = 32;

/// Whether these are such an autoencoder's tensors.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    has("encoder.down.0.block.0.norm1.weight") && has("decoder.up.0.block.0.norm1.weight")
}

/// The same under the other names; what isn't known keeps its own.
pub(super) fn renamed(tensors: Tensors) -> Tensors {
    let level = |name: &str| {
        name.strip_prefix("decoder.up.")?
            .split('.')
            .next()?
            .parse()
            .ok()
    };
    let levels = tensors.keys().filter_map(|name| level(name)).max();
    let levels: usize = levels.map_or(0, |last: usize| last.saturating_add(1));
    let new = |name: &str| new_name(name, levels).unwrap_or_else(|| name.to_owned());
    tensors
        .into_iter()
        .map(|(name, t)| (new(&name), t))
        .collect()
}

/// `decoder.up.3.block.0.nin_shortcut.bias` →
/// `decoder.up_blocks.0.resnets.0.conv_shortcut.bias`: levels of the decoder are counted
/// the other way round.
fn new_name(name: &str, levels: usize) -> Option<String> {
    let (half, rest) = name.split_once('.')?;
    let (first, rest) = rest.split_once('.')?;
    let new = match (half, first) {
        ("encoder" | "decoder", "norm_out") => format!("conv_norm_out.{rest}"),
        ("encoder" | "decoder", "mid") => {
            let (part, leaf) = rest.split_once('.')?;
            match part {
                "block_1" => format!("mid_block.resnets.0.{}", resnet(leaf)),
                "block_2" => format!("mid_block.resnets.1.{}", resnet(leaf)),
                "attn_1" => format!("mid_block.attentions.0.{}", attention(leaf)?),
                _ => return None,
            }
        }
        ("encoder", "down") => level("down", "downsample", rest, Some)?,
        ("decoder", "up") => level("up", "upsample", rest, |i| levels.checked_sub(i + 1))?,
        _ => return None,
    };
    Some(format!("{half}.{new}"))
}

/// `0.block.1.conv1.weight` → `down_blocks.0.resnets.1.conv1.weight`.
fn level(
    way: &str,
    step: &str,
    rest: &str,
    number: impl Fn(usize) -> Option<usize>,
) -> Option<String> {
    let (index, rest) = rest.split_once('.')?;
    let index = number(index.parse().ok()?)?;
    let (part, rest) = rest.split_once('.')?;
    match part {
        "block" => {
            let (block, leaf) = rest.split_once('.')?;
            Some(format!(
                "{way}_blocks.{index}.resnets.{block}.{}",
                resnet(leaf)
            ))
        }
        part if part == step => Some(format!("{way}_blocks.{index}.{step}rs.0.{rest}")),
        _ => None,
    }
}

fn resnet(leaf: &str) -> String {
    leaf.replace("nin_shortcut", "conv_shortcut")
}

fn attention(leaf: &str) -> Option<String> {
    let (part, leaf) = leaf.split_once('.')?;
    let new = match part {
        "norm" => "group_norm",
        "q" => "to_q",
        "k" => "to_k",
        "v" => "to_v",
        "proj_out" => "to_out.0",
        _ => return None,
    };
    Some(format!("{new}.{leaf}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_place() {
        for (old, new) in [
            (
                "encoder.down.1.block.0.nin_shortcut.weight",
                "encoder.down_blocks.1.resnets.0.conv_shortcut.weight",
            ),
            (
                "encoder.down.0.downsample.conv.bias",
                "encoder.down_blocks.0.downsamplers.0.conv.bias",
            ),
            (
                "decoder.up.0.block.2.norm2.bias",
                "decoder.up_blocks.3.resnets.2.norm2.bias",
            ),
            (
                "decoder.up.3.upsample.conv.weight",
                "decoder.up_blocks.0.upsamplers.0.conv.weight",
            ),
            (
                "decoder.mid.attn_1.proj_out.weight",
                "decoder.mid_block.attentions.0.to_out.0.weight",
            ),
            (
                "encoder.mid.block_2.conv1.bias",
                "encoder.mid_block.resnets.1.conv1.bias",
            ),
            ("encoder.norm_out.weight", "encoder.conv_norm_out.weight"),
        ] {
            assert_eq!(new_name(old, 4).as_deref(), Some(new));
        }
        // Attention within a level is nothing that this network has.
        assert_eq!(new_name("encoder.down.3.attn.0.q.weight", 4), None);
    }
}
