//! A gallery keeps, finds, labels, deletes and brings back; its files are the truth.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::fs;

use files::{explore, picture, style};
use limner::gallery::Gallery;
use limner::gallery::protocol::{Colour, Entry, EntryKind, Query, Sort};

fn query(text: &str) -> Query {
    Query {
        text: text.into(),
        ..Query::default()
    }
}

#[test]
fn a_kept_picture_is_found_and_loaded_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let entry = g.save(&picture(30, 20, false), &explore(42)).unwrap();
    assert_eq!(
        entry.path.file_name().unwrap().to_str(),
        Some("2026-11-25 fruit 42.png")
    );
    assert_eq!(entry.kind, EntryKind::Generated);
    let again = g.save(&picture(30, 20, false), &explore(42)).unwrap();
    assert_eq!(again.title, "fruit 42 2");
    for text in ["", "fruit", "fru", "42", "FRUIT 42"] {
        assert_eq!(g.list(&query(text)).unwrap().len(), 2, "{text}");
    }
    assert!(g.list(&query("pear")).unwrap().is_empty());
    let (p, r) = g.load(entry.id).unwrap();
    assert!(p == picture(30, 20, false));
    assert_eq!(r, Some(explore(42)));
}

#[test]
fn labels_outlive_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let a = g.save(&picture(8, 8, false), &explore(1)).unwrap().id;
    let b = g.save(&picture(8, 8, false), &style()).unwrap().id;
    g.set_stars(&[a], 4).unwrap();
    g.set_title(a, "静物画 <3 & more").unwrap();
    g.add_tag(&[a, b], "عمل فني").unwrap();
    g.add_tag(&[a], "🍐").unwrap();
    g.add_tag(&[b], "gone").unwrap();
    g.remove_tag(&[b], "gone").unwrap();
    let before = g.list(&Query::default()).unwrap();
    drop(g);
    fs::remove_dir_all(dir.path().join(".limner")).unwrap();
    let mut g = Gallery::open_and_reconcile(dir.path()).unwrap();
    let after = g.list(&Query::default()).unwrap();
    assert_eq!(after.len(), 2);
    for (x, y) in before.iter().zip(&after) {
        assert_eq!(
            (x.id, &x.title, &x.tags, x.stars),
            (y.id, &y.title, &y.tags, y.stars)
        );
    }
    for text in ["物画", "静", "🍐", "عمل", "more fruit"] {
        let hits = g.list(&query(text)).unwrap();
        assert!(hits.iter().any(|e| e.id == a), "{text}");
    }
    assert_eq!(g.list(&query("Monet")).unwrap()[0].id, b);
    assert_eq!(g.list(&query("nightfall")).unwrap()[0].id, b);
    assert!(g.list(&query("gone")).unwrap().is_empty());
    let starred = Query {
        min_stars: 4,
        sort: Sort::Stars,
        ..Query::default()
    };
    assert_eq!(g.list(&starred).unwrap().len(), 1);
    assert_eq!(g.tags().unwrap()[0], ("عمل فني".to_owned(), 2));
    g.rebuild(&mut |_, _| true).unwrap();
    assert_eq!(g.list(&query("静")).unwrap().len(), 1);
}

#[test]
fn deleted_pictures_come_back_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let a = g.save(&picture(8, 8, false), &explore(1)).unwrap();
    g.add_tag(&[a.id], "dear").unwrap();
    let (token, count) = g.delete(&[a.id]).unwrap();
    assert_eq!(count, 1);
    assert!(!a.path.exists());
    assert!(g.list(&Query::default()).unwrap().is_empty());
    // The name is taken meanwhile.
    let other = g.save(&picture(9, 9, false), &explore(1)).unwrap();
    assert_eq!(other.path, a.path);
    drop(g);
    let mut g = Gallery::open_and_reconcile(dir.path()).unwrap();
    assert_eq!(g.bin()[0].token, token);
    let back = g.undelete(token).unwrap();
    let entry = g.get(back[0]).unwrap();
    assert_eq!(entry.tags, ["dear"]);
    assert_eq!(g.list(&Query::default()).unwrap().len(), 2);
    assert!(g.load(other.id).unwrap().0 == picture(9, 9, false));
    assert!(g.bin().is_empty());
    assert!(g.undelete(token).is_err());
}

