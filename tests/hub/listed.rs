//! Entries of the curated list, pulled under their real names, routes and sizes. The hub
//! of these tests has tiny networks in place of the published ones, so the list's hashes are
//! replaced by theirs where a pull shall go well.

use limner::hub::catalog::{Catalog, Entry};
use limner::hub::{Pulled, offer};

use super::*;

/// A hub with one file of an entry, at its own routes.
pub fn hub_of(entry: &Entry, bytes: Vec<u8>) -> Server {
    let answer = hub_answer(entry, bytes);
    Server::start(move |request, _| answer(request))
}

/// What such a hub answers.
pub fn hub_answer(
    entry: &Entry,
    bytes: Vec<u8>,
) -> impl Fn(&Request) -> Reply + Send + Sync + use<> {
    let commit = entry.revision.clone().unwrap_or(COMMIT.to_owned());
    let (repo, file) = (entry.repo.clone(), entry.file.clone());
    let asked = entry.revision().to_owned();
    let licence = entry.licence.clone();
    let sha256 = limner::digest::sha256(&bytes);
    move |request| {
        if request
            .path
            .starts_with(&format!("/api/models/{repo}/revision/"))
        {
            let revision = [&asked, &commit, "main"].map(|r| format!("/{r}?"));
            let known = revision.iter().any(|r| request.path.contains(r));
            assert!(known, "{}", request.path);
            let other = serde_json::json!({ "rfilename": "other.safetensors", "size": 7,
                "lfs": { "sha256": "0".repeat(64), "size": 7 } });
            let own = serde_json::json!({ "rfilename": file, "size": bytes.len(),
                "lfs": { "sha256": sha256, "size": bytes.len() } });
            return json(
                serde_json::json!({ "sha": commit, "siblings": [other, own], "gated": false,
                    "cardData": { "license": licence } })
                .to_string(),
            );
        }
        if request.path != format!("/{repo}/resolve/{commit}/{file}") {
            return Reply::status(404);
        }
        Reply {
            status: 200,
            body: bytes.clone(),
            ..Reply::default()
        }
        .with("ETag", format!("\"{sha256}\""))
        .with("X-Repo-Commit", &commit)
    }
}

/// A tiny network, in place of one of several megabytes.
fn stand_in(name: &str) -> Vec<u8> {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import");
    fs::read(at.join(name)).unwrap()
}

pub fn shipped(name: &str) -> Entry {
    Catalog::shipped().named(name).unwrap().clone()
}

/// Looks an entry up by its name, then pulls what was offered.
pub fn by_name(entry: &Entry, server: &Server, models: &Path) -> Result<Pulled, HubError> {
    let home = Home::new();
    let list = Catalog::of(vec![entry.clone()]).unwrap();
    let hub = home.hub(server).with_catalog(list);
    let offered = offer(&hub, &entry.name)?;
    assert_eq!(offered.repo, entry.repo);
    let [download] = &offered.files[..] else {
        panic!("{:?}", offered.files);
    };
    assert_eq!(download.file, entry.file);
    if let Some(size) = entry.size {
        assert_eq!(download.bytes, size);
    }
    let repo = hub.look(&download.repo, &download.commit)?;
    let file = Some(download.file.as_str());
    pull(&hub, &repo, file, models, None, &mut |_| Flow::GoOn)
}

#[test]
fn three_entries_come_by_their_names() {
    let models = tempfile::tempdir().unwrap();
    for (name, file) in [
        ("taesd", "taesd_diffusers.safetensors"),
        ("taesd3", "taesd_diffusers.safetensors"),
        ("ultramix-smooth", "upscaler/rrdb_x4_first.pth"),
    ] {
        let mut entry = shipped(name);
        let bytes = stand_in(file);
        entry.size = entry.size.map(|_| bytes.len() as u64);
        entry.sha256 = Some(limner::digest::sha256(&bytes));
        let server = hub_of(&entry, bytes);
        let pulled = by_name(&entry, &server, models.path()).unwrap();
        assert_eq!(pulled.imported.name, name);
        assert_eq!(Some(pulled.commit), entry.revision);
        let asked: Vec<String> = server.files().into_iter().map(|r| r.path).collect();
        let commit = entry.revision();
        let route = format!("/{}/resolve/{commit}/{}", entry.repo, entry.file);
        assert_eq!(asked, [route]);
        let card = fs::read_to_string(models.path().join(name).join("card.md")).unwrap();
        for said in [&entry.read, &entry.what, &entry.licence, &entry.repo] {
            assert!(card.contains(said.as_str()), "{card}");
        }
    }
}

#[test]
fn another_file_in_its_place_is_refused_before_it_is_fetched() {
    let models = tempfile::tempdir().unwrap();
    let mut entry = shipped("taesd");
    let bytes = stand_in("taesd_diffusers.safetensors");
    entry.size = Some(bytes.len() as u64);
    let server = hub_of(&entry, bytes);
    let error = by_name(&entry, &server, models.path()).unwrap_err();
    assert!(matches!(error, HubError::NotTheListed { .. }), "{error}");
    // Nor is it offered to those who ask for the repository.
    let home = Home::new();
    let offered = offer(&home.hub(&server), &entry.repo);
    let names = offered.map(|o| o.files.into_iter().map(|f| f.file).collect::<Vec<_>>());
    assert_eq!(names.unwrap(), ["other.safetensors"]);
    assert!(server.files().is_empty());
}

#[test]
fn a_commit_alone_or_a_hash_alone_is_enough_and_the_card_says_which() {
    let bytes = stand_in("taesd_diffusers.safetensors");
    let (mut commit, mut hash) = (shipped("sd-vae-ft-ema"), shipped("taesd"));
    assert_eq!(commit.sha256, None);
    commit.size = None;
    (hash.revision, hash.size) = (None, None);
    hash.sha256 = Some(limner::digest::sha256(&bytes));
    for (entry, says) in [
        (commit, "its hash isn't"),
        (hash, "SHA-256 is fixed and decides"),
    ] {
        let models = tempfile::tempdir().unwrap();
        let server = hub_of(&entry, bytes.clone());
        let pulled = by_name(&entry, &server, models.path()).unwrap();
        let card = fs::read_to_string(pulled.imported.folder.join("card.md")).unwrap();
        assert!(card.contains(says), "{card}");
    }
}
