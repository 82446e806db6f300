//! Models from outside, in the window: look, read the licence, accept, download; and
//! files of one's own.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{Outside, studio};
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use limner::app::action::{Action, Pick, ViewEdit};
use limner::app::hub::state::{HubEdit, HubStage};
use limner::app::view::Dialog;
use limner::engine::protocol::Request;
use limner::hub::protocol::{
    Added, Download, Ending, HubEvent, HubRequest, ImportStep, Offer, Progress, TaskId,
};
use limner::window::StudioApp;

type Window = Harness<'static, StudioApp>;

fn open(outside: &Outside) -> Window {
    let mut window = studio(outside);
    let dialog = ViewEdit::Dialog(Dialog::Models(None));
    window.state_mut().act(Action::View(dialog));
    window.run_steps(4);
    window
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(4);
}

fn say(window: &mut Window, outside: &Outside, event: HubEvent) {
    outside.hub.borrow_mut().events.push_back(event);
    window.run_steps(4);
}

fn asked(outside: &Outside) -> Vec<HubRequest> {
    std::mem::take(&mut outside.hub.borrow_mut().asked)
}

fn download(file: &str) -> Download {
    Download {
        repo: "ada/flowers".into(),
        commit: "0".repeat(40),
        file: file.into(),
        bytes: 364_000_000,
        licence: "cc-by-nc-4.0".into(),
        licence_text: "2".repeat(64),
        etag: "1".repeat(64),
    }
}

fn offered(seq: u64) -> HubEvent {
    HubEvent::Offered {
        seq,
        result: Ok(Offer {
            repo: "ada/flowers".into(),
            page: "https://hub/ada/flowers".into(),
            licence: "cc-by-nc-4.0".into(),
            gated: false,
            files: vec![download("small.pkl"), download("large.pkl")],
        }),
    }
}

/// Asks for a model by name, up to the offer.
fn look(window: &mut Window, outside: &Outside) {
    click(window, "Get more");
    window.get_by_label("Search the hub").focus();
    window.run_steps(2);
    window
        .get_by_label("Search the hub")
        .type_text("ada/flowers");
    window.run_steps(2);
    click(window, "Search");
    let requests = asked(outside);
    let [HubRequest::Look { seq, repo }] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(repo, "ada/flowers");
    say(window, outside, offered(*seq));
}

#[test]
fn a_model_is_fetched_only_after_its_licence_was_accepted() {
    let outside = Outside::default();
    let mut window = open(&outside);
    look(&mut window, &outside);
    window.get_by_label("cc-by-nc-4.0");
    let button = window.get_by_role_and_label(Role::Button, "Download (364.0 MB)");
    assert!(button.accesskit_node().is_disabled());
    click(&mut window, "large.pkl (364.0 MB)");
    click(&mut window, "I have read the licence and accept it");
    click(&mut window, "Download (364.0 MB)");
    let requests = asked(&outside);
    let [HubRequest::Pull { id, download: got }] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(*got, download("large.pkl"));
    let id = *id;
    let progress = Progress {
        file: "large.pkl".into(),
        done: 182_000_000,
        total: 364_000_000,
        speed: 2e6,
        left: Some(Duration::from_secs(91)),
    };
    say(&mut window, &outside, HubEvent::Progress(id, progress));
    let bar = window.get_by_role_and_label(Role::ProgressIndicator, "ada/flowers");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(0.5));
    window.get_by_label_contains("182.0 MB of 364.0 MB, 2.0 MB a second");
    click(&mut window, "Pause ada/flowers");
    assert_eq!(asked(&outside), [HubRequest::Pause(id)]);
    say(&mut window, &outside, HubEvent::Paused(id, None));
    click(&mut window, "Resume ada/flowers");
    assert_eq!(asked(&outside), [HubRequest::Resume(id)]);
    let added = Added {
        name: "flowers".into(),
        summary: "StyleGAN2 generator".into(),
    };
    say(&mut window, &outside, HubEvent::Ended(id, Ok(added)));
    window.get_by_label_contains("flowers is ready");
    assert!(window.query_by_label("Cancel ada/flowers").is_none());
    let engine = &outside.engine.borrow().requests;
    assert!(
        engine.iter().any(|r| matches!(r, Request::Rescan)),
        "it shows up in the studio"
    );
}

