//! Stable Diffusion's autoencoders, imported, against PyTorch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use limner::engine::cancel::CancelToken;
use limner::import::import;
use limner::models::autoencoder::Autoencoder;
use limner::models::weights::Weights;
use limner::models::{ModelError, Registry};

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
