//! AdaIN and MicroAST against PyTorch.

use std::path::Path;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::models::ModelError;
use limner::models::adain::{self, Adain};
use limner::models::microast::{self, MicroAst};
use limner::models::transfer::StyleTransfer;
use limner::models::weights::Weights;

fn golden(name: &str) -> Weights {
    let file = format!("tests/golden/import/{name}.safetensors");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    Weights::open(&path, None, &Device::Cpu).unwrap()
}

fn networks() -> Vec<(Weights, Box<dyn StyleTransfer>)> {
    let (first, second) = (golden("adain"), golden("microast"));
    let config = adain::Config {
        channels: [4, 6, 8, 10],
    };
    let adain = Adain::new(&config, &first, &Device::Cpu).unwrap();
    let config = microast::Config {
        channels: [4, 8, 16],
    };
    let micro = MicroAst::new(&config, &second, &Device::Cpu).unwrap();
    vec![(first, Box::new(adain)), (second, Box::new(micro))]
}

fn worst(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.dims(), b.dims());
    let d = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
    d.to_vec1::<f32>().unwrap().into_iter().fold(0.0, f32::max)
}

#[test]
fn they_agree_with_pytorch() {
    let never = CancelToken::new();
    for (golden, net) in networks() {
        let style = golden.any("_in.style").unwrap();
        let code = net.encode(&style, &never).unwrap();
        assert_eq!(code.len(), net.code_len());
        let photo = golden.any("_in.photo").unwrap();
        let (ours, _) = net.transfer(&photo, &code, None, &never).unwrap();
        let distance = worst(&ours, &golden.any("_out.full").unwrap());
        println!("{distance:e}");
        assert!(distance < 1e-4, "{distance}");
    }
}

/// With statistics from the whole, a tile with its surroundings is a piece of it.
#[test]
fn tiles_fit_together() {
    let never = CancelToken::new();
    for (golden, net) in networks() {
        let style = golden.any("_in.style").unwrap();
        let code = net.encode(&style, &never).unwrap();
        let values: Vec<f32> = (0..3 * 64 * 320)
            .map(|i| ((i * 37) % 101) as f32 / 101.0)
            .collect();
        let whole = Tensor::from_vec(values, (1, 3, 64, 320), &Device::Cpu).unwrap();
        let (large, norms) = net.transfer(&whole, &code, None, &never).unwrap();
        let (reach, at) = (net.receptive_radius(), 128);
        assert!(reach <= at && reach % net.multiple() == 0);
        let piece = whole.narrow(3, at - reach, 32 + 2 * reach).unwrap();
        let piece = piece.contiguous().unwrap();
        let (small, _) = net.transfer(&piece, &code, Some(&norms), &never).unwrap();
        let core = small.narrow(3, reach, 32).unwrap();
        assert!(worst(&core, &large.narrow(3, at, 32).unwrap()) < 1e-4);
    }
}

#[test]
fn wrong_codes_sides_and_statistics_and_a_stop_are_told() {
    let never = CancelToken::new();
    for (golden, net) in networks() {
        let photo = golden.any("_in.photo").unwrap();
        let code = vec![0.5; net.code_len()];
        let bad = |result: Result<(Tensor, _), ModelError>| {
            matches!(result, Err(ModelError::BadRequest(_)))
        };
        assert!(bad(net.transfer(&photo, &code[1..], None, &never)));
        let odd = photo.narrow(2, 0, 46).unwrap().contiguous().unwrap();
        assert!(bad(net.transfer(&odd, &code, None, &never)));
        let none = Vec::new();
        assert!(bad(net.transfer(&photo, &code, Some(&none), &never)));
        let stop = CancelToken::new();
        stop.cancel();
        let stopped = net.transfer(&photo, &code, None, &stop);
        assert!(matches!(stopped, Err(ModelError::Cancelled)));
    }
}
