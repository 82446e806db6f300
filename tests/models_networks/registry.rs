//! Model folders as users have them: good ones, damaged ones, none.

use std::path::Path;

use candle_core::Device;
use limner::cancel::CancelToken;
use limner::latent;
use limner::models::{ModelError, Registry};
use limner::recipe::{ExploreParams, NoiseMode};

fn registry(folder: &Path) -> Registry {
    Registry::open(vec![folder.to_owned()], None, Device::Cpu)
}

fn golden() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(root.join("tests/golden/stylegan2_tiny_6x4.safetensors")).unwrap()
}

/// The golden's constructor arguments.
const KWARGS: &str = r#"{"z_dim": 16, "c_dim": 0, "w_dim": 16, "img_resolution": 16, "img_channels": 3,
    "channel_base": 256, "channel_max": 24, "init_size": [6, 4],
    "mapping_kwargs": {"num_layers": 2, "layer_features": 24}}"#;

fn write_model(folder: &Path, name: &str, weights: &[u8]) {
    let model = folder.join(name);
    std::fs::create_dir_all(&model).unwrap();
    let config = format!(
        r#"{{"kind": "stylegan2", "title": "Tiny", "licence": "MIT", "credit": "noise", "kwargs": {KWARGS}}}"#
    );
    std::fs::write(model.join("config.json"), config).unwrap();
    std::fs::write(model.join("card.md"), "# Tiny").unwrap();
    std::fs::write(model.join("weights.safetensors"), weights).unwrap();
}

#[test]
fn the_coordinate_network_is_there_without_any_folder() {
    let mut registry = Registry::open(Vec::new(), None, Device::Cpu);
    let library = registry.library();
    assert_eq!(library.models.len(), 1);
    let info = &library.models[0];
    assert!(info.resizable && !info.trained && info.card.contains("Untrained"));
    let generator = registry.generator("cppn").unwrap();
    let ws = latent::resolve(&ExploreParams::new("cppn", 1), &*generator, &()).unwrap();
    let picture = generator
        .synthesize(&ws, NoiseMode::Fixed, Some([40, 30]), &CancelToken::new())
        .unwrap();
    assert_eq!(picture.size(), [40, 30]);
}

#[test]
fn a_model_folder_is_described_and_loads() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), "tiny", &golden());
    let mut registry = registry(folder.path());
    let info = registry.info("tiny").unwrap().clone();
    assert_eq!(
        (info.title.as_str(), info.size, info.num_ws),
        ("Tiny", [16, 24], 6)
    );
    assert_eq!(info.sha256.len(), 64);
    assert_eq!(info.card, "# Tiny");
    let generator = registry.generator("tiny").unwrap();
    assert_eq!(generator.spec().size, [16, 24]);
    let wrong = registry.restyle("tiny").err().unwrap().to_string();
    assert!(wrong.contains("a generator") && wrong.contains("style network"));
    let missing = registry.generator("nothing").err().unwrap();
    assert!(matches!(missing, ModelError::Unknown(_)));
}

#[test]
fn the_models_of_the_source_tree_are_found() {
    let mut registry = Registry::open(
        limner::models::folders::default_folders(),
        None,
        Device::Cpu,
    );
    let names: Vec<String> = registry
        .library()
        .models
        .iter()
        .map(|model| model.name.clone())
        .collect();
    assert!(names.contains(&"cppn".to_owned()), "{names:?}");
    for name in names {
        let info = registry.info(&name).unwrap().clone();
        assert!(!info.card.is_empty(), "{name} has no card");
        assert!(!info.licence.is_empty(), "{name} has no licence");
        match info.kind {
            limner::engine::protocol::ModelKind::Generator => {
                drop(registry.generator(&name).unwrap())
            }
            limner::engine::protocol::ModelKind::Style => drop(registry.restyle(&name).unwrap()),
            limner::engine::protocol::ModelKind::OneStyle => {
                drop(registry.transfer(&name).unwrap())
            }
            limner::engine::protocol::ModelKind::Upscaler => drop(registry.crisp(&name).unwrap()),
            limner::engine::protocol::ModelKind::Autoencoder => {}
        }
    }
}

/// Every kind of damage gives one line that says what to do, and nothing else breaks.
#[test]
fn damaged_weights_are_told_in_one_line() {
    let good = golden();
    let header = u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    let mut huge = good.clone();
    huge[..8].copy_from_slice(&(100u64 << 30).to_le_bytes());
    let mut nan = good.clone();
    let last = nan.len() - 4;
    nan[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    let text = |from: &str, to: &str| {
        let head = String::from_utf8(good[8..8 + header].to_vec()).unwrap();
        assert!(head.contains(from));
        let head = head.replacen(from, to, 1);
        let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
        bytes.extend(head.as_bytes());
        bytes.extend(&good[8 + header..]);
        bytes
    };
    let renamed = text("mapping.fc0.weight", "mapping.fc9.weight");
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("empty", Vec::new(), "cut short"),
        ("short", good[..good.len() / 2].to_vec(), "cut short"),
        ("header", good[..8 + header / 2].to_vec(), "cut short"),
        ("huge", huge, "doesn't start like"),
        ("nan", nan, "not numbers"),
        ("renamed", renamed, "lacks 'mapping.fc0.weight'"),
        (
            "text",
            b"this is not a network at all".to_vec(),
            "doesn't start like",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, _) in &cases {
        write_model(folder.path(), name, bytes);
    }
    let mut registry = registry(folder.path());
    for (name, _, words) in &cases {
        let error = registry.generator(name).err().unwrap().to_string();
        assert!(error.contains(words), "{name}: {error}");
        assert!(
            !error.contains('\n') && error.len() < 250,
            "{name}: {error}"
        );
    }
    assert!(registry.generator("cppn").is_ok());
}

#[test]
fn wrong_shapes_name_the_tensor() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), "tiny", &golden());
    let path = folder.path().join("tiny/config.json");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        config.replace("\"layer_features\": 24", "\"layer_features\": 25"),
    )
    .unwrap();
    let error = registry(folder.path()).generator("tiny").err().unwrap();
    let ModelError::WrongShape {
        name,
        expected,
        got,
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(
        (name.as_str(), expected, got),
        ("mapping.fc0.weight", vec![25, 16], vec![24, 16])
    );
}

