//! The hub against a server on loopback that cuts, lies, stalls and refuses.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod environment;
mod listed;
mod parts;
mod proxy;
mod server;
mod service;
mod sized;
#[path = "../import/torch_writer.rs"]
mod torch_writer;
mod trust;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use limner::hub::{Flow, Hub, HubConfig, HubError, Repo, RetryPolicy, pull};
use server::{COMMIT, Files, Reply, Request, Server, json};

/// A network in a file of its own format.
fn network() -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import/fast_style.pth");
    fs::read(file).unwrap()
}

fn files() -> Files {
    Files::one("style.pth", network())
}

struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("hub")
    }

    fn hub(&self, server: &Server) -> Hub {
        Hub::new(self.config(server))
    }

    fn config(&self, server: &Server) -> HubConfig {
        HubConfig {
            endpoint: server.url(),
            token: None,
            cache: self.cache(),
            offline: false,
            proxy: None,
            retry_policy: RetryPolicy {
                connect: Duration::from_secs(5),
                stall: Duration::from_millis(300),
                tries: 3,
                backoff: Duration::from_millis(10),
                longest_wait: Duration::from_secs(2),
                ..RetryPolicy::default()
            },
        }
    }

    fn blobs(&self) -> Vec<String> {
        let blobs = self.cache().join("models--owner--name/blobs");
        let mut names: Vec<String> = fs::read_dir(blobs)
            .map(|found| {
                found
                    .map(|e| e.unwrap().file_name().into_string().unwrap())
                    .collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }
}

fn look(hub: &Hub) -> Repo {
    hub.look("owner/name", "main").unwrap()
}

fn fetch(hub: &Hub) -> Result<PathBuf, HubError> {
    let repo = look(hub);
    hub.fetch(&repo, &repo.files[0], &mut |_| Flow::GoOn)
}

/// Misbehaves at the first request for the file, then is in good health.
fn once(wrong: impl Fn(Reply) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |request, before| {
        let good = files().answer(request);
        match request.is_file() && before == 0 {
            true => wrong(good),
            false => good,
        }
    })
}

#[test]
fn a_pull_makes_a_model_and_leaves_the_shared_cache_in_order() {
    let server = Server::start(|request, _| files().answer(request));
    let (home, models) = (Home::new(), tempfile::tempdir().unwrap());
    let hub = home.hub(&server);
    let mut told = Vec::new();
    let pulled = pull(&hub, &look(&hub), None, models.path(), None, &mut |p| {
        told.push((p.done, p.total));
        Flow::GoOn
    })
    .unwrap();
    assert_eq!(
        (pulled.imported.name.as_str(), pulled.commit.as_str()),
        ("name", COMMIT)
    );
    assert_eq!(
        told.last(),
        Some(&(network().len() as u64, network().len() as u64))
    );
    let config = fs::read_to_string(models.path().join("name/config.json")).unwrap();
    assert!(config.contains("cc0-1.0"), "{config}");
    let card = fs::read_to_string(models.path().join("name/card.md")).unwrap();
    assert!(
        card.contains("owner/name") && card.contains(COMMIT),
        "{card}"
    );
    // As the hub's own programs lay it out.
    assert_eq!(home.blobs(), [limner::digest::sha256(&network())]);
    let repo = home.cache().join("models--owner--name");
    assert_eq!(fs::read_to_string(repo.join("refs/main")).unwrap(), COMMIT);
    let snapshot = repo.join("snapshots").join(COMMIT).join("style.pth");
    assert_eq!(fs::read(&snapshot).unwrap(), network());
    #[cfg(unix)]
    assert!(snapshot.symlink_metadata().unwrap().is_symlink());
    // What is there isn't asked for again.
    let asked = server.files().len();
    fetch(&hub).unwrap();
    assert_eq!(server.files().len(), asked);
}

#[test]
fn a_cut_line_goes_on_where_it_was() {
    let server = once(|good| Reply {
        cut: Some(10_000),
        ..good
    });
    let home = Home::new();
    let path = fetch(&home.hub(&server)).unwrap();
    assert_eq!(fs::read(path).unwrap(), network());
    let ranges: Vec<_> = server.files().iter().map(Request::range).collect();
    assert_eq!(ranges, [None, Some(10_000)]);
}

#[test]
fn a_download_goes_on_after_a_restart() {
    let dead = Server::start(|request, before| match request.is_file() {
        true if before > 0 => Reply::status(503),
        true => Reply {
            cut: Some(7_000),
            ..files().answer(request)
        },
        false => files().answer(request),
    });
    let home = Home::new();
    let error = fetch(&home.hub(&dead)).unwrap_err();
    assert!(matches!(error, HubError::BadAnswer(_)), "{error}");
    assert!(home.blobs()[0].ends_with(".incomplete"));
    let server = Server::start(|request, _| files().answer(request));
    fetch(&home.hub(&server)).unwrap();
    let ranges: Vec<_> = server.files().iter().map(Request::range).collect();
    assert_eq!(ranges, [Some(7_000)]);
}

