//! Brings foreign checkpoints in: StyleGAN2 and StyleGAN3 pickles and `.pt` files, fast neural
//! style, AdaIN and MicroAST networks, Stable Diffusion's autoencoders, ESRGAN's enlargers,
//! and safetensors of the same names. Reads them as data, without Python and without running anything, and writes a model folder
//! (weights, config, card) that the registry knows.

mod any_style;
mod autoencoder;
mod bytes;
mod family;
mod fast_style;
mod fastgan;
mod folder;
mod foreign;
mod install;
mod ldm;
mod lucidrains;
mod parts;
mod persistence;
pub mod pickle;
mod rosinality;
mod safetensors_file;
mod span;
mod stylegan2;
mod stylegan2_arguments;
mod stylegan3;
mod stylegan_xl;
mod tensors;
pub mod torch;
mod upscaler;
mod wrappers;

pub use install::{
    CheckFile, ImportStep, Imported, Origin, Watch, import, import_from, import_watched, is_taken,
    model_name,
};
pub use parts::is_part_name;
pub use stylegan2::{Stylegan2Kwargs, from_checkpoint};
pub use tensors::{Stored, Tensors};

use crate::models::folders;

/// What can be imported, for those who bring something else.
const READS: &str = "Limner reads StyleGAN2, StyleGAN3, StyleGAN-XL, FastGAN and lightweight-gan generators, fast-neural-style, AdaIN and MicroAST networks, Stable Diffusion's autoencoders (AutoencoderKL, TAESD), and enlargers of the ESRGAN family (RRDBNet, SRVGGNetCompact, SPAN)";

/// Whether no import can be called so, wherever it goes: what ships has the name.
pub fn is_reserved(name: &str) -> bool {
    folders::is_reserved(name)
}

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
    #[error("the checkpoint lacks '{0}'; {reads}", reads = READS)]
    Missing(String),
    /// Something else, which was recognised.
    #[error("this is {what}; {advice}. {reads}", reads = READS)]
    Foreign {
        /// What it is.
        what: String,
        /// What to do.
        advice: &'static str,
    },
    /// Tensors that belong to no network that Limner knows.
    #[error("this network is none that Limner knows (it holds '{0}'); {reads}", reads = READS)]
    Unknown(String),
    /// A part of an archive doesn't agree with its check sum.
    #[error("the file is damaged; download it again")]
    Damaged,
    /// Tensors that show more numbers than the file holds.
    #[error(
        "a tensor claims more numbers than the file holds; save the network again with its tensors made contiguous"
    )]
    Repeated,
    /// A network of another family or an unsupported variant.
    #[error("{0}")]
    Unsupported(String),
    /// More numbers than any supported network has.
    #[error("the checkpoint is larger than any network that Limner runs")]
    TooLarge,
    /// The file isn't the one that was checked.
    #[error("'{0}' was changed by another program; nothing was imported, try again")]
    Changed(String),
    /// A model of that name is there already.
    #[error("a model called '{0}' is there already; give another name with --name")]
    Exists(String),
    /// Stopped by the user.
    #[error("stopped")]
    Cancelled,
    /// The disk said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The disk of the models said no.
    #[error("the network can't be written ({error}); nothing was imported, {advice}: {}", folder.display())]
    Writing {
        /// Where it was to go.
        folder: std::path::PathBuf,
        /// What the system says.
        error: std::io::Error,
        /// What to do.
        advice: &'static str,
    },
}

impl ImportError {
    /// A failure of the disk, as one of this folder.
    fn in_folder(self, folder: &std::path::Path) -> Self {
        let Self::Io(error) = self else {
            return self;
        };
        use std::io::ErrorKind as K;
        let advice = match error.kind() {
            K::StorageFull | K::QuotaExceeded | K::FileTooLarge => "make room on its disk",
            K::PermissionDenied | K::ReadOnlyFilesystem => "make the folder writable",
            _ => "look after its disk",
        };
        Self::Writing {
            folder: folder.to_owned(),
            error,
            advice,
        }
    }
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

/// Larger files are refused before they are read …
const MAX_BYTES: u64 = 64 << 30;
/// … and smaller ones where they must be in memory as a whole.
const MAX_IN_MEMORY: u64 = 4 << 30;
