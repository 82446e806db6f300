//! Who sees the token, what is loaded, what is given up: the hub and its cache are
//! believed only as far as was checked.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use limner::hub::protocol::{Ending, HubEvent, HubRequest, TaskId};
use limner::hub::service::{HubPlaces, start};
use limner::import::ImportError;

fn authorised(server: &Server) -> Vec<String> {
    let log = server.log.lock().unwrap();
    log.iter()
        .filter(|r| r.headers.contains_key("authorization"))
        .map(|r| r.path.clone())
        .collect()
}

fn with_token(home: &Home, server: &Server) -> Hub {
    Hub::new(HubConfig {
        token: Some("secret".into()),
        ..home.config(server)
    })
}

#[test]
fn a_token_is_for_one_port_and_stays_where_a_repository_moved_on_the_hub() {
    let store = Server::start(|_, _| {
        let file = Request {
            path: format!("/owner/name/resolve/{COMMIT}/style.pth"),
            headers: Default::default(),
        };
        files().answer(&file)
    });
    let there = format!("{}/store/resolve/x", store.url());
    let server = Server::start(move |request, _| {
        match (request.is_file(), request.path.contains("owner/old")) {
            (true, _) => Reply::status(302).with("Location", &there),
            (false, true) => {
                let path = request.path.replace("owner/old", "owner/name");
                Reply::status(307).with("Location", path)
            }
            (false, false) => files().answer(request),
        }
    });
    let home = Home::new();
    let hub = with_token(&home, &server);
    let repo = hub.look("owner/old", "main").unwrap();
    hub.fetch(&repo, &repo.files[0], &mut |_| Flow::GoOn)
        .unwrap();
    assert_eq!(authorised(&server).len(), 3, "{:?}", authorised(&server));
    assert_eq!(store.files().len(), 1);
    assert!(authorised(&store).is_empty(), "the same host, another port");
}

/// Stores to which the hub sends on have tags of their own, which look like hashes and are none of
/// the content's. What the hub itself says counts, and then the bytes.
#[test]
fn tags_of_other_stores_say_nothing_of_the_file() {
    let sha256 = limner::digest::sha256(&network());
    let quoted = |hash: &str| format!("\"{hash}\"");
    let cases = [
        (Some(quoted(&sha256)), true),
        (None, true),
        (Some(quoted(&"d".repeat(64))), false),
    ];
    for (linked, goes_well) in cases {
        let store = Server::start(|_, _| {
            Reply {
                status: 200,
                body: network(),
                ..Reply::default()
            }
            .with("ETag", format!("\"{}\"", "c".repeat(64)))
        });
        let there = format!("{}/store/resolve/x", store.url());
        let told = linked.clone();
        let server = Server::start(move |request, _| match (request.is_file(), &told) {
            (false, _) => files().answer(request),
            (true, None) => Reply::status(302).with("Location", &there),
            (true, Some(linked)) => Reply::status(302)
                .with("X-Linked-Etag", linked)
                .with("Location", &there),
        });
        let got = fetch(&Home::new().hub(&server));
        assert_eq!(got.is_ok(), goes_well, "{linked:?}: {got:?}");
    }
}

#[test]
fn what_goes_wrong_the_same_way_every_time_is_asked_once() {
    let circle = |_: &Request, _: usize| Reply::status(302).with("Location", "/api/models/round");
    let large = |_: &Request, _: usize| Reply::status(200).with("X-Large", "x".repeat(1 << 20));
    let nowhere = |_: &Request, _: usize| Reply::status(302);
    let gone = |_: &Request, _: usize| Reply::status(410);
    let cases: [(&str, usize, Server); 4] = [
        ("in circles", 2, Server::start(circle)),
        ("doesn't answer", 1, Server::start(large)),
        ("sends on to ''", 1, Server::start(nowhere)),
        ("410", 1, Server::start(gone)),
    ];
    for (word, requests, server) in cases {
        let error = Home::new()
            .hub(&server)
            .look("owner/name", "main")
            .unwrap_err();
        assert!(error.to_string().contains(word), "{word}: {error}");
        assert_eq!(server.log.lock().unwrap().len(), requests, "{word}");
    }
}

#[test]
fn a_way_that_grows_longer_and_longer_is_left() {
    let server = Server::start(|request, _| {
        Reply::status(302).with("Location", format!("{}x", request.path))
    });
    let error = Home::new().hub(&server).look("a/b", "main").unwrap_err();
    assert!(matches!(error, HubError::Circle(_)), "{error}");
    assert!(server.log.lock().unwrap().len() < 20);
}

/// A hub that wants 50,000 bytes a second.
fn impatient(home: &Home, server: &Server) -> Hub {
    let mut config = home.config(server);
    config.retry_policy.slowest = 50_000;
    config.retry_policy.slow_for = Duration::from_millis(400);
    config.retry_policy.stall = Duration::from_secs(5);
    Hub::new(config)
}

