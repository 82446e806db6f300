//! The hub's threads as the window meets them: several downloads, pause, resume,
//! restart, cancel, the offline switch.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use limner::hub::HubConfig;
use limner::hub::protocol::{
    Added, Download, Ending, HubEvent, HubRequest, ImportStep, Offer, TaskId,
};
use limner::hub::service::{HubHandle, HubPlaces, start};

use super::server::{Files, Reply, Server};
use super::{Home, files, network, once};

/// Longer than any of this takes when it works.
const PATIENCE: Duration = Duration::from_secs(20);

/// The service of a home; nothing in it gives up by itself.
struct Service {
    handle: HubHandle,
    models: PathBuf,
}

fn places(home: &Home, server: &Server) -> HubPlaces {
    let mut config: HubConfig = home.config(server);
    config.retry_policy.stall = Duration::from_secs(60);
    HubPlaces {
        config,
        models: Some(home.folder.path().join("models")),
        pending_downloads: Some(home.folder.path().join("downloads.json")),
    }
}

impl Service {
    fn open(home: &Home, server: &Server) -> Self {
        Self::at(places(home, server))
    }

    fn at(places: HubPlaces) -> Self {
        let models = places.models.clone().unwrap();
        let handle = start(places, Arc::new(|| {})).unwrap();
        Self { handle, models }
    }

    /// The next event that isn't progress and is wanted.
    fn until(&self, mut wanted: impl FnMut(&HubEvent) -> bool) -> HubEvent {
        let end = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while let Some(event) = self.handle.recv_timeout(end - Instant::now()) {
            if wanted(&event) {
                return event;
            }
            seen.push(event);
        }
        panic!("it never came; instead {seen:?}");
    }

