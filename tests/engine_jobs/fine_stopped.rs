//! Pictures of *Fine* that are stopped, or make room for others while they are paused: whole as they
//! are, and gone on with as if nothing had been.

use super::fine::{Working, large, room, scales, steps};
use super::*;
use limner::recipe::Wrap;

fn panorama(room: &Fixture) -> StyleParams {
    let photo = room.photo("photo.png", 128, 64);
    let style = style(room.photo("style.png", 60, 60));
    StyleParams {
        wrap: Wrap::Panorama,
        ..params(photo, vec![style])
    }
}

/// Stops a picture as soon as it has come so far: what it is then, and its recipe.
fn stopped(
    working: &Working,
    (id, job): (u64, &Job),
    far_enough: impl Fn(Stage, u64) -> bool,
) -> (Picture, Box<Recipe>) {
    let (id, job) = (JobId(id), job.clone());
    working.ask(id, job);
    loop {
        match working.next() {
            Event::Progress { stage, done, .. } if far_enough(stage, done) => break,
            Event::Done { result, .. } => panic!("too quick: {result:?}"),
            _ => {}
        }
    }
    working.engine.send(Request::Finish(id)).unwrap();
    made(working)
}

fn made(working: &Working) -> (Picture, Box<Recipe>) {
    match working.done().unwrap() {
        Output::Picture { picture, recipe } => (picture, recipe),
        other => panic!("{other:?}"),
    }
}

/// How far a picture is when it goes on.
fn first_progress(working: &Working) -> u64 {
    loop {
        if let Event::Progress {
            stage: Stage::Rendering,
            done,
            ..
        } = working.next()
        {
            return done;
        }
    }
}

fn is_stopped(recipe: &Recipe) -> bool {
    recipe.extra["fine"].get("stopped").is_some()
}

#[test]
fn one_that_is_stopped_while_it_is_gone_over_in_tiles_is_not_finished() {
    let mut room = room();
    let photo = room.photo("photo.png", 960, 96);
    let params = params(photo, vec![style(room.photo("style.png", 90, 120))]);
    let job = large(&params, 3);
    let (straight, _) = room.picture(job.clone());
    let folder = tempfile::tempdir().unwrap();
    let working = Working::new(folder.path());
    let (early, recipe) = stopped(&working, (1, &job), |stage, _| stage == Stage::Writing);
    assert!(early != straight && is_stopped(&recipe));
    assert_eq!(scales(&recipe), [(vec![240, 24], 2)]);
    let (again, _) = room.picture(Job::Replay(recipe));
    assert!(again == early, "its recipe gives the same pixels");
    working.ask(JobId(2), job);
    let (whole, recipe) = made(&working);
    assert!(whole == straight && !is_stopped(&recipe));
}

#[test]
fn a_panorama_stops_at_once_and_goes_on_where_it_was() {
    let mut room = room();
    let params = panorama(&room);
    let job = steps(&params, 4);
    let (straight, _) = room.picture(job.clone());
    let folder = tempfile::tempdir().unwrap();
    let working = Working::new(folder.path());
    let half = |stage, done| stage == Stage::Rendering && done > 500;
    let (early, recipe) = stopped(&working, (1, &job), half);
    assert_eq!(early.size(), [128, 64]);
    assert!(early != straight && is_stopped(&recipe));
    let (again, _) = room.picture(Job::Replay(recipe));
    assert!(again == early, "its recipe gives the same pixels");
    working.ask(JobId(2), job);
    let first = first_progress(&working);
    assert!(first > 300, "some faces are done: {first}");
    assert!(made(&working).0 == straight);
}

#[test]
fn a_paused_picture_that_makes_room_for_another_loses_nothing() {
    let mut room = room();
    let photo = room.photo("photo.png", 96, 64);
    let one = params(photo, vec![style(room.photo("style.png", 64, 64))]);
    let mut other = one.clone();
    other.strength = 0.7;
    let jobs = [&one, &other].map(|params| steps(params, 30));
    let straight = jobs.clone().map(|job| room.picture(job).0);
    let folder = tempfile::tempdir().unwrap();
    let working = Working::new(folder.path());
    for (n, job) in jobs.into_iter().enumerate() {
        let id = JobId(n as u64);
        working.ask(id, job);
        while !matches!(
            working.next(),
            Event::Progress { id: of, stage: Stage::Rendering, done: 1.., .. } if of == id
        ) {}
        working.pause(id, true);
    }
    working.pause(JobId(0), false);
    assert!(made(&working).0 == straight[0]);
    working.pause(JobId(1), false);
    let first = first_progress(&working);
    assert!(first > 0, "it goes on where it was");
    assert!(made(&working).0 == straight[1]);
}