#[test]
fn folders_that_are_no_models_are_listed_as_broken() {
    let folder = tempfile::tempdir().unwrap();
    for (name, config) in [
        ("garbage", "{"),
        ("future", r#"{"architecture": "stylegan9"}"#),
        ("bare", r#"{"architecture": "stylegan2", "kwargs": {}}"#),
    ] {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("config.json"), config).unwrap();
    }
    std::fs::create_dir_all(folder.path().join("notes")).unwrap();
    let library = registry(folder.path()).library();
    assert_eq!(library.models.len(), 1);
    assert_eq!(library.broken.len(), 3, "{:?}", library.broken);
    let line = |name: &str| {
        let found = library.broken.iter().find(|(path, _)| path.ends_with(name));
        found.unwrap().1.clone()
    };
    assert!(line("future").contains("stylegan9"));
    assert!(line("bare").contains("missing"));
}

#[test]
fn a_file_that_changes_after_the_look_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), "tiny", &golden());
    let mut registry = registry(folder.path());
    let mut other = golden();
    let middle = other.len() - 40;
    other[middle] ^= 1;
    write_model(folder.path(), "tiny", &other);
    let error = registry.generator("tiny").err().unwrap().to_string();
    assert!(error.contains("changed"), "{error}");
    registry.rescan();
    assert!(registry.generator("tiny").is_ok());
}

#[test]
fn hashes_are_remembered_as_long_as_the_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache/hashes.json");
    let models = folder.path().join("models");
    write_model(&models, "tiny", &golden());
    let open = || Registry::open(vec![models.clone()], Some(cache.clone()), Device::Cpu);
    let first = open().info("tiny").unwrap().sha256.clone();
    assert!(cache.is_file());
    assert_eq!(open().info("tiny").unwrap().sha256, first);
    std::fs::write(&cache, "not json").unwrap();
    assert_eq!(open().info("tiny").unwrap().sha256, first);
    write_model(&models, "tiny", &golden()[..100]);
    assert_ne!(open().info("tiny").unwrap().sha256, first);
}

#[test]
fn styles_are_read_with_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let styles = folder.path().join("styles");
    std::fs::create_dir_all(&styles).unwrap();
    let entry = |id: &str, numbers: &str| {
        format!(
            r#"{{"id": "{id}", "name": "Style {id}", "origin": "made by code", "licence": "MIT", "swatch": "../../secret.jpg", "code": [{numbers}]}}"#
        )
    };
    let index = format!(
        r#"{{"styles": [{}, {}]}}"#,
        entry("a", "1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5, 1.5"),
        entry("b", "1, 2, 3, 4, 5, 6, 7, 8, 9, 2.5, 0.5")
    );
    std::fs::write(styles.join("index.json"), index).unwrap();
    let registry = registry(folder.path());
    let library = registry.library();
    assert_eq!(library.styles.len(), 2);
    assert_eq!(library.styles[0].origin, "made by code · MIT");
    assert!(library.styles[0].swatch.is_none());
    assert_eq!(registry.style("b").unwrap().code.as_ref().unwrap()[9], 2.5);
    assert!(registry.style("c").is_none());
    assert_eq!(registry.code_sliders().len(), 1);
}

#[test]
fn imported_networks_keep_their_own_seeds() {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), "ours", &golden());
    write_model(folder.path(), "theirs", &golden());
    let path = folder.path().join("theirs/config.json");
    let config = std::fs::read_to_string(&path).unwrap();
    let config = config.replacen('{', r#"{"latent_rng": "numpy","#, 1);
    std::fs::write(&path, config).unwrap();
    let mut registry = registry(folder.path());
    let first = |registry: &mut Registry, name| {
        let generator = registry.generator(name).unwrap();
        limner::models::Generator::z_of_seed(&*generator, 85)[0]
    };
    // numpy.random.RandomState(85).randn(1)
    assert!((first(&mut registry, "theirs") - 0.176_850_72).abs() < 1e-6);
    assert_eq!(
        first(&mut registry, "ours"),
        latent::rng::z_of_seed(85, 1)[0]
    );
}

#[test]
fn a_program_without_its_folder_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let library = registry(&folder.path().join("nowhere")).library();
    assert_eq!(library.models.len(), 1);
    assert!(library.broken[0].1.contains("put the folder 'models'"));
    let unfinished = folder.path().join(".importing-x");
    std::fs::create_dir_all(&unfinished).unwrap();
    std::fs::write(unfinished.join("config.json"), "{").unwrap();
    assert!(registry(folder.path()).library().broken.is_empty());
}
