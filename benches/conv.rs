//! The networks' convolutions one by one: Limner, candle's own and, with `--python`, ONNX Runtime
//! and PyTorch, in turn. `cargo bench --bench conv -- [--python PATH] [--json] [--threads N]`.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use candle_core::{DType, Device, Tensor};
use harness::{Options, Outcome, Peers, Report, Runs, interleave};
use limner::nn::{Conv2d, Conv2dConfig, ModulatedConv2d, ModulatedConv2dConfig, pool};
use serde_json::json;

/// One convolution.
struct Case {
    name: &'static str,
    /// Input and output channels.
    channels: (usize, usize),
    /// Height and width of the input.
    size: (usize, usize),
    kernel: usize,
    kind: Kind,
}

enum Kind {
    Plain(Conv2dConfig),
    /// StyleGAN2's; `true`: enlarged ×2 by a transposed convolution and the `[1, 3, 3, 1]` filter.
    Modulated(bool),
}

fn cases() -> Vec<Case> {
    let same = Conv2dConfig::same;
    let plain = |name, channels, side, kernel, cfg| Case {
        name,
        channels,
        size: (side, side),
        kernel,
        kind: Kind::Plain(cfg),
    };
    let modulated = |name, channels, size, up| Case {
        name,
        channels,
        size,
        kernel: 3,
        kind: Kind::Modulated(up),
    };
    let half = same(3).stride(2);
    let double = same(3).upsample();
    vec![
        plain("3→32 9×9 512²", (3, 32), 512, 9, same(9)),
        plain("32→64 3×3 s2 512²", (32, 64), 512, 3, half.clone()),
        plain("128→128 3×3 128²", (128, 128), 128, 3, same(3)),
        plain("128→64 3×3 256²", (128, 64), 256, 3, same(3)),
        plain("64→32 3×3 512²", (64, 32), 512, 3, same(3)),
        plain("32→3 9×9 512²", (32, 3), 512, 9, same(9)),
        plain("512→512 3×3 32²", (512, 512), 32, 3, same(3)),
        plain(
            "depthwise 64 3×3 256²",
            (64, 64),
            256,
            3,
            same(3).groups(64),
        ),
        plain("×2, 64→32 3×3 256²", (64, 32), 256, 3, double.clone()),
        plain("64→64 1×1 256²", (64, 64), 256, 1, same(1)),
        // Restyle at 512²
        plain("Restyle 3→24 3×3 s2 512²", (3, 24), 512, 3, half.clone()),
        plain("Restyle 24→48 3×3 s2 256²", (24, 48), 256, 3, half.clone()),
        plain("Restyle 48→48 3×3 128²", (48, 48), 128, 3, same(3)),
        plain(
            "Restyle ×2, 48→24 3×3 128²",
            (48, 24),
            128,
            3,
            double.clone(),
        ),
        plain(
            "Restyle ×2, 24→16 3×3 256²",
            (24, 16),
            256,
            3,
            double.clone(),
        ),
        plain("Restyle 16→3 3×3 512²", (16, 3), 512, 3, same(3)),
        // at 1024²
        plain("Restyle 3→24 3×3 s2 1024²", (3, 24), 1024, 3, half.clone()),
        plain("Restyle 24→48 3×3 s2 512²", (24, 48), 512, 3, half),
        plain("Restyle 48→48 3×3 256²", (48, 48), 256, 3, same(3)),
        plain(
            "Restyle ×2, 48→24 3×3 256²",
            (48, 24),
            256,
            3,
            double.clone(),
        ),
        plain(
            "Restyle ×2, 24→16 3×3 512²",
            (24, 16),
            512,
            3,
            double.clone(),
        ),
        plain("Restyle 16→3 3×3 1024²", (16, 3), 1024, 3, same(3)),
        // Crisp at 256²
        plain("Crisp 3→32 3×3 256²", (3, 32), 256, 3, same(3)),
        plain("Crisp 32→32 3×3 256²", (32, 32), 256, 3, same(3)),
        plain("Crisp 32→12 3×3 256²", (32, 12), 256, 3, same(3)),
        plain("Crisp 32→48 3×3 256²", (32, 48), 256, 3, same(3)),
        // Fruit, 192 × 128
        modulated("Fruit 184→184 3×3 6×4", (184, 184), (6, 4), false),
        modulated("Fruit ×2, 184→184 3×3 6×4", (184, 184), (6, 4), true),
        modulated("Fruit 184→184 3×3 12×8", (184, 184), (12, 8), false),
        modulated("Fruit ×2, 184→184 3×3 12×8", (184, 184), (12, 8), true),
        modulated("Fruit 184→184 3×3 24×16", (184, 184), (24, 16), false),
        modulated("Fruit ×2, 184→184 3×3 24×16", (184, 184), (24, 16), true),
        modulated("Fruit 184→184 3×3 48×32", (184, 184), (48, 32), false),
        modulated("Fruit ×2, 184→96 3×3 48×32", (184, 96), (48, 32), true),
        modulated("Fruit 96→96 3×3 96×64", (96, 96), (96, 64), false),
        modulated("Fruit ×2, 96→48 3×3 96×64", (96, 48), (96, 64), true),
        modulated("Fruit 48→48 3×3 192×128", (48, 48), (192, 128), false),
        // Lens, 256²
        plain("Lens 3→16 3×3 256²", (3, 16), 256, 3, same(3)),
        plain("Lens 16→16 3×3 256²", (16, 16), 256, 3, same(3)),
        plain("Lens 32→32 3×3 128²", (32, 32), 128, 3, same(3)),
        plain("Lens 64→64 3×3 64²", (64, 64), 64, 3, same(3)),
        plain("Lens 96→96 3×3 32²", (96, 96), 32, 3, same(3)),
        plain("Lens ×2, 32→16 3×3 128²", (32, 16), 128, 3, double),
    ]
}

