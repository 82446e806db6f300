//! Films through the real engine: walks with times, and films put into a style that stands still
//! where they do.

use limner::export::animation::{AnimationWriter, Pace};
use limner::recipe::{Easing, Making, StyleParams, StyleSource, StyleWalkParams, WalkSpan, Wrap};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use super::*;
use crate::film_reader;

const SIZE: [u32; 2] = [160, 112];
pub(super) const FRAMES: u32 = 14;
/// Side of the square that wanders.
const SQUARE: u32 = 28;

/// Where the square is in a frame.
fn left(number: u32) -> u32 {
    8 + 7 * number
}

/// A still, slightly noisy background with a square that wanders over it.
pub(super) fn frame(number: u32) -> Picture {
    let mut rng = ChaCha20Rng::seed_from_u64(u64::from(number) + 1);
    let [w, h] = SIZE;
    let pixels = (0..w * h).flat_map(|i| {
        let (x, y) = (i % w, i / w);
        let inside =
            (left(number)..left(number) + SQUARE).contains(&x) && (40..40 + SQUARE).contains(&y);
        let base = match inside {
            true => [220.0, 60.0 + (x % 7) as f32 * 10.0, 40.0],
            false => {
                let wave = ((x as f32 / 9.0).sin() + (y as f32 / 7.0).cos()) * 24.0;
                [
                    90.0 + wave,
                    120.0 + x as f32 / 4.0,
                    130.0 - wave + y as f32 / 3.0,
                ]
            }
        };
        let rgb = base.map(|v| {
            // Uniform noise of ±3 levels.
            let noise = rng.next_u32() as f32 / u32::MAX as f32 * 6.0 - 3.0;
            (v + noise).round().clamp(0.0, 255.0) as u8
        });
        [rgb[0], rgb[1], rgb[2], 255]
    });
    Picture::from_rgba(w, h, pixels.collect()).unwrap()
}

pub(super) fn write_film(path: &Path) {
    let pace = Pace {
        size: SIZE,
        frames: FRAMES,
        fps: 12.5,
        forever: true,
    };
    let mut film = AnimationWriter::create(path, pace, &Default::default()).unwrap();
    for number in 0..FRAMES {
        film.write_frame(&frame(number)).unwrap();
    }
    film.finish().unwrap();
}

/// Mean change from frame to frame where the background is seen in both, levels of 255.
fn still_change(frames: &[Picture]) -> f64 {
    let [w, h] = SIZE;
    let (mut sum, mut count) = (0.0, 0u64);
    for (number, pair) in frames.windows(2).enumerate() {
        // The square and what was behind it, and a pixel around for its smooth edge.
        let from = left(number as u32) - 1;
        let to = left(number as u32 + 1) + SQUARE + 1;
        for i in 0..w * h {
            let (x, y) = (i % w, i / w);
            if (from..to).contains(&x) && (39..41 + SQUARE).contains(&y) {
                continue;
            }
            for c in 0..3 {
                let at = (i * 4 + c) as usize;
                sum += f64::from(pair[0].rgba()[at].abs_diff(pair[1].rgba()[at]));
                count += 1;
            }
        }
    }
    sum / count as f64
}

pub(super) fn params(style: &str) -> StyleParams {
    StyleParams {
        model: "restyle".into(),
        photo: Default::default(),
        styles: vec![limner::recipe::StyleLayer {
            style: StyleSource::Builtin(style.into()),
            weight: 1.0,
            code: None,
            learnt: None,
            code_edits: Vec::new(),
            mask: None,
        }],
        strength: 1.0,
        brush: 1.0,
        keep_colors: 0.0,
        wrap: Wrap::None,
    }
}

/// The networks that ship.
pub(super) fn shipped() -> LocalEngine {
    let config = EngineConfig {
        threads: Some(2),
        model_dirs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("models")],
        cache_dir: None,
        ..EngineConfig::default()
    };
    LocalEngine::new(config, Arc::new(|| {}))
}

pub(super) fn run(engine: &mut LocalEngine, job: Job) -> Output {
    engine.send(Request::Job { id: JobId(1), job }).unwrap();
    let mut done = None;
    for event in engine.run() {
        if let Event::Done { result, .. } = event {
            done = Some(result.unwrap());
        }
    }
    done.expect("the job ends")
}

