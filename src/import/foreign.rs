//! What isn't read, by its first bytes or its tensors' names, so that a refusal says
//! what the file is.

use super::ImportError;
use super::pickle::{Graph, Node};
use super::tensors::Tensors;

fn foreign(what: &str, advice: &'static str) -> ImportError {
    let what = what.to_owned();
    ImportError::Foreign { what, advice }
}

const UNPACK: &str = "unpack it and import the checkpoint inside";
const PYTORCH: &str = "get the PyTorch checkpoint or the safetensors file that it was made from";
const ANOTHER: &str = "it makes no pictures by itself here";

/// First bytes of files, what they are, what to do.
const MAGICS: [(&[u8], &str, &str); 17] = [
    (
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer, not the file itself",
        "fetch the real file with 'git lfs pull' or download it from the repository's page",
    ),
    (b"GGUF", "a GGUF file (llama.cpp)", PYTORCH),
    (b"ggml", "a GGML file", PYTORCH),
    (b"lmgg", "a GGML file", PYTORCH),
    (b"\x1f\x8b", "an archive (gzip)", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)", UNPACK),
    (b"Rar!\x1a\x07", "an archive (RAR)", UNPACK),
    (b"\xfd7zXZ\0", "an archive (xz)", UNPACK),
    (b"BZh", "an archive (bzip2)", UNPACK),
    (b"\x28\xb5\x2f\xfd", "an archive (Zstandard)", UNPACK),
    (b"\x89HDF\r\n\x1a\n", "a Keras or HDF5 file", PYTORCH),
    (b"\x93NUMPY", "a NumPy array", PYTORCH),
    (b"\x89PNG", "a picture", "open it as a photo"),
    (b"\xff\xd8\xff", "a picture", "open it as a photo"),
    (b"RIFF", "a picture or a film", "open it as a photo"),
    (b"%PDF", "a PDF document", "look for the checkpoint itself"),
    (b"{", "a JSON text", "choose the file with the weights"),
];

/// Refuses what its first bytes give away.
///
/// # Errors
/// [`ImportError::Foreign`], [`ImportError::CutShort`] for nothing or zeros.
pub(super) fn refuse_magic(head: &[u8]) -> Result<(), ImportError> {
    if head.iter().all(|&b| b == 0) {
        return Err(ImportError::CutShort);
    }
    for (magic, what, advice) in MAGICS {
        if head.starts_with(magic) {
            return Err(foreign(what, advice));
        }
    }
    let text = String::from_utf8_lossy(head).trim_start().to_lowercase();
    let text = text.trim_start_matches('\u{feff}');
    if ["<!doctype", "<html", "<?xml", "<head", "<svg"]
        .iter()
        .any(|start| text.starts_with(start))
    {
        return Err(foreign(
            "a web page, not the file itself",
            "open its address in a browser and download the file from there",
        ));
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err(foreign("an archive (tar)", UNPACK));
    }
    if head.get(4..8) == Some(b"TFL3") {
        return Err(foreign("a TensorFlow Lite network", PYTORCH));
    }
    // A protocol buffer: the format's version (field 1), then who made it or the graph.
    let onnx = head.len() > 2
        && head[0] == 0x08
        && head[1] < 0x20
        && matches!(head[2], 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42);
    match onnx {
        true => Err(foreign("an ONNX network", PYTORCH)),
        false => Ok(()),
    }
}

/// Refuses zip archives that are no state dictionary, by their entries' names.
///
/// # Errors
/// [`ImportError::Foreign`].
pub(super) fn refuse_archive<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), ImportError> {
    let any = |wanted: fn(&str) -> bool| names.clone().any(wanted);
    if any(|name| name.ends_with("/constants.pkl") || name.contains("/code/__torch__")) {
        return Err(foreign(
            "a TorchScript program",
            "load it in Python and save its state_dict() instead",
        ));
    }
    if any(|name| name.ends_with("/data.pkl") || name == "data.pkl") {
        return Ok(());
    }
    Err(match any(|name| name.ends_with(".npy")) {
        true => foreign("an archive of NumPy arrays", PYTORCH),
        false => foreign("an archive (zip)", UNPACK),
    })
}

/// What a pickle holds that isn't made of tensors, by the classes in it.
pub(super) fn of_pickle(graph: &Graph) -> Option<ImportError> {
    let tensorflow = graph.nodes().any(|node| match node {
        Node::Global { module, name } => {
            name == "Network" && (module.ends_with("tflib.network") || module == "tfutil")
        }
        _ => false,
    });
    tensorflow.then(|| {
        foreign(
            "a StyleGAN network of TensorFlow",
            "convert it with legacy.py of the authors' stylegan3 repository, which writes a PyTorch pickle",
        )
    })
}

