//! Every family that is imported takes photos: gradients are right, a picture that the network made
//! itself is found again, a search stops when told and is the same twice.

use std::fmt::Write;
use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::latent::Ws;
use limner::models::differentiable::{Differentiable, Setting};
use limner::models::likeness::likeness;
use limner::models::pixels::{picture_of_signed, tensor_of};
use limner::models::project::{Projection, Start, project};
use limner::models::{ModelError, Registry};
use limner::picture::Picture;
use limner::recipe::NoiseMode;

use super::golden;

/// File, and the class that is drawn of networks with classes.
const FILES: [(&str, Option<u32>); 15] = [
    ("stylegan2_kin/orig.pkl", None),
    ("stylegan2_kin/no_noise.pkl", None),
    ("stylegan2_kin/rgba.pkl", None),
    ("stylegan2_kin/kernel5.pkl", None),
    ("stylegan3/t.pkl", None),
    ("stylegan3/r.pkl", Some(1)),
    ("stylegan_xl/stem.pkl", Some(2)),
    ("stylegan_xl/super.pkl", Some(1)),
    ("stylegan_xl/plain.pkl", None),
    ("lucidrains/stylegan2/model_3.pt", None),
    ("lucidrains/attention/model_3.pt", None),
    ("lucidrains/lightweight.pt", None),
    ("lucidrains/frequency.pt", None),
    ("fastgan/lite.pkl", None),
    ("fastgan/classes.safetensors", Some(1)),
];

/// Its attention looks at every pixel's neighbours with 512 channels: a second a step.
const SLOW: &str = "lucidrains/frequency.pt";

/// With random numbers in their normalisations the pictures of these networks hardly depend on the
/// latent: here they do, and stay between black and white.
fn enliven(weights: &std::path::Path) {
    let tensors = candle_core::safetensors::load(weights, &Device::Cpu).unwrap();
    let changed = tensors.into_iter().map(|(name, t)| {
        let last = name.rsplit('.').next().unwrap();
        let mut t = match last {
            "running_mean" | "stored_mean" => (t * 0.0).unwrap(),
            "running_var" | "stored_var" => ((t * 0.0).unwrap() + 0.3).unwrap(),
            "bias" if t.rank() == 1 && !name.contains("gain") => (t * 0.3).unwrap(),
            _ => t,
        };
        if name.starts_with("to_big") || name.starts_with("out_conv") {
            t = (t * 0.3).unwrap();
        }
        (name, t)
    });
    let changed: std::collections::HashMap<String, Tensor> = changed.collect();
    candle_core::safetensors::save(&changed, weights).unwrap();
}

fn network(file: &str) -> Arc<dyn Differentiable> {
    let models = tempfile::tempdir().unwrap();
    import(&golden(file), models.path(), Some("it")).unwrap();
    if file.starts_with("fastgan") || file.contains("lightweight") || file == SLOW {
        enliven(&models.path().join("it/weights.safetensors"));
    }
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    assert!(registry.info("it").unwrap().can_project, "{file}");
    registry.differentiable("it").unwrap()
}

fn some_ws(net: &dyn Differentiable, class: Option<u32>) -> Ws {
    let w = net.map_of_class(&[net.z_of_seed(305)], class).unwrap();
    vec![w[0].clone(); net.spec().num_ws]
}

fn picture(net: &dyn Differentiable, ws: &Ws) -> Picture {
    net.synthesize(ws, NoiseMode::Fixed, None, &CancelToken::new())
        .unwrap()
}

/// Mean difference of two pictures' colours and alpha, 0..=255.
fn apart(a: &Picture, b: &Picture) -> f64 {
    let pairs = a.rgba().iter().zip(b.rgba());
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / a.rgba().len() as f64
}

/// What comes out, and what the search began with.
fn search(
    net: &dyn Differentiable,
    wanted: &Picture,
    class: Option<u32>,
    steps: u32,
) -> (Projection, Picture) {
    let start = Start {
        encoder: None,
        class,
    };
    let mut first = None;
    let mut on_step = |step: u32, look: &dyn Fn() -> Result<Picture, ModelError>| {
        if step == 0 {
            first = Some(look()?);
        }
        Ok(())
    };
    let never = CancelToken::new();
    let found = project(net, start, wanted, steps, &mut on_step, &never).unwrap();
    (found, first.unwrap())
}

