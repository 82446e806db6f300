//! Dragging points of a generated picture: they arrive, and what is held stays.

use limner::cancel::CancelToken;
use limner::latent::Ws;
use limner::models::differentiable::Setting;
use limner::models::drag::{Drag, DragPoint};
use limner::models::stylegan2::StyleGan2;
use limner::models::{Generator, ModelError};
use limner::recipe::NoiseMode;

use super::shipped::registry;

fn fruit(seed: u64) -> (std::sync::Arc<StyleGan2>, Ws) {
    let net = registry().stylegan2("fruit").unwrap();
    let w = net.map(&net.z_of_seed(seed)).unwrap();
    let mut ws = vec![w; net.spec().num_ws];
    let average = Generator::w_avg(net.as_ref()).to_vec();
    limner::latent::truncate(&mut ws, &average, 0.7);
    (net, ws)
}

/// The generator is asked to put what is at one place at another, and does.
#[test]
fn a_dragged_point_arrives_within_two_pixels() {
    let (net, ws) = fruit(3);
    let [width, height] = net.spec().size.map(|side| side as f32);
    let never = CancelToken::new();
    for way in [[0.0, -12.0], [10.0, 0.0]] {
        let at = [width / 2.0, height / 2.0];
        let point = DragPoint {
            at,
            target: [at[0] + way[0], at[1] + way[1]],
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
        while !drag.arrived() && steps < 200 {
            drag.step(&never).unwrap();
            steps += 1;
        }
        let left = drag.points()[0].left();
        println!("{way:?}: {left} pixels left after {steps} steps");
        assert!(left <= 2.0, "{way:?}: {left} pixels left");
        assert_ne!(drag.ws().unwrap(), ws);
    }
}

#[test]
fn what_lies_outside_or_does_not_fit_is_refused() {
    let (net, ws) = fruit(1);
    let never = CancelToken::new();
    let refused = |points: &[DragPoint], movable: Option<&[f32]>| {
        matches!(
            Drag::new(
                net.as_ref(),
                &ws,
                Setting::default(),
                points,
                movable,
                &never
            ),
            Err(ModelError::BadRequest(_))
        )
    };
    let inside = DragPoint {
        at: [10.0, 10.0],
        target: [20.0, 10.0],
    };
    assert!(refused(&[], None));
    assert!(refused(&[inside], Some(&[1.0; 7])));
    for (at, target) in [([-1.0, 3.0], [4.0, 4.0]), ([4.0, 4.0], [4.0, 1e6])] {
        assert!(refused(&[DragPoint { at, target }], None));
    }
}

/// A point dragged with a mask around its half of the picture and without one: how much the
/// picture changes inside and outside of the mask, per pixel.
#[test]
fn outside_the_mask_the_picture_stays() {
    let never = CancelToken::new();
    let (net, ws) = fruit(3);
    let [width, height] = net.spec().size.map(|side| side as usize);
    let before = net.synthesize(&ws, NoiseMode::Fixed, None, &never).unwrap();
    // The upper part may move: stalk and shoulder of the fruit.
    let movable: Vec<f32> = (0..height)
        .flat_map(|y| vec![if y < height / 2 { 1.0 } else { 0.0 }; width])
        .collect();
    let at = [width as f32 / 2.0, height as f32 / 3.0];
    let point = DragPoint {
        at,
        target: [at[0], at[1] - 12.0],
    };
    let setting = Setting::default();
    let changed = |mask: Option<&[f32]>| {
        let mut drag = Drag::new(net.as_ref(), &ws, setting, &[point], mask, &never).unwrap();
        let mut steps = 0;
        while !drag.arrived() && steps < 120 {
            drag.step(&never).unwrap();
            steps += 1;
        }
        let after = drag.picture(&never).unwrap();
        let mut apart = [0.0f64; 2];
        for (i, (a, b)) in before.rgba().iter().zip(after.rgba()).enumerate() {
            let row = i / 4 / width;
            apart[usize::from(row >= height / 2)] += f64::from(a.abs_diff(*b));
        }
        println!(
            "{apart:?} after {steps} steps, {} px left",
            drag.points()[0].left()
        );
        apart
    };
    let [inside, outside] = changed(Some(&movable));
    let [_, free] = changed(None);
    assert!(outside < 0.5 * inside, "{outside} outside, {inside} inside");
    assert!(outside < 0.5 * free, "{outside} with mask, {free} without");
}

/// The picture that is shown on the way is that of the latents, whatever the noise.
#[test]
fn a_steps_picture_is_that_of_its_latents() {
    let never = CancelToken::new();
    let (net, ws) = fruit(5);
    let point = DragPoint {
        at: [60.0, 90.0],
        target: [70.0, 80.0],
    };
    for noise in [NoiseMode::Off, NoiseMode::Fixed, NoiseMode::Seeded(7)] {
        let setting = Setting {
            noise,
            ..Setting::default()
        };
        let mut drag = Drag::new(net.as_ref(), &ws, setting, &[point], None, &never).unwrap();
        drag.step(&never).unwrap();
        let again = net
            .synthesize(&drag.ws().unwrap(), noise, None, &never)
            .unwrap();
        let shown = drag.picture(&never).unwrap();
        let pairs = shown.rgba().iter().zip(again.rgba());
        let most = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(most <= 1, "{noise:?}: {most} apart");
    }
}
