//! Networks that enlarge: ESRGAN's `RRDBNet` under its three generations of names, and
//! Real-ESRGAN's `SRVGGNetCompact`.

use super::ImportError;
use super::tensors::{Tensors, side};
use crate::models::{rrdbnet, srvgg};

/// Parts of a tensor's name that give an `RRDBNet` away, by generation: the first ESRGAN, its
/// later code (BSRGAN, RealSR), `BasicSR`.
const FIRST_DENSE: [&str; 3] = [
    "model.1.sub.0.RDB1.conv1.0.weight",
    "RRDB_trunk.0.RDB1.conv1.weight",
    "body.0.rdb1.conv1.weight",
];

/// Whether these are an `RRDBNet`'s tensors.
pub(super) fn looks_like_rrdbnet(tensors: &Tensors) -> bool {
    FIRST_DENSE.iter().any(|name| tensors.contains_key(*name))
}

/// Whether these are an `SRVGGNetCompact`'s tensors.
pub(super) fn looks_like_srvgg(tensors: &Tensors) -> bool {
    let shape = |name: &str| tensors.get(name).map(|t| &t.shape[..]);
    let first = shape("body.0.weight").is_some_and(|s| s.len() == 4 && s[1..] == [3, 3, 3]);
    first && shape("body.2.weight").is_some_and(|s| s.len() == 4 && s[2..] == [3, 3])
}

/// Sizes from the shapes, names as in `BasicSR`.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`] for numbers of channels that aren't
/// a picture's.
pub(super) fn rrdbnet(tensors: Tensors) -> Result<(rrdbnet::Config, Tensors), ImportError> {
    let mut tensors = newest_names(tensors);
    tensors.retain(|name, _| !name.starts_with('_'));
    let block = |i: usize| format!("body.{i}.rdb1.conv1.weight");
    let up = |i: usize| format!("conv_up{i}.weight");
    let inputs = side(&tensors, "conv_first.weight", 1)?;
    let outputs = side(&tensors, "conv_last.weight", 0)?;
    let unshuffle = match (inputs, outputs) {
        (3, 3) => 1,
        (12, 3) => 2,
        (48, 3) => 4,
        _ => {
            return Err(ImportError::Unsupported(format!(
                "this RRDBNet makes {outputs} channels of {inputs}; Limner runs those that make 3 of 3, 12 or 48"
            )));
        }
    };
    let config = rrdbnet::Config {
        num_feat: side(&tensors, "conv_first.weight", 0)?,
        num_grow_ch: side(&tensors, &block(0), 0)?,
        num_block: (0..)
            .take_while(|&i| tensors.contains_key(&block(i)))
            .count(),
        doublings: (1..).take_while(|&i| tensors.contains_key(&up(i))).count(),
        unshuffle,
    };
    if config.doublings > 3 || 1 << config.doublings < unshuffle {
        return Err(ImportError::Unsupported(format!(
            "this RRDBNet doubles {} times after making the picture {unshuffle} times smaller; Limner runs scales of 1, 2, 4 and 8",
            config.doublings
        )));
    }
    Ok((config, tensors))
}

/// Sizes from the shapes.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`] for other activations and scales.
pub(super) fn srvgg(tensors: Tensors) -> Result<(srvgg::Config, Tensors), ImportError> {
    let conv = |i: usize| format!("body.{}.weight", 2 * i);
    if !tensors.contains_key("body.1.weight") {
        return Err(ImportError::Unsupported(
            "this SRVGGNetCompact lacks 'body.1.weight', the slopes of its activations: it has others, and its file doesn't say which".into(),
        ));
    }
    let convs = (0..)
        .take_while(|&i| tensors.contains_key(&conv(i)))
        .count();
    let outputs = side(&tensors, &conv(convs - 1), 0)?;
    let upscale = (1..=8).find(|scale| 3 * scale * scale == outputs);
    let upscale = upscale.ok_or_else(|| {
        ImportError::Unsupported(format!(
            "this SRVGGNetCompact ends in {outputs} channels, which is a picture at none of the scales 1 to 8"
        ))
    })?;
    let config = srvgg::Config {
        num_feat: side(&tensors, "body.0.weight", 0)?,
        num_conv: convs - 2,
        upscale,
    };
    Ok((config, tensors))
}

