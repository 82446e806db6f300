//! The shipped networks whole, with the same random weights: Limner, candle's own operators, ONNX
//! Runtime and PyTorch, in turn. `cargo bench --bench networks -- --python PATH [--json]`.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;
#[path = "harness/style_pipeline.rs"]
mod style_pipeline;

use std::path::Path;

use candle_core::{Device, Tensor};
use harness::{Options, Outcome, Peers, Report, interleave};
use limner::cancel::CancelToken;
use limner::models::autoencoder::Autoencoder;
use limner::models::autoencoder::taesd::{self, Taesd};
use limner::models::crisp::{self, Crisp};
use limner::models::restyle::{self, Restyle};
use limner::models::rrdbnet::RrdbNet;
use limner::models::srvgg::SrvggNet;
use limner::models::stylegan2::{self, StyleGan2};
use limner::models::stylegan3::{self, StyleGan3};
use limner::models::upscaler::Upscaler;
use limner::models::weights::Weights;
use limner::nn::{gpu, pool};
use limner::recipe::{NoiseMode, Transform};
use serde_json::json;
use style_pipeline::StylePipeline;

/// Case, network, side of the input picture.
const CASES: [(&str, &str, usize); 17] = [
    ("Fruit", "fruit", 128),
    ("Landscapes", "landscapes", 160),
    ("Restyle 256² (tile)", "restyle", 256),
    ("Restyle 512²", "restyle", 512),
    ("Restyle 1024²", "restyle", 1024),
    ("Restyle 512², measuring", "restyle-own", 512),
    ("Lens 256², there and back", "lens", 256),
    ("Lens 512², there and back", "lens", 512),
    ("Crisp ×2 256²", "crisp2", 256),
    ("Crisp ×2 512²", "crisp2", 512),
    ("Crisp ×4 256²", "crisp4", 256),
    ("Real-ESRGAN ×4 (RRDBNet, 6 blocks) 96²", "rrdbnet", 96),
    ("Real-ESRGAN ×4 (SRVGGNetCompact, 32) 192²", "srvgg32", 192),
    ("Real-ESRGAN ×4 (SRVGGNetCompact, 16) 256²", "srvgg16", 256),
    // Beside the authors' own code, where $STYLEGAN3 has a checkout of it.
    ("StyleGAN3-T 256²", "stylegan3-t", 256),
    ("StyleGAN3-R 256²", "stylegan3-r", 256),
    // Limner: everything from decoded photo to displayed picture. The peers: MicroAST's network alone.
    (
        "Restyle 512², photo to picture, beside MicroAST",
        "microast",
        512,
    ),
];

type Network = Box<dyn Fn() -> Outcome<()>>;

fn main() -> Outcome<()> {
    let options = Options::parse()?;
    pool::init(options.threads)?;
    let mut peers =
        Peers::start(&options)?.ok_or("--python PATH is needed: it makes the weights")?;
    let folder = std::env::temp_dir().join(format!("limner-networks-{}", std::process::id()));
    let mut report = Report::default();
    let on_gpu = options.device != "cpu";
    let device = if on_gpu { gpu::open(0)? } else { Device::Cpu };
    for (case, name, size) in CASES.into_iter().filter(|case| options.wants(case.0)) {
        let absent = name.starts_with("stylegan3") && std::env::var_os("STYLEGAN3").is_none();
        if absent || (on_gpu && name == "microast") {
            continue;
        }
        peers.ask(&json!({"do": "network", "name": name, "size": size, "folder": folder}))?;
        for half in [false, true] {
            if half && !on_gpu {
                continue;
            }
            let network = load(name, size, &folder, options.threads, (&device, half))?;
            let case = if half {
                format!("{case}, f16")
            } else {
                case.to_owned()
            };
            report.add(&case, interleave(&options, Some(&mut peers), network)?);
        }
    }
    std::fs::remove_dir_all(&folder).ok();
    report.print(&options);
    Ok(())
}

fn load(
    name: &str,
    size: usize,
    folder: &Path,
    threads: usize,
    (device, half): (&Device, bool),
) -> Outcome<Network> {
    if name == "microast" {
        let pipeline = StylePipeline::open(folder, "photo.png", [size as u32; 2], threads)?;
        return Ok(Box::new(move || pipeline.stylise()));
    }
    let weights = Weights::open(&folder.join("weights.safetensors"), None, device)?.half(half);
    let config = std::fs::read_to_string(folder.join("config.json"))?;
    let picture = Tensor::rand(0f32, 1.0, (1, 3, size, size), device)?;
    let go = CancelToken::new();
    Ok(match name {
        "fruit" | "landscapes" => {
            let config: stylegan2::Config = serde_json::from_str(&config)?;
            let net = StyleGan2::new(&config, &weights, device)?;
            let ws = vec![vec![0.5; config.w_dim]; config.num_ws()];
            Box::new(move || done(net.tensor(&ws, NoiseMode::Fixed, &go)?))
        }
        "stylegan3-t" | "stylegan3-r" => {
            let config = stylegan3::Config::from_kwargs(&serde_json::from_str(&config)?)?;
            let net = StyleGan3::new(&config, &weights, device)?;
            let ws = vec![vec![0.5; config.w_dim]; config.num_ws()];
            let still = Transform::default();
            Box::new(move || done(net.tensor(&ws, &still, &go)?))
        }
        "restyle" | "restyle-own" => {
            let config: restyle::Config = serde_json::from_str(&config)?;
            let net = Restyle::new(config, &weights, device)?;
            let code = vec![0.5; net.code_len()];
            let colours = net.colours(&picture)?;
            let copy = Tensor::rand(0f32, 1.0, (1, 3, 256, 256), device)?;
            let norms = match name {
                "restyle" => Some(net.measure(&copy, &colours, &code, 1.0, &go)?),
                _ => None,
            };
            Box::new(move || {
                let norms = norms.as_ref();
                done(net.transform(&picture, &colours, &code, 1.0, norms, &go)?.0)
            })
        }
        "lens" => {
            let config: taesd::Config = serde_json::from_str(&config)?;
            let net = Taesd::new(&config.straight(), &weights, device)?;
            Box::new(move || done(net.decode(&net.encode(&picture, &go)?, &go)?))
        }
        "rrdbnet" => {
            let net = RrdbNet::new(serde_json::from_str(&config)?, &weights, device)?;
            Box::new(move || done(net.enlarge(&picture, 4, &go)?))
        }
        "srvgg16" | "srvgg32" => {
            let net = SrvggNet::new(serde_json::from_str(&config)?, &weights, device)?;
            Box::new(move || done(net.enlarge(&picture, 4, &go)?))
        }
        _ => {
            let net = Crisp::new(&crisp::Config::default(), &weights, device)?;
            let scale = if name == "crisp4" { 4 } else { 2 };
            Box::new(move || done(net.enlarge(&picture, scale, &go)?))
        }
    })
}

/// A result that only its making counts for; a GPU has finished it.
fn done(result: Tensor) -> Outcome<()> {
    result.device().synchronize()?;
    drop(std::hint::black_box(result));
    Ok(())
}
