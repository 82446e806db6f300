//! Older recipes, step by step, to the version of today.

use serde_json::{Value, json};

use super::{
    EVERY_SIZE, FINISH_VERSION, FINISHED_VERSION, RECIPE_VERSION, RecipeError, STROKES, STYLIZE,
    UNFINISHED_VERSION,
};

/// One step: `STEPS[n]` brings version `n` to `n + 1`.
const STEPS: [fn(&mut Value) -> Result<(), RecipeError>; RECIPE_VERSION as usize] =
    [from_0, from_1, from_2];

/// Brings a recipe to [`RECIPE_VERSION`].
///
/// # Errors
/// [`RecipeError::Newer`] for versions to come, [`RecipeError::Damaged`] for what is
/// no recipe.
pub fn to_current(mut value: Value) -> Result<Value, RecipeError> {
    let object = value
        .as_object()
        .ok_or_else(|| RecipeError::Damaged("a recipe is a JSON object".into()))?;
    let version = match object.get("version") {
        None => 0,
        Some(v) => v
            .as_u64()
            .ok_or_else(|| RecipeError::Damaged("its version is no number".into()))?,
    };
    if version > u64::from(RECIPE_VERSION) {
        return Err(RecipeError::Newer(version));
    }
    for step in STEPS.iter().skip(version as usize) {
        step(&mut value)?;
    }
    let finish = value.get("finish").filter(|finish| !finish.is_null());
    check_finish(finish)?;
    check_strokes(&value)?;
    let newest = wrap(&value).is_some()
        || has_domain(&value)
        || is_surface(&value)
        || has_times(&value)
        || goes_round(&value)
        || strokes(&value).is_some();
    value["version"] = json!(match (newest, finish) {
        (true, _) => RECIPE_VERSION,
        (false, Some(_)) => FINISHED_VERSION,
        (false, None) => UNFINISHED_VERSION,
    });
    Ok(value)
}

/// A finish, or one before it, that this program doesn't know would come out wrong.
fn check_finish(mut finish: Option<&Value>) -> Result<(), RecipeError> {
    while let Some(params) = finish {
        match params.get("version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(FINISH_VERSION) => {
                return Err(RecipeError::NewerFinish(version));
            }
            Some(1..) => {}
            _ => {
                return Err(RecipeError::Damaged(
                    "its finish doesn't say its version".into(),
                ));
            }
        }
        finish = params.get("before").filter(|before| !before.is_null());
    }
    Ok(())
}

/// Version 1 knew no finish.
fn from_1(value: &mut Value) -> Result<(), RecipeError> {
    match value.get("finish") {
        Some(_) => Err(RecipeError::Damaged(
            "a recipe of version 1 has no finish".into(),
        )),
        None => Ok(()),
    }
}

/// How a stylised photo's strokes were laid, where not at one size.
fn strokes(value: &Value) -> Option<&Value> {
    value.get(STYLIZE)?.get(STROKES)
}

/// Strokes that this program doesn't know would come out as others.
fn check_strokes(value: &Value) -> Result<(), RecipeError> {
    match strokes(value) {
        None => Ok(()),
        Some(known) if known == EVERY_SIZE => Ok(()),
        Some(other) => Err(RecipeError::Damaged(format!(
            "its strokes are {other}, which this program doesn't know; update Limner"
        ))),
    }
}

/// How its picture goes on beyond its sides.
fn wrap(value: &Value) -> Option<&Value> {
    value.get("making")?.get("wrap")
}

/// Whether one of its generated pictures covers something other than a piece of the plane.
fn has_domain(value: &Value) -> bool {
    let Some(making) = value.get("making") else {
        return false;
    };
    let points = making.get("points").and_then(Value::as_array);
    let mut all = std::iter::once(making).chain(points.into_iter().flatten());
    all.any(|params| {
        let domain = params.get("domain");
        domain.is_some_and(|domain| !domain.is_null() && domain != "plane")
    })
}

/// Whether it is of a surface, of a turn in a panorama, or of a photo on its way through styles.
fn is_surface(value: &Value) -> bool {
    let kind = value.get("making").and_then(|making| making.get("kind"));
    let kinds = ["material", "hang", "turn", "style_walk"];
    kind.is_some_and(|kind| kinds.iter().any(|known| kind == known))
}

/// Whether it is a walk whose spans have times of their own.
fn has_times(value: &Value) -> bool {
    let spans = value.pointer("/making/spans").and_then(Value::as_array);
    spans.is_some_and(|spans| !spans.is_empty())
}

/// Whether it is of a picture that is grown on until opposite sides meet.
fn goes_round(value: &Value) -> bool {
    let task = value.pointer("/making/task");
    let task = |name: &str| task.is_some_and(|task| task.get(name).is_some());
    let sides = value.pointer("/making/seamless").and_then(Value::as_array);
    let round = sides.is_some_and(|sides| sides.contains(&json!(true)));
    task("full_turn") || (task("extend") && round)
}

/// Version 2 knew no pictures that go on beyond their sides, no surfaces or turns, no films through styles, no times in
/// walks and strokes of one size.
fn from_2(value: &mut Value) -> Result<(), RecipeError> {
    let spans = value.pointer("/making/spans").is_some();
    let walk = value.pointer("/making/kind") == Some(&json!("walk"));
    let finer = strokes(value).is_some();
    match wrap(value).is_some()
        || is_surface(value)
        || (walk && spans)
        || finer
        || goes_round(value)
    {
        true => Err(RecipeError::Damaged(
            "a recipe before version 3 has no `wrap`, is of no surface, no film through styles and nothing that was extended until its sides meet, has no times in its walk and strokes of one size"
                .into(),
        )),
        false => Ok(()),
    }
}

/// Version 0 is the short form that people write by hand:
/// `{"model": "fruit", "seed": 42, "truncation": 0.7}`.
fn from_0(value: &mut Value) -> Result<(), RecipeError> {
    let Some(object) = value.as_object_mut() else {
        return Ok(());
    };
    object.entry("software").or_insert(json!(""));
    object.entry("created").or_insert(json!(""));
    if object.contains_key("making") {
        return Ok(());
    }
    let (Some(model), Some(seed)) = (object.remove("model"), object.remove("seed")) else {
        return Err(RecipeError::Damaged(
            "it says neither what was made (`making`) nor `model` and `seed`".into(),
        ));
    };
    let psi = object.remove("truncation").unwrap_or(json!(0.7));
    let noise = object.remove("noise").unwrap_or(json!("fixed"));
    let mut making = json!({
        "kind": "explore",
        "model": model,
        "origin": {"seed": seed},
        "truncation_psi": psi,
        "noise": noise,
    });
    if let Some(size) = object.remove("size") {
        making["size"] = size;
    }
    object.insert("making".into(), making);
    Ok(())
}
