//! Recipes to JSON and back. The schema is `assets/recipe.schema.json`.

use super::{
    FINISH_VERSION, Making, RECIPE_VERSION, Recipe, SourceRef, StyleParams, StyleSource,
    TurnPanorama, json, migrate,
};

/// Why JSON is no recipe that this program can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// From a later program; it can be shown, but not rendered.
    #[error(
        "this recipe was made by a newer Limner (recipe version {0}, this program knows {RECIPE_VERSION}); update Limner to use it"
    )]
    Newer(u64),
    /// Finished by a later program; it can be shown, but not rendered.
    #[error(
        "this picture was finished by a newer Limner (finish version {0}, this program knows {FINISH_VERSION}); update Limner to use its recipe"
    )]
    NewerFinish(u64),
    /// Not a recipe, or damaged.
    #[error("this is no recipe of Limner's: {0}")]
    Damaged(String),
}

/// The schema, for programs that want to check recipes.
pub const SCHEMA: &str = include_str!("../../assets/recipe.schema.json");

impl Recipe {
    /// Compact JSON, as it goes into files.
    pub fn to_json(&self) -> String {
        // Only maps with keys that aren't strings can fail, and there are none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// JSON for people.
    pub fn to_json_pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads JSON of this or an older version; unknown fields at the top are kept.
    ///
    /// # Errors
    /// [`RecipeError::Newer`] and [`RecipeError::Damaged`].
    pub fn from_json(json: &str) -> Result<Self, RecipeError> {
        let value = json::parse(json).map_err(|e| RecipeError::Damaged(e.to_string()))?;
        let value = migrate::to_current(value)?;
        serde_json::from_value(value).map_err(|e| RecipeError::Damaged(e.to_string()))
    }

    /// The same recipe without names and folders of source files; their content
    /// hashes stay, so that the sources can still be found by who has them.
    pub fn without_source_names(&self) -> Self {
        let mut recipe = self.clone();
        recipe.each_source(&mut forget_name);
        recipe
    }

    /// Calls `tell` with every mention of a picture that went in.
    pub fn each_source(&mut self, tell: &mut dyn FnMut(&mut SourceRef)) {
        self.sources.iter_mut().for_each(&mut *tell);
        self.change_source_recipe(&mut |source| source.each_source(&mut *tell));
        if let Some(finish) = &mut self.finish {
            finish.each_source(tell);
        }
        match &mut self.making {
            Making::Style(params) => each_of_style(params, tell),
            Making::StyleWalk(walk) => {
                for point in &mut walk.points {
                    each_of_style(point, tell);
                }
            }
            Making::Lens(params) => {
                tell(&mut params.photo);
                if let Some(other) = &mut params.other {
                    tell(&mut other.picture);
                }
            }
            Making::Grow(params) => params.each_picture_mut(tell),
            Making::Material(params) | Making::Hang(params) => tell(&mut params.picture),
            Making::Turn(params) => {
                if let TurnPanorama::Picture(picture) = &mut params.panorama {
                    tell(picture);
                }
            }
            Making::Explore(_) | Making::Upscale { .. } | Making::Walk(_) | Making::Imported => {}
        }
    }
}

fn each_of_style(params: &mut StyleParams, tell: &mut dyn FnMut(&mut SourceRef)) {
    tell(&mut params.photo);
    for layer in &mut params.styles {
        if let StyleSource::File(source) = &mut layer.style {
            tell(source);
        }
    }
}

fn forget_name(source: &mut SourceRef) {
    source.name.clear();
    source.path.clear();
}

#[cfg(test)]
#[path = "schema_check.rs"]
mod check;
#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
