//! Filling in recipes: what the program writes about how a picture was made.

use std::time::{SystemTime, UNIX_EPOCH};

use super::protocol::{EngineError, Library};
use crate::nn::kernel;
use crate::recipe::{ExploreParams, Making, ModelRef, RECIPE_VERSION, Recipe, SourceRef};

/// Program and version, as recipes name it.
pub(crate) fn software() -> String {
    format!("Limner {}", env!("CARGO_PKG_VERSION"))
}

/// Device and numerics, e.g. `cpu avx512`.
pub(crate) fn device_line() -> String {
    format!("cpu {}", kernel_name())
}

/// The kernels in use, in lower case.
pub(crate) fn kernel_name() -> String {
    format!("{:?}", kernel::selected()).to_lowercase()
}

/// A recipe of this program, made now.
pub(crate) fn recipe(making: Making, models: Vec<ModelRef>, sources: Vec<SourceRef>) -> Recipe {
    Recipe {
        version: RECIPE_VERSION,
        software: software(),
        created: rfc3339(SystemTime::now()),
        device: device_line(),
        making,
        models,
        sources,
        resolved_ws: None,
        extra: serde_json::Map::new(),
    }
}

/// The recipe of a generated picture that is shown but was made as a preview: for
/// keeping it without rendering it again.
///
/// # Errors
/// [`EngineError::NoModel`] if the model isn't in the library.
pub fn explore_recipe(params: &ExploreParams, library: &Library) -> Result<Recipe, EngineError> {
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
    ))
}

/// A moment as RFC 3339, UTC, to the second.
pub(crate) fn rfc3339(moment: SystemTime) -> String {
    let seconds = moment
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs() as i64);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let [year, month, day] = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Year, month, day of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> [i64; 3] {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    [year, month, day]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments() {
        let at = |s| rfc3339(UNIX_EPOCH + Duration::from_secs(s));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(at(1_795_573_130), "2026-11-25T02:18:50Z");
    }
}