#[test]
fn wrong_bytes_of_the_right_length_are_never_a_model() {
    let server = Server::start(|request, _| {
        let mut reply = files().answer(request);
        if request.is_file() {
            reply.body[500] ^= 1;
        }
        reply
    });
    let (home, models) = (Home::new(), tempfile::tempdir().unwrap());
    let hub = home.hub(&server);
    let pulled = pull(&hub, &look(&hub), None, models.path(), None, &mut |_| {
        Flow::GoOn
    });
    assert!(matches!(pulled, Err(HubError::WrongBytes(_))), "{pulled:?}");
    assert_eq!(home.blobs(), [""; 0]);
    assert_eq!(fs::read_dir(models.path()).unwrap().count(), 0);
}

#[test]
fn too_many_bytes_are_refused() {
    let server = Server::start(|request, _| {
        let mut reply = files().answer(request);
        if request.is_file() {
            reply.body.extend([0; 100]);
        }
        reply
    });
    let error = fetch(&Home::new().hub(&server)).unwrap_err();
    assert!(matches!(error, HubError::WrongBytes(_)), "{error}");
}

#[test]
fn refusals_say_what_to_do_and_are_not_repeated() {
    for (status, what) in [
        (401, "HF_TOKEN"),
        (403, "ask for access"),
        (404, "spelling"),
    ] {
        let server = Server::start(move |_, _| Reply::status(status));
        let error = Home::new()
            .hub(&server)
            .look("owner/name", "main")
            .unwrap_err();
        let line = error.to_string();
        assert!(line.contains(what) && line.contains("owner/name"), "{line}");
        assert_eq!(server.log.lock().unwrap().len(), 1, "{status}");
    }
}

#[test]
fn a_busy_hub_is_asked_again_as_it_wishes() {
    let server = Server::start(|request, before| match before {
        0 => Reply::status(429).with("Retry-After", 1),
        1 => Reply::status(500),
        _ => files().answer(request),
    });
    let start = Instant::now();
    look(&Home::new().hub(&server));
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.log.lock().unwrap().len(), 3);

    let never = Server::start(|_, _| Reply::status(429).with("Retry-After", 9_999));
    let error = Home::new()
        .hub(&never)
        .look("owner/name", "main")
        .unwrap_err();
    assert!(matches!(error, HubError::TooMany(_)), "{error}");
    assert_eq!(
        never.log.lock().unwrap().len(),
        1,
        "nobody waits three hours"
    );

    let broken = Server::start(|_, _| Reply::status(502));
    let error = Home::new()
        .hub(&broken)
        .look("owner/name", "main")
        .unwrap_err();
    assert!(error.to_string().contains("502"), "{error}");
    assert_eq!(broken.log.lock().unwrap().len(), 3);
}

#[test]
fn a_token_stays_with_its_host() {
    let store = Server::start(|_, _| {
        let file = Request {
            path: format!("/owner/name/resolve/{COMMIT}/style.pth"),
            headers: Default::default(),
        };
        files().answer(&file)
    });
    let there = format!("http://localhost:{}/store/resolve/x", store.port);
    let server = Server::start(move |request, _| match request.is_file() {
        true => Reply::status(302).with("Location", &there),
        false => files().answer(request),
    });
    let home = Home::new();
    let mut config = HubConfig {
        endpoint: server.url(),
        token: Some("secret".into()),
        cache: home.cache(),
        offline: false,
        proxy: None,
        retry_policy: RetryPolicy::default(),
    };
    config.retry_policy.backoff = Duration::from_millis(10);
    fetch(&Hub::new(config)).unwrap();
    let authorised = |server: &Server| {
        let log = server.log.lock().unwrap();
        log.iter()
            .filter(|r| r.headers.contains_key("authorization"))
            .count()
    };
    assert_eq!(authorised(&server), 2, "listing and file");
    assert_eq!((store.files().len(), authorised(&store)), (1, 0));
}

#[test]
fn a_stalled_body_is_left_and_taken_up_again() {
    let server = once(|good| Reply {
        cut: Some(5_000),
        stall: Duration::from_secs(20),
        ..good
    });
    let home = Home::new();
    let start = Instant::now();
    let path = fetch(&home.hub(&server)).unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(fs::read(path).unwrap(), network());
    assert_eq!(server.files()[1].range(), Some(5_000));
}

#[test]
fn a_slow_download_can_be_stopped_and_what_came_is_kept() {
    let server = once(|good| Reply {
        drip: Duration::from_millis(60),
        ..good
    });
    let home = Home::new();
    let hub = home.hub(&server);
    let repo = look(&hub);
    let mut had = 0;
    let stopped = hub.fetch(&repo, &repo.files[0], &mut |p| {
        had = p.done;
        if p.done > 3_000 {
            Flow::Stop
        } else {
            Flow::GoOn
        }
    });
    assert!(matches!(stopped, Err(HubError::Stopped)), "{stopped:?}");
    assert!(had < 20_000, "{had}");
    fetch(&hub).unwrap();
    assert_eq!(
        server.files()[1].range(),
        Some(had as usize),
        "paused, not lost"
    );
}

