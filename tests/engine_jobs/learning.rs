//! Styles learnt from pictures.

use super::learnt::{builtin, library, stylize};
use super::*;

/// The instrument, and two photos to learn with, beside the tiny networks.
fn school() -> Fixture {
    let mut fixture = Fixture::new();
    let models = fixture.path("models");
    engine_files::vgg19(&models);
    let photos = models.join("restyle/photos");
    fs::create_dir_all(&photos).unwrap();
    for i in 0..2 {
        photo(&photos.join(format!("p{i}.jpg")), 224, 230 + i);
    }
    fixture.restart();
    fixture
}

fn lesson(fixture: &Fixture, out: &str, steps: u32) -> LearnJob {
    LearnJob {
        pictures: vec![photo(&fixture.path("look.png"), 120, 90)],
        photo: None,
        about: LearntAbout {
            title: "My waves".into(),
            ..LearntAbout::default()
        },
        minutes: None,
        steps: Some(steps),
        out: Some(fixture.path(out)),
        replace: false,
    }
}

/// What is learnt is a style among the others; learning that was cut short goes on where it was and
/// comes to the same bytes.
#[test]
fn a_style_is_learnt_kept_and_used() {
    let mut fixture = school();
    fs::create_dir_all(fixture.path("models/learnt")).unwrap();
    let whole = lesson(&fixture, "models/learnt/waves.safetensors", 2);
    let Output::Learnt {
        file, steps, style, ..
    } = fixture.job(Job::Learn(Box::new(whole.clone()))).unwrap()
    else {
        panic!()
    };
    assert_eq!((steps, Some(&file)), (2, whole.out.as_ref()));
    assert!(style.is_finite() && style > 0.0);
    assert!(!file.with_extension("learning").exists());
    let error = fixture
        .job(Job::Learn(Box::new(whole.clone())))
        .unwrap_err();
    assert!(error.to_string().contains("already"), "{error}");
    // Among the styles, with its name and a swatch.
    let found = library(&mut fixture);
    let own = found.styles.iter().find(|s| s.name == "My waves").unwrap();
    assert_eq!(
        (own.group.as_str(), own.painter),
        ("My styles", Painter::Learnt)
    );
    assert!(own.swatch.is_some());
    let params = params(
        fixture.photo("photo.png", 96, 80),
        vec![builtin("my/waves")],
    );
    let (made, recipe) = fixture.picture(stylize(&params));
    assert!(recipe.models.iter().any(|m| m.name == "learnt/my/waves"));
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(again, made);
}

/// Cancelled, it ends at once and goes on where it was when it is asked for again: to the same bytes
/// as in one go.
#[test]
fn learning_that_was_cancelled_goes_on_where_it_was() {
    let mut fixture = school();
    let straight = lesson(&fixture, "straight.safetensors", 2);
    fixture.job(Job::Learn(Box::new(straight.clone()))).unwrap();
    let job = LearnJob {
        out: Some(fixture.path("again.safetensors")),
        ..straight.clone()
    };
    let out = job.out.clone().unwrap();
    let kept = out.with_extension("learning");
    let (engine, told) = Engine::spawn(config(fixture.folder.path()), Arc::new(|| {})).unwrap();
    let id = JobId(7);
    let ask = || {
        let job = Job::Learn(Box::new(job.clone()));
        engine.send(Request::Job { id, job }).unwrap();
    };
    let next = || told.recv_timeout(Duration::from_secs(300)).unwrap();
    let done = || loop {
        if let Event::Done { result, .. } = next() {
            return result;
        }
    };
    ask();
    loop {
        match next() {
            Event::Progress {
                stage: Stage::Learning,
                done: 1..,
                ..
            } => break,
            Event::Done { result, .. } => panic!("too quick: {result:?}"),
            _ => {}
        }
    }
    let start = Instant::now();
    engine.send(Request::Cancel(id)).unwrap();
    assert!(matches!(done(), Err(EngineError::Cancelled)));
    let took = start.elapsed();
    println!("cancelled after {took:?}");
    // A convolution of VGG-19 takes its time without the compiler's full help.
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(kept.exists() && !out.exists());
    // Another start finds it, with all that is needed to go on.
    let mut other = Fixture::new();
    fs::create_dir_all(other.path("models/learnt")).unwrap();
    let copy = other.path("models/learnt/again.learning");
    fs::copy(&kept, &copy).unwrap();
    let unfinished = library(&mut other).unfinished.clone();
    assert_eq!(unfinished.len(), 1);
    let plan = &unfinished[0].plan;
    assert_eq!(
        (unfinished[0].file.clone(), unfinished[0].steps),
        (copy.clone(), 1)
    );
    assert_eq!((&plan.pictures, &plan.about), (&job.pictures, &job.about));
    let discard = StyleTask::Discard { learning: copy };
    other.job(Job::Styles(discard)).unwrap();
    assert!(library(&mut other).unfinished.is_empty());
    ask();
    assert!(matches!(done(), Ok(Output::Learnt { steps: 2, .. })));
    assert!(!kept.exists());
    // The time that it took stands in the file, too.
    let tensors = |path: &Path| -> Vec<(String, Vec<u8>)> {
        let bytes = fs::read(path).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let mut all: Vec<_> = file
            .tensors()
            .into_iter()
            .map(|(name, view)| (name, view.data().to_vec()))
            .collect();
        all.sort();
        all
    };
    assert!(tensors(straight.out.as_ref().unwrap()) == tensors(&out));
}

