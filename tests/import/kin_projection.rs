//! StyleGAN2's less usual networks are fitted to a picture like the others: by gradients through
//! 5 × 5 convolutions, and with alpha in mind.

use candle_core::Device;
use limner::cancel::CancelToken;
use limner::import::import;
use limner::models::likeness::likeness;
use limner::models::project::project;
use limner::models::{Generator, Registry};
use limner::picture::Picture;
use limner::recipe::NoiseMode;

use super::golden;

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
fn every_kind_of_stylegan2_comes_nearer_to_a_picture() {
    let never = CancelToken::new();
    for name in ["orig", "no_noise", "rgba", "kernel5"] {
        let models = tempfile::tempdir().unwrap();
        let file = golden("stylegan2_kin").join(format!("{name}.pkl"));
        import(&file, models.path(), Some("it")).unwrap();
        let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
        let net = registry.stylegan2("it").unwrap();
        let ws = vec![net.map(&net.z_of_seed(5)).unwrap(); net.spec().num_ws];
        let wanted = net.synthesize(&ws, NoiseMode::Fixed, None, &never).unwrap();
        let mut first = None;
        let found = project(
            net.as_ref(),
            None,
            &wanted,
            80,
            &mut |step, look| {
                if step == 0 {
                    first = Some(look()?);
                }
                Ok(())
            },
            &never,
        )
        .unwrap();
        let first = first.unwrap();
        let before = likeness(&first, &wanted);
        println!("{name}: likeness {before} -> {}", found.likeness);
        assert!(found.likeness > before + 0.1, "{name}");
        if name == "rgba" {
            let [before, after] = [&first, &found.picture].map(|p| alpha_apart(p, &wanted));
            println!("alpha apart {before} -> {after}");
            assert!(before > 5.0 && after < 0.5 * before, "{before} -> {after}");
        }
    }
}
