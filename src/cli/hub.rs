//! `limner models search` and `limner models pull`.

use std::time::Duration;

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::args::Common;
use super::failure::Failure;
use super::hub_args::{Pull, Search};
use super::output::{say, say_json, text_of};
use crate::hub::catalog::{Catalog, Entry, Group};
use crate::hub::{self, Flow, Hub, HubConfig, HubError, Progress, Repo};
use crate::models;

/// Asks the hub for models by words; the curated list comes first.
pub(crate) fn search(args: &Search, common: &Common) -> Result<(), Failure> {
    let words = args.words.join(" ");
    let list = Catalog::shipped();
    let known = list.entries().iter().filter(|entry| entry.matches(&words));
    let known: Vec<&Entry> = known.collect();
    let found = door(args.offline).search(&words, args.limit as usize)?;
    if common.json {
        let known: Vec<_> = known.into_iter().map(listed).collect();
        let found: Vec<_> = found
            .iter()
            .map(|f| json!({ "id": f.id, "downloads": f.downloads, "licence": f.licence() }))
            .collect();
        say_json(&json!({ "recommended": known, "found": found }))?;
        return Ok(());
    }
    for entry in known {
        say(line(entry))?;
    }
    for repo in found {
        let licence = repo.licence().unwrap_or("licence unknown");
        say(format!(
            "{:<40} {licence}, {} downloads",
            repo.id, repo.downloads
        ))?;
    }
    Ok(())
}

/// The curated list, or what of it has some words.
pub(crate) fn catalog(words: &[String], common: &Common) -> Result<(), Failure> {
    let list = Catalog::shipped();
    let words = words.join(" ");
    let fits = |entry: &&Entry| entry.matches(&words);
    let known: Vec<&Entry> = list.entries().iter().filter(fits).collect();
    if common.json {
        let known: Vec<_> = known.into_iter().map(listed).collect();
        return say_json(&json!({ "recommended": known }));
    }
    if known.is_empty() {
        return Err(Failure::new(
            "Limner's list has nothing with these words; 'limner models search' asks the hub",
        ));
    }
    for group in Group::ALL {
        let mut shown = known.iter().filter(|e| e.group == group).peekable();
        if shown.peek().is_some() {
            say(group.title())?;
        }
        for entry in shown {
            say(format!("  {}", line(entry)))?;
            if let Some(warning) = &entry.warning {
                say(format!("  {:<24} {warning}", ""))?;
            }
            say(format!("  {:<24} {}", "", entry.pinned_by()))?;
        }
    }
    Ok(())
}

/// An entry of the list in a line.
fn line(entry: &Entry) -> String {
    let size = entry
        .size
        .map_or("size told before it is fetched".to_owned(), |size| {
            HumanBytes(size).to_string()
        });
    format!(
        "{:<24} {} ({size}, {}, {})",
        entry.name, entry.what, entry.licence, entry.repo
    )
}

fn listed(entry: &Entry) -> serde_json::Value {
    json!({
        "name": entry.name, "group": entry.group.title(), "id": entry.repo,
        "revision": entry.revision, "file": entry.file, "sha256": entry.sha256,
        "bytes": entry.size, "licence": entry.licence, "what": entry.what,
        "warning": entry.warning, "read": entry.read,
    })
}

/// The entry of the list that is meant: by its name, or by its repository and file.
fn entry_of<'a>(list: &'a Catalog, args: &Pull) -> Option<&'a Entry> {
    let by_file = || match (&args.file, args.revision.as_str()) {
        (Some(file), "main") => list.of_file(&args.repo, file),
        _ => None,
    };
    list.named(&args.repo).or_else(by_file)
}

