//! Photos that are optimised towards a style.

use super::*;

/// A room with the instrument.
pub fn room() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    engine_files::vgg19(&folder.path().join("models"));
    Fixture {
        engine: LocalEngine::new(config, Arc::new(|| {})),
        folder,
        next: 1,
    }
}

fn fine(params: &StyleParams, effort: Effort) -> Job {
    let options = FineOptions {
        effort,
        ..FineOptions::default()
    };
    Job::StylizeFine(Arc::new(params.clone()), options)
}

pub fn steps(params: &StyleParams, steps: u32) -> Job {
    fine(params, Effort::Steps(steps))
}

fn original(room: &Fixture, name: &str) -> Picture {
    limner::photo::read(&room.path(name)).unwrap().picture
}

/// A photo and a style of sizes that are quickly worked through.
fn usual(room: &Fixture) -> StyleParams {
    params(
        room.photo("photo.png", 240, 160),
        vec![style(room.photo("style.png", 90, 120))],
    )
}

/// The steps that a recipe tells, size by size.
pub fn scales(recipe: &Recipe) -> Vec<(Vec<u64>, u64)> {
    let number = |v: &serde_json::Value| v.as_u64().unwrap();
    let scales = recipe.extra["fine"]["scales"].as_array().unwrap();
    let size = |s: &serde_json::Value| s["size"].as_array().unwrap().iter().map(number).collect();
    scales
        .iter()
        .map(|s| (size(s), number(&s["steps"])))
        .collect()
}

#[test]
fn a_photo_is_painted_and_its_recipe_gives_the_same_pixels() {
    let mut room = room();
    let params = params(
        room.photo("photo.png", 300, 220),
        vec![style(room.photo("style.png", 90, 120))],
    );
    let (made, recipe) = room.picture(steps(&params, 6));
    assert_eq!(made.size(), [300, 220]);
    assert!(
        within(&made, &original(&room, "photo.png"), 0.5) > 5,
        "it changed"
    );
    assert_eq!(scales(&recipe), [(vec![150, 110], 4), (vec![300, 220], 2)]);
    assert!(recipe.models.iter().any(|model| model.name == "vgg19"));
    let recipe = Recipe::from_json(&recipe.to_json()).unwrap();
    let (again, same) = room.picture(Job::Replay(Box::new(recipe.clone())));
    assert!(again == made, "the same bytes");
    assert_eq!(same, recipe);
    // More steps make another picture.
    assert!(room.picture(steps(&params, 9)).0 != made);
}

#[test]
fn however_long_it_took_the_recipe_gives_the_same_pixels() {
    let mut room = room();
    let params = params(
        room.photo("photo.png", 48, 40),
        vec![style(room.photo("style.png", 50, 40))],
    );
    let effort = Effort::Time(Duration::from_millis(300), None);
    let (made, recipe) = room.picture(fine(&params, effort));
    assert!(scales(&recipe)[0].1 >= 1);
    let (again, _) = room.picture(Job::Replay(Box::new(recipe)));
    assert!(again == made);
}

