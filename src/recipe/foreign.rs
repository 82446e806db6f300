//! Settings that other programs leave in pictures: recognised and told by name, never
//! interpreted. Each program's form is its own file.
//!
//! Sources of the forms: the programs' own code that writes them (AUTOMATIC1111
//! `modules/infotext_utils.py`, ComfyUI `nodes.py` and `comfy_extras/nodes_images.py`,
//! InvokeAI's metadata nodes, Fooocus `modules/meta_parser.py`, Easy Diffusion
//! `utils/save_utils.py`), and for NovelAI, Midjourney and Draw Things what their files hold.

mod a1111;
mod comfyui;
mod fields;
mod file_texts;
mod flat;
mod invokeai;
mod midjourney;
mod novelai;
mod text;

use crate::clean_text;
pub use file_texts::FileTexts;
use file_texts::Found;

/// Another program's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The program, e.g. `InvokeAI`.
    pub program: &'static str,
    /// Its text, without control characters.
    pub text: String,
    /// What it says: name and value, the prompt first. Empty where the text isn't in a form
    /// that is known.
    pub settings: Vec<(String, String)>,
}

/// A program's reader: its settings, if the texts are its own.
type Reader = fn(&FileTexts<'_>) -> Option<Found>;

/// In this order: those that are told by a mark of their own before those that are told by
/// the form of a text that several programs write.
const READERS: [Reader; 8] = [
    invokeai::read,
    novelai::read,
    comfyui::read,
    flat::fooocus,
    flat::swarmui,
    flat::easy_diffusion,
    flat::draw_things,
    midjourney::read,
];

/// Recognises another program's settings.
pub fn recognise(texts: &FileTexts<'_>) -> Option<Foreign> {
    let mut readers = READERS.iter();
    let found = readers
        .find_map(|read| read(texts))
        .or_else(|| a1111::read(texts))?;
    Some(Foreign {
        program: found.program,
        text: clean_text::lines(&found.text),
        settings: text::tidy(found.settings),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is recognised in text chunks.
    pub(super) fn in_chunks(chunks: &[(&str, &str)]) -> Option<Foreign> {
        let chunks: Vec<(String, String)> = chunks
            .iter()
            .map(|(k, t)| ((*k).to_owned(), (*t).to_owned()))
            .collect();
        recognise(&FileTexts {
            chunks: &chunks,
            ..FileTexts::default()
        })
    }

    /// A setting by its name.
    pub(super) fn setting<'a>(found: &'a Foreign, name: &str) -> Option<&'a str> {
        let mut settings = found.settings.iter();
        settings.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    #[test]
    fn texts_of_no_program_are_not_recognised() {
        assert_eq!(in_chunks(&[("Software", "GIMP")]), None);
        assert_eq!(in_chunks(&[("prompt", "what?")]), None);
        assert_eq!(in_chunks(&[("parameters", "  ")]), None);
        assert_eq!(in_chunks(&[("Description", "a lake --v 6")]), None);
        assert_eq!(in_chunks(&[("Comment", "{\"a\": 1}")]), None);
        let photo = FileTexts {
            comment: "a photo",
            make: "Canon",
            model: "EOS",
            description: "prompt: none",
            ..FileTexts::default()
        };
        assert_eq!(recognise(&photo), None);
    }

    #[test]
    fn a_damaged_text_is_named_and_shown_as_it_stands() {
        let found = in_chunks(&[("invokeai_metadata", "{\"seed\": 1")]).unwrap();
        assert_eq!(found.program, "InvokeAI");
        assert_eq!(found.text, "{\"seed\": 1");
        assert!(found.settings.is_empty());
    }
}
