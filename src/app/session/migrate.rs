//! Sessions of earlier versions, brought to the shape of today.

use serde_json::{Map, Value, json};

/// Brings a session to the shape of today. What is no session stays as it is: reading it
/// says what is wrong.
pub fn to_current(saved: &mut Value) {
    lens_out_of_explore(saved);
}

/// Lens was a sort of model in Explore: its work lay there, and the canvas and the
/// comparison were Explore's.
fn lens_out_of_explore(saved: &mut Value) {
    let Some(doc) = saved.get_mut("doc").and_then(Value::as_object_mut) else {
        return;
    };
    let Some(explore) = doc.get_mut("explore").and_then(Value::as_object_mut) else {
        return;
    };
    let Some(Value::Object(works)) = explore.remove("lens") else {
        return;
    };
    let front = explore
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let was_in_front = works.contains_key(front);
    let model = if was_in_front {
        front.to_owned()
    } else {
        with_a_photo(&works)
    };
    let marks = taken_out(explore, &works);
    if was_in_front {
        // A generator is chosen once the engine has told what there is.
        explore.insert("model".to_owned(), json!(""));
    }
    let lens = json!({ "model": model, "works": works, "marks": marks });
    doc.insert("lens".to_owned(), lens);
    if was_in_front && let Some(view) = saved.get_mut("view").and_then(Value::as_object_mut) {
        canvas_of_lens(view);
    }
}

/// The network whose work is shown: Limner's own if it has a photo, else any that has.
fn with_a_photo(works: &Map<String, Value>) -> String {
    let has = |work: &&Value| work.get("photo").is_some_and(|photo| !photo.is_null());
    if works.get("lens").filter(has).is_some() {
        return "lens".to_owned();
    }
    let any = works.iter().find(|(_, work)| has(work));
    any.map_or_else(String::new, |(name, _)| name.clone())
}

/// The marks on sliders of these networks, no longer among Explore's.
fn taken_out(explore: &mut Map<String, Value>, works: &Map<String, Value>) -> Map<String, Value> {
    let Some(marks) = explore.get_mut("marks").and_then(Value::as_object_mut) else {
        return Map::new();
    };
    let names = works.keys();
    names
        .filter_map(|name| Some((name.clone(), marks.remove(name)?)))
        .collect()
}

/// Explore's canvas and comparison were those of Lens.
fn canvas_of_lens(view: &mut Map<String, Value>) {
    for (of_explore, of_lens) in [("explore", "lens"), ("compare", "lens_compare")] {
        if let Some(value) = view.remove(of_explore) {
            view.insert(of_lens.to_owned(), value);
        }
    }
    if view.get("workspace").and_then(Value::as_str) == Some("Explore") {
        view.insert("workspace".to_owned(), json!("Lens"));
    }
}
