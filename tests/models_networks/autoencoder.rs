//! Stable Diffusion's autoencoders, imported, against PyTorch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::latent::grid::{self, Grid};
use limner::models::autoencoder::Autoencoder;
use limner::models::lens_directions::LensDirections;
use limner::models::weights::Weights;
use limner::models::{ModelError, Registry};
use limner::recipe::{DirectionEdit, LensGain, LensPart};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/import")
        .join(name)
}

fn imported(file: &str) -> Arc<dyn Autoencoder> {
    let models = tempfile::tempdir().unwrap();
    import(&golden(file), models.path(), Some("it")).unwrap();
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    registry.autoencoder("it").unwrap()
}

fn worst(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.dims(), b.dims());
    let d = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
    d.to_vec1::<f32>().unwrap().into_iter().fold(0.0, f32::max)
}

const TAESD: &str = "taesd_diffusers.safetensors";
const KL: &str = "kl/diffusion_pytorch_model.safetensors";

#[test]
fn every_layout_agrees_with_pytorch_there_and_back() {
    let never = CancelToken::new();
    for (file, reference) in [
        (TAESD, TAESD),
        ("taesd", TAESD),
        ("taesd/taesd_decoder.pth", TAESD),
        (KL, KL),
        ("kl/diffusion_pytorch_model.bin", KL),
        ("kl", KL),
    ] {
        let net = imported(file);
        let golden = Weights::open(&golden(reference), None, &Device::Cpu).unwrap();
        let photo = golden.any("_in.photo").unwrap();
        let grid = net.encode(&photo, &never).unwrap();
        let there = worst(&grid, &golden.any("_out.grid").unwrap());
        let out = net.decode(&grid, &never).unwrap();
        let back = worst(&out, &golden.any("_out.photo").unwrap());
        println!("{file}: {there:e} {back:e}");
        assert!(there < 1e-3 && back < 1e-3, "{file}: {there} {back}");
        let sides = |t: &Tensor| (t.dim(2).unwrap(), t.dim(3).unwrap());
        let (h, w) = sides(&photo);
        assert_eq!(sides(&grid), (h / net.factor(), w / net.factor()));
    }
}

#[test]
fn wrong_sides_foreign_grids_and_a_stop_are_told() {
    let never = CancelToken::new();
    let zeros = |c, h, w| Tensor::zeros((1, c, h, w), DType::F32, &Device::Cpu).unwrap();
    for file in [TAESD, KL] {
        let net = imported(file);
        let odd = net.encode(&zeros(3, 30, 33), &never);
        assert!(matches!(odd, Err(ModelError::BadRequest(_))));
        let foreign = net.decode(&zeros(net.channels() + 1, 4, 4), &never);
        assert!(matches!(foreign, Err(ModelError::BadRequest(_))));
        let stop = CancelToken::new();
        stop.cancel();
        let stopped = net.encode(&zeros(3, 32, 32), &stop);
        assert!(matches!(stopped, Err(ModelError::Cancelled)));
    }
}

/// A half without the other, a tensor of another shape: a line, and nothing left.
#[test]
fn damaged_ones_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let models = dir.path().join("models");
    let alone = dir.path().join("taesd_encoder.pth");
    std::fs::copy(golden("taesd/taesd_encoder.pth"), &alone).unwrap();
    let line = import(&alone, &models, None).unwrap_err().to_string();
    assert!(line.contains("taesd_decoder.pth"), "{line}");
    let bytes = std::fs::read(golden(KL)).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let name = "decoder.mid_block.attentions.0.to_v.weight";
    let left: Vec<_> = file
        .tensors()
        .into_iter()
        .filter(|(n, _)| n != name)
        .collect();
    let path = dir.path().join("kl.safetensors");
    std::fs::write(&path, safetensors::serialize(left, None).unwrap()).unwrap();
    let line = import(&path, &models, None).unwrap_err().to_string();
    assert!(!line.contains('\n') && !line.is_empty(), "{line}");
    assert_eq!(std::fs::read_dir(&models).map_or(0, Iterator::count), 0);
}

