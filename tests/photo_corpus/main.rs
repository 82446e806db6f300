//! Measures the photo readers on a folder of picture files against Pillow and
//! LittleCMS. Not part of the usual tests; a folder is named by a variable:
//!
//!     LIMNER_PHOTO_CORPUS=FOLDER LIMNER_PYTHON=python3 \
//!         cargo test --test photo_corpus -- --ignored --nocapture
//!
//! Right is: the same size, a mean difference below 3 of 255. Pixels that are fully
//! transparent on both sides count as equal.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use limner::photo::{Photo, read};
use serde_json::Value;

/// What came of one file.
#[derive(PartialEq)]
enum Verdict {
    Right,
    Wrong(String),
    /// Refused by Limner, read by the reference.
    Refused(String),
    /// Read by Limner alone.
    Alone,
    /// Refused by both.
    Neither,
}

#[test]
#[ignore = "needs LIMNER_PHOTO_CORPUS, a folder of picture files, and Python with Pillow"]
fn the_corpus_is_read_as_others_read_it() {
    let Ok(folder) = std::env::var("LIMNER_PHOTO_CORPUS") else {
        panic!("name a folder of picture files in LIMNER_PHOTO_CORPUS");
    };
    let python = std::env::var("LIMNER_PYTHON").unwrap_or_else(|_| "python3".into());
    let out = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photo_corpus/reference.py");
    let status = Command::new(python)
        .args([script.as_path(), Path::new(&folder), out.path()])
        .status()
        .unwrap();
    assert!(status.success(), "the reference reader failed");
    let index = std::fs::read_to_string(out.path().join("index.jsonl")).unwrap();
    let mut counts = [0_usize; 5];
    for line in index.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let file = line["file"].as_str().unwrap();
        let verdict = judge(&line, read(Path::new(file)), out.path());
        let (at, text) = match &verdict {
            Verdict::Right => (0, String::new()),
            Verdict::Wrong(why) => (1, format!("WRONG    {file}: {why}")),
            Verdict::Refused(why) => (2, format!("refused  {why}")),
            Verdict::Alone => (3, format!("alone    {file}: {}", line["refused"])),
            Verdict::Neither => (4, String::new()),
        };
        counts[at] += 1;
        if !text.is_empty() {
            println!("{text}");
        }
    }
    let [right, wrong, refused, alone, neither] = counts;
    println!(
        "right {right}, wrong {wrong}, refused {refused}; read by Limner alone {alone}, by neither {neither}"
    );
    let share = right as f64 / (right + wrong + refused).max(1) as f64;
    println!("{:.1} % of what the reference reads", share * 100.0);
    assert!(right > 0, "no picture was compared");
}

fn judge<E: std::fmt::Display>(line: &Value, photo: Result<Photo, E>, out: &Path) -> Verdict {
    match (photo, line["rgba"].as_str()) {
        (Ok(_), None) => Verdict::Alone,
        (Err(_), None) => Verdict::Neither,
        (Err(error), Some(_)) => Verdict::Refused(error.to_string()),
        (Ok(photo), Some(rgba)) => {
            let wanted = std::fs::read(out.join(rgba)).unwrap();
            std::fs::remove_file(out.join(rgba)).unwrap();
            compare(&photo, line, &wanted)
        }
    }
}

fn compare(photo: &Photo, line: &Value, wanted: &[u8]) -> Verdict {
    let size = photo.picture.size().map(u64::from);
    let reference = [&line["width"], &line["height"]].map(|v| v.as_u64().unwrap());
    if size != reference {
        return Verdict::Wrong(format!("{size:?}, not {reference:?} {:?}", photo.notes));
    }
    let mut sum = 0_u64;
    for (a, b) in photo.picture.rgba().chunks(4).zip(wanted.chunks(4)) {
        if a[3] == 0 && b[3] == 0 {
            continue;
        }
        sum += a
            .iter()
            .zip(b)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum::<u64>();
    }
    let mean = sum as f64 / (size[0] * size[1] * 4) as f64;
    if mean < 3.0 {
        Verdict::Right
    } else {
        Verdict::Wrong(format!("mean difference {mean:.1} {:?}", photo.notes))
    }
}
