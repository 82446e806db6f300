//! Fast-neural-style networks against PyTorch.

use std::path::Path;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::models::ModelError;
use limner::models::fast_style::{Config, TransformerNet};
use limner::models::transfer::StyleTransfer;
use limner::models::weights::Weights;

fn golden() -> (TransformerNet, Tensor, Tensor) {
    let file = "tests/golden/import/fast_style.safetensors";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let weights = Weights::open(&path, None, &Device::Cpu).unwrap();
    let config = Config {
        channels: [4, 6, 8],
        blocks: 2,
        outer_kernel: 9,
    };
    let net = TransformerNet::new(config, &weights, &Device::Cpu).unwrap();
    (
        net,
        weights.any("_in.x").unwrap(),
        weights.any("_out.y").unwrap(),
    )
}

fn worst(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.dims(), b.dims());
    let d = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
    d.to_vec1::<f32>().unwrap().into_iter().fold(0.0, f32::max)
}

#[test]
fn it_agrees_with_pytorch() {
    let (net, x, y) = golden();
    let (ours, norms) = net.forward(&x, None, &CancelToken::new()).unwrap();
    let distance = worst(&ours, &y);
    println!("fast style: {distance:e}");
    assert!(distance < 1e-4, "{distance}");
    assert_eq!(norms.len(), 3 + 4 + 2);
}

/// With statistics from the whole, a tile with its surroundings is a piece of it.
#[test]
fn tiles_fit_together() {
    let (net, _, _) = golden();
    let never = CancelToken::new();
    let values: Vec<f32> = (0..3 * 96 * 160)
        .map(|i| ((i * 37) % 101) as f32 / 101.0)
        .collect();
    let whole = Tensor::from_vec(values, (1, 3, 96, 160), &Device::Cpu).unwrap();
    let (large, norms) = net.forward(&whole, None, &never).unwrap();
    let reach = net.receptive_radius();
    assert!(reach < 64 && reach % 4 == 0);
    let piece = whole
        .narrow(3, 64 - reach, 32 + 2 * reach)
        .unwrap()
        .contiguous()
        .unwrap();
    let (small, _) = net.forward(&piece, Some(&norms), &never).unwrap();
    let core = small.narrow(3, reach, 32).unwrap();
    assert!(worst(&core, &large.narrow(3, 64, 32).unwrap()) < 1e-4);
}

#[test]
fn impossible_sides_and_a_stop_are_told() {
    let (net, _, _) = golden();
    let never = CancelToken::new();
    let odd = Tensor::zeros((1, 3, 22, 32), candle_core::DType::F32, &Device::Cpu).unwrap();
    let refused = net.forward(&odd, None, &never);
    assert!(matches!(refused, Err(ModelError::BadRequest(_))));
    let x = Tensor::zeros((1, 3, 32, 32), candle_core::DType::F32, &Device::Cpu).unwrap();
    let stop = CancelToken::new();
    stop.cancel();
    let stopped = net.forward(&x, None, &stop);
    assert!(matches!(stopped, Err(ModelError::Cancelled)));
}
