//! InvokeAI: `invokeai_metadata` (since 3.0), `sd-metadata` (2.x), `Dream` (1.x).

use serde_json::{Map, Value};

use super::fields::{named, size, words};
use super::file_texts::{FileTexts, Found};
use super::text::object;

/// One of the three text chunks.
pub(super) fn read(texts: &FileTexts<'_>) -> Option<Found> {
    let found = |text: &str, settings| Found {
        program: "InvokeAI",
        text: text.to_owned(),
        settings,
    };
    for keyword in ["invokeai_metadata", "invokeai"] {
        if let Some(text) = texts.chunk(keyword) {
            return Some(found(
                text,
                object(text).map_or_else(Vec::new, |m| today(&m)),
            ));
        }
    }
    if let Some(text) = texts.chunk("sd-metadata") {
        return Some(found(
            text,
            object(text).map_or_else(Vec::new, |m| older(&m)),
        ));
    }
    let text = texts.chunk("Dream")?;
    Some(found(text, dream(text)))
}

const NAMES: [(&str, &str); 12] = [
    ("positive_prompt", "Prompt"),
    ("negative_prompt", "Negative prompt"),
    ("model", "Model"),
    ("seed", "Seed"),
    ("steps", "Steps"),
    ("scheduler", "Sampler"),
    ("sampler", "Sampler"),
    ("cfg_scale", "CFG scale"),
    ("positive_style_prompt", "Style prompt"),
    ("negative_style_prompt", "Negative style prompt"),
    ("generation_mode", "Mode"),
    ("app_version", "Version"),
];

fn today(map: &Map<String, Value>) -> Vec<(String, String)> {
    let mut map = map.clone();
    if let Some(model) = map.get("model").and_then(name_of) {
        map.insert("model".to_owned(), Value::String(model));
    }
    let mut out = named(&map, &NAMES, &["width", "height"]);
    out.extend(size(&map));
    let loras = map.get("loras").and_then(Value::as_array);
    for lora in loras.into_iter().flatten() {
        let model = lora.get("model").or_else(|| lora.get("lora"));
        let weight = lora.get("weight").and_then(words).unwrap_or_default();
        if let Some(name) = model.and_then(name_of) {
            out.push(("LoRA".to_owned(), format!("{name} {weight}")));
        }
    }
    let vae = map.get("vae").and_then(name_of);
    out.extend(vae.map(|vae| ("VAE".to_owned(), vae)));
    out
}

/// A model is an object with its name, or the name alone.
fn name_of(model: &Value) -> Option<String> {
    if let Value::String(name) = model {
        return Some(name.clone());
    }
    let name = model.get("name").or_else(|| model.get("model_name"))?;
    name.as_str().map(str::to_owned)
}

fn older(map: &Map<String, Value>) -> Vec<(String, String)> {
    let Some(Value::Object(image)) = map.get("image") else {
        return named(map, &NAMES, &[]);
    };
    let prompt = match image.get("prompt") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part["prompt"].as_str());
            texts.collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    let mut out = prompts(&prompt);
    let model = map.get("model_weights").and_then(words);
    out.extend(model.map(|model| ("Model".to_owned(), model)));
    out.extend(named(image, &NAMES, &["prompt", "width", "height"]));
    out.extend(size(image));
    let version = map.get("app_version").and_then(words);
    out.extend(version.map(|version| ("Version".to_owned(), version)));
    out
}

/// A prompt with what isn't wanted in square brackets.
fn prompts(text: &str) -> Vec<(String, String)> {
    let (mut wanted, mut unwanted) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((inside, behind)) = after.split_once(']') else {
            break;
        };
        wanted.push_str(before);
        unwanted.push(inside.trim());
        rest = behind;
    }
    wanted.push_str(rest);
    vec![
        ("Prompt".to_owned(), wanted.trim().to_owned()),
        ("Negative prompt".to_owned(), unwanted.join(", ")),
    ]
}

/// `"a pear [blur]" -s 50 -S 1 -W 512 -H 512 -C 7.5 -A k_lms`.
fn dream(text: &str) -> Vec<(String, String)> {
    let (prompt, rest) = match text.trim().strip_prefix('"') {
        Some(quoted) => quoted.rsplit_once('"').unwrap_or((quoted, "")),
        None => text.split_once(" -").unwrap_or((text, "")),
    };
    let mut out = prompts(prompt);
    let mut words = rest.split_whitespace();
    let mut sides = [None, None];
    while let Some(word) = words.next() {
        let switch = word.trim_start_matches('-');
        let (switch, value) = match switch.len() {
            // `-s50` and `-s 50` are the same.
            0 => continue,
            1 => (switch, words.next().unwrap_or_default()),
            _ if word.starts_with("--") => (switch, words.next().unwrap_or_default()),
            _ => switch.split_at(switch.chars().next().map_or(1, char::len_utf8)),
        };
        let name = match switch {
            "s" | "steps" => "Steps",
            "S" | "seed" => "Seed",
            "C" | "cfg_scale" => "CFG scale",
            "A" | "sampler" => "Sampler",
            "W" | "width" => {
                sides[0] = Some(value);
                continue;
            }
            "H" | "height" => {
                sides[1] = Some(value);
                continue;
            }
            other => other,
        };
        out.push((name.to_owned(), value.to_owned()));
    }
    if let [Some(width), Some(height)] = sides {
        out.push(("Size".to_owned(), format!("{width} x {height}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_chunks, setting};

    #[test]
    fn all_three_generations_of_it_are_read() {
        let today = r#"{"generation_mode":"sdxl_txt2img","positive_prompt":"a pear",
            "negative_prompt":"blur","width":1024,"height":768,"seed":4294967295,"steps":30,
            "cfg_scale":7.5,"scheduler":"euler_a","model":{"key":"k","name":"juggernaut","base":"sdxl"},
            "loras":[{"model":{"name":"ink"},"weight":0.75}],"app_version":"5.1.0"}"#;
        let older = r#"{"model":"stable diffusion","model_weights":"juggernaut","app_version":"2.3",
            "image":{"prompt":[{"prompt":"a pear [blur]","weight":1}],"steps":30,"cfg_scale":7.5,
            "sampler":"euler_a","seed":4294967295,"width":1024,"height":768}}"#;
        let dream = "\"a pear [blur]\" -s 30 -S4294967295 -W 1024 -H 768 -C 7.5 -A euler_a";
        for (keyword, text, model) in [
            ("invokeai_metadata", today, true),
            ("sd-metadata", older, true),
            ("Dream", dream, false),
        ] {
            let found = in_chunks(&[(keyword, text)]).unwrap();
            assert_eq!(found.program, "InvokeAI");
            for (name, value) in [
                ("Prompt", "a pear"),
                ("Negative prompt", "blur"),
                ("Seed", "4294967295"),
                ("Steps", "30"),
                ("Sampler", "euler_a"),
                ("CFG scale", "7.5"),
                ("Size", "1024 x 768"),
            ] {
                assert_eq!(setting(&found, name), Some(value), "{keyword} {name}");
            }
            assert_eq!(setting(&found, "Model"), model.then_some("juggernaut"));
        }
        let found = in_chunks(&[("invokeai_metadata", today)]).unwrap();
        assert_eq!(setting(&found, "LoRA"), Some("ink 0.75"));
    }
}
