//! Who made a photo, and what a picture is, goes on into what is made from it.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use files::{exiftool, picture, style};
use limner::export::format::Format;
use limner::export::{self, Provenance, SourceType, WriteOptions, metadata, origin};
use limner::recipe::{Making, Recipe, SourceOrigin};

const FORMATS: [Format; 4] = [Format::Png, Format::Jpeg(95), Format::WebP, Format::Tiff];

fn credited() -> Recipe {
    let mut recipe = style();
    recipe.set_origins(vec![SourceOrigin {
        sha256: recipe.sources[0].sha256.clone(),
        creators: vec!["Zoë Quince".into(), "Bo".into()],
        copyright: "© 2024 Zoë".into(),
        title: "Still life with quinces".into(),
        captured: "2024-05-01T12:30:00+02:00".into(),
        ..SourceOrigin::default()
    }]);
    recipe
}

fn write(dir: &Path, recipe: &Recipe, options: &WriteOptions) -> PathBuf {
    let path = dir.join(format!("p.{}", export::extension(options.format)));
    let provenance = Provenance::of(recipe, &Default::default(), "Ada", "© Ada");
    export::write(
        &path,
        &picture(40, 30, false),
        Some(recipe),
        &provenance,
        options,
    )
    .unwrap();
    path
}

#[test]
fn the_photographer_is_named_in_every_format_unless_switched_off() {
    for format in FORMATS {
        let dir = tempfile::tempdir().unwrap();
        let mut options = WriteOptions::new(format);
        let path = write(dir.path(), &credited(), &options);
        // What is made from this in turn says the same.
        let next = origin::read(&path, "ab");
        assert_eq!(next.creators, ["Zoë Quince", "Bo", "Ada"], "{format:?}");
        assert_eq!(next.copyright, "© 2024 Zoë; © Ada");
        assert_eq!(next.title, "Still life with quinces");
        assert_eq!(next.captured, "2024-05-01T12:30:00+02:00");
        let read = metadata::read(&path).unwrap();
        assert_eq!(read.recipe.unwrap().origins(), credited().origins());
        let out = dir.path().join("bare");
        metadata::strip(&path, &out).unwrap();
        let bare = std::fs::read(&out).unwrap();
        assert!(!bare.windows(6).any(|w| w == b"Quince"), "{format:?}");
        options.photo_credit = false;
        options.replace = true;
        let path = write(dir.path(), &credited(), &options);
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|w| w == b"Quince" || w == b"quince"));
        let read = metadata::read(&path).unwrap();
        assert!(read.recipe.unwrap().origins().is_empty());
        assert_eq!(origin::read(&path, "").creators, ["Ada"]);
    }
}

#[test]
fn exiftool_reads_the_photographer_where_each_format_keeps_one() {
    for format in FORMATS {
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), &credited(), &WriteOptions::new(format));
        let args = ["-j", "-G1", "-a", "-charset", "iptc=utf8"].map(OsStr::new);
        let Some(out) = exiftool(&[&args[..], &[path.as_os_str()]].concat()) else {
            return;
        };
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        let says = |key: &str, what: &str| {
            let text = json[0][key].to_string();
            assert!(text.contains(what), "{format:?} {key}: {text} in {out}");
        };
        says("XMP-dc:Creator", "Zoë Quince");
        says("XMP-dc:Rights", "© 2024 Zoë");
        says("XMP-dc:Title", "Still life");
        says("XMP-exif:DateTimeOriginal", "2024:05:01 12:30:00");
        says("IFD0:Artist", "Zoë Quince");
        says("IFD0:Copyright", "© 2024 Zoë");
        if format != Format::Tiff {
            says("ExifIFD:DateTimeOriginal", "2024:05:01 12:30:00");
        }
        if matches!(format, Format::Jpeg(_) | Format::Tiff) {
            says("IPTC:By-line", "Zoë Quince");
            says("IPTC:CopyrightNotice", "© 2024 Zoë");
            says("IPTC:ObjectName", "Still life");
            says("IPTC:DateCreated", "2024:05:01");
        }
        assert!(!out.contains("Warning"), "{out}");
    }
}

#[test]
fn a_camera_file_tells_who_and_when_but_never_where_or_with_what() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("camera.jpg");
    picture_file(&path);
    let words = [
        "-overwrite_original",
        "-q",
        "-EXIF:Artist=Zoë",
        "-EXIF:Copyright=© Zoë",
        "-EXIF:DateTimeOriginal=2023:02:03 04:05:06",
        "-GPSLatitude=52.5",
        "-GPSLatitudeRef=N",
        "-EXIF:SerialNumber=SN-12345",
        "-EXIF:Model=Box 3000",
        "-IPTC:ObjectName=Pears",
    ];
    let args: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    if exiftool(&[&args[..], &[path.as_os_str()]].concat()).is_none() {
        return;
    }
    let found = origin::read(&path, "ab");
    assert_eq!(found.creators, ["Zoë"]);
    assert_eq!(found.copyright, "© Zoë");
    assert_eq!(found.title, "Pears");
    assert_eq!(found.captured, "2023-02-03T04:05:06");
    let mut recipe = style();
    recipe.set_origins(vec![found]);
    for format in FORMATS {
        let path = write(dir.path(), &recipe, &WriteOptions::new(format));
        let bytes = std::fs::read(path).unwrap();
        for secret in ["SN-12345", "Box 3000", "GPS", "52.5"] {
            let hidden = !bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(hidden, "{format:?} tells {secret}");
        }
    }
}

