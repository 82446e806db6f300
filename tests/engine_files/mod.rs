//! Real files for the tests of engine and command line: tiny networks from the
//! goldens, and pictures of every awkward kind.

#![allow(dead_code)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::{SafeTensors, tensor::TensorView};

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder of models: the tiny style network, the tiny generator, a tiny enlarger.
pub fn models(folder: &Path) -> PathBuf {
    let models = folder.join("models");
    golden_model(&models, "restyle", "restyle_tiny", "limner-restyle-1");
    golden_model(&models, "flowers", "stylegan2_tiny_6x4", "stylegan2");
    enlarger(&models, "crisp", 37);
    models
}

/// *Lens* as it ships, beside the others; with its sliders or without.
pub fn lens(models: &Path, sliders: bool) {
    let folder = models.join("lens");
    fs::create_dir_all(&folder).unwrap();
    for file in ["config.json", "weights.safetensors", "directions.json"] {
        if sliders || file != "directions.json" {
            fs::copy(repository("models/lens").join(file), folder.join(file)).unwrap();
        }
    }
}

/// The instrument of *Fine* as it ships, beside the others.
pub fn vgg19(models: &Path) {
    let folder = models.join("vgg19");
    fs::create_dir_all(&folder).unwrap();
    for file in ["config.json", "weights.safetensors"] {
        fs::copy(repository("models/vgg19").join(file), folder.join(file)).unwrap();
    }
}

/// A model folder from a golden: weights without inputs and outputs.
fn golden_model(models: &Path, name: &str, golden: &str, architecture: &str) {
    let bytes = fs::read(repository(&format!("tests/golden/{golden}.safetensors"))).unwrap();
    let (_, meta) = SafeTensors::read_metadata(&bytes).unwrap();
    let kwargs = &meta.metadata().as_ref().unwrap()["kwargs"];
    let kwargs: serde_json::Value = serde_json::from_str(kwargs).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let weights: Vec<(String, TensorView<'_>)> = tensors
        .tensors()
        .into_iter()
        .filter(|(key, _)| {
            !["in.", "out.", "_in.", "_out."]
                .iter()
                .any(|p| key.starts_with(p))
        })
        .map(|(key, view)| (key.strip_prefix("w.").unwrap_or(&key).to_owned(), view))
        .collect();
    let config = serde_json::json!({
        "architecture": architecture,
        "title": name,
        "trained": false,
        "licence": "for tests",
        "credit": "random weights",
        "kwargs": kwargs,
    });
    write_model(models, name, &config, weights);
}

/// A tiny upscaler; `step` makes its numbers.
pub fn enlarger(models: &Path, name: &str, step: usize) {
    let (c, layers) = (4, 1);
    let mut values: HashMap<String, (Vec<usize>, Vec<u8>)> = HashMap::new();
    let mut add = |name: &str, shape: Vec<usize>| {
        let count: usize = shape.iter().product();
        let bytes = (0..count)
            .flat_map(|i| (((i * step + name.len()) % 23) as f32 / 230.0 - 0.05).to_le_bytes())
            .collect();
        values.insert(name.to_owned(), (shape, bytes));
    };
    for (name, inputs, outputs) in [
        ("first", 3, c),
        ("body.0", c, c),
        ("head2", c, 12),
        ("head4", c, 48),
    ] {
        add(&format!("{name}.weight"), vec![outputs, inputs, 3, 3]);
        add(&format!("{name}.bias"), vec![outputs]);
    }
    add("first_act.weight", vec![c]);
    add("body_act.0.weight", vec![c]);
    let config = serde_json::json!({
        "architecture": "crisp",
        "title": name,
        "trained": false,
        "kwargs": { "channels": c, "layers": layers },
    });
    let views = values
        .iter()
        .map(|(name, (shape, bytes))| {
            let view = TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap();
            (name.clone(), view)
        })
        .collect();
    write_model(models, name, &config, views);
}

fn write_model(
    models: &Path,
    name: &str,
    config: &serde_json::Value,
    weights: Vec<(String, TensorView<'_>)>,
) {
    let folder = models.join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("card.md"), "# For tests\n").unwrap();
    let bytes = safetensors::serialize(weights, None).unwrap();
    fs::write(folder.join("weights.safetensors"), bytes).unwrap();
}

/// Pixels with structure: waves and grain, opaque.
pub fn pixels(width: u32, height: u32) -> image::RgbaImage {
    image::RgbaImage::from_fn(width, height, |x, y| {
        let wave = ((x as f32 / 9.0).sin() * (y as f32 / 13.0).cos() * 90.0 + 120.0) as u8;
        image::Rgba([wave, 255 - wave, (x * 3 % 251) as u8, 255])
    })
}

/// Writes a photo; the format follows from the name.
pub fn photo(path: &Path, width: u32, height: u32) -> PathBuf {
    let pixels = pixels(width, height);
    if path.extension().is_some_and(|e| e == "jpg") {
        image::DynamicImage::ImageRgba8(pixels)
            .into_rgb8()
            .save(path)
            .unwrap();
    } else {
        pixels.save(path).unwrap();
    }
    path.to_path_buf()
}

/// Learnt styles of the tiny style network under these ids and names, beside a style that has a
/// code; each is like the golden one, `gain` times as far from *Restyle*.
pub fn learnt(models: &Path, styles: &[(&str, f32)]) {
    let folder = models.join("styles");
    fs::create_dir_all(folder.join("learnt")).unwrap();
    let restyle = limner::digest::sha256_of_file(&models.join("restyle/weights.safetensors"));
    let restyle = restyle.unwrap();
    let bytes = fs::read(repository("tests/golden/learnt_tiny.safetensors")).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let code = tensors.tensor("code").unwrap().shape()[0];
    let plain: Vec<f32> = (0..code)
        .map(|i| 0.2 + (i * 7 % 11) as f32 / 40.0)
        .collect();
    let mut entries = vec![serde_json::json!({
        "id": "plain", "name": "Plain", "licence": "for tests", "code": plain, "group": "Made by code",
    })];
    for (id, gain) in styles {
        let mut metadata = header.metadata().clone().unwrap();
        metadata.insert("restyle".into(), restyle.clone());
        // The bias of `out` moves the strokes' colours.
        let scaled: Vec<u8> = tensors
            .tensor("out.bias")
            .unwrap()
            .data()
            .chunks(4)
            .flat_map(|v| (f32::from_le_bytes(v.try_into().unwrap()) * gain).to_le_bytes())
            .collect();
        let views = tensors.tensors().into_iter().map(|(name, view)| {
            let view = match name.as_str() {
                "out.bias" => {
                    TensorView::new(view.dtype(), view.shape().to_vec(), &scaled).unwrap()
                }
                _ => view,
            };
            (name, view)
        });
        let file = safetensors::serialize(views, Some(metadata)).unwrap();
        fs::write(folder.join(format!("learnt/{id}.safetensors")), file).unwrap();
        entries.push(serde_json::json!({
            "id": id, "name": format!("The {id}"), "artist": "A. Painter", "year": "c. 1831",
            "source": "A museum", "licence": "public domain", "group": "Masters",
            "learnt": format!("learnt/{id}.safetensors"), "swatch": format!("{id}.png"),
        }));
        photo(&folder.join(format!("{id}.png")), 64, 64);
    }
    let index = serde_json::json!({ "styles": entries });
    fs::write(folder.join("index.json"), index.to_string()).unwrap();
}
