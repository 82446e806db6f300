//! The sliders of the generators that ship: `directions.json` beside the weights is
//! what the search finds, so that they are there at the first start.
//!
//! `UPDATE_DIRECTIONS=1 cargo test --test models_networks shipped_directions` writes
//! them anew after the search has changed, `UPDATE_DIRECTIONS=fruit` those of one model
//! after that has; takes some minutes.

use std::fs;
use std::path::PathBuf;

use candle_core::Device;
use limner::cancel::CancelToken;
use limner::engine::protocol::ModelKind;
use limner::latent::DirectionSet;
use limner::latent::LatentStats;
use limner::latent::discover::DiscoveryPlan;
use limner::models::{Registry, find_directions};

fn models() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/models"))
}

#[test]
fn shipped_directions_belong_to_the_shipped_networks() {
    let mut registry = Registry::open(vec![models()], None, Device::Cpu);
    let generators: Vec<_> = registry
        .library()
        .models
        .into_iter()
        .filter(|m| m.kind == ModelKind::Generator)
        .collect();
    assert!(!generators.is_empty());
    for model in generators {
        let net = registry.generator(&model.name).unwrap();
        let file = models().join(&model.name).join("directions.json");
        let plan = DiscoveryPlan::default();
        let update = std::env::var("UPDATE_DIRECTIONS");
        if update.is_ok_and(|which| which == "1" || which == model.name) {
            let never = CancelToken::new();
            let set = find_directions(net.as_ref(), &model.sha256, &plan, &mut |_, _| {}, &never)
                .unwrap();
            fs::write(&file, serde_json::to_vec(&set).unwrap()).unwrap();
        }
        assert_eq!(registry.directions_file(&model.name), Some(file.clone()));
        let set: DirectionSet = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert!(
            set.fits(&model.sha256, net.spec().w_dim),
            "{}: of another model or version; write it anew (see above)",
            model.name
        );
        assert!(set.directions.iter().any(|d| d.measured), "{}", model.name);
        // The statistics are quick to find again: the file is of this network.
        let stats = LatentStats::measure(net.as_ref(), plan.latents, plan.kept, plan.seed).unwrap();
        for (a, b) in stats.std.iter().zip(&set.stats.std) {
            assert!((a - b).abs() <= 1e-3 * a.abs(), "{}: {a} {b}", model.name);
        }
    }
}