#[test]
fn another_file_under_the_same_name_starts_over() {
    let server = Server::start(|request, before| {
        let good = files().answer(request);
        match (request.is_file(), before) {
            (true, 0) => Reply {
                cut: Some(9_000),
                ..good
            },
            (true, 1) => {
                let mut other = good;
                other.headers.retain(|(name, _)| name != "ETag");
                other.with("ETag", format!("\"{}\"", "e".repeat(64)))
            }
            _ => good,
        }
    });
    let home = Home::new();
    let path = fetch(&home.hub(&server)).unwrap();
    assert_eq!(fs::read(path).unwrap(), network());
    let ranges: Vec<_> = server.files().iter().map(Request::range).collect();
    assert_eq!(ranges, [None, Some(9_000), None]);
}

#[test]
fn a_server_without_ranges_sends_the_whole_again() {
    let server = Server::start(|request, before| {
        let mut plain = request.clone();
        plain.headers.remove("range");
        let good = files().answer(&plain);
        match request.is_file() && before == 0 {
            true => Reply {
                cut: Some(9_000),
                ..good
            },
            false => good,
        }
    });
    let path = fetch(&Home::new().hub(&server));
    assert!(path.is_ok(), "{path:?}");
}

#[test]
fn offline_opens_no_socket() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let hub = Hub::new(HubConfig {
        endpoint: server.url(),
        token: None,
        cache: home.cache(),
        offline: true,
        proxy: None,
        retry_policy: RetryPolicy::default(),
    });
    assert!(matches!(
        hub.look("owner/name", "main"),
        Err(HubError::Offline)
    ));
    assert!(matches!(hub.search("flowers", 5), Err(HubError::Offline)));
    assert_eq!(server.connections(), 0);
}

#[test]
fn no_room_and_no_hash_are_told_before_a_byte_is_asked_for() {
    let listing = |lfs: &str, blob: &str| {
        format!(
            r#"{{"sha":"{COMMIT}","siblings":[{{"rfilename":"a.pkl","size":900000000000000{blob}{lfs}}}]}}"#
        )
    };
    let lfs = format!(
        r#","lfs":{{"sha256":"{}","size":900000000000000}}"#,
        "a".repeat(64)
    );
    for (text, wanted) in [
        (listing(&lfs, ""), "make room"),
        (listing("", ""), "no hash"),
    ] {
        let server = Server::start(move |_, _| json(text.clone()));
        let error = fetch(&Home::new().hub(&server)).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
        assert!(server.files().is_empty());
    }
}

#[test]
fn small_files_are_checked_by_gits_hash() {
    // printf hello | git hash-object --stdin
    let blob = "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0";
    for (body, fine) in [("hello", true), ("jello", false)] {
        let server = Server::start(move |request, _| match request.is_file() {
            true => Reply {
                body: body.into(),
                ..Reply::status(200)
            },
            false => json(format!(
                r#"{{"sha":"{COMMIT}","siblings":[{{"rfilename":"a.txt","size":5,"blobId":"{blob}"}}]}}"#
            )),
        });
        assert_eq!(fetch(&Home::new().hub(&server)).is_ok(), fine, "{body}");
    }
}

#[test]
fn several_at_once_come_whole() {
    let parts: Vec<(String, Vec<u8>)> = (0..4u8)
        .map(|i| (format!("{i}.pt"), vec![i; 30_000 + usize::from(i)]))
        .collect();
    let all = Files(parts.clone());
    let server = Server::start(move |request, _| Reply {
        drip: Duration::from_millis(2),
        ..all.answer(request)
    });
    let home = Home::new();
    let hub = home.hub(&server);
    let repo = look(&hub);
    std::thread::scope(|scope| {
        for (i, (_, bytes)) in parts.iter().enumerate() {
            let (hub, repo) = (&hub, &repo);
            scope.spawn(move || {
                let path = hub
                    .fetch(repo, &repo.files[i], &mut |_| Flow::GoOn)
                    .unwrap();
                assert_eq!(fs::read(path).unwrap(), *bytes);
            });
        }
    });
    assert_eq!(home.blobs().len(), 4);
}

#[test]
fn files_are_asked_for_as_they_are_never_packed() {
    let server = once(|good| Reply {
        cut: Some(10_000),
        ..good
    });
    fetch(&Home::new().hub(&server)).unwrap();
    for request in server.log.lock().unwrap().iter() {
        let packed = request.headers.get("accept-encoding");
        assert_eq!(packed, None, "{}", request.path);
    }
}

#[test]
fn a_branch_of_any_name_is_asked_for_by_that_name() {
    let server = Server::start(|_, _| Reply::status(404));
    let hub = Home::new().hub(&server);
    let asked = [
        ("refs/pr/1", "refs%2Fpr%2F1"),
        ("a#b?c d%", "a%23b%3Fc%20d%25"),
        ("v1.0-rc_2~ä", "v1.0-rc_2~%C3%A4"),
    ];
    for (revision, path) in asked {
        hub.look("owner/name", revision).unwrap_err();
        let log = server.log.lock().unwrap();
        let path = format!("/api/models/owner/name/revision/{path}?blobs=true");
        assert_eq!(log.last().unwrap().path, path);
    }
}
