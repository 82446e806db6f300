//! `limner panorama --film`: cameras that turn around, and panoramas that change.

use limner::picture::Picture;

use super::*;

/// The frames of a folder, in order.
fn frames(folder: &Path) -> Vec<Picture> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| limner::photo::read(path).unwrap().picture;
    files.iter().map(read).collect()
}

fn apart(a: &Picture, b: &Picture) -> f64 {
    let all = a.rgba().iter().zip(b.rgba());
    let sum: u64 = all.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.rgba().len() as f64
}

/// The last frame goes over into the first one as any other does into its next.
fn closes(frames: &[Picture]) {
    let next = frames.iter().cycle().skip(1);
    let steps: Vec<f64> = frames.iter().zip(next).map(|(a, b)| apart(a, b)).collect();
    let (last, inner) = steps.split_last().unwrap();
    let mean = inner.iter().sum::<f64>() / inner.len() as f64;
    let most = inner.iter().copied().fold(0.0, f64::max);
    eprintln!("last {last:.3} mean {mean:.3} most {most:.3}");
    assert!(mean > 0.2, "it moves");
    assert!(*last <= 1.15 * most, "{last} {inner:?}");
}

#[test]
fn a_camera_turns_once_around_without_a_jump_in_waves_and_in_photos() {
    let desk = Desk::new();
    let words = ["panorama", "--seed", "9", "--size", "512x256"];
    let film = ["--seconds", "2", "--fps", "12", "--film-size", "96x64"];
    let turned = ["--tilt", "20", "--start", "170", "--film", "turn"];
    desk.fine(&[&words[..], &film, &turned].concat());
    let of_waves = frames(&desk.path("turn"));
    assert_eq!(of_waves.len(), 24);
    assert_eq!(of_waves[0].size(), [96, 64]);
    closes(&of_waves);
    // The same of its file, and the other way around.
    desk.fine(&[&words[..], &["-o", "p.png"]].concat());
    let words = ["panorama", "p.png"];
    let turned = [
        "--tilt",
        "20",
        "--start",
        "170",
        "--leftwards",
        "--film",
        "back",
    ];
    desk.fine(&[&words[..], &film, &turned].concat());
    let of_file = frames(&desk.path("back"));
    closes(&of_file);
    for (i, frame) in of_file.iter().enumerate() {
        assert_eq!(*frame, of_waves[(24 - i) % 24], "{i}");
    }
    // It is no panorama itself, and its recipe makes it again.
    let mp4 = ["--film", "turn.mp4"];
    desk.fine(&[&words[..], &film, &mp4].concat());
    if let Some(said) = judges::projection(&desk.path("turn.mp4")) {
        assert_eq!(said, "");
    }
    desk.fine(&["recipe", "render", "turn.mp4", "-o", "again.mp4"]);
    let read = |name: &str| std::fs::metadata(desk.path(name)).unwrap().len();
    assert!(read("turn.mp4").abs_diff(read("again.mp4")) < 200);
    // A picture that isn't one is refused before the work.
    stone(&desk.path("stone.png"), 64, 48);
    let why = desk.fails(&["panorama", "stone.png", "--film", "x.gif"]);
    assert!(why.contains("twice as wide"), "{why}");
    let why = desk.fails(&["panorama", "p.png", "--film", "turn.mp4"]);
    assert!(why.contains("turn.mp4"), "{why}");
}

#[test]
fn a_walk_of_panoramas_is_marked_as_one_where_its_file_can_say_so() {
    let desk = Desk::new();
    let words = ["panorama", "--seed", "9", "--walk", "10,11"];
    let film = [
        "--seconds",
        "3",
        "--fps",
        "8",
        "--film-size",
        "128x64",
        "--film",
    ];
    for name in ["walk.mp4", "walk.gif", "walk.webp", "walk.png", "walk"] {
        desk.fine(&[&words[..], &film, &[name]].concat());
    }
    let all = frames(&desk.path("walk"));
    assert_eq!(all.len(), 24);
    closes(&all);
    // Each frame closes at its side, too.
    let seam = limner::picture::seam::seams(&all[5])[0];
    assert!(seam.ratio < 1.6, "{seam:?}");
    if let Some(said) = judges::projection(&desk.path("walk.mp4")) {
        assert_eq!(said, "equirectangular");
    }
    // FFmpeg knows the newer marks, exiftool the older ones.
    for (tag, wanted) in [("Spherical", "true"), ("ProjectionType", "equirectangular")] {
        let tag = format!("-XMP-GSpherical:{tag}");
        if let Some(read) = judges::exiftool(&desk.path("walk.mp4"), &tag) {
            assert_eq!(read.to_lowercase(), wanted, "{tag}");
        }
    }
    let first = std::fs::read_dir(desk.path("walk")).unwrap().next();
    let first = first.unwrap().unwrap().path();
    for path in [
        desk.path("walk.gif"),
        desk.path("walk.webp"),
        desk.path("walk.png"),
        first,
    ] {
        if let Some(read) = judges::exiftool(&path, "-XMP-GPano:FullPanoWidthPixels") {
            assert_eq!(read, "128", "{}", path.display());
        }
    }
}