#[test]
fn what_other_programs_do_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let a = g.save(&picture(8, 8, false), &explore(1)).unwrap();
    let b = g.save(&picture(9, 9, false), &explore(2)).unwrap();
    g.add_tag(&[a.id], "mine").unwrap();
    // Renamed without its sidecar, removed, and one put in from outside.
    fs::create_dir(dir.path().join("sub")).unwrap();
    fs::rename(&a.path, dir.path().join("sub/renamed.png")).unwrap();
    fs::remove_file(&b.path).unwrap();
    fs::write(dir.path().join("broken.jpg"), b"no picture").unwrap();
    let changes = g.reconcile(&mut |_, _| true).unwrap();
    assert_eq!((changes.gone, changes.renamed), (2, 1));
    let list = g.list(&query("mine")).unwrap();
    assert_eq!(list[0].path, dir.path().join("sub/renamed.png"));
    assert_eq!(list[0].tags, ["mine"]);
    assert_eq!(g.list(&query("broken")).unwrap().len(), 1);
    assert!(!g.reconcile(&mut |_, _| true).unwrap().any());
}

#[test]
fn a_damaged_or_older_index_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join(".limner/index.sqlite");
    let mut g = Gallery::open(dir.path()).unwrap();
    g.save(&picture(8, 8, false), &explore(1)).unwrap();
    drop(g);
    let damage: [&dyn Fn(); 3] = [
        &|| {
            fs::write(
                &index,
                b"this is no index at all, but long enough to look like a file",
            )
            .unwrap()
        },
        &|| {
            let bytes = fs::read(&index).unwrap();
            fs::write(&index, &bytes[..bytes.len() / 2]).unwrap();
        },
        &|| {
            let db = rusqlite::Connection::open(&index).unwrap();
            db.execute_batch("PRAGMA user_version = 0").unwrap();
        },
    ];
    for d in damage {
        d();
        let mut g = Gallery::open(dir.path()).unwrap();
        if !g.needs_rebuild() {
            // Damage deep inside shows in the thorough look.
            assert!(!g.check_index());
            g.replace_index().unwrap();
        }
        g.reconcile(&mut |_, _| true).unwrap();
        assert_eq!(g.list(&query("fruit")).unwrap().len(), 1);
    }
}

#[test]
fn lineage_is_walked_both_ways() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let parent = g.save(&picture(8, 8, false), &explore(1)).unwrap();
    let mut child = style();
    child.sources[0].sha256 = parent.sha256.clone().unwrap();
    let child = g.save(&picture(8, 8, false), &child).unwrap();
    let (parents, children) = g.lineage(child.id).unwrap();
    assert_eq!((parents.len(), children.len()), (1, 0));
    assert_eq!(parents[0].id, parent.id);
    assert_eq!(g.lineage(parent.id).unwrap().1[0].id, child.id);
}

#[test]
fn a_family_is_a_tree_over_the_generations_without_circles() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let mut side = 8;
    let mut made_from = |g: &mut Gallery, parents: &[&str]| {
        side += 1;
        let mut recipe = style();
        recipe.sources = parents
            .iter()
            .map(|sha| files::source("p.png", sha))
            .collect();
        for (source, sha) in recipe.sources.iter_mut().zip(parents) {
            source.sha256 = (*sha).to_owned();
        }
        let e = g.save(&picture(side, 8, false), &recipe).unwrap();
        (e.id, e.sha256.unwrap())
    };
    let root = g.save(&picture(8, 8, false), &explore(1)).unwrap();
    let root_sha = root.sha256.clone().unwrap();
    let (a, a_sha) = made_from(&mut g, &[&root_sha]);
    let (b, _) = made_from(&mut g, &[&root_sha]);
    let (c, c_sha) = made_from(&mut g, &[&a_sha, &root_sha]);
    let (d, _) = made_from(&mut g, &[&c_sha]);
    let ids = |tree: &[limner::gallery::protocol::Relative]| {
        tree.iter()
            .map(|r| (r.entry.id, r.generation))
            .collect::<Vec<_>>()
    };
    let family = g.family(root.id).unwrap();
    assert!(family.ancestors.is_empty());
    let down = ids(&family.descendants);
    assert_eq!(down.len(), 4, "each once: {down:?}");
    assert!(down.contains(&(a, 1)) && down.contains(&(b, 1)));
    let at = |id| down.iter().position(|(i, _)| *i == id).unwrap();
    assert_eq!(at(d), at(c) + 1, "a child follows its parent");
    let up = ids(&g.family(d).unwrap().ancestors);
    assert_eq!(up[0], (c, 1));
    assert_eq!(up.len(), 3, "{up:?}");
}

