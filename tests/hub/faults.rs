//! What goes wrong between here and the hub, one by one.

use std::time::{Duration, Instant};

use limner::hub::{Control, HubError, RepoCache};

use super::server::{Fault, NEXT_COMMIT, Server, named, sha256};
use super::{Place, order, pickle};

#[test]
fn a_cut_connection_is_resumed_not_begun_again() {
    let place = Place::new();
    place
        .server
        .fail([Fault::Cut(1000), Fault::Cut(20_000), Fault::Cut(0)]);
    place.pull().unwrap();
    assert_eq!(
        place.ranges(),
        ["bytes=0-", "bytes=1000-", "bytes=21000-", "bytes=21000-"]
    );
}

#[test]
fn a_cut_that_never_heals_ends_with_what_to_do() {
    let place = Place::new();
    place.server.fail(std::iter::repeat_n(Fault::Cut(0), 50));
    assert!(matches!(place.pull(), Err(HubError::Cut)));
    assert_eq!(place.ranges().len(), 4, "as patient as the settings say");
    place.assert_nothing_installed();
}

#[test]
fn a_hub_without_ranges_sends_the_whole_again() {
    let place = Place::new();
    place.server.fail([Fault::Cut(1000), Fault::NoRange]);
    place.pull().unwrap();
}

#[test]
fn wrong_bytes_of_the_right_length_never_become_a_model() {
    let place = Place::new();
    place.server.fail([Fault::Wrong, Fault::Wrong]);
    assert!(matches!(place.pull(), Err(HubError::WrongBytes(_))));
    place.assert_nothing_installed();
    let file = place.ask().unwrap().files[0].clone();
    let cache = RepoCache::new(&place.settings.cache, &order().repo);
    assert_eq!(cache.have(&file), 0, "bad bytes are thrown away");
    // Once wrong may be an accident of the way.
    place.server.fail([Fault::Wrong]);
    place.pull().unwrap();
}

#[test]
fn a_damaged_file_in_the_shared_cache_is_fetched_anew() {
    let place = Place::new();
    place.pull().unwrap();
    let file = place.ask().unwrap().files[0].clone();
    let cache = RepoCache::new(&place.settings.cache, &order().repo);
    let mut bytes = pickle();
    bytes[77] ^= 1;
    std::fs::write(cache.blob(&file.checksum), bytes).unwrap();
    std::fs::remove_dir_all(place.models()).unwrap();
    place.pull().unwrap();
    assert_eq!(std::fs::read(cache.blob(&file.checksum)).unwrap(), pickle());
}

#[test]
fn a_file_that_is_there_whole_is_not_fetched_again() {
    let place = Place::new();
    place.pull().unwrap();
    std::fs::remove_dir_all(place.models()).unwrap();
    place.pull().unwrap();
    assert_eq!(place.ranges().len(), 1);
}

#[test]
fn statuses_say_what_to_do() {
    let cases: [(u16, &str, &str); 7] = [
        (401, "X-Error-Code: GatedRepo\r\n", "agreeing to its terms"),
        (403, "X-Error-Code: GatedRepo\r\n", "agreeing to its terms"),
        (403, "", "HF_TOKEN"),
        (401, "", "HF_TOKEN"),
        (404, "X-Error-Code: EntryNotFound\r\n", "has no file"),
        (429, "Retry-After: 3600\r\n", "in 60 minutes"),
        (418, "", "strangely"),
    ];
    for (status, headers, says) in cases {
        let place = Place::new();
        place.server.fail([Fault::Status(status, headers.into())]);
        let error = place.pull().unwrap_err().to_string();
        assert!(error.contains(says), "{status}: {error}");
        assert_eq!(place.ranges().len(), 1, "{status} is not tried again");
        place.assert_nothing_installed();
    }
}

#[test]
fn a_model_that_is_not_there_is_not_found() {
    let place = Place::new();
    let unknown = limner::hub::Order::of(limner::hub::RepoId::parse("ada/tulips").unwrap());
    let got = limner::hub::Offer::ask(
        &place.settings,
        &Control::default(),
        &unknown,
        &limner::hub::Catalog::default(),
    );
    assert!(matches!(got, Err(HubError::NotFound(_))), "{got:?}");
}

