//! The list of licences that the program and its packages show says what Cargo.lock
//! says; `packaging/licences.py` makes it anew.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

const LIST: &str = include_str!("../assets/licences.txt");

/// Names and versions in a part of the list.
fn listed(from: &str, to: &str) -> BTreeSet<String> {
    let (_, part) = LIST.split_once(&format!("\n{from}\n")).expect(from);
    let (part, _) = part.split_once(&format!("\n{to}\n")).expect(to);
    part.lines()
        .filter_map(|line| Some(line.split_once("  ")?.0.to_owned()))
        .collect()
}

#[test]
fn every_crate_of_the_lock_file_is_listed_and_no_other() {
    let lock: toml::Table = include_str!("../Cargo.lock").parse().unwrap();
    let locked: BTreeSet<String> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package.get("source").is_some())
        .map(|package| {
            let word = |key: &str| package[key].as_str().unwrap();
            format!("{} {}", word("name"), word("version"))
        })
        .collect();
    let inside = listed(
        "IN THE PROGRAM",
        "FOR TESTS, BUILD SCRIPTS AND OPTIONAL FEATURES",
    );
    let beside = listed("FOR TESTS, BUILD SCRIPTS AND OPTIONAL FEATURES", "TEXTS");
    let all: BTreeSet<String> = inside.union(&beside).cloned().collect();
    let stale: Vec<_> = all.symmetric_difference(&locked).collect();
    assert!(
        stale.is_empty(),
        "run packaging/licences.py: {stale:?} changed"
    );
    assert!(inside.iter().any(|name| name.starts_with("egui ")));
}

#[test]
fn every_crate_of_the_program_has_its_licence_text() {
    let (_, texts) = LIST.split_once("\nTEXTS\n").unwrap();
    for name in listed(
        "IN THE PROGRAM",
        "FOR TESTS, BUILD SCRIPTS AND OPTIONAL FEATURES",
    ) {
        assert!(texts.contains(&name), "{name} has no text");
    }
    for words in [
        "Permission is hereby granted, free of charge",
        "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
        "SIL OPEN FONT LICENSE",
        "Mozilla Public License",
    ] {
        assert!(texts.contains(words), "{words}");
    }
}
