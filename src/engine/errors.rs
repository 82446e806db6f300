//! Errors of other modules as the engine's, in one place.

use super::protocol::EngineError;
use crate::export::ExportError;
use crate::finish::FinishError;
use crate::grow::GrowError;
use crate::latent::LatentError;
use crate::models::ModelError;
use crate::photo::PhotoError;
use crate::spaces::SpacesError;

impl From<ModelError> for EngineError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Cancelled => Self::Cancelled,
            ModelError::Unknown(name) => Self::NoModel(name),
            ModelError::WrongKind { .. } | ModelError::BadRequest(_) | ModelError::Latent(_) => {
                Self::BadRequest(error.to_string())
            }
            ModelError::Candle(_) => Self::Internal(error.to_string()),
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl From<PhotoError> for EngineError {
    fn from(error: PhotoError) -> Self {
        Self::BadPicture {
            reason: error.fault.to_string(),
            path: error.path.display().to_string(),
        }
    }
}

impl From<GrowError> for EngineError {
    fn from(error: GrowError) -> Self {
        match error {
            GrowError::Cancelled => Self::Cancelled,
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl From<SpacesError> for EngineError {
    fn from(error: SpacesError) -> Self {
        match error {
            SpacesError::Cancelled => Self::Cancelled,
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl From<FinishError> for EngineError {
    fn from(error: FinishError) -> Self {
        match error {
            FinishError::Cancelled => Self::Cancelled,
            FinishError::Size(..) => Self::BadRequest(error.to_string()),
        }
    }
}

impl From<LatentError> for EngineError {
    fn from(error: LatentError) -> Self {
        match error {
            LatentError::Cancelled => Self::Cancelled,
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl From<candle_core::Error> for EngineError {
    fn from(error: candle_core::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<ExportError> for EngineError {
    fn from(error: ExportError) -> Self {
        let (reason, path) = match error {
            ExportError::DiskFull(path) => {
                ("the disk is full; free some space and try again", path)
            }
            ExportError::ReadOnly(path) => (
                "this folder can't be written to; choose another one or change its permissions",
                path,
            ),
            ExportError::NoFolder(path) => (
                "the folder isn't there; create it or choose another one",
                path,
            ),
            ExportError::Exists(path) => (
                "a file of this name is there already; choose another name",
                path,
            ),
            other => return Self::BadRequest(other.to_string()),
        };
        Self::Write {
            reason: reason.into(),
            path: path.display().to_string(),
        }
    }
}
