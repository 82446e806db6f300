//! The engine's whole way on a GPU: the same pictures as on the processor, a switch while it runs, and what
//! is reported when there is no such GPU.

use std::path::Path;
use std::sync::Arc;

use limner::engine::protocol::*;
use limner::engine::{DeviceChoice, EngineConfig, LocalEngine, Precision};
use limner::picture::Picture;
use limner::recipe::{ExploreParams, StyleLayer, StyleParams, StyleSource};

use super::{few, root};

fn engine(device: DeviceChoice) -> (LocalEngine, DeviceInfo, Arc<Library>) {
    let config = EngineConfig {
        model_dirs: vec![root().join("models")],
        cache_dir: None,
        device,
        ..EngineConfig::default()
    };
    let mut engine = LocalEngine::new(config, Arc::new(|| {}));
    let events = engine.run();
    let device = ready(&events).unwrap();
    let library = events.iter().find_map(|e| match e {
        Event::Library(library) => Some(library.clone()),
        _ => None,
    });
    (engine, device, library.unwrap())
}

fn ready(events: &[Event]) -> Option<DeviceInfo> {
    events.iter().rev().find_map(|e| match e {
        Event::Ready(device) => Some(device.clone()),
        _ => None,
    })
}

fn picture(engine: &mut LocalEngine, id: u64, job: Job) -> (Picture, String) {
    let id = JobId(id);
    engine.send(Request::Job { id, job }).unwrap();
    let done = engine.run().into_iter().find_map(|e| match e {
        Event::Done { id: about, result } if about == id => Some(result.unwrap()),
        _ => None,
    });
    match done {
        Some(Output::Picture { picture, recipe }) => (picture, recipe.device),
        other => panic!("{other:?}"),
    }
}

fn photo(path: &Path) -> limner::recipe::SourceRef {
    let pixels = image::RgbImage::from_fn(1500, 1100, |x, y| {
        let v = ((x as f32 / 60.0).sin() * 60.0 + (y as f32 / 90.0).cos() * 60.0 + 128.0) as u8;
        image::Rgb([v, 255 - v, ((x / 64 + y / 64) % 2 * 120 + 60) as u8])
    });
    pixels.save(path).unwrap();
    limner::photo::read(path).unwrap().source
}

fn alike(what: &str, a: &Picture, b: &Picture) {
    assert_eq!(a.size(), b.size(), "{what}");
    let differ = |(a, b): &(&u8, &u8)| a.abs_diff(**b) > 2;
    let off = a.rgba().iter().zip(b.rgba()).filter(differ).count();
    few(what, off, a.rgba().len());
}

#[test]
fn jobs_give_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (mut cpu, _, library) = engine(DeviceChoice::Cpu);
    let (mut gpu, device, _) = engine(DeviceChoice::Cuda(0));
    println!("{} {}", device.name, device.detail);
    assert!(
        device.note.is_none() && device.name.starts_with("CUDA"),
        "{device:?}"
    );
    let style = StyleLayer {
        style: library.styles[0].source.clone(),
        weight: 1.0,
        code: None,
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    };
    assert!(matches!(style.style, StyleSource::Builtin(_)));
    let path = folder.path().join("photo.png");
    let params = Arc::new(StyleParams {
        model: "restyle".into(),
        photo: photo(&path),
        styles: vec![style],
        strength: 0.9,
        brush: 1.0,
        keep_colors: 0.2,
        wrap: limner::recipe::Wrap::None,
    });
    let options = StylizeOptions {
        tile: Some(512),
        ..StylizeOptions::default()
    };
    let jobs = [
        (
            "generate",
            Job::Render(Arc::new(ExploreParams::new("fruit", 5))),
        ),
        ("stylise in tiles", Job::Stylize(params.clone(), options)),
        (
            "enlarge",
            Job::Upscale {
                path,
                scale: 2,
                model: None,
                wrap: None,
            },
        ),
    ];
    for (n, (what, job)) in jobs.into_iter().enumerate() {
        let (a, there) = picture(&mut cpu, n as u64, job.clone());
        let (b, here) = picture(&mut gpu, n as u64, job);
        assert!(
            there.starts_with("cpu") && here.starts_with("cuda"),
            "{there} {here}"
        );
        alike(what, &a, &b);
    }
}

#[test]
fn the_device_can_change_while_the_studio_runs() {
    let (mut engine, _, _) = engine(DeviceChoice::Cuda(0));
    let job = || Job::Render(Arc::new(ExploreParams::new("fruit", 9)));
    let (on_gpu, line) = picture(&mut engine, 1, job());
    assert!(line.starts_with("cuda"), "{line}");
    engine
        .send(Request::Device(DeviceChoice::Cpu, Precision::F32))
        .unwrap();
    assert_eq!(ready(&engine.run()).unwrap().name, "CPU");
    let (on_processor, line) = picture(&mut engine, 2, job());
    assert!(line.starts_with("cpu"), "{line}");
    alike("after the switch", &on_gpu, &on_processor);
    engine
        .send(Request::Device(DeviceChoice::Cuda(77), Precision::F32))
        .unwrap();
    let device = ready(&engine.run()).unwrap();
    assert_eq!(device.name, "CPU");
    assert!(device.note.unwrap().contains("no NVIDIA card 77"));
    engine
        .send(Request::Device(DeviceChoice::Auto, Precision::F32))
        .unwrap();
    assert!(ready(&engine.run()).unwrap().name.starts_with("CUDA"));
}
