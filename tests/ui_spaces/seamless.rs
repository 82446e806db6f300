//! Seamless: pictures and Waves, next to themselves, in numbers.

use super::*;
use limner::app::at_hand;
use limner::app::spaces::document::{Origin, TileWay};
use limner::app::spaces::edit::SpacesEdit;
use limner::app::spaces::looks::TileView;
use limner::engine::protocol::Work;
use limner::recipe::{Domain, GrowTask, LatentOrigin, Making};

#[test]
fn a_picture_is_made_seamless_by_itself_in_two_ways_and_scored_before_and_after() {
    let mut s = with_picture("Seamless");
    let job = s.grown().pop().expect("it is made by itself");
    assert_eq!((job.task, job.seamless), (GrowTask::Tile, [true; 2]));
    s.window.get_by_label_contains("Seam score");
    s.window.get_by_label_contains("Before:");
    s.window.get_by_label_contains("320 × 200: about");
    assert!(at_hand::picture(Workspace::Spaces, &s.window.state().state).is_some());
    s.click("Grow anew");
    assert_eq!(doc(&s).tile.way, TileWay::Grow);
    assert_eq!(s.grown().last().unwrap().task, GrowTask::Vary);
    s.click("New seed");
    let seed = doc(&s).tile.seed;
    assert_eq!(s.grown().last().unwrap().seed, seed);
    s.click("Across only");
    assert_eq!(s.grown().last().unwrap().seamless, [true, false]);
    s.command(Command::Undo);
    assert_eq!(doc(&s).tile.sides, [true; 2]);
    // Grow itself was left alone.
    assert!(s.window.state().state.doc.grow.source.is_none());
    let history = s.window.state().state.front_history().unwrap();
    assert!(history.steps()[history.at()].thumb.is_some());
}

#[test]
fn the_next_change_stops_what_is_at_work_and_stopping_keeps_it_stopped() {
    let mut s = in_spaces();
    s.click("Seamless");
    s.asked.borrow_mut().hold_growing = true;
    s.open_for("meadow.png", FileRole::SpacesSource);
    assert_eq!(s.window.state().state.engine.jobs.len(), 1);
    s.click("Grow anew");
    assert_eq!(s.window.state().state.engine.jobs.len(), 1);
    assert_eq!(s.grown().len(), 2);
    s.click("Stop making it seamless");
    s.settle();
    assert!(s.window.state().state.engine.jobs.is_empty());
    assert_eq!(s.grown().len(), 2, "it isn't begun again by itself");
    s.click("Make it seamless");
    assert_eq!(s.grown().len(), 3);
}

#[test]
fn it_is_shown_once_next_to_itself_and_moved_by_half() {
    let mut s = with_picture("Seamless");
    s.window.get_by_role_and_label(Role::Image, "Tile");
    s.click("3 × 3");
    s.window
        .get_by_role_and_label(Role::Image, "Tile next to itself");
    s.click("Offset");
    s.window
        .get_by_role_and_label(Role::Image, "Tile moved by half");
    s.command(Command::ToggleTiles);
    assert_eq!(view(&s).tile, TileView::Repeated);
    s.command(Command::ToggleTiles);
    assert_eq!(view(&s).tile, TileView::One);
}

#[test]
fn waves_need_no_picture_and_every_number_of_theirs_reaches_the_engine() {
    let mut s = in_spaces();
    s.click("Seamless");
    s.click("Waves");
    assert_eq!(doc(&s).tile.origin, Origin::Waves);
    let asked = |s: &Studio<'_>| {
        let Work::Explore(params) = &shown(s).work else {
            panic!("a picture of Waves")
        };
        (**params).clone()
    };
    let first = asked(&s);
    assert!(matches!(first.domain, Domain::Torus { .. }));
    s.drag_slider("Period", 112.0, 0.3, 0.9);
    s.drag_slider("Turns across", 112.0, 0.0, 0.5);
    s.click("2048");
    let now = asked(&s);
    let Domain::Torus { period, turns, .. } = now.domain else {
        panic!("a torus")
    };
    assert!(period > 3.0 && turns[0] > 4 && turns[1] == 1, "{turns:?}");
    assert_eq!(now.size, Some([2048; 2]));
    s.window.key_press(egui::Key::Period);
    s.settle();
    assert_eq!(asked(&s).origin, LatentOrigin::Seed(2));
    s.command(Command::ResetSliders);
    let Domain::Torus { period, turns, .. } = asked(&s).domain else {
        panic!("a torus")
    };
    assert_eq!((period, turns), (1.5, [1, 1]));
}

#[test]
fn a_saved_tile_opens_here_again_with_all_that_was_set() {
    let mut s = in_spaces();
    s.click("Seamless");
    s.click("Waves");
    // A network that this studio has.
    let mut tile = doc(&s).tile.clone();
    tile.waves.model = "fruit".into();
    tile.waves.domain = Domain::Torus {
        seamless: [true, false],
        period: 2.5,
        turns: [3, 1],
    };
    let wanted = tile.waves.clone();
    let edit = SpacesEdit::Tile(tile.into(), "Test");
    s.window.state_mut().act(Action::Spaces(edit));
    s.settle();
    s.command(Command::Keep);
    s.settle();
    s.click("Your picture");
    open_newest_again(&mut s);
    assert_eq!(s.window.state().state.view.workspace, Workspace::Spaces);
    assert_eq!(doc(&s).mode, SpacesMode::Seamless);
    assert_eq!(doc(&s).tile.origin, Origin::Waves);
    assert_eq!(doc(&s).tile.waves, wanted);
}

#[test]
fn a_tile_goes_on_to_material_and_its_recipe_says_how_it_was_made() {
    let mut s = with_picture("Seamless");
    s.command(Command::Keep);
    s.settle();
    let id = s.window.state().state.gallery.entries[0].id;
    s.window.state_mut().act(Action::OpenPicture(Some(id)));
    s.settle();
    let making = {
        let (_, recipe) = s.window.state().state.gallery.picture(id).unwrap();
        recipe.unwrap().making.clone()
    };
    assert!(matches!(making, Making::Grow(params) if params.task == GrowTask::Tile));
    let before = doc(&s).source.clone();
    s.click("Use in Material");
    s.settle();
    assert_eq!(doc(&s).mode, SpacesMode::Material);
    assert_ne!(doc(&s).source, before, "the tile is the picture now");
    assert!(matches!(shown(&s).work, Work::Spaces(_)));
}
