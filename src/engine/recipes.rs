//! Filling in recipes: what the program writes about how a picture was made.

use super::protocol::{DeviceInfo, EngineError, Library};
use crate::clock;
use crate::nn::kernel;
use crate::recipe::{ExploreParams, Making, ModelRef, Recipe, SourceRef};

/// Program and version, as recipes name it.
pub(crate) fn software() -> String {
    format!("Limner {}", env!("CARGO_PKG_VERSION"))
}

/// The kernels in use, in lower case.
pub(crate) fn kernel_name() -> String {
    format!("{:?}", kernel::selected()).to_lowercase()
}

/// A recipe of this program, made now on `device`.
pub(crate) fn recipe(
    making: Making,
    models: Vec<ModelRef>,
    sources: Vec<SourceRef>,
    device: &DeviceInfo,
) -> Recipe {
    Recipe {
        version: making.version(),
        software: software(),
        created: clock::rfc3339(clock::now()),
        device: device.line(),
        making,
        models,
        sources,
        resolved_ws: None,
        finish: None,
        extra: serde_json::Map::new(),
    }
}

/// The recipe of a generated picture that is shown but was made as a preview: for
/// keeping it without rendering it again.
///
/// # Errors
/// [`EngineError::NoModel`] if the model isn't in the library.
pub fn explore_recipe(
    params: &ExploreParams,
    library: &Library,
    device: &DeviceInfo,
) -> Result<Recipe, EngineError> {
    let model = library
        .models
        .iter()
        .find(|m| m.name == params.model)
        .ok_or_else(|| EngineError::NoModel(params.model.clone()))?;
    let model = ModelRef {
        name: model.name.clone(),
        sha256: model.sha256.clone(),
    };
    Ok(recipe(
        Making::Explore(params.clone()),
        vec![model],
        Vec::new(),
        device,
    ))
}
