//! Files that go wrong elsewhere: what they are is said, or they are read.

use std::fs;
use std::path::Path;

use limner::import::import;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

use super::torch_writer::{Written, write};
use super::{golden, refusal, shared};

#[test]
fn foreign_files_are_named_with_what_to_do() {
    let Some(folder) = shared("faults/checkpoints") else {
        return;
    };
    for (file, words) in [
        ("lfs.safetensors", ["Git LFS", "git lfs pull"]),
        ("page.pkl", ["web page", "download"]),
        ("mosaic-9.onnx", ["ONNX", "PyTorch"]),
        ("model.gguf", ["GGUF", "PyTorch"]),
        ("fs-torchscript.pt", ["TorchScript", "state_dict"]),
        ("lora.safetensors", ["LoRA", "Limner reads"]),
        ("stylegan2-tf.pkl", ["TensorFlow", "legacy.py"]),
    ] {
        let line = refusal(&folder.join(file));
        for word in words {
            assert!(line.contains(word), "{file}: {line}");
        }
    }
}

/// The first bytes of files that people take for checkpoints.
#[test]
fn what_a_file_is_shows_in_its_first_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (bytes, word) in [
        (&b"\x1f\x8b\x08\0\0\0"[..], "gzip"),
        (b"7z\xbc\xaf\x27\x1c\0\0", "7z"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"\n\n<html><body>404</body></html>", "web page"),
        (b"{\"error\": \"not found\"}", "JSON"),
        (&tar, "tar"),
        (&[0; 4096], "cut"),
        (b"", "cut"),
    ] {
        let file = dir.path().join("network.pth");
        fs::write(&file, bytes).unwrap();
        let line = refusal(&file);
        assert!(line.contains(word), "{word}: {line}");
    }
}

/// Networks of other families, known by their tensors' names.
#[test]
fn foreign_networks_are_named_by_their_tensors() {
    let dir = tempfile::tempdir().unwrap();
    for (name, words) in [
        ("params_ema.body.1.rdb1.conv1.weight", "without its first"),
        (
            "params.layers.0.residual_group.blocks.0.norm1.weight",
            "SwinIR",
        ),
        ("block_1.c1_r.sk.weight", "SPAN enlarger whose parts"),
        (
            "residual_layer.0.residual_layer.0.layer.0.fn.0.weight",
            "OmniSR",
        ),
        ("model.diffusion_model.input_blocks.0.0.weight", "diffusion"),
        (
            "cond_stage_model.transformer.text_model.x",
            "Stable Diffusion 1",
        ),
        (
            "conditioner.embedders.0.transformer.x",
            "Stable Diffusion XL",
        ),
        ("double_blocks.0.img_attn.qkv.weight", "FLUX"),
        ("control_model.input_hint_block.0.weight", "ControlNet"),
        ("unet.down.lora_A.weight", "LoRA"),
        ("layer.\u{1b}[2Jweight", "layer.\u{fffd}[2Jweight"),
    ] {
        let data = [0; 4];
        let view = TensorView::new(safetensors::Dtype::F32, vec![1], &data).unwrap();
        let file = dir.path().join("network.safetensors");
        fs::write(&file, safetensors::serialize([(name, view)], None).unwrap()).unwrap();
        let line = refusal(&file);
        assert!(
            line.contains(words) && line.contains("Limner reads"),
            "{name}: {line}"
        );
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[test]
fn a_network_under_a_wrapper_is_the_same_network() {
    let Some(folder) = shared("faults/checkpoints") else {
        return;
    };
    let models = tempfile::tempdir().unwrap();
    let mut first: Option<Vec<u8>> = None;
    for file in [
        "fs-compiled.pth",
        "fs-dataparallel.safetensors",
        "fs-net.pth",
        "fs-params.pth",
        "fs-lightning.ckpt",
    ] {
        let imported = import(&folder.join(file), models.path(), None)
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let weights = fs::read(imported.folder.join("weights.safetensors")).unwrap();
        assert!(
            *first.get_or_insert_with(|| weights.clone()) == weights,
            "{file}"
        );
    }
}

#[test]
fn a_recompressed_archive_comes_in() {
    let Some(folder) = shared("faults/checkpoints") else {
        return;
    };
    let models = tempfile::tempdir().unwrap();
    import(&folder.join("fs-deflated.pth"), models.path(), None).unwrap();
}

/// An archive loses its directory, which stands at the end; other files their tensors.
#[test]
fn a_cut_file_is_called_cut() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "fast_style.pth",
        "fast_style_legacy.pth",
        "fast_style.safetensors",
        "ada.pkl",
    ] {
        let whole = fs::read(golden(name)).unwrap();
        for part in [whole.len() - 1, whole.len() / 2, whole.len() / 10] {
            let file = dir.path().join(name);
            fs::write(&file, &whole[..part]).unwrap();
            let line = refusal(&file);
            assert!(line.contains("cut short"), "{name} {part}: {line}");
        }
    }
}