    fn offer(&self) -> Offer {
        let repo = "owner/name".to_owned();
        self.handle.send(HubRequest::Look { seq: 1, repo });
        match self.until(|e| matches!(e, HubEvent::Offered { .. })) {
            HubEvent::Offered { result, .. } => result.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn pull(&self, id: u64) -> Download {
        let download = self.offer().files[0].clone();
        self.handle.send(HubRequest::Pull {
            id: TaskId(id),
            download: download.clone(),
        });
        download
    }

    fn end(&self, id: TaskId) -> Result<Added, Ending> {
        match self.until(|e| matches!(e, HubEvent::Ended(of, _) if *of == id)) {
            HubEvent::Ended(_, result) => result,
            other => panic!("{other:?}"),
        }
    }
}

/// Stalls for a minute after 5,000 bytes, the first time.
fn stalling() -> Server {
    once(|good| Reply {
        cut: Some(5_000),
        stall: Duration::from_secs(60),
        ..good
    })
}

/// Until the first bytes are on disk.
fn wait_for_bytes(home: &Home) {
    let part = |name: &String| name.ends_with(".incomplete");
    let size = || {
        let name = home.blobs().into_iter().find(part)?;
        let blobs = home.cache().join("models--owner--name/blobs");
        Some(fs::metadata(blobs.join(name)).ok()?.len())
    };
    let start = Instant::now();
    while size() != Some(5_000) {
        assert!(start.elapsed() < PATIENCE, "{:?}", size());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_download_is_offered_then_fetched_and_there() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let service = Service::open(&home, &server);
    let offer = service.offer();
    assert_eq!(offer.licence, "cc0-1.0");
    assert!(server.files().is_empty(), "an offer fetches nothing");
    service.pull(0);
    let added = service.end(TaskId(0)).unwrap();
    assert!(
        service
            .models
            .join(&added.name)
            .join("config.json")
            .is_file()
    );
    let pending = fs::read_to_string(home.folder.path().join("downloads.json")).unwrap();
    assert_eq!(pending, "[]", "what is finished isn't remembered as begun");
}

#[test]
fn pause_is_heard_in_silence_and_resume_fetches_the_rest() {
    let (server, home) = (stalling(), Home::new());
    let service = Service::open(&home, &server);
    service.pull(0);
    wait_for_bytes(&home);
    let asked = Instant::now();
    service.handle.send(HubRequest::Pause(TaskId(0)));
    service.until(|e| *e == HubEvent::Paused(TaskId(0), None));
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
    service.handle.send(HubRequest::Resume(TaskId(0)));
    service.end(TaskId(0)).unwrap();
    assert_eq!(server.files()[1].range(), Some(5_000));
}

#[test]
fn a_restart_remembers_downloads_but_begins_none() {
    let (server, home) = (stalling(), Home::new());
    let service = Service::open(&home, &server);
    let download = service.pull(0);
    wait_for_bytes(&home);
    let left = Instant::now();
    drop(service);
    assert!(
        left.elapsed() < Duration::from_secs(5),
        "leaving waits for nobody"
    );
    let before = server.files().len();
    let service = Service::open(&home, &server);
    let HubEvent::Pending(id, pending) = service.until(|e| matches!(e, HubEvent::Pending(..)))
    else {
        panic!("nothing was remembered");
    };
    assert_eq!(pending, download);
    // What is asked now is answered after anything that a start would have set going.
    service.offer();
    assert_eq!(server.files().len(), before, "nothing goes on by itself");
    service.handle.send(HubRequest::Resume(id));
    service.end(id).unwrap();
    assert_eq!(server.files()[1].range(), Some(5_000));
}

#[test]
fn cancel_throws_away_what_came_running_or_paused() {
    for paused in [false, true] {
        let (server, home) = (stalling(), Home::new());
        let service = Service::open(&home, &server);
        service.pull(0);
        wait_for_bytes(&home);
        if paused {
            service.handle.send(HubRequest::Pause(TaskId(0)));
            service.until(|e| *e == HubEvent::Paused(TaskId(0), None));
        }
        service.handle.send(HubRequest::Cancel(TaskId(0)));
        assert_eq!(service.end(TaskId(0)), Err(Ending::Cancelled));
        assert!(home.blobs().is_empty(), "{:?}", home.blobs());
        let pending = fs::read_to_string(home.folder.path().join("downloads.json")).unwrap();
        assert_eq!(pending, "[]");
        assert!(!service.models.join("name").exists());
    }
}

#[test]
fn a_broken_line_leaves_a_paused_download_with_the_reason() {
    let server = Server::start(|request, _| {
        let good = files().answer(request);
        match request.is_file() {
            true => Reply {
                cut: Some(0),
                ..good
            },
            false => good,
        }
    });
    let home = Home::new();
    let service = Service::open(&home, &server);
    service.pull(0);
    let event = service.until(|e| matches!(e, HubEvent::Paused(..)));
    let HubEvent::Paused(_, Some(why)) = event else {
        panic!("{event:?}");
    };
    assert!(why.message.ends_with('.'), "{why}");
    assert!(why.details.contains("kept"), "{why:?}");
}

#[test]
fn offline_running_downloads_pause_and_nothing_connects() {
    let (server, home) = (stalling(), Home::new());
    let service = Service::open(&home, &server);
    service.pull(0);
    wait_for_bytes(&home);
    service.handle.send(HubRequest::Offline(true));
    service.until(|e| *e == HubEvent::Paused(TaskId(0), None));
    let before = server.log.lock().unwrap().len();
    let words = "flowers".to_owned();
    service.handle.send(HubRequest::Search { seq: 5, words });
    let event = service.until(|e| matches!(e, HubEvent::Found { seq: 5, .. }));
    assert!(matches!(event, HubEvent::Found { result: Err(_), .. }));
    service.handle.send(HubRequest::Resume(TaskId(0)));
    service.until(|e| matches!(e, HubEvent::Paused(_, Some(_))));
    assert_eq!(server.log.lock().unwrap().len(), before);
    service.handle.send(HubRequest::Offline(false));
    service.handle.send(HubRequest::Resume(TaskId(0)));
    service.end(TaskId(0)).unwrap();
}

#[test]
fn offline_from_outside_is_not_undone_in_the_window() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let mut places = places(&home, &server);
    places.config.offline = true;
    let service = Service::at(places);
    service.handle.send(HubRequest::Offline(false));
    let words = "flowers".to_owned();
    service.handle.send(HubRequest::Search { seq: 1, words });
    service.until(|e| matches!(e, HubEvent::Found { result: Err(_), .. }));
    assert_eq!(server.connections(), 0);
}

#[test]
fn another_licence_than_accepted_fetches_nothing() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let service = Service::open(&home, &server);
    let mut download = service.offer().files[0].clone();
    download.licence = "mit".into();
    let id = TaskId(0);
    service.handle.send(HubRequest::Pull { id, download });
    let Err(Ending::Failed(why)) = service.end(id) else {
        panic!("it was fetched");
    };
    assert!(why.message.contains("cc0-1.0"), "{why}");
    assert!(server.files().is_empty());
}

#[test]
fn several_come_at_once_and_the_others_wait_their_turn() {
    // Five files of their own bytes: none is a network, all are fetched.
    let names = ["a.pth", "b.pth", "c.pth", "d.pth", "e.pth"];
    let all = names.map(|n| (n.to_owned(), n.repeat(2_000).into_bytes()));
    let all = Files(all.to_vec());
    let (shown, good) = (all.clone(), all);
    let server = Server::start(move |request, _| Reply {
        drip: if request.is_file() {
            Duration::from_millis(40)
        } else {
            Duration::ZERO
        },
        ..good.answer(request)
    });
    let home = Home::new();
    let service = Service::open(&home, &server);
    let offer = service.offer();
    assert_eq!(offer.files.len(), shown.0.len());
    for (n, download) in (0u64..).zip(offer.files) {
        service.handle.send(HubRequest::Pull {
            id: TaskId(n),
            download,
        });
    }
    let (mut running, mut most, mut ended) = (std::collections::BTreeSet::new(), 0, 0);
    while ended < names.len() {
        let event = service.until(|e| matches!(e, HubEvent::Progress(..) | HubEvent::Ended(..)));
        match event {
            HubEvent::Progress(id, _) => {
                running.insert(id);
                most = most.max(running.len());
            }
            HubEvent::Ended(id, result) => {
                running.remove(&id);
                ended += 1;
                assert!(matches!(result, Err(Ending::Failed(_))), "{result:?}");
            }
            _ => {}
        }
    }
    assert_eq!(most, 3);
}

#[test]
fn a_file_of_ones_own_is_brought_in_or_refused_with_a_reason() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let service = Service::open(&home, &server);
    let file = home.folder.path().join("mine.pth");
    fs::write(&file, network()).unwrap();
    let id = TaskId(0);
    service.handle.send(HubRequest::Import { id, file });
    assert_eq!(service.end(id).unwrap().name, "mine");
    let bad = home.folder.path().join("bad.pkl");
    fs::write(&bad, b"no network").unwrap();
    let id = TaskId(1);
    service.handle.send(HubRequest::Import { id, file: bad });
    assert!(matches!(service.end(id), Err(Ending::Failed(_))));
    assert!(server.log.lock().unwrap().is_empty());
}

