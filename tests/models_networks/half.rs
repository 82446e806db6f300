//! The networks that ship with half numbers, through candle's operators as on a card,
//! against the processor's own kernels with full ones.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::models::{Generator, Registry};
use limner::recipe::NoiseMode;

use super::scene::scene;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn models(half: bool) -> Registry {
    let mut models = Registry::open(vec![root().join("models")], None, Device::Cpu);
    models.set_device(Device::Cpu, half);
    models
}

/// At most one value in a thousand is further than 2/255 from the picture with full numbers; and
/// some differ, else nothing was half.
fn alike(what: &str, make: impl Fn(&mut Registry) -> Tensor) {
    let bytes = |half| -> Vec<f32> {
        let made = make(&mut models(half));
        assert_eq!(made.dtype(), DType::F32, "{what}");
        made.flatten_all().unwrap().to_vec1().unwrap()
    };
    let (full, half) = (bytes(false), bytes(true));
    assert_eq!(full.len(), half.len(), "{what}");
    let far = |a: &f32, b: &f32| (a.clamp(0.0, 1.0) - b.clamp(0.0, 1.0)).abs();
    let beyond = |(a, b): &(&f32, &f32)| !b.is_finite() || far(a, b) > 2.0 / 255.0;
    let off = full.iter().zip(&half).filter(beyond).count();
    let worst = full
        .iter()
        .zip(&half)
        .map(|(a, b)| far(a, b))
        .fold(0.0, f32::max);
    println!(
        "{what}: {off} of {} beyond 2/255, at worst {worst}",
        full.len()
    );
    assert!(off * 1000 <= full.len(), "{what}: {off} of {}", full.len());
    assert!(
        worst > 0.0,
        "{what}: nothing was computed with half numbers"
    );
}

#[test]
fn generators() {
    let never = CancelToken::new();
    for (name, seed) in [
        ("fruit", 0),
        ("fruit", 1),
        ("landscapes", 0),
        ("landscapes", 1),
        ("landscapes_vae", 0),
        ("landscapes_vae", 1),
    ] {
        alike(&format!("{name} {seed}"), |models| {
            let net = models.stylegan2(name).unwrap();
            let w = net.map(&net.z_of_seed(seed)).unwrap();
            let ws = vec![w; net.spec().num_ws];
            let picture = net.tensor(&ws, NoiseMode::Seeded(seed), &never).unwrap();
            picture.affine(0.5, 0.5).unwrap()
        });
    }
}

#[test]
fn restyle() {
    let never = CancelToken::new();
    let code = {
        let net = models(false).restyle("restyle").unwrap();
        net.encode_tensor(&scene(256, 256, &Device::Cpu), &never)
            .unwrap()
    };
    let both = ["restyle", "restyle_2"];
    for (name, measured) in both.into_iter().flat_map(|n| [(n, false), (n, true)]) {
        alike(&format!("{name}, measured before: {measured}"), |models| {
            let net = models.restyle(name).unwrap();
            let photo = scene(128, 160, &Device::Cpu);
            let colours = net.colours(&photo).unwrap();
            let norms = net.measure(&photo, &colours, &code, 1.0, &never).unwrap();
            let given = measured.then_some((&colours, &norms));
            net.stylise(&photo, &code, 1.0, 0.0, given, &never).unwrap()
        });
    }
    // A style's code is a handful of numbers, not a picture.
    let half = models(true).restyle("restyle").unwrap();
    let other = half
        .encode_tensor(&scene(256, 256, &Device::Cpu), &never)
        .unwrap();
    let size = code.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
    let off = code.iter().zip(&other).map(|(a, b)| (a - b).abs() / size);
    let off = off.fold(0.0, f32::max);
    println!("code: {off}");
    assert!(off < 1e-2, "{off}");
}

#[test]
fn crisp() {
    let never = CancelToken::new();
    for scale in [2, 4] {
        alike(&format!("crisp x{scale}"), |models| {
            let net = models.crisp("crisp").unwrap();
            net.enlarge(&scene(56, 72, &Device::Cpu), scale, &never)
                .unwrap()
        });
    }
}

#[test]
fn lens() {
    let never = CancelToken::new();
    alike("lens", |models| {
        let net = models.autoencoder("lens").unwrap();
        let grid = net.encode(&scene(128, 96, &Device::Cpu), &never).unwrap();
        net.decode(&grid, &never).unwrap()
    });
}

/// What can't be half stays full and works.
#[test]
fn other_families_stay_as_they_are() {
    let never = CancelToken::new();
    let folder = tempfile::tempdir().unwrap();
    let file = root().join("tests/golden/import/kl");
    import(&file, folder.path(), Some("kl")).unwrap();
    let run = |half| -> Vec<f32> {
        let mut models = Registry::open(vec![folder.path().into()], None, Device::Cpu);
        models.set_device(Device::Cpu, half);
        let net = models.autoencoder("kl").unwrap();
        let grid = net.encode(&scene(64, 32, &Device::Cpu), &never).unwrap();
        grid.flatten_all().unwrap().to_vec1().unwrap()
    };
    assert_eq!(run(true), run(false));
}
