use serde_json::Value;

/// As much of JSON Schema as ours uses; `Err` says where and why. Properties that the
/// schema doesn't know are errors, so that it can't fall behind the code.
pub(super) fn check(
    schema: &Value,
    value: &Value,
    root: &Value,
    strict: bool,
) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return check(target, value, root, strict);
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let tries: Vec<_> = options
            .iter()
            .map(|o| check(o, value, root, strict))
            .collect();
        let fits = tries.iter().filter(|t| t.is_ok()).count();
        return if fits == 1 {
            Ok(())
        } else {
            Err(format!("{fits} of oneOf fit {value}: {tries:?}"))
        };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().try_for_each(|p| check(p, value, root, false));
    }
    if let Some(c) = schema.get("const") {
        return (c == value)
            .then_some(())
            .ok_or(format!("{value} is not {c}"));
    }
    if let Some(list) = schema["enum"].as_array() {
        return list
            .contains(value)
            .then_some(())
            .ok_or(format!("{value} is not in {list:?}"));
    }
    let fits = match schema["type"].as_str().unwrap() {
        "object" => return check_object(schema, value, root, strict),
        "array" => return check_array(schema, value, root, strict),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64() && schema.get("minimum").is_none(),
        other => panic!("{other}"),
    };
    fits.then_some(())
        .ok_or(format!("{value} is no {}", schema["type"]))
}

fn check_object(schema: &Value, value: &Value, root: &Value, strict: bool) -> Result<(), String> {
    let object = value.as_object().ok_or(format!("{value} is no object"))?;
    for key in schema["required"].as_array().into_iter().flatten() {
        if !object.contains_key(key.as_str().unwrap()) {
            return Err(format!("{key} is missing"));
        }
    }
    for (key, inner) in object {
        match schema["properties"].get(key) {
            Some(s) => check(s, inner, root, strict).map_err(|e| format!("{key}: {e}"))?,
            None if strict && schema["additionalProperties"] != true => {
                return Err(format!("{key} isn't in the schema"));
            }
            None => {}
        }
    }
    Ok(())
}

fn check_array(schema: &Value, value: &Value, root: &Value, strict: bool) -> Result<(), String> {
    let list = value.as_array().ok_or(format!("{value} is no array"))?;
    let limit = |k: &str, default| schema[k].as_u64().unwrap_or(default);
    let n = list.len() as u64;
    if n < limit("minItems", 0) || n > limit("maxItems", u64::MAX) {
        return Err(format!("{n} items"));
    }
    list.iter()
        .try_for_each(|v| check(&schema["items"], v, root, strict))
}
