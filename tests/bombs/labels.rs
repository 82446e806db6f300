//! Texts, labels and recipes that unpack to much, or go deep.

use std::path::Path;

use super::animations::{canvas, riff, webp};
use super::pictures::{chunk, packed, pixel, png};
use super::{Bomb, Way, bomb};

const ALL: &[Way] = &[Way::Photo, Way::Labels, Way::Gallery];

/// An international text of a PNG, packed.
fn text(keyword: &[u8], packed: &[u8]) -> Vec<u8> {
    let mut data = keyword.to_vec();
    data.extend([0, 1, 0, 0, 0]);
    data.extend(packed);
    chunk(b"iTXt", &data)
}

/// A plain text of a PNG, packed.
fn old_text(keyword: &[u8], packed: &[u8]) -> Vec<u8> {
    let mut data = keyword.to_vec();
    data.extend([0, 0]);
    data.extend(packed);
    chunk(b"zTXt", &data)
}

/// A text of many equal pieces between a beginning and an end.
fn long(begin: &str, piece: &str, count: usize, end: &str) -> Vec<u8> {
    let all = [begin, &piece.repeat(count), end].concat();
    packed(all.as_bytes(), 1)
}

/// A JPEG that is none, but for its segments.
fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    for data in segments {
        out.extend([0xff, 0xe1]);
        out.extend((data.len() as u16 + 2).to_be_bytes());
        out.extend(data);
    }
    out.extend([0xff, 0xd9]);
    out
}

const XMP: &[u8] = b"XML:com.adobe.xmp";
const RDF: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:RDF><rdf:Description>";
const FDR: &str = "</rdf:Description></rdf:RDF></x:xmpmeta>";

pub fn all(folder: &Path) -> Vec<Bomb> {
    let mut all = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| {
        all.push(bomb(folder, name, bytes, 4, ALL));
    };
    let mut with = |name: &str, chunks: &[Vec<u8>]| add(name, &png([1, 1], chunks, &pixel()));
    let gigabyte = packed(&[b' '; 1 << 20], 1 << 10);
    with(
        "png-text-of-1-gigabyte.png",
        &[old_text(b"Comment", &gigabyte)],
    );
    let sixty = packed(&[b'a'; 1 << 20], 60);
    let many: Vec<_> = (0..100).map(|_| old_text(b"Comment", &sixty)).collect();
    with("png-100-texts-of-60-megabytes.png", &many);
    let tags: Vec<_> = (0..700_000).map(|_| chunk(b"tEXt", b"a\0b")).collect();
    with("png-700000-tags.png", &tags);

    // Recipes of nothing but numbers: thirty million of them.
    let numbers = long(
        r#"{"version":1,"software":"","created":"","making":{"kind":"imported"},"resolved_ws":[["#,
        "0,",
        25_000_000,
        "0]]}",
    );
    with(
        "png-recipe-of-25-million-numbers.png",
        &[text(b"limner", &numbers)],
    );
    let shapes = long(
        r#"{"version":1,"making":{"kind":"style","styles":[{"mask":{"shapes":["#,
        r#"{"fill":1},"#,
        4_000_000,
        r#"{"fill":1}]}}]}}"#,
    );
    with(
        "png-recipe-of-4-million-shapes.png",
        &[text(b"limner", &shapes)],
    );
    with(
        "png-recipe-of-lists-in-lists.png",
        &[text(b"limner", &packed(&[b'['; 1 << 20], 40))],
    );
    with(
        "png-workflow-of-20-million-lists.png",
        &[text(b"prompt", &long("[", "[],", 15_000_000, "0]"))],
    );
    with(
        "png-a1111-of-commas.png",
        &[text(
            b"parameters",
            &long("a\nSteps: 2", ", a: b", 8_000_000, ""),
        )],
    );
    with(
        "png-novelai-of-objects.png",
        &[
            text(b"Software", &packed(b"NovelAI", 1)),
            text(
                b"Comment",
                &long(r#"{"a":["#, r#"{"":0},"#, 7_000_000, "0]}"),
            ),
        ],
    );

    with(
        "png-xmp-of-lists.png",
        &[text(
            XMP,
            &long(
                &format!("{RDF}<dc:creator><rdf:Seq>"),
                "<rdf:li>a</rdf:li>",
                2_000_000,
                &format!("</rdf:Seq></dc:creator>{FDR}"),
            ),
        )],
    );
    with(
        "png-xmp-of-properties.png",
        &[text(XMP, &long(RDF, "<dc:a/>", 7_000_000, FDR))],
    );
    with(
        "png-xmp-that-goes-deep.png",
        &[text(XMP, &long(RDF, "<dc:a>", 7_000_000, ""))],
    );
    with(
        "png-xmp-of-attributes.png",
        &[text(
            XMP,
            &long(
                "<x:xmpmeta xmlns:x='adobe:ns:meta/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description ",
                "dc:a='' ",
                5_000_000,
                "/></x:xmpmeta>",
            ),
        )],
    );

    // Pieces of one long packet, each with its place in it.
    let guid = [b'A'; 32];
    let piece = |at: u32, whole: u32, length: usize| {
        let mut data = b"http://ns.adobe.com/xmp/extension/\0".to_vec();
        data.extend(guid);
        data.extend(whole.to_be_bytes());
        data.extend(at.to_be_bytes());
        data.extend(vec![b' '; length]);
        data
    };
    let small: Vec<_> = (0..60_000).map(|n| piece(n, 60_000, 1)).collect();
    add("jpeg-xmp-in-60000-pieces.jpg", &jpeg(&small));
    let large: Vec<_> = (0..70)
        .map(|n| piece(n * 60_000, 70 * 60_000, 60_000))
        .collect();
    add("jpeg-xmp-of-4-megabytes.jpg", &jpeg(&large));
    let claim: Vec<_> = (0..60).map(|_| piece(0, u32::MAX, 1)).collect();
    add("jpeg-xmp-claims-4-gigabytes.jpg", &jpeg(&claim));
    let comments = |count: usize| {
        let mut out = vec![0xff, 0xd8];
        (0..count).for_each(|_| out.extend([0xff, 0xfe, 0, 3, b'a']));
        out.extend([0xff, 0xd9]);
        out
    };
    add("jpeg-1-million-comments.jpg", &comments(1_000_000));

    // EXIF whose entries all show the same long text.
    let mut exif = b"Exif\0\0".to_vec();
    let entries: Vec<_> = (0..5000).map(|n| (n as u16 + 270, 2, 50_000, 8)).collect();
    exif.extend(super::pictures::tiff(&entries, &[]));
    exif.truncate(65_000);
    add("jpeg-exif-that-repeats.jpg", &jpeg(&[exif]));
    let tags: Vec<_> = (0..200_000).map(|_| riff(b"XMP ", b"<a/>")).collect();
    add(
        "webp-200000-packets.webp",
        &webp(&[vec![canvas(4, [1, 1])], tags].concat()),
    );
    let mut gif = b"GIF89a\x01\0\x01\0\0\0\0".to_vec();
    (0..500_000).for_each(|_| gif.extend([0x21, 0xfe, 1, b'a', 0]));
    gif.push(0x3b);
    add("gif-500000-comments.gif", &gif);
    all
}