/// Every tensor under `BasicSR`'s name; what isn't known keeps its own, and is refused later.
fn newest_names(tensors: Tensors) -> Tensors {
    let last = last_layer(&tensors);
    let named = |name: &str| from_first(name, last).or_else(|| from_later(name));
    tensors
        .into_iter()
        .map(|(name, tensor)| (named(&name).unwrap_or(name), tensor))
        .collect()
}

/// The last layer of a network under the first names: two more than a multiple of three for
/// every doubling.
fn last_layer(tensors: &Tensors) -> Option<usize> {
    let layer = |name: &String| name.strip_prefix("model.")?.split('.').next()?.parse().ok();
    tensors.keys().filter_map(layer).max()
}

/// From the first ESRGAN's names: `model.0.weight`, `model.1.sub.0.RDB1.conv1.0.weight`.
fn from_first(name: &str, last: Option<usize>) -> Option<String> {
    let last = last.filter(|last| *last >= 4 && (last - 4).is_multiple_of(3))?;
    let (layer, rest) = name.strip_prefix("model.")?.split_once('.')?;
    let layer: usize = layer.parse().ok()?;
    if layer == 1 {
        let (block, rest) = rest.strip_prefix("sub.")?.split_once('.')?;
        return Some(match rest {
            // The convolution after the blocks counts on from them.
            "weight" | "bias" => format!("conv_body.{rest}"),
            _ => {
                let (dense, conv) = rest.strip_prefix("RDB")?.split_once('.')?;
                let (conv, zero) = conv.split_once('.')?;
                format!(
                    "body.{block}.rdb{dense}.{conv}.{}",
                    zero.strip_prefix("0.")?
                )
            }
        });
    }
    let part = match layer {
        0 => "conv_first".to_owned(),
        _ if layer == last => "conv_last".to_owned(),
        _ if layer + 2 == last => "conv_hr".to_owned(),
        _ if layer.is_multiple_of(3) && layer + 4 <= last => format!("conv_up{}", layer / 3),
        _ => return None,
    };
    Some(format!("{part}.{rest}"))
}

/// From the later ESRGAN's names: `RRDB_trunk.0.RDB1.conv1.weight`, `trunk_conv.weight`.
fn from_later(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("RRDB_trunk.") {
        return Some(format!("body.{}", rest.replace(".RDB", ".rdb")));
    }
    let (part, rest) = name.split_once('.')?;
    let part = match part {
        "trunk_conv" => "conv_body",
        "upconv1" => "conv_up1",
        "upconv2" => "conv_up2",
        "upconv3" => "conv_up3",
        "HRconv" => "conv_hr",
        _ => return None,
    };
    Some(format!("{part}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_become_new_ones_at_every_scale() {
        let named = |name: &str, last| from_first(name, Some(last));
        for (last, up, hr) in [
            (4, None, 2),
            (7, Some(3), 5),
            (10, Some(6), 8),
            (13, Some(9), 11),
        ] {
            let is = |layer: usize| named(&format!("model.{layer}.bias"), last);
            assert_eq!(is(last).as_deref(), Some("conv_last.bias"));
            assert_eq!(is(hr).as_deref(), Some("conv_hr.bias"), "{last}");
            if let Some(up) = up {
                assert_eq!(is(up), Some(format!("conv_up{}.bias", up / 3)));
            }
            assert_eq!(is(last - 1), None, "an activation");
        }
        let dense = "model.1.sub.22.RDB3.conv5.0.weight";
        assert_eq!(named(dense, 10).unwrap(), "body.22.rdb3.conv5.weight");
        assert_eq!(named("model.1.sub.23.bias", 10).unwrap(), "conv_body.bias");
        // ESRGAN+ and normalised blocks keep their names, and are refused by them.
        assert_eq!(named("model.1.sub.0.RDB1.conv1x1.weight", 10), None);
        assert_eq!(named("model.1.sub.0.RDB1.conv1.1.weight", 10), None);
        let later = from_later("RRDB_trunk.3.RDB2.conv4.bias").unwrap();
        assert_eq!(later, "body.3.rdb2.conv4.bias");
    }
}