#[test]
fn a_styled_film_stands_still_where_its_source_does() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.png");
    write_film(&film);
    let source = SourceRef::of_file(&film, limner::photo::hash_file(&film).unwrap());
    let sources: Vec<Picture> = (0..FRAMES).map(frame).collect();
    let in_source = still_change(&sources);
    let mut engine = shipped();
    for style in ["great-wave", "stained-glass"] {
        let out = folder.path().join(format!("{style}.png"));
        let mut asked = params(style);
        asked.photo = source.clone();
        let job = StyleFilmJob {
            film: film.clone(),
            source: source.clone(),
            params: Arc::new(asked.clone()),
            options: StylizeOptions::default(),
            fps: None,
            forever: true,
            file: FilmFile::named(out.clone()).unwrap(),
        };
        run(&mut engine, Job::StylizeFilm(Box::new(job)));
        let styled = read_all(&out);
        assert_eq!(styled.len() as u32, FRAMES);
        // Each frame by itself, as photos are.
        let alone: Vec<Picture> = (0..FRAMES)
            .map(|number| {
                let path = folder.path().join(format!("alone-{number}.png"));
                std::fs::write(&path, encoded(&frame(number))).unwrap();
                let hash = limner::photo::hash_file(&path).unwrap();
                let mut asked = asked.clone();
                asked.photo = SourceRef::of_file(&path, hash);
                let job = Job::Stylize(Arc::new(asked), StylizeOptions::default());
                let Output::Picture { picture, .. } = run(&mut engine, job) else {
                    panic!("a picture");
                };
                picture
            })
            .collect();
        let (held, apart) = (still_change(&styled), still_change(&alone));
        println!(
            "{style}: source {in_source:.2}, held {held:.2} ({:.2}), frame by frame {apart:.2} ({:.2})",
            held / in_source,
            apart / in_source
        );
        assert!(held <= 1.2 * in_source, "{style}: {held} of {in_source}");
        assert!(apart > held, "{style}: nothing is held");
        // It isn't frozen: where the square is, the picture is this frame's.
        let last = FRAMES as usize - 1;
        let [shown, wanted, before] = [&styled[last], &alone[last], &styled[0]].map(patch);
        let far = |other: [f64; 3]| (0..3).map(|c| (shown[c] - other[c]).abs()).sum::<f64>();
        assert!(
            far(wanted) < far(before),
            "{style}: {shown:?}, {wanted:?}, {before:?}"
        );
        assert!(far(before) > 30.0, "{style}: {shown:?}, {before:?}");
        // And it is styled.
        assert!(differs(&styled[0], &sources[0]) > 10.0);
        let recipe = limner::export::metadata::read(&out)
            .unwrap()
            .recipe
            .unwrap();
        assert_eq!(recipe.extra["film"]["frames"], FRAMES);
        let again = Job::Replay(Box::new(recipe));
        engine
            .send(Request::Job {
                id: JobId(1),
                job: again,
            })
            .unwrap();
        let refused = engine.run().into_iter().find_map(|event| match event {
            Event::Done { result, .. } => Some(result.unwrap_err().to_string()),
            _ => None,
        });
        assert!(
            refused.unwrap().contains("film"),
            "never a still in its place"
        );
    }
}

/// The mean colour of the square's middle in the last frame.
fn patch(picture: &Picture) -> [f64; 3] {
    let middle = left(FRAMES - 1) + SQUARE / 2;
    let mut sums = [0.0; 3];
    for y in 48..60 {
        for x in middle - 6..middle + 6 {
            for (c, sum) in sums.iter_mut().enumerate() {
                *sum += f64::from(picture.rgba()[((y * SIZE[0] + x) * 4) as usize + c]) / 144.0;
            }
        }
    }
    sums
}

pub(super) fn encoded(picture: &Picture) -> Vec<u8> {
    let labels = Default::default();
    limner::export::encode_to_bytes(picture, limner::export::format::Format::Png, &labels).unwrap()
}

pub(super) fn differs(a: &Picture, b: &Picture) -> f64 {
    let pairs = a.rgba().iter().zip(b.rgba());
    pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.rgba().len() as f64
}

/// All frames of an animated PNG.
pub(super) fn read_all(path: &Path) -> Vec<Picture> {
    let mut film = limner::photo::film::Film::open(path).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = film.next_frame().unwrap() {
        all.push(frame);
    }
    all
}

