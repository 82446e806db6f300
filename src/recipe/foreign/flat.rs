//! Programs that write their settings as one flat list of names and values.

use serde_json::{Map, Value};

use super::a1111;
use super::fields::{named, size, words};
use super::file_texts::{FileTexts, Found};
use super::text::object;

/// Fooocus: JSON or AUTOMATIC1111's text in a chunk `parameters` (with `fooocus_scheme`
/// beside it), or in EXIF's `UserComment` (with the scheme in `MakerNote`).
pub(super) fn fooocus(texts: &FileTexts<'_>) -> Option<Found> {
    let scheme = texts.chunk("fooocus_scheme");
    let noted = ["fooocus", "a1111"].contains(&texts.maker_note)
        && (texts.software.contains("Fooocus") || !texts.comment.is_empty());
    let places = [texts.chunk("parameters"), texts.chunk("Comment")];
    let places = places.into_iter().flatten();
    for text in places.chain(texts.comments()) {
        let map = object(text);
        let own = map.as_ref().is_some_and(is_fooocus) || text.contains("Version: Fooocus");
        let marked = (scheme.is_some() || noted) && (map.is_some() || a1111::is_one(text));
        if !own && !marked {
            continue;
        }
        return Some(Found {
            program: "Fooocus",
            text: text.to_owned(),
            settings: match &map {
                Some(map) => fooocus_settings(map),
                None => a1111::settings(text),
            },
        });
    }
    None
}

fn is_fooocus(map: &Map<String, Value>) -> bool {
    let version = map.get("version").or_else(|| map.get("Version"));
    let scheme = map.get("metadata_scheme");
    let says = |value: Option<&Value>, word: &str| {
        let text = value.and_then(Value::as_str);
        text.is_some_and(|t| t.to_lowercase().contains(word))
    };
    let scheme = scheme.and_then(Value::as_str);
    says(version, "fooocus") || scheme.is_some_and(|s| ["fooocus", "a1111"].contains(&s))
}

const FOOOCUS: [(&str, &str); 24] = [
    ("prompt", "Prompt"),
    ("Prompt", "Prompt"),
    ("negative_prompt", "Negative prompt"),
    ("Negative Prompt", "Negative prompt"),
    ("base_model", "Model"),
    ("Base Model", "Model"),
    ("refiner_model", "Refiner model"),
    ("Refiner Model", "Refiner model"),
    ("seed", "Seed"),
    ("Seed", "Seed"),
    ("steps", "Steps"),
    ("Steps", "Steps"),
    ("sampler", "Sampler"),
    ("Sampler", "Sampler"),
    ("scheduler", "Scheduler"),
    ("Scheduler", "Scheduler"),
    ("guidance_scale", "CFG scale"),
    ("Guidance Scale", "CFG scale"),
    ("resolution", "Size"),
    ("Resolution", "Size"),
    ("styles", "Styles"),
    ("performance", "Performance"),
    ("version", "Version"),
    ("vae", "VAE"),
];

fn fooocus_settings(map: &Map<String, Value>) -> Vec<(String, String)> {
    let mut out = named(map, &FOOOCUS, &["metadata_scheme"]);
    let full = [
        ("full_prompt", "Full prompt"),
        ("full_negative_prompt", "Full negative prompt"),
    ];
    for (key, name) in full {
        let list = map.get(key).filter(|v| v.is_array()).and_then(words);
        out.extend(list.map(|list| (name.to_owned(), list)));
    }
    let loras = map.get("loras").and_then(Value::as_array);
    for lora in loras.into_iter().flatten() {
        let parts: Vec<String> = match lora {
            Value::Array(parts) => parts.iter().filter_map(words).collect(),
            one => words(one).into_iter().collect(),
        };
        out.push(("LoRA".to_owned(), parts.join(" ")));
    }
    out
}

/// SwarmUI: JSON with `sui_image_params` in a chunk `parameters` or a comment.
pub(super) fn swarmui(texts: &FileTexts<'_>) -> Option<Found> {
    let places = texts.chunk("parameters").into_iter();
    let text = places
        .chain(texts.comments())
        .find(|t| t.contains("sui_image_params"))?;
    let map = object(text).unwrap_or_default();
    let settings = match map.get("sui_image_params") {
        Some(Value::Object(params)) => {
            let mut out = named(params, &SWARMUI, &["width", "height"]);
            out.extend(size(params));
            out
        }
        _ => Vec::new(),
    };
    Some(Found {
        program: "SwarmUI",
        text: text.to_owned(),
        settings,
    })
}