#[test]
fn accepting_one_licence_accepts_no_other() {
    let outside = Outside::default();
    let mut window = open(&outside);
    look(&mut window, &outside);
    click(&mut window, "I have read the licence and accept it");
    click(&mut window, "Back to the list");
    let repo = "eve/weeds".to_owned();
    window
        .state_mut()
        .act(Action::Hub(HubEdit::Look(Some(repo))));
    window.run_steps(3);
    let requests = asked(&outside);
    let Some(HubRequest::Look { seq, .. }) = requests.last() else {
        panic!("{requests:?}");
    };
    let HubEvent::Offered { result, .. } = offered(0) else {
        panic!("an offer");
    };
    let offer = Offer {
        repo: "eve/weeds".into(),
        ..result.unwrap()
    };
    let event = HubEvent::Offered {
        seq: *seq,
        result: Ok(offer),
    };
    say(&mut window, &outside, event);
    let button = window.get_by_role_and_label(Role::Button, "Download (364.0 MB)");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn another_text_of_an_accepted_licence_is_accepted_anew() {
    let outside = Outside::default();
    let mut window = open(&outside);
    look(&mut window, &outside);
    click(&mut window, "I have read the licence and accept it");
    click(&mut window, "Back to the list");
    let repo = "ada/flowers".to_owned();
    let again = HubEdit::Look(Some(repo));
    window.state_mut().act(Action::Hub(again));
    window.run_steps(3);
    let Some(HubRequest::Look { seq, .. }) = asked(&outside).pop() else {
        panic!("a question");
    };
    let HubEvent::Offered { result, .. } = offered(seq) else {
        panic!("an offer");
    };
    let mut offer = result.unwrap();
    for file in &mut offer.files {
        file.licence_text = "3".repeat(64);
    }
    let result = Ok(offer);
    say(&mut window, &outside, HubEvent::Offered { seq, result });
    let button = window.get_by_role_and_label(Role::Button, "Download (364.0 MB)");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn offline_nothing_is_asked_until_the_user_goes_online() {
    let outside = Outside::default();
    let mut window = open(&outside);
    window.state_mut().state.prefs.offline = true;
    click(&mut window, "Get more");
    assert!(window.query_by_label("Search the hub").is_none());
    assert!(asked(&outside).is_empty());
    click(&mut window, "Go online");
    assert_eq!(asked(&outside), [HubRequest::Offline(false)]);
    window.get_by_label("Search the hub");
}

#[test]
fn a_download_of_an_earlier_start_waits_for_the_user() {
    let outside = Outside::default();
    let mut window = open(&outside);
    let id = TaskId(u64::MAX);
    say(
        &mut window,
        &outside,
        HubEvent::Pending(id, download("a.pkl")),
    );
    assert!(asked(&outside).is_empty());
    click(&mut window, "Cancel ada/flowers");
    assert_eq!(asked(&outside), [HubRequest::Cancel(id)]);
    let ended = HubEvent::Ended(id, Err(Ending::Cancelled));
    say(&mut window, &outside, ended);
    assert!(window.query_by_label("Cancel ada/flowers").is_none());
}

#[test]
fn a_file_that_is_no_network_says_why() {
    let outside = Outside::default();
    let mut window = open(&outside);
    click(&mut window, "Import a file…");
    assert!(matches!(outside.picks.borrow()[..], [Pick::ModelFile]));
    let file = std::path::PathBuf::from("folder/mine.pkl");
    window
        .state_mut()
        .act(Action::Hub(HubEdit::Import(file.clone())));
    window.run_steps(3);
    let id = TaskId(0);
    assert_eq!(asked(&outside), [HubRequest::Import { id, file }]);
    window.get_by_label("mine.pkl");
    let why = Ending::Failed("the file is cut short; download it again".into());
    say(&mut window, &outside, HubEvent::Ended(id, Err(why)));
    window.get_by_label("the file is cut short; download it again");
    click(&mut window, "Close mine.pkl");
    assert!(window.query_by_label("mine.pkl").is_none());
}

#[test]
fn an_import_shows_how_far_it_is_and_can_be_cancelled() {
    let outside = Outside::default();
    let mut window = open(&outside);
    let file = std::path::PathBuf::from("folder/mine.pkl");
    window.state_mut().act(Action::Hub(HubEdit::Import(file)));
    window.run_steps(3);
    asked(&outside);
    let id = TaskId(0);
    let reading = || HubEvent::Importing(id, ImportStep::Reading(30_000_000, 120_000_000));
    say(&mut window, &outside, reading());
    let bar = window.get_by_role_and_label(Role::ProgressIndicator, "mine.pkl");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(0.25));
    window.get_by_label("Reading the file: 30.0 MB of 120.0 MB");
    let step = HubEvent::Importing(id, ImportStep::Converting);
    say(&mut window, &outside, step);
    window.get_by_label("Putting the network together…");
    click(&mut window, "Cancel mine.pkl");
    assert_eq!(asked(&outside), [HubRequest::Cancel(id)]);
    // News from before the cancelling was heard.
    say(&mut window, &outside, reading());
    window.get_by_label("Stopping…");
    let ended = HubEvent::Ended(id, Err(Ending::Cancelled));
    say(&mut window, &outside, ended);
    assert!(window.query_by_label("mine.pkl").is_none());
}

#[test]
fn what_the_hub_does_not_take_is_said_and_nothing_waits_for_it() {
    let outside = Outside::default();
    let mut window = open(&outside);
    look(&mut window, &outside);
    click(&mut window, "large.pkl (364.0 MB)");
    click(&mut window, "I have read the licence and accept it");
    click(&mut window, "Download (364.0 MB)");
    let refuse = |window: &mut Window, request: HubRequest| {
        say(window, &outside, HubEvent::Refused(Box::new(request)));
    };
    let pull = asked(&outside).pop().unwrap();
    let HubRequest::Pull { id, .. } = pull else {
        panic!("{pull:?}");
    };
    let stage = |window: &Window| {
        let tasks = &window.state().state.hub.tasks;
        tasks.iter().find(|t| t.id == id).unwrap().stage.clone()
    };
    // A stop that isn't heard: it still goes on, and says so.
    click(&mut window, "Cancel ada/flowers");
    assert_eq!(stage(&window), HubStage::Stopping);
    refuse(&mut window, HubRequest::Cancel(id));
    assert_ne!(stage(&window), HubStage::Stopping);
    let said = |window: &Window| {
        let mut toasts = window.state().state.toasts.iter();
        toasts.any(|t| t.text.contains("Too much is waiting for the hub"))
    };
    assert!(said(&window));
    refuse(&mut window, pull);
    assert!(matches!(stage(&window), HubStage::Failed(_)));
    // Questions end; the switch shows what is.
    let hub = |window: &Window| {
        let hub = &window.state().state.hub;
        (hub.searching, hub.found.clone())
    };
    let words = "flowers".to_owned();
    let search = HubEdit::Search(words.clone());
    window.state_mut().act(Action::Hub(search));
    window.run_steps(3);
    assert!(hub(&window).0);
    let Some(HubRequest::Search { seq, .. }) = asked(&outside).pop() else {
        panic!("a search");
    };
    refuse(&mut window, HubRequest::Search { seq, words });
    assert!(matches!(hub(&window), (false, Some(Err(_)))));
    window.state_mut().state.prefs.offline = true;
    refuse(&mut window, HubRequest::Offline(true));
    assert!(!window.state().state.prefs.offline);
}

#[test]
fn limners_own_list_is_in_groups_and_follows_the_words_that_are_typed() {
    let outside = Outside::default();
    let mut window = open(&outside);
    let list = limner::hub::catalog::Catalog::shipped();
    let told = HubEvent::Recommended(list.entries().to_vec());
    say(&mut window, &outside, told);
    click(&mut window, "Get more");
    for heading in ["Autoencoders", "Upscalers"] {
        window.get_by_label(heading);
    }
    window.get_by_label("Look at taesd");
    window.get_by_label("Search the hub").focus();
    window.run_steps(2);
    window
        .get_by_label("Search the hub")
        .type_text("ultramix photos");
    window.run_steps(4);
    assert!(window.query_by_label("Look at taesd").is_none());
    assert!(window.query_by_label("Autoencoders").is_none());
    let warnings = window.query_all_by_label("Non-commercial: its licence forbids commercial use.");
    assert_eq!(warnings.count(), 3);
    assert!(asked(&outside).is_empty(), "typing asks nobody");
    click(&mut window, "Look at ultramix-smooth");
    let Some(HubRequest::Look { seq, repo }) = asked(&outside).pop() else {
        panic!("a question");
    };
    assert_eq!(repo, "ultramix-smooth");
    let entry = list.named(&repo).unwrap().clone();
    let HubEvent::Offered { result, .. } = offered(seq) else {
        panic!("an offer");
    };
    let mut offer = result.unwrap();
    offer.files.truncate(1);
    offer.repo.clone_from(&entry.repo);
    for file in &mut offer.files {
        (file.repo, file.file) = (entry.repo.clone(), entry.file.clone());
        file.etag = entry.sha256.clone().unwrap();
    }
    let result = Ok(offer);
    say(&mut window, &outside, HubEvent::Offered { seq, result });
    window.get_by_label("Non-commercial: its licence forbids commercial use.");
    window.get_by_label_contains(&entry.read);
    click(&mut window, "I have read the licence and accept it");
    click(&mut window, "Download (364.0 MB)");
    // Several of its repository may come at once: each is called by its own name.
    window.get_by_label("Cancel ultramix-smooth");
}

#[test]
fn a_network_that_enlarges_is_chosen_on_its_card() {
    let outside = Outside::default();
    let mut window = open(&outside);
    let state = &mut window.state_mut().state;
    let mut library = (*state.engine.library).clone();
    let mut crisp = library.models[0].clone();
    (crisp.name, crisp.title) = ("crisp".into(), "Crisp".into());
    crisp.kind = limner::engine::protocol::ModelKind::Upscaler;
    crisp.scales = vec![2, 4];
    let mut other = crisp.clone();
    (other.name, other.title) = ("animesharp".into(), "animesharp".into());
    other.scales = vec![4];
    library.models.extend([other, crisp]);
    state.engine.library = std::sync::Arc::new(library);
    assert_eq!(state.preferred_upscaler().unwrap().name, "crisp");
    let dialog = ViewEdit::Dialog(Dialog::Models(Some("animesharp".into())));
    window.state_mut().act(Action::View(dialog));
    window.run_steps(4);
    window.get_by_label("4×");
    click(&mut window, "Upscale with animesharp");
    assert_eq!(
        window.state().state.preferred_upscaler().unwrap().name,
        "animesharp"
    );
    // Once it is gone, the one that ships is back.
    let state = &mut window.state_mut().state;
    let mut library = (*state.engine.library).clone();
    library.models.retain(|model| model.name != "animesharp");
    state.engine.library = std::sync::Arc::new(library);
    assert_eq!(state.preferred_upscaler().unwrap().name, "crisp");
}

#[test]
fn a_search_is_seen_and_what_is_asked_ends_when_the_user_goes_offline() {
    let outside = Outside::default();
    let mut window = open(&outside);
    look(&mut window, &outside);
    window.get_by_label("Back to the list");
    let search = HubEdit::Search("flowers".to_owned());
    window.state_mut().act(Action::Hub(search));
    window.run_steps(4);
    window.get_by_label("Asking the hub…");
    assert!(window.query_by_label("Back to the list").is_none());
    let waits = |window: &Window| {
        let hub = &window.state().state.hub;
        hub.searching || hub.looking.is_some()
    };
    let go = |window: &mut Window, offline: bool| {
        let mut prefs = window.state().state.prefs.clone();
        prefs.offline = offline;
        window.state_mut().act(Action::SetPrefs(Box::new(prefs)));
        window.run_steps(4);
    };
    go(&mut window, true);
    assert!(!waits(&window));
    go(&mut window, false);
    let look = HubEdit::Look(Some("ada/flowers".to_owned()));
    window.state_mut().act(Action::Hub(look));
    window.run_steps(4);
    assert!(waits(&window));
    go(&mut window, true);
    assert!(!waits(&window));
}

#[test]
fn a_chosen_upscaler_serves_the_scales_that_it_can_make() {
    use limner::engine::protocol::ModelKind;
    let outside = Outside::default();
    let mut window = open(&outside);
    let state = &mut window.state_mut().state;
    let mut library = (*state.engine.library).clone();
    let mut crisp = library.models[0].clone();
    (crisp.name, crisp.kind) = ("crisp".into(), ModelKind::Upscaler);
    crisp.scales = vec![2, 4];
    let others = [("twice", vec![2]), ("thrice", vec![3]), ("four", vec![4])];
    let others = others.map(|(name, scales)| limner::engine::protocol::ModelInfo {
        name: name.into(),
        scales,
        ..crisp.clone()
    });
    library.models[0].upscaler = Some("twice".into());
    library.models.extend(others.into_iter().chain([crisp]));
    state.engine.library = std::sync::Arc::new(library);
    let by_generator = Some("orchard");
    let mut serves = |chosen: Option<&str>, made_by: Option<&str>| {
        state.prefs.upscaler = chosen.map(str::to_owned);
        [2, 4].map(|scale| state.upscaler(made_by, scale).unwrap().name.clone())
    };
    assert_eq!(serves(Some("four"), by_generator), ["four", "four"]);
    assert_eq!(serves(Some("twice"), None), ["twice", "crisp"]);
    assert_eq!(serves(Some("thrice"), None), ["crisp", "crisp"]);
    assert_eq!(serves(None, by_generator), ["twice", "crisp"]);
    assert_eq!(serves(Some("thrice"), by_generator), ["twice", "crisp"]);
    // What goes to the engine: the chosen one where it can, else its own choice.
    state.prefs.upscaler = Some("twice".into());
    let chosen = [2, 4].map(|scale| state.chosen_upscaler(scale));
    assert_eq!(chosen, [Some("twice".to_owned()), None]);
}
