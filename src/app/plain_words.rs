//! Errors in words for people: what happened and what to do, without terms of the trade; what
//! exactly is behind a button. Below the window errors name paths, switches of the command line
//! and what the system said, for whoever works there.

use crate::engine::protocol::EngineError;

/// An error for the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainWords {
    /// One or two sentences.
    pub text: String,
    /// What exactly; nothing where the text says everything.
    pub details: Option<String>,
}

/// Said of a network that can't be used.
const NETWORK: &str = "This network's file is damaged or belongs to another network. Get it again under Models, or \
     choose another network.";

/// Words that are those of networks' files.
const NETWORK_WORDS: [&str; 7] = [
    "weights file",
    "has the shape",
    "not numbers",
    "model description",
    "tensor",
    "pickle",
    "the network failed",
];

impl PlainWords {
    /// An error of the engine.
    pub fn of_engine(error: &EngineError) -> Self {
        let with = |text: String| Self {
            text,
            details: Some(error.to_string()),
        };
        match error {
            EngineError::Cancelled => Self {
                text: "Stopped.".to_owned(),
                details: None,
            },
            EngineError::NoModel(name) => with(format!(
                "The network {name} isn't here any more. Choose another one, or get it again \
                 under Models."
            )),
            EngineError::BadModel { name, .. } => with(format!(
                "The network {name} can't be used. Get it again under Models, or choose another \
                 network."
            )),
            EngineError::Internal(_) => with(
                "Something went wrong inside Limner. Nothing of yours is lost; try again, and \
                 please report it with the details."
                    .to_owned(),
            ),
            EngineError::Memory(_) => {
                let plain = Self::of(&error.to_string());
                match plain.text.contains("choose") || plain.text.contains("allow") {
                    true => plain,
                    false => Self {
                        text: format!(
                            "{} Choose a smaller size, or allow more memory in Preferences.",
                            plain.text
                        ),
                        ..plain
                    },
                }
            }
            EngineError::BadPicture { .. }
            | EngineError::BadRequest(_)
            | EngineError::Write { .. } => Self::of(&error.to_string()),
        }
    }

    /// An error that comes as a text: `what (what the system says); what to do: /the/path`.
    pub fn of(error: &str) -> Self {
        if NETWORK_WORDS.iter().any(|word| error.contains(word)) {
            return Self {
                text: NETWORK.to_owned(),
                details: Some(error.to_owned()),
            };
        }
        let text = sentence(&without_paths(&without_remarks(error)));
        Self {
            details: (plain_letters(&text) != plain_letters(error)).then(|| error.to_owned()),
            text,
        }
    }
}

/// Letters and digits alone, for a comparison.
fn plain_letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// A text without what stands in brackets, unless those are a few plain words.
fn without_remarks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('(') {
        let Some(end) = closing(&rest[start..]) else {
            break;
        };
        let inside = &rest[start + 1..start + end];
        if is_plain(inside) {
            out += &rest[..=start + end];
        } else {
            out += rest[..start].trim_end();
        }
        rest = &rest[start + end + 1..];
    }
    out + rest
}

/// Where the bracket that opens a text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A size, or up to three words of plain letters.
fn is_plain(remark: &str) -> bool {
    let size = |c: char| c.is_ascii_digit() || " x×,.%".contains(c);
    let word = |w: &str| w.chars().all(|c| c.is_lowercase() || c == '-' || c == '\'');
    remark.chars().all(size) || (remark.split(' ').count() <= 3 && remark.split(' ').all(word))
}

/// A text in which files and folders are named without the way to them.
fn without_paths(text: &str) -> String {
    let is_path = |c: char| c == '/' || c == '\\';
    let Some(start) = text
        .find(": /")
        .map(|at| at + 2)
        .or_else(|| text.starts_with('/').then_some(0))
        .or_else(|| text.find(": \\\\").map(|at| at + 2))
        .or_else(|| drive(text))
    else {
        return text.to_owned();
    };
    // A path at the beginning ends before the colon.
    let (path, rest) = match start {
        0 => text.split_at(text.find(": ").unwrap_or(text.len())),
        _ => (&text[start..], ""),
    };
    let name = path.trim_end_matches(is_path).rsplit(is_path).next();
    let before = &text[..start];
    format!("{before}{}{rest}", name.unwrap_or_default())
}

/// Where a path like `C:\\pictures` begins after a colon.
fn drive(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_drive = |w: &[u8]| w[0].is_ascii_uppercase() && w[1..] == *b":\\";
    let at = bytes.windows(3).position(is_drive)?;
    (at == 0 || text[..at].ends_with(": ")).then_some(at)
}