#[test]
fn what_is_kept_in_memory_is_what_the_index_says() {
    use rand_chacha::rand_core::{RngCore, SeedableRng};
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(7);
    let mut one_of = move |n: u32| rng.next_u32() % n;
    for n in 0..60 {
        let recipe = if n % 3 == 0 {
            style()
        } else {
            explore(u64::from(n))
        };
        let e = g.save(&picture(8 + n, 8, false), &recipe).unwrap();
        g.set_stars(&[e.id], one_of(6) as u8).unwrap();
        g.set_title(
            e.id,
            ["Zebra", "apple", "Apple", "quince", ""][one_of(5) as usize],
        )
        .unwrap();
        if one_of(2) == 0 {
            let colour = [Colour::Red, Colour::Blue][one_of(2) as usize];
            g.note_colour(e.id, e.state, colour).unwrap();
        }
    }
    for round in 0..400 {
        let query = Query {
            text: ["", "", "apple", "fruit", "zeb quin", "--", "a"][one_of(7) as usize].into(),
            min_stars: [0, 0, 2, 5][one_of(4) as usize],
            model: [None, Some("fruit".to_owned())][one_of(2) as usize].clone(),
            kind: [None, Some(EntryKind::Stylised)][one_of(2) as usize],
            colour: [None, None, Some(Colour::Blue)][one_of(3) as usize],
            sort: [Sort::Newest, Sort::Oldest, Sort::Stars, Sort::Title][one_of(4) as usize],
            ..Query::default()
        };
        let kept = g.listing(&query).unwrap();
        assert_eq!(*kept, g.list(&query).unwrap(), "{query:?}");
        // Changes by this handle, by another one, and to the colour alone.
        let all = g.list(&Query::default()).unwrap();
        let Entry { id, state, .. } = all[one_of(all.len() as u32) as usize];
        match round % 20 {
            5 => g.set_stars(&[id], one_of(6) as u8).unwrap(),
            10 => g.again().unwrap().set_title(id, "Quince pear").unwrap(),
            15 => g
                .again()
                .unwrap()
                .note_colour(id, state, Colour::Blue)
                .unwrap(),
            19 if all.len() > 40 => drop(g.delete(&[id]).unwrap()),
            _ => {}
        }
    }
}

#[test]
fn imported_files_are_copied_byte_by_byte() {
    let dir = tempfile::tempdir().unwrap();
    let outside = dir.path().join("photo.JPG");
    let png = limner::export::encode_to_bytes(
        &picture(8, 8, true),
        limner::gallery::protocol::Format::Png,
        &Default::default(),
    )
    .unwrap();
    fs::write(&outside, &png).unwrap();
    let mut g = Gallery::open(dir.path().join("g")).unwrap();
    let entry = g.import(&outside).unwrap();
    assert_eq!(entry.kind, EntryKind::Imported);
    // The name says JPEG, the content is PNG: the copy is named by its content.
    assert!(entry.path.ends_with("photo.png"));
    assert_eq!(fs::read(&entry.path).unwrap(), png);
    fs::write(&outside, b"no").unwrap();
    assert!(g.import(&outside).is_err());
}

