//! The text of AUTOMATIC1111's web UI and of the many that write as it does: the prompt,
//! `Negative prompt: …`, and a last line `Steps: 20, Sampler: Euler a, Seed: 1, …`.

use serde_json::Value;

use super::file_texts::{FileTexts, Found};

/// A text chunk `parameters`, or a comment of that form.
pub(super) fn read(texts: &FileTexts<'_>) -> Option<Found> {
    let text = match texts.chunk("parameters") {
        Some(text) => text,
        None => texts.comments().find(|text| is_one(text))?,
    };
    Some(Found {
        program: program(text),
        text: text.to_owned(),
        settings: settings(text),
    })
}

/// Whether a text is of this form.
pub(super) fn is_one(text: &str) -> bool {
    text.contains("Steps: ") && text.contains("Seed: ") && text.contains("Sampler: ")
}

fn program(text: &str) -> &'static str {
    if text.contains("Version: ComfyUI") {
        "ComfyUI"
    } else if text.contains("Version: Fooocus") {
        "Fooocus"
    } else {
        "AUTOMATIC1111"
    }
}

/// Prompts, then what the last line says.
pub(super) fn settings(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|l| l.starts_with("Steps: "));
    let (head, tail) = lines.split_at(last.unwrap_or(lines.len()));
    let negative = head.iter().position(|l| l.starts_with(NEGATIVE));
    let (prompt, negative) = head.split_at(negative.unwrap_or(head.len()));
    let negative = negative.join("\n");
    let negative = negative.strip_prefix(NEGATIVE).unwrap_or_default();
    let mut out = vec![
        ("Prompt".to_owned(), prompt.join("\n")),
        ("Negative prompt".to_owned(), negative.trim().to_owned()),
    ];
    if let Some((line, more)) = tail.split_first() {
        out.extend(pairs(line));
        // Templates of prompts stand behind it, each on lines of its own.
        out.extend(pairs(&more.join("\n")));
    }
    out
}

const NEGATIVE: &str = "Negative prompt:";

/// More are no settings.
const MOST_PAIRS: usize = 1000;

/// `Name: value, Name: "a value, in quotes", Name: {"json": 1}`.
fn pairs(line: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = line.trim_start_matches([',', ' ', '\n']);
    while out.len() < MOST_PAIRS
        && let Some((name, value)) = rest.split_once(':')
    {
        let value = value.trim_start_matches(' ');
        let (value, left) = first_value(value);
        out.push((name.trim().to_owned(), value));
        rest = left.trim_start_matches([',', ' ', '\n']);
    }
    out
}

/// A value and what stands behind it.
fn first_value(text: &str) -> (String, &str) {
    if text.starts_with(['"', '{', '[']) {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            let (raw, left) = text.split_at(values.byte_offset());
            let plain = value.as_str().map(str::to_owned);
            return (plain.unwrap_or_else(|| raw.to_owned()), left);
        }
    }
    let (value, left) = text.split_once(',').unwrap_or((text, ""));
    (value.trim().to_owned(), left)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_chunks, setting};
    use super::super::{FileTexts, recognise};

    const TEXT: &str = "a pear, (ripe:1.2)\non a table\nNegative prompt: blur,\nwatermark\n\
        Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 1234567890, \
        Size: 512x768, Model hash: abc, Model: photon_v1, \
        Lora hashes: \"one: 1a, two: 2b\", Hashes: {\"vae\": \"9f\", \"model\": \"abc\"}, Version: v1.9.3";

    #[test]
    fn every_setting_has_its_name() {
        for found in [
            in_chunks(&[("parameters", TEXT)]),
            recognise(&FileTexts {
                comment: TEXT,
                ..FileTexts::default()
            }),
        ] {
            let found = found.unwrap();
            assert_eq!(found.program, "AUTOMATIC1111");
            for (name, value) in [
                ("Prompt", "a pear, (ripe:1.2)\non a table"),
                ("Negative prompt", "blur,\nwatermark"),
                ("Steps", "20"),
                ("Sampler", "DPM++ 2M"),
                ("Schedule type", "Karras"),
                ("CFG scale", "7"),
                ("Seed", "1234567890"),
                ("Size", "512x768"),
                ("Model", "photon_v1"),
                ("Lora hashes", "one: 1a, two: 2b"),
                ("Hashes", "{\"vae\": \"9f\", \"model\": \"abc\"}"),
                ("Version", "v1.9.3"),
            ] {
                assert_eq!(setting(&found, name), Some(value), "{name}");
            }
        }
    }

    #[test]
    fn a_prompt_alone_is_told_too() {
        let found = in_chunks(&[("parameters", "only a prompt")]).unwrap();
        assert_eq!(
            found.settings,
            [("Prompt".to_owned(), "only a prompt".to_owned())]
        );
    }
}
