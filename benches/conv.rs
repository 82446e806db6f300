//! The networks' convolutions one by one: Limner, candle's own and, with `--python`, ONNX Runtime
//! and PyTorch, in turn. `cargo bench --bench conv -- [--python PATH] [--json] [--threads N]`.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use candle_core::{Device, Tensor};
use harness::{Options, Outcome, Peers, Report, Runs, interleave};
use limner::nn::{Conv2d, Conv2dConfig, pool};
use serde_json::json;

/// One convolution: name, input and output channels, side, kernel, and its settings.
type Case = (&'static str, usize, usize, usize, usize, Conv2dConfig);

fn cases() -> Vec<Case> {
    let same = Conv2dConfig::same;
    vec![
        ("3→32 9×9 512²", 3, 32, 512, 9, same(9)),
        ("32→64 3×3 s2 512²", 32, 64, 512, 3, same(3).stride(2)),
        ("128→128 3×3 128²", 128, 128, 128, 3, same(3)),
        ("128→64 3×3 256²", 128, 64, 256, 3, same(3)),
        ("64→32 3×3 512²", 64, 32, 512, 3, same(3)),
        ("32→3 9×9 512²", 32, 3, 512, 9, same(9)),
        ("512→512 3×3 32²", 512, 512, 32, 3, same(3)),
        ("depthwise 64 3×3 256²", 64, 64, 256, 3, same(3).groups(64)),
        (
            "64 nearest ×2, 64→32 3×3 256²",
            64,
            32,
            256,
            3,
            same(3).upsample(),
        ),
        ("64→64 1×1 256²", 64, 64, 256, 1, same(1)),
        // Restyle at 512²
        ("3→24 3×3 s2 512²", 3, 24, 512, 3, same(3).stride(2)),
        ("24→48 3×3 s2 256²", 24, 48, 256, 3, same(3).stride(2)),
        ("48→48 3×3 128²", 48, 48, 128, 3, same(3)),
        (
            "48 nearest ×2, 48→24 3×3 128²",
            48,
            24,
            128,
            3,
            same(3).upsample(),
        ),
        (
            "24 nearest ×2, 24→16 3×3 256²",
            24,
            16,
            256,
            3,
            same(3).upsample(),
        ),
        ("16→3 3×3 512²", 16, 3, 512, 3, same(3)),
        // Crisp at 256²
        ("3→32 3×3 256²", 3, 32, 256, 3, same(3)),
        ("32→32 3×3 256²", 32, 32, 256, 3, same(3)),
        ("32→48 3×3 256²", 32, 48, 256, 3, same(3)),
    ]
}

fn main() -> Outcome<()> {
    let options = Options::parse()?;
    pool::init(options.threads)?;
    let mut peers = Peers::start(&options)?;
    let mut report = Report::default();
    for case in cases().into_iter().filter(|case| options.wants(case.0)) {
        report.add(case.0, measure(&case, &options, peers.as_mut())?);
    }
    report.print(&options);
    Ok(())
}

fn measure(case: &Case, options: &Options, mut peers: Option<&mut Peers>) -> Outcome<Runs> {
    let (_, inputs, outputs, side, k, cfg) = case;
    let device = Device::Cpu;
    let x = Tensor::randn(0f32, 1.0, (1, *inputs, *side, *side), &device)?;
    let weight = Tensor::randn(0f32, 0.1, (*outputs, inputs / cfg.groups, *k, *k), &device)?;
    let bias = Tensor::randn(0f32, 0.1, *outputs, &device)?;
    let conv = Conv2d::new(weight, Some(bias), cfg.clone())?;
    if let Some(peers) = peers.as_deref_mut() {
        peers.ask(&json!({
            "do": "conv", "inputs": inputs, "outputs": outputs, "side": side, "kernel": k,
            "stride": cfg.stride, "groups": cfg.groups, "upsample": cfg.upsample,
        }))?;
    }
    interleave(options, peers, || {
        conv.forward(&x)?;
        Ok(())
    })
}
