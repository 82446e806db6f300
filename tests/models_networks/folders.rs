//! Where models are looked for, in an installed program and in the source tree.

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Device;
use limner::models::Registry;
use limner::models::folders::{Surroundings, default_folders, user_folder};

/// A place of several folders, as an installation has them.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }

    fn surroundings(&self, program: &str) -> Surroundings {
        Surroundings {
            program: Some(self.path(program)),
            working_dir: Some(self.path("home/ada/pictures")),
            user_data: Some(self.path("home/ada/.local/share/limner")),
            system_data: vec![self.path("usr/local/share"), self.path("usr/share")],
        }
    }

    /// Writes a network of a title that tells where it lies.
    fn network(&self, folder: &str, name: &str) {
        let folder = self.path(folder).join(name);
        fs::create_dir_all(&folder).unwrap();
        let config = fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cppn/config.json"),
        )
        .unwrap();
        let mut config: serde_json::Value = serde_json::from_str(&config).unwrap();
        config["title"] = folder.display().to_string().into();
        fs::write(folder.join("config.json"), config.to_string()).unwrap();
        fs::write(folder.join("card.md"), "# Noise").unwrap();
    }

    /// Where the network of a name was found.
    fn found(&self, around: &Surroundings, name: &str) -> Option<String> {
        let registry = Registry::open(around.folders(), None, Device::Cpu);
        let title = registry.info(name).ok()?.title.clone();
        let root = format!("{}/", self.0.path().display());
        Some(title.replace(&root, "").replace('\\', "/"))
    }
}

const USER: &str = "home/ada/.local/share/limner/models";

#[test]
fn every_place_is_looked_into_and_the_first_of_a_name_wins() {
    let place = Place::new();
    let around = place.surroundings("usr/bin/limner");
    // The last first: each new one hides those before.
    let places = [
        "usr/local/share/limner/models",
        USER,
        "usr/share/limner/models",
        "usr/Resources/models",
        "usr/bin/models",
    ];
    assert_eq!(place.found(&around, "noise"), None);
    for folder in places {
        place.network(folder, "noise");
        let here = format!("{folder}/noise");
        assert_eq!(place.found(&around, "noise"), Some(here));
    }
    // A name that only a later place has is found there.
    place.network("usr/local/share/limner/models", "local");
    assert!(place.found(&around, "local").is_some());
}

#[test]
fn a_package_finds_its_models_where_packages_put_them() {
    let place = Place::new();
    let around = place.surroundings("usr/bin/limner");
    let folders = around.folders();
    let own = place.path("usr/share/limner/models");
    assert_eq!(
        folders.iter().filter(|folder| **folder == own).count(),
        1,
        "{folders:?}"
    );
    let moved = place.surroundings("opt/limner.app/Contents/MacOS/limner");
    let bundled = place.path("opt/limner.app/Contents/Resources/models");
    assert!(moved.folders().contains(&bundled));
}

#[test]
fn the_source_tree_counts_only_where_it_is_limners() {
    let place = Place::new();
    let own = "[package]\nname = \"limner\"\n";
    fs::create_dir_all(place.path("src/limner/target/debug/deps")).unwrap();
    fs::write(place.path("src/limner/Cargo.toml"), own).unwrap();
    place.network("src/limner/models", "noise");
    let built = place.surroundings("src/limner/target/debug/deps/test");
    let tree = Some("src/limner/models/noise".to_owned());
    assert_eq!(place.found(&built, "noise"), tree);

    // Built elsewhere, started in the tree.
    let mut elsewhere = place.surroundings("cache/target/debug/limner");
    assert_eq!(place.found(&elsewhere, "noise"), None);
    elsewhere.working_dir = Some(place.path("src/limner/target"));
    assert_eq!(place.found(&elsewhere, "noise"), tree);
    // An installed program doesn't care where it was started.
    fs::create_dir_all(place.path("usr/share/limner/models")).unwrap();
    let mut installed = place.surroundings("usr/bin/limner");
    installed.working_dir = elsewhere.working_dir;
    assert_eq!(place.found(&installed, "noise"), None);

    // Another program's folder of models is none of ours.
    fs::write(
        place.path("src/limner/Cargo.toml"),
        own.replace("limner", "other"),
    )
    .unwrap();
    assert_eq!(place.found(&built, "noise"), None);
}

#[test]
fn this_build_finds_the_networks_that_ship_and_the_users_folder() {
    let folders = default_folders();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    assert!(folders.contains(&models), "{folders:?}");
    let user = user_folder().unwrap();
    let at = |folder: &PathBuf| folders.iter().position(|found| found == folder);
    assert!(at(&models) < at(&user), "{folders:?}");
}