#[test]
fn a_trickle_ends_with_a_word_and_what_came_is_kept() {
    let trickles: [fn(Reply) -> Reply; 2] = [
        |good| Reply {
            drip: Duration::from_millis(50),
            ..good
        },
        // A line that breaks after a few bytes, again and again.
        |good| Reply {
            cut: Some(20),
            stall: Duration::from_millis(20),
            ..good
        },
    ];
    for trickle in trickles {
        let server = Server::start(move |request, _| match request.is_file() {
            true => trickle(files().answer(request)),
            false => files().answer(request),
        });
        let (home, begun) = (Home::new(), Instant::now());
        let error = fetch(&impatient(&home, &server)).unwrap_err();
        assert!(matches!(error, HubError::TooSlow { .. }), "{error}");
        assert!(error.to_string().contains("50000 bytes"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(home.blobs()[0].ends_with(".incomplete"));
    }
}

#[test]
fn a_list_that_trickles_is_given_up_as_well() {
    let server = Server::start(|request, _| {
        let mut good = files().answer(request);
        good.body.extend(vec![b' '; 200_000]);
        good.drip = Duration::from_millis(50);
        good
    });
    let hub = impatient(&Home::new(), &server);
    let error = hub.look("owner/name", "main").unwrap_err();
    assert!(matches!(error, HubError::TooSlow { .. }), "{error}");
}

/// Another network of the same length.
fn another() -> Vec<u8> {
    let mut bytes = network();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

/// What the card of an imported network says about its file.
fn card(models: &Path) -> String {
    fs::read_to_string(models.join("name/card.md")).unwrap()
}

#[test]
fn another_network_that_lies_in_the_cache_is_not_installed() {
    let server = Server::start(|request, _| files().answer(request));
    let right = limner::digest::sha256(&network());
    for (snapshot, blob) in [(true, false), (false, true), (true, true)] {
        let (home, models) = (Home::new(), tempfile::tempdir().unwrap());
        let hub = home.hub(&server);
        let place = home.cache().join("models--owner--name");
        let snapshots = place.join("snapshots").join(COMMIT);
        fs::create_dir_all(&snapshots).unwrap();
        fs::create_dir_all(place.join("blobs")).unwrap();
        if snapshot {
            fs::write(snapshots.join("style.pth"), another()).unwrap();
        }
        if blob {
            fs::write(place.join("blobs").join(&right), another()).unwrap();
        }
        pull(&hub, &look(&hub), None, models.path(), None, &mut |_| {
            Flow::GoOn
        })
        .unwrap();
        assert!(card(models.path()).contains(&right), "{snapshot} {blob}");
        assert_eq!(fs::read(snapshots.join("style.pth")).unwrap(), network());
    }
}

#[test]
fn a_part_that_is_changed_after_its_check_is_not_installed() {
    let parts = parts::golden("adain");
    let (first, second) = (parts[0].clone(), parts[1].clone());
    let all = Files(parts);
    let server = Server::start(move |request, _| all.answer(request));
    let (home, models) = (Home::new(), tempfile::tempdir().unwrap());
    let hub = home.hub(&server);
    let blob = home
        .cache()
        .join("models--owner--name/blobs")
        .join(limner::digest::sha256(&second.1));
    // The parts beside a file come before it.
    let result = pull(
        &hub,
        &look(&hub),
        Some(&first.0),
        models.path(),
        None,
        &mut |p| {
            if p.file == first.0 && blob.exists() {
                let mut bytes = second.1.clone();
                bytes[300] ^= 1;
                fs::write(&blob, bytes).unwrap();
            }
            Flow::GoOn
        },
    );
    let changed = matches!(
        &result,
        Err(HubError::Import(ImportError::Changed(name))) if *name == second.0
    );
    assert!(changed, "{result:?}");
    assert_eq!(fs::read_dir(models.path()).unwrap().count(), 0);
}

#[test]
fn a_licence_whose_text_changed_asks_again() {
    let changed = std::sync::Arc::new(AtomicBool::new(false));
    let now = std::sync::Arc::clone(&changed);
    let server = Server::start(move |request, _| {
        let text = match now.load(Ordering::Acquire) {
            true => "You may do nothing.",
            false => "You may do anything",
        };
        let mut all = files();
        all.0.push(("LICENSE.md".into(), text.into()));
        all.answer(request)
    });
    let home = Home::new();
    let hub = home.hub(&server);
    let before = look(&hub);
    let places = HubPlaces {
        config: home.config(&server),
        models: Some(home.folder.path().join("models")),
        pending_downloads: None,
    };
    let service = start(places, std::sync::Arc::new(|| {})).unwrap();
    let next = |wanted: &dyn Fn(&HubEvent) -> bool| loop {
        let event = service.recv_timeout(Duration::from_secs(20)).unwrap();
        if wanted(&event) {
            return event;
        }
    };
    let repo = "owner/name".to_owned();
    service.send(HubRequest::Look { seq: 1, repo });
    let offered = next(&|e| matches!(e, HubEvent::Offered { .. }));
    let HubEvent::Offered {
        result: Ok(offer), ..
    } = offered
    else {
        panic!("{offered:?}");
    };
    let download = offer.files[0].clone();
    assert_eq!(download.licence_text, before.licence_text);
    changed.store(true, Ordering::Release);
    let id = TaskId(0);
    service.send(HubRequest::Pull { id, download });
    let ended = next(&|e| matches!(e, HubEvent::Ended(..)));
    let HubEvent::Ended(_, Err(Ending::Failed(why))) = ended else {
        panic!("{ended:?}");
    };
    assert!(why.message.contains("accept it anew"), "{why}");
    assert!(server.files().is_empty());
}