const SWARMUI: [(&str, &str); 8] = [
    ("prompt", "Prompt"),
    ("negativeprompt", "Negative prompt"),
    ("model", "Model"),
    ("seed", "Seed"),
    ("steps", "Steps"),
    ("sampler", "Sampler"),
    ("scheduler", "Scheduler"),
    ("cfgscale", "CFG scale"),
];

/// Easy Diffusion: a text chunk for every setting, or JSON in EXIF's `UserComment`; under
/// the names of its interface in some versions, of its code in others.
pub(super) fn easy_diffusion(texts: &FileTexts<'_>) -> Option<Found> {
    let own = ["use_stable_diffusion_model", "Stable Diffusion model"];
    let (text, map) = if own.iter().any(|key| texts.chunk(key).is_some()) {
        let all = texts.chunks.iter().filter(|(key, _)| !key.is_empty());
        let lines: Vec<String> = all.clone().map(|(k, t)| format!("{k}: {t}")).collect();
        let map = all.map(|(key, t)| (key.clone(), Value::String(t.clone())));
        (lines.join("\n"), map.collect())
    } else {
        texts.comments().find_map(|text| {
            let map = object(text)?;
            let is = own.iter().any(|key| map.contains_key(*key));
            is.then(|| (text.to_owned(), map))
        })?
    };
    let mut settings = named(
        &map,
        &EASY_DIFFUSION,
        &["width", "height", "Width", "Height"],
    );
    let side = |keys: [&str; 2]| keys.iter().find_map(|key| map.get(*key).and_then(words));
    if let (Some(w), Some(h)) = (side(["width", "Width"]), side(["height", "Height"])) {
        settings.push(("Size".to_owned(), format!("{w} x {h}")));
    }
    Some(Found {
        program: "Easy Diffusion",
        text,
        settings,
    })
}

const EASY_DIFFUSION: [(&str, &str); 16] = [
    ("prompt", "Prompt"),
    ("Prompt", "Prompt"),
    ("negative_prompt", "Negative prompt"),
    ("Negative Prompt", "Negative prompt"),
    ("use_stable_diffusion_model", "Model"),
    ("Stable Diffusion model", "Model"),
    ("seed", "Seed"),
    ("Seed", "Seed"),
    ("num_inference_steps", "Steps"),
    ("Steps", "Steps"),
    ("sampler_name", "Sampler"),
    ("Sampler", "Sampler"),
    ("guidance_scale", "CFG scale"),
    ("Guidance Scale", "CFG scale"),
    ("use_vae_model", "VAE"),
    ("VAE model", "VAE"),
];

/// Draw Things: JSON with short names in XMP's `exif:UserComment`.
pub(super) fn draw_things(texts: &FileTexts<'_>) -> Option<Found> {
    let places = [texts.xmp_comment, texts.comment];
    let named_so = [texts.xmp_tool, texts.software];
    let named_so = named_so.iter().any(|t| t.contains("Draw Things"));
    let (text, map) = places.into_iter().find_map(|text| {
        let map = object(text)?;
        let short = map.contains_key("c") && map.contains_key("sampler");
        (short || named_so && map.contains_key("model")).then_some((text, map))
    })?;
    let mut settings = named(&map, &DRAW_THINGS, &["v2"]);
    let loras = map.get("lora").and_then(Value::as_array);
    for lora in loras.into_iter().flatten() {
        let part = |key: &str| lora.get(key).and_then(words).unwrap_or_default();
        let line = format!("{} {}", part("model"), part("weight"));
        settings.push(("LoRA".to_owned(), line));
    }
    Some(Found {
        program: "Draw Things",
        text: text.to_owned(),
        settings,
    })
}

const DRAW_THINGS: [(&str, &str); 9] = [
    ("c", "Prompt"),
    ("uc", "Negative prompt"),
    ("model", "Model"),
    ("seed", "Seed"),
    ("steps", "Steps"),
    ("sampler", "Sampler"),
    ("scale", "CFG scale"),
    ("size", "Size"),
    ("strength", "Strength"),
];

#[cfg(test)]
mod tests {
    use super::super::tests::{in_chunks, setting};
    use super::super::{FileTexts, Foreign, recognise};

    fn is_pear(found: Option<Foreign>, program: &str) -> Foreign {
        let found = found.unwrap();
        assert_eq!(found.program, program);
        for (name, value) in [
            ("Prompt", "a pear"),
            ("Negative prompt", "blur"),
            ("Model", "photon"),
            ("Seed", "7"),
            ("Steps", "30"),
            ("CFG scale", "4.5"),
        ] {
            assert_eq!(setting(&found, name), Some(value), "{program} {name}");
        }
        found
    }

