//! Brings foreign checkpoints in: StyleGAN2 pickles and `.pt` files, fast neural
//! style networks, and safetensors of the same names. Reads them as data, without Python and without running anything,
//! and writes a model folder (weights, config, card) that the registry knows.

mod family;
mod fast_style;
mod install;
mod persistence;
pub mod pickle;
mod safetensors_file;
mod stylegan2;
pub mod torch;

use std::path::Path;

pub use install::{Imported, Origin, import, import_from};
pub use stylegan2::{Stylegan2Kwargs, from_checkpoint};

/// Why a checkpoint can't be imported, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file ends too early or its tensors' bytes are missing.
    #[error("the file is cut short; download it again")]
    CutShort,
    /// Not a format that Limner knows.
    #[error("this is no checkpoint that Limner can read ({0})")]
    NotACheckpoint(String),
    /// A place where a tensor was expected holds something else.
    #[error("the checkpoint holds something else where a tensor should be")]
    NotATensor,
    /// A part that the network needs isn't there.
    #[error(
        "the checkpoint lacks '{0}'; Limner reads StyleGAN2 generators and fast-neural-style networks"
    )]
    Missing(String),
    /// A network of another family or an unsupported variant.
    #[error("{0}")]
    Unsupported(String),
    /// More numbers than any supported network has.
    #[error("the checkpoint is larger than any network that Limner runs")]
    TooLarge,
    /// A model of that name is there already.
    #[error("a model called '{0}' is there already; give another name with --name")]
    Exists(String),
    /// The disk said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<pickle::PickleError> for ImportError {
    fn from(error: pickle::PickleError) -> Self {
        match error {
            pickle::PickleError::CutShort => Self::CutShort,
            pickle::PickleError::TooLarge => Self::TooLarge,
            other => Self::NotACheckpoint(other.to_string()),
        }
    }
}

/// Reads a whole checkpoint file, refusing what can't be one by its size.
///
/// # Errors
/// [`ImportError::Io`] or [`ImportError::TooLarge`] above 4 GB.
pub fn read_file(path: &Path) -> Result<Vec<u8>, ImportError> {
    const MAX_BYTES: u64 = 4 << 30;
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    Ok(std::fs::read(path)?)
}
