//! Whole networks: those that ship, and tiny ones of each family that can be imported.

use std::path::PathBuf;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::models::{Generator, Registry};
use limner::recipe::NoiseMode;

use super::scene::scene;
use super::{apart, gpu_device, root, same_picture};

fn shipped(device: &Device) -> Registry {
    shipped_in(device, false)
}

fn shipped_in(device: &Device, half: bool) -> Registry {
    let mut models = Registry::open(vec![root().join("models")], None, device.clone());
    models.set_device(device.clone(), half);
    models
}

/// The GPU with full and with half numbers against the processor.
fn both(what: &str, f: impl Fn(&mut Registry, &Device) -> Tensor) {
    let here = f(&mut shipped(&Device::Cpu), &Device::Cpu);
    let gpu = gpu_device();
    for (half, digits) in [(false, "f32"), (true, "f16")] {
        let there = f(&mut shipped_in(&gpu, half), &gpu);
        same_picture(&format!("{what} {digits}"), &here, &there);
    }
}

#[test]
fn generators() {
    let never = CancelToken::new();
    for (name, seed) in [
        ("fruit", 0),
        ("fruit", 1),
        ("landscapes", 0),
        ("landscapes", 1u32),
        ("landscapes_vae", 0),
        ("landscapes_vae", 1),
    ] {
        both(&format!("{name} {seed}"), |models, _| {
            let net = models.stylegan2(name).unwrap();
            let spec = net.spec().clone();
            let z: Vec<f32> = (0..spec.z_dim)
                .map(|i| ((i as u32 * 37 + seed * 101) % 97) as f32 / 24.0 - 2.0)
                .collect();
            let w = net.map(&z).unwrap();
            let ws = vec![w; spec.num_ws];
            let x = net.tensor(&ws, NoiseMode::Fixed, &never).unwrap();
            ((x + 1.0).unwrap() / 2.0).unwrap()
        });
    }
}

#[test]
fn style_networks_and_enlargers() {
    let never = CancelToken::new();
    let code: Vec<f32> = {
        let net = shipped(&Device::Cpu).restyle("restyle").unwrap();
        net.encode_tensor(&scene(256, 256, &Device::Cpu), &never)
            .unwrap()
    };
    for (name, h, w) in [
        ("restyle", 256, 320),
        ("restyle", 512, 512),
        ("restyle_2", 256, 320),
    ] {
        both(&format!("{name} {w}x{h}"), |models, device| {
            let net = models.restyle(name).unwrap();
            net.stylise(&scene(h, w, device), &code, 1.0, 0.0, None, &never)
                .unwrap()
        });
    }
    for scale in [2, 4] {
        both(&format!("crisp x{scale}"), |models, device| {
            let net = models.crisp("crisp").unwrap();
            net.enlarge(&scene(96, 128, device), scale, &never).unwrap()
        });
    }
    both("lens", |models, device| {
        let net = models.autoencoder("lens").unwrap();
        let grid = net.encode(&scene(256, 192, device), &never).unwrap();
        net.decode(&grid, &never).unwrap()
    });
    let encoded = |device: &Device| {
        let mut models = shipped(device);
        let net = models.restyle("restyle").unwrap();
        let code = net.encode_tensor(&scene(256, 256, device), &never).unwrap();
        let w = models
            .encoder_of("fruit")
            .unwrap()
            .map(|net| net.encode_tensor(&scene(192, 128, device)).unwrap());
        let all = [code, w.unwrap_or_default()].concat();
        Tensor::new(all, &Device::Cpu).unwrap()
    };
    let off = apart(&encoded(&Device::Cpu), &encoded(&gpu_device()));
    println!("encoders: {off:e}");
    assert!(off < 4e-3, "{off}");
}

/// Each family that can be brought in, from the checkpoints of the import tests.
#[test]
fn imported_networks() {
    let never = CancelToken::new();
    let models = tempfile::tempdir().unwrap();
    let golden: PathBuf = root().join("tests/golden/import");
    for (file, name) in [
        ("fast_style.pth", "fast"),
        ("adain", "adain"),
        ("microast", "microast"),
        ("taesd", "taesd"),
        ("kl", "kl"),
        ("ada.pkl", "ada"),
        ("upscaler/rrdb_x4.pth", "rrdb"),
        ("upscaler/rrdb_unshuffle2.pth", "unshuffle"),
        ("upscaler/srvgg_x4.pth", "srvgg"),
    ] {
        import(&golden.join(file), models.path(), Some(name)).unwrap();
    }
    let open = |device: &Device| Registry::open(vec![models.path().into()], None, device.clone());
    for name in ["fast", "adain", "microast"] {
        let code = {
            let net = open(&Device::Cpu).transfer(name).unwrap();
            match net.code_len() {
                0 => Vec::new(),
                _ => net.encode(&scene(128, 128, &Device::Cpu), &never).unwrap(),
            }
        };
        let run = |device: &Device| {
            let net = open(device).transfer(name).unwrap();
            net.transfer(&scene(128, 160, device), &code, None, &never)
                .unwrap()
                .0
        };
        let off = apart(&run(&Device::Cpu), &run(&gpu_device()));
        println!("{name}: {off:e}");
        assert!(off < 1e-2, "{name}: {off}");
    }
    for name in ["taesd", "kl"] {
        let run = |device: &Device| {
            let net = open(device).autoencoder(name).unwrap();
            let grid = net.encode(&scene(64, 96, device), &never).unwrap();
            net.decode(&grid, &never).unwrap()
        };
        let off = apart(&run(&Device::Cpu), &run(&gpu_device()));
        println!("{name}: {off:e}");
        assert!(off < 1e-2, "{name}: {off}");
    }
    for name in ["rrdb", "unshuffle", "srvgg"] {
        let run = |device: &Device| {
            let net = open(device).upscaler(name).unwrap();
            let scale = net.scales()[0];
            net.enlarge(&scene(48, 64, device), scale, &never).unwrap()
        };
        let off = apart(&run(&Device::Cpu), &run(&gpu_device()));
        println!("{name}: {off:e}");
        assert!(off < 1e-2, "{name}: {off}");
    }
    let run = |device: &Device| {
        let net = open(device).stylegan2("ada").unwrap();
        let spec = net.spec().clone();
        let ws = vec![vec![0.3; spec.w_dim]; spec.num_ws];
        net.tensor(&ws, NoiseMode::Fixed, &never).unwrap()
    };
    let off = apart(&run(&Device::Cpu), &run(&gpu_device()));
    println!("ada: {off:e}");
    assert!(off < 1e-2, "ada: {off}");
}
