//! What a generator's weights don't show is read from its layers, or refused by name.

use std::fs;

use candle_core::Device;
use limner::import::import;
use limner::models::weights::Weights;
use safetensors::SafeTensors;

use super::{golden, refusal};

fn config(file: &str) -> serde_json::Value {
    let models = tempfile::tempdir().unwrap();
    let imported = import(&golden(file), models.path(), Some("it")).unwrap();
    serde_json::from_slice(&fs::read(imported.folder.join("config.json")).unwrap()).unwrap()
}

#[test]
fn the_clamp_and_the_multiplier_come_from_the_layers() {
    let config = config("flavours/stylegan3_repository.pkl");
    let kwargs = &config["kwargs"];
    let near =
        |value: &serde_json::Value, wanted: f64| (value.as_f64().unwrap() - wanted).abs() < 1e-5;
    assert!(near(&kwargs["conv_clamp"], 0.4), "{kwargs}");
    assert!(
        near(&kwargs["mapping_kwargs"]["lr_multiplier"], 0.2),
        "{kwargs}"
    );
}

#[test]
fn other_activations_filters_and_arguments_are_refused_by_name() {
    for (file, words) in [
        ("flavours/relu.pkl", ["activation", "relu"]),
        (
            "flavours/other_filter.pkl",
            ["resample_filter", "[1, 3, 3, 1]"],
        ),
        ("flavours/other_argument.pkl", ["argument", "freeze_layers"]),
        ("stylegan3/other_argument.pkl", ["argument", "skew"]),
        ("stylegan3/other_padding.pkl", ["L0_", "padding"]),
    ] {
        let line = refusal(&golden(file));
        for word in words {
            assert!(line.contains(word), "{file}: {line}");
        }
    }
}

/// Arguments in a safetensors file's metadata count as those of a pickle do.
#[test]
fn arguments_in_metadata_are_obeyed_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(golden("reference.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let path = dir.path().join("g.safetensors");
    let with = |kwargs: &str| {
        let metadata = [("kwargs".to_owned(), kwargs.to_owned())].into();
        fs::write(
            &path,
            safetensors::serialize(file.tensors(), Some(metadata)).unwrap(),
        )
        .unwrap();
    };
    for (kwargs, word) in [
        (r#"{"activation": "relu"}"#, "activation"),
        (
            r#"{"synthesis_kwargs": {"architecture": "orig"}}"#,
            "architecture",
        ),
        (r#"{"kernel_size": 5}"#, "kernel_size"),
        (r#"{"resample_filter": [1, 1]}"#, "resample_filter"),
        (r#"{"mapping_kwargs": {"normalize": false}}"#, "normalize"),
        ("{", "kwargs"),
    ] {
        with(kwargs);
        let line = refusal(&path);
        assert!(line.contains(word), "{kwargs}: {line}");
    }
    with(r#"{"conv_clamp": 8, "mapping_kwargs": {"lr_multiplier": 0.5}}"#);
    let imported = import(&path, &dir.path().join("m"), Some("it")).unwrap();
    let config = fs::read(imported.folder.join("config.json")).unwrap();
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(config["kwargs"]["conv_clamp"], 8.0);
    assert_eq!(config["kwargs"]["mapping_kwargs"]["lr_multiplier"], 0.5);
}

/// Without a mean w, or with one for each layer, truncation has its centre.
#[test]
fn the_mean_w_is_never_zero() {
    let wanted =
        Weights::open(&golden("flavours/flavours.safetensors"), None, &Device::Cpu).unwrap();
    let wanted: Vec<f32> = wanted.any("rosinality.mean").unwrap().to_vec1().unwrap();
    assert!(wanted.iter().any(|v| v.abs() > 0.3), "zero would pass");
    let models = tempfile::tempdir().unwrap();
    for (file, most) in [
        ("rosinality_no_average.pt", 0.06),
        ("rosinality_rows.pt", 1e-6),
    ] {
        let imported = import(&golden("flavours").join(file), models.path(), None).unwrap();
        let weights = imported.folder.join("weights.safetensors");
        let weights = Weights::open(&weights, None, &Device::Cpu).unwrap();
        let mean: Vec<f32> = weights.any("mapping.w_avg").unwrap().to_vec1().unwrap();
        let far = mean.iter().zip(&wanted).map(|(a, b)| (a - b).abs());
        let far = far.fold(0.0, f32::max);
        println!("{file}: {far}");
        assert!(far <= most, "{file}: {far}");
    }
}

/// Limner's own generators, whose first block is no square, come in again.
#[test]
fn a_first_block_that_is_no_square_is_kept() {
    let models = tempfile::tempdir().unwrap();
    for (name, size) in [("4x5", [20, 16]), ("6x4", [16, 24])] {
        let file = golden("..").join(format!("stylegan2_tiny_{name}.safetensors"));
        let imported = import(&file, models.path(), None).unwrap();
        let folders = vec![models.path().into()];
        let mut registry = limner::models::Registry::open(folders, None, Device::Cpu);
        assert_eq!(
            registry.generator(&imported.name).unwrap().spec().size,
            size
        );
    }
}
