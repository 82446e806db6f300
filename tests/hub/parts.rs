//! Networks that a repository holds in several files.

use super::*;

pub(super) fn golden(folder: &str) -> Vec<(String, Vec<u8>)> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/import")
        .join(folder);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(at)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Pulls from a repository of these files; what was asked for beside the result.
fn pulled(
    files: Vec<(String, Vec<u8>)>,
    wanted: Option<&str>,
    models: &Path,
) -> (Result<limner::hub::Pulled, HubError>, usize) {
    let files = Files(files);
    let server = Server::start(move |request, _| files.answer(request));
    let home = Home::new();
    let hub = home.hub(&server);
    let got = pull(&hub, &look(&hub), wanted, models, None, &mut |_| Flow::GoOn);
    (got, server.files().len())
}

#[test]
fn all_parts_of_a_network_come_and_become_one_model() {
    for (folder, count) in [("microast", 4), ("adain", 2), ("taesd", 2)] {
        let models = tempfile::tempdir().unwrap();
        let (got, asked) = pulled(golden(folder), None, models.path());
        assert_eq!(got.unwrap().imported.name, "name", "{folder}");
        assert_eq!(asked, count, "{folder}");
        assert!(models.path().join("name/weights.safetensors").is_file());
    }
}

#[test]
fn a_part_that_is_named_brings_the_others_and_strangers_stay_away() {
    let models = tempfile::tempdir().unwrap();
    let mut files = golden("adain");
    files.push(("style.pth".into(), network()));
    files.push(("other/decoder.pth".into(), network()));
    let (got, asked) = pulled(files.clone(), Some("decoder.pth"), models.path());
    assert!(got.unwrap().imported.summary.contains("AdaIN"));
    assert_eq!(asked, 2);
    // Without a name nobody knows which network is meant.
    let (got, asked) = pulled(files, None, models.path());
    assert!(matches!(got, Err(HubError::Several { .. })), "{got:?}");
    assert_eq!(asked, 0);
}

#[test]
fn a_part_alone_says_which_is_missing_and_leaves_nothing() {
    let models = tempfile::tempdir().unwrap();
    let mut files = golden("microast");
    files.retain(|(name, _)| !name.starts_with("modulator"));
    let (got, _) = pulled(files, None, models.path());
    let line = got.unwrap_err().to_string();
    assert!(line.contains("modulator"), "{line}");
    assert_eq!(fs::read_dir(models.path()).unwrap().count(), 0);
}

#[test]
fn networks_of_one_repository_are_called_by_their_files() {
    let models = tempfile::tempdir().unwrap();
    let names = [
        ("style.pth", "name-style"),
        ("b/large.pth", "name-large"),
        ("one/net.pth", "name-one-net"),
        ("two/net.pth", "name-two-net"),
        ("Name-small.pth.tar", "name-small"),
    ];
    let files = names.map(|(file, _)| (file.to_owned(), network()));
    for (file, name) in names {
        let (got, asked) = pulled(files.to_vec(), Some(file), models.path());
        assert_eq!((got.unwrap().imported.name.as_str(), asked), (name, 1));
    }
    // Parts of a network beside another one.
    let mut files = vec![("style.pth".to_owned(), network())];
    let parts = golden("adain").into_iter();
    files.extend(parts.map(|(name, bytes)| (format!("adain/{name}"), bytes)));
    let (got, _) = pulled(files, Some("adain/decoder.pth"), models.path());
    assert_eq!(got.unwrap().imported.name, "name-adain");
}

#[test]
fn a_name_that_is_taken_is_told_before_anything_is_fetched() {
    let models = tempfile::tempdir().unwrap();
    let files = vec![("style.pth".to_owned(), network())];
    pulled(files.clone(), None, models.path()).0.unwrap();
    let (got, asked) = pulled(files, None, models.path());
    let error = got.unwrap_err();
    assert!(matches!(error, HubError::Exists(_)), "{error}");
    assert_eq!(asked, 0);
    let told = error.trouble().message;
    assert!(
        told.contains("nothing was fetched") && !told.contains("file"),
        "{told}"
    );
}
