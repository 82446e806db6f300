//! Generators beside StyleGAN2 and 3, and SPAN: their rows of the table of `docs/PARITY.md`, what
//! of their files is told, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::latent::discover::DiscoveryPlan;
use limner::latent::{Mapping, Walk, resolve, truncate};
use limner::models::fastgan::{self, FastGan};
use limner::models::lightweight_gan::{self, LightweightGan};
use limner::models::stylegan2_pytorch::{self, StyleGan2Pytorch};
use limner::models::weights::Weights;
use limner::models::{Generator, Registry, find_directions};
use limner::recipe::{
    DirectionEdit, ExploreParams, LatentOrigin, NoiseMode, Transform, WalkParams, WalkPath,
};
use serde_json::Value;

use super::parity::{RowOf, apart, open};
use super::{golden, refusal};

/// An imported network: its folder, its arguments, its weights.
struct Imported {
    models: tempfile::TempDir,
    config: Value,
    weights: Weights,
}

impl Imported {
    fn new(file: &Path) -> Self {
        let models = tempfile::tempdir().unwrap();
        let imported = import(file, models.path(), Some("it"));
        let imported = imported.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let config = fs::read(imported.folder.join("config.json")).unwrap();
        Self {
            config: serde_json::from_slice(&config).unwrap(),
            weights: open(&imported.folder.join("weights.safetensors")),
            models,
        }
    }

    fn kwargs<C: serde::de::DeserializeOwned>(&self) -> C {
        serde_json::from_value(self.config["kwargs"].clone()).unwrap()
    }

    fn registry(&self) -> Registry {
        Registry::open(vec![self.models.path().into()], None, Device::Cpu)
    }
}

fn rows_of(tensor: &Tensor) -> Vec<Vec<f32>> {
    tensor.to_vec2().unwrap()
}

/// Every `step`-th pixel.
fn thinned(picture: &Tensor, step: usize) -> Tensor {
    let every = |t: &Tensor, dim: usize| {
        let side = t.dim(dim).unwrap() as u32;
        let index: Vec<u32> = (0..side).step_by(step).collect();
        let index = Tensor::new(index, &Device::Cpu).unwrap();
        t.contiguous().unwrap().index_select(&index, dim).unwrap()
    };
    every(&every(picture, 2), 3)
}

fn furthest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// The noise that the goldens were made with, layer after layer.
fn noise() -> impl FnMut(usize, usize) -> Option<Vec<f32>> + Send {
    let mut layer = 0;
    move |height, width| {
        let plane = (0..height * width).map(|i| (1.7 * i as f64 + f64::from(layer)).sin() as f32);
        let plane = plane.collect();
        layer += 1;
        Some(plane)
    }
}

/// lucidrains' `stylegan2-pytorch`: z to w, w and noise to pictures.
fn stylegan2_pytorch(row: &mut RowOf<'_>) {
    let reference = open(&golden("lucidrains/reference.safetensors"));
    for (flavour, name) in [
        ("author's own, whole checkpoint", "stylegan2"),
        ("author's own, attention, alpha, no constant", "attention"),
    ] {
        let it = Imported::new(&golden("lucidrains").join(name).join("model_3.pt"));
        let config: stylegan2_pytorch::Config = it.kwargs();
        let net = StyleGan2Pytorch::new(&config, &it.weights, &Device::Cpu).unwrap();
        let get = |part: &str| reference.any(&format!("{name}.{part}")).unwrap();
        let (zs, ws) = (rows_of(&get("z")), rows_of(&get("w")));
        let noises: Vec<Vec<Vec<f32>>> = get("noise").to_vec3().unwrap();
        let mut found = [0.0f32; 2];
        for (i, z) in zs.iter().enumerate() {
            let w = Generator::map(&net, z).unwrap();
            assert!(furthest(&w, &ws[i]) < 1e-4, "{name}");
            let rows = vec![w; Generator::spec(&net).num_ws];
            let ours = net.tensor(&rows, &noises[i].concat(), &CancelToken::new());
            let [mean, worst] = apart(&ours.unwrap(), &get("image").narrow(0, i, 1).unwrap());
            found = [found[0].max(mean), found[1].max(worst)];
        }
        // Of 4,096 w here, of 100,000 there.
        let mean: Vec<f32> = get("mean").to_vec1().unwrap();
        let spread = ws.iter().flatten().fold(0f32, |m, v| m.max(v.abs()));
        let far = furthest(Generator::w_avg(&net), &mean);
        assert!(far < 0.05 * spread, "{name}: {far} of {spread}");
        row("stylegan2-pytorch", flavour, found);
    }
}

