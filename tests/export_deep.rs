//! Copies with 16 bits and in Display P3: what is in the file, and what others read there.

#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::path::Path;

use limner::cancel::CancelToken;
use limner::export::encode::{DISPLAY_P3_ICC, SRGB_ICC};
use limner::export::format::Format;
use limner::finish;
use limner::gallery::Gallery;
use limner::gallery::protocol::ExportOptions;
use limner::picture::{ColorSpace, Picture};
use limner::recipe::{FinishParams, FinishSettings, Making, Recipe, SourceRef};

fn slope() -> Picture {
    let pixels = (0..64u32 * 48).flat_map(|n| [(n % 64 * 3) as u8, (n / 64 * 4) as u8, 40, 255]);
    Picture::from_rgba(64, 48, pixels.collect()).unwrap()
}

fn recipe() -> Recipe {
    Recipe::from_json(r#"{"version":1,"software":"","created":"","making":{"kind":"imported"}}"#)
        .unwrap()
}

/// Whether a file has this profile.
fn assert_profile(path: &Path, wanted: &[u8]) {
    if path.extension().is_some_and(|end| end == "tif") {
        // The decoder doesn't read a profile of the type that TIFF wants (UNDEFINED).
        let bytes = std::fs::read(path).unwrap();
        assert!(bytes.windows(wanted.len()).any(|part| part == wanted));
    } else {
        assert_eq!(profile(path), wanted, "{}", path.display());
    }
}

fn profile(path: &Path) -> Vec<u8> {
    let mut decoder = image::ImageReader::open(path)
        .unwrap()
        .with_guessed_format()
        .unwrap()
        .into_decoder()
        .unwrap();
    image::ImageDecoder::icc_profile(&mut decoder)
        .unwrap()
        .unwrap()
}

#[test]
fn a_finished_picture_leaves_with_more_than_its_eight_bits() {
    let folder = tempfile::tempdir().unwrap();
    let mut gallery = Gallery::open_and_reconcile(folder.path().join("gallery")).unwrap();
    let before = gallery.save(&slope(), &recipe()).unwrap();
    let sha256 = limner::gallery::hash_file(&before.path).unwrap();
    gallery.note_hash(before.id, before.state, &sha256).unwrap();
    let settings = FinishSettings {
        exposure: 0.7,
        saturation: 0.4,
        ..FinishSettings::default()
    };
    let stop = CancelToken::new();
    let made = finish::finish(&slope(), &settings, &stop, &mut |_, _| Ok(())).unwrap();
    let params = FinishParams::new(SourceRef::of_file(&before.path, sha256), settings);
    assert_eq!(recipe().making, Making::Imported);
    let entry = gallery
        .save(&made, &recipe().finished(Some(params)))
        .unwrap();
    for (format, name) in [(Format::Png, "a.png"), (Format::Tiff, "a.tif")] {
        for space in [ColorSpace::Srgb, ColorSpace::DisplayP3] {
            let to = folder.path().join(format!("{space:?} {name}"));
            let options = ExportOptions {
                sixteen: true,
                space,
                ..ExportOptions::new(format)
            };
            gallery
                .export_copies(&[entry.id], &to, &options, &mut |_, _| true)
                .unwrap();
            let wanted = match space {
                ColorSpace::Srgb => SRGB_ICC,
                ColorSpace::DisplayP3 => DISPLAY_P3_ICC,
            };
            // PNG has a chunk of its own for sRGB.
            if space == ColorSpace::DisplayP3 || format == Format::Tiff {
                assert_profile(&to, wanted);
            }
            let image = image::open(&to).unwrap();
            assert_eq!(image.color(), image::ColorType::Rgb16);
            let values: HashSet<u16> = image.into_rgb16().into_raw().into_iter().collect();
            assert!(values.len() > 256, "{name} {space:?}: {}", values.len());
        }
    }
}

#[test]
fn sixteen_bits_of_a_large_picture_show_progress_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut gallery = Gallery::open_and_reconcile(folder.path().join("gallery")).unwrap();
    let [w, h] = [64_u32, 2400];
    let pixels = (0..w * h).flat_map(|n| [(n % w) as u8 * 3, (n / w / 10) as u8, 90, 255]);
    let tall = Picture::from_rgba(w, h, pixels.collect()).unwrap();
    let before = gallery.save(&tall, &recipe()).unwrap();
    let settings = FinishSettings {
        exposure: 0.5,
        ..FinishSettings::default()
    };
    let source = SourceRef {
        path: before.path.display().to_string(),
        sha256: before.sha256.clone().unwrap(),
        ..SourceRef::default()
    };
    let stop = CancelToken::new();
    let made = finish::finish(&tall, &settings, &stop, &mut |_, _| Ok(())).unwrap();
    let params = FinishParams::new(source, settings);
    let finished = gallery
        .save(&made, &recipe().finished(Some(params)))
        .unwrap();
    assert!(gallery.is_deep(finished.id).unwrap());
    assert!(
        !gallery.is_deep(before.id).unwrap(),
        "it has its 8 bits only"
    );
    let options = ExportOptions {
        sixteen: true,
        ..ExportOptions::new(Format::Png)
    };
    let to = folder.path().join("deep.png");
    let mut told = Vec::new();
    let stopped = gallery
        .export_copies(&[finished.id], &to, &options, &mut |done, total| {
            told.push((done, total));
            false
        })
        .unwrap();
    assert!(
        stopped.is_empty() && !to.exists(),
        "stopped, nothing is written"
    );
    assert_eq!(told.len(), 1);
    let mut told = Vec::new();
    let written = gallery
        .export_copies(&[finished.id], &to, &options, &mut |done, total| {
            told.push((done, total));
            true
        })
        .unwrap();
    assert_eq!(written, [to]);
    let (done, total) = *told.last().unwrap();
    assert!(done + 1 >= total && total > 1, "{told:?}");
    assert!(told.is_sorted());
}

#[test]
fn eight_bits_in_display_p3_look_the_same_to_whoever_reads_the_profile() {
    let folder = tempfile::tempdir().unwrap();
    let mut gallery = Gallery::open_and_reconcile(folder.path().join("gallery")).unwrap();
    let entry = gallery.save(&slope(), &recipe()).unwrap();
    let formats = [
        // A dark channel of a saturated colour has few of the 256 levels.
        (Format::Png, "p.png", 6u8),
        (Format::Tiff, "t.tif", 6),
        (Format::WebP, "w.webp", 6),
        (Format::Jpeg(98), "j.jpg", 18),
    ];
    for (format, name, most) in formats {
        let to = folder.path().join(name);
        let options = ExportOptions {
            space: ColorSpace::DisplayP3,
            // Asked for where there is none: left out.
            sixteen: false,
            ..ExportOptions::new(format)
        };
        gallery
            .export_copies(&[entry.id], &to, &options, &mut |_, _| true)
            .unwrap();
        assert_profile(&to, DISPLAY_P3_ICC);
        let read = limner::photo::read(&to).unwrap().picture;
        let pairs = read.rgba().iter().zip(slope().into_rgba());
        let far = pairs.map(|(a, b)| a.abs_diff(b)).max().unwrap();
        assert!(far <= most, "{name}: {far}");
        let lines = gallery.export_preview(entry.id, &options).unwrap();
        assert!(lines.contains("Display P3"), "{lines}");
    }
}
