//! One verb saves, and it saves once.

use egui::{Key, Modifiers};
use limner::app::action::{Action, Destination, FileRole, Pick, Subject};
use limner::app::command::Command;
use limner::app::style::document::Quality;
use limner::app::style::edit::StyleEdit;
use limner::app::view::{Dialog, Workspace};
use limner::engine::protocol::{Job, Request};
use limner::gallery::Gallery;
use limner::gallery::protocol::{ExportOptions, Format, GalleryRequest, Query};

use crate::SIZE;
use crate::ui_doors::{Studio, in_style, studio, studio_in};

/// Files in the gallery's folder.
fn files(s: &Studio<'_>) -> usize {
    let folder = std::fs::read_dir(s.folder.path().join("gallery")).unwrap();
    let is_picture = |path: std::path::PathBuf| path.extension().is_some_and(|e| e == "png");
    let pictures = folder.filter(|e| is_picture(e.as_ref().unwrap().path()));
    pictures.count()
}

/// Pictures that were made at full size.
fn made(s: &Studio<'_>) -> usize {
    let asked = s.asked.borrow();
    let jobs = asked.engine.iter().filter(|r| {
        let Request::Job { job, .. } = r else {
            return false;
        };
        matches!(job, Job::Render(_) | Job::Stylize(..) | Job::RenderLens(_))
    });
    jobs.count()
}

fn save(s: &mut Studio<'_>) {
    s.window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    s.settle();
}

#[test]
fn saving_twice_is_one_file_and_the_second_time_tells_where() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    save(&mut s);
    assert_eq!(files(&s), 1);
    let saved = s.toasts().pop().unwrap();
    let title = saved
        .strip_prefix("Saved to the gallery: ")
        .unwrap()
        .to_owned();
    s.dismiss_toasts();
    save(&mut s);
    assert_eq!(files(&s), 1);
    assert_eq!(
        s.toasts(),
        [format!("It is in the gallery already: {title}")]
    );
    s.click("Show");
    let state = &s.window.state().state;
    assert_eq!(state.view.workspace, Workspace::Gallery);
    let open = state.gallery.entry(state.gallery.open.unwrap()).unwrap();
    assert_eq!(open.title, title);
}

#[test]
fn another_picture_and_one_that_was_deleted_are_saved() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    save(&mut s);
    s.command(Command::NextSeed);
    save(&mut s);
    assert_eq!(files(&s), 2);
    s.command(Command::GoGallery);
    let first = s.window.state().state.gallery.entries[0].id;
    s.window
        .state_mut()
        .act(Action::Gallery(GalleryRequest::Delete(vec![first])));
    s.settle();
    assert_eq!(files(&s), 1);
    s.command(Command::GoExplore);
    save(&mut s);
    s.command(Command::PreviousSeed);
    save(&mut s);
    assert_eq!(files(&s), 2, "both are there, each once");
}

#[test]
fn saving_is_once_also_after_a_restart_and_under_another_title() {
    let folder = tempfile::tempdir().unwrap();
    let mut s = studio_in(folder, SIZE, egui::Theme::Dark);
    s.command(Command::GoExplore);
    save(&mut s);
    let id = s.window.state().state.gallery.entries[0].id;
    s.window
        .state_mut()
        .act(Action::Gallery(GalleryRequest::SetTitle(id, "Mine".into())));
    s.settle();
    let mut s = s.restart(SIZE);
    save(&mut s);
    assert_eq!(files(&s), 1);
    assert_eq!(s.toasts(), ["It is in the gallery already: Mine"]);
}

#[test]
fn rendering_exporting_sending_and_escape_save_nothing() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Render full size");
    assert_eq!(s.toasts(), ["Rendered at full size: 320 × 200"]);
    s.command(Command::Export);
    s.window.key_press(Key::Escape);
    s.settle();
    assert_eq!(s.window.state().state.view.dialog, Dialog::None);
    for to in [
        Destination::StylePhoto,
        Destination::StyleStyle,
        Destination::LensPhoto,
        Destination::Clipboard,
    ] {
        for what in [Subject::Style, Subject::Explore] {
            s.window.state_mut().act(Action::Send { to, what });
            s.settle();
        }
    }
    assert_eq!(files(&s), 0);
    assert_eq!(s.titles().len(), 0);
}

#[test]
fn what_was_rendered_at_full_size_is_not_made_again() {
    let mut s = in_style(SIZE);
    s.open_photo("a.png");
    s.click("Style Embers");
    s.click("Render full size");
    assert_eq!(made(&s), 1);
    s.click("Save to gallery");
    assert_eq!(files(&s), 1);
    s.command(Command::CopyPicture);
    s.command(Command::Export);
    assert_eq!(made(&s), 1);
    assert_eq!(s.asked.borrow().copied.len(), 1);
}

