//! Galleries in several folders, and files that change from outside: what is shown, and
//! what is deleted, is the file that is meant.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use std::path::Path;

use limner::app::action::{Action, ViewEdit};
use limner::app::view::Workspace;
use limner::gallery::Gallery;
use limner::gallery::protocol::{ExportOptions, Format, GalleryRequest, PictureId};
use limner::picture::Picture;
use ui_doors::{Studio, generated, seeded, studio};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// A folder with one picture `same.png` that a seed paints.
fn folder(s: &Studio<'_>, name: &str, seed: u64) -> std::path::PathBuf {
    let folder = s.folder.path().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    write(&folder.join("same.png"), seed, 96);
    folder
}

fn write(path: &Path, seed: u64, side: u32) {
    let picture = seeded(seed, side);
    let rgba = picture.rgba().to_vec();
    let image = image::RgbaImage::from_raw(side, side, rgba).unwrap();
    image::DynamicImage::from(image)
        .to_rgb8()
        .save(path)
        .unwrap();
}

fn open(s: &mut Studio<'_>, folder: &Path) {
    let action = Action::SetGalleryFolder(folder.to_owned());
    s.window.state_mut().act(action);
    s.settle();
}

fn only(s: &Studio<'_>) -> PictureId {
    let entries = &s.window.state().state.gallery.entries;
    assert_eq!(entries.len(), 1);
    entries[0].id
}

/// The picture in single view.
fn whole(s: &Studio<'_>, id: PictureId) -> Option<Picture> {
    let gallery = &s.window.state().state.gallery;
    gallery.picture(id).map(|(picture, _)| picture.clone())
}

fn in_gallery<'a>() -> Studio<'a> {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let go = ViewEdit::Workspace(Workspace::Gallery);
    s.window.state_mut().act(Action::View(go));
    s.settle();
    s
}

#[test]
fn another_folder_shows_its_own_pictures_under_the_same_names() {
    let mut s = in_gallery();
    let (a, b) = (folder(&s, "a", 1), folder(&s, "b", 2));
    open(&mut s, &a);
    let first = only(&s);
    let thumb = s.window.state().state.gallery.thumbs.get(&first).cloned();
    s.window.state_mut().act(Action::OpenPicture(Some(first)));
    s.settle();
    assert_eq!(whole(&s, first), Some(seeded(1, 96)));

    open(&mut s, &b);
    let second = only(&s);
    assert_ne!(first, second);
    let gallery = &s.window.state().state.gallery;
    assert_eq!(
        gallery.open, None,
        "the picture of the old folder is closed"
    );
    assert!(whole(&s, first).is_none());
    let own = gallery.thumbs.get(&second).cloned();
    assert!(own.is_some() && own != thumb);
    s.window.state_mut().act(Action::OpenPicture(Some(second)));
    s.settle();
    assert_eq!(whole(&s, second), Some(seeded(2, 96)));
    // The preference follows the folder that is open.
    let prefs = &s.window.state().state.prefs;
    assert_eq!(prefs.gallery_folder.as_deref(), Some(&*b));

    // And back: the same picture as before, by the same number.
    open(&mut s, &a);
    assert_eq!(only(&s), first);
}

#[test]
fn what_was_asked_of_the_old_folder_never_hits_the_new_one() {
    let mut s = in_gallery();
    let (a, b) = (folder(&s, "a", 1), folder(&s, "b", 2));
    let mut first = Gallery::open_and_reconcile(&a).unwrap();
    let mut second = Gallery::open_and_reconcile(&b).unwrap();
    let old = first.list(&Default::default()).unwrap()[0].id;
    assert!(second.delete(&[old]).is_err());
    assert!(second.set_stars(&[old], 5).is_err());
    assert!(second.load(old).is_err() && second.get(old).is_err());
    let to = s.folder.path().join("copy.png");
    let options = ExportOptions::new(Format::Png);
    let copied = second.export_copies(&[old], &to, &options, &mut |_, _| true);
    assert!(copied.is_err() || !to.exists());
    assert_eq!(second.list(&Default::default()).unwrap()[0].stars, 0);
    assert!(b.join("same.png").exists());
    // Together with one of its own, only that one goes.
    let own = second.list(&Default::default()).unwrap()[0].id;
    assert_eq!(second.delete(&[old, own]).unwrap().1, 1);
    assert!(a.join("same.png").exists());
    assert_eq!(first.delete(&[old]).unwrap().1, 1);

    // From the window: chosen in the old folder, deleted after the new one came.
    let (c, d) = (folder(&s, "c", 3), folder(&s, "d", 4));
    open(&mut s, &c);
    let old = only(&s);
    open(&mut s, &d);
    let delete = GalleryRequest::Delete(vec![old]);
    s.window.state_mut().act(Action::Gallery(delete));
    s.settle();
    assert!(c.join("same.png").exists() && d.join("same.png").exists());
}

#[test]
fn one_folder_by_two_ways_is_one_folder() {
    let s = in_gallery();
    let a = folder(&s, "a", 1);
    let id = |folder: &Path| {
        let gallery = Gallery::open_and_reconcile(folder).unwrap();
        gallery.list(&Default::default()).unwrap()[0].id
    };
    assert_eq!(id(&a), id(&a.join("../a")));
    #[cfg(unix)]
    {
        let link = s.folder.path().join("link");
        std::os::unix::fs::symlink(&a, &link).unwrap();
        assert_eq!(id(&a), id(&link));
    }
}

#[test]
fn a_file_that_changed_outside_is_shown_as_it_is_now() {
    let mut s = in_gallery();
    let a = folder(&s, "a", 1);
    open(&mut s, &a);
    let id = only(&s);
    let thumb = |s: &Studio<'_>| s.window.state().state.gallery.thumbs.get(&id).cloned();
    let before = thumb(&s).unwrap();
    s.window.state_mut().act(Action::OpenPicture(Some(id)));
    s.settle();
    assert_eq!(whole(&s, id), Some(seeded(1, 96)));

    // Another program saves over it, in another size.
    write(&a.join("same.png"), 5, 80);
    s.asked.borrow_mut().changed = true;
    s.settle();
    assert_eq!(whole(&s, id), Some(seeded(5, 80)));
    s.window.state_mut().act(Action::OpenPicture(None));
    s.settle();
    let after = thumb(&s).unwrap();
    assert_ne!(after, before);

    // Damaged by a half-finished copy, and whole again.
    std::fs::write(a.join("same.png"), b"not yet").unwrap();
    s.asked.borrow_mut().changed = true;
    s.settle();
    write(&a.join("same.png"), 6, 64);
    s.asked.borrow_mut().changed = true;
    s.settle();
    assert!(thumb(&s).is_some_and(|now| now != after));
}

#[test]
fn the_number_of_a_picture_outlives_labels_and_rebuilds() {
    let dir = tempfile::tempdir().unwrap();
    let mut gallery = Gallery::open_and_reconcile(dir.path()).unwrap();
    let id = gallery.save(&seeded(1, 32), &generated(1)).unwrap().id;
    let state = gallery.get(id).unwrap().state;
    gallery.set_stars(&[id], 4).unwrap();
    gallery.rebuild(&mut |_, _| true).unwrap();
    let entry = gallery.get(id).unwrap();
    assert_eq!((entry.stars, entry.state), (4, state));
    assert_eq!(gallery.state(id), Some(state));
}