/// With a capital letter and an end.
fn sentence(words: &str) -> String {
    let words = words.trim();
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::export::ExportError;
    use crate::finish::FinishError;
    use crate::gallery::GalleryError;
    use crate::latent::LatentError;
    use crate::models::ModelError;
    use crate::photo::{Fault, PhotoError};

    /// What no message shows to people.
    const TRADE: [&str; 14] = [
        "os error",
        "`",
        "--",
        "HF_",
        "::",
        "/home",
        "{",
        "[",
        "SQL",
        "tensor",
        "weights",
        "Some(",
        "safetensors",
        "\"",
    ];

    fn all() -> Vec<EngineError> {
        let path = || PathBuf::from("/home/ada/Pictures/holiday.png");
        let io = || std::io::Error::from_raw_os_error(5);
        let models = [
            ModelError::Unknown("fruit".into()),
            ModelError::BadWeights("InvalidHeader(TooLarge)".into()),
            ModelError::MissingTensor("synthesis.b4.conv1.weight".into()),
            ModelError::BadLearnt("the weights file lacks 'a.b'".into()),
            ModelError::NoLearnt("the-wave".into()),
            candle_core::Error::Msg("shape mismatch [1, 2]".into()).into(),
        ];
        let exports = [
            ExportError::DiskFull(path()),
            ExportError::ReadOnly(path()),
            ExportError::NoFolder(path()),
            ExportError::Exists(path()),
            ExportError::NotFound(path()),
            ExportError::Io {
                path: path(),
                source: io(),
            },
        ];
        let photos = [
            Fault::Missing,
            Fault::Folder,
            Fault::Damaged("invalid Huffman code at 0x1f".into()),
        ];
        let photos = photos.map(|fault| PhotoError {
            path: path(),
            fault,
        });
        let mut all: Vec<EngineError> = models.into_iter().map(EngineError::from).collect();
        all.extend(exports.into_iter().map(EngineError::from));
        all.extend(photos.into_iter().map(EngineError::from));
        all.extend([
            FinishError::Size(90_000, 90_000).into(),
            LatentError::NotFinite("truncation").into(),
            EngineError::Internal("index out of bounds: the len is 3".into()),
            EngineError::Memory("3 GB are needed and 2 GB are allowed".into()),
            EngineError::BadModel {
                name: "Fruit".into(),
                reason: "'a.b' has the shape [1] where [2] is needed".into(),
            },
        ]);
        all
    }

    fn check(plain: &PlainWords, error: &str) {
        let text = &plain.text;
        for word in TRADE {
            assert!(!text.contains(word), "{word} in: {text}");
        }
        assert!(text.ends_with('.'), "{text}");
        assert!(text.starts_with(|c: char| c.is_uppercase()), "{text}");
        // Nothing is lost.
        let told = plain.details.as_deref().unwrap_or(error);
        assert_eq!(told, error);
    }

    #[test]
    fn every_error_of_the_engine_is_a_sentence_and_its_details_are_kept() {
        for error in all() {
            let plain = PlainWords::of_engine(&error);
            check(&plain, &error.to_string());
            assert!(
                plain.text.len() > 20 || error == EngineError::Cancelled,
                "it says what to do: {}",
                plain.text
            );
        }
    }

    #[test]
    fn errors_of_the_gallery_and_the_disk_are_sentences() {
        let path = || PathBuf::from("/home/ada/Pictures/Limner");
        let errors = [
            GalleryError::Index(rusqlite::Error::InvalidQuery),
            GalleryError::Gone,
            GalleryError::BinEmpty,
            GalleryError::Folder {
                folder: path(),
                reason: "Permission denied (os error 13)".into(),
            },
            GalleryError::Sidecar(path().join("pear.png.xmp")),
            GalleryError::Clipboard("X11 server connection timed out (code 4)".into()),
            GalleryError::File(ExportError::DiskFull(path())),
        ];
        for error in errors {
            check(&PlainWords::of(&error.to_string()), &error.to_string());
        }
    }

    #[test]
    fn remarks_and_paths_go_and_plain_words_stay() {
        for (error, text) in [
            (
                "the file isn't there (any more): /a/b c/pear.png",
                "The file isn't there (any more): pear.png.",
            ),
            (
                "the folder can't be made (os error 28: no space (left)); make room: C:\\a\\b",
                "The folder can't be made; make room: b.",
            ),
            (
                "the picture is too large (9000 x 9000); save it smaller",
                "The picture is too large (9000 x 9000); save it smaller.",
            ),
            (
                "/a/b/pear.png: permission denied",
                "Pear.png: permission denied.",
            ),
            ("Choose a style first.", "Choose a style first."),
        ] {
            assert_eq!(PlainWords::of(error).text, text);
        }
        assert_eq!(PlainWords::of("choose a style first").details, None);
    }
}
