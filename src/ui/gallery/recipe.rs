//! A recipe in a few lines, for the details beside the grid.

use crate::clock;
use crate::engine::protocol::{Attribute, Estimate};
use crate::recipe::{
    DirectionEdit, ExploreParams, FinishSettings, GrowChange, GrowEdit, GrowParams, GrowTask,
    LatentOrigin, LensParams, Making, NoiseMode, Recipe, SourceRef, StyleParams, StyleSource,
};

/// What a line is about, and what it says.
pub type Line = (&'static str, String);

/// How the window calls what recipes name by identifiers.
pub struct Names<'a> {
    /// The shown name of a style that ships.
    pub style: &'a dyn Fn(&str) -> String,
    /// What a generator's setting of variety is called.
    pub variety: &'a dyn Fn(&str) -> &'static str,
}

/// The lines of a recipe.
pub fn summary(recipe: &Recipe, names: &Names<'_>) -> Vec<Line> {
    let mut lines = match &recipe.making {
        Making::Explore(params) => explore(params, (names.variety)(&params.model)),
        Making::Style(params) => style(params, names.style),
        Making::Lens(params) => lens(params),
        Making::Grow(params) => grow(params),
        Making::Upscale { scale, .. } => vec![("Upscaled", format!("{scale}×"))],
        Making::Material(_) => vec![("Made", "a material of a picture".to_owned())],
        Making::Hang(_) => vec![("Made", "a picture for a wall".to_owned())],
        Making::Walk(walk) => vec![
            ("Walk", format!("{} points", walk.points.len())),
            ("Frames", format!("{} at {} fps", walk.frames, walk.fps)),
        ],
        Making::Turn(turn) => vec![
            ("Made", "a turn around in a panorama".to_owned()),
            ("Frames", format!("{} at {} fps", turn.frames, turn.fps)),
        ],
        Making::StyleWalk(walk) => vec![
            (
                "Film",
                format!("{} keyframes of a photo", walk.points.len()),
            ),
            ("Frames", format!("{} at {} fps", walk.frames, walk.fps)),
        ],
        Making::Imported => vec![("Made", "elsewhere".to_owned())],
    };
    if let Some(params) = &recipe.finish {
        lines.push(("Finish", finish(&params.settings)));
    }
    if !recipe.device.is_empty() {
        lines.push(("Computed on", recipe.device.clone()));
    }
    if !recipe.software.is_empty() {
        lines.push(("Made with", recipe.software.clone()));
    }
    lines
}

/// What was done at the end, in words.
fn finish(settings: &FinishSettings) -> String {
    let plain = FinishSettings::default();
    let tones = [
        ("exposure", settings.exposure),
        ("contrast", settings.contrast),
        ("warmth", settings.warmth),
        ("saturation", settings.saturation),
        ("sharpen", settings.sharpen),
        ("grain", settings.grain),
        ("vignette", settings.vignette),
    ];
    let shape = [
        ("turned", settings.quarter_turns != plain.quarter_turns),
        ("flipped", settings.flip != plain.flip),
        ("straightened", settings.straighten != 0.0),
        ("cropped", settings.crop.is_some()),
        ("resized", settings.size.is_some()),
        ("tone curve", !settings.moving_curve().is_empty()),
    ];
    let shape = shape.iter().filter(|(_, done)| *done);
    let tones = tones.iter().filter(|(_, amount)| *amount != 0.0);
    let words: Vec<String> = shape
        .map(|(name, _)| (*name).to_owned())
        .chain(tones.map(|(name, amount)| format!("{name} {}", number(*amount))))
        .collect();
    words.join(", ")
}

fn explore(params: &ExploreParams, variety: &'static str) -> Vec<Line> {
    let mut lines = vec![match &params.origin {
        LatentOrigin::Seed(seed) => ("Seed", seed.to_string()),
        LatentOrigin::W(_) => ("Start", "a stored point".to_owned()),
        LatentOrigin::Ws(_) => ("Start", "a projected photo".to_owned()),
    }];
    lines.push((variety, number(params.truncation_psi)));
    if let Some(mix) = &params.mix {
        let layers = mix.layers;
        lines.push((
            "Style mixing",
            format!(
                "seed {}, layers {} to {}",
                mix.seed, layers.start, layers.end
            ),
        ));
    }
    if let NoiseMode::Seeded(seed) = params.noise {
        lines.push(("Noise", format!("seed {seed}")));
    } else if params.noise == NoiseMode::Off {
        lines.push(("Noise", "off".to_owned()));
    }
    if !params.edits.is_empty() {
        lines.push(("Sliders", sliders(&params.edits)));
    }
    lines
}

