//! StyleGAN2 against the authors' own code (golden files), and what a user of the
//! networks relies on.

use std::path::{Path, PathBuf};

use candle_core::Device;
use limner::cancel::CancelToken;
use limner::latent::{Ws, truncate};
use limner::models::stylegan2::{Config, StyleGan2};
use limner::models::weights::Weights;
use limner::models::{Generator, ModelError};
use limner::recipe::NoiseMode;

use super::skip::{Lack, skip};

/// A golden file of the repository, or of the folder of shared data beside it.
fn golden(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = [
        root.join("tests/golden").join(name),
        root.join("../shared/golden").join(name),
        root.join("../../shared/golden").join(name),
    ]
    .into_iter()
    .find(|path| path.is_file());
    if found.is_none() {
        skip(Lack::Shared);
    }
    found
}

struct Case {
    net: StyleGan2,
    weights: Weights,
}

impl Case {
    fn open(path: &Path) -> Self {
        let weights = Weights::open(path, None, &Device::Cpu).unwrap();
        let kwargs = serde_json::from_str(weights.metadata("kwargs").unwrap()).unwrap();
        let config = Config::from_kwargs(&kwargs).unwrap();
        let net = StyleGan2::new(&config, &weights, &Device::Cpu).unwrap();
        Self { net, weights }
    }

    fn rows(&self, name: &str) -> Vec<Vec<f32>> {
        self.weights.any(name).unwrap().to_vec2().unwrap()
    }