/// Downloads a model and imports it.
pub(crate) fn pull(args: &Pull, common: &Common) -> Result<(), Failure> {
    let hub = door(args.offline);
    let list = Catalog::shipped();
    let entry = entry_of(&list, args);
    let (id, revision, file) = match entry {
        Some(e) => (e.repo.as_str(), e.revision(), Some(e.file.as_str())),
        None => (
            args.repo.as_str(),
            args.revision.as_str(),
            args.file.as_deref(),
        ),
    };
    let repo = hub.look(id, revision)?;
    if let Some(entry) = entry {
        entry.file_in(&repo)?;
        if !common.quiet && !common.json {
            let warning = entry.warning.iter().cloned();
            for text in warning.chain([entry.pinned_by()]) {
                say(text)?;
            }
        }
    }
    if args.dry_run {
        describe(&repo, common.json)?;
        return Ok(());
    }
    accepted(args.accept_licence.as_deref(), &repo)?;
    let models = args
        .into
        .clone()
        .or_else(models::user_folder)
        .ok_or_else(|| {
            Failure::new("no home folder is known; say where the model shall go with --into FOLDER")
        })?;
    let bar = bar(common.quiet);
    let name = args.name.as_deref().or(entry.map(|e| e.name.as_str()));
    let pulled = hub::pull(&hub, &repo, file, &models, name, &mut |p| {
        show(&bar, p);
        Flow::GoOn
    });
    bar.finish_and_clear();
    let pulled = pulled?;
    if common.json {
        say_json(&json!({
            "name": pulled.imported.name,
            "folder": text_of(&pulled.imported.folder),
            "repo": pulled.repo,
            "commit": pulled.commit,
            "file": pulled.file,
            "licence": repo.licence,
        }))?;
    } else {
        say(format!(
            "{}: {}",
            pulled.imported.name, pulled.imported.summary
        ))?;
        say(format!("in {}", pulled.imported.folder.display()))?;
    }
    Ok(())
}

/// Letters of a text's hash that have to be said, at least.
const SAID: usize = 16;

/// Whether the licence was accepted: this text of it and no other.
fn accepted(text: Option<&str>, repo: &Repo) -> Result<(), HubError> {
    let (id, licence) = (repo.id.clone(), repo.licence.clone());
    match text {
        None => Err(HubError::Licence {
            repo: id,
            licence,
            text: repo.licence_text.chars().take(SAID).collect(),
        }),
        Some(text) if text.len() >= SAID && repo.licence_text.starts_with(&text.to_lowercase()) => {
            Ok(())
        }
        Some(_) => Err(HubError::LicenceChanged { repo: id, licence }),
    }
}

fn door(offline: bool) -> Hub {
    let mut config = HubConfig::from_env();
    config.offline |= offline;
    Hub::new(config)
}

fn describe(repo: &Repo, as_json: bool) -> Result<(), Failure> {
    let files = hub::importable(repo);
    if as_json {
        let files: Vec<_> = files
            .iter()
            .map(|f| json!({ "name": f.name, "bytes": f.size, "sha256": f.sha256 }))
            .collect();
        say_json(&json!({
            "id": repo.id, "commit": repo.commit, "licence": repo.licence,
            "licence_text": repo.licence_text, "gated": repo.gated, "files": files,
        }))?;
        return Ok(());
    }
    say(format!("{} at {}", repo.id, repo.commit))?;
    say(format!("licence: {}", repo.licence))?;
    say(format!("hash of its text: {}", repo.licence_text))?;
    if repo.gated {
        say("access has to be asked for on its page")?;
    }
    for file in files {
        say(format!("{:<40} {}", file.name, HumanBytes(file.size)))?;
    }
    Ok(())
}

fn bar(quiet: bool) -> ProgressBar {
    let target = match quiet {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr_with_hz(10),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    match ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    let left = progress.left.map(|left| {
        let whole = Duration::from_secs(left.as_secs().max(1));
        format!(", {} left", HumanDuration(whole))
    });
    let speed = HumanBytes(progress.speed as u64);
    bar.set_message(format!("{speed}/s{}", left.unwrap_or_default()));
}