#[test]
fn a_picture_of_its_own_is_found_again_by_every_family() {
    let (mut told, mut bad) = (String::new(), Vec::new());
    for (file, class) in FILES {
        let net = network(file);
        let wanted = picture(net.as_ref(), &some_ws(net.as_ref(), class));
        let steps = if file == SLOW { 10 } else { 80 };
        let (found, first) = search(net.as_ref(), &wanted, class, steps);
        let [before, after] = [&first, &found.picture].map(|p| apart(p, &wanted));
        let alike = [likeness(&first, &wanted), found.likeness];
        writeln!(
            told,
            "{file}: {before:.1} -> {after:.1} of 255, likeness {:.3} -> {:.3}",
            alike[0], alike[1]
        )
        .unwrap();
        let most = if file == SLOW { 0.9 } else { 0.5 };
        if after > most * before || alike[1] < alike[0] {
            bad.push(file);
        }
        // What is stored is what was shown.
        assert!(picture(net.as_ref(), &found.ws) == found.picture, "{file}");
    }
    println!("{told}");
    assert!(bad.is_empty(), "{bad:?}\n{told}");
}

#[test]
fn pictures_with_gradients_are_the_pictures_and_the_gradients_are_what_small_steps_do() {
    let never = CancelToken::new();
    for (file, class) in &FILES[9..] {
        let net = network(file);
        let ws = some_ws(net.as_ref(), *class);
        let rows = |ws: &Ws| -> Vec<Var> {
            let row = |row: &Vec<f32>| Tensor::from_slice(row, (1, row.len()), &Device::Cpu);
            ws.iter()
                .map(|w| Var::from_tensor(&row(w).unwrap()).unwrap())
                .collect()
        };
        let drawn = |vars: &[Var]| {
            let rows: Vec<Tensor> = vars.iter().map(|v| v.as_tensor().clone()).collect();
            net.picture_of(&rows, &Setting::default(), &never).unwrap()
        };
        let vars = rows(&ws);
        let graded = drawn(&vars);
        let shown = picture_of_signed(&graded.detach()).unwrap();
        let off = apart(&shown, &picture(net.as_ref(), &ws));
        assert!(off < 0.02, "{file}: {off} apart");
        // Waves over the picture, so that no part of it cancels another.
        let weigh = |x: &Tensor| {
            let n = x.elem_count();
            let waves: Vec<f32> = (0..n).map(|i| (i as f32 * 0.013).sin()).collect();
            let waves = Tensor::from_vec(waves, x.shape(), &Device::Cpu).unwrap();
            (x * waves).unwrap().mean_all().unwrap()
        };
        let gradients = weigh(&graded).backward().unwrap();
        for (layer, var) in vars.iter().enumerate() {
            let gradient = gradients.get(var.as_tensor()).unwrap();
            let gradient: Vec<f32> = gradient.flatten_all().unwrap().to_vec1().unwrap();
            let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
            let at = |step: f32| {
                let mut moved = ws.clone();
                for (w, g) in moved[layer].iter_mut().zip(&gradient) {
                    *w += step * g / length;
                }
                weigh(&drawn(&rows(&moved)).detach())
                    .to_scalar::<f32>()
                    .unwrap()
            };
            // The sharper the network bends, the smaller the steps have to be.
            let off = [2e-2f32, 5e-3, 1e-3].map(|step| {
                let slope = (at(step) - at(-step)) / (2.0 * step);
                (slope - length).abs() / length
            });
            println!("{file}, row {layer}: {length}, off by {off:?}");
            let least = off.into_iter().fold(f32::INFINITY, f32::min);
            assert!(least < 0.05, "{file}, row {layer}: {length}, {off:?}");
        }
    }
}