fn grow(params: &GrowParams) -> Vec<Line> {
    let name = |source: &SourceRef| match source.title() {
        "" => "a picture".to_owned(),
        name => name.to_owned(),
    };
    let mut lines = vec![("Grown from", name(&params.source))];
    match &params.task {
        GrowTask::Vary => {}
        GrowTask::Tile => lines.push(("Kept", "all but the edges".to_owned())),
        GrowTask::Extend {
            left,
            top,
            right,
            bottom,
        } => lines.push((
            "Extended",
            format!("left {left}, top {top}, right {right}, bottom {bottom}"),
        )),
        GrowTask::FullTurn(turn) => {
            let fov = turn
                .fov
                .map_or_else(String::new, |fov| format!("of {fov:.0}° "));
            lines.push(("Extended", format!("a strip {fov}to a full turn")));
        }
        GrowTask::Fill { mask } => lines.push(("Filled", name(mask))),
        GrowTask::FillPainted { .. } => {
            lines.push(("Filled", "where it was painted over".to_owned()));
        }
        GrowTask::Edit { edits } => lines.push(("Edited", changes(edits))),
        GrowTask::Shape {
            structure,
            strength,
        } => lines.push((
            "Structure",
            format!("{}, {}", name(structure), percent(*strength)),
        )),
    }
    for other in &params.others {
        lines.push(("Patches of", name(&other.picture)));
    }
    lines.push(("Seed", params.seed.to_string()));
    if let Some(breed) = &params.breed {
        let seed = breed.seed;
        lines.push((
            "Bred with",
            format!("seed {seed}, {}", percent(breed.share)),
        ));
    }
    lines.push(("Chance", percent(params.chance)));
    lines.push(("Coherence", percent(params.coherence)));
    let seamless = match params.seamless {
        [false, false] => return lines,
        [true, false] => "across",
        [false, true] => "down",
        [true, true] => "across and down",
    };
    lines.push(("Seamless", seamless.to_owned()));
    lines
}

fn changes(edits: &[GrowEdit]) -> String {
    let change = |edit: &GrowEdit| match &edit.change {
        GrowChange::Move(_) => "moved",
        GrowChange::Copy(_) => "copied",
        GrowChange::Recolour { .. } => "recoloured",
        GrowChange::Remove => "removed",
        GrowChange::Paint(_) | GrowChange::Sketch(_) => "painted",
    };
    let changes: Vec<&str> = edits.iter().map(change).collect();
    changes.join(", ")
}

fn sliders(edits: &[DirectionEdit]) -> String {
    let edits: Vec<String> = edits
        .iter()
        .map(|e| format!("{} {:+.1}", plain_direction(&e.direction), e.sigma))
        .collect();
    edits.join(", ")
}

fn lens(params: &LensParams) -> Vec<Line> {
    let mut lines = Vec::new();
    if !params.photo.name.is_empty() {
        lines.push(("Photo", params.photo.title().to_owned()));
    }
    if !params.edits.is_empty() {
        lines.push(("Sliders", sliders(&params.edits)));
    }
    for gain in &params.gains {
        lines.push((gain.part.name(), percent(gain.gain)));
    }
    if let Some(other) = &params.other {
        let name = match other.picture.title() {
            "" => "a picture",
            name => name,
        };
        lines.push(("With", name.to_owned()));
        for (what, amount) in [
            ("Blend", other.blend),
            ("Match tone", other.light),
            ("Match texture", other.texture),
        ] {
            if amount > 0.0 {
                lines.push((what, percent(amount)));
            }
        }
    }
    let detail = if params.keep_detail {
        "kept"
    } else {
        "redrawn"
    };
    lines.push(("Detail", detail.to_owned()));
    if params.mask.is_some() {
        lines.push(("Mask", "painted".to_owned()));
    }
    lines
}

fn style(params: &StyleParams, style_name: &dyn Fn(&str) -> String) -> Vec<Line> {
    let mut lines = Vec::new();
    if !params.photo.name.is_empty() {
        lines.push(("Photo", params.photo.title().to_owned()));
    }
    let total: f32 = params.styles.iter().map(|s| s.weight).sum();
    let several = params.styles.len() > 1;
    let names: Vec<String> = params
        .styles
        .iter()
        .map(|s| {
            let mut name = match &s.style {
                StyleSource::Builtin(id) => style_name(id),
                StyleSource::File(f) if f.name.is_empty() => "a picture".to_owned(),
                StyleSource::File(f) => f.name.clone(),
            };
            if several && total > 0.0 {
                name = format!("{name} {:.0} %", s.weight / total * 100.0);
            }
            if s.mask.is_some() {
                name.push_str(" (masked)");
            }
            name
        })
        .collect();
    let what = if several { "Styles" } else { "Style" };
    lines.push((
        what,
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        },
    ));
    lines.push(("Strength", percent(params.strength)));
    lines.push(("Stroke scale", number(params.brush)));
    if params.keep_colors > 0.0 {
        lines.push(("Keep colours", percent(params.keep_colors)));
    }
    lines
}

