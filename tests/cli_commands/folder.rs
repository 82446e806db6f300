//! A folder of photos is treated as one photo is.

use super::*;

/// Every option of `limner stylize` and a value for it; `None` for those that a folder and one
/// photo can't have in common, each with its reason.
const OPTIONS: &[(&str, Option<&[&str]>)] = &[
    ("--style", Some(&["--style", "other.png:0.5"])),
    ("--strength", Some(&["--strength", "0.6"])),
    ("--stroke-scale", Some(&["--stroke-scale", "1.5"])),
    ("--keep-colours", Some(&["--keep-colours=0.5"])),
    ("--model", Some(&["--model", "restyle"])),
    ("--max-side", Some(&["--max-side", "60"])),
    ("--tile", Some(&["--tile", "128"])),
    ("--memory-limit", Some(&["--memory-limit", "900"])),
    ("--force", Some(&["--force"])),
    ("--no-recipe", Some(&["--no-recipe"])),
    ("--source-names", Some(&["--source-names"])),
    ("--no-photo-credit", Some(&["--no-photo-credit"])),
    ("--format", Some(&["--format", "jpg"])),
    ("--device", Some(&["--device", "cpu"])),
    ("--precision", Some(&["--precision", "f32"])),
    ("--threads", Some(&["--threads", "1"])),
    ("--models", Some(&["--models", "models"])),
    ("--quiet", Some(&["--quiet"])),
    ("--seamless", Some(&["--seamless", "xy"])),
    ("--flat", Some(&["--flat"])),
    // Photos that are twice as wide as high, tried in tests/spaces.
    ("--panorama", None),
    // Films, tried by their own tests.
    ("--film", None),
    ("--fps", None),
    ("--film-quality", None),
    ("--codec", None),
    // Another word for --style.
    ("--style-name", None),
    // Another network, tried by the engine's own tests.
    ("--quality", None),
    ("--steps", None),
    ("--time", None),
    // Nothing is written.
    ("--estimate", None),
    // Where to, and how it is told.
    ("--out", None),
    ("--json", None),
    ("--help", None),
    ("--version", None),
];

fn photos(desk: &Desk) {
    photo(&desk.path("photo.png"), 90, 70);
    photo(&desk.path("style.png"), 40, 40);
    photo(&desk.path("other.png"), 50, 40);
}

#[test]
fn every_option_does_for_a_folder_what_it_does_for_one_photo() {
    let desk = Desk::new();
    photos(&desk);
    let help = desk.fine(&["stylize", "--help"]);
    let words = help.split(|c: char| c.is_whitespace() || ",[<=".contains(c));
    for option in words.filter(|w| w.len() > 3 && w.starts_with("--")) {
        let option = option.trim_end_matches([':', ';', '.', ')', ']']);
        let known = OPTIONS.iter().any(|(name, _)| *name == option);
        assert!(known, "{option} isn't tried on a folder");
    }
    let mut different = std::collections::BTreeSet::new();
    for (name, words) in OPTIONS {
        let Some(words) = words else { continue };
        let ending = if *name == "--format" { "jpg" } else { "png" };
        let base = ["stylize", "photo.png", "--style", "style.png"];
        let one = format!("one.{ending}");
        fs::remove_dir_all(desk.path("all")).ok();
        fs::create_dir(desk.path("all")).unwrap();
        // What is there already goes only with --force.
        fs::write(desk.path("all/photo.png"), b"old").unwrap();
        if *name != "--force" {
            fs::remove_file(desk.path("all/photo.png")).unwrap();
        }
        fs::remove_file(desk.path(&one)).ok();
        desk.fine(&[&base[..], words, &["-o", &one]].concat());
        desk.fine(&[&base[..], words, &["-o", "all"]].concat());
        let made = desk.bytes(&format!("all/photo.{ending}"));
        assert!(made == desk.bytes(&one), "{name}");
        different.insert(made);
    }
    assert!(different.len() >= 8, "the options do something");
}

