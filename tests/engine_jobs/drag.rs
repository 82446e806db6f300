//! Dragging points of a generated picture: told step by step, stopped, made again.

use limner::models::drag::DragPoint;
use limner::recipe::{LatentOrigin, Making, Stroke};

use super::*;

fn job(watched: bool) -> DragJob {
    DragJob {
        params: ExploreParams::new("flowers", 3),
        points: vec![DragPoint {
            at: [6.0, 6.0],
            target: [12.0, 6.0],
        }],
        movable: Some(Movable::Painted(Arc::new(Mask {
            shapes: vec![MaskShape::Stroke(Stroke {
                points: [[0.5, 0.5]].into(),
                radius: 0.5,
                feather: 0.5,
                erase: false,
            })],
            invert: false,
        }))),
        steps: 6,
        watched,
    }
}

#[test]
fn every_step_of_a_drag_is_told_and_the_result_is_made_again_from_its_recipe() {
    let mut fixture = Fixture::new();
    let asked = job(true);
    let id = JobId(1);
    let job = Job::Drag(Box::new(asked.clone()));
    fixture.engine.send(Request::Job { id, job }).unwrap();
    let events = fixture.engine.run();
    let told: Vec<u32> = events
        .iter()
        .filter_map(|event| match event {
            Event::Dragged { steps, points, .. } => {
                assert_eq!(points.len(), 1);
                Some(*steps)
            }
            _ => None,
        })
        .collect();
    let done = events.into_iter().find_map(|event| match event {
        Event::Done { result, .. } => Some(result.unwrap()),
        _ => None,
    });
    let Some(Output::Dragged {
        steps,
        picture,
        recipe,
        ..
    }) = done
    else {
        panic!("no drag")
    };
    assert!(steps > 0);
    assert_eq!(told, (1..=steps).collect::<Vec<_>>());
    let Making::Explore(params) = &recipe.making else {
        panic!("{recipe:?}")
    };
    assert!(matches!(params.origin, LatentOrigin::Ws(_)));
    assert_eq!(params.truncation_psi, 1.0);
    let (again, _) = fixture.picture(Job::Replay(recipe.clone()));
    assert_eq!(again, picture);
    // An ordinary state of Explore: it walks, and it mixes with a second seed.
    let walk = WalkParams {
        points: vec![params.clone(), asked.params],
        frames: 3,
        fps: 10.0,
        looped: false,
        path: WalkPath::Spherical,
        spans: Vec::new(),
    };
    let out = fixture.path("drag.gif");
    let walk = Job::Walk(Box::new(FilmJob {
        params: walk.into(),
        max_side: 64,
        enlarge: 1,
        enlarger: None,
        file: FilmFile::named(out.clone()).unwrap(),
    }));
    fixture.job(walk).unwrap();
    assert!(out.is_file());
    let mut mixed = params.clone();
    mixed.mix = Some(limner::recipe::StyleMix {
        seed: 9,
        layers: limner::recipe::LayerRange { start: 2, end: 4 },
    });
    let (mixed, _) = fixture.picture(Job::Render(Arc::new(mixed)));
    assert_ne!(mixed, picture);
}

#[test]
fn a_drag_that_nobody_watches_draws_no_pictures_on_the_way() {
    let mut fixture = Fixture::new();
    let (id, job) = (JobId(1), Job::Drag(Box::new(job(false))));
    fixture.engine.send(Request::Job { id, job }).unwrap();
    let events = fixture.engine.run();
    assert!(!events.iter().any(|e| matches!(e, Event::Dragged { .. })));
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::Done { result: Ok(_), .. }))
    );
}

#[test]
fn a_drag_that_is_told_to_finish_ends_with_the_picture_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = job(true);
    asked.steps = 100_000;
    // Both never get there: they pull one patch two ways.
    asked.points = [[0.0, 6.0], [12.0, 6.0]]
        .map(|target| DragPoint {
            at: [6.0, 6.0],
            target,
        })
        .to_vec();
    let (engine, told) = Engine::spawn(config(folder.path()), Arc::new(|| {})).unwrap();
    let (id, job) = (JobId(1), Job::Drag(Box::new(asked)));
    engine.send(Request::Job { id, job }).unwrap();
    let result = loop {
        match told.recv().unwrap() {
            Event::Dragged { steps: 3, .. } => engine.send(Request::Finish(id)).unwrap(),
            Event::Done { result, .. } => break result,
            _ => {}
        }
    };
    match result.unwrap() {
        Output::Dragged { steps, .. } => assert!((3..1000).contains(&steps), "{steps} steps"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sliders_that_are_not_measured_yet_are_measured_for_what_was_asked_for() {
    let moved = |model: &str| {
        let mut params = ExploreParams::new(model, 3);
        params.edits.push(DirectionEdit {
            direction: "pca.0".into(),
            sigma: 2.0,
            layers: None,
        });
        params
    };
    let mut fixture = Fixture::new();
    let render = Job::Render(Arc::new(moved("flowers")));
    let (made, _) = fixture.picture(render.clone());
    assert_eq!(fixture.picture(render).0, made);
    let mut fixture = Fixture::new();
    let drag = DragJob {
        params: moved("flowers"),
        points: vec![DragPoint {
            at: [6.0, 6.0],
            target: [12.0, 6.0],
        }],
        movable: None,
        steps: 1,
        watched: false,
    };
    fixture.job(Job::Drag(Box::new(drag))).unwrap();
}
