//! Styles of the user's own: kept, named, grouped, deleted, brought back, exported, imported.

use super::learnt::{builtin, library, stylize};
use super::*;
use engine_files::learnt;

/// A studio with one learnt style of the user's own, called "My waves".
fn shelf() -> Fixture {
    let mut fixture = empty();
    let models = fixture.path("models");
    learnt(&models, &[("wave", 1.0)]);
    let own = models.join("learnt");
    fs::create_dir_all(&own).unwrap();
    fs::rename(
        models.join("styles/learnt/wave.safetensors"),
        own.join("my-waves.safetensors"),
    )
    .unwrap();
    learnt(&models, &[]);
    fixture.restart();
    fixture
}

fn empty() -> Fixture {
    Fixture::new()
}

fn done(fixture: &mut Fixture, task: StyleTask) -> Result<StyleDone, EngineError> {
    match fixture.job(Job::Styles(task))? {
        Output::Styles(done) => Ok(done),
        other => panic!("{other:?}"),
    }
}

/// Names, headings and whether they are learnt.
fn own(fixture: &mut Fixture) -> Vec<(String, String, bool)> {
    let found = library(fixture);
    let own = found.styles.iter().filter(|s| s.own.is_some());
    own.map(|s| {
        let learnt = s.painter == Painter::Learnt;
        (s.name.clone(), s.group.clone(), learnt)
    })
    .collect()
}

fn keep(fixture: &mut Fixture, name: &str, title: &str) -> StyleDone {
    let picture = SourceRef {
        artist: "Ada".into(),
        licence: "CC0 1.0".into(),
        ..fixture.photo(name, 90, 70)
    };
    let title = title.to_owned();
    done(fixture, StyleTask::Keep { picture, title }).unwrap()
}

#[test]
fn a_kept_picture_stays_when_its_file_is_gone_and_paints_as_before() {
    let mut fixture = empty();
    let photo = fixture.photo("photo.png", 96, 80);
    let kept = keep(&mut fixture, "a.png", "Blue door");
    assert_eq!(
        kept,
        StyleDone::Kept {
            style: "blue-door".into(),
            title: "Blue door".into()
        }
    );
    let before = fixture.picture(stylize(&params(
        photo.clone(),
        vec![style(source(&fixture.path("a.png")))],
    )));
    fs::remove_file(fixture.path("a.png")).unwrap();
    fixture.restart();
    let found = library(&mut fixture);
    let style_info = found.styles.iter().find(|s| s.name == "Blue door").unwrap();
    assert_eq!(
        (style_info.group.as_str(), style_info.artist.as_str()),
        ("My styles", "Ada")
    );
    assert!(style_info.swatch.is_some());
    let StyleSource::File(file) = &style_info.source else {
        panic!("{style_info:?}")
    };
    assert_eq!(file.licence, "CC0 1.0");
    let layer = StyleLayer {
        style: style_info.source.clone(),
        ..style(SourceRef::default())
    };
    let (made, _) = fixture.picture(stylize(&params(photo, vec![layer])));
    assert_eq!(made, before.0);
    // The same picture again is no second style.
    let again = keep(&mut fixture, "a.png", "Another name");
    assert!(matches!(again, StyleDone::Kept { title, .. } if title == "Blue door"));
    assert_eq!(own(&mut fixture).len(), 1);
}

#[test]
fn names_and_headings_change_what_is_shown_and_nothing_that_is_painted() {
    let mut fixture = shelf();
    keep(&mut fixture, "a.png", "Door");
    let photo = fixture.photo("photo.png", 96, 80);
    let setting = params(photo, vec![builtin("my/my-waves")]);
    let (before, recipe) = fixture.picture(stylize(&setting));
    for (style, title, group) in [("my-waves", " Sea ", "Home"), ("door", "Door 2", "")] {
        let task = StyleTask::Describe {
            style: style.into(),
            title: title.into(),
            group: group.into(),
        };
        assert_eq!(done(&mut fixture, task).unwrap(), StyleDone::Described);
    }
    assert_eq!(
        own(&mut fixture),
        [
            ("Door 2".into(), "My styles".into(), false),
            ("Sea".into(), "Home".into(), true)
        ]
    );
    assert_eq!(fixture.picture(stylize(&setting)).0, before);
    let (again, _) = fixture.picture(Job::Replay(Box::new(recipe)));
    assert_eq!(again, before, "a recipe from before the new name");
    for (style, title) in [("door", "  "), ("nobody", "x"), ("../door", "x")] {
        let task = StyleTask::Describe {
            style: style.into(),
            title: title.into(),
            group: String::new(),
        };
        assert!(done(&mut fixture, task).is_err(), "{style}");
    }
}