#[test]
fn a_folder_is_worked_through_with_a_summary() {
    let desk = Desk::new();
    photos(&desk);
    fs::create_dir(desk.path("in")).unwrap();
    let long = "é".repeat(125) + ".png";
    for name in ["a.png", "b\n😀 مرحبا.png", &long] {
        photo(&desk.path(&format!("in/{name}")), 40, 30);
    }
    fs::write(desk.path("in/broken.png"), b"\x89PNG").unwrap();
    fs::write(desk.path("in/notes.txt"), b"words").unwrap();
    let words = [
        "stylize",
        "in",
        "--style",
        "style.png",
        "-o",
        "out",
        "--json",
    ];
    let output = desk.limner(&words);
    assert!(!output.status.success(), "one was skipped");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["written"].as_array().unwrap().len(), 3, "{told}");
    assert_eq!(told["skipped"].as_array().unwrap().len(), 1);
    assert_eq!(told["summary"], "3 of 4 photos stylised, 1 skipped");
    let bytes = desk.bytes("out/a.png");
    // Again, elsewhere and later: the same bytes.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    desk.limner(&["stylize", "in", "--style", "style.png", "-o", "again"]);
    assert!(desk.bytes("again/a.png") == bytes);
    // Nothing to do is no failure.
    fs::create_dir(desk.path("empty")).unwrap();
    let told = desk.json(&["stylize", "empty", "--style", "style.png", "-o", "none"]);
    assert_eq!(told["summary"], "there are no pictures in empty");
    // A result never goes over a photo of the list.
    let own = [
        "stylize",
        "in/a.png",
        "in/broken.png",
        "--style",
        "style.png",
    ];
    let before = desk.bytes("in/a.png");
    let output = desk.limner(&[&own[..], &["--force", "-o", "in"]].concat());
    assert!(!output.status.success());
    assert!(desk.bytes("in/a.png") == before);
}

#[cfg(unix)]
#[test]
fn pipes_hold_nothing_up_and_any_path_works() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    photos(&desk);
    fs::create_dir(desk.path("in")).unwrap();
    let made = Command::new("mkfifo")
        .arg(desk.path("in/pipe.png"))
        .status();
    assert!(made.unwrap().success());
    photo(&desk.path("in/a.png"), 40, 30);
    let output = desk.limner(&["stylize", "in", "--style", "style.png", "-o", "out"]);
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        why.contains("not a file") && why.contains("pipe.png"),
        "{why}"
    );
    assert!(desk.path("out/a.png").exists());
    for words in [
        &[
            "stylize",
            "in/pipe.png",
            "--style",
            "style.png",
            "-o",
            "x.png",
        ][..],
        &[
            "stylize",
            "photo.png",
            "--style",
            "in/pipe.png",
            "-o",
            "x.png",
        ],
        &["recipe", "show", "in/pipe.png"],
        &["recipe", "strip", "in/pipe.png", "-o", "x.png"],
        &["upscale", "in/pipe.png", "--scale", "2", "-o", "x.png"],
    ] {
        desk.fails(words);
    }
    let odd = std::ffi::OsStr::from_bytes(b"not utf-8 \xff\xfe.png");
    let style = std::ffi::OsStr::from_bytes(b"style \xff.png");
    photo(&desk.path("in/a.png"), 40, 30);
    fs::rename(desk.path("in/a.png"), desk.folder.path().join(odd)).unwrap();
    fs::copy(desk.path("style.png"), desk.folder.path().join(style)).unwrap();
    let run = |first: &[&std::ffi::OsStr], rest: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_limner"))
            .args(first)
            .args(rest)
            .args(["--models", "models"])
            .current_dir(desk.folder.path())
            .env("XDG_CACHE_HOME", desk.path("cache"))
            .env("XDG_DATA_HOME", desk.path("data"))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{errors}");
    };
    let words = ["stylize".as_ref(), odd, "--style".as_ref(), style];
    run(&words, &["-o", "odd.png", "--source-names"]);
    run(
        &["upscale".as_ref(), odd],
        &["--scale", "2", "-o", "large.png", "--json"],
    );
    // Its recipe finds it again, named or by content.
    desk.fine(&["recipe", "render", "odd.png", "-o", "again.png"]);
    assert!(decoded(&desk.path("again.png")) == decoded(&desk.path("odd.png")));
    // Every other verb takes such names, too, to read and to write.
    let [made, walked, shown] = [&b"made \xff.png"[..], b"walked \xff.png", b"bare \xff.png"]
        .map(std::ffi::OsStr::from_bytes);
    let out = "-o".as_ref();
    run(
        &["generate".as_ref(), out, made],
        &["--model", "flowers", "--seed", "7"],
    );
    run(
        &["walk".as_ref(), out, walked],
        &["--model", "flowers", "--seeds", "1,2", "--frames", "2"],
    );
    run(&["recipe".as_ref(), "show".as_ref(), made], &[]);
    run(
        &["recipe".as_ref(), "strip".as_ref(), made, out, shown],
        &[],
    );
    run(
        &["recipe".as_ref(), "render".as_ref(), made],
        &["-o", "rendered.png"],
    );
    assert!(decoded(&desk.path("rendered.png")) == decoded(&desk.folder.path().join(made)));
    let copies = std::ffi::OsStr::from_bytes(b"copies \xff");
    run(
        &[
            "stylize".as_ref(),
            made,
            shown,
            out,
            copies,
            "--style".as_ref(),
            style,
        ],
        &[],
    );
    let inside = fs::read_dir(desk.folder.path().join(copies)).unwrap();
    assert_eq!(inside.count(), 2);
}