/// How networks are known that Limner doesn't run: a part of their tensors' names.
const NAMES: [(&[&str], &str); 26] = [
    (
        &[
            "lora_up.",
            "lora_down.",
            "lora_A.",
            "lora_B.",
            ".lora.",
            "hada_w1_a",
            "lokr_w1",
        ],
        "a LoRA: changes to another network, no network of its own",
    ),
    (
        &[
            "control_model.",
            "controlnet_cond_embedding.",
            "controlnet_blocks.",
            "input_hint_block.",
        ],
        "a ControlNet, which steers a diffusion model",
    ),
    (
        &["conditioner.embedders."],
        "a Stable Diffusion XL checkpoint without its autoencoder",
    ),
    (
        &["cond_stage_model."],
        "a Stable Diffusion 1 or 2 checkpoint without its autoencoder",
    ),
    (
        &["joint_blocks."],
        "a Stable Diffusion 3 network without its autoencoder",
    ),
    (
        &["double_blocks.", "single_transformer_blocks."],
        "a FLUX network without its autoencoder",
    ),
    (
        &[
            "model.diffusion_model.",
            "diffusion_model.",
            "time_embedding.linear_1.",
            "time_embed.0.",
        ],
        "a diffusion network (U-Net) without its autoencoder",
    ),
    (
        &["transformer_blocks."],
        "a diffusion transformer without its autoencoder",
    ),
    (
        &[
            "text_model.encoder.layers.",
            "SelfAttention.q.",
            "transformer.resblocks.",
        ],
        "a text encoder",
    ),
    (
        &["emb_params", "string_to_param"],
        "a textual inversion, a word for a diffusion model",
    ),
    (
        &["image_proj.", "ip_adapter."],
        "an IP-Adapter, which steers a diffusion model",
    ),
    (
        &["quantize.embedding.", "quantize.embed"],
        "a VQGAN autoencoder",
    ),
    (
        &[
            "RRDB_trunk.",
            ".rdb1.conv1.",
            ".RDB1.conv1.",
            "body.0.rdb1.",
        ],
        "an ESRGAN enlarger without its first block",
    ),
    (
        &["block_1.c1_r.", "block_1.c1.eval_conv."],
        "a SPAN enlarger whose parts are incomplete",
    ),
    (&["residual_layer.0.residual_layer."], "an OmniSR enlarger"),
    (
        &["upsample.0.weight", "layers.0.residual_group."],
        "an enlarger (SwinIR or alike)",
    ),
    (
        &["synthesis.L"],
        "a StyleGAN3 network whose parts are incomplete",
    ),
    (&["generator.progression."], "a StyleGAN1 network"),
    (
        &[
            "encoder.conv_in.conv.",
            "encoder.stages.",
            "encoder.down_blocks.0.resnets.0.conv1.conv.",
        ],
        "a film's autoencoder or one of another family",
    ),
    (
        &["encoder.op_list.", "decoder.op_list."],
        "a DC-AE autoencoder (Sana)",
    ),
    (&["model.10.conv_block."], "a CycleGAN or pix2pix generator"),
    (
        &[
            "features.0.weight",
            "layer1.0.conv1.weight",
            "classifier.0.weight",
        ],
        "a network that names what is in pictures",
    ),
    (
        &["model.layers.0.self_attn.", "lm_head.", "transformer.h.0."],
        "a language model",
    ),
    (
        &["convs.0.conv.blur.kernel"],
        "a StyleGAN2 generator whose parts are incomplete",
    ),
    (
        &["mask_decoder.", "image_encoder.blocks."],
        "a Segment Anything network",
    ),
    (&["fc1.weight", "fc2.weight"], "a network of plain layers"),
];

/// TAESD for another latent space, whose layers are named as TAESD's are.
pub(super) fn taesana() -> ImportError {
    foreign(
        "TAESANA, a TAESD that halves a picture five times, for Sana's latents",
        "Limner runs those that halve three times: TAESD, TAESDXL, TAESD3, TAEF1, TAEF2",
    )
}

/// What these tensors are, by their names.
pub(super) fn of_names(tensors: &Tensors) -> ImportError {
    for (marks, what) in NAMES {
        let known = tensors
            .keys()
            .any(|name| marks.iter().any(|mark| name.contains(mark)));
        if known {
            return foreign(what, ANOTHER);
        }
    }
    match tensors.keys().next() {
        Some(name) => ImportError::Unknown(name.clone()),
        None => ImportError::NotACheckpoint("it holds no tensors".into()),
    }
}
