//! `limner models pull` and `search`, as a user types them.

use std::process::{Command, Output};

use super::Place;
use super::server::{COMMIT, sha256};

fn limner(place: &Place, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limner"));
    for name in [
        "HF_TOKEN",
        "HF_HUB_OFFLINE",
        "HF_HUB_CACHE",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTPS_PROXY",
        "https_proxy",
    ] {
        command.env_remove(name);
    }
    command
        .env("HF_ENDPOINT", &place.server.address)
        .env("HF_HOME", place.home.path().join("hf"))
        .env("HOME", place.home.path())
        .env("XDG_DATA_HOME", place.home.path().join("data"))
        .args(args)
        .output()
        .unwrap()
}

fn error(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_model_is_pulled_and_draws() {
    let place = Place::new();
    let out = limner(
        &place,
        &["models", "pull", "ada/flowers", "--accept-licence"],
    );
    assert!(said(&out).contains("StyleGAN2 generator"), "{out:?}");
    let picture = place.home.path().join("flower.png");
    let out = limner(
        &place,
        &[
            "generate",
            "--model",
            "flowers",
            "-o",
            picture.to_str().unwrap(),
        ],
    );
    said(&out);
    assert!(picture.is_file());
    let card = said(&limner(&place, &["models", "show", "flowers"]));
    for part in ["cc-by-4.0", "ada/flowers", COMMIT] {
        assert!(card.contains(part), "{part} isn't in {card}");
    }
}

#[test]
fn nothing_is_fetched_before_the_licence_is_accepted() {
    let place = Place::new();
    let said = error(&limner(&place, &["models", "pull", "ada/flowers"]));
    assert!(
        said.contains("cc-by-4.0") && said.contains("--accept-licence"),
        "{said}"
    );
    assert!(place.server.asked_for("flowers.pkl").is_empty());
}

#[test]
fn offline_no_connection_is_opened() {
    let place = Place::new();
    for args in [
        vec![
            "models",
            "pull",
            "ada/flowers",
            "--accept-licence",
            "--offline",
        ],
        vec!["models", "search", "flowers", "--offline"],
    ] {
        assert!(error(&limner(&place, &args)).contains("offline"));
    }
    assert_eq!(place.server.state().connections, 0);
}

#[test]
fn a_search_lists_what_the_hub_has() {
    let place = Place::new();
    let got = said(&limner(&place, &["models", "search", "red", "flowers"]));
    assert!(got.contains("ada/flowers (licence mit"), "{got}");
    assert!(
        got.contains("ada/gated (licence unknown, terms to agree to"),
        "{got}"
    );
    let asked = place.server.state().seen[0].path.clone();
    assert!(asked.contains("search=red%20flowers"), "{asked}");
}

#[test]
fn the_list_of_checked_models_is_held_to_its_hashes() {
    let place = Place::new();
    let list = place.home.path().join("list.toml");
    let write = |sha256: &str| {
        let size = super::pickle().len();
        let text = format!(
            "[[model]]\nrepo='ada/flowers'\nrevision='{COMMIT}'\ntitle='Tulips'\nabout='Draws tulips.'\n\
             licence='cc-by-4.0'\nopen='nets/flowers.pkl'\n\
             [[model.files]]\npath='nets/flowers.pkl'\nsize={size}\nsha256='{sha256}'\n"
        );
        std::fs::write(&list, text).unwrap();
    };
    let list = list.to_str().unwrap();
    write(&"b".repeat(64));
    let pull = [
        "models",
        "pull",
        "ada/flowers",
        "--accept-licence",
        "--list",
        list,
    ];
    assert!(error(&limner(&place, &pull)).contains("isn't the file that was checked"));
    assert!(place.server.asked_for("flowers.pkl").is_empty());
    write(&sha256(&super::pickle()));
    assert!(said(&limner(&place, &["models", "search", "--list", list])).contains("Draws tulips."));
    assert!(said(&limner(&place, &pull)).starts_with("flowers:"));
}

#[test]
fn a_killed_pull_goes_on_where_it_was() {
    use super::server::Fault;
    let place = Place::new();
    place.server.fail([Fault::Stall(5000)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_limner"))
        .env("HF_ENDPOINT", &place.server.address)
        .env("HF_HOME", place.home.path().join("hf"))
        .env("XDG_DATA_HOME", place.home.path().join("data"))
        .args([
            "models",
            "pull",
            "ada/flowers",
            "--accept-licence",
            "--quiet",
        ])
        .spawn()
        .unwrap();
    let partial = place.home.path().join("hf/hub/models--ada--flowers/blobs");
    let begun = || {
        let files = std::fs::read_dir(&partial).into_iter().flatten().flatten();
        files
            .filter_map(|f| f.metadata().ok())
            .any(|m| m.len() == 5000)
    };
    for _ in 0..600 {
        if begun() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said(&limner(
        &place,
        &["models", "pull", "ada/flowers", "--accept-licence"],
    ));
    assert_eq!(place.ranges(), ["bytes=0-", "bytes=5000-"]);
}