#[test]
fn labels_of_other_programs_stay_in_the_sidecar() {
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let a = g.save(&picture(8, 8, false), &explore(1)).unwrap();
    let side = limner::gallery::layout::sidecar(&a.path);
    fs::write(
        &side,
        r#"<?xml version="1.0"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="3" darktable:xmp_version="5">
<dc:subject><rdf:Bag><rdf:li>old &amp; dear</rdf:li></rdf:Bag></dc:subject>
<darktable:history><rdf:Seq><rdf:li darktable:operation="flip"/></rdf:Seq></darktable:history></rdf:Description></rdf:RDF></x:xmpmeta>"#,
    )
    .unwrap();
    g.reconcile(&mut |_, _| true).unwrap();
    let entry = g.get(a.id).unwrap();
    assert_eq!(
        (entry.stars, entry.tags),
        (3, vec!["old & dear".to_owned()])
    );
    g.add_tag(&[a.id], "new").unwrap();
    g.set_stars(&[a.id], 5).unwrap();
    let entry = g.get(a.id).unwrap();
    assert_eq!((entry.stars, entry.tags.len()), (5, 2));
    let text = fs::read_to_string(&side).unwrap();
    assert!(text.contains("darktable:operation=\"flip\"") && text.contains("xmp_version=\"5\""));
    assert_eq!(text.matches("Rating").count(), 2, "{text}");
    if let Some(out) = files::exiftool(&[
        "-s3".as_ref(),
        "-Rating".as_ref(),
        "-Subject".as_ref(),
        side.as_ref(),
    ]) {
        assert_eq!(out.trim(), "5\nold & dear, new");
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_links_in_the_folder_hold_nothing_up_and_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo")
        .args(["a.png", "b.jpg"].map(|name| dir.path().join(name)))
        .status();
    assert!(made.unwrap().success());
    let mut g = Gallery::open_and_reconcile(dir.path()).unwrap();
    let entry = g.save(&picture(30, 20, false), &explore(42)).unwrap();
    g.refresh(&[dir.path().join("a.png")]).unwrap();
    assert_eq!(
        g.list(&Query::default()).unwrap().len(),
        1,
        "pipes are no pictures"
    );
    assert!(g.import(&dir.path().join("a.png")).is_err());
    // A sidecar that is a link is neither read nor written through.
    let outside = elsewhere.path().join("secret.xmp");
    fs::write(
        &outside,
        limner::export::xmp::edit(None, &tagged("stolen")).unwrap(),
    )
    .unwrap();
    let sidecar = limner::gallery::layout::sidecar(&entry.path);
    symlink(&outside, &sidecar).unwrap();
    g.rebuild(&mut |_, _| true).unwrap();
    assert!(g.get(entry.id).unwrap().tags.is_empty());
    let before = fs::read(&outside).unwrap();
    assert!(g.add_tag(&[entry.id], "mine").is_err());
    assert_eq!(fs::read(&outside).unwrap(), before);
    // Neither is Limner's own folder.
    drop(g);
    fs::remove_file(&sidecar).unwrap();
    fs::remove_dir_all(dir.path().join(".limner")).unwrap();
    symlink(elsewhere.path(), dir.path().join(".limner")).unwrap();
    let mut g = Gallery::open_and_reconcile(dir.path()).unwrap();
    assert_eq!(
        g.list(&Query::default()).unwrap().len(),
        1,
        "it can be looked at"
    );
    assert!(g.delete(&[entry.id]).is_err());
    let there: Vec<_> = fs::read_dir(elsewhere.path()).unwrap().flatten().collect();
    assert_eq!(there.len(), 1, "{there:?}");
}

fn tagged(tag: &str) -> limner::export::xmp::UserLabels {
    limner::export::xmp::UserLabels {
        tags: vec![tag.into()],
        ..Default::default()
    }
}

#[test]
fn a_picture_that_cannot_be_decoded_is_remembered_until_it_changes() {
    use limner::gallery::FileStamp;
    use limner::gallery::ThumbCache;
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let entry = g.save(&picture(30, 20, false), &explore(42)).unwrap();
    g.note_colourless(entry.id, entry.state).unwrap();
    assert!(g.without_colour(9).unwrap().is_empty());
    let file = dir.path().join("thumbs.sqlite");
    let stamp = FileStamp::of(&entry.path).unwrap();
    let mut cache = ThumbCache::open(&file, 1 << 20).unwrap();
    cache.put_failure(entry.id, &stamp, "too large").unwrap();
    drop(cache);
    let mut cache = ThumbCache::open(&file, 1 << 20).unwrap();
    assert_eq!(
        cache.failure(entry.id, &stamp).as_deref(),
        Some("too large")
    );
    assert!(cache.get(entry.id, &stamp).is_none());
    let changed = FileStamp {
        bytes: stamp.bytes + 1,
        ..stamp
    };
    assert_eq!(cache.failure(entry.id, &changed), None);
    cache.put(entry.id, &stamp, &picture(8, 8, false)).unwrap();
    assert_eq!(cache.failure(entry.id, &stamp), None);
    // The file changes: it is looked at again.
    fs::copy(&entry.path, dir.path().join("copy.png")).unwrap();
    let mut bytes = fs::read(&entry.path).unwrap();
    bytes.push(0);
    fs::write(&entry.path, bytes).unwrap();
    g.refresh(&[entry.path]).unwrap();
    assert_eq!(g.without_colour(9).unwrap().len(), 1);
}

#[test]
#[cfg(unix)]
fn pictures_of_any_name_are_listed_labelled_deleted_and_brought_back() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(dir.path()).unwrap();
    let kept = g.save(&picture(30, 20, false), &explore(42)).unwrap();
    let folder = std::ffi::OsStr::from_bytes(b"folder \xe9t\xe9");
    fs::create_dir(dir.path().join(folder)).unwrap();
    let names = [&b"not utf-8 \xff\xfe.png"[..], b"\xc3(.PNG", b"\xff.png"];
    let mut files = Vec::new();
    for (n, name) in names.into_iter().enumerate() {
        let name = std::ffi::OsStr::from_bytes(name);
        let within = if n == 0 {
            dir.path().to_owned()
        } else {
            dir.path().join(folder)
        };
        fs::copy(&kept.path, within.join(name)).unwrap();
        files.push(within.join(name));
    }
    drop(g);
    let mut g = Gallery::open_and_reconcile(dir.path()).unwrap();
    let listed = g.list(&Query::default()).unwrap();
    assert_eq!(listed.len(), 4);
    for file in &files {
        let entry = listed.iter().find(|e| e.path == *file).unwrap();
        assert!(!entry.title.contains('\u{ffff}'), "{}", entry.title);
        let (shown, recipe) = g.load(entry.id).unwrap();
        assert!(shown == picture(30, 20, false) && recipe == Some(explore(42)));
        g.set_stars(&[entry.id], 3).unwrap();
        let (token, _) = g.delete(&[entry.id]).unwrap();
        assert!(!file.exists());
        assert_eq!(g.undelete(token).unwrap(), [entry.id]);
        assert!(file.exists());
        assert_eq!(g.get(entry.id).unwrap().stars, 3);
    }
    // Nothing is different, and one that goes is missed.
    assert!(!g.reconcile(&mut |_, _| true).unwrap().any());
    fs::remove_file(&files[1]).unwrap();
    g.refresh(&files).unwrap();
    assert_eq!(g.len().unwrap(), 3);
    // Brought in from elsewhere, under a name that can be read.
    let other = tempfile::tempdir().unwrap();
    let mut g = Gallery::open(other.path()).unwrap();
    let entry = g.import(&files[0]).unwrap();
    assert!(entry.title.starts_with("not utf-8"), "{}", entry.title);
}

#[test]
fn a_deletion_of_one_gallery_is_not_undone_in_another() {
    let [a, b] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut tokens = Vec::new();
    for folder in [&a, &b] {
        let mut g = Gallery::open(folder.path()).unwrap();
        let id = g.save(&picture(8, 8, false), &explore(1)).unwrap().id;
        tokens.push(g.delete(&[id]).unwrap().0);
    }
    assert_ne!(
        tokens[0] & 0xffff,
        tokens[1] & 0xffff,
        "folders' own numbers"
    );
    let mut g = Gallery::open(b.path()).unwrap();
    assert!(g.undelete(tokens[0]).is_err());
    assert_eq!((g.len().unwrap(), g.bin().len()), (0, 1));
    assert_eq!(g.undelete(tokens[1]).unwrap().len(), 1);
}