    const FOOOCUS: &str = r#"{"base_model":"photon","full_prompt":["a pear","crisp"],
        "guidance_scale":4.5,"loras":[["ink.safetensors",0.5,"ab"]],"metadata_scheme":"fooocus",
        "negative_prompt":"blur","performance":"Speed","prompt":"a pear","resolution":"(1152, 896)",
        "sampler":"dpmpp_2m_sde_gpu","scheduler":"karras","seed":"7","sharpness":2.0,"steps":30,
        "styles":"['Fooocus V2']","version":"Fooocus v2.5.0"}"#;
    const FOOOCUS_LINES: &str = "a pear\nNegative prompt: blur\nSteps: 30, Sampler: DPM++ 2M SDE, \
        Seed: 7, Size: 1152x896, CFG scale: 4.5, Model: photon, Version: Fooocus v2.5.0";

    #[test]
    fn fooocus_in_png_and_jpeg_in_both_of_its_schemes() {
        let png = [("fooocus_scheme", "fooocus"), ("parameters", FOOOCUS)];
        let found = is_pear(in_chunks(&png), "Fooocus");
        assert_eq!(setting(&found, "LoRA"), Some("ink.safetensors 0.5 ab"));
        assert_eq!(setting(&found, "Size"), Some("(1152, 896)"));
        assert_eq!(setting(&found, "Full prompt"), Some("a pear, crisp"));
        let png = [("fooocus_scheme", "a1111"), ("parameters", FOOOCUS_LINES)];
        is_pear(in_chunks(&png), "Fooocus");
        for (comment, maker_note) in [
            (FOOOCUS, "fooocus"),
            (FOOOCUS_LINES, "a1111"),
            (FOOOCUS, ""),
        ] {
            let jpeg = FileTexts {
                comment,
                maker_note,
                ..FileTexts::default()
            };
            is_pear(recognise(&jpeg), "Fooocus");
        }
    }

    #[test]
    fn swarmui() {
        let text = r#"{"sui_image_params":{"prompt":"a pear","negativeprompt":"blur",
            "model":"photon","seed":7,"steps":30,"cfgscale":4.5,"width":512,"height":768}}"#;
        let found = is_pear(in_chunks(&[("parameters", text)]), "SwarmUI");
        assert_eq!(setting(&found, "Size"), Some("512 x 768"));
    }

    #[test]
    fn easy_diffusion_under_both_kinds_of_names() {
        let code = [
            ("prompt", "a pear"),
            ("negative_prompt", "blur"),
            ("use_stable_diffusion_model", "photon"),
            ("seed", "7"),
            ("num_inference_steps", "30"),
            ("guidance_scale", "4.5"),
            ("sampler_name", "euler_a"),
            ("width", "512"),
            ("height", "768"),
        ];
        let interface = [
            ("Prompt", "a pear"),
            ("Negative Prompt", "blur"),
            ("Stable Diffusion model", "photon"),
            ("Seed", "7"),
            ("Steps", "30"),
            ("Guidance Scale", "4.5"),
            ("Sampler", "euler_a"),
            ("Width", "512"),
            ("Height", "768"),
        ];
        for chunks in [&code, &interface] {
            let json: serde_json::Map<_, _> = chunks
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).into()))
                .collect();
            let json = serde_json::Value::Object(json).to_string();
            let jpeg = FileTexts {
                comment: &json,
                ..FileTexts::default()
            };
            for found in [in_chunks(chunks), recognise(&jpeg)] {
                let found = is_pear(found, "Easy Diffusion");
                assert_eq!(setting(&found, "Sampler"), Some("euler_a"));
                assert_eq!(setting(&found, "Size"), Some("512 x 768"));
            }
        }
    }

    #[test]
    fn draw_things() {
        let text = r#"{"c":"a pear","uc":"blur","model":"photon","sampler":"DPM++ 2M Karras",
            "scale":4.5,"seed":7,"size":"512x768","steps":30,"strength":1,
            "lora":[{"model":"ink","weight":0.6}],"v2":{"width":512}}"#;
        let texts = FileTexts {
            xmp_comment: text,
            xmp_tool: "Draw Things",
            ..FileTexts::default()
        };
        let found = is_pear(recognise(&texts), "Draw Things");
        assert_eq!(setting(&found, "Sampler"), Some("DPM++ 2M Karras"));
        assert_eq!(setting(&found, "LoRA"), Some("ink 0.6"));
        assert_eq!(setting(&found, "v2"), None);
    }
}