#[test]
fn trouble_of_the_hub_passes() {
    let place = Place::new();
    let busy = Fault::Status(429, "Retry-After: 1\r\n".into());
    place.server.fail([
        Fault::Status(500, String::new()),
        Fault::Status(503, String::new()),
        busy,
    ]);
    let start = Instant::now();
    place.pull().unwrap();
    assert!(
        start.elapsed() >= Duration::from_secs(1),
        "the hub's wish to wait was obeyed"
    );
    let lists = [Fault::Status(502, String::new()), Fault::Stall(0)];
    place.server.state().list_faults.extend(lists);
    place.ask().unwrap();
}

#[test]
fn silence_is_noticed_and_the_rest_fetched() {
    let place = Place::new();
    place.server.fail([Fault::Stall(3000)]);
    let start = Instant::now();
    place.pull().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(place.ranges(), ["bytes=0-", "bytes=3000-"]);
}

#[test]
fn the_token_stays_with_the_hub() {
    let place = Place::new();
    let elsewhere = Server::start(&[("nets/flowers.pkl", pickle())]);
    place.server.state().elsewhere = Some(elsewhere.address.clone());
    place.server.fail([Fault::Cut(0)]);
    place.pull().unwrap();
    let there = elsewhere.state().seen.clone();
    assert!(!there.is_empty());
    assert!(there.iter().all(|s| s.authorization.is_none()), "{there:?}");
    let here = place.server.asked_for("flowers.pkl");
    assert!(
        here.iter()
            .all(|s| s.authorization.as_deref() == Some("Bearer hf_secret"))
    );
}

#[test]
fn redirects_in_a_circle_end() {
    let place = Place::new();
    let circle = format!(
        "/ada/flowers/resolve/{}/nets/flowers.pkl",
        super::server::COMMIT
    );
    place
        .server
        .fail(std::iter::repeat_n(Fault::Redirect(circle), 50));
    assert!(matches!(place.pull(), Err(HubError::Odd(_))));
    assert!(place.ranges().len() < 10);
}

#[test]
fn a_file_that_changes_midway_is_begun_again() {
    let place = Place::new();
    let mut other = std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import/rosinality.pt"),
    )
    .unwrap();
    // A zip may have a comment; so the change is visible in the bytes alone.
    other.extend_from_slice(b"");
    place
        .server
        .fail([Fault::Cut(2000), Fault::Change(other.clone())]);
    let pulled = place.pull().unwrap();
    let config = std::fs::read_to_string(pulled.folder.join("config.json")).unwrap();
    assert!(
        config.contains(&sha256(&other)) && config.contains(NEXT_COMMIT),
        "{config}"
    );
    assert!(!config.contains(&sha256(&pickle())));
}

