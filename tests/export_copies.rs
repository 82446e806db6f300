//! Copies of gallery pictures for elsewhere: shapes, file sizes, profiles, sheets, and
//! a preview of the labels that is true.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::path::{Path, PathBuf};

use files::{exiftool, explore, picture, style};
use limner::export::container::{self, Container};
use limner::export::{SourceType, metadata};
use limner::gallery::protocol::*;
use limner::gallery::{Gallery, decode};

struct Shelf {
    dir: tempfile::TempDir,
    gallery: Gallery,
}

impl Shelf {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut gallery = Gallery::open(dir.path().join("gallery")).unwrap();
        gallery.set_settings(GallerySettings {
            creator: "Ada".into(),
            rights: "© Ada".into(),
            ..GallerySettings::default()
        });
        Self { dir, gallery }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn export(&self, id: PictureId, name: &str, options: &ExportOptions) -> PathBuf {
        let to = self.out(name);
        let go_on = &mut |_, _| true;
        let written = self.gallery.export_copies(&[id], &to, options, go_on);
        assert_eq!(written.unwrap(), std::slice::from_ref(&to));
        to
    }
}

fn shaped(format: Format, preset: Preset, fitting: Fitting) -> ExportOptions {
    ExportOptions {
        size: ExportSize::Shape(preset, fitting),
        sharpen: 0.4,
        ..ExportOptions::new(format)
    }
}

#[test]
fn every_format_comes_in_shape_with_profile_and_recipe() {
    let mut shelf = Shelf::new();
    let id = shelf
        .gallery
        .save(&picture(300, 200, false), &explore(1))
        .unwrap()
        .id;
    for (name, kind, format) in [
        ("a.png", Container::Png, Format::Png),
        ("a.jpg", Container::Jpeg, Format::Jpeg(90)),
        ("b.webp", Container::WebP, Format::WebP),
        ("c.webp", Container::WebP, Format::WebPLossy(80)),
        ("a.tif", Container::Tiff, Format::Tiff),
    ] {
        let path = shelf.export(id, name, &shaped(format, Preset::Square, Fitting::Mirror));
        let read = metadata::read(&path).unwrap();
        assert_eq!((read.container, read.size), (kind, [1080, 1080]), "{name}");
        assert_eq!(read.recipe, Some(explore(1)), "{name}");
        let pixels = decode::picture(&path).unwrap();
        assert_eq!(pixels.size(), [1080, 1080], "{name}");
        let args = ["-ICC_Profile:ProfileDescription".as_ref(), path.as_ref()];
        if let Some(text) = exiftool(&args) {
            assert!(text.contains("sRGB"), "{name} has a profile: {text}");
        }
    }
}

#[test]
fn colours_stay_the_same_through_the_profile_of_png() {
    let mut shelf = Shelf::new();
    let p = picture(120, 90, true);
    let id = shelf.gallery.save(&p, &explore(1)).unwrap().id;
    let path = shelf.export(id, "a.png", &ExportOptions::new(Format::Png));
    assert!(decode::picture(&path).unwrap() == p);
}

#[test]
fn paper_says_its_pixels_per_inch() {
    let mut shelf = Shelf::new();
    let id = shelf
        .gallery
        .save(&picture(60, 40, false), &explore(1))
        .unwrap()
        .id;
    for (name, format) in [("p.jpg", Format::Jpeg(60)), ("p.png", Format::Png)] {
        let path = shelf.export(id, name, &shaped(format, Preset::A4, Fitting::Crop));
        assert_eq!(
            metadata::read(&path).unwrap().size,
            [3508, 2480],
            "lying as it is"
        );
        if let Some(t) = exiftool(&[
            "-n".as_ref(),
            "-XResolution".as_ref(),
            "-PixelsPerUnitX".as_ref(),
            path.as_ref(),
        ]) {
            assert!(t.contains(": 300") || t.contains(": 11811"), "{t}");
        }
    }
}

#[test]
fn a_file_size_is_kept_by_both_formats_that_have_a_quality() {
    let mut shelf = Shelf::new();
    let id = shelf
        .gallery
        .save(&picture(300, 200, true), &explore(1))
        .unwrap()
        .id;
    for (name, format) in [
        ("s.jpg", Format::Jpeg(92)),
        ("s.webp", Format::WebPLossy(92)),
    ] {
        let options = ExportOptions {
            max_bytes: Some(400_000),
            ..shaped(format, Preset::Wide, Fitting::Crop)
        };
        let path = shelf.export(id, name, &options);
        let bytes = std::fs::metadata(&path).unwrap().len();
        assert!((40_000..=400_000).contains(&bytes), "{name}: {bytes}");
        assert_eq!(metadata::read(&path).unwrap().recipe, Some(explore(1)));
        let tiny = ExportOptions {
            max_bytes: Some(2_000),
            ..options
        };
        let to = shelf.out("tiny");
        let failed = shelf
            .gallery
            .export_copies(&[id], &to, &tiny, &mut |_, _| true);
        assert!(failed.unwrap_err().to_string().contains("smaller picture"));
        assert!(!to.exists());
    }
}

#[test]
fn lossy_webp_keeps_transparency() {
    let mut shelf = Shelf::new();
    let clear = limner::picture::Picture::from_rgba(64, 64, [200, 90, 30, 77].repeat(64 * 64));
    let id = shelf.gallery.save(&clear.unwrap(), &explore(1)).unwrap().id;
    let path = shelf.export(id, "t.webp", &ExportOptions::new(Format::WebPLossy(80)));
    let back = decode::picture(&path).unwrap();
    assert!(back.rgba().chunks_exact(4).all(|c| c[3] == 77));
    assert!(back.rgba()[0].abs_diff(200) < 12);
    assert!(container::scan(&path).unwrap().xmp[0].contains("limner:Recipe"));
}

