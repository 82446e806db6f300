//! Picture files keep pixels, recipe and labels, in every format.

mod files;

use std::ffi::OsStr;
use std::path::Path;

use files::{exiftool, explore, picture, style};
use limner::export::{self, Provenance, SourceType, WriteOptions, metadata};
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
                assert_eq!(read.recipe.as_ref(), Some(&recipe), "{format:?}");
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
        of(Making::Upscale { scale: 2 }),
        Some(SourceType::AlgorithmicallyEnhanced)
    );
    assert_eq!(of(Making::Imported), None);
}

#[test]
fn names_and_recipe_stay_out_when_the_user_says_so() {
    let dir = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let path = dir.path().join(format!("q.{}", export::extension(format)));
        let mut options = WriteOptions::new(format);
        options.source_names = false;
        let recipe = style();
        let p = picture(20, 20, false);
        export::write(&path, &p, Some(&recipe), &provenance(&recipe), &options).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!contains(&bytes, b"holiday") && !contains(&bytes, b"/home/ada"));
        let back = metadata::read(&path).unwrap().recipe.unwrap();
        assert_eq!(back.sources[0].sha256, recipe.sources[0].sha256);
        options.recipe = false;
        options.replace = true;
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
                assert!(!t.contains("Warning"), "{format:?} {t}");
            }
        }
    }
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
