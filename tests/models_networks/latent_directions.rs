//! A named slider does what its name says, on pictures that it has never seen.

use std::sync::OnceLock;

use limner::cancel::CancelToken;
use limner::latent::attributes::{Attribute, measure};
use limner::latent::discover::{DiscoveryCallbacks, DiscoveryPlan, discover};
use limner::latent::{DirectionSet, LatentError, resolve};
use limner::models::cppn::{Config, Cppn};
use limner::models::{Generator, find_directions};
use limner::recipe::{DirectionEdit, ExploreParams, NoiseMode};

use super::toy::Toy;

fn toy_set(seed: u64) -> DirectionSet {
    let plan = DiscoveryPlan {
        pictures: 200,
        seed,
        ..DiscoveryPlan::default()
    };
    let (mut seen, mut whole) = (0, 0);
    let set = discover(
        &Toy::new(),
        "abc",
        &plan,
        &mut DiscoveryCallbacks {
            render: &mut |ws| Ok(Toy::render(ws)),
            progress: &mut |done, total| {
                assert!(done >= seen && done <= total);
                (seen, whole) = (done, total);
            },
            cancel: &CancelToken::new(),
        },
    )
    .unwrap();
    assert_eq!(seen, whole);
    set
}

#[test]
fn a_known_generator_gives_its_secrets_away() {
    let set = toy_set(1);
    let find = |id: &str| set.directions.iter().find(|d| d.id == id);
    let brightness = find("measured.brightness").unwrap();
    assert!(brightness.measured && brightness.strength > 0.8);
    // The toy's brightness is w[1] of the last layer.
    let most = brightness.step.iter().map(|v| v.abs()).fold(0.0, f32::max);
    assert!(brightness.step[1] > 0.9 * most, "{:?}", brightness.step);
    assert!(brightness.layers.contains(3) && !brightness.layers.contains(0));
    let size = find("measured.subject_size").unwrap();
    assert!(size.step[0].abs() > 0.7 * size.step.iter().map(|v| v.abs()).fold(0.0, f32::max));
    // The toy's size is w[0] of its first two layers, in equal shares.
    assert!(size.layers.contains(0) && size.layers.contains(1));
    assert!(!size.layers.contains(3), "{:?}", size.layers);
    assert!(find("measured.warmth").is_some());
    // It is always symmetric, so there's nothing to learn about symmetry.
    assert!(find("measured.symmetry").is_none());
    // Its latents are alike in all directions, but only three of them show.
    let main = set.directions.iter().filter(|d| !d.measured);
    for direction in main.clone() {
        let size = |v: &[f32]| v.iter().map(|v| v * v).sum::<f32>().sqrt();
        assert!(size(&direction.step[..3]) > 0.9 * size(&direction.step));
    }
    assert!((2..=3).contains(&main.count()));
}

#[test]
fn a_set_survives_its_cache_and_knows_its_model() {
    let set = toy_set(2);
    let text = serde_json::to_string(&set).unwrap();
    let back: DirectionSet = serde_json::from_str(&text).unwrap();
    assert_eq!(set, back);
    assert!(back.fits("abc", Toy::DIM));
    assert!(!back.fits("abd", Toy::DIM) && !back.fits("abc", 9));
    assert_eq!(back.infos().len(), set.directions.len());
    assert_eq!(set, toy_set(2));
}

#[test]
fn finding_directions_stops_when_told() {
    let cancel = CancelToken::new();
    let mut made = 0;
    let result = discover(
        &Toy::new(),
        "abc",
        &DiscoveryPlan::default(),
        &mut DiscoveryCallbacks {
            render: &mut |ws| {
                made += 1;
                if made == 5 {
                    cancel.cancel();
                }
                Ok(Toy::render(ws))
            },
            progress: &mut |_, _| {},
            cancel: &cancel,
        },
    );
    assert_eq!(result, Err(LatentError::Cancelled));
    assert_eq!(made, 5);
}

fn waves() -> &'static (Cppn, DirectionSet) {
    static SET: OnceLock<(Cppn, DirectionSet)> = OnceLock::new();
    SET.get_or_init(|| {
        let config = Config {
            definition: 1,
            seed: 1,
            size: [32, 32],
        };
        let net = Cppn::new(&config).unwrap();
        let plan = DiscoveryPlan {
            pictures: 400,
            sliders: 2,
            ..DiscoveryPlan::default()
        };
        let never = CancelToken::new();
        let set = find_directions(&net, "waves", &plan, &mut |_, _| {}, &never).unwrap();
        (net, set)
    })
}

/// Moves fresh seeds by one σ along each named slider of *Waves*.
#[test]
fn named_sliders_raise_what_they_name_on_fresh_pictures() {
    let (net, set) = waves();
    let named: Vec<_> = set.directions.iter().filter(|d| d.measured).collect();
    for d in &named {
        println!("{} R2 {:.2} layers {:?}", d.name, d.strength, d.layers);
    }
    assert!(named.len() >= 3, "{}", named.len());
    for direction in named {
        let value = |params: &ExploreParams| {
            let ws = resolve(params, net, set).unwrap();
            let picture = net
                .synthesize(&ws, NoiseMode::Off, Some([32, 32]), &CancelToken::new())
                .unwrap();
            let all = measure(&picture);
            let id = direction.id.strip_prefix("measured.").unwrap();
            let found = all
                .into_iter()
                .find(|(a, _): &(Attribute, f64)| a.id() == id);
            found.unwrap().1
        };
        let (mut rises, mut sum) = (0, 0.0);
        for seed in 9000..9024 {
            let plain = ExploreParams::new("cppn", seed);
            let mut moved = plain.clone();
            moved.edits.push(DirectionEdit {
                direction: direction.id.clone(),
                sigma: 1.0,
                layers: None,
            });
            let change = value(&moved) - value(&plain);
            rises += usize::from(change > 0.0);
            sum += change;
        }
        println!("{}: {rises} of 24 rise", direction.name);
        assert!(sum > 0.0 && rises >= 15, "{}: {rises}", direction.name);
    }
}
