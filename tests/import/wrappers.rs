//! Every family comes in under every wrapper, in both kinds of file.

use std::fs;
use std::path::Path;

use limner::import::import;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use zip::CompressionMethod;

use super::golden;
use super::torch_writer::{Written, write};

/// Files of one network each, from which the others are made.
const FAMILIES: [&str; 6] = [
    "fast_style.safetensors",
    "reference.safetensors",
    "adain.safetensors",
    "microast.safetensors",
    "taesd_diffusers.safetensors",
    "flavours/ldm.safetensors",
];

fn weights(file: &Path) -> Vec<u8> {
    let models = tempfile::tempdir().unwrap();
    let imported = import(file, models.path(), Some("it"))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    fs::read(imported.folder.join("weights.safetensors")).unwrap()
}

#[test]
fn names_before_names_make_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let wrapped = dir.path().join("wrapped.safetensors");
    for family in FAMILIES {
        let plain = weights(&golden(family));
        let bytes = fs::read(golden(family)).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let own = || {
            file.tensors()
                .into_iter()
                .filter(|(name, _)| !name.starts_with('_'))
        };
        for wrapper in [
            "module.",
            "_orig_mod.",
            "net.",
            "params.",
            "params_ema.",
            "state_dict.model.",
            "model._orig_mod.module.",
        ] {
            let renamed = own().map(|(name, view)| (format!("{wrapper}{name}"), view));
            fs::write(&wrapped, safetensors::serialize(renamed, None).unwrap()).unwrap();
            assert!(weights(&wrapped) == plain, "{family} {wrapper}");
        }
        // An average is taken before what it is an average of.
        let zeros = vec![0; bytes.len()];
        let mut both = Vec::new();
        for (name, view) in own() {
            let nothing = &zeros[..view.data().len()];
            let nothing = TensorView::new(view.dtype(), view.shape().to_vec(), nothing).unwrap();
            both.push((format!("params.{name}"), nothing));
            both.push((format!("params_ema.{name}"), view));
        }
        fs::write(&wrapped, safetensors::serialize(both, None).unwrap()).unwrap();
        assert!(weights(&wrapped) == plain, "{family}: the average");
    }
}

#[test]
fn dictionaries_in_dictionaries_make_no_difference() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("wrapped.ckpt");
    for family in FAMILIES {
        let plain = weights(&golden(family));
        let tensors = written(&golden(family), "");
        for (keys, method) in [
            (&["state_dict"][..], CompressionMethod::Stored),
            (&["state_dict", "module"], CompressionMethod::Deflated),
            (&["params_ema"], CompressionMethod::Stored),
            (&["net"], CompressionMethod::Stored),
            (&[], CompressionMethod::Deflated),
        ] {
            write(&file, keys, &tensors, method);
            assert!(weights(&file) == plain, "{family} {keys:?}");
        }
    }
}

/// What a file of any float format holds, as f32.
fn written(file: &Path, before: &str) -> Vec<Written> {
    let bytes = fs::read(file).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut all = Vec::new();
    for (name, view) in file.tensors() {
        if name.starts_with('_') {
            continue;
        }
        let values: Vec<f32> = match view.dtype() {
            safetensors::Dtype::F16 => view
                .data()
                .chunks_exact(2)
                .map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32())
                .collect(),
            _ => bytemuck::pod_collect_to_vec(view.data()),
        };
        all.push(Written::dense(
            &format!("{before}{name}"),
            view.shape(),
            values,
        ));
    }
    all
}

/// The autoencoder of a whole Stable Diffusion checkpoint, beside other networks.
#[test]
fn a_whole_checkpoint_gives_its_autoencoder() {
    let dir = tempfile::tempdir().unwrap();
    let plain = weights(&golden("flavours/ldm.safetensors"));
    let mut tensors = written(&golden("flavours/ldm.safetensors"), "first_stage_model.");
    for name in [
        "model.diffusion_model.input_blocks.0.0.weight",
        "cond_stage_model.transformer.text_model.embeddings.position_ids",
        "model_ema.decay",
        "alphas_cumprod",
        "sqrt_recip_alphas_cumprod",
    ] {
        tensors.push(Written::dense(name, &[2], vec![1.0, 2.0]));
    }
    let file = dir.path().join("v1-5-pruned.ckpt");
    write(&file, &["state_dict"], &tensors, CompressionMethod::Stored);
    assert!(weights(&file) == plain);
}