fn picture_file(path: &Path) {
    let options = WriteOptions::new(Format::Jpeg(90));
    export::write(
        path,
        &picture(40, 30, false),
        None,
        &Provenance::default(),
        &options,
    )
    .unwrap();
}

#[test]
fn what_a_network_made_stays_that_when_it_is_enlarged() {
    let of = |source_type: &str| {
        let mut recipe = files::recipe(Making::Upscale {
            scale: 2,
            wrap: limner::recipe::Wrap::None,
        });
        recipe.sources = vec![files::source("a.png", "11")];
        recipe.set_origins(vec![SourceOrigin {
            sha256: recipe.sources[0].sha256.clone(),
            source_type: source_type.into(),
            ..SourceOrigin::default()
        }]);
        // The label doesn't depend on whether the photographer is named.
        let recipe = recipe.without_photo_credit();
        Provenance::of(&recipe, &Default::default(), "", "").source_type
    };
    for kind in [
        SourceType::TrainedAlgorithmicMedia,
        SourceType::CompositeWithTrainedAlgorithmicMedia,
        SourceType::AlgorithmicMedia,
        SourceType::CompositeSynthetic,
    ] {
        assert_eq!(of(kind.name()), Some(kind));
    }
    for photo in ["", "digitalCapture", "algorithmicallyEnhanced"] {
        assert_eq!(
            of(photo),
            Some(SourceType::AlgorithmicallyEnhanced),
            "{photo}"
        );
    }
}

/// A picture that is upscaled names all that made it, and keeps no name that is to be left out.
#[test]
fn what_was_upscaled_names_who_made_the_picture_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut before = files::recipe(Making::Explore(limner::recipe::ExploreParams::new(
        "fruit", 3,
    )));
    before.created = "2031-02-03T04:05:06Z".into();
    before.sources = vec![limner::recipe::SourceRef {
        artist: "Ada Painter".into(),
        ..files::source("secret.png", "22")
    }];
    let wrap = limner::recipe::Wrap::None;
    let mut recipe = files::recipe(Making::Upscale { scale: 2, wrap });
    recipe.models = vec![limner::recipe::ModelRef {
        name: "crisp".into(),
        sha256: "cd".repeat(32),
    }];
    recipe.set_source_recipe(&before);
    let made = Provenance::of(&recipe, &Default::default(), "", "");
    assert!(made.systems.contains("crisp, fruit"), "{}", made.systems);
    assert!(made.credit.contains("by Ada Painter"), "{}", made.credit);
    let mut options = WriteOptions::new(Format::Png);
    (options.source_names, options.dated) = (false, false);
    let path = dir.path().join("large.png");
    limner::export::Writing::new(options)
        .write(&path, &picture(40, 30, false), &recipe, &Default::default())
        .unwrap();
    let json = metadata::read(&path).unwrap().recipe_json.unwrap();
    assert!(
        json.contains("source_recipe") && json.contains("fruit"),
        "{json}"
    );
    for name in ["secret.png", "2031-02-03"] {
        assert!(!json.contains(name), "{json}");
    }
}

#[test]
fn content_credentials_are_named_with_the_one_who_signed() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain.jpg");
    picture_file(&plain);
    let bytes = std::fs::read(&plain).unwrap();
    let mut store = b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb ".to_vec();
    store.extend_from_slice(
        b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia ",
    );
    store.extend_from_slice(
        b"\x06\x03\x55\x04\x0a\x0c\x07Root CA\x06\x03\x55\x04\x0a\x0c\x0cSome Company",
    );
    let mut signed = bytes[..2].to_vec();
    signed.extend_from_slice(&[0xff, 0xeb]);
    signed.extend_from_slice(&((store.len() + 2) as u16).to_be_bytes());
    signed.extend_from_slice(&store);
    signed.extend_from_slice(&bytes[2..]);
    let path = dir.path().join("signed.jpg");
    std::fs::write(&path, signed).unwrap();
    let found = origin::read(&path, "ab");
    assert!(
        found.content_credentials.contains("Some Company"),
        "{found:?}"
    );
    assert!(found.content_credentials.contains("not checked"));
    assert_eq!(found.source_type, "trainedAlgorithmicMedia");
    let notes = metadata::read(&path).unwrap().notes;
    assert!(
        notes.iter().any(|n| n.contains("Some Company")),
        "{notes:?}"
    );
    assert_eq!(origin::read(&plain, "").content_credentials, "");
}
