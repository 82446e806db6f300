//! Foreign checkpoints come in whole, or not at all and with one clear line.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Device;
use limner::import::torch::TorchFile;
use limner::import::{ImportError, from_checkpoint, import};
use limner::models::Registry;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/import")
        .join(name)
}

fn load(name: &str) -> TorchFile {
    TorchFile::parse(fs::read(golden(name)).unwrap()).unwrap()
}

/// Every tensor of the reference network, by name, must come out of `name`.
fn assert_same_as_reference(name: &str) {
    let (kwargs, tensors) = from_checkpoint(&load(name)).unwrap();
    assert_eq!(
        (
            kwargs.z_dim,
            kwargs.w_dim,
            kwargs.c_dim,
            kwargs.img_resolution
        ),
        (16, 12, 0, 16)
    );
    assert_eq!((kwargs.channel_max, kwargs.architecture), (10, "skip"));
    assert_eq!(kwargs.mapping_kwargs.num_layers, 2);

    let bytes = fs::read(golden("reference.safetensors")).unwrap();
    let reference = SafeTensors::deserialize(&bytes).unwrap();
    let mut compared = 0;
    for (key, view) in reference.tensors() {
        if key.starts_with('_') || key.ends_with("resample_filter") {
            continue;
        }
        let got = tensors
            .get(&key)
            .unwrap_or_else(|| panic!("{name} lacks {key}"));
        assert_eq!(got.shape, view.shape(), "{name}: {key}");
        let want: Vec<f32> = bytemuck::pod_collect_to_vec(view.data());
        assert_eq!(got.values, want, "{name}: {key}");
        compared += 1;
    }
    assert!(compared > 30, "only {compared} tensors compared");
}

#[test]
fn a_stylegan2_ada_pickle_gives_the_generators_weights() {
    assert_same_as_reference("ada.pkl");
}

#[test]
fn rosinality_files_give_the_same_weights_in_both_formats() {
    assert_same_as_reference("rosinality.pt");
    assert_same_as_reference("rosinality_legacy.pt");
}

#[test]
fn an_import_makes_a_whole_model_folder() {
    let models = tempfile::tempdir().unwrap();
    let imported = import(&golden("ada.pkl"), models.path(), Some("My Flowers")).unwrap();
    assert_eq!(imported.name, "my-flowers");
    let config: serde_json::Value =
        serde_json::from_slice(&fs::read(imported.folder.join("config.json")).unwrap()).unwrap();
    assert_eq!(config["kwargs"]["img_resolution"], 16);
    assert_eq!(config["licence"], "unknown");
    assert!(imported.folder.join("weights.safetensors").exists());
    assert!(imported.folder.join("card.md").exists());
    let again = import(&golden("ada.pkl"), models.path(), Some("My Flowers"));
    assert!(matches!(again, Err(ImportError::Exists(_))));
}

