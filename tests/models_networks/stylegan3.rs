//! StyleGAN3's gradients: what projection and dragging descend on.

use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::latent::Ws;
use limner::models::differentiable::{Differentiable, Draggable, Setting};
use limner::models::drag::{Drag, DragPoint};
use limner::models::project::project;
use limner::models::stylegan3::StyleGan3;
use limner::models::{Generator, Registry};
use limner::recipe::{NoiseMode, Transform};

/// A tiny network of configuration `t` or `r`, random numbers in the authors' code.
fn network(name: &str) -> Arc<StyleGan3> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import/stylegan3");
    let models = tempfile::tempdir().unwrap();
    import(
        &folder.join(format!("{name}.pkl")),
        models.path(),
        Some("it"),
    )
    .unwrap();
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    registry.stylegan3("it").unwrap()
}

fn some_ws(net: &StyleGan3, seed: u64) -> Ws {
    let rows = (0..net.spec().num_ws as u64).map(|row| net.z_of_seed(seed * 100 + row / 6));
    rows.map(|z| net.map(&z).unwrap()).collect()
}

fn tensors(ws: &Ws) -> Vec<Tensor> {
    let row = |row: &Vec<f32>| Tensor::from_slice(row, (1, row.len()), &Device::Cpu).unwrap();
    ws.iter().map(row).collect()
}

fn values(t: &Tensor) -> Vec<f32> {
    t.flatten_all().unwrap().to_vec1().unwrap()
}

const MOVED: Setting = Setting {
    noise: NoiseMode::Fixed,
    transform: Transform {
        translate: [0.1, -0.05],
        rotate: 20.0,
    },
};

#[test]
fn the_picture_with_gradients_is_the_picture() {
    let never = CancelToken::new();
    for name in ["t", "r"] {
        let net = network(name);
        let ws = some_ws(&net, 1);
        let plain = values(&net.tensor(&ws, &MOVED.transform, &never).unwrap());
        let rows = tensors(&ws);
        let graded = net.picture_of(&rows, &MOVED, &never).unwrap();
        let features = net.features_of(&rows, &MOVED, &never).unwrap();
        let through = net.picture_from(&features, &rows, &never).unwrap();
        for other in [graded, through] {
            let most = plain.iter().zip(values(&other)).map(|(a, b)| (a - b).abs());
            let most = most.fold(0.0, f32::max);
            assert!(most < 1e-3, "{name}: {most} apart");
        }
    }
}

/// The gradient against small steps of the latents, row by row: the first one moves and turns the
/// Fourier features, the others are styles.
#[test]
fn gradients_are_what_small_steps_do() {
    let never = CancelToken::new();
    for name in ["t", "r"] {
        let net = network(name);
        let ws = some_ws(&net, 2);
        let weigh = |map: &Tensor| {
            let n = map.elem_count();
            let pattern: Vec<f32> = (0..n)
                .map(|i| ((i * 37 % 101) as f32 / 50.0) - 1.0)
                .collect();
            let pattern = Tensor::from_vec(pattern, map.shape(), &Device::Cpu).unwrap();
            (map * pattern).unwrap().sum_all().unwrap()
        };
        let loss = |rows: &[Tensor]| weigh(&net.picture_of(rows, &MOVED, &never).unwrap());
        let vars: Vec<Var> = tensors(&ws)
            .iter()
            .map(|t| Var::from_tensor(t).unwrap())
            .collect();
        let rows: Vec<Tensor> = vars.iter().map(|v| v.as_tensor().clone()).collect();
        let grads = loss(&rows).backward().unwrap();
        let mut compared = 0;
        for (layer, var) in vars.iter().enumerate() {
            let gradient = values(grads.get(var.as_tensor()).unwrap());
            // Along the gradient itself, where the slope is steepest.
            let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
            if length < 1e-4 {
                continue;
            }
            let at = |step: f32| {
                let mut moved = ws.clone();
                for (w, g) in moved[layer].iter_mut().zip(&gradient) {
                    *w += step * g / length;
                }
                loss(&tensors(&moved)).to_scalar::<f32>().unwrap()
            };
            // Waves bend soon: small enough for a straight line, large enough for f32.
            let step = 2e-3;
            let slope = (at(step) - at(-step)) / (2.0 * step);
            let off = (slope - length).abs() / length;
            println!("{name}, row {layer}: {length} {slope}");
            assert!(
                off < 0.08,
                "{name}, row {layer}: gradient {length}, small steps {slope}"
            );
            compared += 1;
        }
        assert!(compared >= net.spec().num_ws - 1, "{name}: {compared} rows");
    }
}

#[test]
fn a_point_of_a_stylegan3_picture_arrives() {
    let never = CancelToken::new();
    let net = network("t");
    let ws = some_ws(&net, 3);
    let side = net.spec().size[0] as f32;
    let at = [side / 2.0, side / 2.0];
    let point = DragPoint {
        at,
        target: [at[0] + 3.0, at[1]],
    };
    let mut drag = Drag::new(
        net.as_ref(),
        &ws,
        Setting::default(),
        &[point],
        None,
        &never,
    )
    .unwrap();
    let mut steps = 0;
    while !drag.arrived() && steps < 300 {
        drag.step(&never).unwrap();
        steps += 1;
    }
    let left = drag.points()[0].left();
    println!("{left} px left after {steps} steps");
    assert!(left <= 2.0, "{left} px left after {steps} steps");
    assert_ne!(drag.ws().unwrap(), ws);
}

#[test]
fn a_photo_that_a_stylegan3_network_made_is_found_again() {
    let never = CancelToken::new();
    let net = network("t");
    let w = net.map(&net.z_of_seed(11)).unwrap();
    let ws = vec![w; net.spec().num_ws];
    let made = net.synthesize(&ws, NoiseMode::Fixed, None, &never).unwrap();
    let mut looks = 0;
    let mut start = 0.0;
    let found = project(
        net.as_ref(),
        limner::models::project::Start::default(),
        &made,
        120,
        &mut |step, look| {
            if step == 0 {
                start = limner::models::likeness::likeness(&look()?, &made);
            }
            looks += 1;
            Ok(())
        },
        &never,
    )
    .unwrap();
    println!("{start} at first, {} found", found.likeness);
    assert_eq!(looks, 120);
    assert!(found.likeness > 0.9 && found.likeness > start);
}
