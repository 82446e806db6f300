//! Large pictures: their coarse sizes come from reduced ones.

use limner::grow::edit::{Change, Edit, Placement};
use limner::grow::{Coarse, Small, coarse, grow_on, halved_size, halvings, reduced};

use super::*;

const LARGE: [u32; 2] = [2112, 480];
/// Less of it, for what is grown as a whole.
const LONG: [u32; 2] = [2112, 240];

fn of<'a>(small: &'a Picture, task: Task<'a>, size: [u32; 2], whole: [u32; 2]) -> Small<'a> {
    Small {
        material: Material::of(small),
        task,
        settings: settings(size),
        sizes: vec![whole],
    }
}

fn first(small: &Small<'_>, whole: &Settings) -> Option<Coarse> {
    let stop = CancelToken::new();
    coarse(small, whole, usize::MAX, &stop, &mut |_, _| Ok(())).unwrap()
}

#[test]
fn the_whole_goes_on_from_what_was_seen_first() {
    let source = bricks(LARGE[0], LARGE[1]);
    let halved = halvings(LARGE[0]);
    let small = reduced(&source, halved);
    assert_eq!(small.size(), halved_size(LARGE, halved));
    let asked = of(&small, Task::Vary, small.size(), LARGE);
    let look = || first(&asked, &settings(LARGE)).unwrap();
    let seen = look().picture().unwrap();
    assert!(
        seen.width() <= small.width() / 2 && seen.width() > 90,
        "{:?}",
        seen.size()
    );
    assert!(on_all(|| look().picture().unwrap()) == seen);
    // The coarse looks of the whole are the same ones.
    let stop = CancelToken::new();
    let mut looks = Vec::new();
    let _stopped = grow_on(
        Some(look()),
        &Material::of(&source),
        &Task::Vary,
        &settings(LARGE),
        &stop,
        &mut |_, look| {
            looks.extend(look());
            Err(GrowError::Cancelled)
        },
    );
    assert!(looks[0] == seen, "it begins with what was there");
}

#[test]
fn what_is_kept_of_a_large_picture_stays_byte_for_byte() {
    let source = bricks(LONG[0], LONG[1]);
    let small = reduced(&source, halvings(LONG[0]));
    let hole = |[width, height]: [u32; 2]| -> Vec<bool> {
        let inside = |x: u32, y: u32| {
            let at = [x as f32 / width as f32, y as f32 / height as f32];
            (at[0] - 0.5).abs() < 0.03 && (at[1] - 0.5).abs() < 0.2
        };
        (0..width * height)
            .map(|at| inside(at % width, at / width))
            .collect()
    };
    let (own, less) = (hole(LONG), hole(small.size()));
    let asked = of(&small, Task::Fill { hole: &less }, small.size(), LONG);
    let seen = first(&asked, &settings(LONG));
    assert!(seen.is_some());
    let stop = CancelToken::new();
    let task = Task::Fill { hole: &own };
    let material = Material::of(&source);
    let made = grow_on(
        seen,
        &material,
        &task,
        &settings(LONG),
        &stop,
        &mut |_, _| Ok(()),
    );
    let made = made.unwrap().picture;
    let pixels = made
        .rgba()
        .chunks_exact(4)
        .zip(source.rgba().chunks_exact(4));
    for (at, (made, source)) in pixels.enumerate() {
        assert!(own[at] || made == source, "{at}");
    }
    assert!(made != source);
}

#[test]
fn each_task_has_a_first_look_and_what_is_too_small_for_one_says_so() {
    let source = bricks(LARGE[0], LARGE[1]);
    let small = reduced(&source, halvings(LARGE[0]));
    let own = small.size();
    let part = |share: u32| -> Vec<bool> {
        (0..own[0] * own[1])
            .map(|at| at % own[0] < own[0] / share)
            .collect()
    };
    let to = Placement {
        by: [200, 0],
        scale: 1.0,
        flip: true,
        turn: 0,
    };
    let edits = [Edit {
        part: part(8),
        change: Change::Move(to),
    }];
    let look = |task, size: [u32; 2], whole: [u32; 2]| {
        first(&of(&small, task, size, LARGE), &settings(whole))
            .map(|seen| seen.picture().unwrap().size())
    };
    assert!(look(Task::Edit { edits: &edits }, own, LARGE).is_some());
    let wide = Task::Extend { left: 50, top: 0 };
    let seen = look(wide, [own[0] + 100, own[1]], [LARGE[0] + 800, LARGE[1]]).unwrap();
    assert!(seen[0] > 5 * seen[1], "{seen:?}");
    // Nothing to fill can be seen in small: the picture as it is must tell.
    let none = vec![false; (own[0] * own[1]) as usize];
    assert_eq!(look(Task::Fill { hole: &none }, own, LARGE), None);
    assert_eq!(look(Task::Tile, own, LARGE), None);
}