#[test]
fn an_import_tells_how_far_it_is_and_leaves_nothing_when_it_is_cancelled() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let service = Service::open(&home, &server);
    let file = home.folder.path().join("large.pkl");
    // Three gigabytes that begin like a checkpoint: they take no room, but time to read.
    fs::write(&file, b"PK\x03\x04").unwrap();
    let open = fs::File::options().write(true).open(&file).unwrap();
    open.set_len(3 << 30).unwrap();
    let id = TaskId(0);
    let kept = file.clone();
    service.handle.send(HubRequest::Import { id, file });
    service.until(
        |e| matches!(e, HubEvent::Importing(_, ImportStep::Reading(_, total)) if *total == 3 << 30),
    );
    service.handle.send(HubRequest::Cancel(id));
    assert_eq!(service.end(id), Err(Ending::Cancelled));
    let left = fs::read_dir(&service.models).map_or(0, Iterator::count);
    assert_eq!((left, kept.exists()), (0, true));
    // Also when the program ends meanwhile.
    service.handle.send(HubRequest::Import { id, file: kept });
    service.until(|e| matches!(e, HubEvent::Importing(..)));
    let models = service.models.clone();
    drop(service);
    assert_eq!(fs::read_dir(models).map_or(0, Iterator::count), 0);
}

#[test]
fn a_request_that_finds_no_room_comes_back() {
    let home = Home::new();
    let server = Server::start(|_, _| Reply::status(500));
    let mut places = places(&home, &server);
    places.config.offline = true;
    let service = Service::at(places);
    let download = Download {
        repo: "owner/name".into(),
        commit: "0".repeat(40),
        file: "a.pkl".into(),
        bytes: 1,
        licence: "cc0-1.0".into(),
        licence_text: String::new(),
        etag: "1".repeat(64),
    };
    // Nobody reads the answers: at some point nothing more fits.
    let asked = |id: u64| HubRequest::Pull {
        id: TaskId(id),
        download: download.clone(),
    };
    let refused = (0..100_000).find_map(|id| service.handle.try_send(asked(id)).err());
    let Some(HubRequest::Pull { id, .. }) = refused.map(|request| *request) else {
        panic!("everything was taken");
    };
    assert_eq!(
        service.handle.try_send(asked(id.0)).unwrap_err(),
        Box::new(asked(id.0))
    );
    // Once the answers are read, it is taken.
    service.until(|e| matches!(e, HubEvent::Queued(TaskId(at)) if *at + 1 == id.0));
    let end = Instant::now() + PATIENCE;
    while service.handle.try_send(asked(id.0)).is_err() {
        assert!(Instant::now() < end);
        while service.handle.try_recv().is_some() {}
    }
}
