//! `limner hang`

use super::*;

fn hung(desk: &Desk) {
    stone(&desk.path("stone.png"), 120, 80);
    let words = ["hang", "stone.png", "--width-cm", "60", "--frame", "oak"];
    let more = ["--mat", "5", "-o", "w.usdz", "-o", "w.glb", "-o", "w.html"];
    let told = desk.fine(&[&words[..], &more].concat());
    assert_eq!(told, "w.usdz\nw.glb\nw.html\n");
}

#[test]
fn khronos_and_pixar_find_nothing_wrong_and_it_has_its_size() {
    let desk = Desk::new();
    hung(&desk);
    let file = desk.path("w.glb");
    let scene = material::scene(&file);
    assert!(
        scene["asset"]["copyright"]
            .as_str()
            .unwrap()
            .contains("© Ada")
    );
    let most = |axis: usize| {
        let all = scene["accessors"].as_array().unwrap().iter();
        all.filter_map(|a| a["max"][axis].as_f64())
            .fold(0.0, f64::max)
    };
    // 60 + 2 (5 + 2) and 40 + 2 (5 + 2) centimetres, from the middle.
    assert!((most(0) - 0.37).abs() < 1e-4 && (most(1) - 0.27).abs() < 1e-4);
    if let Some((errors, warnings, told)) = judges::gltf(&file) {
        assert_eq!((errors, warnings), (0, 0), "{told}");
    }
    if let Some(told) = judges::usd(&desk.path("w.usdz")) {
        // On its back: Quick Look lays the floor of the scene onto the wall.
        assert_eq!(told["errors"], serde_json::json!([]));
        let near = |axis: usize, size: f64| {
            let [low, high] = ["low", "high"].map(|end| told[end][axis].as_f64().unwrap());
            (high - low - size).abs() < 1e-4
        };
        assert!(near(0, 0.74) && near(1, 0.025) && near(2, 0.54), "{told}");
        assert!(told["copyright"].as_str().unwrap().contains("© Ada"));
    }
}

#[test]
fn blender_opens_it_true_to_scale() {
    let desk = Desk::new();
    hung(&desk);
    for (name, up) in [("w.glb", 2), ("w.usdz", 1)] {
        let Some(found) = judges::blender(&desk.path(name)) else {
            return;
        };
        let long = |axis: usize| {
            let [low, high] = ["low", "high"].map(|end| found[end][axis].as_f64().unwrap());
            high - low
        };
        // 60 + 2 (5 + 2) and 40 + 2 (5 + 2) centimetres; in USD it lies on its back.
        let right = (long(0) - 0.74).abs() < 1e-3 && (long(up) - 0.54).abs() < 1e-3;
        assert!(right, "{name} {found}");
        assert_eq!(found["images"], serde_json::json!([[120, 80]]), "{name}");
        assert_eq!(found["linked"], serde_json::json!(["Base Color"]), "{name}");
    }
}

#[test]
fn the_same_files_come_of_the_recipe_inside() {
    let desk = Desk::new();
    stone(&desk.path("stone.png"), 121, 83);
    let words = [
        "hang",
        "stone.png",
        "--height-cm",
        "41.7",
        "--frame",
        "gold",
    ];
    let files = ["-o", "w.glb", "-o", "w.usdz", "-o", "w.html"];
    desk.fine(&[&words[..], &files].concat());
    let made = &material::scene(&desk.path("w.glb"))["asset"]["extras"]["limner"];
    assert_eq!(made["recipe"]["making"]["kind"], "hang");
    std::fs::write(desk.path("w.json"), made.to_string()).unwrap();
    std::fs::create_dir_all(desk.path("again")).unwrap();
    for name in ["w.glb", "w.usdz", "w.html"] {
        let again = format!("again/{name}");
        let words = ["recipe", "render", "w.json", "-o", &again];
        desk.fine(&[&words[..], &["--source", "stone.png"]].concat());
        let bytes = |name: &str| std::fs::read(desk.path(name)).unwrap();
        assert!(bytes(name) == bytes(&again), "{name}");
    }
}

#[test]
fn a_browser_shows_the_picture_in_a_room_without_a_network() {
    let desk = Desk::new();
    hung(&desk);
    let page = std::fs::read_to_string(desk.path("w.html")).unwrap();
    assert_eq!(judges::loads(&page), Vec::<String>::new());
    assert!(page.contains("60 × 40 cm"));
    let Some(middle) = judges::browser(&desk.path("w.html")) else {
        return;
    };
    // What the picture has in its middle, about.
    let picture = image::open(desk.path("stone.png")).unwrap().into_rgb8();
    let wanted = picture.get_pixel(60, 40).0;
    let off = wanted.iter().zip(middle).map(|(a, b)| a.abs_diff(b)).max();
    assert!(off.unwrap() < 40, "{wanted:?} {middle:?}");
}

#[test]
fn what_cannot_hang_is_refused_and_nothing_is_written() {
    let desk = Desk::new();
    stone(&desk.path("stone.png"), 64, 64);
    let hang = ["hang", "stone.png", "--width-cm", "60"];
    let why = desk.fails(&[&hang[..], &["-o", "a.obj"]].concat());
    assert!(why.contains(".usdz, .glb or .html"), "{why}");
    let both = ["--mat", "3", "--canvas", "4", "-o", "a.glb"];
    let why = desk.fails(&[&hang[..], &both].concat());
    assert!(why.contains("mat"), "{why}");
    let why = desk.fails(&["hang", "stone.png", "--width-cm", "0.2", "-o", "a.glb"]);
    assert!(why.contains("width"), "{why}");
    assert!(!desk.path("a.glb").exists());
}