#[test]
fn what_cannot_be_learnt_is_told() {
    let mut fixture = school();
    let mut job = lesson(&fixture, "x.safetensors", 2);
    job.pictures = vec![fixture.path("nowhere.png")];
    let error = fixture.job(Job::Learn(Box::new(job.clone()))).unwrap_err();
    assert!(error.to_string().contains("nowhere.png"), "{error}");
    job.pictures.clear();
    let error = fixture.job(Job::Learn(Box::new(job.clone()))).unwrap_err();
    assert!(error.to_string().contains("choose a picture"), "{error}");
    fs::remove_dir_all(fixture.path("models/restyle/photos")).unwrap();
    let error = fixture.job(Job::Learn(Box::new(lesson(&fixture, "x.safetensors", 2))));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("photos to learn with"), "{error}");
}

/// As recipes name pictures that keep their folders to themselves.
fn by_content(picture: &SourceRef) -> SourceRef {
    SourceRef::of_file(Path::new(""), picture.sha256.clone())
}

#[test]
fn pictures_known_by_their_content_are_learnt_from_and_kept() {
    let mut fixture = school();
    let look = fixture.photo("look.png", 120, 90);
    fixture
        .preview(
            Work::Style(Arc::new(params(look.clone(), Vec::new()))),
            Tier::Full(64),
        )
        .unwrap();
    let hidden = by_content(&look);
    let job = LearnJob {
        pictures: vec![hidden.place()],
        // Nobody knows where this one is; it is done without.
        photo: Some(by_content(&fixture.photo("other.png", 80, 60)).place()),
        ..lesson(&fixture, "waves.safetensors", 1)
    };
    let learnt = fixture.job(Job::Learn(Box::new(job))).unwrap();
    assert!(matches!(
        learnt,
        Output::Learnt {
            without_photo: true,
            ..
        }
    ));
    let keep = StyleTask::Keep {
        picture: hidden,
        title: "Door".into(),
    };
    let kept = fixture.job(Job::Styles(keep)).unwrap();
    assert!(matches!(kept, Output::Styles(StyleDone::Kept { .. })));
}

#[test]
fn a_style_that_is_being_learnt_has_its_name_to_itself() {
    let fixture = school();
    let (engine, told) = Engine::spawn(config(fixture.folder.path()), Arc::new(|| {})).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(300)).unwrap();
    let picture = fixture.photo("a.png", 90, 70);
    let job = LearnJob {
        out: None,
        ..lesson(&fixture, "", 1)
    };
    let job = Job::Learn(Box::new(job));
    let id = JobId(1);
    engine.send(Request::Job { id, job }).unwrap();
    engine.send(Request::Pause { id, paused: true }).unwrap();
    let title = "My waves".to_owned();
    let mut keep = Some(Job::Styles(StyleTask::Keep { picture, title }));
    let (mut kept, mut learnt) = (None, None);
    while learnt.is_none() {
        match next() {
            Event::Progress {
                stage: Stage::Learning,
                ..
            } => {
                if let Some(job) = keep.take() {
                    let id = JobId(2);
                    engine.send(Request::Job { id, job }).unwrap();
                }
            }
            Event::Done { result, .. } => match result.unwrap() {
                Output::Styles(StyleDone::Kept { style, .. }) => {
                    kept = Some(style);
                    engine.send(Request::Pause { id, paused: false }).unwrap();
                }
                Output::Learnt { file, .. } => learnt = file.file_stem().map(|s| s.to_owned()),
                other => panic!("{other:?}"),
            },
            _ => {}
        }
    }
    assert_eq!(kept.as_deref(), Some("my-waves-2"));
    assert_eq!(learnt.unwrap(), "my-waves");
}
