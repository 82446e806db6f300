//! IPTC's older block (Information Interchange Model, version 4.2), as photo agencies and
//! cameras still write it: records of text in JPEG's Photoshop segment and in a TIFF tag.

/// Head of JPEG's segment of Photoshop resources.
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// Number of the resource that holds the block.
const RESOURCE: [u8; 2] = [0x04, 0x04];
/// Escape sequence that says: what follows is UTF-8 (record 1:90).
const UTF8: &[u8] = b"\x1b%G";

/// Object name: the title.
pub const TITLE: u8 = 5;
/// Date created, `CCYYMMDD`.
pub const DATE: u8 = 55;
/// Time created, `HHMMSS±HHMM`.
pub const TIME: u8 = 60;
/// By-line: who made it; may be repeated.
pub const CREATOR: u8 = 80;
/// Copyright notice.
pub const COPYRIGHT: u8 = 116;

/// The texts of the application record with their numbers, in order.
pub fn parse(block: &[u8]) -> Vec<(u8, String)> {
    let mut texts = Vec::new();
    let mut utf8 = false;
    let mut rest = block;
    while let [0x1c, record, number, hi, lo, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*hi, *lo]));
        // Longer fields announce the length of their length; nothing of ours is so long.
        let Some(data) = tail.get(..length).filter(|_| *hi < 0x80) else {
            break;
        };
        match (record, number) {
            (1, 90) => utf8 = data == UTF8,
            (2, _) => texts.push((*number, text_of(data, utf8))),
            _ => {}
        }
        rest = &tail[length..];
    }
    texts
}

/// Programs that don't say so write UTF-8, too; else it is Latin-1.
fn text_of(data: &[u8], utf8: bool) -> String {
    match std::str::from_utf8(data) {
        Ok(text) => text.to_owned(),
        Err(_) if utf8 => String::from_utf8_lossy(data).into_owned(),
        Err(_) => data.iter().map(|&b| char::from(b)).collect(),
    }
}

/// A block of texts.
pub fn block(texts: &[(u8, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut field = |record: u8, number: u8, data: &[u8]| {
        out.extend_from_slice(&[0x1c, record, number]);
        out.extend_from_slice(&(data.len() as u16).to_be_bytes());
        out.extend_from_slice(data);
    };
    field(1, 90, UTF8);
    field(2, 0, &[0, 4]);
    for (number, text) in texts {
        let most = longest(*number).min(text.len());
        field(
            2,
            *number,
            &text.as_bytes()[..text.floor_char_boundary(most)],
        );
    }
    out
}

/// Most bytes of a text, by the model.
fn longest(number: u8) -> usize {
    match number {
        TITLE => 64,
        CREATOR => 32,
        COPYRIGHT => 128,
        _ => 11,
    }
}

/// What a JPEG's `APP13` segment holds around a block.
pub fn segment(block: &[u8]) -> Vec<u8> {
    let mut out = PHOTOSHOP.to_vec();
    out.extend_from_slice(b"8BIM");
    out.extend_from_slice(&RESOURCE);
    // An empty name, padded.
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&(block.len() as u32).to_be_bytes());
    out.extend_from_slice(block);
    if block.len() % 2 == 1 {
        out.push(0);
    }
    out
}

/// The block within a JPEG's `APP13` segment.
pub fn in_segment(data: &[u8]) -> Option<&[u8]> {
    let mut rest = data.strip_prefix(PHOTOSHOP)?;
    while let Some(resource) = rest.strip_prefix(b"8BIM") {
        let name = usize::from(*resource.get(2)?);
        let head = 2 + (name + 1).next_multiple_of(2);
        let length: [u8; 4] = resource.get(head..head + 4)?.try_into().ok()?;
        let length = u32::from_be_bytes(length) as usize;
        let body = resource.get(head + 4..)?;
        let block = body.get(..length)?;
        if resource.starts_with(&RESOURCE) {
            return Some(block);
        }
        rest = body.get(length.next_multiple_of(2)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_also_from_among_other_resources() {
        let texts = [(CREATOR, "Zoë"), (CREATOR, "Ada"), (TITLE, "Äpfel")];
        let own = segment(&block(&texts));
        let mut others = PHOTOSHOP.to_vec();
        others.extend_from_slice(b"8BIM\x04\x25\x03odd\0\0\0\x03abc\0");
        others.extend_from_slice(&own[PHOTOSHOP.len()..]);
        for data in [&own, &others] {
            let read = parse(in_segment(data).unwrap());
            let read: Vec<(u8, &str)> = read.iter().map(|(n, t)| (*n, t.as_str())).collect();
            assert_eq!(read[1..], texts);
        }
        assert_eq!(in_segment(&own[..own.len() / 2]), None);
    }

    #[test]
    fn old_letters_are_read_and_long_texts_end_in_whole_ones() {
        assert_eq!(
            parse(b"\x1c\x02\x50\0\x03Zo\xeb"),
            [(CREATOR, "Zoë".into())]
        );
        let long = "é".repeat(60);
        let read = parse(&block(&[(CREATOR, &long)]));
        assert_eq!(read[1].1, "é".repeat(16));
    }
}
