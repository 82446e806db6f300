//! Learning a style: gradients against PyTorch's and against small steps.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod nn;

use std::path::Path;

use candle_core::Device;
use limner::cancel::CancelToken;
use limner::learn::{Painter, Parameters, Passage};
use limner::models::restyle::{Adapter, Config};
use limner::models::weights::Weights;
use nn::{own_kernels, with_kernel};

fn golden(name: &str) -> Weights {
    let path = format!("tests/golden/{name}.safetensors");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    Weights::open(&path, None, &Device::Cpu).unwrap()
}

fn numbers(file: &Weights, name: &str) -> Vec<f32> {
    let tensor = file.any(name).unwrap();
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// The golden learnt painter, as the golden file's gradients were taken.
fn tiny(gradients: &Weights) -> (Painter, Parameters) {
    let own = golden("restyle_tiny");
    let config: Config = serde_json::from_str(own.metadata("kwargs").unwrap()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/learnt_tiny.safetensors");
    let bytes = std::fs::read(path).unwrap();
    let adapter = Adapter::from_bytes(&bytes, &config, &"0".repeat(64)).unwrap();
    let painter = Painter::new(&config, &adapter.onto(&own.pp("w")).unwrap()).unwrap();
    let mut at = painter.start().clone();
    at.strokes = numbers(gradients, "in.strokes");
    (painter, at)
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let most = b.iter().fold(0f32, |m, v| m.max(v.abs())).max(1e-20);
    let far = a.iter().zip(b).fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    far / most
}

#[test]
fn gradients_of_all_that_is_learnt_agree_with_pytorch() {
    let file = golden("learnt_tiny_gradients");
    let (painter, at) = tiny(&file);
    let (white, g) = (numbers(&file, "in.white"), numbers(&file, "in.weights"));
    let never = CancelToken::new();
    for kernel in own_kernels() {
        with_kernel(kernel, || {
            let mut passage = Passage::new((24, 20));
            let mut gradient = at.clone();
            // Twice with the same room to work in: nothing is left over from the first time.
            for _ in 0..2 {
                gradient.clear();
                painter
                    .forward(&at, &white, 0.7, &mut passage, &never)
                    .unwrap();
                assert!(
                    apart(passage.painted(), &numbers(&file, "out.y")) < 1e-4,
                    "{kernel:?}"
                );
                let passage = &mut passage;
                painter
                    .backward(&at, passage, &g, &mut gradient, &never)
                    .unwrap();
            }
            let check = |name: &str, ours: &[f32]| {
                let far = apart(ours, &numbers(&file, &format!("g.{name}")));
                assert!(far < 1e-3, "{name} {kernel:?}: {far:e}");
            };
            for (layer, ours) in painter
                .config()
                .convolutions()
                .iter()
                .zip(&gradient.weights)
            {
                check(&format!("{}.weight", layer.name), ours);
            }
            for (k, ours) in gradient.affine.iter().enumerate() {
                check(&format!("affine.{k}.bias"), ours);
            }
            check("out.bias", &gradient.bias);
            check("strokes", &gradient.strokes);
        });
    }
}

#[test]
fn a_step_that_is_cancelled_ends_and_odd_sides_are_refused() {
    let file = golden("learnt_tiny_gradients");
    let (painter, at) = tiny(&file);
    let stop = CancelToken::new();
    let mut passage = Passage::new((22, 20));
    let white = vec![0.0; 3 * 22 * 20];
    let error = painter
        .forward(&at, &white, 1.0, &mut passage, &stop)
        .unwrap_err();
    assert!(error.to_string().contains("multiples of 4"), "{error}");
    stop.cancel();
    let mut passage = Passage::new((24, 20));
    let white = numbers(&file, "in.white");
    assert!(
        painter
            .forward(&at, &white, 1.0, &mut passage, &stop)
            .is_err()
    );
}
