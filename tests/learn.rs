//! Learning a style: gradients against PyTorch's and against small steps.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod nn;

use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::fine::Style;
use limner::learn::{Course, Lesson, Painter, Parameters, Passage, Progress, Room, file};
use limner::models::restyle::{About, Adapter, Config, Palette, Restyle};
use limner::models::vgg19::Vgg19;
use limner::models::weights::Weights;
use nn::{own_kernels, with_kernel};

fn golden(name: &str) -> Weights {
    let path = format!("tests/golden/{name}.safetensors");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    Weights::open(&path, None, &Device::Cpu).unwrap()
}

fn numbers(file: &Weights, name: &str) -> Vec<f32> {
    let tensor = file.any(name).unwrap();
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// The golden learnt painter, as the golden file's gradients were taken.
fn tiny(gradients: &Weights) -> (Painter, Parameters) {
    let own = golden("restyle_tiny");
    let config: Config = serde_json::from_str(own.metadata("kwargs").unwrap()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/learnt_tiny.safetensors");
    let bytes = std::fs::read(path).unwrap();
    let adapter = Adapter::from_bytes(&bytes, &config, &"0".repeat(64)).unwrap();
    let painter = Painter::new(&config, &adapter.onto(&own.pp("w")).unwrap()).unwrap();
    let mut at = painter.start().clone();
    at.strokes = numbers(gradients, "in.strokes");
    (painter, at)
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let most = b.iter().fold(0f32, |m, v| m.max(v.abs())).max(1e-20);
    let far = a.iter().zip(b).fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    far / most
}

#[test]
fn gradients_of_all_that_is_learnt_agree_with_pytorch() {
    let file = golden("learnt_tiny_gradients");
    let (painter, at) = tiny(&file);
    let (white, g) = (numbers(&file, "in.white"), numbers(&file, "in.weights"));
    let never = CancelToken::new();
    for kernel in own_kernels() {
        with_kernel(kernel, || {
            let mut passage = Passage::new((24, 20));
            let mut gradient = at.clone();
            // Twice with the same room to work in: nothing is left over from the first time.
            for _ in 0..2 {
                gradient.clear();
                painter
                    .forward(&at, &white, 0.7, &mut passage, &never)
                    .unwrap();
                assert!(
                    apart(passage.painted(), &numbers(&file, "out.y")) < 1e-4,
                    "{kernel:?}"
                );
                let passage = &mut passage;
                painter
                    .backward(&at, passage, &g, &mut gradient, &never)
                    .unwrap();
            }
            let check = |name: &str, ours: &[f32]| {
                let far = apart(ours, &numbers(&file, &format!("g.{name}")));
                assert!(far < 1e-3, "{name} {kernel:?}: {far:e}");
            };
            for (layer, ours) in painter
                .config()
                .convolutions()
                .iter()
                .zip(&gradient.weights)
            {
                check(&format!("{}.weight", layer.name), ours);
            }
            for (k, ours) in gradient.affine.iter().enumerate() {
                check(&format!("affine.{k}.bias"), ours);
            }
            check("out.bias", &gradient.bias);
            check("strokes", &gradient.strokes);
        });
    }
}

#[test]
fn a_step_that_is_cancelled_ends_and_odd_sides_are_refused() {
    let file = golden("learnt_tiny_gradients");
    let (painter, at) = tiny(&file);
    let stop = CancelToken::new();
    let mut passage = Passage::new((22, 20));
    let white = vec![0.0; 3 * 22 * 20];
    let error = painter
        .forward(&at, &white, 1.0, &mut passage, &stop)
        .unwrap_err();
    assert!(error.to_string().contains("multiples of 4"), "{error}");
    stop.cancel();
    let mut passage = Passage::new((24, 20));
    let white = numbers(&file, "in.white");
    assert!(
        painter
            .forward(&at, &white, 1.0, &mut passage, &stop)
            .is_err()
    );
}

const SIZE: (usize, usize) = (32, 32);

/// A picture of waves, `shift` apart from others.
fn waves(shift: f32) -> Vec<f32> {
    let (h, w) = SIZE;
    (0..3 * h * w)
        .map(|i| {
            let (c, y, x) = (i / (h * w), i / w % h, i % w);
            let (y, x) = (y as f32, x as f32 + 9.0 * c as f32);
            0.5 + 0.35 * (0.9 * x + shift * y).sin() * (0.5 * y - shift).cos()
        })
        .collect()
}

fn vgg() -> Vgg19 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vgg19/weights.safetensors");
    Vgg19::new(&Weights::open(&path, None, &Device::Cpu).unwrap()).unwrap()
}

fn palette() -> Palette {
    let code = [0.45, 0.5, 0.6, 0.2, 0.05, 0.02, 0.22, 0.03, 0.25];
    Palette::of_code(&code).unwrap()
}

/// From the pixels that VGG-19 sees back to each of the painter's numbers.
#[test]
fn a_lessons_gradient_is_what_small_steps_measure() {
    let file = golden("learnt_tiny_gradients");
    let (painter, at) = tiny(&file);
    let (vgg, never) = (vgg(), CancelToken::new());
    let mut room = Room::new(SIZE);
    let style = Arc::new(Style::of(&vgg, &waves(1.7), SIZE, &never).unwrap());
    let eps = painter.config().eps_colour;
    for strength in [1.0, 0.6] {
        let instrument = (&vgg, eps);
        let photo = waves(0.3).into();
        let lesson = Lesson::new(photo, &style, strength, instrument, &mut room, &never);
        let mut lesson = lesson.unwrap();
        let mut value = |at: &Parameters| -> (f32, Parameters) {
            let mut gradient = at.clone();
            gradient.clear();
            let of = (&painter, at, &palette());
            let mark = lesson.learn(of, (strength, 4.5), &vgg, &mut room, &mut gradient, &never);
            (mark.unwrap().loss, gradient)
        };
        let (_, gradient) = value(&at);
        // Every group of numbers by itself, along its own gradient.
        let groups = gradient.groups().count();
        for k in 0..groups {
            let way = gradient.groups().nth(k).unwrap();
            let length = way.iter().map(|g| g * g).sum::<f32>().sqrt();
            if length < 0.02 {
                continue;
            }
            let mut moved = |t: f32| {
                let mut at = at.clone();
                for (a, g) in at.groups_mut().nth(k).unwrap().iter_mut().zip(way) {
                    *a += t * g / length;
                }
                value(&at).0
            };
            // So far that the loss changes by about as much for every group.
            let step = (0.01 / length).min(0.01);
            let measured = (moved(step) - moved(-step)) / (2.0 * step);
            assert!(
                (measured - length).abs() < 0.05 * length,
                "group {k} of {groups} at {strength}: measured {measured}, gradient {length}"
            );
        }
    }
}

fn course() -> (Course, Progress) {
    let (painter, at) = tiny(&golden("learnt_tiny_gradients"));
    let style = Style::of(&vgg(), &waves(1.7), SIZE, &CancelToken::new());
    let style = Arc::new(style.unwrap());
    let photos = (0..3).map(|i| waves(0.2 + 0.3 * i as f32)).collect();
    let progress = Progress::new(at, 40);
    (
        Course::new(painter, (palette(), style), photos, 7),
        progress,
    )
}

/// Cut short, written to a file, read and gone on with: the same bytes as in one go. Less and less
/// is wrong, and what is left is a learnt style.
#[test]
fn learning_goes_on_where_it_was_and_learns() {
    let (vgg, never) = (vgg(), CancelToken::new());
    let run = |course: &mut Course, progress: &mut Progress, steps: u32| -> Vec<f32> {
        let mut room = Room::new(SIZE);
        let step = |_| course.step(progress, &vgg, &mut room, &never).unwrap().loss;
        (0..steps).map(step).collect()
    };
    let (mut whole, mut at) = course();
    let losses = run(&mut whole, &mut at, 40);
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    assert!(
        mean(&losses[30..]) < 0.8 * mean(&losses[..10]),
        "{losses:?}"
    );
    assert!(at.is_over());

    let (mut course, mut again) = course();
    run(&mut course, &mut again, 17);
    let bytes = file::progress(&again, ("waves", 3.5), None).unwrap();
    assert!(file::read_progress(&bytes, &course.painter, "other waves").is_none());
    assert!(file::read_progress(&bytes[..bytes.len() / 2], &course.painter, "waves").is_none());
    let (mut read, seconds) = file::read_progress(&bytes, &course.painter, "waves").unwrap();
    assert_eq!((&read, seconds), (&again, 3.5));
    run(&mut course, &mut read, 23);
    assert_eq!(read, at);

    let painter = &course.painter;
    let learnt = &at.adam.average;
    let about = About::default();
    let bytes = file::adapter(painter, learnt, &palette(), "abc", &about).unwrap();
    let adapter = Adapter::from_bytes(&bytes, painter.config(), "abc").unwrap();
    assert_eq!(adapter.code[9..], learnt.strokes);
    assert!(bytes.len() < 40_000, "{}", bytes.len());
}

/// Learning can begin with what another *Restyle* makes of the style: the painter then paints what
/// that one painted.
#[test]
fn a_painter_takes_after_another_restyle() {
    let golden = golden("restyle_tiny");
    let config: Config = serde_json::from_str(golden.metadata("kwargs").unwrap()).unwrap();
    let own = golden.pp("w");
    // The other one's weights are other numbers everywhere.
    let convolutions = config.convolutions().into_iter().map(|layer| layer.name);
    let affine = (0..config.norms().len()).map(|k| format!("affine.{k}"));
    let layers = convolutions.chain(affine).chain(["mapping".to_owned()]);
    let names = layers.flat_map(|layer| ["weight", "bias"].map(|kind| format!("{layer}.{kind}")));
    let change = |(k, name): (usize, String)| {
        let name = format!("transform.{name}");
        let tensor = own.any(&name).unwrap();
        let values = (0..tensor.elem_count()).map(|i| 0.05 * ((i * 5 + k * 11) as f32).sin());
        let values = Tensor::from_vec(values.collect(), tensor.dims(), &Device::Cpu);
        (name, values.unwrap())
    };
    let changes: Vec<_> = names.enumerate().map(change).collect();
    let other = own.plus(changes).unwrap();
    let (mine, theirs) = (
        Painter::new(&config, &own).unwrap(),
        Painter::new(&config, &other).unwrap(),
    );
    let strokes: Vec<f32> = (0..config.code_dim).map(|i| (i as f32).cos()).collect();
    let never = CancelToken::new();
    let paint = |painter: &Painter, at: &Parameters| {
        let mut passage = Passage::new(SIZE);
        painter
            .forward(at, &waves(0.3), 1.0, &mut passage, &never)
            .unwrap();
        passage.painted().to_vec()
    };
    let mut at = theirs.start().clone();
    at.strokes.clone_from(&strokes);
    let wanted = paint(&theirs, &at);
    let found = paint(&mine, &mine.in_place_of(&theirs, &strokes).unwrap());
    assert!(apart(&found, &wanted) < 1e-4, "{}", apart(&found, &wanted));
    assert!(apart(&paint(&mine, &at), &wanted) > 1e-2);

    // One of other sizes can't be taken after.
    let mut other = config;
    other.receptive_radius += 4;
    let other = Painter::new(&other, &own).unwrap();
    assert!(mine.in_place_of(&other, &strokes).is_none());
}

/// What the program paints with a learnt style is what the painter that learnt it painted.
#[test]
fn a_learnt_file_paints_as_the_painter_that_learnt_it() {
    let own = golden("restyle_tiny").pp("w");
    let config: Config =
        serde_json::from_str(golden("restyle_tiny").metadata("kwargs").unwrap()).unwrap();
    let painter = Painter::new(&config, &own).unwrap();
    let mut learnt = painter.start().clone();
    for (k, group) in learnt.groups_mut().enumerate() {
        for (i, value) in group.iter_mut().enumerate() {
            *value += 0.06 * ((i * 7 + k * 3) as f32).sin();
        }
    }
    let bytes = file::adapter(&painter, &learnt, &palette(), "abc", &About::default()).unwrap();
    let adapter = Adapter::from_bytes(&bytes, &config, "abc").unwrap();
    let restyle = Restyle::new(config, &own, &Device::Cpu).unwrap();
    let net = restyle.learnt(&adapter.onto(&own).unwrap()).unwrap();
    let never = CancelToken::new();
    let photo = Tensor::from_vec(waves(0.3), (1, 3, 32, 32), &Device::Cpu).unwrap();
    let colours = net.colours(&photo).unwrap();
    let (made, _) = net
        .transform(&photo, &colours, &adapter.code, 0.8, None, &never)
        .unwrap();
    let white = colours.whiten(&photo).unwrap();
    let white: Vec<f32> = white.flatten_all().unwrap().to_vec1().unwrap();
    let mut passage = Passage::new(SIZE);
    painter
        .forward(&learnt, &white, 0.8, &mut passage, &never)
        .unwrap();
    let made: Vec<f32> = made.flatten_all().unwrap().to_vec1().unwrap();
    // Eight bits keep a weight's difference to a two-hundred-and-fiftieth.
    assert!(
        apart(&made, passage.painted()) < 0.02,
        "{}",
        apart(&made, passage.painted())
    );
}
