//! The words of the command line: today's, and those of version 0.1.

use super::*;

/// Two ways to say the same, in the command line's words: of version 0.1, and of today.
fn say_the_same(desk: &Desk, old: &[&str], new: &[&str]) {
    desk.fine(&[old, &["-o", "old.png", "--force"]].concat());
    desk.fine(&[new, &["-o", "new.png", "--force"]].concat());
    assert!(desk.bytes("old.png") == desk.bytes("new.png"), "{old:?}");
}

#[test]
fn the_words_of_version_0_1_still_do_what_they_did() {
    let desk = Desk::new();
    engine_files::lens(&desk.path("models"), true);
    photo(&desk.path("photo.png"), 90, 60);
    photo(&desk.path("style.png"), 70, 70);
    let lens = ["lens", "photo.png"];
    for (old, new) in [
        ("--gain texture=0.4", "--intensity texture=0.4"),
        ("--borrow style.png=0.5", "--match-tone style.png=0.5"),
        (
            "--borrow-texture style.png=0.5",
            "--match-texture style.png=0.5",
        ),
    ] {
        let [old, new] = [old, new].map(|words| words.split(' ').collect::<Vec<_>>());
        say_the_same(
            &desk,
            &[&lens[..], &old[..]].concat(),
            &[&lens[..], &new[..]].concat(),
        );
    }
    let style = ["stylize", "photo.png", "--style", "style.png"];
    for (old, new) in [
        ("--style-size 1536", "--stroke-scale 2"),
        ("--style-size 768", "--stroke-scale 1"),
        ("--keep-colors=0.5", "--keep-colours=0.5"),
        ("--memory 900", "--memory-limit 900"),
    ] {
        let [old, new] = [old, new].map(|words| words.split(' ').collect::<Vec<_>>());
        say_the_same(
            &desk,
            &[&style[..], &old[..]].concat(),
            &[&style[..], &new[..]].concat(),
        );
    }
    let both = ["--style-size", "900", "--stroke-scale", "2", "-o", "x.png"];
    assert!(
        desk.fails(&[&style[..], &both].concat())
            .contains("--style-size")
    );
    let far = ["--stroke-scale", "9", "-o", "x.png"];
    assert!(
        desk.fails(&[&style[..], &far].concat())
            .contains("0.5 to 3")
    );
    for command in ["lens", "stylize"] {
        let help = desk.fine(&[command, "--help"]);
        for old in [
            "--gain",
            "--borrow",
            "--style-size",
            "--keep-colors",
            "--memory ",
        ] {
            assert!(
                !help.contains(old),
                "{old} is only for those who know it: {help}"
            );
        }
    }
}

#[test]
fn sliders_of_networks_that_ship_answer_to_both_names() {
    let desk = Desk::new();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
    let words = [
        "generate", "--model", "cppn", "--size", "32x32", "--models", shipped,
    ];
    for (old, new) in [
        ("Red against green=1.5", "Tint=1.5"),
        ("colour variety=-1", "colourfulness=-1"),
    ] {
        let [old, new] = [old, new].map(|name| [&words[..], &["--direction", name]].concat());
        say_the_same(&desk, &old, &new);
    }
    let gone = [&words[..], &["--direction", "beauty=1", "-o", "x.png"]].concat();
    let why = desk.fails(&gone);
    assert!(
        why.contains("Tint") && !why.contains("Red against green"),
        "{why}"
    );
}
