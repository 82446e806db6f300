//! Who made the photos that went into a picture, under what terms, their title and day: on
//! from their own files into XMP, EXIF and IPTC's older block.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Tag, Value};

use super::container::iptc;
use crate::recipe::{Recipe, SourceOrigin};

/// Lines about the photos that went in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhotoCredit {
    /// Who made them.
    pub creators: Vec<String>,
    /// Copyright lines.
    pub rights: Vec<String>,
    /// Title of the photo.
    pub title: String,
    /// When the photo was taken, as precise as its file says.
    pub captured: String,
}

impl PhotoCredit {
    /// What the sources' own files said when the picture was made.
    pub fn of(recipe: &Recipe) -> Self {
        let mut credit = Self::default();
        for origin in recipe.origins() {
            credit.add(&origin);
        }
        credit
    }

    /// Adds one source. Title and day are the first one's, the photo's.
    pub(super) fn add(&mut self, origin: &SourceOrigin) {
        for name in &origin.creators {
            add_line(&mut self.creators, name);
        }
        add_line(&mut self.rights, &origin.copyright);
        for (known, text) in [
            (&mut self.title, &origin.title),
            (&mut self.captured, &origin.captured),
        ] {
            if known.is_empty() {
                known.clone_from(text);
            }
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// An EXIF block (from its TIFF header on) with these lines and nothing else.
    pub(super) fn exif(&self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let (taken, offset) = exif_time(&self.captured);
        let fields: Vec<Field> = [
            (Tag::Artist, self.creators.join("; ")),
            (Tag::Copyright, self.rights.join("; ")),
            (Tag::DateTimeOriginal, taken),
            (Tag::OffsetTimeOriginal, offset),
        ]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(tag, text)| Field {
            tag,
            ifd_num: In::PRIMARY,
            value: Value::Ascii(vec![text.into_bytes()]),
        })
        .collect();
        if fields.is_empty() {
            return None;
        }
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut out = Cursor::new(Vec::new());
        writer.write(&mut out, false).ok()?;
        Some(out.into_inner())
    }

    /// A block of IPTC's older model with these lines.
    pub(super) fn iptc(&self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let rights = self.rights.join("; ");
        let (taken, _) = exif_time(&self.captured);
        let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), "");
        let day = digits(self.captured.get(..10).unwrap_or_default());
        let mut texts: Vec<(u8, &str)> = vec![(iptc::TITLE, &self.title)];
        if day.len() == 8 {
            texts.push((iptc::DATE, &day));
        }
        let time = format!("{}+0000", digits(taken.get(11..).unwrap_or_default()));
        // The model wants an offset; without the camera's, the time is left out.
        if time.len() == 11 && self.captured.ends_with('Z') {
            texts.push((iptc::TIME, &time));
        }
        texts.extend(self.creators.iter().map(|n| (iptc::CREATOR, n.as_str())));
        texts.push((iptc::COPYRIGHT, &rights));
        texts.retain(|(_, text)| !text.is_empty());
        Some(iptc::block(&texts))
    }
}

/// `2024-05-01T12:30:00+02:00` as EXIF has it: the time, and its offset from UTC.
fn exif_time(captured: &str) -> (String, String) {
    let (Some(day), Some(time)) = (captured.get(..10), captured.get(11..19)) else {
        return (String::new(), String::new());
    };
    let rest = captured.get(19..).unwrap_or_default();
    let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone {
        "Z" => "+00:00",
        zone if zone.len() == 6 => zone,
        _ => "",
    };
    (
        format!("{} {time}", day.replace('-', ":")),
        offset.to_owned(),
    )
}

/// Adds a line that isn't there yet.
pub(super) fn add_line(lines: &mut Vec<String>, line: &str) {
    if !line.is_empty() && !lines.iter().any(|known| known == line) {
        lines.push(line.to_owned());
    }
}