#[test]
fn what_is_deleted_comes_back_as_it_was() {
    let mut fixture = shelf();
    keep(&mut fixture, "a.png", "Door");
    let before = own(&mut fixture);
    let mut tokens = Vec::new();
    for style in ["door", "my-waves"] {
        let style = style.to_owned();
        match done(&mut fixture, StyleTask::Delete { style }).unwrap() {
            StyleDone::Deleted { token, .. } => tokens.push(token),
            other => panic!("{other:?}"),
        }
    }
    assert!(own(&mut fixture).is_empty());
    let error = fixture.preview(
        Work::Style(Arc::new(params(
            fixture.photo("photo.png", 64, 64),
            vec![StyleLayer {
                learnt: Some("ab".repeat(32)),
                ..builtin("my/my-waves")
            }],
        ))),
        Tier::Full(64),
    );
    assert!(
        error.is_err(),
        "a style that is gone isn't painted as another"
    );
    fixture.restart();
    for token in &tokens {
        let token = token.clone();
        done(&mut fixture, StyleTask::Restore { token }).unwrap();
    }
    assert_eq!(own(&mut fixture), before);
    for token in ["", "..", "../learnt", &tokens[0]] {
        let token = token.to_owned();
        assert!(done(&mut fixture, StyleTask::Restore { token }).is_err());
    }
}

/// One file for a style; taken over elsewhere and exported again it is the same, byte for byte.
#[test]
fn an_exported_style_is_the_same_elsewhere() {
    let mut here = shelf();
    keep(&mut here, "a.png", "Door");
    let photo = here.photo("photo.png", 96, 80);
    let made = here.picture(stylize(&params(photo, vec![builtin("my/my-waves")])));
    let learnt = fs::read(here.path("models/learnt/my-waves.safetensors")).unwrap();
    for (style, id) in [("my-waves", "my/wave"), ("door", "")] {
        let file = here.path(&format!("{style}.safetensors"));
        let task = StyleTask::Export {
            style: style.into(),
            to: file.clone(),
        };
        assert_eq!(
            done(&mut here, task).unwrap(),
            StyleDone::Exported(file.clone())
        );
        if style == "my-waves" {
            assert!(fs::read(&file).unwrap() == learnt);
        }
        let mut there = empty();
        let import = StyleTask::Import { from: file.clone() };
        let StyleDone::Imported { style, already, .. } = done(&mut there, import.clone()).unwrap()
        else {
            panic!()
        };
        assert!(!already);
        let again = there.path("again.safetensors");
        let task = StyleTask::Export {
            style: style.clone(),
            to: again.clone(),
        };
        done(&mut there, task).unwrap();
        assert!(fs::read(&again).unwrap() == fs::read(&file).unwrap());
        let twice = done(&mut there, import).unwrap();
        assert!(matches!(twice, StyleDone::Imported { already: true, .. }));
        assert_eq!(own(&mut there).len(), 1);
        if !id.is_empty() {
            let photo = there.photo("photo.png", 96, 80);
            let layer = builtin(&format!("my/{style}"));
            let (painted, _) = there.picture(stylize(&params(photo, vec![layer])));
            assert_eq!(painted, made.0);
        }
    }
}

