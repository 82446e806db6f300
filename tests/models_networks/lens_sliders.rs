//! *Lens*' own sliders over real photos: what is offered is clear a third of the way and still
//! looks like a photo at its ends.

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::latent::attributes::Attribute;
use limner::latent::sliders::TONES;
use limner::models::autoencoder::Autoencoder;
use limner::models::autoencoder::taesd::{self, Taesd};
use limner::models::lens_directions::LensDirections;
use limner::models::lens_reach::{Change, END};
use limner::models::pixels::{picture_of, tensor_of};
use limner::models::weights::Weights;
use limner::picture::Picture;
use limner::recipe::DirectionEdit;

/// Side of what is looked at.
const SIDE: u32 = 160;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The photo that ships and, where they are, the public ones of `../shared`: none of them has
/// the network or a slider seen.
fn photos() -> Vec<Picture> {
    let mut files = vec![root().join("assets/sample/photo.jpg")];
    match std::fs::read_dir(root().join("../shared/eval/content")) {
        Ok(folder) => files.extend(folder.map(|entry| entry.unwrap().path())),
        Err(_) => println!("skipped: ../shared/eval/content isn't here"),
    }
    files.sort();
    let square = |file: &PathBuf| {
        let filter = image::imageops::FilterType::Triangle;
        let photo = image::open(file)
            .unwrap()
            .resize_to_fill(SIDE, SIDE, filter);
        Picture::from_rgba(SIDE, SIDE, photo.into_rgba8().into_raw()).unwrap()
    };
    files.iter().map(square).collect()
}

#[test]
fn a_third_of_every_slider_is_clear_and_its_ends_are_photos() {
    let folder = root().join("models/lens");
    let text = std::fs::read_to_string(folder.join("config.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let config: taesd::Config = serde_json::from_value(json["kwargs"].clone()).unwrap();
    let weights = Weights::open(&folder.join("weights.safetensors"), None, &Device::Cpu).unwrap();
    let net = Taesd::new(&config.straight(), &weights, &Device::Cpu).unwrap();
    let sha = json["sha256"].as_str().unwrap();
    let known = LensDirections::read(&folder.join("directions.json"), sha, 16).unwrap();
    let go = CancelToken::new();
    let photos = photos();
    let seen: Vec<(Tensor, Tensor, Tensor)> = photos
        .iter()
        .map(|photo| {
            let photo = tensor_of(photo, &Device::Cpu).unwrap();
            let grid = net.encode(&photo, &go).unwrap();
            let back = net.decode(&grid, &go).unwrap().clamp(0.0, 1.0).unwrap();
            (photo, grid, back)
        })
        .collect();
    // As Lens does it: the photo with what changes.
    let change = |id: &str, sigma: f32| {
        let edit = DirectionEdit {
            direction: id.to_owned(),
            sigma,
            layers: None,
        };
        let step = known.offset(&[edit]).unwrap();
        let step = Tensor::from_slice(&step, (1, 16, 1, 1), &Device::Cpu).unwrap();
        let one = |((photo, grid, back), before): (&(Tensor, Tensor, Tensor), &Picture)| {
            let moved = grid.broadcast_add(&step).unwrap();
            let made = net.decode(&moved, &go).unwrap().clamp(0.0, 1.0).unwrap();
            let made = ((photo + made).unwrap() - back).unwrap();
            let made = picture_of(&made.clamp(0.0, 1.0).unwrap()).unwrap();
            Change::between(before, &made, net.factor())
        };
        Change::mean(&seen.iter().zip(&photos).map(one).collect::<Vec<_>>())
    };
    let infos = known.infos();
    assert!(infos.len() >= 8, "{infos:?}");
    for info in &infos {
        let tone = Attribute::of_direction(&info.id).is_some_and(|a| TONES.contains(&a));
        if tone {
            continue;
        }
        for sign in [-1.0, 1.0] {
            let (third, end) = (change(&info.id, sign), change(&info.id, sign * END));
            println!("{} {sign}: {third:?}, {end:?}", info.id);
            assert!(third.is_clear(), "{} {sign}: {third:?}", info.id);
            // Other photos than those on which the ends were found.
            assert!(
                end.is_like_a_photo(1.5),
                "{} {}: {end:?}",
                info.id,
                sign * END
            );
            assert!(end.colour > 1.5 * third.colour, "{}: it goes on", info.id);
        }
    }
}
