//! Albums on disk: in the sidecars, whatever happens to the index, and not in copies.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use limner::export::metadata;
use limner::gallery::Gallery;
use limner::gallery::protocol::{AlbumEdit, ExportOptions, Format, Query};

fn in_album(gallery: &mut Gallery, album: &str) -> usize {
    let query = Query {
        album: Some(album.to_owned()),
        ..Query::default()
    };
    let listed = gallery.list(&query).unwrap().len();
    assert_eq!(gallery.listing(&query).unwrap().len(), listed);
    listed
}

#[test]
fn albums_outlive_the_index_and_never_leave_the_house() {
    let dir = tempfile::tempdir().unwrap();
    let mut gallery = Gallery::open_and_reconcile(dir.path().join("gallery")).unwrap();
    let ids: Vec<_> = (0..3)
        .map(|n| {
            let file = dir.path().join(format!("{n}.png"));
            let image = image::RgbImage::from_pixel(8, 8, image::Rgb([n, 9, 9]));
            image.save(&file).unwrap();
            gallery.import(&file).unwrap().id
        })
        .collect();
    let name = "Été, 100% \"north\" <&> 静物 %_";
    let add = AlbumEdit::Add(ids[..2].to_vec(), format!("  {name}\n"));
    gallery.edit_albums(&add).unwrap();
    // A name that is part of another one is another album.
    gallery
        .edit_albums(&AlbumEdit::Add(vec![ids[2]], "100%".into()))
        .unwrap();
    assert_eq!(in_album(&mut gallery, name), 2);
    assert_eq!(in_album(&mut gallery, "100%"), 1);
    gallery.rebuild(&mut |_, _| true).unwrap();
    assert_eq!(in_album(&mut gallery, name), 2);
    let copy = dir.path().join("copy.jpg");
    let options = ExportOptions::new(Format::Jpeg(90));
    gallery
        .export_copies(&ids[..1], &copy, &options, &mut |_, _| true)
        .unwrap();
    assert!(metadata::read(&copy).unwrap().labels.albums.is_empty());
    // Renamed to one that is there, both become one.
    let both = AlbumEdit::Rename {
        from: name.to_owned(),
        to: "100%".to_owned(),
    };
    gallery.edit_albums(&both).unwrap();
    assert_eq!(gallery.albums().unwrap(), [("100%".to_owned(), 3)]);
    let gone = gallery
        .edit_albums(&AlbumEdit::Delete("100%".to_owned()))
        .unwrap();
    assert_eq!(gone.len(), 3);
    assert!(gallery.albums().unwrap().is_empty());
    assert_eq!(gallery.len().unwrap(), 3, "its pictures are still there");
}
