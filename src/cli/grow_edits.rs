//! Edits from a file of JSON.

use std::path::Path;

use serde_json::Value;

use super::failure::Failure;
use super::stylize::source;
use crate::recipe::{GrowEdit, json};

/// Reads a list of edits as recipes hold them, with a file's name in place of each picture, from
/// the folder that the list lies in.
pub(super) fn read(file: &Path) -> Result<Vec<GrowEdit>, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("{shown} can't be read: {error}")))?;
    let mut value =
        json::parse(&text).map_err(|error| Failure::new(format!("{shown} is no JSON: {error}")))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    name_pictures(&mut value, folder)?;
    let edits: Vec<GrowEdit> = serde_json::from_value(value).map_err(|error| {
        Failure::new(format!(
            "{shown} is no list of edits ({error}); docs/GROW.md says how one looks"
        ))
    })?;
    match edits.is_empty() {
        true => Err(Failure::new(format!("there is no edit in {shown}"))),
        false => Ok(edits),
    }
}

/// Puts pictures in the place of their files' names.
fn name_pictures(value: &mut Value, folder: &Path) -> Result<(), Failure> {
    match value {
        Value::Array(values) => values
            .iter_mut()
            .try_for_each(|value| name_pictures(value, folder)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, value)| match value {
            Value::String(file) if name == "light" || name == "sketch" => {
                let picture = source(&folder.join(&*file))?;
                *value = serde_json::to_value(picture)
                    .map_err(|error| Failure::new(error.to_string()))?;
                Ok(())
            }
            _ => name_pictures(value, folder),
        }),
        _ => Ok(()),
    }
}