fn main() -> Outcome<()> {
    let options = Options::parse()?;
    pool::init(options.threads)?;
    // As a network does, which enters the pool once.
    Ok(pool::within(&Device::Cpu, || {
        compare(&options).map_err(|e| e.to_string())
    })?)
}

fn compare(options: &Options) -> Outcome<()> {
    let mut peers = Peers::start(options)?;
    let mut report = Report::default();
    for case in cases().into_iter().filter(|case| options.wants(case.name)) {
        report.add(case.name, measure(&case, options, peers.as_mut())?);
    }
    report.print(options);
    Ok(())
}

fn measure(case: &Case, options: &Options, mut peers: Option<&mut Peers>) -> Outcome<Runs> {
    let ((inputs, outputs), (height, width), k) = (case.channels, case.size, case.kernel);
    let device = Device::Cpu;
    let x = Tensor::randn(0f32, 1.0, (1, inputs, height, width), &device)?;
    let random = |groups| Tensor::randn(0f32, 0.1, (outputs, inputs / groups, k, k), &device);
    let bias = Tensor::randn(0f32, 0.1, outputs, &device)?;
    let mut task = json!({
        "do": "conv", "inputs": inputs, "outputs": outputs, "size": [height, width], "kernel": k,
        "stride": 1, "groups": 1, "up": "",
    });
    let run: Box<dyn Fn() -> candle_core::Result<Tensor>> = match &case.kind {
        Kind::Plain(cfg) => {
            task["stride"] = json!(cfg.stride);
            task["groups"] = json!(cfg.groups);
            task["up"] = json!(if cfg.upsample { "nearest" } else { "" });
            let conv = Conv2d::new(random(cfg.groups)?, Some(bias), cfg.clone())?;
            Box::new(move || conv.forward(&x))
        }
        Kind::Modulated(up) => {
            task["up"] = json!(if *up { "filtered" } else { "" });
            let cfg = ModulatedConv2dConfig {
                up: *up,
                ..ModulatedConv2dConfig::default()
            };
            let conv = ModulatedConv2d::new(random(1)?, Some(bias), cfg)?;
            let styles = Tensor::ones((1, inputs), DType::F32, &device)?;
            Box::new(move || conv.forward(&x, &styles, None))
        }
    };
    if let Some(peers) = peers.as_deref_mut() {
        peers.ask(&task)?;
    }
    interleave(options, peers, || {
        run()?;
        Ok(())
    })
}