fn lightweight(row: &mut RowOf<'_>) {
    let reference = open(&golden("lucidrains/reference.safetensors"));
    for (flavour, name) in [
        ("author's own, grey", "lightweight"),
        ("author's own, frequencies, attention, alpha", "frequency"),
    ] {
        let it = Imported::new(&golden("lucidrains").join(format!("{name}.pt")));
        let config: lightweight_gan::Config = it.kwargs();
        let net = LightweightGan::new(config, &it.weights, &Device::Cpu).unwrap();
        let get = |part: &str| reference.any(&format!("{name}.{part}")).unwrap();
        let ours = net.tensor(&rows_of(&get("z")), &mut noise(), &CancelToken::new());
        let found = apart(&thinned(&ours.unwrap(), 4), &get("image"));
        row("lightweight-gan", flavour, found);
    }
}

fn fastgan(row: &mut RowOf<'_>) {
    let reference = open(&golden("fastgan/reference.safetensors"));
    for (flavour, file) in [
        ("Projected GAN's own, lite, pickle", "lite.pkl"),
        ("Projected GAN's own, with noise", "big.safetensors"),
        ("Projected GAN's own, with classes", "classes.safetensors"),
        ("first repository's names, .pth", "first.pth"),
    ] {
        let name = file.split('.').next().unwrap();
        let it = Imported::new(&golden("fastgan").join(file));
        let config: fastgan::Config = it.kwargs();
        let net = FastGan::new(config, &it.weights, &Device::Cpu).unwrap();
        let get = |part: &str| reference.any(&format!("{name}.{part}")).unwrap();
        let mut found = [0.0f32; 2];
        for (i, z) in rows_of(&get("z")).iter().enumerate() {
            let class = (name == "classes").then_some(i as u32 + 1);
            let ws = net.map_of_class(std::slice::from_ref(z), class).unwrap();
            let ours = net.tensor(&ws, &mut noise(), &CancelToken::new()).unwrap();
            let image = get("image").narrow(0, i, 1).unwrap();
            let [mean, worst] = apart(&thinned(&ours, 4), &image);
            found = [found[0].max(mean / 2.0), found[1].max(worst / 2.0)];
        }
        row("FastGAN", flavour, found);
    }
}

fn stylegan_xl(row: &mut RowOf<'_>) {
    let reference = open(&golden("stylegan_xl/reference.safetensors"));
    for (flavour, name) in [
        ("authors' own, stem with classes", "stem"),
        ("authors' own, two stages laid onto it", "super"),
        ("authors' own, R without classes", "plain"),
    ] {
        let it = Imported::new(&golden("stylegan_xl").join(format!("{name}.pkl")));
        let mut registry = it.registry();
        let net = registry.stylegan3("it").unwrap();
        let get = |part: &str| reference.any(&format!("{name}.{part}")).unwrap();
        let (plain, cut) = (rows_of(&get("ws")), rows_of(&get("ws_psi0.7")));
        let mut found = [0.0f32; 2];
        for (i, z) in rows_of(&get("z")).iter().enumerate() {
            let class = (name != "plain").then_some([2, 0][i]);
            let mut w = net.map_of_class(std::slice::from_ref(z), class).unwrap();
            assert!(furthest(&w[0], &plain[i]) < 1e-4, "{name}");
            let rows = vec![w[0].clone(); net.spec().num_ws];
            let ours = net.tensor(&rows, &Transform::default(), &CancelToken::new());
            let ours = thinned(&ours.unwrap(), if name == "super" { 2 } else { 1 });
            let [mean, worst] = apart(&ours, &get("image").narrow(0, i, 1).unwrap());
            found = [found[0].max(mean / 2.0), found[1].max(worst / 2.0)];
            // Each class has a centre of its own.
            truncate(&mut w, Mapping::w_avg_of(net.as_ref(), class), 0.7);
            assert!(furthest(&w[0], &cut[i]) < 1e-4, "{name}");
        }
        row("StyleGAN-XL", flavour, found);
    }
}