/// A bit that toppled in an archive's tensor isn't taken for a weight.
#[test]
fn a_damaged_archive_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(golden("fast_style.pth")).unwrap();
    let weights = fs::read(golden("fast_style.safetensors")).unwrap();
    let weights = SafeTensors::deserialize(&weights).unwrap();
    let part = weights.tensor("conv1.conv2d.weight").unwrap().data()[..64].to_vec();
    let at = bytes.windows(64).position(|w| w == part).unwrap();
    bytes[at + 1] ^= 1;
    let file = dir.path().join("damaged.pth");
    fs::write(&file, bytes).unwrap();
    let line = refusal(&file);
    assert!(line.contains("damaged"), "{line}");
}

#[test]
fn a_pipelines_folder_gives_its_autoencoder() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("vae")).unwrap();
    fs::write(dir.path().join("model_index.json"), "{}").unwrap();
    for file in ["config.json", "diffusion_pytorch_model.safetensors"] {
        let to = dir.path().join("vae").join(file);
        fs::copy(golden("kl").join(file), to).unwrap();
    }
    let imported = import(dir.path(), &dir.path().join("models"), Some("it")).unwrap();
    assert!(imported.summary.contains("autoencoder"));
}

/// Settings beside a checkpoint, `change`d in one place.
fn with_settings(change: (&str, serde_json::Value)) -> String {
    let dir = tempfile::tempdir().unwrap();
    let from = golden("kl/diffusion_pytorch_model.safetensors");
    let to = dir.path().join("diffusion_pytorch_model.safetensors");
    fs::copy(from, &to).unwrap();
    let settings = fs::read(golden("kl/config.json")).unwrap();
    let mut settings: serde_json::Value = serde_json::from_slice(&settings).unwrap();
    settings[change.0] = change.1;
    fs::write(dir.path().join("config.json"), settings.to_string()).unwrap();
    refusal(&to)
}

#[test]
fn an_autoencoders_settings_are_obeyed_or_refused_by_name() {
    use serde_json::json;
    for (name, value) in [
        ("act_fn", json!("relu")),
        ("use_quant_conv", json!(false)),
        ("use_post_quant_conv", json!(false)),
        ("mid_block_add_attention", json!(false)),
        (
            "down_block_types",
            json!(["AttnDownEncoderBlock2D", "DownEncoderBlock2D"]),
        ),
        ("latent_channels", json!(16)),
        ("in_channels", json!(4)),
        ("something_new", json!(1)),
    ] {
        let line = with_settings((name, value));
        assert!(line.contains(&format!("'{name}'")), "{line}");
    }
    let line = with_settings(("norm_num_groups", json!(7)));
    assert!(line.contains("sizes") || line.contains("groups"), "{line}");
    let line = with_settings(("_class_name", json!("VQModel")));
    assert!(line.contains("VQModel"), "{line}");
}

#[test]
fn groups_that_nothing_tells_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vae.safetensors");
    fs::copy(golden("kl/diffusion_pytorch_model.safetensors"), &file).unwrap();
    let line = refusal(&file);
    assert!(line.contains("norm_num_groups"), "{line}");
}

