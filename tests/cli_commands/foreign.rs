//! `limner recipe show` on pictures of other programs, in every file format in which they
//! write.

use super::*;

/// A small PNG with text chunks (`tEXt`, or `iTXt` for XMP).
fn png(chunks: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    for (keyword, text) in chunks {
        if text.is_ascii() && !keyword.starts_with("XML") {
            encoder.add_text_chunk((*keyword).into(), (*text).into())
        } else {
            encoder.add_itxt_chunk((*keyword).into(), (*text).into())
        }
        .unwrap();
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0]).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A field of EXIF: tag, type (2 text, 7 bytes), value.
type Field<'a> = (u16, u16, &'a [u8]);

/// One directory, little endian; `offset` is where its values begin.
fn directory(fields: &[Field<'_>], pointer: Option<u32>, start: u32) -> Vec<u8> {
    let count = fields.len() + usize::from(pointer.is_some());
    let mut values_at = start + 2 + count as u32 * 12 + 4;
    let (mut out, mut values) = ((count as u16).to_le_bytes().to_vec(), Vec::<u8>::new());
    for (tag, kind, value) in fields {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend((value.len() as u32).to_le_bytes());
        if value.len() <= 4 {
            let mut short = value.to_vec();
            short.resize(4, 0);
            out.extend(short);
            continue;
        }
        out.extend(values_at.to_le_bytes());
        values_at += value.len() as u32;
        values.extend(*value);
    }
    if let Some(at) = pointer {
        out.extend(0x8769u16.to_le_bytes());
        out.extend(4u16.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        out.extend(at.to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend(values);
    out
}

/// An EXIF block: fields of the first directory, fields of the inner one.
fn exif(main: &[Field<'_>], inner: &[Field<'_>]) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    let length = directory(main, Some(0), 8).len() as u32;
    out.extend(directory(main, Some(8 + length), 8));
    out.extend(directory(inner, None, 8 + length));
    out
}

fn jpeg(exif: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = image::RgbImage::from_pixel(8, 8, image::Rgb([90, 120, 60]));
    let mut cursor = std::io::Cursor::new(&mut bytes);
    pixels
        .write_to(&mut cursor, image::ImageFormat::Jpeg)
        .unwrap();
    let mut out = bytes[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend((exif.len() as u16 + 8).to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(exif);
    out.extend(&bytes[2..]);
    out
}

fn webp(exif: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = image::RgbaImage::from_pixel(8, 8, image::Rgba([90, 120, 60, 255]));
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)
        .encode(pixels.as_raw(), 8, 8, image::ExtendedColorType::Rgba8)
        .unwrap();
    bytes.extend(b"EXIF");
    bytes.extend((exif.len() as u32).to_le_bytes());
    bytes.extend(exif);
    bytes.extend(vec![0; exif.len() % 2]);
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    bytes
}

const COMMENT: u16 = 0x9286;

fn utf16(text: &str) -> Vec<u8> {
    let wide = text.encode_utf16().flat_map(u16::to_be_bytes);
    b"UNICODE\0".iter().copied().chain(wide).collect()
}

const A1111: &str = "a pear, \u{e4}lter\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, \
                     Seed: 5, Size: 512x512, Model: photon";
const GRAPH: &str = r#"{"3":{"class_type":"KSampler","inputs":{"seed":5,"steps":20,"cfg":7,
  "sampler_name":"euler_a","scheduler":"normal","denoise":1,"model":["4",0],"positive":["6",0],
  "negative":["7",0],"latent_image":["5",0]}},
 "4":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"photon"}},
 "5":{"class_type":"EmptyLatentImage","inputs":{"width":512,"height":512}},
 "6":{"class_type":"CLIPTextEncode","inputs":{"text":"a pear, älter"}},
 "7":{"class_type":"CLIPTextEncode","inputs":{"text":"blur"}}}"#;
const INVOKE: &str = r#"{"positive_prompt":"a pear, älter","negative_prompt":"blur","seed":5,
  "steps":20,"scheduler":"euler_a","model":{"name":"photon"},"width":512,"height":512}"#;
const FOOOCUS: &str = r#"{"prompt":"a pear, älter","negative_prompt":"blur","seed":"5","steps":20,
  "sampler":"euler_a","base_model":"photon","metadata_scheme":"fooocus","version":"Fooocus v2.5.0"}"#;
const NOVELAI: &str = r#"{"prompt":"a pear, älter","uc":"blur","seed":5,"steps":20,"scale":7,
  "sampler":"euler_a"}"#;
const DRAW_THINGS: &str = r#"{"c":"a pear, älter","uc":"blur","model":"photon","sampler":"euler_a",
  "seed":5,"steps":20}"#;
const EASY: [(&str, &str); 6] = [
    ("prompt", "a pear, älter"),
    ("negative_prompt", "blur"),
    ("use_stable_diffusion_model", "photon"),
    ("seed", "5"),
    ("num_inference_steps", "20"),
    ("sampler_name", "euler_a"),
];

fn xmp_of_draw_things() -> String {
    let json = DRAW_THINGS.replace('"', "&quot;");
    format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
        xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
        <xmp:CreatorTool>Draw Things</xmp:CreatorTool><exif:UserComment><rdf:Alt>
        <rdf:li xml:lang="x-default">{json}</rdf:li></rdf:Alt></exif:UserComment>
        </rdf:Description></rdf:RDF></x:xmpmeta>"#
    )
}