#[test]
fn films_of_every_kind_are_read_frame_by_frame() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.gif", "a.png", "a.webp", "a"] {
        let path = folder.path().join(name);
        write_film(&path);
        let mut film = limner::photo::film::Film::open(&path).unwrap();
        assert_eq!((film.size, film.frames), (SIZE, FRAMES), "{name}");
        let fps = if name == "a" { 24.0 } else { 12.5 };
        assert!((film.fps - fps).abs() < 0.01, "{name}: {}", film.fps);
        for number in 0..FRAMES {
            let read = film.next_frame().unwrap().unwrap();
            let far = differs(&read, &frame(number));
            assert!(far < 8.0, "{name}, {number}: {far}");
        }
        assert!(film.next_frame().unwrap().is_none());
    }
    assert!(limner::photo::film::Film::open(&folder.path().join("a/frame-0001.png")).is_err());
    let path = folder.path().join("a.mp4");
    write_film(&path);
    match limner::photo::film::Film::open(&path) {
        Ok(mut film) => {
            assert_eq!((film.size, film.frames), (SIZE, FRAMES));
            assert!((film.fps - 12.5).abs() < 0.01);
            for number in 0..FRAMES {
                let read = film.next_frame().unwrap().unwrap();
                assert!(differs(&read, &frame(number)) < 8.0);
            }
            assert!(film.next_frame().unwrap().is_none());
        }
        Err(error) => {
            assert!(error.to_string().contains("FFmpeg"), "{error}");
            crate::skip::skip(crate::skip::Lack::Ffmpeg);
        }
    }
}

#[test]
fn a_film_of_waves_keeps_its_times_and_plays_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = shipped();
    let point = |seed| ExploreParams {
        size: Some([96, 64]),
        ..ExploreParams::new("cppn", seed)
    };
    let span = |seconds, easing| WalkSpan { seconds, easing };
    let params = WalkParams {
        points: vec![point(3), point(4)],
        frames: 20,
        fps: 10.0,
        looped: true,
        path: WalkPath::Spherical,
        spans: vec![span(0.5, Easing::Linear), span(1.5, Easing::Smooth)],
    };
    let film = |name: &str, engine: &mut LocalEngine| {
        let out = folder.path().join(name);
        let job = FilmJob {
            params: params.clone().into(),
            max_side: 96,
            enlarge: 1,
            enlarger: None,
            file: FilmFile::named(out.clone()).unwrap(),
        };
        run(engine, Job::Walk(Box::new(job.clone())));
        (out, job)
    };
    let (exact, _) = film("exact.png", &mut engine);
    let (played, job) = film("film.mp4", &mut engine);
    let exact = read_all(&exact);
    let played = film_reader::rav1d(&played);
    assert_eq!((exact.len(), played.len()), (20, 20));
    for (number, (shown, frame)) in played.iter().zip(&exact).enumerate() {
        let psnr = film_reader::psnr(shown, frame);
        // Waves is all saturated edges that change within half a second, and the film has half the
        // colour: far less than what another moment of the film would give is enough.
        assert!(psnr > 22.0, "frame {number}: {psnr} dB");
    }
    // The second point comes after half a second of two.
    let Output::Picture { picture, .. } = run(&mut engine, Job::Render(Arc::new(point(4)))) else {
        panic!("a picture");
    };
    assert!(differs(&exact[5], &picture) < 0.5);
    assert!(differs(&exact[10], &picture) > 1.0);
    let Output::FilmEstimate(told) = run(&mut engine, Job::WalkEstimate(Box::new(job))) else {
        panic!("an estimate");
    };
    let real = std::fs::metadata(folder.path().join("film.mp4"))
        .unwrap()
        .len();
    println!("told {} bytes, made {real}", told.bytes);
    assert_eq!(told.size, [96, 64]);
    assert!(told.bytes > real / 3 && told.bytes < real * 3);
}

fn save_frame(file: &Path) {
    let [w, h] = SIZE;
    let pixels = frame(0);
    image::save_buffer(file, pixels.rgba(), w, h, image::ColorType::Rgba8).unwrap();
}

/// A photo on its way through two styles, then to a low strength.
fn through_styles(photo: &SourceRef, spans: Vec<WalkSpan>) -> StyleWalkParams {
    let key = |style, strength| StyleParams {
        photo: photo.clone(),
        strength,
        ..params(style)
    };
    StyleWalkParams {
        points: vec![
            key("great-wave", 1.0),
            key("stained-glass", 1.0),
            key("stained-glass", 0.2),
        ],
        frames: 9,
        fps: 10.0,
        looped: false,
        spans,
    }
}

