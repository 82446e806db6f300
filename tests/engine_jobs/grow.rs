//! Pictures grown from a photo: looked at on their way, filled where they are painted over.

use super::*;
use limner::recipe::{GrowParams, GrowTask, Stroke};

fn grown(fixture: &mut Fixture, params: &GrowParams) -> Picture {
    fixture.picture(Job::Grow(Arc::new(params.clone()))).0
}

fn look(fixture: &mut Fixture, params: &GrowParams, most: u32) -> Picture {
    let work = Work::Grow(Arc::new(params.clone()));
    fixture.preview(work, Tier::Draft(most)).unwrap()
}

#[test]
fn a_first_look_is_a_size_that_the_picture_goes_through() {
    let mut fixture = Fixture::new();
    let source = fixture.photo("photo.png", 96, 64);
    let params = GrowParams::new(source, 3);
    let whole = grown(&mut fixture, &params);
    assert_eq!(whole.size(), [96, 64]);
    // All of it where it is small enough.
    assert!(look(&mut fixture, &params, 96) == whole);
    let first = look(&mut fixture, &params, 60);
    let [w, h] = first.size();
    assert!((40..=60).contains(&w) && h < w, "{w} x {h}");
    assert!(look(&mut fixture, &params, 60) == first);
    let other = GrowParams { seed: 4, ..params };
    assert!(look(&mut fixture, &other, 60) != first);
}

#[test]
fn what_is_painted_over_is_filled_and_the_rest_stays() {
    let mut fixture = Fixture::new();
    let source = fixture.photo("photo.png", 96, 64);
    let before = limner::photo::read(&fixture.path("photo.png")).unwrap();
    let mask = Mask {
        shapes: vec![MaskShape::Stroke(Stroke {
            points: [[0.5, 0.33]].into(),
            radius: 0.1,
            feather: 0.5,
            erase: false,
        })],
        invert: false,
    };
    let params = GrowParams {
        task: GrowTask::FillPainted { mask: mask.into() },
        ..GrowParams::new(source, 1)
    };
    let (filled, recipe) = fixture.picture(Job::Grow(Arc::new(params.clone())));
    let at = |p: &Picture, x: usize, y: usize| p.rgba()[(y * 96 + x) * 4..][..4].to_vec();
    for (x, y) in [(0, 0), (20, 32), (95, 63), (70, 10)] {
        assert_eq!(at(&filled, x, y), at(&before.picture, x, y), "{x}, {y}");
    }
    // The recipe alone brings it back.
    let recipe = Recipe::from_json(&recipe.to_json()).unwrap();
    assert_eq!(recipe.sources.len(), 1);
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
    assert!(again == filled);
    // Nothing painted, nothing filled: said in words.
    let nothing = GrowParams {
        task: GrowTask::FillPainted {
            mask: Mask::default().into(),
        },
        ..params
    };
    let error = fixture.job(Job::Grow(Arc::new(nothing))).unwrap_err();
    assert!(error.to_string().contains("mark what is to go"), "{error}");
}
