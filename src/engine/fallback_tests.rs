//! What is reported when a GPU's memory is too small, on a GPU that isn't there.

use std::path::Path;
use std::sync::Arc;

use super::config::EngineConfig;
use super::device::pretend;
use super::handle::LocalEngine;
use super::protocol::*;
use crate::engine::inference_worker::InferenceWorker;
use crate::photo;
use crate::picture::Picture;
use crate::recipe::{ExploreParams, SourceRef, StyleLayer, StyleParams, StyleSource};

/// An engine with the networks that ship, on a "GPU".
fn engine() -> LocalEngine {
    let mut worker = InferenceWorker::new(EngineConfig {
        threads: Some(2),
        model_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("models")],
        cache_dir: None,
        ..EngineConfig::default()
    });
    worker.state.device.name = "CUDA 0".into();
    worker.state.device.detail = "Tiny Card".into();
    let mut engine = LocalEngine::with_backend(Box::new(worker), Arc::new(|| {}));
    engine.run();
    engine
}

fn preview(engine: &mut LocalEngine, seq: Seq) -> Vec<Event> {
    let params = ExploreParams::new("cppn", seq);
    engine
        .send(Request::Preview {
            channel: Channel::Canvas,
            seq,
            tier: Tier::Draft(32),
            items: vec![Work::Explore(Arc::new(params))],
        })
        .unwrap();
    engine.run()
}

fn notes<'a>(events: &'a [Event]) -> Vec<&'a str> {
    let note = |e: &'a Event| match e {
        Event::Ready(device) => device.note.as_deref(),
        _ => None,
    };
    events.iter().filter_map(note).collect()
}

fn pictures(events: &[Event]) -> usize {
    let picture = |e: &&Event| {
        let done = matches!(e, Event::Done { result: Ok(_), .. });
        done || matches!(e, Event::Preview { .. })
    };
    events.iter().filter(picture).count()
}

#[test]
fn a_preview_that_finds_no_room_comes_from_the_processor_and_that_is_told_once() {
    let mut engine = engine();
    pretend::full(1);
    let events = preview(&mut engine, 1);
    assert_eq!(pictures(&events), 1, "{events:?}");
    let [note] = notes(&events)[..] else {
        panic!("one note: {events:?}");
    };
    assert!(note.contains("Tiny Card"), "{note}");
    let events = preview(&mut engine, 2);
    assert_eq!((pictures(&events), notes(&events).len()), (1, 0));
}

/// Stylises a photo and gives the events, with how often smaller tiles were tried.
fn stylise(engine: &mut LocalEngine, photo_file: &Path) -> (Vec<Event>, usize) {
    let source = SourceRef {
        sha256: photo::hash_file(photo_file).unwrap(),
        name: String::new(),
        path: photo_file.to_string_lossy().into_owned(),
        artist: String::new(),
        licence: String::new(),
    };
    let style = StyleSource::Builtin("stained-glass".into());
    let layer = StyleLayer {
        style,
        weight: 1.0,
        code: None,
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    };
    let params = StyleParams {
        model: "restyle".into(),
        photo: source,
        styles: vec![layer],
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: crate::recipe::Wrap::None,
    };
    let job = Job::Stylize(Arc::new(params), StylizeOptions::default());
    engine.send(Request::Job { id: JobId(1), job }).unwrap();
    let events = engine.run();
    let smaller = |e: &&Event| matches!(e, Event::SmallerTiles(gpu) if gpu == "Tiny Card");
    let tries = events.iter().filter(smaller).count();
    (events, tries)
}

#[test]
fn a_large_picture_tries_smaller_tiles_then_the_processor_and_tells_both() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("photo.png");
    let grey = Picture::from_rgba(64, 48, vec![128; 64 * 48 * 4]).unwrap();
    image::save_buffer(&file, grey.rgba(), 64, 48, image::ColorType::Rgba8).unwrap();

    let mut engine = engine();
    pretend::full(1);
    let (events, tries) = stylise(&mut engine, &file);
    assert_eq!((pictures(&events), tries, notes(&events).len()), (1, 1, 0));

    pretend::full(100);
    let (_, tries) = stylise(&mut engine, &file);
    pretend::full(1 + tries as u32);
    let mut engine = self::engine();
    let (events, again) = stylise(&mut engine, &file);
    assert!(tries > 0, "smaller tiles come first");
    assert_eq!((pictures(&events), again), (1, tries), "{events:?}");
    assert_eq!(notes(&events).len(), 1);
}
