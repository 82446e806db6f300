//! Midjourney: a description `prompt --ar 16:9 --v 6 Job ID: …`, and the author.

use super::file_texts::{FileTexts, Found};

const JOB: &str = "Job ID:";

/// A description with the number of a job.
pub(super) fn read(texts: &FileTexts<'_>) -> Option<Found> {
    let places = [texts.description, texts.xmp_description];
    let text = texts
        .chunk("Description")
        .into_iter()
        .chain(places)
        .find(|text| text.contains(JOB))?;
    let (command, job) = text.split_once(JOB)?;
    let mut settings = command_settings(command);
    settings.push(("Job ID".to_owned(), job.trim().to_owned()));
    let author = texts.chunk("Author").map(str::to_owned);
    settings.extend(author.map(|author| ("Author".to_owned(), author)));
    Some(Found {
        program: "Midjourney",
        text: text.to_owned(),
        settings,
    })
}

/// The prompt and its switches; a switch without a value says yes.
fn command_settings(command: &str) -> Vec<(String, String)> {
    let switches = starts(command);
    let prompt = &command[..switches.first().copied().unwrap_or(command.len())];
    let mut out = vec![("Prompt".to_owned(), prompt.trim().to_owned())];
    for (n, &start) in switches.iter().enumerate() {
        let end = switches.get(n + 1).copied().unwrap_or(command.len());
        let part = command[start..end].trim().trim_start_matches("--");
        let (switch, value) = part.split_once(' ').unwrap_or((part, ""));
        let name = match switch.trim() {
            "no" => "Negative prompt",
            "v" | "version" => "Model version",
            "ar" | "aspect" => "Aspect ratio",
            "s" | "stylize" => "Stylize",
            "c" | "chaos" => "Chaos",
            "seed" => "Seed",
            "q" | "quality" => "Quality",
            other => other,
        };
        let value = match value.trim() {
            "" => "yes",
            value => value,
        };
        out.push((name.to_owned(), value.to_owned()));
    }
    out
}

/// Where switches start: two dashes and a letter behind a space.
fn starts(command: &str) -> Vec<usize> {
    let letter = |at: usize| command[at + 3..].starts_with(|c: char| c.is_alphabetic());
    let found = command.match_indices(" --").map(|(at, _)| at);
    found.filter(|&at| letter(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_chunks, setting};
    use super::super::{FileTexts, recognise};

    #[test]
    fn the_command_is_taken_apart() {
        let text = "a pear -- not an apple, f/2.8 --ar 2:1 --stylize 80 --no people, text --seed 7 \
                    --tile --v 6.1 Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3";
        let exif = FileTexts {
            description: text,
            ..FileTexts::default()
        };
        let xmp = FileTexts {
            xmp_description: text,
            ..FileTexts::default()
        };
        let chunks = [("Description", text), ("Author", "ada")];
        for found in [in_chunks(&chunks), recognise(&exif), recognise(&xmp)] {
            let found = found.unwrap();
            assert_eq!(found.program, "Midjourney");
            for (name, value) in [
                ("Negative prompt", "people, text"),
                ("Aspect ratio", "2:1"),
                ("Stylize", "80"),
                ("Seed", "7"),
                ("tile", "yes"),
                ("Model version", "6.1"),
                ("Job ID", "a7421d2f-b262-44f9-977c-ac23e9c7d3e3"),
            ] {
                assert_eq!(setting(&found, name), Some(value), "{name}");
            }
        }
        let found = in_chunks(&chunks).unwrap();
        assert_eq!(setting(&found, "Author"), Some("ada"));
        assert_eq!(
            setting(&found, "Prompt"),
            Some("a pear -- not an apple, f/2.8")
        );
    }
}