#[test]
fn too_many_bytes_are_cut_off() {
    let place = Place::new();
    place.server.fail([Fault::TooMany]);
    // Either is right: the announced bytes are taken, or the change is noticed.
    match place.pull() {
        Ok(pulled) => assert!(pulled.folder.is_dir()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn nothing_is_fetched_where_it_does_not_fit() {
    let mut place = Place::new();
    place.settings.free_space = |_| Ok(50_000);
    let Err(HubError::NoSpace { needed, free, .. }) = place.pull() else {
        panic!("it was fetched");
    };
    assert!(needed > free);
    assert!(place.ranges().is_empty());
}

#[test]
fn without_a_checksum_nothing_is_fetched() {
    let place = Place::new();
    place.server.state().bare = true;
    assert!(matches!(place.pull(), Err(HubError::NoChecksum(_))));
    assert!(place.ranges().is_empty());
}

#[test]
fn cancel_is_obeyed_at_once_and_leaves_nothing() {
    let mut place = Place::new();
    place.settings.patience.silence = Duration::from_secs(60);
    place.server.fail([Fault::Stall(3000)]);
    let control = Control::default();
    let (other, start) = (control.clone(), Instant::now());
    named("canceller", move || {
        std::thread::sleep(Duration::from_millis(300));
        other.cancel();
    });
    assert!(matches!(
        place.pull_under(&control),
        Err(HubError::Cancelled)
    ));
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    let file = place.ask().unwrap().files[0].clone();
    let cache = RepoCache::new(&place.settings.cache, &order().repo);
    assert_eq!(cache.have(&file), 0);
    place.assert_nothing_installed();
}

#[test]
fn pause_keeps_what_came() {
    let mut place = Place::new();
    place.settings.patience.silence = Duration::from_secs(60);
    place.server.fail([Fault::Stall(3000)]);
    let control = Control::default();
    let other = control.clone();
    named("pauser", move || {
        std::thread::sleep(Duration::from_millis(300));
        other.pause();
    });
    assert!(matches!(place.pull_under(&control), Err(HubError::Paused)));
    assert_eq!(place.ask().unwrap().have, 3000);
    place.pull().unwrap();
    assert_eq!(place.ranges(), ["bytes=0-", "bytes=3000-"]);
}

#[test]
fn the_cache_is_laid_out_as_other_programs_expect() {
    let place = Place::new();
    let offer = place.ask().unwrap();
    place.pull().unwrap();
    let repo = place.settings.cache.join("models--ada--flowers");
    let commit = std::fs::read_to_string(repo.join("refs/main")).unwrap();
    assert_eq!(commit, offer.listing.commit);
    let name = repo
        .join("snapshots")
        .join(&commit)
        .join("nets/flowers.pkl");
    assert_eq!(std::fs::read(&name).unwrap(), pickle());
    #[cfg(unix)]
    {
        let target = std::fs::read_link(&name).unwrap();
        let blob = format!("../../../blobs/{}", sha256(&pickle()));
        assert_eq!(target, std::path::Path::new(&blob));
    }
    // hf-hub finds it without asking the hub.
    let cache = hf_hub::Cache::new(place.settings.cache.clone());
    let found = cache
        .model("ada/flowers".into())
        .get("nets/flowers.pkl")
        .unwrap();
    assert_eq!(std::fs::read(found).unwrap(), pickle());
}

#[test]
fn another_program_at_the_same_file_is_waited_for_not_disturbed() {
    let place = Place::new();
    let locks = place.settings.cache.join(".locks/models--ada--flowers");
    std::fs::create_dir_all(&locks).unwrap();
    let lock = locks.join(format!("{}.lock", sha256(&pickle())));
    let held = std::fs::File::create(lock).unwrap();
    held.lock().unwrap();
    assert!(matches!(place.pull(), Err(HubError::Locked(_))));
    assert!(place.ranges().is_empty());
    held.unlock().unwrap();
    place.pull().unwrap();
}

#[test]
fn only_what_was_accepted_is_fetched() {
    let place = Place::new();
    let offer = place.ask().unwrap();
    for accepted in [None, Some("mit")] {
        let got = place
            .hub()
            .pull(&Control::default(), &offer, accepted, &mut |_| {});
        assert!(matches!(got, Err(HubError::LicenceNotAccepted { .. })));
    }
    assert!(place.ranges().is_empty());
}

#[test]
fn through_a_proxy() {
    let mut place = Place::new();
    let proxy = Server::start(&[]);
    let port = place.server.address.rsplit(':').next().unwrap().to_owned();
    place.settings.endpoint = format!("http://hub.test:{port}");
    place.settings.proxy = Some(ureq::Proxy::new(&proxy.address).unwrap());
    place.pull().unwrap();
    assert!(proxy.state().seen.iter().any(|s| s.method == "CONNECT"));
}

#[test]
fn what_cannot_be_opened_is_said_and_not_installed() {
    let place = Place::with(&[("net.pkl", b"no pickle at all".to_vec())]);
    let error = place.pull().unwrap_err();
    assert!(matches!(error, HubError::Import { .. }), "{error}");
    place.assert_nothing_installed();
    let empty = Place::with(&[("README.md", b"x".to_vec())]);
    assert!(matches!(empty.ask(), Err(HubError::NothingToOpen(_))));
    let two = Place::with(&[("a.pkl", pickle()), ("b.pkl", pickle())]);
    assert!(
        matches!(two.ask(), Err(HubError::Several { files, .. }) if files == ["a.pkl", "b.pkl"])
    );
}