    fn ws(&self, name: &str) -> Vec<Ws> {
        self.weights.any(name).unwrap().to_vec3().unwrap()
    }
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

fn agrees_with_the_authors(name: &str) {
    let Some(path) = golden(name) else { return };
    let case = Case::open(&path);
    let zs = case.rows("_in.z");
    let classes = if case.weights.contains("_in.c") {
        case.rows("_in.c")
    } else {
        vec![Vec::new(); zs.len()]
    };
    let (plain, cut) = (case.ws("_out.ws_psi1"), case.ws("_out.ws_psi0.7_cutoff4"));
    for i in 0..zs.len() {
        let w = case
            .net
            .map_class(&zs[i..=i], &classes[i])
            .unwrap()
            .remove(0);
        let mut ws = vec![w; case.net.spec().num_ws];
        assert!(worst(&ws.concat(), &plain[i].concat()) < 1e-4);
        truncate(&mut ws[..4], Generator::w_avg(&case.net), 0.7);
        assert!(worst(&ws.concat(), &cut[i].concat()) < 1e-4);
        for (noise, out) in [
            (NoiseMode::Fixed, "_out.image_noise_const"),
            (NoiseMode::Off, "_out.image_noise_none"),
        ] {
            let ours = case.net.tensor(&ws, noise, &CancelToken::new()).unwrap();
            let theirs = case.weights.any(out).unwrap().narrow(0, i, 1).unwrap();
            assert_eq!(ours.dims(), theirs.dims());
            let flat = |t: &candle_core::Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let error = worst(&flat(&ours), &flat(&theirs));
            println!("{name} {out} {i}: {error:e}");
            assert!(error < 1e-3, "{name} {out}: {error}");
        }
    }
}

#[test]
fn unconditional_skip_network() {
    agrees_with_the_authors("stylegan2_uncond_skip_64.safetensors");
}

#[test]
fn conditional_resnet_network() {
    agrees_with_the_authors("stylegan2_cond_resnet_32.safetensors");
}

#[test]
fn tall_network() {
    agrees_with_the_authors("stylegan2_tiny_6x4.safetensors");
}

/// The first block is neither square nor four columns wide.
#[test]
fn wide_network() {
    agrees_with_the_authors("stylegan2_tiny_4x5.safetensors");
}

fn tall() -> Case {
    Case::open(&golden("stylegan2_tiny_6x4.safetensors").unwrap())
}

fn some_ws(case: &Case) -> Ws {
    vec![case.net.map(&case.rows("_in.z")[0]).unwrap(); case.net.spec().num_ws]
}

#[test]
fn a_w_does_not_depend_on_its_company() {
    let case = tall();
    let zs = case.rows("_in.z");
    let together = case.net.map_batch(&zs).unwrap();
    assert_eq!(together[1], case.net.map(&zs[1]).unwrap());
}

#[test]
fn seeded_noise_is_a_picture_of_its_seed() {
    let case = tall();
    let ws = some_ws(&case);
    let picture = |noise| {
        let made = case.net.synthesize(&ws, noise, None, &CancelToken::new());
        made.unwrap()
    };
    let one = picture(NoiseMode::Seeded(1));
    assert_eq!(one.size(), [16, 24]);
    assert!(!one.has_transparency());
    assert_eq!(one, picture(NoiseMode::Seeded(1)));
    assert_ne!(one, picture(NoiseMode::Seeded(2)));
    assert_ne!(one, picture(NoiseMode::Off));
}

#[test]
fn a_stale_picture_stops() {
    let case = tall();
    let cancel = CancelToken::new();
    cancel.cancel();
    let result = case
        .net
        .synthesize(&some_ws(&case), NoiseMode::Off, None, &cancel);
    assert!(matches!(result, Err(ModelError::Cancelled)));
}

#[test]
fn points_of_other_models_are_refused() {
    let case = tall();
    let mut ws = some_ws(&case);
    ws.pop();
    let never = CancelToken::new();
    let result = case.net.synthesize(&ws, NoiseMode::Off, None, &never);
    assert!(result.unwrap_err().to_string().contains("another model"));
    assert!(case.net.map(&[1.0; 3]).is_err());
}

#[test]
fn a_photo_that_the_network_made_is_found_again() {
    for file in [
        "stylegan2_tiny_6x4.safetensors",
        "stylegan2_tiny_4x5.safetensors",
    ] {
        is_found_again(&Case::open(&golden(file).unwrap()));
    }
}

fn is_found_again(case: &Case) {
    let never = CancelToken::new();
    let ws = some_ws(case);
    let photo = case
        .net
        .synthesize(&ws, NoiseMode::Fixed, None, &never)
        .unwrap();
    let mut looks = Vec::new();
    let found = limner::models::project::project(
        &case.net,
        limner::models::project::Start::default(),
        &photo,
        60,
        &mut |step, look| {
            if step % 20 == 0 {
                looks.push(look()?);
            }
            Ok(())
        },
        &never,
    )
    .unwrap();
    let first = limner::models::likeness::likeness(&looks[0], &photo);
    println!("likeness {first} -> {}", found.likeness);
    assert!(found.likeness > first + 0.2 && found.likeness > 0.6);
    let again = case
        .net
        .synthesize(&found.ws, NoiseMode::Fixed, None, &never)
        .unwrap();
    assert_eq!(again, found.picture);
}

#[test]
fn projecting_stops_when_told() {
    let case = tall();
    let never = CancelToken::new();
    let photo = case
        .net
        .synthesize(&some_ws(&case), NoiseMode::Fixed, None, &never)
        .unwrap();
    let cancel = CancelToken::new();
    let mut steps = 0;
    let result = limner::models::project::project(
        &case.net,
        limner::models::project::Start::default(),
        &photo,
        1000,
        &mut |step, _| {
            steps = step;
            if step == 3 {
                cancel.cancel();
            }
            Ok(())
        },
        &cancel,
    );
    assert!(matches!(result, Err(ModelError::Cancelled)));
    assert_eq!(steps, 3);
}

#[test]
fn sizes_that_no_network_has_are_refused() {
    for kwargs in [
        r#"{"z_dim": 16}"#,
        r#"{"z_dim": 16, "w_dim": 16, "img_resolution": 100}"#,
        r#"{"z_dim": 16, "w_dim": 16, "img_resolution": 1099511627776}"#,
        r#"{"z_dim": 16, "w_dim": 16, "img_resolution": 64, "init_size": [0, 5]}"#,
        r#"{"z_dim": 16, "w_dim": 16, "img_resolution": 64, "init_size": [4, 65]}"#,
        r#"{"z_dim": 16, "w_dim": 16, "img_resolution": 64, "channel_base": 0}"#,
        "[]",
    ] {
        let value = serde_json::from_str(kwargs).unwrap();
        assert!(Config::from_kwargs(&value).is_err(), "{kwargs}");
    }
    let ada = r#"{"z_dim": 16, "c_dim": 0, "w_dim": 16, "img_resolution": 8, "img_channels": 3,
        "synthesis_kwargs": {"channel_base": 128, "channel_max": 8, "num_fp16_res": 4, "conv_clamp": null}}"#;
    let config = Config::from_kwargs(&serde_json::from_str(ada).unwrap()).unwrap();
    assert_eq!(config.channels(8), 8);
    assert_eq!(config.conv_clamp, None);
}
