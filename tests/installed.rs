//! The program away from the source tree, as a package has it.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn an_installed_program_finds_its_models_the_users_and_the_systems() {
    let place = tempfile::tempdir().unwrap();
    let at = |inside: &str| place.path().join(inside);
    let network = |folder: &str, name: &str| {
        let folder = at(folder).join("limner/models").join(name);
        fs::create_dir_all(&folder).unwrap();
        for file in ["config.json", "card.md"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("models/cppn")
                .join(file);
            fs::copy(from, folder.join(file)).unwrap();
        }
    };
    fs::create_dir_all(at("bin")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_limner"), at("bin/limner")).unwrap();
    network("share", "shipped");
    network("data", "mine");
    network("first", "system-1");
    network("second", "system-2");
    let output = Command::new(at("bin/limner"))
        .args(["models", "list", "--json"])
        .current_dir(place.path())
        .env("XDG_CACHE_HOME", at("cache"))
        .env("XDG_DATA_HOME", at("data"))
        .env(
            "XDG_DATA_DIRS",
            std::env::join_paths([at("first"), at("second")]).unwrap(),
        )
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = list.to_string();
    for name in ["shipped", "mine", "system-1", "system-2"] {
        assert!(text.contains(&format!("\"name\":\"{name}\"")), "{text}");
    }
    // Nothing of the tree that it was built in.
    assert!(!text.contains("fruit"), "{text}");
}
