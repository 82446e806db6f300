//! What a photo's own file says of it, from XMP, IPTC's older block and EXIF.

use std::io::BufReader;
use std::path::Path;

use super::container::tiff::{self, ExifTexts};
use super::container::{self, Container, Contents, camera, iptc};
use super::metadata::{self, FileMetadata};
use super::xmp::ns;
use super::{SourceType, credentials};
use crate::clean_text;
use crate::recipe::SourceOrigin;
use crate::regular_file;

/// Longer texts are cut: nobody's name needs more.
const LONGEST: usize = 500;
/// More names than these aren't taken over.
const MOST_CREATORS: usize = 20;

/// Reads what the file of a source says of itself. A file that says nothing, or nothing
/// that can be understood, is no failure.
pub fn read(path: &Path, sha256: &str) -> SourceOrigin {
    let mut origin = match (camera::scan(path), container::scan(path)) {
        (Some(labels), _) => {
            let mut origin = of_contents(labels.contents);
            for block in &labels.exif {
                add_exif(&mut origin, &tiff::parse_exif(block));
            }
            origin
        }
        (None, Ok(contents)) => {
            let exif = match &contents.exif {
                // What it tells as a block of a TIFF file is a part of the file's tags.
                Some(block) if contents.container != Container::Tiff => tiff::parse_exif(block),
                _ => of_tiff(path),
            };
            let mut origin = of_contents(contents);
            add_exif(&mut origin, &exif);
            origin
        }
        // A block of tags without a picture.
        (None, Err(_)) => {
            let mut origin = SourceOrigin::default();
            add_exif(&mut origin, &of_tiff(path));
            origin
        }
    };
    origin.sha256 = sha256.to_owned();
    origin
}

fn of_contents(contents: Contents) -> SourceOrigin {
    let old = contents.iptc.as_deref().map(iptc::parse);
    let old = old.unwrap_or_default();
    let credentials = credentials::named(&contents);
    let stated = credentials::stated_source_type(&contents);
    let file = metadata::from_contents(contents);
    let mut origin = SourceOrigin {
        source_type: source_type(&file)
            .or(stated)
            .map_or_else(String::new, |t| t.name().to_owned()),
        content_credentials: credentials.unwrap_or_default(),
        ..of_xmp(&file)
    };
    let texts = |number: u8| old.iter().filter(move |(n, _)| *n == number);
    if origin.creators.is_empty() {
        origin.creators = names(texts(iptc::CREATOR).map(|(_, t)| t.as_str()));
    }
    let first = |number: u8| texts(number).next().map_or("", |(_, t)| t.as_str());
    fill(&mut origin.copyright, first(iptc::COPYRIGHT));
    fill(&mut origin.title, first(iptc::TITLE));
    if origin.captured.is_empty() {
        origin.captured = iptc_date(first(iptc::DATE)).unwrap_or_default();
    }
    origin
}

/// What a file's XMP says.
pub(super) fn of_xmp(file: &FileMetadata) -> SourceOrigin {
    let text = |ns: &str, name: &str| tidy(file.xmp.first(ns, name).unwrap_or_default());
    let mut captured = text(ns::EXIF, "DateTimeOriginal");
    if captured.is_empty() && !made_by_limner(file) {
        captured = text(ns::PHOTOSHOP, "DateCreated");
    }
    SourceOrigin {
        creators: names(file.xmp.all(ns::DC, "creator").iter().map(String::as_str)),
        copyright: text(ns::DC, "rights"),
        title: text(ns::DC, "title"),
        captured,
        ..SourceOrigin::default()
    }
}

/// Whether Limner wrote the file.
pub(super) fn made_by_limner(file: &FileMetadata) -> bool {
    let tool = file.xmp.first(ns::XMP, "CreatorTool");
    tool.is_some_and(|t| t.starts_with("Limner"))
}

/// What it says to be; settings of a program that generates pictures say it, too.
fn source_type(file: &FileMetadata) -> Option<SourceType> {
    let generated = file.foreign.is_some();
    file.source_type
        .or(generated.then_some(SourceType::TrainedAlgorithmicMedia))
}

/// A TIFF file's own tags; nothing for other files.
fn of_tiff(path: &Path) -> ExifTexts {
    let file = regular_file::open(path).map(BufReader::new);
    file.map_or_else(
        |_| ExifTexts::default(),
        |mut file| tiff::read_exif(&mut file),
    )
}

fn add_exif(origin: &mut SourceOrigin, exif: &ExifTexts) {
    if origin.creators.is_empty() {
        origin.creators = names(exif.artist.split(';'));
    }
    fill(&mut origin.copyright, &exif.copyright);
    if let Some(taken) = exif_date(&exif.taken, &exif.offset) {
        // The camera's own clock, which other programs' dates come from.
        origin.captured = taken;
    }
}

fn fill(known: &mut String, text: &str) {
    if known.is_empty() {
        *known = tidy(text);
    }
}

fn tidy(text: &str) -> String {
    clean_text::line(text, LONGEST)
}

fn names<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in texts.map(tidy) {
        if !name.is_empty() && !names.contains(&name) && names.len() < MOST_CREATORS {
            names.push(name);
        }
    }
    names
}

/// `2024:05:01 12:30:00` as `2024-05-01T12:30:00`, with the offset where there is one.
fn exif_date(text: &str, offset: &str) -> Option<String> {
    let (day, time) = text.trim().split_once(' ')?;
    let day = day.replace(':', "-");
    let sound = is_like(&day, "0000-00-00") && is_like(time, "00:00:00");
    // Cameras without a clock write zeros.
    let set = sound && !day.starts_with("0000");
    let offset = match offset.trim() {
        offset if is_like(offset.get(1..).unwrap_or_default(), "00:00") => offset,
        _ => "",
    };
    set.then(|| format!("{day}T{time}{offset}"))
}

/// `20240501` as `2024-05-01`.
fn iptc_date(text: &str) -> Option<String> {
    let sound = is_like(text, "00000000") && !text.starts_with("0000");
    sound.then(|| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
}

/// Whether digits stand where the pattern has them, and the rest is the same.
fn is_like(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(c, p)| match p {
            b'0' => c.is_ascii_digit(),
            p => c == p,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_stand() {
        let date = |text, offset| exif_date(text, offset).unwrap_or_default();
        assert_eq!(date("2024:05:01 12:30:00", ""), "2024-05-01T12:30:00");
        assert_eq!(
            date("2024:05:01 12:30:00", "+02:00"),
            "2024-05-01T12:30:00+02:00"
        );
        for wrong in [
            "0000:00:00 00:00:00",
            "2024:05:01",
            "é024:05:01 12:30:0",
            "",
        ] {
            assert_eq!(date(wrong, ""), "");
        }
        assert_eq!(iptc_date("20240501").as_deref(), Some("2024-05-01"));
        assert_eq!(iptc_date("2024é01"), None);
    }

    #[test]
    fn names_are_one_line_each() {
        assert_eq!(
            names(["Ada\0", " Ada ", "B\nC", ""].into_iter()),
            ["Ada", "B C"]
        );
        assert!(tidy(&"é".repeat(9000)).len() <= LONGEST);
    }
}
