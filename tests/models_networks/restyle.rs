//! *Restyle* against its PyTorch definition, with small random weights and with the
//! weights that ship.

use std::path::Path;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::models::ModelError;
use limner::models::restyle::{Config, Experts, Restyle};
use limner::models::weights::Weights;

/// The networks that ship.
const SHIPPED: [&str; 2] = ["restyle", "restyle_2"];

struct Case {
    net: Restyle,
    golden: Weights,
}

impl Case {
    /// Random weights, within the golden file.
    fn tiny() -> Self {
        let golden = open("tests/golden/restyle_tiny.safetensors");
        let config = config(&golden);
        let net = Restyle::new(config, &golden.pp("w"), &Device::Cpu).unwrap();
        Self { net, golden }
    }

    /// The weights that ship as this model.
    fn shipped(name: &str) -> Self {
        let golden = open(&format!("tests/golden/{name}.safetensors"));
        let weights = open(&format!("models/{name}/weights.safetensors"));
        let net = Restyle::new(config(&golden), &weights, &Device::Cpu).unwrap();
        Self { net, golden }
    }

    fn get(&self, name: &str) -> Tensor {
        self.golden.any(name).unwrap()
    }

    /// Compares with a value that is in one of the two golden files.
    fn compare(&self, name: &str, ours: impl FnOnce() -> Vec<f32>) {
        if self.golden.contains(name) {
            close(name, &ours(), &self.get(name));
        }
    }

    fn code(&self) -> Vec<f32> {
        flat(&self.get("in.code"))
    }
}

/// A file of the repository: it is always there.
fn open(file: &str) -> Weights {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    Weights::open(&path, None, &Device::Cpu).unwrap()
}

