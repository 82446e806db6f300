//! The gallery's bin on the command line.

use limner::gallery::Gallery;
use limner::gallery::protocol::Query;
use limner::picture::Picture;
use limner::recipe::Recipe;

use crate::Desk;

/// A gallery with two pictures, both deleted, the second one last.
fn binned(desk: &Desk) -> Gallery {
    let mut gallery = Gallery::open_and_reconcile(desk.folder.path().join("gallery")).unwrap();
    for seed in [1, 2] {
        let recipe = Recipe {
            version: limner::recipe::UNFINISHED_VERSION,
            software: "Limner".into(),
            created: "2026-11-29T10:00:00Z".into(),
            device: String::new(),
            making: limner::recipe::Making::Explore(limner::recipe::ExploreParams::new(
                "fruit", seed,
            )),
            models: Vec::new(),
            sources: Vec::new(),
            resolved_ws: None,
            finish: None,
            extra: Default::default(),
        };
        let picture = Picture::from_rgba(1, 1, vec![seed as u8; 4]).unwrap();
        let entry = gallery.save(&picture, &recipe).unwrap();
        gallery.delete(&[entry.id]).unwrap();
    }
    gallery
}

fn titles(gallery: &mut Gallery) -> Vec<String> {
    gallery.reconcile(&mut |_, _| true).unwrap();
    let all = gallery.list(&Query::default()).unwrap();
    all.into_iter().map(|e| e.title).collect()
}

#[test]
fn the_bin_is_listed_restored_and_emptied() {
    let desk = Desk::new();
    let mut gallery = binned(&desk);
    let of = ["--folder", "gallery"];
    let listed = desk.json(&[&["gallery", "bin", "list"], &of[..]].concat());
    let bin = listed["bin"].as_array().unwrap();
    assert_eq!(bin[0]["titles"][0], "fruit 2");
    assert!(bin[1]["bytes"].as_u64().unwrap() > 50);
    let words = desk.fine(&[&["gallery", "bin", "list"], &of[..]].concat());
    assert!(
        words.contains("today") && words.contains("fruit 1"),
        "{words}"
    );

    let restored = desk.json(&[&["gallery", "bin", "restore", "2"], &of[..]].concat());
    assert_eq!(restored["restored"], 1);
    assert_eq!(titles(&mut gallery), ["fruit 1"]);
    let failure = desk.fails(&[&["gallery", "bin", "restore", "7"], &of[..]].concat());
    assert!(failure.contains("no number 7"), "{failure}");

    let old = ["gallery", "bin", "empty", "--older-than", "1"];
    assert_eq!(desk.json(&[&old, &of[..]].concat())["deleted"], 0);
    let all = ["gallery", "bin", "empty", "--all"];
    assert_eq!(desk.json(&[&all, &of[..]].concat())["deleted"], 1);
    let words = desk.fine(&[&["gallery", "bin", "list"], &of[..]].concat());
    assert_eq!(words.trim(), "the bin is empty");
    assert_eq!(titles(&mut gallery), ["fruit 1"]);
}

#[test]
fn a_gallery_that_is_not_there_is_told() {
    let desk = Desk::new();
    let failure = desk.fails(&["gallery", "bin", "list", "--folder", "nowhere"]);
    assert!(failure.contains("no gallery"), "{failure}");
    assert!(!desk.folder.path().join("nowhere").exists());
}
