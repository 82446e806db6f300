//! Picture files keep pixels, recipe and labels, in every format.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::ffi::OsStr;
use std::path::Path;

use files::{exiftool, explore, picture, style};
use limner::export::{self, Provenance, SourceType, WriteOptions, container, metadata};
use limner::gallery::decode;
use limner::gallery::protocol::Format;
use limner::recipe::Recipe;

const FORMATS: [Format; 4] = [Format::Png, Format::Jpeg(95), Format::WebP, Format::Tiff];

fn provenance(recipe: &Recipe) -> Provenance {
    Provenance::of(recipe, &Default::default(), "Ada Lovelace", "© Ada")
}

fn write(dir: &Path, format: Format, recipe: &Recipe, transparent: bool) -> std::path::PathBuf {
    let path = dir.join(format!("p.{}", export::extension(format)));
    let options = WriteOptions {
        replace: true,
        ..WriteOptions::new(format)
    };
    let p = picture(67, 41, transparent);
    export::write(&path, &p, Some(recipe), &provenance(recipe), &options).unwrap();
    path
}

#[test]
fn every_format_gives_recipe_and_pixels_back() {
    let dir = tempfile::tempdir().unwrap();
    for recipe in [explore(u64::MAX), style()] {
        for format in FORMATS {
            for transparent in [false, true] {
                let path = write(dir.path(), format, &recipe, transparent);
                let read = metadata::read(&path).unwrap();
                let unnamed = recipe.without_source_names();
                assert_eq!(read.recipe, Some(unnamed), "{format:?}");
                assert_eq!(read.size, [67, 41], "{format:?}");
                let back = decode::picture(&path).unwrap();
                if !matches!(format, Format::Jpeg(_)) {
                    assert!(back == picture(67, 41, transparent), "{format:?}");
                }
            }
        }
    }
}

#[test]
fn jpeg_lays_transparency_on_white() {
    let dir = tempfile::tempdir().unwrap();
    let clear = limner::picture::Picture::from_rgba(16, 16, [9, 9, 9, 0].repeat(256)).unwrap();
    let path = dir.path().join("p.jpg");
    let options = WriteOptions::new(Format::Jpeg(95));
    export::write(&path, &clear, None, &Provenance::default(), &options).unwrap();
    assert!(
        decode::picture(&path)
            .unwrap()
            .rgba()
            .iter()
            .all(|&v| v > 250)
    );
}

#[test]
fn a_long_recipe_needs_extended_xmp_in_jpeg() {
    let dir = tempfile::tempdir().unwrap();
    let mut recipe = explore(1);
    // 18 layers of 512 numbers, as a projection stores them.
    recipe.resolved_ws = Some(vec![(0..512).map(|i| (i as f32).sin()).collect(); 18]);
    assert!(recipe.to_json().len() > 65_000);
    for format in FORMATS {
        let path = write(dir.path(), format, &recipe, false);
        let read = metadata::read(&path).unwrap();
        assert_eq!(read.recipe.as_ref(), Some(&recipe), "{format:?}");
        assert!(decode::picture(&path).is_ok());
    }
    let jpeg = dir.path().join("p.jpg");
    if let Some(out) = exiftool(&["-b".as_ref(), "-XMP:Recipe".as_ref(), jpeg.as_ref()]) {
        assert_eq!(Recipe::from_json(&out).unwrap(), recipe);
    }
}

#[test]
fn exiftool_shows_the_labels() {
    let dir = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let path = write(dir.path(), format, &style(), false);
        let args: [&OsStr; 5] = [
            "-j".as_ref(),
            "-G1".as_ref(),
            "-warning".as_ref(),
            "-all:all".as_ref(),
            path.as_ref(),
        ];
        let Some(out) = exiftool(&args) else { return };
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        let tags = &json[0];
        let text = |k: &str| tags[k].to_string();
        assert!(
            text("XMP-iptcExt:DigitalSourceType").contains("compositeWithTrainedAlgorithmicMedia"),
            "{format:?} {out}"
        );
        assert!(text("XMP-dc:Creator").contains("Ada Lovelace"), "{out}");
        assert!(text("XMP-dc:Rights").contains("© Ada"), "{out}");
        assert!(text("XMP-photoshop:Credit").contains("Claude Monet (public domain)"));
        assert!(text("XMP-xmp:CreatorTool").contains("Limner"));
        assert!(!out.contains("Warning"), "{out}");
    }
}