/// *Lens* as it ships: there, back, and back from a grid that was moved or weighed.
#[test]
fn lens_agrees_with_pytorch() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut registry = Registry::open(vec![root.join("models")], None, Device::Cpu);
    let net = registry.autoencoder("lens").unwrap();
    let file = root.join("tests/golden/lens.safetensors");
    let golden = Weights::open(&file, None, &Device::Cpu).unwrap();
    let get = |name: &str| golden.any(name).unwrap();
    let never = CancelToken::new();
    let grid = net.encode(&get("_in.photo"), &never).unwrap();
    let there = worst(&grid, &get("_out.grid"));
    println!("grid {there:e}");
    assert!(there <= 1e-3, "{there}");
    let step = get("_in.step").reshape((1, net.channels(), 1, 1)).unwrap();
    let moved = grid.broadcast_add(&step).unwrap();
    let weighed = get("_out.weighed_grid");
    for (grid, picture) in [
        (&grid, "_out.photo"),
        (&moved, "_out.moved"),
        (&weighed, "_out.weighed"),
    ] {
        let back = worst(&net.decode(grid, &never).unwrap(), &get(picture));
        println!("{picture} {back:e}");
        assert!(back <= 1e-3, "{picture}: {back}");
    }
}

fn grid_of(tensor: &Tensor) -> Grid {
    let (_, channels, height, width) = tensor.dims4().unwrap();
    let data = tensor.flatten_all().unwrap().to_vec1().unwrap();
    Grid::new(channels, [width, height], data).unwrap()
}

fn furthest(grid: &Grid, wanted: &Grid) -> f32 {
    let pairs = grid.data().iter().zip(wanted.data());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Sliders and gains in plain numbers do what they do in PyTorch.
#[test]
fn lens_sliders_agree_with_pytorch() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("tests/golden/lens.safetensors");
    let golden = Weights::open(&file, None, &Device::Cpu).unwrap();
    let get = |name: &str| golden.any(name).unwrap();
    let vector = |name: &str| get(name).to_vec1::<f32>().unwrap();
    let directions = root.join("models/lens/directions.json");
    let text = std::fs::read_to_string(&directions).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sha = json["model_sha256"].as_str().unwrap();
    let known = LensDirections::read(&directions, sha, 16).unwrap();
    assert!(LensDirections::read(&directions, "other", 16).is_err());
    assert!(LensDirections::read(&directions, sha, 4).is_err());
    let first = known.infos()[0].clone();
    assert!(first.measured);
    // The golden's step is two sigma of the first slider.
    let edit = |sigma| DirectionEdit {
        direction: first.id.clone(),
        sigma,
        layers: None,
    };
    let offset = known.offset(&[edit(2.0)]).unwrap();
    let pairs = offset.iter().zip(vector("_in.step"));
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(known.offset(&[edit(f32::NAN)]).is_err());
    let rows = |value: &serde_json::Value| -> Vec<Vec<f32>> {
        serde_json::from_value(value.clone()).unwrap()
    };
    let all = json["directions"].as_array().unwrap();
    let answers = all
        .iter()
        .filter(|d| d["id"].as_str().unwrap().starts_with("answer."));
    let steps: Vec<Vec<f32>> = answers
        .map(|d| serde_json::from_value(d["step"].clone()).unwrap())
        .collect();
    let duals = rows(&json["duals"]);
    let gains = vector("_in.gains");
    let triples = steps.iter().zip(&duals).zip(gains);
    let triples = triples.map(|((step, dual), gain)| (&step[..], &dual[..], gain));
    let change = grid::weights(16, triples).unwrap();
    let mut weighed = grid_of(&get("_out.grid"));
    weighed.weigh(&change).unwrap();
    let off = furthest(&weighed, &grid_of(&get("_out.weighed_grid")));
    println!("weighed {off:e}");
    assert!(off <= 1e-3, "{off}");
    // All parts alike is one number for everything.
    let gain = |part, gain| LensGain { part, gain };
    let parts = [LensPart::Light, LensPart::Colour, LensPart::Texture];
    let each = parts.map(|part| gain(part, 1.5));
    let (mut by_parts, mut at_once) = (grid_of(&get("_out.grid")), grid_of(&get("_out.grid")));
    by_parts
        .weigh(&known.change(&each).unwrap().unwrap())
        .unwrap();
    let all = [gain(LensPart::All, 1.5)];
    at_once
        .weigh(&known.change(&all).unwrap().unwrap())
        .unwrap();
    assert!(furthest(&by_parts, &at_once) <= 1e-3);
    assert!(
        known
            .change(&[gain(LensPart::Light, 1.0)])
            .unwrap()
            .is_none()
    );
}
