//! Learnt styles: *Restyle* with other numbers, against PyTorch, and files that are refused.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::models::Registry;
use limner::models::library::{Painter, StyleInfo};
use limner::models::restyle::{Adapter, Config, Restyle};
use limner::models::weights::Weights;
use limner::recipe::StyleSource;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

/// The hash that the golden file names.
const RESTYLE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn golden(name: &str) -> Vec<u8> {
    let path = format!("tests/golden/{name}.safetensors");
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn weights(name: &str) -> Weights {
    Weights::from_bytes(&golden(name), &Device::Cpu).unwrap()
}

/// The small random *Restyle*, its weights and its sizes.
fn tiny() -> (Restyle, Weights) {
    let own = weights("restyle_tiny");
    let config: Config = serde_json::from_str(own.metadata("kwargs").unwrap()).unwrap();
    let own = own.pp("w");
    (Restyle::new(config, &own, &Device::Cpu).unwrap(), own)
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn close(what: &str, ours: &Tensor, theirs: &Tensor) {
    assert_eq!(ours.dims(), theirs.dims(), "{what}");
    let pairs = flat(ours).into_iter().zip(flat(theirs));
    let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("{what}: {worst:e}");
    assert!(worst < 1e-3, "{what}: {worst}");
}

#[test]
fn a_learnt_painter_agrees_with_pytorch() {
    let (restyle, own) = tiny();
    let adapter = Adapter::from_bytes(&golden("learnt_tiny"), restyle.config(), RESTYLE).unwrap();
    assert_eq!(adapter.about.artist, "PyTorch");
    assert_eq!(adapter.about.year, "2026", "years may be numbers");
    let net = restyle.learnt(&adapter.onto(&own).unwrap()).unwrap();
    let out = weights("learnt_tiny_out");
    let get = |name: &str| out.any(name).unwrap();
    let never = CancelToken::new();
    let (photo, code) = (get("in.photo"), &adapter.code);
    let y = net.stylise(&photo, code, 1.0, 0.0, None, &never).unwrap();
    close("y", &y, &get("out.y"));
    let half = net.stylise(&photo, code, 0.5, 0.5, None, &never).unwrap();
    close("half", &half, &get("out.y_s0.5_keep0.5"));
    let colours = net.colours(&photo).unwrap();
    let norms = net.measure(&photo, &colours, code, 1.0, &never).unwrap();
    let measured = Some((&colours, &norms));
    let crop = net.stylise(&get("in.crop"), code, 1.0, 0.0, measured, &never);
    close("crop", &crop.unwrap(), &get("out.crop_with_photo_stats"));
    // It is another painter than Restyle itself.
    let plain = restyle
        .stylise(&photo, code, 1.0, 0.0, None, &never)
        .unwrap();
    let far = (plain - y).unwrap().abs().unwrap();
    assert!(flat(&far).into_iter().fold(0.0, f32::max) > 0.05);
}

#[test]
fn every_learnt_style_that_ships_opens_and_paints_as_pytorch_does() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut registry = Registry::open(vec![models], None, Device::Cpu);
    let styles = registry.library().styles;
    let learnt = |info: &&StyleInfo| info.painter == Painter::Learnt;
    let ids: Vec<StyleSource> = styles
        .iter()
        .filter(learnt)
        .map(|s| s.source.clone())
        .collect();
    assert!(ids.len() >= 24, "{}", ids.len());
    for source in &ids {
        let StyleSource::Builtin(id) = source else {
            panic!("{source:?}")
        };
        let painter = registry.learnt(id).unwrap().unwrap();
        assert!(painter.code.iter().all(|v| v.is_finite()), "{id}");
    }
    let (painter, out) = (
        registry.learnt("great-wave").unwrap().unwrap(),
        weights("learnt_style"),
    );
    let get = |name: &str| out.any(name).unwrap();
    let (net, code, never) = (&painter.net, &painter.code, CancelToken::new());
    for (name, strength, keep) in [("out.y", 1.0, 0.0), ("out.y_s0.5_keep0.5", 0.5, 0.5)] {
        let y = net.stylise(&get("in.photo"), code, strength, keep, None, &never);
        close(name, &y.unwrap(), &get(name));
    }
}

type Parts = (
    HashMap<String, String>,
    HashMap<String, (Dtype, Vec<usize>, Vec<u8>)>,
);

/// The golden file taken apart.
fn parts() -> Parts {
    let bytes = golden("learnt_tiny");
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.tensors().into_iter().map(|(name, view)| {
        let part = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
        (name, part)
    });
    (header.metadata().clone().unwrap(), tensors.collect())
}

/// What is said of the golden file after a change; nothing if it is taken.
fn refusal(change: impl FnOnce(&mut Parts)) -> String {
    let mut parts = parts();
    change(&mut parts);
    let views = parts.1.iter().map(|(name, (dtype, shape, data))| {
        let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
        (name.clone(), view)
    });
    let bytes = safetensors::serialize(views, Some(parts.0.clone())).unwrap();
    let (restyle, _) = tiny();
    Adapter::from_bytes(&bytes, restyle.config(), RESTYLE)
        .err()
        .map_or_else(String::new, |error| error.to_string())
}

#[test]
fn files_that_are_no_learnt_style_of_this_restyle_are_refused_with_a_word() {
    assert_eq!(refusal(|_| {}), "");
    let meta = |key: &'static str, value: &'static str| {
        refusal(move |(meta, _)| drop(meta.insert(key.into(), value.into())))
    };
    let says = |words: &str, refusal: String| {
        assert!(refusal.contains(words), "{words}: {refusal:?}");
        assert!(
            ["again", "choose another", "update"]
                .iter()
                .any(|what| refusal.contains(what)),
            "says what to do: {refusal}"
        );
    };
    says("another Restyle (1111", meta("restyle", "11111111"));
    says(
        "'limner-restyle-adapter-2'",
        meta("format", "limner-restyle-adapter-2"),
    );
    says("says about itself", meta("about", "[1"));
    says(
        "no learnt style",
        refusal(|(meta, _)| drop(meta.remove("format"))),
    );
    let tensor = |change: fn(&mut HashMap<String, (Dtype, Vec<usize>, Vec<u8>)>)| {
        refusal(move |(_, tensors)| change(tensors))
    };
    for name in ["code", "out.bias", "affine.0.bias", "down2.weight"] {
        let missing = refusal(|(_, tensors)| drop(tensors.remove(name)));
        says(&format!("lacks '{name}'"), missing);
    }
    says(
        "down2.weight.scale",
        tensor(|t| drop(t.remove("down2.weight.scale"))),
    );
    says(
        "'mapping.bias'",
        tensor(|t| {
            t.insert("mapping.bias".into(), (Dtype::F32, vec![1], vec![0; 4]));
        }),
    );
    // A scale for numbers that need none means something that isn't known here.
    says(
        "'out.weight.scale'",
        tensor(|t| {
            t.insert(
                "out.weight.scale".into(),
                (Dtype::F32, vec![3], vec![0; 12]),
            );
        }),
    );
    says(
        "shape",
        tensor(|t| {
            let (dtype, shape, data) = t.get_mut("out.bias").unwrap();
            assert_eq!((*dtype, shape.as_slice()), (Dtype::F32, &[3][..]));
            shape[0] = 2;
            data.truncate(8);
        }),
    );
    says(
        "shape",
        tensor(|t| t.get_mut("down2.weight").unwrap().1.swap(0, 1)),
    );
    says(
        "F64",
        tensor(|t| drop(t.insert("out.bias".into(), (Dtype::F64, vec![3], vec![0; 24])))),
    );
    says(
        "F16",
        tensor(|t| {
            let (_, shape, _) = t["code"].clone();
            let data = vec![0; 2 * shape[0]];
            t.insert("code".into(), (Dtype::F16, shape, data));
        }),
    );
    for broken in [f32::NAN, f32::INFINITY] {
        let refusal = refusal(|(_, tensors)| {
            let data = &mut tensors.get_mut("affine.1.bias").unwrap().2;
            data[..4].copy_from_slice(&broken.to_le_bytes());
        });
        says("not numbers", refusal);
    }
    let (restyle, _) = tiny();
    let whole = golden("learnt_tiny");
    for length in [0, 7, 100, whole.len() - 1] {
        let error = Adapter::from_bytes(&whole[..length], restyle.config(), RESTYLE).err();
        assert!(error.unwrap().to_string().contains("cut short"), "{length}");
    }
}
