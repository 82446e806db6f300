//! Paths within a gallery as text for the index, reversible for every name that the
//! system allows: bytes that are no Unicode are written as numbers behind a mark that no
//! text uses.

use std::ffi::{OsStr, OsString};

/// A "noncharacter": Unicode reserves it for uses like this one.
#[cfg(unix)]
const MARK: char = '\u{ffff}';

/// The text of a name; nothing where that can't be told.
#[cfg(unix)]
pub(super) fn text_of(name: &OsStr) -> Option<String> {
    use std::fmt::Write;
    use std::os::unix::ffi::OsStrExt;
    if let Some(text) = name.to_str().filter(|text| !text.contains(MARK)) {
        return Some(text.to_owned());
    }
    let mut out = String::new();
    let number = |out: &mut String, bytes: &[u8]| {
        bytes
            .iter()
            .try_for_each(|byte| write!(out, "{MARK}{byte:02x}"))
            .ok()
    };
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                MARK => number(&mut out, MARK.to_string().as_bytes())?,
                c => out.push(c),
            }
        }
        number(&mut out, chunk.invalid())?;
    }
    Some(out)
}

/// The name or path of a text.
#[cfg(unix)]
pub(super) fn name_of(text: &str) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    let mut pieces = text.split(MARK);
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let byte = piece
            .get(..2)
            .and_then(|number| u8::from_str_radix(number, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&piece.as_bytes()[2..]);
            }
            // Not written here.
            None => bytes.extend(format!("{MARK}{piece}").bytes()),
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(not(unix))]
pub(super) fn text_of(name: &OsStr) -> Option<String> {
    name.to_str().map(str::to_owned)
}

#[cfg(not(unix))]
pub(super) fn name_of(text: &str) -> OsString {
    OsString::from(text)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn every_name_comes_back_and_no_two_have_one_text() {
        let names: [&[u8]; 8] = [
            b"plain.png",
            "emoji 😀 é.png".as_bytes(),
            b"not utf-8 \xff\xfe.png",
            b"\xc3.png",
            b"\xc3\x28\xa0\xa1.png",
            "mark \u{ffff}ff.png".as_bytes(),
            b"mark \xff.png",
            b"\xff\xff\xff",
        ];
        let mut texts = Vec::new();
        for bytes in names {
            let name = OsStr::from_bytes(bytes);
            let text = text_of(name).unwrap();
            assert_eq!(name_of(&text), name);
            assert!(!texts.contains(&text));
            texts.push(text);
        }
        assert_eq!(texts[0], "plain.png", "usual names are themselves");
        assert_eq!(texts[1], "emoji 😀 é.png");
        // A text that nobody wrote here is no crash.
        name_of("a\u{ffff}");
        name_of("a\u{ffff}é");
    }
}