#[test]
fn the_source_type_follows_the_making() {
    use limner::recipe::{ExploreParams, Making};
    let of = |making| provenance(&files::recipe(making)).source_type;
    let mut r = explore(1);
    assert_eq!(
        provenance(&r).source_type,
        Some(SourceType::TrainedAlgorithmicMedia)
    );
    r.models[0].name = "cppn".into();
    r.making = Making::Explore(ExploreParams::new("cppn", 1));
    assert_eq!(
        provenance(&r).source_type,
        Some(SourceType::AlgorithmicMedia)
    );
    assert_eq!(
        of(Making::Upscale {
            scale: 2,
            wrap: limner::recipe::Wrap::None,
        }),
        Some(SourceType::AlgorithmicallyEnhanced)
    );
    assert_eq!(of(Making::Imported), None);
}

#[test]
fn artist_and_licence_are_in_the_credit_line() {
    use limner::recipe::{Making, StyleSource};
    let credit = |artist: &str, licence: &str| {
        let mut r = style();
        let Making::Style(p) = &mut r.making else {
            panic!("a style");
        };
        let StyleSource::File(s) = &mut p.styles[1].style else {
            panic!("a file");
        };
        (s.artist, s.licence) = (artist.into(), licence.into());
        r.sources[1] = s.clone();
        provenance(&r).credit
    };
    let start = "Made with Limner (restyle); style nightfall";
    assert_eq!(
        credit("Ada", "CC BY 4.0"),
        format!("{start}; style by Ada (CC BY 4.0)")
    );
    assert_eq!(credit("Ada", ""), format!("{start}; style by Ada"));
    assert_eq!(
        credit("", "CC BY 4.0"),
        format!("{start}; style (licence: CC BY 4.0)")
    );
    assert_eq!(credit("", ""), start);
}

#[test]
fn names_stay_out_unless_the_user_asks_and_the_recipe_when_they_say_so() {
    let dir = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let path = dir.path().join(format!("q.{}", export::extension(format)));
        let mut options = WriteOptions::new(format);
        let recipe = style();
        let p = picture(20, 20, false);
        export::write(&path, &p, Some(&recipe), &provenance(&recipe), &options).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!contains(&bytes, b"holiday") && !contains(&bytes, b"/home/ada"));
        // PNG keeps a second one packed.
        let texts = container::scan(&path).unwrap().texts;
        assert!(
            texts
                .iter()
                .all(|(_, t)| !t.contains("holiday") && !t.contains("/home/ada"))
        );
        let back = metadata::read(&path).unwrap().recipe.unwrap();
        assert_eq!(back.sources[0].sha256, recipe.sources[0].sha256);
        options.replace = true;
        options.source_names = true;
        export::write(&path, &p, Some(&recipe), &provenance(&recipe), &options).unwrap();
        let named = metadata::read(&path).unwrap().recipe.unwrap();
        assert_eq!(named.sources, recipe.sources);
        options.recipe = false;
        export::write(&path, &p, Some(&recipe), &provenance(&recipe), &options).unwrap();
        let read = metadata::read(&path).unwrap();
        assert_eq!(read.recipe_json, None);
        assert!(read.source_type.is_some(), "the honest label stays");
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}