fn span(row: &mut RowOf<'_>) {
    let theirs = open(&golden("span/reference.safetensors"));
    let picture = theirs.any("_in.x").unwrap();
    for (flavour, file) in [
        ("authors' own, ×2, legacy", "x2.pth"),
        ("authors' own, ×4, legacy", "x4.pth"),
        (
            "authors' own, ×2, no means, safetensors",
            "no_norm.safetensors",
        ),
    ] {
        let name = file.split('.').next().unwrap();
        let it = Imported::new(&golden("span").join(file));
        let mut registry = it.registry();
        let net = registry.upscaler("it").unwrap();
        let scale = if name == "x4" { 4 } else { 2 };
        assert_eq!(net.scales(), [scale]);
        assert_eq!(registry.info("it").unwrap().scales, [scale]);
        let ours = net.enlarge(&picture, scale, &CancelToken::new()).unwrap();
        let out = theirs.any(&format!("_out.{name}")).unwrap();
        row("SPAN", flavour, apart(&ours, &out));
    }
}

/// Their rows of the table.
pub(super) fn rows(row: &mut RowOf<'_>) {
    stylegan_xl(row);
    stylegan2_pytorch(row);
    fastgan(row);
    lightweight(row);
    span(row);
}

/// All of them are generators like the others: listed, drawn from, with every kind of noise.
#[test]
fn they_draw_as_any_generator_does() {
    let files: [(&str, [u32; 2], usize, usize); 8] = [
        ("stylegan2_kin/orig.pkl", [16, 16], 6, 0),
        ("stylegan2_kin/rgba.pkl", [16, 16], 6, 0),
        ("lucidrains/stylegan2/model_3.pt", [16, 16], 3, 0),
        ("lucidrains/lightweight.pt", [128, 128], 1, 0),
        ("fastgan/lite.pkl", [128, 128], 1, 0),
        ("fastgan/classes.safetensors", [128, 128], 1, 3),
        ("stylegan_xl/stem.pkl", [16, 16], 6, 3),
        ("stylegan_xl/super.pkl", [64, 64], 9, 3),
    ];
    for (file, size, num_ws, classes) in files {
        let it = Imported::new(&golden(file));
        let mut registry = it.registry();
        let info = registry.info("it").unwrap().clone();
        assert_eq!(
            (info.size, info.num_ws, info.classes),
            (size, num_ws, classes),
            "{file}"
        );
        let net = registry.generator("it").unwrap();
        assert_eq!(
            (net.spec().size, net.spec().num_ws),
            (size, num_ws),
            "{file}"
        );
        let w = net.map(&net.z_of_seed(3)).unwrap();
        let ws = vec![w; num_ws];
        let draw = |noise| {
            net.synthesize(&ws, noise, None, &CancelToken::new())
                .unwrap()
        };
        for noise in [NoiseMode::Off, NoiseMode::Fixed, NoiseMode::Seeded(5)] {
            let picture = draw(noise);
            assert_eq!(picture.size(), size, "{file}");
            assert!(
                picture == draw(noise),
                "{file}: {noise:?} is not the same twice"
            );
        }
        if classes > 0 {
            let of = |class| net.map_of_class(&[net.z_of_seed(3)], Some(class));
            assert_ne!(of(0).unwrap(), of(1).unwrap(), "{file}");
            assert!(of(classes as u32).is_err(), "{file}");
        }
        let stopped = CancelToken::new();
        stopped.cancel();
        assert!(
            net.synthesize(&ws, NoiseMode::Off, None, &stopped).is_err(),
            "{file}"
        );
    }
}

