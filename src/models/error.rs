//! What can be wrong with a network's files or a request to it.

use std::path::PathBuf;

use crate::cancel::CancelToken;
use crate::latent::LatentError;

/// Ends a network's work between two layers.
///
/// # Errors
/// [`ModelError::Cancelled`] once `cancel` says so.
pub(super) fn stop(cancel: &CancelToken) -> Result<(), ModelError> {
    match cancel.is_cancelled() {
        true => Err(ModelError::Cancelled),
        false => Ok(()),
    }
}

/// Why a network can't be loaded or run; each is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Stopped by the user or by a newer request.
    #[error("stopped")]
    Cancelled,
    /// No such model.
    #[error("there is no model called '{0}' here; `limner models list` shows those that are")]
    Unknown(String),
    /// The model is there but is of another kind.
    #[error("the model '{name}' is {is}, not {wanted}; choose another")]
    WrongKind {
        /// Which.
        name: String,
        /// What it is.
        is: String,
        /// What was wanted.
        wanted: &'static str,
    },
    /// A file of the model is missing or can't be read.
    #[error("{path} can't be read ({reason}); put the model's folder back or get it again", path = path.display())]
    Unreadable {
        /// File.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// `config.json` isn't what it should be.
    #[error("{path} is not a model description of Limner: {reason}", path = path.display())]
    BadConfig {
        /// File.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The weights file is damaged.
    #[error("the weights file is damaged: {0}; get the model again")]
    BadWeights(String),
    /// A tensor isn't in the file.
    #[error("the weights file lacks '{0}': it belongs to another network or version")]
    MissingTensor(String),
    /// A tensor has another shape.
    #[error(
        "'{name}' has the shape {got:?} where {expected:?} is needed: the file belongs to another network or version"
    )]
    WrongShape {
        /// Tensor.
        name: String,
        /// Needed.
        expected: Vec<usize>,
        /// In the file.
        got: Vec<usize>,
    },
    /// A tensor holds NaN or infinity.
    #[error(
        "'{0}' holds values that are not numbers: the file is damaged or its training failed; get the model again"
    )]
    NotFinite(String),
    /// A learnt style's file isn't what it should be.
    #[error("this learnt style can't be used: {0}")]
    BadLearnt(String),
    /// A learnt style isn't here.
    #[error("the learnt style '{0}' isn't here; put its file back or get a Limner that has it")]
    NoLearnt(String),
    /// The request makes no sense for this network.
    #[error("{0}")]
    BadRequest(String),
    /// Latents don't fit.
    #[error(transparent)]
    Latent(LatentError),
    /// The tensor library failed.
    #[error("the network failed: {}", first_line(.0))]
    Candle(#[from] candle_core::Error),
}

/// candle's messages may carry a backtrace.
fn first_line(error: &candle_core::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

impl From<LatentError> for ModelError {
    fn from(error: LatentError) -> Self {
        match error {
            LatentError::Cancelled => Self::Cancelled,
            other => Self::Latent(other),
        }
    }
}
