//! What a job or a slow file brings: it is told where it is, and nobody is moved.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use limner::app::action::{Action, Destination, FileRole, Purpose, Subject, ViewEdit};
use limner::app::view::Workspace;
use limner::engine::protocol::{EngineError, Event, Job};
use ui_doors::{Studio, photo, studio};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn at(s: &Studio<'_>) -> Workspace {
    s.window.state().state.view.workspace
}

fn go(s: &mut Studio<'_>, to: Workspace) {
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(to)));
}

fn toasts(s: &Studio<'_>) -> Vec<String> {
    let list = s.window.state().state.toasts.iter();
    list.map(|t| t.text.clone()).collect()
}

const ALL: [Workspace; 4] = [
    Workspace::Explore,
    Workspace::Style,
    Workspace::Lens,
    Workspace::Gallery,
];

#[test]
fn a_finished_job_never_moves_the_user_and_offers_the_way() {
    let sent = [
        (Destination::StylePhoto, Workspace::Style),
        (Destination::StyleStyle, Workspace::Style),
        (Destination::LensPhoto, Workspace::Lens),
    ];
    for (to, there) in sent {
        for elsewhere in ALL {
            let mut s = studio(SIZE, egui::Theme::Dark);
            s.window.state_mut().act(Action::Send {
                to,
                what: Subject::Explore,
            });
            // While it is made, the user goes on somewhere else, or stays.
            go(&mut s, elsewhere);
            s.settle();
            assert_eq!(at(&s), elsewhere, "{to:?}");
            let doc = &s.window.state().state.doc;
            let arrived = match there {
                Workspace::Lens => doc.lens.work().unwrap().photo.is_some(),
                _ => doc.style.photo.is_some() || !doc.style.styles.is_empty(),
            };
            assert!(arrived, "{to:?}");
            if elsewhere != there {
                let words = format!("is in {}", there.title());
                assert!(toasts(&s).iter().any(|t| t.ends_with(&words)), "{to:?}");
                s.click(&format!("Go to {}", there.title()));
                assert_eq!(at(&s), there);
            }
        }
    }
}

#[test]
fn a_projected_photo_waits_in_explore() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    go(&mut s, Workspace::Gallery);
    s.window.state_mut().act(Action::Start {
        job: Box::new(Job::Project {
            path: "photo.png".into(),
            model: "fruit".into(),
            class: None,
            steps: 1,
        }),
        purpose: Purpose::Project,
    });
    s.settle();
    assert_eq!(at(&s), Workspace::Gallery);
    let doc = &s.window.state().state.doc;
    let origin = doc.explore.current().unwrap().origin.clone();
    assert_eq!(origin, limner::recipe::LatentOrigin::Seed(77));
    s.click("Go to Explore");
    assert_eq!(at(&s), Workspace::Explore);
}

#[test]
fn a_file_takes_the_user_along_only_while_they_wait_for_it() {
    let roles = [
        (FileRole::Photo, Workspace::Style),
        (FileRole::Style, Workspace::Style),
        (FileRole::LensPhoto, Workspace::Lens),
        (FileRole::Any, Workspace::Style),
    ];
    for (role, there) in roles {
        for leaves in [false, true] {
            let mut s = studio(SIZE, egui::Theme::Dark);
            let path = s.folder.path().join("photo.png");
            photo(&path);
            s.window.state_mut().act(Action::OpenFiles {
                paths: vec![path],
                role,
            });
            if leaves {
                go(&mut s, Workspace::Gallery);
            }
            s.settle();
            let expected = if leaves { Workspace::Gallery } else { there };
            assert_eq!(at(&s), expected, "{role:?}");
            let told = format!("photo.png is in {}", there.title());
            assert_eq!(toasts(&s).contains(&told), leaves, "{role:?}");
        }
    }
}

#[test]
fn a_picture_with_a_recipe_is_offered_to_whoever_left() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    go(&mut s, Workspace::Gallery);
    s.settle();
    s.keep(&["Pear"]);
    let entry = s.window.state().state.gallery.entries[0].clone();
    s.window.state_mut().act(Action::Send {
        to: Destination::Explore,
        what: Subject::Gallery(entry.id),
    });
    go(&mut s, Workspace::Lens);
    s.settle();
    assert_eq!(at(&s), Workspace::Lens);
    s.click("Open recipe");
    assert_eq!(at(&s), Workspace::Explore);

    go(&mut s, Workspace::Style);
    s.window.state_mut().act(Action::OpenFiles {
        paths: vec![entry.path],
        role: FileRole::Any,
    });
    go(&mut s, Workspace::Lens);
    s.settle();
    assert_eq!(at(&s), Workspace::Lens);
}

#[test]
fn a_request_that_the_engine_refuses_is_told() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.asked.borrow_mut().news = Some(Event::Refused {
        what: "The models aren't looked for",
        error: EngineError::BadRequest("too much is waiting already".into()),
    });
    s.settle();
    let told = toasts(&s);
    assert!(
        told.iter().any(|t| t.contains("Too much is waiting")),
        "{told:?}"
    );
}

#[test]
fn a_file_asked_for_twice_before_it_is_read_arrives_at_both() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    let path = s.folder.path().join("photo.png");
    photo(&path);
    for role in [FileRole::LensPhoto, FileRole::GrowSource] {
        s.window.state_mut().act(Action::OpenFiles {
            paths: vec![path.clone()],
            role,
        });
    }
    s.settle();
    let doc = &s.window.state().state.doc;
    assert!(doc.lens.work().unwrap().photo.is_some());
    assert!(doc.grow.source.is_some());
}
