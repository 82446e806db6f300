//! The gallery's threads behind their protocol, as the window uses them.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use files::{explore, picture, style};
use limner::export::metadata;
use limner::gallery::protocol::*;
use limner::gallery::service::{GalleryHandle, start};

struct Window {
    gallery: GalleryHandle,
    woken: Arc<AtomicUsize>,
}

impl Window {
    fn open(folder: &Path) -> Self {
        let woken = Arc::new(AtomicUsize::new(0));
        let w = woken.clone();
        let waker = Arc::new(move || {
            w.fetch_add(1, Ordering::Relaxed);
        });
        let settings = GallerySettings {
            creator: "Ada".into(),
            ..GallerySettings::default()
        };
        let gallery = start(Some(folder.into()), settings, waker).unwrap();
        Self { gallery, woken }
    }

    /// Waits for the answer that `pick` wants; failures are no answer.
    fn wait<T>(&self, pick: impl Fn(GalleryEvent) -> Option<T>) -> T {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event = self.gallery.recv_timeout(left).expect("no answer");
            if let GalleryEvent::Failed(e) = &event {
                panic!("{e}");
            }
            if let Some(t) = pick(event) {
                return t;
            }
        }
    }

    /// Looks again whenever a change is told, as the window does, until so many are found.
    fn noticed(&self, text: &str, wanted: usize) {
        self.wait(|e| matches!(e, GalleryEvent::Changed).then_some(()));
        for seq in 1_000.. {
            let query = Query {
                text: text.into(),
                ..Query::default()
            };
            self.gallery.send(GalleryRequest::Query { seq, query });
            let changed = std::cell::Cell::new(false);
            let found = self.wait(|e| match e {
                GalleryEvent::Listing { seq: s, entries } if s == seq => Some(entries.len()),
                GalleryEvent::Changed => {
                    changed.set(true);
                    None
                }
                _ => None,
            });
            if found == wanted {
                return;
            }
            if !changed.get() {
                self.wait(|e| matches!(e, GalleryEvent::Changed).then_some(()));
            }
        }
    }

    fn save(&self, token: u64, recipe: limner::recipe::Recipe) -> Entry {
        self.gallery.send(GalleryRequest::Save {
            token,
            picture: picture(300, 200, false),
            recipe: Box::new(recipe),
        });
        self.wait(|e| match e {
            GalleryEvent::Saved {
                token: t, result, ..
            } if t == token => Some(result.unwrap()),
            _ => None,
        })
    }

    fn list(&self, seq: u64, text: &str) -> Vec<Entry> {
        let query = Query {
            text: text.into(),
            ..Query::default()
        };
        self.gallery.send(GalleryRequest::Query { seq, query });
        self.wait(|e| match e {
            GalleryEvent::Listing { seq: s, entries } if s == seq => Some(entries.to_vec()),
            _ => None,
        })
    }
}