#[test]
fn a_new_name_goes_with_the_exported_file() {
    let mut here = shelf();
    let task = StyleTask::Describe {
        style: "my-waves".into(),
        title: "Grandma's quilt".into(),
        group: String::new(),
    };
    done(&mut here, task).unwrap();
    let to = here.path("quilt.safetensors");
    let task = StyleTask::Export {
        style: "my-waves".into(),
        to: to.clone(),
    };
    done(&mut here, task).unwrap();
    let mut there = empty();
    done(&mut there, StyleTask::Import { from: to }).unwrap();
    assert_eq!(own(&mut there)[0].0, "Grandma's quilt");
}

#[test]
fn files_that_are_no_styles_are_refused_by_name() {
    let mut fixture = empty();
    let picture = fixture.photo("a.png", 40, 40).place();
    let network = fixture.path("models/restyle/weights.safetensors");
    let cut = fixture.path("cut.safetensors");
    fs::write(&cut, &fs::read(&network).unwrap()[..100]).unwrap();
    let nowhere = fixture.path("nowhere.safetensors");
    for from in [picture, network, cut, nowhere] {
        let error = done(&mut fixture, StyleTask::Import { from: from.clone() });
        let words = error.unwrap_err().to_string();
        assert!(words.len() > 20, "{from:?}: {words}");
    }
    assert!(own(&mut fixture).is_empty());
    // A picture that nobody can read leaves nothing behind.
    let text = fixture.path("text.png");
    fs::write(&text, "not a picture").unwrap();
    let picture = SourceRef {
        path: text.display().to_string(),
        ..SourceRef::default()
    };
    let title = "Text".to_owned();
    assert!(done(&mut fixture, StyleTask::Keep { picture, title }).is_err());
    let left = fs::read_dir(fixture.path("models/learnt")).unwrap().count();
    assert_eq!(left, 0);
}

/// Sends a style on under another name: what it is called there.
fn sent(here: &mut Fixture, there: &mut Fixture, style: &str, title: &str) -> String {
    let describe = StyleTask::Describe {
        style: style.into(),
        title: title.into(),
        group: String::new(),
    };
    done(here, describe).unwrap();
    let to = here.path("sent.safetensors");
    let export = StyleTask::Export {
        style: style.into(),
        to: to.clone(),
    };
    done(here, export).unwrap();
    match done(there, StyleTask::Import { from: to }).unwrap() {
        StyleDone::Imported { style, .. } => style,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_style_with_a_new_name_is_the_one_that_its_recipes_mean_elsewhere() {
    let [mut one, mut two, mut three] = [shelf(), empty(), empty()];
    let photo = one.photo("photo.png", 96, 80);
    let setting = params(photo, vec![builtin("my/my-waves")]);
    let (made, recipe) = one.picture(stylize(&setting));
    let style = sent(&mut one, &mut two, "my-waves", "Quilt");
    sent(&mut two, &mut three, &style, "Grandma's quilt");
    for there in [&mut two, &mut three] {
        let (again, _) = there.picture(Job::Replay(Box::new(recipe.clone())));
        assert_eq!(again, made);
    }
}

#[test]
fn what_comes_back_gets_another_name_where_its_own_is_taken() {
    let mut fixture = shelf();
    keep(&mut fixture, "a.png", "My sea");
    let style = "my-sea".to_owned();
    let StyleDone::Deleted { token, .. } = done(&mut fixture, StyleTask::Delete { style }).unwrap()
    else {
        panic!()
    };
    // A learnt style has taken it meanwhile.
    let folder = fixture.path("models/learnt");
    fs::rename(
        folder.join("my-waves.safetensors"),
        folder.join("my-sea.safetensors"),
    )
    .unwrap();
    done(&mut fixture, StyleTask::Restore { token }).unwrap();
    let found = library(&mut fixture);
    let names = found.styles.iter().filter_map(|s| s.own.clone());
    let names: Vec<String> = names.collect();
    assert_eq!(names, ["my-sea-2", "my-sea"]);
    let style = names[0].clone();
    done(&mut fixture, StyleTask::Delete { style }).unwrap();
    assert_eq!(own(&mut fixture).len(), 1, "each by itself");
}
