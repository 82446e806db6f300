//! The fields of a JSON object as named settings.

use serde_json::{Map, Value};

/// A value in words: texts as they are, lists and objects as JSON; nothing for `null`.
pub(super) fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) if list.is_empty() => None,
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            Some(texts.join(", "))
        }
        Value::Object(map) if map.is_empty() => None,
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// The known fields under their common names, in the order of `names`, then the other
/// plain ones under their own. Several fields may have one name: the first that is there
/// counts.
pub(super) fn named(
    map: &Map<String, Value>,
    names: &[(&str, &str)],
    silent: &[&str],
) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for (key, name) in names {
        let value = map.get(*key).and_then(words).filter(|v| !v.is_empty());
        if let Some(value) = value
            && !out.iter().any(|(n, _)| n == name)
        {
            out.push(((*name).to_owned(), value));
        }
    }
    for (key, value) in map {
        let known = names.iter().any(|(k, _)| k == key) || silent.contains(&key.as_str());
        if known || value.is_object() || value.is_array() {
            continue;
        }
        if let Some(value) = words(value) {
            out.push((key.clone(), value));
        }
    }
    out
}

/// Width and height as one setting, where both are there.
pub(super) fn size(map: &Map<String, Value>) -> Option<(String, String)> {
    let side = |key: &str| map.get(key).and_then(words);
    let size = format!("{} x {}", side("width")?, side("height")?);
    Some(("Size".to_owned(), size))
}
