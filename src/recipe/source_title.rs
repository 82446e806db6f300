//! What pictures are called where people read it.

use std::path::Path;

use super::SourceRef;

impl SourceRef {
    /// The picture's name for people: its file's, without the day and the ending where the gallery
    /// named it. Empty where the name isn't known.
    pub fn title(&self) -> &str {
        let stem = Path::new(&self.name).file_stem().and_then(|s| s.to_str());
        match stem {
            Some(stem) if without_day(stem) != stem => without_day(stem),
            _ => &self.name,
        }
    }
}

/// A file's name without its ending, and without the day that the gallery puts before the names
/// of its pictures.
pub fn without_day(stem: &str) -> &str {
    let is_day = |day: &str| {
        day.bytes().enumerate().all(|(at, c)| match at {
            4 | 7 => c == b'-',
            _ => c.is_ascii_digit(),
        })
    };
    match stem.split_once(' ') {
        Some((day, rest)) if day.len() == 10 && is_day(day) && !rest.is_empty() => rest,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_the_gallery_is_called_without_its_day() {
        let of = |name: &str| SourceRef {
            name: name.into(),
            ..SourceRef::default()
        };
        assert_eq!(of("2026-11-29 Waves 9.png").title(), "Waves 9");
        assert_eq!(of("cat.jpg").title(), "cat.jpg");
        assert_eq!(of("2026-11-29.png").title(), "2026-11-29.png");
        assert_eq!(of("").title(), "");
    }
}