#[test]
fn strip_takes_everything_out_but_the_pixels() {
    let dir = tempfile::tempdir().unwrap();
    for format in FORMATS {
        for transparent in [false, true] {
            let path = write(dir.path(), format, &style(), transparent);
            let out = dir.path().join(format!("s.{}", export::extension(format)));
            metadata::strip(&path, &out).unwrap();
            assert!(
                decode::picture(&out).unwrap() == decode::picture(&path).unwrap(),
                "{format:?}"
            );
            let bytes = std::fs::read(&out).unwrap();
            for secret in [&b"holiday"[..], b"Ada", b"limner", b"Limner", b"xmpmeta"] {
                assert!(!contains(&bytes, secret), "{format:?}");
            }
            let read = metadata::read(&out).unwrap();
            assert_eq!((read.recipe_json, read.source_type), (None, None));
            // The profile stays, so that colours look the same.
            if let Some(t) = exiftool(&["-validate".as_ref(), "-warning".as_ref(), out.as_ref()]) {
                // The encoder's odd offsets are within what readers accept.
                let grave = |l: &&str| l.contains("Warning") && !l.contains("minor");
                assert_eq!(t.lines().find(grave), None, "{format:?}");
            }
        }
    }
}

/// Content Credentials stand in a directory of their own behind the picture's.
#[test]
fn credentials_in_a_tiffs_last_page_are_seen_and_stripped() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), Format::Tiff, &style(), false);
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"II"), "as Limner writes it");
    let number = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize;
    let first = number(&bytes[4..]);
    let entries = usize::from(u16::from_le_bytes([bytes[first], bytes[first + 1]]));
    let (claim, at) = (b"jumb: a signed claim", bytes.len() + bytes.len() % 2);
    bytes.resize(at, 0);
    let next = first + 2 + entries * 12;
    bytes[next..next + 4].copy_from_slice(&(at as u32).to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.extend(0xcd41u16.to_le_bytes());
    bytes.extend(7u16.to_le_bytes());
    bytes.extend((claim.len() as u32).to_le_bytes());
    bytes.extend((at as u32 + 18).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(claim);
    std::fs::write(&path, &bytes).unwrap();
    assert!(metadata::read(&path).unwrap().c2pa);

    let out = dir.path().join("stripped.tif");
    metadata::strip(&path, &out).unwrap();
    assert!(!metadata::read(&out).unwrap().c2pa);
    let stripped = std::fs::read(&out).unwrap();
    assert!(!contains(&stripped, b"jumb") && !contains(&stripped, b"claim"));
    let first = number(&stripped[4..]);
    let kept = usize::from(u16::from_le_bytes([stripped[first], stripped[first + 1]]));
    assert_eq!(number(&stripped[first + 2 + kept * 12..]), 0, "one page");
    assert!(decode::picture(&out).unwrap() == decode::picture(&path).unwrap());
}

#[test]
fn a_file_of_the_same_name_is_never_replaced_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.png");
    std::fs::write(&path, b"mine").unwrap();
    let r = export::write(
        &path,
        &picture(4, 4, false),
        None,
        &Provenance::default(),
        &WriteOptions::new(Format::Png),
    );
    assert!(matches!(r, Err(export::ExportError::Exists(_))), "{r:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_missing_folder_is_named() {
    let r = export::write(
        Path::new("no/such/folder/p.png"),
        &picture(4, 4, false),
        None,
        &Provenance::default(),
        &WriteOptions::new(Format::Png),
    );
    assert!(matches!(r, Err(export::ExportError::NoFolder(_))), "{r:?}");
}

#[test]
fn recipes_survive_exiftool() {
    let dir = tempfile::tempdir().unwrap();
    let png = write(dir.path(), Format::Png, &style(), false);
    for format in [Format::Jpeg(90), Format::WebP, Format::Tiff] {
        // A file without anything takes the labels over, as a block.
        let bare = dir
            .path()
            .join(format!("bare.{}", export::extension(format)));
        let bytes =
            export::encode_to_bytes(&picture(20, 20, false), format, &Default::default()).unwrap();
        std::fs::write(&bare, bytes).unwrap();
        let args: [&OsStr; 5] = [
            "-overwrite_original".as_ref(),
            "-TagsFromFile".as_ref(),
            png.as_ref(),
            "-XMP".as_ref(),
            bare.as_ref(),
        ];
        if exiftool(&args).is_none() {
            return;
        }
        let read = metadata::read(&bare).unwrap();
        let unnamed = style().without_source_names();
        assert_eq!(read.recipe, Some(unnamed), "{format:?}");
        // Another tag set by exiftool leaves the recipe alone.
        let set: [&OsStr; 3] = [
            "-overwrite_original".as_ref(),
            "-XMP:Title=New".as_ref(),
            bare.as_ref(),
        ];
        exiftool(&set);
        let read = metadata::read(&bare).unwrap();
        assert_eq!(
            read.recipe,
            Some(style().without_source_names()),
            "{format:?} after a change"
        );
        assert_eq!(read.labels.title, "New");
    }
}

/// What ImageMagick 6 keeps when it saves our files again; the table in
/// `src/recipe/survival.md` says the same.
#[test]
fn what_survives_imagemagick_is_what_the_table_says() {
    let dir = tempfile::tempdir().unwrap();
    // From, to, recipe, label.
    let table = [
        ("png", "png", true, false),
        ("jpg", "jpg", true, true),
        ("tif", "tif", true, true),
        ("jpg", "png", true, true),
        ("tif", "png", true, true),
        ("tif", "jpg", true, true),
        ("jpg", "tif", true, true),
        ("png", "jpg", false, false),
    ];
    for format in FORMATS {
        write(dir.path(), format, &style(), false);
    }
    for (from, to, recipe, label) in table {
        let again = dir.path().join(format!("{from} again.{to}"));
        let convert = std::process::Command::new("convert")
            .arg(dir.path().join(format!("p.{from}")))
            .arg(&again)
            .status();
        if !convert.is_ok_and(|s| s.success()) {
            files::skip::skip(files::skip::Lack::ImageMagick);
            return;
        }
        let read = metadata::read(&again).unwrap();
        // Newer versions may keep more, never less.
        if recipe {
            let unnamed = style().without_source_names();
            assert_eq!(read.recipe, Some(unnamed), "{from} to {to}");
        }
        if label {
            let kind = Some(SourceType::CompositeWithTrainedAlgorithmicMedia);
            assert_eq!(read.source_type, kind, "{from} to {to}");
        }
    }
}

#[test]
fn other_programs_settings_and_rights_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    let mut bytes = Vec::new();
    let mut e = png::Encoder::new(&mut bytes, 1, 1);
    let text = "a pear\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x512";
    e.add_text_chunk("parameters".into(), text.into()).unwrap();
    let xmp = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"><xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Ask me first</rdf:li></rdf:Alt></xmpRights:UsageTerms></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    e.add_itxt_chunk("XML:com.adobe.xmp".into(), xmp.into())
        .unwrap();
    let mut w = e.write_header().unwrap();
    w.write_image_data(&[0]).unwrap();
    w.finish().unwrap();
    std::fs::write(&path, bytes).unwrap();
    let read = metadata::read(&path).unwrap();
    let foreign = read.foreign.unwrap();
    assert_eq!(
        (foreign.program, foreign.text.as_str()),
        ("AUTOMATIC1111", text)
    );
    let notes = read.notes.join("\n");
    assert!(
        notes.contains("Ask me first") && notes.contains("prohibits data mining"),
        "{notes}"
    );
}

#[test]
fn damaged_and_foreign_files_are_named_not_fatal() {
    let dir = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let path = write(dir.path(), format, &style(), true);
        let whole = std::fs::read(&path).unwrap();
        for n in (0..whole.len()).step_by(whole.len() / 97 + 1) {
            std::fs::write(&path, &whole[..n]).unwrap();
            // Whatever it says, it says it without a panic or a huge allocation.
            if let Err(e) = metadata::read(&path) {
                assert!(!e.to_string().is_empty());
            }
            metadata::strip(&path, &dir.path().join("s")).ok();
        }
        let mut broken = whole.clone();
        for (i, b) in broken.iter_mut().enumerate().skip(8).step_by(13) {
            *b = b.wrapping_add(i as u8);
        }
        std::fs::write(&path, &broken).unwrap();
        metadata::read(&path).ok();
        metadata::strip(&path, &dir.path().join("s")).ok();
    }
    let text = dir.path().join("t.png");
    std::fs::write(&text, "hello").unwrap();
    let e = metadata::read(&text).unwrap_err();
    assert!(matches!(e, export::ExportError::NotAPicture { .. }), "{e}");
}