/// Alpha goes out as alpha, whatever program made the network.
#[test]
fn pictures_with_alpha_are_transparent_where_the_network_says_so() {
    for (file, alpha) in [
        ("stylegan2_kin/rgba.pkl", true),
        ("lucidrains/attention/model_3.pt", true),
        ("lucidrains/frequency.pt", true),
        ("stylegan2_kin/orig.pkl", false),
        ("lucidrains/lightweight.pt", false),
    ] {
        let it = Imported::new(&golden(file));
        let net = it.registry().generator("it").unwrap();
        let ws = vec![net.map(&net.z_of_seed(1)).unwrap(); net.spec().num_ws];
        let picture = net.synthesize(&ws, NoiseMode::Fixed, None, &CancelToken::new());
        let clear = picture.unwrap().rgba().chunks_exact(4).any(|p| p[3] < 255);
        assert_eq!(clear, alpha, "{file}");
    }
}

fn rewritten(from: &str, change: impl Fn(&str) -> Option<String>, into: &Path) -> PathBuf {
    let bytes = fs::read(golden(from)).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.tensors().into_iter();
    let tensors = tensors.filter_map(|(name, view)| Some((change(&name)?, view)));
    let path = into.join("network.safetensors");
    fs::write(&path, safetensors::serialize(tensors, None).unwrap()).unwrap();
    path
}

#[test]
fn what_they_lack_or_have_too_much_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let kept = |name: &str| Some(name.to_owned());
    for (from, what, change) in [
        (
            "fastgan/big.safetensors",
            "weight_u",
            Box::new(|name: &str| (!name.ends_with("feat_8.1.weight_u")).then(|| name.to_owned()))
                as Box<dyn Fn(&str) -> Option<String>>,
        ),
        (
            "fastgan/big.safetensors",
            "feat_16.",
            Box::new(|name: &str| (!name.contains("feat_16.5.")).then(|| name.to_owned())),
        ),
        (
            "fastgan/big.safetensors",
            "feat_32.3.running_mean",
            Box::new(|name: &str| {
                Some(name.replace("feat_32.3.running_mean", "feat_32.3.running_median"))
            }),
        ),
        (
            "span/no_norm.safetensors",
            "conv_2.sk.bias",
            Box::new(|name: &str| (name != "conv_2.sk.bias").then(|| name.to_owned())),
        ),
        (
            "span/no_norm.safetensors",
            "block_6.c3_r.sk.bias",
            Box::new(|name: &str| {
                Some(name.replace("block_6.c3_r.sk.bias", "block_7.c3_r.sk.bias"))
            }),
        ),
    ] {
        let line = refusal(&rewritten(from, change, dir.path()));
        assert!(line.contains(what), "{what}: {line}");
    }
    // The same without a change comes in.
    let file = rewritten("fastgan/big.safetensors", kept, dir.path());
    import(&file, &dir.path().join("m"), Some("it")).unwrap();
    for (file, word) in [
        ("fastgan/all_first.pth", "list without names"),
        ("stylegan_xl/other_padding.pkl", "padding"),
    ] {
        let line = refusal(&golden(file));
        assert!(line.contains(word), "{file}: {line}");
    }
}