#[test]
fn every_programs_settings_are_told_by_name() {
    let desk = Desk::new();
    let easy = serde_json::Map::from_iter(EASY.map(|(k, v)| (k.to_owned(), v.into())));
    let easy = Value::Object(easy).to_string();
    let nul = |text: &str| [text.as_bytes(), &[0]].concat();
    let ascii = |text: &str| [b"ASCII\0\0\0", text.as_bytes()].concat();
    let comment = |bytes: &[u8]| exif(&[], &[(COMMENT, 7, bytes)]);
    let comfy = nul(&format!("prompt:{GRAPH}"));
    let workflow = nul("workflow:{\"nodes\":[]}");
    let (fooocus, scheme) = (nul(FOOOCUS), nul("fooocus"));
    let novelai = [
        ("Software", "NovelAI"),
        ("Source", "photon"),
        ("Description", "a pear, älter"),
        ("Comment", NOVELAI),
    ];
    let outer = serde_json::json!({
        "Software": "NovelAI", "Source": "photon", "Comment": NOVELAI,
    })
    .to_string();
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("AUTOMATIC1111", "png", png(&[("parameters", A1111)])),
        ("AUTOMATIC1111", "jpg", jpeg(&comment(&utf16(A1111)))),
        ("AUTOMATIC1111", "webp", webp(&comment(&utf16(A1111)))),
        ("ComfyUI", "png", png(&[("prompt", GRAPH)])),
        (
            "ComfyUI",
            "webp",
            webp(&exif(&[(0x10f, 2, &workflow), (0x110, 2, &comfy)], &[])),
        ),
        ("InvokeAI", "png", png(&[("invokeai_metadata", INVOKE)])),
        (
            "Fooocus",
            "png",
            png(&[("parameters", FOOOCUS), ("fooocus_scheme", "fooocus")]),
        ),
        // Fooocus writes both a directory too high, and without the name of the encoding.
        (
            "Fooocus",
            "jpg",
            jpeg(&exif(&[(0x927c, 2, &scheme), (COMMENT, 2, &fooocus)], &[])),
        ),
        ("NovelAI", "png", png(&novelai)),
        ("NovelAI", "webp", webp(&comment(&ascii(&outer)))),
        // The name of another encoding than that of the bytes.
        (
            "NovelAI",
            "webp",
            webp(&comment(&[b"UNICODE\0", outer.as_bytes()].concat())),
        ),
        (
            "Draw Things",
            "png",
            png(&[("XML:com.adobe.xmp", &xmp_of_draw_things())]),
        ),
        ("Easy Diffusion", "png", png(&EASY)),
        ("Easy Diffusion", "jpg", jpeg(&comment(&utf16(&easy)))),
    ];
    for (n, (program, ending, bytes)) in cases.into_iter().enumerate() {
        let name = format!("{n}.{ending}");
        fs::write(desk.path(&name), bytes).unwrap();
        let told = desk.fine(&["recipe", "show", &name]);
        let case = format!("{program} in {name}:\n{told}");
        assert!(
            told.starts_with(&format!("Settings of {program}\n")),
            "{case}"
        );
        for line in [
            "Prompt: a pear, älter\n",
            "Negative prompt: blur\n",
            "Seed: 5\n",
            "Steps: 20\n",
            "Model: photon\n",
        ] {
            assert!(told.contains(line), "{line}{case}");
        }
        assert!(told.to_lowercase().contains("sampler: euler"), "{case}");
        let json = desk.json(&["recipe", "show", &name]);
        assert_eq!(json["program"], program);
        let settings = json["settings"].as_array().unwrap();
        assert!(
            settings
                .iter()
                .any(|s| s["name"] == "Seed" && s["value"] == "5")
        );
        assert!(json["text"].as_str().unwrap().contains("blur"));
    }
}

#[test]
fn midjourneys_command_is_told() {
    let desk = Desk::new();
    let text = "a pear --ar 2:1 --no blur --seed 5 --v 6.1 Job ID: a7421d2f-b262-44f9";
    let files = [
        ("a.png", png(&[("Description", text), ("Author", "ada")])),
        ("a.jpg", jpeg(&exif(&[(0x10e, 2, text.as_bytes())], &[]))),
    ];
    for (name, bytes) in files {
        fs::write(desk.path(name), bytes).unwrap();
        let told = desk.fine(&["recipe", "show", name]);
        assert!(
            told.starts_with(
                "Settings of Midjourney\nPrompt: a pear\nAspect ratio: 2:1\n\
                 Negative prompt: blur\nSeed: 5\nModel version: 6.1\nJob ID: a7421d2f-b262-44f9\n"
            ),
            "{told}"
        );
    }
}

#[test]
fn a_strangers_text_does_nothing_to_the_terminal_and_a_bomb_is_left_alone() {
    let desk = Desk::new();
    let text = "a\u{1b}[2Jpear\u{7}\u{202e}\nSteps: 20, Sampler: Euler a, Seed: 5";
    fs::write(desk.path("a.png"), png(&[("parameters", text)])).unwrap();
    for words in [
        &["recipe", "show", "a.png"][..],
        &["recipe", "show", "a.png", "--json"],
    ] {
        let told = desk.fine(words);
        assert!(told.contains("a[2Jpear"), "{told}");
        assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told}");
        assert!(!told.contains("u001b"), "{told}");
    }
    // Four chunks of 7.75 MB each, packed to some kilobytes.
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    let large = "Steps: 20, Sampler: x, Seed: 5 ".repeat(250_000);
    for _ in 0..4 {
        encoder
            .add_ztxt_chunk("parameters".into(), large.clone())
            .unwrap();
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0]).unwrap();
    writer.finish().unwrap();
    fs::write(desk.path("bomb.png"), bytes).unwrap();
    let contents = limner::export::container::scan(&desk.path("bomb.png")).unwrap();
    assert_eq!(contents.texts.len(), 2, "16 MB in all");
    desk.fine(&["recipe", "show", "bomb.png"]);
}