/// The weights of an imported model, by name.
fn weights(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(folder.join("weights.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut all: Vec<_> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.data().to_vec()))
        .collect();
    all.sort();
    all
}

#[test]
fn fast_neural_style_files_of_all_formats_are_one_network() {
    let models = tempfile::tempdir().unwrap();
    let names = [
        "fast_style.pth",
        "fast_style_legacy.pth",
        "fast_style.safetensors",
    ];
    let mut found = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let as_name = format!("style-{i}");
        let imported = import(&golden(name), models.path(), Some(&as_name)).unwrap();
        assert!(
            imported.summary.contains("one style"),
            "{}",
            imported.summary
        );
        found.push(weights(&imported.folder));
    }
    assert!(found[0].len() > 30);
    assert!(found[0] == found[1], "running statistics are left out");
    assert!(found[0] == found[2]);
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    assert_eq!(registry.library().broken, []);
    let styles = registry.library().styles;
    assert!(styles.iter().any(|s| s.name == "style-1"));
    registry.fast_style("style-1").unwrap();
}

#[test]
fn a_stylegan2_in_safetensors_is_recognised() {
    let models = tempfile::tempdir().unwrap();
    let file = golden("reference.safetensors");
    let imported = import(&file, models.path(), Some("flowers")).unwrap();
    let from_pickle = import(&golden("ada.pkl"), models.path(), Some("pickled")).unwrap();
    assert_eq!(imported.summary, from_pickle.summary);
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    registry.generator("flowers").unwrap();
}

#[test]
fn a_network_of_another_shape_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(golden("fast_style.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let write = |skip: &str, flat: &str| {
        let views: Vec<_> = file
            .tensors()
            .into_iter()
            .filter(|(name, _)| name != skip)
            .map(|(name, view)| {
                let shape = match name == flat {
                    true => vec![view.shape().iter().product()],
                    false => view.shape().to_vec(),
                };
                let view = TensorView::new(view.dtype(), shape, view.data()).unwrap();
                (name, view)
            })
            .collect();
        let path = dir.path().join("changed.safetensors");
        fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
        import(&path, &dir.path().join("models"), None)
            .unwrap_err()
            .to_string()
    };
    let line = write("res1.in2.bias", "");
    assert!(line.contains("res1.in2.bias"), "{line}");
    let line = write("", "res2.conv1.conv2d.weight");
    assert!(line.contains("res2.conv1.conv2d.weight"), "{line}");
    // A header that promises a hundred gigabytes.
    let huge = dir.path().join("huge.safetensors");
    let header = br#"{"conv1.conv2d.weight":{"dtype":"F32","shape":[25000000000],"data_offsets":[0,100000000000]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    fs::write(&huge, bytes).unwrap();
    let error = import(&huge, &dir.path().join("models"), None).unwrap_err();
    assert!(matches!(error, ImportError::CutShort), "{error}");
    let left = fs::read_dir(dir.path().join("models")).map(Iterator::count);
    assert_eq!(left.unwrap_or(0), 0);
}

#[test]
fn a_cut_file_is_refused_and_leaves_nothing_behind() {
    let models = tempfile::tempdir().unwrap();
    let whole = fs::read(golden("ada.pkl")).unwrap();
    let cut = models.path().join("cut.pkl");
    for length in (0..whole.len()).step_by(997) {
        fs::write(&cut, &whole[..length]).unwrap();
        let error = import(&cut, &models.path().join("models"), None).unwrap_err();
        assert!(!error.to_string().contains('\n'));
    }
    let left = fs::read_dir(models.path().join("models")).map(Iterator::count);
    assert_eq!(left.unwrap_or(0), 0);
}

#[test]
fn a_hostile_pickle_runs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let witness = dir.path().join("pwned");
    let command = format!("touch {}", witness.display());
    let mut bytes = b"cposix\nsystem\n".to_vec();
    bytes.extend(format!("(V{command}\ntR.").as_bytes());
    let file = dir.path().join("evil.pkl");
    fs::write(&file, bytes).unwrap();
    let error = import(&file, &dir.path().join("models"), None).unwrap_err();
    assert!(matches!(error, ImportError::Missing(_)), "{error}");
    assert!(!witness.exists());
}

#[test]
fn damaged_bytes_never_panic() {
    for name in [
        "ada.pkl",
        "rosinality.pt",
        "rosinality_legacy.pt",
        "fast_style.pth",
        "fast_style_legacy.pth",
    ] {
        let whole = fs::read(golden(name)).unwrap();
        for i in (0..whole.len()).step_by(61) {
            let mut bytes = whole.clone();
            bytes[i] ^= 0x5a;
            if let Ok(file) = TorchFile::parse(bytes) {
                from_checkpoint(&file).ok();
            }
        }
    }
}

#[test]
fn a_tensor_may_not_claim_more_than_its_bytes() {
    // torch._utils._rebuild_tensor_v2(storage, 0, (2**40,), (1,)) must be refused
    // before memory is asked for.
    let mut bytes = b"\x80\x02}X\x05\x00\x00\x00g_ema}X\x05\x00\x00\x00ghostctorch._utils\n_rebuild_tensor_v2\n".to_vec();
    bytes.extend(b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x00tQ");
    bytes.extend(b"K\x00\x8a\x06\x00\x00\x00\x00\x00\x01\x85K\x01\x85\x89tRss.");
    let file = TorchFile::parse(bytes).unwrap();
    let graph = file.graph();
    let state = graph.lookup(graph.root(), "g_ema").unwrap();
    assert!(file.state_dict(state).is_err());
}
