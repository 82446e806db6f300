//! Fast-neural-style networks: state dictionaries of the PyTorch examples'
//! `TransformerNet`, old and new.

use super::ImportError;
use super::tensors::{Tensors, side};
use crate::models::fast_style::Config;

/// Whether these are the tensors of such a network.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    tensors.contains_key("conv1.conv2d.weight") && tensors.contains_key("deconv3.conv2d.weight")
}

/// Sizes from the shapes; running statistics, which files of old PyTorch carry and its
/// instance normalisation never used, are left out.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`] for normalisation that goes by
/// running statistics.
pub(super) fn from_tensors(mut tensors: Tensors) -> Result<(Config, Tensors), ImportError> {
    // Whoever counts batches uses what was averaged over them.
    if let Some(counter) = tensors.keys().find(|n| n.ends_with("num_batches_tracked")) {
        return Err(ImportError::Unsupported(format!(
            "the checkpoint holds '{counter}': it normalises by statistics of its training, which the PyTorch examples' TransformerNet doesn't"
        )));
    }
    tensors.retain(|name, _| !(name.contains("running_") || name.starts_with('_')));
    let channel = |i: usize| side(&tensors, &format!("conv{i}.conv2d.weight"), 0);
    let blocks = (1..)
        .take_while(|i| tensors.contains_key(&format!("res{i}.conv1.conv2d.weight")))
        .count();
    let config = Config {
        channels: [channel(1)?, channel(2)?, channel(3)?],
        blocks,
        outer_kernel: side(&tensors, "conv1.conv2d.weight", 2)?,
    };
    Ok((config, tensors))
}
