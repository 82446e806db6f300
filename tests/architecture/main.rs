//! The house stands as `docs/ARCHITECTURE.md` draws it: who may name whom, no circles,
//! no egui below the window, no candle in it, no file too long to read.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used)]

mod imports;

use std::collections::BTreeSet;

use imports::{Module, Source};

/// Which room may name which, from the ground up. A room is a folder or file right
/// under `src`; one that isn't here may name nobody.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("cancel", &[]),
    ("clock", &[]),
    ("regular_file", &[]),
    ("digest", &["regular_file"]),
    ("database", &[]),
    ("paths", &[]),
    ("picture", &[]),
    ("waker", &[]),
    ("unfinished", &["regular_file"]),
    ("weighed", &[]),
    ("clean_text", &[]),
    ("recipe", &["clean_text"]),
    ("nn", &[]),
    ("latent", &["cancel", "picture", "recipe"]),
    (
        "models",
        &[
            "cancel",
            "digest",
            "latent",
            "nn",
            "picture",
            "recipe",
            "unfinished",
        ],
    ),
    ("fine", &["cancel", "models", "nn"]),
    ("learn", &["cancel", "fine", "models", "nn"]),
    ("grow", &["cancel", "nn", "picture"]),
    ("spaces", &["cancel", "picture"]),
    ("finish", &["cancel", "picture", "recipe"]),
    (
        "photo",
        &["database", "digest", "picture", "recipe", "regular_file"],
    ),
    (
        "export",
        &[
            "cancel",
            "clean_text",
            "clock",
            "digest",
            "finish",
            "photo",
            "picture",
            "recipe",
            "regular_file",
            "unfinished",
        ],
    ),
    (
        "gallery",
        &[
            "cancel",
            "clock",
            "database",
            "digest",
            "export",
            "finish",
            "photo",
            "picture",
            "recipe",
            "regular_file",
            "unfinished",
            "waker",
            "weighed",
        ],
    ),
    (
        "import",
        &[
            "cancel",
            "clean_text",
            "digest",
            "latent",
            "models",
            "unfinished",
        ],
    ),
    (
        "hub",
        &[
            "cancel",
            "digest",
            "export",
            "import",
            "unfinished",
            "waker",
        ],
    ),
    (
        "engine",
        &[
            "cancel",
            "clock",
            "export",
            "fine",
            "finish",
            "grow",
            "latent",
            "learn",
            "models",
            "nn",
            "photo",
            "picture",
            "recipe",
            "spaces",
            "unfinished",
            "waker",
            "weighed",
        ],
    ),
    (
        "app",
        &[
            "engine",
            "export",
            "finish",
            "gallery",
            "hub",
            "paths",
            "picture",
            "recipe",
            "unfinished",
        ],
    ),
    (
        "ui",
        &[
            "app", "clock", "engine", "export", "finish", "gallery", "hub", "picture", "recipe",
        ],
    ),
    (
        "window",
        &[
            "app",
            "digest",
            "engine",
            "export",
            "gallery",
            "hub",
            "models",
            "paths",
            "photo",
            "picture",
            "ui",
            "unfinished",
            "weighed",
        ],
    ),
    (
        "cli",
        &[
            "clean_text",
            "engine",
            "export",
            "finish",
            "gallery",
            "hub",
            "import",
            "models",
            "nn",
            "photo",
            "picture",
            "recipe",
            "regular_file",
            "unfinished",
            "weighed",
            "window",
        ],
    ),
];

/// Files with more lines than this are hard to find one's way in.
const MOST_LINES: usize = 500;

/// More files than this in one circle can't be understood one after the other.
const MOST_IN_A_CIRCLE: usize = 3;

fn room(module: &Module) -> &str {
    module.first().map_or("lib", String::as_str)
}

fn shown(module: &Module) -> String {
    module.join("::")
}

#[test]
fn rooms_name_only_those_that_they_may() {
    let source = Source::read();
    let mut wrong = Vec::new();
    for (module, file) in &source.files {
        let allowed = MAY_NAME.iter().find(|(name, _)| *name == room(module));
        let allowed = allowed.map_or(&[][..], |(_, rooms)| *rooms);
        for other in source.rooms(module) {
            if !allowed.contains(&other) {
                let path = file.path.display();
                let room = room(module);
                wrong.push(format!(
                    "{path} names `{other}`, which `{room}` may not. Move what is needed to a \
                     room below both, or hand it in from above."
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_rooms_has_no_way_round() {
    let mut below: BTreeSet<&str> = BTreeSet::new();
    for (name, rooms) in MAY_NAME {
        for other in *rooms {
            assert!(
                below.contains(other),
                "`{name}` may name `{other}`, which stands above it or isn't in the table"
            );
        }
        below.insert(name);
    }
}

#[test]
fn no_more_than_three_files_name_one_another_in_a_circle() {
    let source = Source::read();
    let circles = source.circles();
    let large: Vec<String> = circles
        .iter()
        .filter(|c| c.len() > MOST_IN_A_CIRCLE)
        .map(|c| {
            let names: Vec<String> = c.iter().map(shown).collect();
            format!("{} files in a circle: {}", c.len(), names.join(", "))
        })
        .collect();
    assert!(large.is_empty(), "{}", large.join("\n"));
}

#[test]
fn egui_stays_in_the_window_and_candle_below_it() {
    let source = Source::read();
    let mut wrong = Vec::new();
    for (module, file) in &source.files {
        let window = ["app", "ui", "window"].contains(&room(module));
        for name in &file.foreign {
            let egui = name.starts_with("egui") || name == "eframe";
            let candle = name.starts_with("candle");
            if egui && !window || candle && window {
                wrong.push(format!("{} uses {name}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_enough_to_find_ones_way() {
    let source = Source::read();
    let long: Vec<String> = source
        .files
        .values()
        .filter(|f| f.lines > MOST_LINES)
        .map(|f| format!("{}: {} lines", f.path.display(), f.lines))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_what_is_there() {
    let source = Source::read();
    let list = |words: &[&str]| -> Module { words.iter().map(|w| (*w).to_owned()).collect() };
    // A plain import, one through a re-export, and one written out in the code.
    let dispatch = source.imports(&list(&["app", "dispatch"]));
    assert!(dispatch.contains(&list(&["app", "state"])));
    assert!(source.files.len() > 300);
    let run = source.imports(&list(&["window", "run"]));
    assert!(run.contains(&list(&["engine", "handle"])), "{run:?}");
    assert!(!run.contains(&list(&["engine"])), "{run:?}");
}