#[test]
fn a_picture_in_use_but_not_saved_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut s = studio_in(folder, SIZE, egui::Theme::Dark);
    s.command(Command::GoExplore);
    s.command(Command::SendToStyle);
    let photo = |s: &Studio<'_>| s.window.state().state.doc.style.photo.clone().unwrap();
    let before = photo(&s);
    assert!(before.place().exists());
    assert!(!before.place().starts_with(s.folder.path().join("gallery")));
    let mut s = s.restart(SIZE);
    assert_eq!(photo(&s), before);
    s.command(Command::GoStyle);
    assert!(
        s.window.state().state.photo().is_some(),
        "it was read again"
    );
    assert_eq!(files(&s), 0);
}

#[test]
fn an_export_from_the_canvas_is_a_file_with_its_recipe() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::Export);
    s.click("Export to a file…");
    let Some(Pick::Export { ids, .. }) = s.asked.borrow().picks.last().cloned() else {
        panic!("asks where");
    };
    let to = s.folder.path().join("copy.png");
    s.window
        .state_mut()
        .act(Action::Gallery(GalleryRequest::Export {
            ids,
            to: to.clone(),
            options: ExportOptions {
                recipe: true,
                ..ExportOptions::new(Format::Png)
            },
        }));
    s.settle();
    assert_eq!(s.toasts(), ["1 picture exported"]);
    let made = limner::export::metadata::read(&to).unwrap();
    assert!(made.recipe.is_some());
    assert_eq!(files(&s), 0);
}

#[test]
fn titles_have_no_day_and_files_do() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    save(&mut s);
    let gallery = Gallery::open_and_reconcile(s.folder.path().join("gallery")).unwrap();
    let entry = gallery.list(&Query::default()).unwrap().remove(0);
    let stem = entry.path.file_stem().unwrap().to_str().unwrap().to_owned();
    assert_eq!(entry.title, "Fruit 1");
    assert!(
        stem.ends_with(" Fruit 1") && stem.starts_with("20"),
        "{stem}"
    );
    // A picture from elsewhere keeps its name.
    let foreign = s.folder.path().join("2001-02-03 beach.png");
    crate::ui_doors::photo(&foreign);
    s.window.state_mut().act(Action::OpenFiles {
        paths: vec![foreign],
        role: FileRole::Import,
    });
    s.settle();
    assert!(s.titles().contains(&"2001-02-03 beach".to_owned()));
}

/// What makes the picture for which a file is asked.
fn picked(s: &mut Studio<'_>) -> Box<Job> {
    s.command(Command::SaveAs);
    match s.asked.borrow().picks.last() {
        Some(Pick::SaveAs(job)) => job.clone(),
        other => panic!("a file is asked for: {other:?}"),
    }
}

/// What makes the picture that is saved once the file dialog has answered.
fn saved(s: &mut Studio<'_>, job: Box<Job>) -> Job {
    let path = s.folder.path().join("saved.png");
    s.window.state_mut().act(Action::SaveTo { job, path });
    s.settle();
    let asked = s.asked.borrow();
    let mut jobs = asked.engine.iter().filter_map(|request| match request {
        Request::Job { job, .. } => Some(job.clone()),
        _ => None,
    });
    jobs.next_back().expect("it is made")
}

#[test]
fn what_is_saved_is_the_picture_that_was_in_front_when_a_file_was_asked_for() {
    for quality in [Quality::Fast, Quality::Fine] {
        let mut s = in_style(SIZE);
        s.open_photo("holiday.png");
        s.click("Style Embers");
        let chosen = Action::Style(StyleEdit::Quality(quality));
        s.window.state_mut().act(chosen);
        s.settle();
        let job = picked(&mut s);
        let weaker = Action::Style(StyleEdit::Strength(0.3));
        s.window.state_mut().act(weaker);
        s.settle();
        s.command(Command::GoExplore);
        let (params, made) = match saved(&mut s, job) {
            Job::Stylize(params, _) => (params, Quality::Fast),
            Job::StylizeFine(params, _) => (params, Quality::Fine),
            other => panic!("a stylised photo: {other:?}"),
        };
        assert_eq!((params.strength, made), (1.0, quality));
    }
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.keep(&["Apple"]);
    let what = Subject::Gallery(s.window.state().state.gallery.entries[0].id);
    let to = Destination::Finish;
    s.window.state_mut().act(Action::Send { to, what });
    s.settle();
    let job = picked(&mut s);
    s.command(Command::GoStyle);
    assert!(matches!(saved(&mut s, job), Job::Finish { .. }));
}
