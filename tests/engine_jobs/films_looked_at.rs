//! Films and their frames are what they are, whatever was looked at before.

use crate::films::{FRAMES, differs, encoded, frame, params, read_all, run, shipped, write_film};

use super::*;

fn job(film: &Path, out: PathBuf) -> StyleFilmJob {
    let source = match film.is_dir() {
        true => film.join("1.png"),
        false => film.to_owned(),
    };
    let source = SourceRef::of_file(film, limner::photo::hash_file(&source).unwrap());
    let mut asked = params("great-wave");
    asked.photo = source.clone();
    StyleFilmJob {
        film: film.to_owned(),
        source,
        params: Arc::new(asked),
        options: StylizeOptions::default(),
        fps: None,
        forever: true,
        file: FilmFile::named(out).unwrap(),
    }
}

/// A frame in its style, as the dialog shows it.
fn look(engine: &mut LocalEngine, job: &StyleFilmJob, number: u32) -> Picture {
    let look = StyleFilmLook {
        film: job.film.clone(),
        source: job.source.clone(),
        params: Arc::clone(&job.params),
    };
    let request = Request::Preview {
        channel: Channel::Film,
        seq: u64::from(number) + 1,
        tier: Tier::Full(160),
        items: vec![Work::StyledFrame(Arc::new(look), number)],
    };
    engine.send(request).unwrap();
    let shown = engine.run().into_iter().find_map(|event| match event {
        Event::Preview { picture, .. } => Some(picture),
        _ => None,
    });
    shown.expect("the frame is shown")
}

#[test]
fn a_styled_film_is_the_same_whatever_was_looked_at_and_tried_before() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("film.png");
    write_film(&film);
    let made = |name: &str, before: &dyn Fn(&mut LocalEngine, &StyleFilmJob)| {
        let mut engine = shipped();
        let out = folder.path().join(name);
        let job = job(&film, out.clone());
        before(&mut engine, &job);
        run(&mut engine, Job::StylizeFilm(Box::new(job)));
        read_all(&out)
    };
    let at_once = made("at-once.png", &|_, _| {});
    assert_eq!(at_once.len() as u32, FRAMES);
    let tried = made("tried.png", &|engine, job| {
        run(engine, Job::StylizeFilmEstimate(Box::new(job.clone())));
    });
    let looked_at = made("looked-at.png", &|engine, job| {
        for number in [0, 3] {
            look(engine, job, number);
        }
    });
    let first = look(&mut shipped(), &job(&film, folder.path().join("no.png")), 0);
    assert!(first == at_once[0], "it will look as it was shown");
    for (name, film) in [("tried", tried), ("looked at", looked_at)] {
        assert_eq!(film.len(), at_once.len());
        for (number, (one, other)) in film.iter().zip(&at_once).enumerate() {
            assert!(one == other, "{name}: frame {number} is another");
        }
    }
}

#[test]
fn of_two_folders_that_begin_alike_each_has_its_own_frames() {
    let folder = tempfile::tempdir().unwrap();
    let folders = ["one", "other"].map(|name| folder.path().join(name));
    for (at, second) in folders.iter().zip([3, 12]) {
        fs::create_dir(at).unwrap();
        fs::write(at.join("1.png"), encoded(&frame(0))).unwrap();
        fs::write(at.join("2.png"), encoded(&frame(second))).unwrap();
    }
    let [one, other] = folders.map(|film| job(&film, folder.path().join("out.png")));
    assert_eq!(one.source.sha256, other.source.sha256);
    let mut engine = shipped();
    let first = look(&mut engine, &one, 1);
    let shown = look(&mut engine, &other, 1);
    assert!(differs(&first, &shown) > 1.0);
    assert!(shown == look(&mut shipped(), &other, 1));
}