/// What the dialog shows before is what a reader finds after.
#[test]
fn the_preview_says_exactly_what_goes_in() {
    let mut shelf = Shelf::new();
    let settings = GallerySettings {
        source_names: true,
        ..shelf.gallery.settings().clone()
    };
    shelf.gallery.set_settings(settings);
    let id = shelf
        .gallery
        .save(&picture(300, 200, false), &style())
        .unwrap()
        .id;
    shelf.gallery.set_title(id, "Still life").unwrap();
    shelf.gallery.add_tag(&[id], "quince").unwrap();
    shelf.gallery.set_stars(&[id], 4).unwrap();
    for (n, (recipe, source_names)) in [(true, true), (true, false), (false, false)]
        .into_iter()
        .enumerate()
    {
        let options = ExportOptions {
            recipe,
            source_names,
            ..shaped(Format::Jpeg(80), Preset::Portrait, Fitting::Fit([0; 3]))
        };
        let preview = shelf.gallery.export_preview(id, &options).unwrap();
        let (head, lines) = preview.split_once('\n').unwrap();
        assert_eq!(head, "1080 x 1350 pixels, sRGB colour profile");
        let path = shelf.export(id, &format!("{n}.jpg"), &options);
        let read = metadata::read(&path).unwrap();
        let mut found: Vec<String> = read
            .xmp
            .iter()
            .filter(|(_, name, _)| *name != "HasExtendedXMP")
            .map(|(_, name, values)| format!("{name}: {}", values.join(", ")))
            .collect();
        let mut said: Vec<String> = lines
            .lines()
            .map(|l| l.split_once(':').unwrap().1.to_owned())
            .collect();
        found.sort();
        said.sort();
        assert_eq!(said, found);
        assert!(said.iter().any(|l| l == "Rating: 4"));
        assert_eq!(preview.contains("holiday"), source_names);
    }
}

#[test]
fn a_selection_goes_into_a_folder_until_it_is_stopped() {
    let mut shelf = Shelf::new();
    let ids: Vec<PictureId> = (0..5)
        .map(|n| {
            shelf
                .gallery
                .save(&picture(40, 30, false), &explore(n))
                .unwrap()
                .id
        })
        .collect();
    let options = ExportOptions::new(Format::WebPLossy(70));
    let to = shelf.out("copies");
    let mut heard = Vec::new();
    let written = shelf
        .gallery
        .export_copies(&ids, &to, &options, &mut |done, total| {
            heard.push((done, total));
            done < 3
        });
    assert_eq!(written.unwrap().len(), 3);
    assert_eq!(heard, [(0, 5), (1, 5), (2, 5), (3, 5)]);
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 3);
    // Once more: nothing that is there is written over.
    let written = shelf
        .gallery
        .export_copies(&ids, &to, &options, &mut |_, _| true);
    assert_eq!(written.unwrap().len(), 5);
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 8);
}

#[test]
fn a_contact_sheet_says_what_is_on_it() {
    let mut shelf = Shelf::new();
    let a = shelf
        .gallery
        .save(&picture(40, 30, false), &explore(1))
        .unwrap()
        .id;
    let b = shelf
        .gallery
        .save(&picture(30, 40, false), &style())
        .unwrap()
        .id;
    let broken = shelf.dir.path().join("gallery/broken.png");
    let whole = std::fs::read(shelf.gallery.path(a).unwrap()).unwrap();
    std::fs::write(&broken, &whole[..whole.len() / 2]).unwrap();
    shelf.gallery.reconcile(&mut |_, _| true).unwrap();
    let list = shelf.gallery.list(&Query::default()).unwrap();
    let c = list.iter().find(|e| e.path == broken).unwrap().id;
    let sheet = Sheet {
        columns: 3,
        cell: 64,
        background: [0, 0, 0],
        captions: false,
    };
    let to = shelf.out("sheet.jpg");
    let options = ExportOptions::new(Format::Jpeg(90));
    let go_on = &mut |_, _| true;
    shelf
        .gallery
        .export_sheet(&[a, b, c], &to, sheet, &options, go_on)
        .unwrap();
    let read = metadata::read(&to).unwrap();
    assert_eq!(read.size, [3 * 64 + 4 * 4, 64 + 2 * 4]);
    assert_eq!(
        read.source_type,
        Some(SourceType::CompositeWithTrainedAlgorithmicMedia)
    );
    let credit = read.xmp.first(limner::export::xmp::ns::PHOTOSHOP, "Credit");
    let credit = credit.unwrap();
    assert!(
        credit.contains("fruit") && credit.contains("Claude Monet"),
        "{credit}"
    );
    assert_eq!(read.recipe_json, None);
    assert!(is_dark(&to, 3), "what can't be read leaves a gap");
    assert!(!is_dark(&to, 1));
}

/// Whether the middle of the n-th square of three is black.
fn is_dark(path: &Path, n: usize) -> bool {
    let p = decode::picture(path).unwrap();
    let (x, y) = (4 + (n - 1) * 68 + 32, 36);
    let i = (y * p.width() as usize + x) * 4;
    p.rgba()[i..i + 3].iter().all(|c| *c < 24)
}

#[test]
fn a_copy_never_goes_over_its_original() {
    let mut shelf = Shelf::new();
    let a = shelf
        .gallery
        .save(&picture(40, 30, false), &explore(1))
        .unwrap();
    let before = std::fs::read(&a.path).unwrap();
    let options = ExportOptions::new(Format::Png);
    let go_on = &mut |_, _| true;
    assert!(
        shelf
            .gallery
            .export_copies(&[a.id], &a.path, &options, go_on)
            .is_err()
    );
    assert_eq!(std::fs::read(&a.path).unwrap(), before);
}
