//! No test: cargo runs the test programs by name, so this comes last and says what was
//! left out and why.

// A program that fails ends the run: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/skip.rs"]
mod skip;

use std::collections::{BTreeMap, BTreeSet};

fn main() {
    // Who lists tests finds none here.
    if std::env::args().any(|word| word == "--list") {
        return;
    }
    let record = skip::record();
    let text = std::fs::read_to_string(&record).unwrap_or_default();
    println!("\n{}", summary(&text));
    // A record that was asked for stays for who asked.
    if std::env::var_os("LIMNER_SKIPS").is_none() && record.is_file() {
        std::fs::remove_file(record).expect("the record of skipped tests can be removed");
    }
}

/// `N skipped: why (how many), …`
fn summary(text: &str) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    // A test that lacks the same thing several times is one.
    for line in text.lines().collect::<BTreeSet<_>>() {
        let why = line.rsplit('\t').next().unwrap_or(line);
        *reasons.entry(why).or_default() += 1;
    }
    let count: usize = reasons.values().sum();
    if count == 0 {
        return "0 skipped".to_owned();
    }
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(why, count)| format!("{why} ({count})"))
        .collect();
    format!("{count} skipped: {}", reasons.join(", "))
}
