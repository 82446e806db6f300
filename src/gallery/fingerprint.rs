//! A recipe's fingerprint: what was done, whoever did it when.

use serde_json::Value;

use crate::digest;
use crate::recipe::Recipe;

/// SHA-256, hex, of how a picture was made: equal for recipes that differ only in when, by
/// which version and on what device, or in the names of their sources.
pub fn fingerprint(recipe: &Recipe) -> String {
    let mut recipe = recipe.without_source_names();
    forget_occasion(&mut recipe);
    // Whoever is to be credited is no part of the making, and may be left out of files.
    recipe.each_source(&mut |source| {
        source.artist.clear();
        source.licence.clear();
    });
    let recipe = recipe.without_photo_credit();
    // By way of a value: its maps are in order, whoever wrote the file.
    let value = serde_json::to_value(&recipe).unwrap_or(Value::Null);
    digest::sha256(value.to_string().as_bytes())
}

/// Leaves out when, by which version and on what device a picture was made.
fn forget_occasion(recipe: &mut Recipe) {
    recipe.software.clear();
    recipe.created.clear();
    recipe.device.clear();
    recipe.change_source_recipe(&mut forget_occasion);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{ExploreParams, Making, SourceRef, UNFINISHED_VERSION};

    fn recipe(seed: u64) -> Recipe {
        Recipe {
            version: UNFINISHED_VERSION,
            software: "Limner 1".into(),
            created: "2026-11-29T10:00:00Z".into(),
            device: "cpu".into(),
            making: Making::Explore(ExploreParams::new("fruit", seed)),
            models: Vec::new(),
            sources: vec![SourceRef::of_file("/photos/a.jpg".as_ref(), "ab".into())],
            resolved_ws: Some(vec![vec![0.1, 1.0 / 3.0]]),
            finish: None,
            extra: Default::default(),
        }
    }

    #[test]
    fn only_what_was_done_counts_and_files_keep_it() {
        let one = recipe(1);
        let mut later = one.clone();
        later.created = "2027-01-01T00:00:00Z".into();
        later.software = "Limner 2".into();
        later.device = "cuda".into();
        later.sources[0].path = "/elsewhere/b.jpg".into();
        assert_eq!(fingerprint(&later), fingerprint(&one));
        let read: Recipe = serde_json::from_str(&one.to_json()).unwrap();
        assert_eq!(fingerprint(&read), fingerprint(&one));
        assert_ne!(fingerprint(&recipe(2)), fingerprint(&one));
        // Also of the picture that it was upscaled from.
        let [mut large, mut large_later] = [recipe(3), recipe(3)];
        large.set_source_recipe(&one);
        large_later.set_source_recipe(&later);
        assert_eq!(fingerprint(&large), fingerprint(&large_later));
        assert_ne!(fingerprint(&large), fingerprint(&recipe(3)));
        let read = Recipe::from_json(&large.to_json()).unwrap();
        assert_eq!(fingerprint(&read), fingerprint(&large));
        later.sources[0].sha256 = "cd".into();
        assert_ne!(fingerprint(&later), fingerprint(&one));
    }
}
