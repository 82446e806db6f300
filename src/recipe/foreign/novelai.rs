//! NovelAI: text chunks `Software: NovelAI`, `Source` (the model), `Description` (the
//! prompt) and `Comment` (JSON); in WebP the same as JSON in EXIF's `UserComment`. What it
//! hides in the pixels themselves `export::hidden_settings` finds.

use serde_json::{Map, Value};

use super::fields::{named, size, words};
use super::file_texts::{FileTexts, Found};
use super::text::object;

/// The text chunks, or the comment.
pub(super) fn read(texts: &FileTexts<'_>) -> Option<Found> {
    if texts
        .chunk("Software")
        .is_some_and(|t| t.contains("NovelAI"))
        && let Some(text) = texts.chunk("Comment")
    {
        let comment = object(text).unwrap_or_default();
        let model = texts.chunk("Source");
        return Some(found(text, &comment, model, texts.chunk("Description")));
    }
    let comment = object(texts.comment)?;
    let says = |key: &str| comment.get(key).and_then(Value::as_str);
    let marked = [texts.software, texts.description, texts.make]
        .into_iter()
        .chain(says("Software"))
        .any(|t| t.contains("NovelAI"));
    // The chunks of a PNG, one JSON string in another.
    if let Some(inner) = says("Comment").and_then(object)
        && marked
    {
        let (model, prompt) = (says("Source"), says("Description"));
        return Some(found(texts.comment, &inner, model, prompt));
    }
    let own = comment.contains_key("uc") && comment.contains_key("scale");
    (marked || own).then(|| found(texts.comment, &comment, None, None))
}

const NAMES: [(&str, &str); 8] = [
    ("prompt", "Prompt"),
    ("uc", "Negative prompt"),
    ("model", "Model"),
    ("seed", "Seed"),
    ("steps", "Steps"),
    ("sampler", "Sampler"),
    ("noise_schedule", "Scheduler"),
    ("scale", "CFG scale"),
];

fn found(
    text: &str,
    comment: &Map<String, Value>,
    model: Option<&str>,
    prompt: Option<&str>,
) -> Found {
    let mut map = comment.clone();
    for (key, value) in [("prompt", prompt), ("model", model)] {
        if let (false, Some(value)) = (map.contains_key(key), value) {
            map.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    }
    let mut settings = named(&map, &NAMES, &["width", "height", "signed_hash"]);
    settings.extend(size(&map));
    let caption = |key: &str| map.get(key).map(|p| &p["caption"]["char_captions"]);
    for (key, name) in [
        ("v4_prompt", "Character prompt"),
        ("v4_negative_prompt", "Negative character prompt"),
    ] {
        let captions = caption(key).and_then(Value::as_array);
        for one in captions.into_iter().flatten() {
            let text = one.get("char_caption").and_then(words);
            settings.extend(text.map(|text| (name.to_owned(), text)));
        }
    }
    Found {
        program: "NovelAI",
        text: text.to_owned(),
        settings,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_chunks, setting};
    use super::super::{FileTexts, recognise};

    const COMMENT: &str = r#"{"prompt":"a pear","uc":"lowres","seed":42,"steps":28,"scale":5.0,
        "sampler":"k_euler_ancestral","noise_schedule":"karras","width":832,"height":1216,
        "v4_prompt":{"caption":{"base_caption":"a pear","char_captions":[{"char_caption":"a worm"}]}}}"#;
    const MODEL: &str = "NovelAI Diffusion V4.5 4BDE2A90";

    #[test]
    fn chunks_and_comments_are_read() {
        let chunks = [
            ("Title", "NovelAI generated image"),
            ("Description", "a pear"),
            ("Software", "NovelAI"),
            ("Source", MODEL),
            ("Comment", COMMENT),
        ];
        let outer = serde_json::json!({
            "Comment": COMMENT, "Description": "a pear", "Software": "NovelAI", "Source": MODEL,
        })
        .to_string();
        let webp = FileTexts {
            comment: &outer,
            ..FileTexts::default()
        };
        let plain = FileTexts {
            comment: COMMENT,
            ..FileTexts::default()
        };
        for (found, model) in [
            (in_chunks(&chunks), Some(MODEL)),
            (recognise(&webp), Some(MODEL)),
            (recognise(&plain), None),
        ] {
            let found = found.unwrap();
            assert_eq!(found.program, "NovelAI");
            for (name, value) in [
                ("Prompt", "a pear"),
                ("Negative prompt", "lowres"),
                ("Seed", "42"),
                ("Steps", "28"),
                ("Sampler", "k_euler_ancestral"),
                ("Scheduler", "karras"),
                ("CFG scale", "5.0"),
                ("Size", "832 x 1216"),
                ("Character prompt", "a worm"),
            ] {
                assert_eq!(setting(&found, name), Some(value), "{name}");
            }
            assert_eq!(setting(&found, "Model"), model);
        }
    }
}
