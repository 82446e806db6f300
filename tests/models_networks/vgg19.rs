//! The instrument of *Fine*, held against PyTorch.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::models::vgg19::{CHANNELS, LAYERS, Passage, Vgg19};
use limner::models::weights::Weights;
use limner::models::{ModelError, Registry};
use safetensors::tensor::{Dtype, TensorView};

fn repository(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn apart(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |v: f64| v * v;
    let far: f64 = a.iter().zip(b).map(|(a, b)| square(f64::from(a - b))).sum();
    let size: f64 = b.iter().map(|b| square(f64::from(*b))).sum();
    (far / size).sqrt()
}

#[test]
fn features_and_gradient_are_those_of_pytorch() {
    let weights = repository("models/vgg19/weights.safetensors");
    let vgg = Vgg19::new(&Weights::open(&weights, None, &Device::Cpu).unwrap()).unwrap();
    let golden = repository("tests/golden/vgg19.safetensors");
    let golden = candle_core::safetensors::load(golden, &Device::Cpu).unwrap();
    let get = |name: &str| -> Vec<f32> { golden[name].flatten_all().unwrap().to_vec1().unwrap() };
    let (_, h, w) = golden["in.picture"].dims3().unwrap();
    let stop = CancelToken::new();
    let mut passage = Passage::new((h, w));
    vgg.forward(&get("in.picture"), &mut passage, &stop)
        .unwrap();
    for layer in 0..LAYERS {
        let far = apart(
            passage.features(layer),
            &get(&format!("out.features{layer}")),
        );
        assert!(far < 1e-5, "features {layer}: {far}");
        let (h, w) = passage.layer_size(layer);
        assert_eq!(passage.features(layer).len(), CHANNELS[layer] * h * w);
    }
    let mut out = vec![0.0; 3 * h * w];
    let mut gradient = |layer: usize, _: &[f32], _, to: &mut [f32]| {
        let values = get(&format!("in.gradient{layer}"));
        to[..values.len()].copy_from_slice(&values);
    };
    vgg.backward(&mut passage, &mut gradient, &mut out, &stop)
        .unwrap();
    let far = apart(&out, &get("out.gradient"));
    assert!(far < 1e-5, "gradient: {far}");
    stop.cancel();
    let stopped = vgg.forward(&get("in.picture"), &mut passage, &stop);
    assert!(matches!(stopped, Err(ModelError::Cancelled)));
}

#[test]
fn it_is_found_but_shown_nowhere() {
    let mut registry = Registry::open(vec![repository("models")], None, Device::Cpu);
    let shown = registry.library().models;
    assert!(shown.iter().any(|model| model.name == "restyle"));
    assert!(shown.iter().all(|model| model.name != "vgg19"));
    registry.vgg19("vgg19").unwrap();
    assert!(registry.generator("vgg19").is_err());
    assert!(registry.vgg19("restyle").is_err());
}

#[test]
fn eight_bit_numbers_need_their_scales() {
    let whole: [i8; 4] = [127, -127, 1, 0];
    let bytes: Vec<u8> = whole.iter().map(|v| *v as u8).collect();
    let scales: Vec<u8> = [0.5f32, 2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let file = |scales: Option<(&[u8], usize)>| {
        let mut tensors = HashMap::new();
        tensors.insert("a", TensorView::new(Dtype::I8, vec![2, 2], &bytes).unwrap());
        if let Some((scales, count)) = scales {
            let view = TensorView::new(Dtype::F32, vec![count], scales).unwrap();
            tensors.insert("a.scale", view);
        }
        let bytes = safetensors::serialize(tensors, None).unwrap();
        Weights::from_bytes(&bytes, &Device::Cpu)
    };
    let read: Tensor = file(Some((&scales, 2))).unwrap().get(&[2, 2], "a").unwrap();
    let read: Vec<f32> = read.flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(read, [63.5, -63.5, 2.0, 0.0]);
    assert!(matches!(file(None), Err(ModelError::MissingTensor(name)) if name == "a.scale"));
    let short = file(Some((&scales[..4], 1)));
    assert!(matches!(short, Err(ModelError::WrongShape { .. })));
}
