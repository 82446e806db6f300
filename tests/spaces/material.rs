//! `limner material`

use super::*;

/// The JSON of a `.glb`.
pub fn scene(path: &Path) -> serde_json::Value {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..4], b"glTF");
    let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    serde_json::from_slice(&bytes[20..20 + length]).unwrap()
}

#[test]
fn a_picture_becomes_maps_with_its_makers_name_in_each() {
    let desk = Desk::new();
    stone(&desk.path("old stone.png"), 96, 64);
    let words = ["material", "old stone.png", "-o", "maps", "--for", "unreal"];
    let told = desk.fine(&[&words[..], &["--metalness", "0.5", "--look"]].concat());
    let ends = [
        "T_old_stone_BC.png",
        "T_old_stone_N.png",
        "T_old_stone_ORM.png",
    ];
    for end in ends {
        assert!(told.contains(end), "{told}");
        let file = desk.path("maps").join(end);
        assert_eq!(image::open(&file).unwrap().width(), 96);
        if let Some(creator) = judges::exiftool(&file, "-XMP-dc:Creator") {
            assert_eq!(creator, "Ada Lovelace", "{end}");
        }
    }
    let height = image::open(desk.path("maps/T_old_stone_H.png")).unwrap();
    assert_eq!(height.color(), image::ColorType::L16);
    assert!(desk.path("maps/old_stone_look.png").is_file());
    // Nothing is overwritten unasked, and nothing done before that is known.
    let why = desk.fails(&words);
    assert!(why.contains("there already"), "{why}");
    // The settings make the same bytes again, by other numbers other ones.
    let again = [
        "material",
        "old stone.png",
        "-o",
        "again",
        "--for",
        "unreal",
    ];
    let settings = ["--settings", "maps/old_stone_material.json"];
    desk.fine(&[&again[..], &settings].concat());
    let bytes = |name: &str| std::fs::read(desk.path(name)).unwrap();
    for end in ends {
        assert!(
            bytes(&format!("maps/{end}")) == bytes(&format!("again/{end}")),
            "{end}"
        );
    }
    let more = ["--force", "--height-strength", "3"];
    desk.fine(&[&again[..], &settings, &more].concat());
    assert!(bytes("maps/T_old_stone_N.png") != bytes("again/T_old_stone_N.png"));
    assert!(bytes("maps/T_old_stone_BC.png") == bytes("again/T_old_stone_BC.png"));
    let why = desk.fails(&["material", "old stone.png", "-o", "x", "--occlusion", "9"]);
    assert!(why.contains("occlusion"), "{why}");
}

#[test]
fn khronos_finds_nothing_wrong_with_the_shapes() {
    let desk = Desk::new();
    stone(&desk.path("stone.png"), 64, 64);
    let mut words = vec!["material", "stone.png", "-o", "maps"];
    for shape in ["plane", "sphere", "cube"] {
        words.extend(["--glb", shape]);
    }
    desk.fine(&words);
    for shape in ["plane", "sphere", "cube"] {
        let file = desk.path(&format!("maps/stone_{shape}.glb"));
        let scene = scene(&file);
        let copyright = scene["asset"]["copyright"].as_str().unwrap();
        assert!(copyright.contains("© Ada"), "{copyright}");
        let made = &scene["asset"]["extras"]["limner"];
        assert_eq!(
            made["settings"]["seamless"],
            serde_json::json!([true, true])
        );
        if let Some((errors, warnings, told)) = judges::gltf(&file) {
            assert_eq!((errors, warnings), (0, 0), "{shape}: {told}");
        }
    }
}