#[test]
fn keep_find_look_label_delete_and_bring_back() {
    let dir = tempfile::tempdir().unwrap();
    let w = Window::open(dir.path());
    w.wait(|e| matches!(e, GalleryEvent::Open(_, 0)).then_some(()));
    let a = w.save(1, explore(1));
    let b = w.save(2, style());
    assert_eq!(w.list(1, "").len(), 2);
    w.gallery.send(GalleryRequest::Thumbnails(vec![b.id, a.id]));
    for _ in 0..2 {
        let size = w.wait(|e| match e {
            GalleryEvent::Thumbnail { picture, .. } => Some(picture.size()),
            _ => None,
        });
        assert_eq!(size, [256, 171]);
    }
    w.gallery
        .send(GalleryRequest::AddTag(vec![a.id], "quince".into()));
    w.gallery.send(GalleryRequest::SetStars(vec![a.id], 3));
    assert_eq!(w.list(2, "quince")[0].stars, 3);
    w.gallery.send(GalleryRequest::Load(a.id));
    let recipe = w.wait(|e| match e {
        GalleryEvent::Picture { result, .. } => Some(result.unwrap().1.unwrap()),
        _ => None,
    });
    assert_eq!(*recipe, explore(1));
    w.gallery.send(GalleryRequest::Delete(vec![a.id, b.id]));
    let token = w.wait(|e| match e {
        GalleryEvent::Deleted { token, count: 2 } => Some(token),
        _ => None,
    });
    assert!(w.list(3, "").is_empty());
    drop(w);
    let w = Window::open(dir.path());
    w.gallery.send(GalleryRequest::Bin);
    let bin = w.wait(|e| match e {
        GalleryEvent::Bin(b) => Some(b),
        _ => None,
    });
    assert_eq!((bin[0].token, bin[0].count), (token, 2));
    w.gallery.send(GalleryRequest::Undelete(token));
    w.wait(|e| matches!(e, GalleryEvent::Undeleted { count: 2, .. }).then_some(()));
    assert_eq!(w.list(4, "quince")[0].tags, ["quince"]);
    // Answered, too, by what can't be done: whoever counts on an answer gets one.
    w.gallery.send(GalleryRequest::Undelete(token));
    w.wait(|e| matches!(e, GalleryEvent::NotUndeleted(t, _) if t == token).then_some(()));
    w.gallery.send(GalleryRequest::Delete(vec![PictureId {
        folder: 0,
        file: 0,
    }]));
    w.wait(|e| matches!(e, GalleryEvent::NotDeleted(_)).then_some(()));
    assert!(w.woken.load(Ordering::Relaxed) > 0);
}

#[test]
fn what_other_programs_put_in_and_take_out_is_noticed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let w = Window::open(dir.path());
    let a = w.save(1, explore(1));
    std::fs::create_dir(dir.path().join("new")).unwrap();
    std::fs::copy(&a.path, dir.path().join("new/copy.png")).unwrap();
    w.noticed("copy", 1);
    std::fs::remove_file(&a.path).unwrap();
    w.noticed("", 1);
}

#[test]
fn exports_carry_what_the_user_wants() {
    let dir = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let w = Window::open(dir.path());
    let a = w.save(1, style());
    w.gallery
        .send(GalleryRequest::SetTitle(a.id, "Still life".into()));
    let export = |to: &Path, recipe| {
        w.gallery.send(GalleryRequest::Export {
            ids: vec![a.id],
            to: to.into(),
            options: ExportOptions {
                size: ExportSize::LongerSide(150),
                recipe,
                ..ExportOptions::new(Format::Jpeg(90))
            },
        });
        w.wait(|e| match e {
            GalleryEvent::Exported(r) => Some(r.unwrap()),
            _ => None,
        })
    };
    let file = out.path().join("x.jpg");
    assert_eq!(export(&file, true), std::slice::from_ref(&file));
    let read = metadata::read(&file).unwrap();
    assert_eq!(read.size, [150, 100]);
    assert_eq!(read.labels.title, "Still life");
    assert_eq!(read.recipe.unwrap().sources[0].name, "");
    let named = export(out.path(), false);
    assert_eq!(named, [out.path().join("Still life.jpg")]);
    assert_eq!(metadata::read(&named[0]).unwrap().recipe, None);
    assert_eq!(
        export(out.path(), false),
        [out.path().join("Still life 2.jpg")]
    );
}

#[test]
fn about_this_picture_says_what_is_known_and_what_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let w = Window::open(dir.path());
    let mut settings = GallerySettings {
        source_names: true,
        ..GallerySettings::default()
    };
    settings.cards.insert(
        "restyle".into(),
        CardLines {
            title: "Restyle".into(),
            trained: true,
            licence: "MIT; pictures may be sold".into(),
            credit: "trained on public-domain paintings".into(),
        },
    );
    w.gallery.send(GalleryRequest::Settings(Box::new(settings)));
    let a = w.save(1, style());
    w.gallery.send(GalleryRequest::About(a.id));
    let about = w.wait(|e| match e {
        GalleryEvent::About { about, .. } => Some(about),
        _ => None,
    });
    let all = format!("{about:?}");
    assert!(all.contains("may be sold") && all.contains("public-domain paintings"));
    assert!(all.contains("Claude Monet"));
    assert!(about.unknown.iter().any(|u| u.contains("holiday")), "{all}");
}

