//! Other rooms' errors as the engine's, once and for all.

use super::protocol::EngineError;
use crate::latent::LatentError;
use crate::models::ModelError;

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
