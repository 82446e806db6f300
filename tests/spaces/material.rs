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
        // Which files are asked for stands in their recipe.
        "--look",
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
    let pixels = |name: &str| image::open(desk.path(name)).unwrap();
    assert!(pixels("maps/T_old_stone_BC.png") == pixels("again/T_old_stone_BC.png"));
    let why = desk.fails(&["material", "old stone.png", "-o", "x", "--occlusion", "9"]);
    assert!(why.contains("occlusion"), "{why}");
}

#[test]
fn materialx_finds_nothing_wrong_and_every_map_that_it_names_is_there() {
    let desk = Desk::new();
    stone(&desk.path("old & stone.png"), 32, 32);
    for program in ["blender", "unreal", "unity", "godot"] {
        let words = ["material", "old & stone.png", "-o", program];
        desk.fine(&[&words[..], &["--for", program]].concat());
        let file = desk.path(program).join("old___stone.mtlx");
        let text = std::fs::read_to_string(&file).unwrap();
        let maps: Vec<&str> = text
            .split("type=\"filename\" value=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(maps.len() >= 3, "{text}");
        for map in maps {
            assert!(desk.path(program).join(map).is_file(), "{program}: {map}");
        }
        if let Some(told) = judges::materialx(&file) {
            assert_eq!(told, "", "{program}");
        }
    }
}

/// Names and bytes of all files in a folder.
fn all(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path.file_name().unwrap().to_owned(), bytes)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_map_brings_its_whole_material_back_byte_for_byte() {
    let desk = Desk::new();
    stone(&desk.path("stone.png"), 64, 48);
    let words = ["material", "stone.png", "-o", "maps", "--for", "unity"];
    let more = ["--glb", "cube", "--look", "--detail", "0.8", "--invert"];
    desk.fine(&[&words[..], &more].concat());
    let json = desk.fine(&["recipe", "show", "maps/stone_MaskMap.png"]);
    let recipe: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(recipe["version"], 3);
    assert_eq!(recipe["making"]["kind"], "material");
    assert_eq!(
        recipe["making"]["picture"]["path"], "",
        "where it lies isn't told"
    );
    assert!(json.contains("© Ada"), "whose it is goes with it: {json}");
    for (from, to) in [("stone_MaskMap.png", "a"), ("stone_material.json", "b")] {
        let from = format!("maps/{from}");
        let words = ["recipe", "render", &from, "-o", to];
        desk.fine(&[&words[..], &["--source", "stone.png"]].concat());
        let (before, after) = (all(&desk.path("maps")), all(&desk.path(to)));
        assert_eq!(before.len(), 8);
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.0, after.0);
            assert!(before.1 == after.1, "{:?} differs", before.0);
        }
    }
    // Settings that aren't known are refused by name.
    let odd = json.replace("\"light_scale\"", "\"light_skale\"");
    std::fs::write(desk.path("odd.json"), odd).unwrap();
    let words = ["recipe", "render", "odd.json", "-o", "c"];
    let why = desk.fails(&[&words[..], &["--source", "stone.png"]].concat());
    assert!(why.contains("light_skale"), "{why}");
    assert!(!desk.path("c").exists());
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
        if let Some(found) = judges::blender(&file) {
            let all = ["Base Color", "Metallic", "Normal", "Roughness"];
            assert_eq!(found["linked"], serde_json::json!(all), "{shape}");
            let sizes = serde_json::json!([[64, 64], [64, 64], [64, 64]]);
            assert_eq!(found["images"], sizes, "{shape}");
        }
    }
}