fn config(golden: &Weights) -> Config {
    serde_json::from_str(golden.metadata("kwargs").unwrap()).unwrap()
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn close(what: &str, ours: &[f32], theirs: &Tensor) {
    let theirs = flat(theirs);
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let worst = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    println!("{what}: {worst:e}");
    assert!(worst < 1e-3, "{what}: {worst}");
}

fn agrees(case: &Case) {
    let never = CancelToken::new();
    let (photo, style, code) = (case.get("in.photo"), case.get("in.style"), case.code());
    close(
        "code",
        &case.net.encode_tensor(&style, &never).unwrap(),
        &case.get("out.code"),
    );
    let colours = case.net.colours(&photo).unwrap();
    close("mean", &colours.palette.mean, &case.get("out.photo_mean"));
    close(
        "root",
        &colours.palette.root.concat(),
        &case.get("out.photo_root"),
    );
    close(
        "white",
        &flat(&colours.whiten(&photo).unwrap()),
        &case.get("out.white"),
    );
    let measure = |strength| {
        let made = case.net.measure(&photo, &colours, &code, strength, &never);
        made.unwrap()
    };
    let (whole, part) = (measure(1.0), measure(0.7));
    for (norms, suffix) in [(&whole, ""), (&part, "_s0.7")] {
        for (k, stats) in norms.iter().enumerate() {
            let name = |what: &str| format!("out.norm{k}.{what}{suffix}");
            case.compare(&name("mean"), || stats.mean.clone());
            case.compare(&name("std"), || stats.std(1e-5));
        }
    }
    let stylise = |photo: &Tensor, strength, keep, measured| {
        let made = case
            .net
            .stylise(photo, &code, strength, keep, measured, &never);
        flat(&made.unwrap())
    };
    case.compare("out.transform_s0.7", || {
        let made = case
            .net
            .transform(&photo, &colours, &code, 0.7, None, &never);
        flat(&made.unwrap().0)
    });
    case.compare("out.y", || stylise(&photo, 1.0, 0.0, None));
    case.compare("out.y_s0.7_keep0.4", || stylise(&photo, 0.7, 0.4, None));
    case.compare("out.y_s0.5_keep0.5", || stylise(&photo, 0.5, 0.5, None));
    case.compare("out.crop_with_photo_stats", || {
        stylise(&case.get("in.crop"), 1.0, 0.0, Some((&colours, &whole)))
    });
    case.compare("out.y2_with_photo_stats_s0.7", || {
        stylise(&case.get("in.photo2"), 0.7, 0.0, Some((&colours, &part)))
    });
}

#[test]
fn random_weights_agree_with_pytorch() {
    agrees(&Case::tiny());
}

#[test]
fn shipped_weights_agree_with_pytorch() {
    for name in SHIPPED {
        agrees(&Case::shipped(name));
    }
}

/// Codes mean the same to both: whatever was kept as numbers is painted by the newer one, too.
#[test]
fn both_networks_read_a_style_alike() {
    let [old, new] = SHIPPED.map(Case::shipped);
    let style = old.get("in.style");
    let never = CancelToken::new();
    let code = |case: &Case| case.net.encode_tensor(&style, &never).unwrap();
    assert_eq!(code(&old), code(&new));
    let (photo, given) = (old.get("in.photo"), code(&old));
    let paint = |case: &Case| {
        let made = case.net.stylise(&photo, &given, 1.0, 0.0, None, &never);
        flat(&made.unwrap())
    };
    assert_ne!(paint(&old), paint(&new));
}

/// Every style is painted with weights of its own, by its strokes and its palette, and alike whatever
/// was painted between.
#[test]
fn each_style_has_its_own_experts() {
    let case = Case::shipped("restyle_2");
    let weights = open("models/restyle_2/weights.safetensors");
    let experts = Experts::new(&config(&case.golden), &weights).unwrap();
    let one = case.code();
    let of = |code: &[f32], name: &str| {
        let own = experts.onto(&weights, code).unwrap();
        flat(&own.any(&format!("transform.{name}")).unwrap())
    };
    let mut strokes = one.clone();
    strokes[9..].reverse();
    let mut palette = one.clone();
    palette[0] += 0.2;
    for name in [
        "down1.weight",
        "res.2.conv1.weight",
        "affine.13.bias",
        "out.weight",
    ] {
        assert_ne!(of(&one, name), of(&strokes, name), "{name}");
        assert_ne!(of(&one, name), of(&palette, name), "{name}");
    }
    // What no expert changes.
    assert_eq!(of(&one, "mapping.weight"), of(&strokes, "mapping.weight"));
    let (photo, never) = (case.get("in.photo"), CancelToken::new());
    let paint = |code: &[f32]| {
        let made = case.net.stylise(&photo, code, 1.0, 0.0, None, &never);
        flat(&made.unwrap())
    };
    let first = paint(&one);
    for k in 0..9 {
        let mut between = one.clone();
        between[9 + k] += 1.0;
        assert_ne!(paint(&between), first);
    }
    assert_eq!(paint(&one), first);
}

/// A file that lacks an expert, or has others than its config says, is refused.
#[test]
fn experts_that_are_missing_are_told() {
    let golden = open("tests/golden/restyle_2.safetensors");
    let plain = open("models/restyle/weights.safetensors");
    let missing = Restyle::new(config(&golden), &plain, &Device::Cpu);
    assert!(matches!(missing, Err(ModelError::MissingTensor(_))));
    let mut fewer = config(&golden);
    fewer.experts -= 1;
    let own = open("models/restyle_2/weights.safetensors");
    let wrong = Restyle::new(fewer, &own, &Device::Cpu);
    assert!(matches!(wrong, Err(ModelError::WrongShape { .. })));
}

#[test]
fn strength_zero_is_the_photo() {
    let case = Case::tiny();
    let photo = case.get("in.photo");
    let made = case
        .net
        .stylise(&photo, &case.code(), 0.0, 0.0, None, &CancelToken::new())
        .unwrap();
    assert_eq!(flat(&made), flat(&photo));
}

#[test]
fn wrong_codes_and_sizes_are_refused() {
    let case = Case::tiny();
    let never = CancelToken::new();
    let photo = case.get("in.photo");
    let colours = case.net.colours(&photo).unwrap();
    let short = &case.code()[1..];
    let result = case
        .net
        .transform(&photo, &colours, short, 1.0, None, &never);
    assert!(result.unwrap_err().to_string().contains("another network"));
    let odd = photo.narrow(3, 0, 13).unwrap().contiguous().unwrap();
    assert!(
        case.net
            .transform(&odd, &colours, &case.code(), 1.0, None, &never)
            .is_err()
    );
    let cancel = CancelToken::new();
    cancel.cancel();
    let stopped = case
        .net
        .transform(&photo, &colours, &case.code(), 1.0, None, &cancel);
    assert!(matches!(stopped, Err(ModelError::Cancelled)));
}

/// Given statistics, a tall picture is made band by band: the same as in one piece.
#[test]
fn bands_fit_together() {
    let case = Case::tiny();
    let never = CancelToken::new();
    let (width, code) = (20, case.code());
    for height in [4, 132, 388] {
        let values: Vec<f32> = (0..3 * height * width)
            .map(|i| (i * 7919 % 1009) as f32 / 1009.0)
            .collect();
        let photo = Tensor::from_vec(values, (1, 3, height, width), &Device::Cpu).unwrap();
        let colours = case.net.colours(&photo).unwrap();
        let made = |norms| {
            let made = case
                .net
                .transform(&photo, &colours, &code, 1.0, norms, &never);
            made.unwrap()
        };
        let (whole, norms) = made(None);
        let (banded, used) = made(Some(&norms));
        assert_eq!(used, norms);
        close(&format!("{height} rows"), &flat(&banded), &whole);
    }
}
