//! Texts of strangers: bounded and cleaned.

use serde_json::{Map, Value};

use crate::clean_text::{line, lines};
use crate::recipe::json::is_bounded;

/// Longer texts are not read as JSON: a graph of thousands of nodes has less.
const LONGEST_JSON: usize = 8 << 20;
/// Bytes of a setting's name that are told.
const LONGEST_NAME: usize = 200;
/// Letters of one value that are told.
const LONGEST_VALUE: usize = 20_000;
/// Settings that are told.
const MOST_SETTINGS: usize = 300;

/// Settings for people to read: cleaned, without empty ones, of bounded length.
pub(super) fn tidy(settings: Vec<(String, String)>) -> Vec<(String, String)> {
    let all = settings.into_iter().filter_map(|(name, value)| {
        let name = line(&name, LONGEST_NAME);
        let value = lines(value.trim());
        (!value.is_empty() && !name.is_empty()).then(|| (name, shortened(value)))
    });
    all.take(MOST_SETTINGS).collect()
}

fn shortened(value: String) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        None => value,
        Some((at, _)) => {
            let more = value[at..].chars().count();
            format!("{} … ({more} more letters)", &value[..at])
        }
    }
}

/// A text as JSON. Python writes `NaN` and `Infinity`, which are none: they count as `null`.
pub(super) fn json(text: &str) -> Option<Value> {
    let text = text.trim().trim_matches('\0');
    let short = text.len() <= LONGEST_JSON && is_bounded(text);
    if !short || !text.starts_with(['{', '[']) {
        return None;
    }
    let parsed = serde_json::from_str(text);
    parsed
        .or_else(|_| serde_json::from_str(&without_nan(text)))
        .ok()
}

/// `NaN`, `Infinity` and `-Infinity` outside of strings become `null`.
fn without_nan(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"]
            .into_iter()
            .find(|word| !inside && rest.starts_with(word));
        if let Some(word) = word {
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = inside,
            '"' => inside = !inside,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// A text as a JSON object.
pub(super) fn object(text: &str) -> Option<Map<String, Value>> {
    match json(text)? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_numbers_that_are_none_don_t_spoil_the_rest() {
        let text = r#"{"a": NaN, "b": [-Infinity, "NaN \" Infinity"], "c": 1}"#;
        let value = json(text).unwrap();
        assert_eq!(value["a"], Value::Null);
        assert_eq!(value["b"][1], "NaN \" Infinity");
        assert_eq!(value["c"], 1);
    }

    #[test]
    fn long_values_say_how_much_is_left_out() {
        let long = "ä".repeat(LONGEST_VALUE + 7);
        let told = tidy(vec![("Prompt".into(), long), ("Empty".into(), " ".into())]);
        assert_eq!(told.len(), 1);
        assert!(told[0].1.ends_with("… (7 more letters)"));
    }
}
