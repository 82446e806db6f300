//! The program with variables of its own: where the hub is, as whom it is asked, through
//! which proxy.

use std::fs;
use std::process::Command;

use super::proxy::{Manner, Proxy};
use super::server::{COMMIT, Server};
use super::{Home, files};

fn limner(home: &Home, server: &Server, words: &[&str]) -> (bool, String) {
    limner_with(home, server, words, &[])
}

/// The program with variables of its own, and none about proxies from outside.
fn limner_with(
    home: &Home,
    server: &Server,
    words: &[&str],
    more: &[(&str, &str)],
) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limner"));
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    let output = command
        .args(words)
        .env("HF_ENDPOINT", server.url())
        .env("HF_HOME", home.folder.path())
        .env("XDG_CACHE_HOME", home.folder.path().join("cache"))
        .env("XDG_DATA_HOME", home.folder.path().join("data"))
        .env_remove("HF_HUB_CACHE")
        .env_remove("HF_TOKEN")
        .env_remove("HF_HUB_OFFLINE")
        .envs(more.iter().copied())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// The hash with which a refusal says that the licence can be accepted.
fn accepting(refusal: &str) -> String {
    let (_, rest) = refusal.split_once("--accept-licence ").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn on_the_command_line_the_licence_comes_first() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let (fine, text) = limner(&home, &server, &["models", "search", "style"]);
    assert!(
        fine && text.contains("owner/name") && text.contains("cc0-1.0"),
        "{text}"
    );
    let (fine, text) = limner(
        &home,
        &server,
        &["models", "pull", "owner/name", "--dry-run"],
    );
    assert!(
        fine && text.contains("style.pth") && text.contains(COMMIT),
        "{text}"
    );
    let (fine, text) = limner(&home, &server, &["models", "pull", "owner/name"]);
    assert!(
        !fine && text.contains("cc0-1.0") && text.contains("--accept-licence"),
        "{text}"
    );
    assert!(server.files().is_empty(), "nothing is downloaded before");
    // Whatever isn't this text's hash is another text.
    let hash = accepting(&text);
    for other in ["", "yes", &hash[..8], &"0".repeat(64)] {
        let accept = format!("--accept-licence={other}");
        let (fine, text) = limner(&home, &server, &["models", "pull", "owner/name", &accept]);
        assert!(!fine && server.files().is_empty(), "{other}: {text}");
    }
    let words = ["models", "pull", "owner/name", "-q", "--accept-licence"];
    let words = [&words[..], &[&hash]].concat();
    let (fine, text) = limner(&home, &server, &words);
    assert!(fine, "{text}");
    let (_, listed) = limner(&home, &server, &["models", "list"]);
    assert!(listed.contains("net/name"), "{listed}");
    let (fine, text) = limner(&home, &server, &[&words[..], &["--offline"]].concat());
    assert!(!fine && text.contains("offline"), "{text}");
}

#[test]
fn the_command_line_obeys_the_variables() {
    let server = Server::start(|request, _| files().answer(request));
    let proxy = Proxy::start(&server, Manner::Leads);
    let home = Home::new();
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let search = |more: &[(&str, &str)]| {
        let (fine, text) = limner_with(&home, &server, &["models", "search", "style"], more);
        assert!(fine && text.contains("owner/name"), "{text}");
        std::mem::take(&mut *proxy.asked.lock().unwrap()).len()
    };
    let host = [("HF_ENDPOINT", "http://hub.invalid")];
    assert_eq!(search(&[("HTTP_PROXY", &url), host[0]]), 1);
    assert_eq!(search(&[("all_proxy", &url), host[0]]), 1);
    // Not the one for this scheme; and a host that is reached without.
    assert_eq!(search(&[("HTTPS_PROXY", &url)]), 0);
    assert_eq!(
        search(&[("HTTP_PROXY", &url), ("NO_PROXY", "localhost, 127.0.0.1")]),
        0
    );
    let socks = [("ALL_PROXY", "socks5://127.0.0.1:1")];
    let (fine, text) = limner_with(&home, &server, &["models", "search", "style"], &socks);
    assert!(!fine && text.contains("SOCKS"), "{text}");
}

#[test]
fn the_token_comes_from_its_variable_or_from_the_hubs_own_file() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let asked_as = |more: &[(&str, &str)]| {
        let (fine, text) = limner_with(&home, &server, &["models", "search", "style"], more);
        assert!(fine, "{text}");
        let mut log = server.log.lock().unwrap();
        let request = log.pop().unwrap();
        request.headers.get("authorization").cloned()
    };
    assert_eq!(asked_as(&[]), None);
    fs::write(home.folder.path().join("token"), "from-file\n").unwrap();
    assert_eq!(asked_as(&[]).as_deref(), Some("Bearer from-file"));
    let given = [("HF_TOKEN", "from-variable")];
    assert_eq!(asked_as(&given).as_deref(), Some("Bearer from-variable"));
    // What is fetched lands in the cache below HF_HOME.
    let words = ["models", "pull", "owner/name", "-q"];
    let (_, text) = limner_with(&home, &server, &words, &[]);
    let hash = accepting(&text);
    let words = [&words[..], &["--accept-licence", &hash]].concat();
    let (fine, text) = limner_with(&home, &server, &words, &[]);
    assert!(fine && home.blobs().len() == 1, "{text}");
}