#[test]
fn a_damaged_index_heals_while_the_gallery_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let w = Window::open(dir.path());
    w.save(1, explore(1));
    drop(w);
    let index = dir.path().join(".limner/index.sqlite");
    let mut bytes = std::fs::read(&index).unwrap();
    let n = bytes.len();
    // The head stays, the tables go.
    bytes[4096..n].fill(0x5a);
    std::fs::write(&index, bytes).unwrap();
    let woken: limner::engine::protocol::Waker = Arc::new(|| {});
    let gallery = start(Some(dir.path().into()), GallerySettings::default(), woken).unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    for seq in 1.. {
        assert!(Instant::now() < until, "the index doesn't heal");
        gallery.send(GalleryRequest::Query {
            seq,
            query: Query::default(),
        });
        let mut found = 0;
        while let Some(e) = gallery.recv_timeout(Duration::from_millis(200)) {
            if let GalleryEvent::Listing { entries, .. } = e {
                found = entries.len();
            }
        }
        if found == 1 {
            break;
        }
    }
}

#[test]
fn a_folder_that_cannot_be_opened_leaves_the_old_one_open() {
    let dir = tempfile::tempdir().unwrap();
    let w = Window::open(&dir.path().join("gallery"));
    let a = w.save(1, explore(1));
    let blocked = dir.path().join("file");
    std::fs::write(&blocked, b"no folder").unwrap();
    w.gallery
        .send(GalleryRequest::OpenFolder(blocked.join("inside")));
    let until = Instant::now() + Duration::from_secs(30);
    let (mut told, mut open) = (false, None);
    while open.is_none() {
        let left = until.saturating_duration_since(Instant::now());
        match w.gallery.recv_timeout(left).expect("no answer") {
            GalleryEvent::Failed(_) => told = true,
            GalleryEvent::Open(folder, 1) if told => open = Some(folder),
            _ => {}
        }
    }
    assert_eq!(open.unwrap(), dir.path().join("gallery"));
    assert_eq!(w.list(1, "")[0].id, a.id);
}

#[test]
fn a_file_that_changes_is_another_state_in_listing_thumbnail_and_view() {
    let dir = tempfile::tempdir().unwrap();
    let w = Window::open(dir.path());
    let a = w.save(1, explore(1));
    let thumb = |id| {
        w.gallery.send(GalleryRequest::Thumbnails(vec![id]));
        w.wait(|e| match e {
            GalleryEvent::Thumbnail { state, picture, .. } => Some((state, picture.size())),
            _ => None,
        })
    };
    assert_eq!(thumb(a.id).0, w.list(1, "")[0].state);
    image::RgbImage::new(40, 80).save(&a.path).unwrap();
    let before = a.state;
    let until = Instant::now() + Duration::from_secs(30);
    let mut seq = 10;
    let now = loop {
        seq += 1;
        let state = w.list(seq, "")[0].state;
        if state != before {
            break state;
        }
        assert!(Instant::now() < until, "the change isn't noticed");
        std::thread::sleep(Duration::from_millis(50));
    };
    let (state, [width, height]) = thumb(a.id);
    assert_eq!(state, now);
    assert!(height > width);
    w.gallery.send(GalleryRequest::Load(a.id));
    let (state, size) = w.wait(|e| match e {
        GalleryEvent::Picture { state, result, .. } => Some((state, result.unwrap().0.size())),
        _ => None,
    });
    assert_eq!((state, size), (Some(now), [40, 80]));
}