/// So many steps at two sizes, and so many in each tile of the whole.
pub fn large(params: &StyleParams, tiles: u32) -> Job {
    let scale = |width, height, steps| {
        let text = format!(r#"{{"size":[{width},{height}],"steps":{steps}}}"#);
        serde_json::from_str(&text).unwrap()
    };
    let mut scales = vec![scale(240, 24, 2)];
    scales.extend((tiles > 0).then(|| scale(960, 96, tiles)));
    fine(params, Effort::Again(scales))
}

#[test]
fn a_large_photo_is_painted_in_tiles_and_its_recipe_gives_the_same_pixels() {
    let mut room = room();
    let mut params = params(
        room.photo("photo.png", 960, 96),
        vec![style(room.photo("style.png", 90, 120))],
    );
    let (plain, _) = room.picture(large(&params, 0));
    let (made, recipe) = room.picture(large(&params, 3));
    assert_eq!(made.size(), [960, 96]);
    assert!(made != plain, "the tiles did something");
    assert_eq!(scales(&recipe), [(vec![240, 24], 2), (vec![960, 96], 3)]);
    let (again, _) = room.picture(Job::Replay(Box::new(recipe)));
    assert!(again == made, "the same bytes");
    // Outside of a mask is the photo, in tiles as well.
    params.styles[0].mask = Some(Arc::new(Mask {
        shapes: vec![MaskShape::Radial {
            center: [0.2, 0.05],
            radius: 0.1,
            feather: 0.2,
        }],
        invert: false,
    }));
    let (masked, _) = room.picture(large(&params, 3));
    let original = original(&room, "photo.png");
    let pixel = |p: &Picture, x: usize, y: usize| p.rgba()[(y * 960 + x) * 4..][..4].to_vec();
    let kept = |x: usize, y: usize| pixel(&masked, x, y) == pixel(&original, x, y);
    assert!((150..234).any(|x| !kept(x, 48)));
    assert!((300..960).all(|x| (0..96).all(|y| kept(x, y))));
}

#[test]
fn strength_masks_transparency_and_colours_are_kept_to() {
    let mut room = room();
    let photo = room.photo("photo.png", 96, 64);
    let original = original(&room, "photo.png");
    let mut params = params(photo, vec![style(room.photo("style.png", 64, 64))]);
    let (full, _) = room.picture(steps(&params, 12));
    let alphas = |p: &Picture| -> Vec<u8> { p.rgba().iter().skip(3).step_by(4).copied().collect() };
    assert_eq!(alphas(&full), alphas(&original));
    params.strength = 0.4;
    let (weak, _) = room.picture(steps(&params, 12));
    let distance = |p: &Picture| far(p, &original).iter().map(|d| u64::from(*d)).sum::<u64>();
    assert!(distance(&weak) < distance(&full));
    params.strength = 0.0;
    assert_eq!(room.picture(steps(&params, 12)).0, original);
    params.strength = 1.0;
    params.keep_colors = 1.0;
    let (kept, _) = room.picture(steps(&params, 12));
    let mean = |p: &Picture, c: usize| {
        let values = p.rgba().iter().skip(c).step_by(4);
        values.map(|v| f64::from(*v)).sum::<f64>() / f64::from(p.width() * p.height())
    };
    let shift = |p: &Picture| -> f64 {
        (0..3)
            .map(|c| (mean(p, c) - mean(&original, c)).abs())
            .sum()
    };
    assert!(
        shift(&kept) < 0.5 * shift(&full),
        "{} {}",
        shift(&kept),
        shift(&full)
    );
    params.keep_colors = 0.0;
    params.styles[0].mask = Some(Arc::new(Mask {
        shapes: vec![MaskShape::Radial {
            // In parts of the longer side.
            center: [0.2, 0.33],
            radius: 0.15,
            feather: 0.3,
        }],
        invert: false,
    }));
    params.styles.push(style(room.photo("other.png", 50, 70)));
    params.styles[1].weight = 0.0;
    let (masked, _) = room.picture(steps(&params, 6));
    let pixel = |p: &Picture, x: usize, y: usize| p.rgba()[(y * 96 + x) * 4..][..4].to_vec();
    assert_ne!(pixel(&masked, 19, 32), pixel(&original, 19, 32));
    for (x, y) in (48..96).flat_map(|x| (0..64).map(move |y| (x, y))) {
        assert_eq!(pixel(&masked, x, y), pixel(&original, x, y), "{x} {y}");
    }
    params.styles[1].weight = 1.0;
    let (both, _) = room.picture(steps(&params, 6));
    assert_ne!(pixel(&both, 80, 32), pixel(&original, 80, 32));
}

/// An engine on its own thread, so that it can be told something while it works.
pub struct Working {
    pub engine: Engine,
    told: limner::weighed::Receiver<Event>,
}

impl Working {
    pub fn new(folder: &Path) -> Self {
        let (engine, told) = Engine::spawn(config(folder), Arc::new(|| {})).unwrap();
        engine_files::vgg19(&folder.join("models"));
        engine.send(Request::Rescan).unwrap();
        Self { engine, told }
    }

    pub fn next(&self) -> Event {
        self.told.recv_timeout(Duration::from_secs(120)).unwrap()
    }

    pub fn ask(&self, id: JobId, job: Job) {
        self.engine.send(Request::Job { id, job }).unwrap();
    }

    /// Waits for steps at work.
    pub fn look(&self) -> Picture {
        loop {
            match self.next() {
                Event::Progress {
                    look: Some(look),
                    done,
                    ..
                } if done > 0 => return look,
                Event::Done { result, .. } => panic!("too quick: {result:?}"),
                _ => {}
            }
        }
    }

    pub fn pause(&self, id: JobId, paused: bool) {
        let request = Request::Pause { id, paused };
        self.engine.send(request).unwrap();
    }

    pub fn done(&self) -> Result<Output, EngineError> {
        loop {
            if let Event::Done { result, .. } = self.next() {
                return result;
            }
        }
    }
}

#[test]
fn a_pause_changes_nothing_in_the_picture() {
    let mut room = room();
    let params = usual(&room);
    let (straight, _) = room.picture(steps(&params, 16));
    let folder = tempfile::tempdir().unwrap();
    let working = Working::new(folder.path());
    let id = JobId(1);
    let job = steps(&params, 16);
    working.ask(id, job);
    let look = working.look();
    assert!(look.width() <= 240);
    working.pause(id, true);
    // What was on its way may still come; then it is quiet.
    let quiet = Duration::from_millis(1500);
    while working.told.recv_timeout(quiet).is_ok() {}
    working.pause(id, false);
    match working.done().unwrap() {
        Output::Picture { picture, .. } => assert!(picture == straight),
        other => panic!("{other:?}"),
    }
    // A paused job can be stopped.
    let id = JobId(2);
    let job = steps(&params, 400);
    working.ask(id, job);
    working.look();
    working.pause(id, true);
    working.engine.send(Request::Cancel(id)).unwrap();
    assert!(matches!(working.done(), Err(EngineError::Cancelled)));
}

#[test]
fn a_stopped_picture_is_whole_and_can_be_gone_on_with_as_if_it_had_not_been() {
    let mut room = room();
    let params = usual(&room);
    let (straight, _) = room.picture(steps(&params, 20));
    let folder = tempfile::tempdir().unwrap();
    let working = Working::new(folder.path());
    let run = |id, n| {
        let (id, job) = (JobId(id), steps(&params, n));
        working.ask(id, job);
        id
    };
    let made = || match working.done().unwrap() {
        Output::Picture { picture, recipe } => (picture, recipe),
        other => panic!("{other:?}"),
    };
    let id = run(1, 20);
    working.look();
    working.engine.send(Request::Finish(id)).unwrap();
    let (stopped, recipe) = made();
    assert_eq!(stopped.size(), [240, 160], "at full size");
    assert!(stopped != straight);
    assert_eq!(recipe.extra["fine"]["stopped"], true);
    let taken: u64 = scales(&recipe).iter().map(|(_, steps)| steps).sum();
    assert!((1..20).contains(&taken), "{taken}");
    let (again, _) = room.picture(Job::Replay(recipe));
    assert!(again == stopped, "its recipe gives the same pixels");
    // Previews and other pictures in between don't matter.
    working
        .engine
        .send(Request::Job {
            id: JobId(2),
            job: Job::Stylize(Arc::new(params.clone()), StylizeOptions::default()),
        })
        .unwrap();
    made();
    run(3, 20);
    let first = loop {
        if let Event::Progress {
            stage: Stage::Rendering,
            done,
            ..
        } = working.next()
        {
            break done;
        }
    };
    assert!(first > 0, "it goes on where it was");
    let (whole, recipe) = made();
    assert!(whole == straight);
    assert!(recipe.extra["fine"].get("stopped").is_none());
}

#[test]
fn a_paused_picture_lets_other_jobs_and_the_canvas_go_first() {
    let mut room = room();
    let params = usual(&room);
    let (straight, _) = room.picture(steps(&params, 16));
    let folder = tempfile::tempdir().unwrap();
    let working = Working::new(folder.path());
    let (id, job) = (JobId(1), steps(&params, 16));
    working.ask(id, job);
    working.look();
    let preview = |seq| Request::Preview {
        channel: Channel::Canvas,
        seq,
        tier: Tier::Draft(96),
        items: vec![Work::Style(Arc::new(params.clone()))],
    };
    working.engine.send(preview(1)).unwrap();
    loop {
        match working.next() {
            Event::Preview { .. } => break,
            Event::Done { .. } => panic!("the preview comes first"),
            _ => {}
        }
    }
    let paused = |paused| working.engine.send(Request::Pause { id, paused }).unwrap();
    paused(true);
    let fast = Job::Stylize(Arc::new(params.clone()), StylizeOptions::default());
    working
        .engine
        .send(Request::Job {
            id: JobId(2),
            job: fast,
        })
        .unwrap();
    loop {
        if let Event::Done { id, result } = working.next() {
            assert_eq!(id, JobId(2), "the other job ends first");
            result.unwrap();
            break;
        }
    }
    paused(false);
    match working.done().unwrap() {
        Output::Picture { picture, .. } => assert!(picture == straight),
        other => panic!("{other:?}"),
    }
}

#[test]
fn time_and_memory_are_said_beforehand() {
    let mut room = room();
    let params = Arc::new(params(
        room.photo("photo.png", 1200, 800),
        vec![style(room.photo("style.png", 90, 120))],
    ));
    let mut ask = |effort, max_side| {
        let options = FineOptions {
            effort,
            max_side,
            ..FineOptions::default()
        };
        let rendering = Rendering::Fine(options);
        let params = Arc::clone(&params);
        let request = Request::Estimate {
            seq: 1,
            params,
            rendering,
        };
        room.engine.send(request).unwrap();
        let events = room.engine.run();
        let found = events.into_iter().find_map(|e| match e {
            Event::Estimate { estimate, .. } => Some(estimate),
            _ => None,
        });
        found.expect("an estimate")
    };
    let large = ask(Effort::Steps(120), None);
    assert_eq!(large.size, [1200, 800]);
    assert!(large.memory > 400 << 20, "{}", large.memory);
    let small = ask(Effort::Steps(120), Some(300));
    assert_eq!(small.painted, None, "all of it is painted");
    let draft = ask(Effort::Steps(30), None);
    assert!(small.time < large.time && draft.time < large.time);
    assert!(small.memory < large.memory);
    let timed = ask(Effort::Time(Duration::from_secs(20), None), None);
    assert!(timed.time >= Duration::from_secs(20));
}

#[test]
fn what_fine_cannot_do_is_said() {
    let mut room = room();
    let mut params = params(
        room.photo("photo.png", 60, 5),
        vec![style(room.photo("style.png", 60, 60))],
    );
    let error = room.job(steps(&params, 3)).unwrap_err().to_string();
    assert!(error.contains("at least 8 pixels"), "{error}");
    params.photo = room.photo("photo.png", 60, 50);
    let options = FineOptions {
        memory_budget: 64 << 20,
        ..FineOptions::default()
    };
    let error = room
        .job(Job::StylizeFine(Arc::new(params.clone()), options))
        .unwrap_err();
    assert!(matches!(error, EngineError::Memory(_)), "{error}");
    params.styles[0].style = StyleSource::Builtin("unheard-of".into());
    assert!(room.job(steps(&params, 3)).is_err());
}