/// Mean difference of two pictures' alpha, 0..=255.
fn alpha_apart(a: &Picture, b: &Picture) -> f64 {
    let alphas = |p: &Picture| {
        p.rgba()
            .iter()
            .skip(3)
            .step_by(4)
            .copied()
            .collect::<Vec<u8>>()
    };
    let (a, b) = (alphas(a), alphas(b));
    let pairs = a.iter().zip(&b);
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / a.len() as f64
}

#[test]
fn alpha_is_fitted_too() {
    for file in ["stylegan2_kin/rgba.pkl", "lucidrains/attention/model_3.pt"] {
        let net = network(file);
        let wanted = picture(net.as_ref(), &some_ws(net.as_ref(), None));
        let (found, first) = search(net.as_ref(), &wanted, None, 80);
        let [before, after] = [&first, &found.picture].map(|p| alpha_apart(p, &wanted));
        println!("{file}: alpha apart {before} -> {after}");
        assert!(after < 0.5 * before, "{file}: {before} -> {after}");
    }
}

#[test]
fn a_search_is_the_same_twice_and_stops_when_told() {
    for (file, class) in [
        ("lucidrains/lightweight.pt", None),
        ("fastgan/classes.safetensors", Some(2)),
        ("lucidrains/stylegan2/model_3.pt", None),
        ("stylegan_xl/stem.pkl", Some(1)),
    ] {
        let net = network(file);
        let wanted = picture(net.as_ref(), &some_ws(net.as_ref(), class));
        let (first, _) = search(net.as_ref(), &wanted, class, 6);
        let (again, _) = search(net.as_ref(), &wanted, class, 6);
        assert!(
            first.ws == again.ws && first.picture == again.picture,
            "{file}"
        );
        let cancel = CancelToken::new();
        let mut steps = 0;
        let mut on_step = |step: u32, _: &dyn Fn() -> Result<Picture, ModelError>| {
            steps = step;
            if step == 3 {
                cancel.cancel();
            }
            Ok(())
        };
        let start = Start::default();
        let result = project(net.as_ref(), start, &wanted, 1000, &mut on_step, &cancel);
        assert!(matches!(result, Err(ModelError::Cancelled)), "{file}");
        assert_eq!(steps, 3, "{file}");
    }
}

/// Of another size, and with nothing that the network knows: something comes out all the same.
#[test]
fn a_foreign_photo_is_come_nearer_to() {
    let pixels = (0..90 * 60u32).flat_map(|i| {
        let (x, y) = (i % 90, i / 90);
        [(x * 2) as u8, (y * 4) as u8, (255 - x * 2) as u8, 255]
    });
    let photo = Picture::from_rgba(90, 60, pixels.collect()).unwrap();
    let net = network("fastgan/lite.pkl");
    let (found, first) = search(net.as_ref(), &photo, None, 60);
    let side = net.spec().size[0];
    assert_eq!(found.picture.size(), [side; 2]);
    assert!(found.picture != first);
    // Its numbers lie where those of seeds do.
    let square: f32 = found.ws[0].iter().map(|v| v * v).sum::<f32>() / found.ws[0].len() as f32;
    assert!((square - 1.0).abs() < 1e-3, "{square}");
    assert!(tensor_of(&found.picture, &Device::Cpu).is_ok());
}

#[test]
fn families_that_cannot_be_dragged_say_so_by_name() {
    for (file, family) in [
        ("lucidrains/lightweight.pt", "lightweight-gan"),
        ("fastgan/lite.pkl", "FastGAN"),
        ("lucidrains/stylegan2/model_3.pt", "stylegan2-pytorch"),
    ] {
        let models = tempfile::tempdir().unwrap();
        import(&golden(file), models.path(), Some("it")).unwrap();
        let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
        assert!(!registry.info("it").unwrap().can_drag);
        let refused = registry.draggable("it").err().unwrap().to_string();
        assert!(
            refused.contains(family) && refused.contains("StyleGAN3"),
            "{refused}"
        );
        let waves = registry.differentiable("cppn").err().unwrap().to_string();
        assert!(waves.contains("coordinate network"), "{waves}");
    }
}