/// What the program's settings say counts; those of another network are refused.
#[test]
fn settings_beside_a_checkpoint_are_obeyed_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("model_3.pt");
    fs::copy(golden("lucidrains/attention/model_3.pt"), &file).unwrap();
    let multiplier = |models: &str| {
        let imported = import(&file, &dir.path().join(models), Some("it")).unwrap();
        let config = fs::read(imported.folder.join("config.json")).unwrap();
        let config: Value = serde_json::from_slice(&config).unwrap();
        config["kwargs"]["lr_mlp"].as_f64().unwrap()
    };
    assert!((multiplier("without") - 0.1).abs() < 1e-6);
    let settings = dir.path().join(".config.json");
    fs::write(&settings, r#"{"image_size": 8, "lr_mlp": 0.3}"#).unwrap();
    assert!((multiplier("with") - 0.3).abs() < 1e-6);
    fs::write(&settings, r#"{"image_size": 256}"#).unwrap();
    assert!(refusal(&file).contains("256"));
}

/// Seeds are the pictures that the authors' programs draw, where those draw by NumPy.
#[test]
fn seeds_are_numpys_where_the_program_uses_numpy() {
    for (file, numpy) in [
        ("fastgan/lite.pkl", true),
        ("stylegan_xl/stem.pkl", true),
        ("fastgan/first.pth", false),
        ("lucidrains/lightweight.pt", false),
    ] {
        let it = Imported::new(&golden(file));
        let net = it.registry().generator("it").unwrap();
        let known = limner::latent::numpy_random::randn(7, net.spec().z_dim);
        assert_eq!(net.z_of_seed(7) == known, numpy, "{file}");
    }
}

/// Sliders are found in their spaces as in any other, and walks lead through them.
#[test]
fn sliders_and_walks_work_in_their_spaces() {
    let never = CancelToken::new();
    for file in [
        "lucidrains/stylegan2/model_3.pt",
        "fastgan/classes.safetensors",
        "stylegan_xl/stem.pkl",
        "stylegan2_kin/orig.pkl",
    ] {
        let it = Imported::new(&golden(file));
        let net = it.registry().generator("it").unwrap();
        let plan = DiscoveryPlan {
            latents: 100,
            kept: 6,
            sliders: 2,
            pictures: 60,
            proofs: 2,
            ..DiscoveryPlan::default()
        };
        let found = find_directions(net.as_ref(), "it", &plan, &mut |_, _| {}, &never).unwrap();
        let sliders = found.directions.iter().filter(|d| !d.measured);
        let sliders: Vec<_> = sliders.collect();
        // Where all ways of the latents are alike, those that show are sliders.
        assert!(
            (1..=2).contains(&sliders.len()),
            "{file}: {}",
            sliders.len()
        );
        let class = (net.spec().c_dim > 0).then_some(1);
        let mut here = ExploreParams::new("it", 4);
        (here.class, here.truncation_psi) = (class, 0.7);
        let draw = |params: &ExploreParams| {
            let ws = resolve(params, net.as_ref(), &found).unwrap();
            net.synthesize(&ws, NoiseMode::Fixed, None, &never).unwrap()
        };
        let still = draw(&here);
        for slider in sliders {
            let mut moved = here.clone();
            moved.edits.push(DirectionEdit {
                direction: slider.id.clone(),
                sigma: 3.0,
                layers: None,
            });
            assert!(draw(&moved) != still, "{file}: {} does nothing", slider.id);
        }
        let mut there = here.clone();
        there.origin = LatentOrigin::Seed(9);
        let walk = WalkParams {
            points: vec![here.clone(), there.clone()],
            frames: 5,
            fps: 10.0,
            looped: false,
            path: WalkPath::Spherical,
            spans: Vec::new(),
        };
        let way = Walk::new(&walk, net.as_ref(), &found).unwrap();
        let ends = [(0, &here), (4, &there)];
        for (frame, end) in ends {
            let [a, b] = [
                way.frame(frame, net.as_ref()).unwrap(),
                resolve(end, net.as_ref(), &found).unwrap(),
            ];
            assert!(furthest(&a.concat(), &b.concat()) < 1e-3, "{file}: {frame}");
        }
    }
}

/// Pulling towards the middle leaves a class what it is: each has a middle of its own.
#[test]
fn truncation_keeps_the_class() {
    for file in ["fastgan/classes.safetensors", "stylegan_xl/stem.pkl"] {
        let it = Imported::new(&golden(file));
        let net = it.registry().generator("it").unwrap();
        let middle = |class| {
            let mut params = ExploreParams::new("it", 2);
            (params.class, params.truncation_psi) = (Some(class), 0.0);
            resolve(&params, net.as_ref(), &()).unwrap().concat()
        };
        assert!(furthest(&middle(0), &middle(1)) > 0.05, "{file}");
        let own = Mapping::w_avg_of(net.as_ref(), Some(1));
        assert!(furthest(&middle(1)[..own.len()], own) < 1e-6, "{file}");
    }
}