/// `measured.redness` is shown as `tint`, `pca.3` as `discovered 4`.
fn plain_direction(id: &str) -> String {
    if let Some(attribute) = Attribute::of_direction(id) {
        return attribute.title().to_lowercase();
    }
    match id.split_once('.') {
        Some((sort @ ("pca" | "answer" | "look"), n)) => match n.parse::<usize>() {
            Ok(n) => format!(
                "{} {}",
                if sort == "look" { "look" } else { "discovered" },
                n + 1
            ),
            Err(_) => id.to_owned(),
        },
        Some((_, name)) => name.replace('_', " "),
        None => id.to_owned(),
    }
}

fn percent(v: f32) -> String {
    format!("{:.0} %", v * 100.0)
}

fn number(v: f32) -> String {
    format!("{v:.2}")
}

/// The day and time of a moment in seconds since 1970, on the clocks of this machine:
/// `2026-03-01 09:05`.
pub fn moment(seconds: i64) -> String {
    clock::wall_time(seconds, &clock::local_zone())
}

/// Bytes in words: `3.4 MB`.
pub fn bytes(n: u64) -> String {
    let n = n as f64;
    if n >= 1e9 {
        format!("{:.1} GB", n / 1e9)
    } else if n >= 1e6 {
        format!("{:.0} MB", n / 1e6)
    } else {
        format!("{:.0} kB", (n / 1e3).max(1.0))
    }
}

/// What a picture of this size will take, in words.
pub fn cost(estimate: &Estimate) -> String {
    let [w, h] = estimate.size;
    format!(
        "{w} × {h}: about {} and {} of memory",
        duration(estimate.time),
        bytes(estimate.memory),
    )
}

/// A time in words: `40 s`, `3 min 20 s`.
pub fn duration(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{DirectionEdit, LensOther, SourceRef, StyleLayer};

    #[test]
    fn a_generated_picture_in_a_few_lines() {
        let mut params = ExploreParams::new("fruit", 7);
        params.edits.push(DirectionEdit {
            direction: "measured.warmth".into(),
            sigma: 1.5,
            layers: None,
        });
        let lines = explore(&params, "Temperature");
        assert!(lines.contains(&("Temperature", number(params.truncation_psi))));
        assert!(lines.contains(&("Seed", "7".into())));
        assert!(lines.contains(&("Sliders", "warmth +1.5".into())));
    }

    #[test]
    fn shares_of_styles_add_up() {
        let layer = |id: &str, weight| StyleLayer {
            style: StyleSource::Builtin(id.into()),
            weight,
            code: None,
            learnt: None,
            code_edits: vec![],
            mask: None,
        };
        let params = StyleParams {
            model: "restyle".into(),
            photo: SourceRef::default(),
            styles: vec![layer("a", 1.0), layer("b", 0.25)],
            strength: 0.8,
            brush: 1.0,
            keep_colors: 0.0,
            wrap: crate::recipe::Wrap::None,
        };
        let lines = style(&params, &|id: &str| id.to_uppercase());
        assert_eq!(lines[0], ("Styles", "A 80 %, B 20 %".into()));
        assert_eq!(lines[1], ("Strength", "80 %".into()));
    }

    #[test]
    fn a_photo_of_lens_in_a_few_lines() {
        let source = |name: &str| SourceRef {
            name: name.into(),
            ..SourceRef::default()
        };
        let mut params = LensParams::new("lens", source("cat.jpg"));
        for (direction, sigma) in [("measured.warmth", 1.5), ("answer.3", -1.0)] {
            params.edits.push(DirectionEdit {
                direction: direction.into(),
                sigma,
                layers: None,
            });
        }
        params.other = Some(LensOther {
            light: 0.4,
            ..LensOther::new(source("sky.jpg"))
        });
        let lines = lens(&params);
        for line in [
            ("Photo", "cat.jpg"),
            ("Sliders", "warmth +1.5, discovered 4 -1.0"),
            ("With", "sky.jpg"),
            ("Match tone", "40 %"),
            ("Detail", "kept"),
        ] {
            assert!(lines.contains(&(line.0, line.1.into())), "{lines:?}");
        }
        assert!(!lines.iter().any(|(what, _)| *what == "Blend"));
    }

    #[test]
    fn times_and_sizes_in_words() {
        use std::time::Duration;
        assert_eq!(duration(Duration::from_millis(300)), "a second");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(bytes(640_000_000), "640 MB");
    }
}
