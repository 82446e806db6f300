//! Who made a photo and when is read out of what phones and cameras write; where, and
//! with which camera, never.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::ffi::OsStr;
use std::path::Path;

use files::exiftool;
use limner::export::origin;
use limner::recipe::SourceOrigin;

/// A TIFF block with an artist, a copyright, a camera's number, and a day below it; in
/// the big-endian order if `big`.
fn block(big: bool) -> Vec<u8> {
    let two = |v: u16| {
        if big {
            v.to_be_bytes()
        } else {
            v.to_le_bytes()
        }
    };
    let four = |v: u32| {
        if big {
            v.to_be_bytes()
        } else {
            v.to_le_bytes()
        }
    };
    let texts = [
        "Zo\u{eb}\0",
        "\u{a9} Zo\u{eb}\0",
        "2023:02:03 04:05:06\0",
        "SN-12345\0",
    ];
    let directories = [8_u32, 8 + 2 + 3 * 12 + 4];
    let mut at = directories[1] + 2 + 2 * 12 + 4;
    let places = texts.map(|text| {
        let place = at;
        at += text.len() as u32;
        place
    });
    let mut out = if big {
        b"MM\0\x2a".to_vec()
    } else {
        b"II\x2a\0".to_vec()
    };
    out.extend(four(directories[0]));
    let entry = |out: &mut Vec<u8>, tag: u16, kind: u16, count: usize, value: u32| {
        out.extend(two(tag));
        out.extend(two(kind));
        out.extend(four(count as u32));
        out.extend(four(value));
    };
    out.extend(two(3));
    entry(&mut out, 0x013b, 2, texts[0].len(), places[0]);
    entry(&mut out, 0x8298, 2, texts[1].len(), places[1]);
    entry(&mut out, 0x8769, 4, 1, directories[1]);
    out.extend([0; 4]);
    out.extend(two(2));
    entry(&mut out, 0x9003, 2, texts[2].len(), places[2]);
    entry(&mut out, 0xa431, 2, texts[3].len(), places[3]);
    out.extend([0; 4]);
    texts.iter().for_each(|text| out.extend(text.as_bytes()));
    out
}

/// A box of films, HEIF and JPEG XL.
fn part(name: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut out = (contents.len() as u32 + 4 + name.len() as u32)
        .to_be_bytes()
        .to_vec();
    out.extend(name);
    out.extend(contents);
    out
}

fn numbered(number: u128, contents: &[u8]) -> Vec<u8> {
    part(&[&b"uuid"[..], &number.to_be_bytes()].concat(), contents)
}

fn read(bytes: &[u8]) -> SourceOrigin {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("photo");
    std::fs::write(&path, bytes).unwrap();
    origin::read(&path, "ab")
}

#[track_caller]
fn is_zoes(found: &SourceOrigin, what: &str) {
    assert_eq!(found.creators, ["Zo\u{eb}"], "{what}");
    assert_eq!(found.copyright, "\u{a9} Zo\u{eb}", "{what}");
    assert_eq!(found.captured, "2023-02-03T04:05:06", "{what}");
    assert!(!format!("{found:?}").contains("SN-12345"), "{what}");
}

const XMP: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
    xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description \
    xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title><rdf:Alt><rdf:li \
    xml:lang='x-default'>Pears</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>";

#[test]
fn photos_of_phones_say_who_and_when_as_exiftool_writes_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photo_modern");
    let words = [
        "-overwrite_original",
        "-q",
        // A JPEG XL codestream is put into boxes, which is told as a mistake.
        "-m",
        "-EXIF:Artist=Zo\u{eb}",
        "-EXIF:Copyright=\u{a9} Zo\u{eb}",
        "-EXIF:DateTimeOriginal=2023:02:03 04:05:06",
        "-EXIF:SerialNumber=SN-12345",
        "-GPSLatitude=52.5",
        "-GPSLatitudeRef=N",
        "-XMP-dc:Title=Pears",
    ];
    let words: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    let dir = tempfile::tempdir().unwrap();
    for name in ["plain.heic", "plain.avif", "grid.avif", "plain.jxl"] {
        let path = dir.path().join(name);
        std::fs::copy(folder.join(name), &path).unwrap();
        if exiftool(&[&words[..], &[path.as_os_str()]].concat()).is_none() {
            return;
        }
        let found = origin::read(&path, "ab");
        is_zoes(&found, name);
        assert_eq!(found.title, "Pears", "{name}");
        assert!(!format!("{found:?}").contains("52"), "{name}");
        // And it is still the same photo.
        let before = limner::photo::read(&folder.join(name)).unwrap();
        let after = limner::photo::read(&path).unwrap();
        assert!(before.picture == after.picture, "{name}");
    }
}

