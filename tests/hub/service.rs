//! The hub's threads as the window meets them: several downloads, pause, resume,
//! restart, cancel, the offline switch.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use limner::hub::HubConfig;
use limner::hub::protocol::{
    Added, Ending, HubEvent, HubRequest, ImportStep, Offer, Order, TaskId,
};
use limner::hub::service::{HubHandle, HubPlaces, start};

use super::server::{Files, Reply, Server};
use super::{Home, files, network, once};

/// Longer than any of this takes when it works.
const PATIENCE: Duration = Duration::from_secs(20);

/// The service of a home; nothing in it gives up by itself.
struct Desk {
    handle: HubHandle,
    models: PathBuf,
}

fn places(home: &Home, server: &Server) -> HubPlaces {
    let mut config: HubConfig = home.config(server);
    config.patience.stall = Duration::from_secs(60);
    HubPlaces {
        config,
        models: Some(home.folder.path().join("models")),
        begun: Some(home.folder.path().join("downloads.json")),
    }
}

impl Desk {
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

    fn pull(&self, id: u64) -> Order {
        let order = self.offer().files[0].clone();
        self.handle.send(HubRequest::Pull {
            id: TaskId(id),
            order: order.clone(),
        });
        order
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
    let desk = Desk::open(&home, &server);
    let offer = desk.offer();
    assert_eq!(offer.licence, "cc0-1.0");
    assert!(server.files().is_empty(), "an offer fetches nothing");
    desk.pull(0);
    let added = desk.end(TaskId(0)).unwrap();
    assert!(desk.models.join(&added.name).join("config.json").is_file());
    let begun = fs::read_to_string(home.folder.path().join("downloads.json")).unwrap();
    assert_eq!(begun, "[]", "what is finished isn't remembered as begun");
}

#[test]
fn pause_is_heard_in_silence_and_resume_fetches_the_rest() {
    let (server, home) = (stalling(), Home::new());
    let desk = Desk::open(&home, &server);
    desk.pull(0);
    wait_for_bytes(&home);
    let asked = Instant::now();
    desk.handle.send(HubRequest::Pause(TaskId(0)));
    desk.until(|e| *e == HubEvent::Paused(TaskId(0), None));
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
    desk.handle.send(HubRequest::Resume(TaskId(0)));
    desk.end(TaskId(0)).unwrap();
    assert_eq!(server.files()[1].range(), Some(5_000));
}

#[test]
fn a_restart_remembers_downloads_but_begins_none() {
    let (server, home) = (stalling(), Home::new());
    let desk = Desk::open(&home, &server);
    let order = desk.pull(0);
    wait_for_bytes(&home);
    let left = Instant::now();
    drop(desk);
    assert!(
        left.elapsed() < Duration::from_secs(5),
        "leaving waits for nobody"
    );
    let before = server.files().len();
    let desk = Desk::open(&home, &server);
    let HubEvent::Begun(id, begun) = desk.until(|e| matches!(e, HubEvent::Begun(..))) else {
        panic!("nothing was remembered");
    };
    assert_eq!(begun, order);
    // What is asked now is answered after anything that a start would have set going.
    desk.offer();
    assert_eq!(server.files().len(), before, "nothing goes on by itself");
    desk.handle.send(HubRequest::Resume(id));
    desk.end(id).unwrap();
    assert_eq!(server.files()[1].range(), Some(5_000));
}

#[test]
fn cancel_throws_away_what_came_running_or_paused() {
    for paused in [false, true] {
        let (server, home) = (stalling(), Home::new());
        let desk = Desk::open(&home, &server);
        desk.pull(0);
        wait_for_bytes(&home);
        if paused {
            desk.handle.send(HubRequest::Pause(TaskId(0)));
            desk.until(|e| *e == HubEvent::Paused(TaskId(0), None));
        }
        desk.handle.send(HubRequest::Cancel(TaskId(0)));
        assert_eq!(desk.end(TaskId(0)), Err(Ending::Cancelled));
        assert!(home.blobs().is_empty(), "{:?}", home.blobs());
        let begun = fs::read_to_string(home.folder.path().join("downloads.json")).unwrap();
        assert_eq!(begun, "[]");
        assert!(!desk.models.join("name").exists());
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
    let desk = Desk::open(&home, &server);
    desk.pull(0);
    let event = desk.until(|e| matches!(e, HubEvent::Paused(..)));
    let HubEvent::Paused(_, Some(why)) = event else {
        panic!("{event:?}");
    };
    assert!(why.contains("kept"), "{why}");
}

#[test]
fn offline_running_downloads_pause_and_nothing_connects() {
    let (server, home) = (stalling(), Home::new());
    let desk = Desk::open(&home, &server);
    desk.pull(0);
    wait_for_bytes(&home);
    desk.handle.send(HubRequest::Offline(true));
    desk.until(|e| *e == HubEvent::Paused(TaskId(0), None));
    let before = server.log.lock().unwrap().len();
    let words = "flowers".to_owned();
    desk.handle.send(HubRequest::Search { seq: 5, words });
    let event = desk.until(|e| matches!(e, HubEvent::Found { seq: 5, .. }));
    assert!(matches!(event, HubEvent::Found { result: Err(_), .. }));
    desk.handle.send(HubRequest::Resume(TaskId(0)));
    desk.until(|e| matches!(e, HubEvent::Paused(_, Some(_))));
    assert_eq!(server.log.lock().unwrap().len(), before);
    desk.handle.send(HubRequest::Offline(false));
    desk.handle.send(HubRequest::Resume(TaskId(0)));
    desk.end(TaskId(0)).unwrap();
}

#[test]
fn offline_from_outside_is_not_undone_in_the_window() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let mut places = places(&home, &server);
    places.config.offline = true;
    let desk = Desk::at(places);
    desk.handle.send(HubRequest::Offline(false));
    let words = "flowers".to_owned();
    desk.handle.send(HubRequest::Search { seq: 1, words });
    desk.until(|e| matches!(e, HubEvent::Found { result: Err(_), .. }));
    assert_eq!(server.connections(), 0);
}

#[test]
fn another_licence_than_accepted_fetches_nothing() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let desk = Desk::open(&home, &server);
    let mut order = desk.offer().files[0].clone();
    order.licence = "mit".into();
    let id = TaskId(0);
    desk.handle.send(HubRequest::Pull { id, order });
    let Err(Ending::Failed(why)) = desk.end(id) else {
        panic!("it was fetched");
    };
    assert!(why.contains("cc0-1.0"), "{why}");
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
    let desk = Desk::open(&home, &server);
    let offer = desk.offer();
    assert_eq!(offer.files.len(), shown.0.len());
    for (n, order) in (0u64..).zip(offer.files) {
        desk.handle.send(HubRequest::Pull {
            id: TaskId(n),
            order,
        });
    }
    let (mut running, mut most, mut ended) = (std::collections::BTreeSet::new(), 0, 0);
    while ended < names.len() {
        let event = desk.until(|e| matches!(e, HubEvent::Progress(..) | HubEvent::Ended(..)));
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
    let desk = Desk::open(&home, &server);
    let file = home.folder.path().join("mine.pth");
    fs::write(&file, network()).unwrap();
    let id = TaskId(0);
    desk.handle.send(HubRequest::Import { id, file });
    assert_eq!(desk.end(id).unwrap().name, "mine");
    let bad = home.folder.path().join("bad.pkl");
    fs::write(&bad, b"no network").unwrap();
    let id = TaskId(1);
    desk.handle.send(HubRequest::Import { id, file: bad });
    assert!(matches!(desk.end(id), Err(Ending::Failed(_))));
    assert!(server.log.lock().unwrap().is_empty());
}

#[test]
fn an_import_tells_how_far_it_is_and_leaves_nothing_when_it_is_cancelled() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let desk = Desk::open(&home, &server);
    let file = home.folder.path().join("large.pkl");
    // Three gigabytes of nothing: they take no room, but time to read.
    fs::File::create(&file).unwrap().set_len(3 << 30).unwrap();
    let id = TaskId(0);
    let kept = file.clone();
    desk.handle.send(HubRequest::Import { id, file });
    desk.until(
        |e| matches!(e, HubEvent::Importing(_, ImportStep::Reading(_, total)) if *total == 3 << 30),
    );
    desk.handle.send(HubRequest::Cancel(id));
    assert_eq!(desk.end(id), Err(Ending::Cancelled));
    let left = fs::read_dir(&desk.models).map_or(0, Iterator::count);
    assert_eq!((left, kept.exists()), (0, true));
    // Also when the program ends meanwhile.
    desk.handle.send(HubRequest::Import { id, file: kept });
    desk.until(|e| matches!(e, HubEvent::Importing(..)));
    let models = desk.models.clone();
    drop(desk);
    assert_eq!(fs::read_dir(models).map_or(0, Iterator::count), 0);
}