#[test]
fn a_photo_goes_through_styles_and_strengths_without_a_jump() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.png");
    save_frame(&file);
    let photo = SourceRef::of_file(&file, limner::photo::hash_file(&file).unwrap());
    let mut engine = shipped();
    let walk = through_styles(&photo, Vec::new());
    let out = folder.path().join("film.png");
    let job = FilmJob {
        params: walk.clone().into(),
        max_side: 120,
        enlarge: 1,
        enlarger: None,
        file: FilmFile::named(out.clone()).unwrap(),
    };
    run(&mut engine, Job::Walk(Box::new(job.clone())));
    let frames = read_all(&out);
    assert_eq!(frames.len(), 9);
    assert_eq!(frames[0].size(), [120, 84]);
    // Keyframes are the stylised photos themselves.
    for (number, key) in [(0, 0), (4, 1), (8, 2)] {
        let options = StylizeOptions {
            max_side: Some(120),
            ..StylizeOptions::default()
        };
        let params = Arc::new(walk.points[key].clone());
        let Output::Picture { picture, .. } = run(&mut engine, Job::Stylize(params, options))
        else {
            panic!("a picture");
        };
        assert!(picture == frames[number], "keyframe {key}");
    }
    // No step between two frames is more than half of the whole way of its part.
    for part in [0..5, 4..9] {
        let frames = &frames[part];
        let whole = differs(&frames[0], &frames[frames.len() - 1]);
        assert!(whole > 4.0, "{whole}");
        for pair in frames.windows(2) {
            let step = differs(&pair[0], &pair[1]);
            assert!(step > 0.2 && step < whole * 0.5, "{step} of {whole}");
        }
    }
    // The film's recipe makes the same frames, without any style's file.
    let recipe = limner::export::metadata::read(&out)
        .unwrap()
        .recipe
        .unwrap();
    assert_eq!(recipe.version, 3);
    let Making::StyleWalk(again) = recipe.making else {
        panic!("a photo's way through styles: {:?}", recipe.making);
    };
    assert!(again.points.iter().all(|p| p.styles[0].code.is_some()));
    let repeated = folder.path().join("again.png");
    let mut again = again;
    for point in &mut again.points {
        point.photo = photo.clone();
    }
    let job = FilmJob {
        params: again.into(),
        file: FilmFile::named(repeated.clone()).unwrap(),
        ..job
    };
    run(&mut engine, Job::Walk(Box::new(job.clone())));
    assert!(read_all(&repeated) == frames);
    let Output::FilmEstimate(told) = run(&mut engine, Job::WalkEstimate(Box::new(job))) else {
        panic!("an estimate");
    };
    let real = std::fs::metadata(&repeated).unwrap().len();
    assert_eq!(told.size, [120, 84]);
    assert!(told.bytes > real / 3 && told.bytes < real * 3);
}

#[test]
fn the_film_that_plays_is_the_one_that_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.png");
    save_frame(&file);
    let photo = SourceRef::of_file(&file, limner::photo::hash_file(&file).unwrap());
    let mut engine = shipped();
    let span = |seconds, easing| WalkSpan { seconds, easing };
    let spans = vec![span(0.6, Easing::Smooth), span(0.3, Easing::Out)];
    let film = FilmParams::from(through_styles(&photo, spans));
    let out = folder.path().join("film.png");
    let job = FilmJob {
        params: film.clone(),
        max_side: 160,
        enlarge: 1,
        enlarger: None,
        file: FilmFile::named(out.clone()).unwrap(),
    };
    run(&mut engine, Job::Walk(Box::new(job)));
    let frames = read_all(&out);
    let items = (0..9).map(|i| Work::FilmFrame(film.clone(), i)).collect();
    let asked = Request::Preview {
        channel: Channel::Film,
        seq: 1,
        tier: Tier::Full(160),
        items,
    };
    engine.send(asked).unwrap();
    let mut shown = 0;
    for event in engine.run() {
        if let Event::Preview {
            work: Work::FilmFrame(_, number),
            picture,
            ..
        } = event
        {
            let off = differs(&picture, &frames[number as usize]);
            assert!(off < 4.0, "frame {number}: {off}");
            shown += 1;
        }
    }
    assert_eq!(shown, 9);
}
