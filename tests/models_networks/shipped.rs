//! *Crisp*, *Fruit* and its encoder against their PyTorch definitions: with small
//! random weights, and with the weights that ship.

use std::path::Path;

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::models::crisp::Crisp;
use limner::models::encoder::Encoder;
use limner::models::weights::Weights;
use limner::models::{Generator, ModelError, Registry};
use limner::picture::Picture;
use limner::recipe::NoiseMode;

/// A file of the repository: it is always there.
fn open(file: &str) -> Weights {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    Weights::open(&path, None, &Device::Cpu).unwrap()
}

fn kwargs<C: serde::de::DeserializeOwned>(golden: &Weights) -> C {
    serde_json::from_str(golden.metadata("kwargs").unwrap()).unwrap()
}

pub fn registry() -> Registry {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    Registry::open(vec![models], None, Device::Cpu)
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

fn crisp_agrees(net: &Crisp, golden: &Weights) {
    let never = CancelToken::new();
    let x = golden.any("_in.x").unwrap();
    for scale in net.scales() {
        let ours = net.enlarge(&x, scale, &never).unwrap();
        let theirs = golden.any(&format!("_out.x{scale}")).unwrap();
        assert_eq!(ours.dims(), theirs.dims());
        close("enlarged", &flat(&ours), &theirs.clamp(0.0, 1.0).unwrap());
    }
    assert!(matches!(
        net.enlarge(&x, 3, &never),
        Err(ModelError::BadRequest(_))
    ));
    let cancel = CancelToken::new();
    cancel.cancel();
    assert!(matches!(
        net.enlarge(&x, 2, &cancel),
        Err(ModelError::Cancelled)
    ));
}

#[test]
fn crisp_with_random_weights() {
    let golden = open("tests/golden/crisp_tiny.safetensors");
    let net = Crisp::new(&kwargs(&golden), &golden, &Device::Cpu).unwrap();
    crisp_agrees(&net, &golden);
}

/// A tile enlarged with its surroundings is a piece of the whole.
#[test]
fn crisp_tiles_fit_together() {
    let golden = open("tests/golden/crisp_tiny.safetensors");
    let net = Crisp::new(&kwargs(&golden), &golden, &Device::Cpu).unwrap();
    let never = CancelToken::new();
    let values: Vec<f32> = (0..3 * 40 * 40)
        .map(|i| ((i * 37) % 101) as f32 / 101.0)
        .collect();
    let whole = Tensor::from_vec(values, (1, 3, 40, 40), &Device::Cpu).unwrap();
    let reach = net.receptive_radius();
    let piece = whole
        .narrow(2, 16 - reach, 8 + 2 * reach)
        .unwrap()
        .contiguous()
        .unwrap();
    let large = net.enlarge(&whole, 2, &never).unwrap();
    let small = net.enlarge(&piece, 2, &never).unwrap();
    let core = small.narrow(2, 2 * reach, 16).unwrap();
    close("tile", &flat(&core), &large.narrow(2, 32, 16).unwrap());
}

#[test]
fn crisp_as_it_ships() {
    let golden = open("tests/golden/crisp.safetensors");
    crisp_agrees(&registry().crisp("crisp").unwrap(), &golden);
}

#[test]
fn painterly_as_it_ships() {
    let golden = open("tests/golden/painterly.safetensors");
    crisp_agrees(&registry().crisp("painterly").unwrap(), &golden);
}

#[test]
fn encoder_with_random_weights() {
    let golden = open("tests/golden/fruit_encoder_tiny.safetensors");
    let net = Encoder::new(kwargs(&golden), &golden, &Device::Cpu).unwrap();
    let w = net.encode_tensor(&golden.any("_in.x").unwrap()).unwrap();
    close("w", &w, &golden.any("_out.w").unwrap());
    // Photos of any size and aspect have a w.
    let photo = Picture::from_rgba(300, 20, vec![90; 300 * 20 * 4]).unwrap();
    assert_eq!(net.encode(&photo).unwrap().len(), net.w_dim());
    let dot = Picture::from_rgba(1, 1, vec![255; 4]).unwrap();
    assert!(net.encode(&dot).unwrap().iter().all(|v| v.is_finite()));
}

/// A generator and its encoder as they ship.
fn generator_agrees(name: &str) {
    let golden = open(&format!("tests/golden/{name}.safetensors"));
    let mut registry = registry();
    let net = registry.stylegan2(name).unwrap();
    let z = flat(&golden.any("_in.z").unwrap());
    let mut ws = vec![net.map(&z).unwrap(); net.spec().num_ws];
    close("ws", &ws.concat(), &golden.any("_out.ws_psi1").unwrap());
    let never = CancelToken::new();
    let image = net.tensor(&ws, NoiseMode::Fixed, &never).unwrap();
    let theirs = golden.any("_out.image_psi1").unwrap();
    assert_eq!(image.dims(), theirs.dims());
    close("picture", &flat(&image), &theirs);
    limner::latent::truncate(&mut ws, Generator::w_avg(&*net), 0.7);
    let window = net
        .tensor(&ws, NoiseMode::Fixed, &never)
        .and_then(|t| middle_half(&t))
        .unwrap();
    close(
        "window",
        &flat(&window),
        &golden.any("_out.image_psi0.7_window").unwrap(),
    );
    if let Some(encoder) = registry.encoder_of(name).unwrap() {
        let w = encoder.encode_tensor(&theirs).unwrap();
        close("encoded", &w, &golden.any("_out.encoded_w").unwrap());
    }
}

fn middle_half(picture: &Tensor) -> Result<Tensor, ModelError> {
    let (_, _, h, w) = picture.dims4()?;
    Ok(picture.narrow(2, h / 4, h / 2)?.narrow(3, w / 4, w / 2)?)
}

#[test]
fn fruit_as_it_ships() {
    generator_agrees("fruit");
}

#[test]
fn landscapes_as_they_ship() {
    generator_agrees("landscapes");
}

#[test]
fn landscapes_vae_as_it_ships() {
    let registry = registry();
    let info = registry.info("landscapes_vae").unwrap();
    assert_eq!((info.truncation, info.temperature), (1.0, true));
    let info = registry.info("landscapes").unwrap();
    assert_eq!((info.truncation, info.temperature), (0.7, false));
    generator_agrees("landscapes_vae");
}

/// The encoder and the decoder of *Landscapes VAE* were trained as one: what it makes of
/// a picture is that picture again, as far as so few numbers can say.
#[test]
fn landscapes_vae_paints_a_picture_of_its_own_again() {
    let mut registry = registry();
    let net = registry.stylegan2("landscapes_vae").unwrap();
    let encoder = registry.encoder_of("landscapes_vae").unwrap().unwrap();
    let never = CancelToken::new();
    let paint = |w: Vec<f32>| {
        let ws = vec![w; net.spec().num_ws];
        net.tensor(&ws, NoiseMode::Fixed, &never).unwrap()
    };
    // As colours: averages over an eighth of the height.
    let small = |picture: &Tensor| flat(&picture.avg_pool2d(16).unwrap());
    let far = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum() };
    let of_seeds: Vec<(Tensor, Vec<f32>)> = (0..8)
        .map(|seed| {
            let picture = paint(net.map(&net.z_of_seed(seed)).unwrap());
            let colours = small(&picture);
            (picture, colours)
        })
        .collect();
    for (seed, (picture, colours)) in of_seeds.iter().enumerate() {
        let again = small(&paint(encoder.encode_tensor(picture).unwrap()));
        for (other, (_, theirs)) in of_seeds.iter().enumerate() {
            assert!(
                other == seed || far(&again, colours) < far(&again, theirs),
                "seed {seed} comes back as seed {other}"
            );
        }
    }
}