/// Brotli's way of packing nothing: what is stored as it is.
fn stored(text: &[u8]) -> Vec<u8> {
    let head = (text.len() as u32 - 1) << 4 | 1 << 20;
    let mut out = head.to_le_bytes()[..3].to_vec();
    out.extend(text);
    out.push(3);
    out
}

#[test]
fn labels_that_jpeg_xl_packs_are_unpacked() {
    let head = [
        part(b"JXL ", b"\r\n\x87\n"),
        part(b"ftyp", b"jxl \0\0\0\0jxl "),
    ]
    .concat();
    let exif = [&[0; 4][..], &block(true)].concat();
    for packed in [false, true] {
        let label = |name: &[u8; 4], text: &[u8]| match packed {
            true => part(b"brob", &[&name[..], &stored(text)].concat()),
            false => part(name, text),
        };
        let labels = [label(b"Exif", &exif), label(b"xml ", XMP.as_bytes())].concat();
        let found = read(&[&head[..], &labels, &part(b"jxlc", b"\xff\x0a")].concat());
        is_zoes(&found, "jxl");
        assert_eq!(found.title, "Pears");
        // Cut anywhere it is no harm.
        let whole = [&head[..], &labels].concat();
        (0..whole.len())
            .step_by(7)
            .for_each(|end| drop(read(&whole[..end])));
    }
}

#[test]
fn raw_files_with_heads_of_their_own_say_who_and_when() {
    for big in [false, true] {
        let tiff = block(big);
        is_zoes(&read(&tiff), "TIFF");

        let first = [&tiff[..8], &tiff[8..]].concat();
        let canon = [part(b"CMT1", &first), part(b"CMT2", &first)].concat();
        let canon = part(
            b"moov",
            &numbered(0x85c0_b687_820f_11e0_8111_f4ce_462b_6a48, &canon),
        );
        let xmp = numbered(0xbe7a_cfcb_97a9_42e8_9c71_9994_91e3_afac, XMP.as_bytes());
        let cr3 = [part(b"ftyp", b"crx \0\0\0\x01crx isom"), canon, xmp].concat();
        is_zoes(&read(&cr3), "CR3");
        assert_eq!(read(&cr3).title, "Pears");

        let mut jpeg = b"\xff\xd8\xff\xe1".to_vec();
        jpeg.extend((tiff.len() as u16 + 8).to_be_bytes());
        jpeg.extend(b"Exif\0\0");
        jpeg.extend(&tiff);
        jpeg.extend(b"\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\xff\xd9");
        let mut raf = b"FUJIFILMCCD-RAW 0201".to_vec();
        raf.resize(84, 0);
        raf.extend(92_u32.to_be_bytes());
        raf.extend((jpeg.len() as u32).to_be_bytes());
        raf.extend(&jpeg);
        is_zoes(&read(&raf), "RAF");
        is_zoes(&read(&[b"FOVb\0\0\0\0", &jpeg[..]].concat()), "X3F");

        let minolta = [
            &b"\0MRM\0\0\0\0\0PRD\0\0\0\x02ab\0TTW"[..],
            &(tiff.len() as u32).to_be_bytes(),
            &tiff,
        ];
        is_zoes(&read(&minolta.concat()), "MRW");

        let heads: &[&[u8; 4]] = if big {
            &[b"MMOR"]
        } else {
            &[b"IIRO", b"IIRS", b"IIU\0"]
        };
        for head in heads {
            let mut like = tiff.clone();
            like[..4].copy_from_slice(*head);
            is_zoes(&read(&like), "ORF and RW2");
            (0..like.len()).for_each(|end| drop(read(&like[..end])));
        }
        (0..cr3.len())
            .step_by(7)
            .for_each(|end| drop(read(&cr3[..end])));
        (0..raf.len())
            .step_by(7)
            .for_each(|end| drop(read(&raf[..end])));
    }
}