/// Every family: one tensor more than its network has is refused by that tensor's name.
#[test]
fn a_tensor_that_no_network_has_is_refused_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    for (from, extra) in [
        ("fast_style.safetensors", "res1.conv3.conv2d.weight"),
        ("reference.safetensors", "synthesis.b8.conv2.weight"),
        ("reference.safetensors", "mapping.fc9.weight"),
        ("adain.safetensors", "decoder.30.weight"),
        (
            "microast.safetensors",
            "content_encoder.enc3.0.conv1.conv_layer.weight",
        ),
        (
            "taesd_diffusers.safetensors",
            "encoder.layers.13.skip.weight",
        ),
        (
            "kl/diffusion_pytorch_model.safetensors",
            "encoder.down_blocks.1.attentions.0.to_q.weight",
        ),
        ("flavours/ldm.safetensors", "encoder.down.1.attn.0.q.weight"),
    ] {
        let file = dir.path().join("network.safetensors");
        add(&golden(from), &file, extra);
        if from.starts_with("kl") {
            fs::copy(golden("kl/config.json"), dir.path().join("config.json")).unwrap();
        }
        let line = refusal(&file);
        fs::remove_file(dir.path().join("config.json")).ok();
        let leaf = extra.trim_start_matches("encoder.layers.");
        assert!(line.contains(leaf), "{from}: {line}");
    }
}

fn add(from: &Path, to: &Path, extra: &str) {
    let bytes = fs::read(from).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let zeros = [0; 4];
    let view = TensorView::new(safetensors::Dtype::F32, vec![1], &zeros).unwrap();
    let mut tensors = file.tensors();
    tensors.push((extra.to_owned(), view));
    fs::write(to, safetensors::serialize(tensors, None).unwrap()).unwrap();
}

/// TAESD's author's `F32Encoder` and `F32Decoder`, by the shapes of their beginnings.
#[test]
fn a_taesd_that_halves_five_times_is_refused_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let tensor = |name: &str, sides: &[usize]| {
        Written::dense(name, sides, vec![0.0; sides.iter().product()])
    };
    let encoder = |part: &str| {
        vec![
            tensor(&format!("{part}0.weight"), &[32, 3, 3, 3]),
            tensor(&format!("{part}2.weight"), &[64, 32, 3, 3]),
            tensor(&format!("{part}4.conv.0.weight"), &[64, 64, 3, 3]),
        ]
    };
    let decoder = |part: &str, first: usize| {
        vec![
            tensor(&format!("{part}{first}.weight"), &[256, 32, 3, 3]),
            tensor(
                &format!("{part}{}.conv.0.weight", first + 2),
                &[256, 256, 3, 3],
            ),
        ]
    };
    let both = |e: &str, d: &str, first| -> Vec<Written> {
        encoder(e).into_iter().chain(decoder(d, first)).collect()
    };
    for tensors in [
        encoder(""),
        decoder("", 1),
        both("encoder.", "decoder.", 1),
        both("encoder.layers.", "decoder.layers.", 0),
    ] {
        let file = dir.path().join("taesana.pth");
        write(&file, &[], &tensors, zip::CompressionMethod::Stored);
        let why = refusal(&file);
        assert!(
            why.contains("TAESANA") && why.contains("five times"),
            "{why}"
        );
    }
}

#[test]
fn a_folder_of_several_networks_asks_for_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let models = tempfile::tempdir().unwrap();
    let put = |name: &str| fs::copy(golden("ada.pkl"), dir.path().join(name)).unwrap();
    put("cats.pkl");
    put("cats.fp16.pkl");
    fs::write(dir.path().join("optimiser.pt"), b"something else").unwrap();
    // One network in two forms, and what is none.
    import(dir.path(), models.path(), Some("one")).unwrap();
    put("dogs.pkl");
    let why = import(dir.path(), models.path(), Some("two"))
        .unwrap_err()
        .to_string();
    assert!(why.contains("'cats.pkl', 'dogs.pkl'"), "{why}");
    assert!(!models.path().join("two").exists());
}
