//! A photo on its way through styles and strengths: keyframes in Style, how the film plays, where
//! it goes, and how it comes back.

use egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use limner::app::action::Action;
use limner::app::command::Command;
use limner::app::style::edit::StyleEdit;
use limner::app::timeline::document::{KeyPicture, TimelineDoc};
use limner::app::view::Workspace;
use limner::engine::protocol::{Channel, FilmParams, Request, Work};
use limner::recipe::{Making, StyleParams, StyleSource};

use crate::ui_doors::{Studio, in_style};
use crate::{SIZE, exported, film_reader, picked, undo};

fn timeline<'a>(s: &'a Studio<'_>) -> &'a TimelineDoc {
    &s.window.state().state.doc.style.timeline
}

fn keys(s: &Studio<'_>) -> Vec<StyleParams> {
    let keys = timeline(s).keyframes.iter();
    let params = |picture: &KeyPicture| match picture {
        KeyPicture::Style(params) => (**params).clone(),
        KeyPicture::Explore(_) => panic!("a stylised photo"),
    };
    keys.map(|key| params(&key.picture)).collect()
}

fn strength(s: &mut Studio<'_>, strength: f32) {
    let edit = StyleEdit::Strength(strength);
    s.window.state_mut().act(Action::Style(edit));
    s.settle();
}

/// Two styles, and the second one again, faint.
fn three<'a>() -> Studio<'a> {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.command(Command::Timeline);
    s.click("Add this picture to the timeline");
    s.click("Style Weave");
    s.click("Add this picture to the timeline");
    strength(&mut s, 0.2);
    s.click("Add this picture to the timeline");
    s
}

#[test]
fn keyframes_are_styles_and_strengths_of_the_photo() {
    let mut s = three();
    let all = keys(&s);
    assert_eq!(all.len(), 3);
    assert_ne!(all[0].styles, all[1].styles);
    assert_eq!(all[1].styles, all[2].styles);
    assert_eq!([all[1].strength, all[2].strength], [1.0, 0.2]);
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
    // Explore has a timeline of its own, and what is not of photos is not here.
    assert!(
        s.window
            .state()
            .state
            .doc
            .explore
            .timeline
            .keyframes
            .is_empty()
    );
    assert!(s.window.query_by_label("Curve").is_none());
    // A click goes to a keyframe, undo comes back.
    s.click("Keyframe 1");
    let shown = |s: &Studio<'_>| s.window.state().state.doc.style.strength;
    assert_eq!(shown(&s), 1.0);
    undo(&mut s);
    assert_eq!(shown(&s), 0.2);
    undo(&mut s);
    assert_eq!(keys(&s).len(), 2, "adding is a step, too");
    // The film is of whatever photo is open.
    s.open_photo("b.png");
    let photo = s.window.state().state.doc.style.photo.clone();
    assert!(
        keys(&s)
            .iter()
            .all(|key| Some(&key.photo) == photo.as_ref())
    );
}

#[test]
fn the_film_of_a_photo_plays_on_the_canvas_until_escape() {
    let mut s = three();
    s.click("Play film");
    s.window.run_steps(3);
    let asked = s.asked.borrow();
    let frames = asked.engine.iter().rev().find_map(|request| match request {
        Request::Preview {
            channel: Channel::Film,
            items,
            ..
        } => Some(items.clone()),
        _ => None,
    });
    drop(asked);
    let frames = frames.expect("the film's frames are asked for");
    assert!(frames.iter().all(
        |work| matches!(work, Work::FilmFrame(FilmParams::Style(film), _) if film.points.len() == 3)
    ));
    let film = |s: &Studio<'_>| {
        let all = s.window.query_all_by_role(egui::accesskit::Role::Image);
        let mut names = all.filter_map(|node| node.accesskit_node().label());
        names.any(|name| name.starts_with("Film at"))
    };
    assert!(film(&s));
    s.window.key_press(Key::Escape);
    s.settle();
    assert!(!film(&s));
    // Whoever changes the picture sees it.
    s.click("Play film");
    assert!(film(&s));
    strength(&mut s, 0.7);
    assert!(!film(&s));
}

#[test]
fn the_film_of_a_photo_is_written_and_its_recipe_opens_it_again() {
    let mut s = three();
    let before = timeline(&s).clone();
    s.command(Command::ExportWalk);
    assert!(s.window.query_by_label("144 frames, 6.0 s").is_some());
    s.click("1080");
    s.click("Choose file…");
    let job = picked(&s);
    assert_eq!(job.max_side, 1080);
    assert_eq!(job.file.out.to_str().unwrap(), "a film.mp4");
    let FilmParams::Style(walk) = job.params.clone() else {
        panic!("a photo's film");
    };
    assert_eq!(film_reader::rav1d(&exported(&mut s, job)).len(), 144);
    s.click("Clear timeline");
    assert!(timeline(&s).keyframes.is_empty());
    let mut recipe = limner::app::recipes::bare_recipe(Making::StyleWalk((*walk).clone()));
    recipe.extra.insert("max_side".into(), 768.into());
    assert_eq!(recipe.version, limner::recipe::RECIPE_VERSION);
    s.command(Command::GoGallery);
    s.window
        .state_mut()
        .act(Action::OpenRecipe(Box::new(recipe)));
    s.settle();
    assert_eq!(*timeline(&s), before);
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
}

#[test]
fn a_photos_timeline_comes_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut s = crate::ui_doors::studio_in(folder, SIZE, egui::Theme::Dark);
    s.command(Command::GoStyle);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.command(Command::Timeline);
    s.click("Add this picture to the timeline");
    strength(&mut s, 0.4);
    s.click("Add this picture to the timeline");
    let before = timeline(&s).clone();
    let s = s.restart(SIZE);
    assert_eq!(*timeline(&s), before);
    assert!(s.window.query_by_label("Keyframe 2").is_some());
}

#[test]
fn stylised_pictures_of_the_gallery_become_keyframes_of_the_photo() {
    let mut s = three();
    let params = StyleParams {
        styles: vec![limner::recipe::StyleLayer {
            style: StyleSource::Builtin("embers".into()),
            ..keys(&s)[0].styles[0].clone()
        }],
        strength: 0.6,
        ..keys(&s)[0].clone()
    };
    let recipe = limner::app::recipes::bare_recipe(Making::Style(params));
    s.keep_made("Burnt", recipe, 0);
    s.command(Command::GoGallery);
    let tile = s
        .window
        .get_by_role_and_label(egui::accesskit::Role::Button, "Burnt");
    tile.click_secondary();
    s.settle();
    s.click("Add to timeline");
    assert_eq!(keys(&s).len(), 4);
    assert_eq!(keys(&s)[3].strength, 0.6);
    s.click("Show");
    assert_eq!(s.window.state().state.view.workspace, Workspace::Style);
    assert!(s.window.query_by_label("Keyframe 4").is_some());
}
