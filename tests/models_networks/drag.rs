//! Dragging points of a generated picture: they arrive, and what is held stays.

use limner::cancel::CancelToken;
use limner::latent::Ws;
use limner::models::drag::{Drag, DragPoint};
use limner::models::stylegan2::StyleGan2;
use limner::models::{Generator, ModelError};

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
        let mut drag = Drag::new(&net, &ws, &[point], None, &never).unwrap();
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
            Drag::new(&net, &ws, points, movable, &never),
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
