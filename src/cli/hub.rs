//! `limner models search` and `limner models pull`

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::args::{Common, HubArgs, Pull, Search};
use super::{Failure, say, say_json};
use crate::hub::{
    Catalog, CatalogEntry, Control, Hit, Hub, HubError, HubSettings, Offer, Order, Phase, Progress,
    RepoId, megabytes, search as ask_hub,
};
use crate::models;

/// Lists what is found.
pub(crate) fn search(args: &Search, common: &Common) -> Result<(), Failure> {
    let settings = settings(&args.hub)?;
    let catalog = catalog(&args.hub)?;
    let listed: Vec<&CatalogEntry> = catalog
        .models
        .iter()
        .filter(|entry| mentions(entry, &args.words))
        .collect();
    let found = if args.words.is_empty() {
        Vec::new()
    } else {
        let words = args.words.join(" ");
        ask_hub(&settings, &Control::default(), &words, args.limit.into())?
    };
    if common.json {
        let listed: Vec<_> = listed.into_iter().map(entry_json).collect();
        let found: Vec<_> = found.iter().map(hit_json).collect();
        say_json(&json!({ "list": listed, "hub": found }));
        return Ok(());
    }
    for entry in &listed {
        let size = megabytes(entry.bytes());
        let (repo, about, licence) = (&entry.repo, &entry.about, &entry.licence);
        say(format!(
            "{repo}: {about} (checked, licence {licence}, {size})"
        ));
    }
    for hit in &found {
        say(hit_line(hit));
    }
    if listed.is_empty() && found.is_empty() {
        say(if args.words.is_empty() {
            "Limner's list of checked models is empty. Say what to look for on the hub: limner models search WORDS"
        } else {
            "nothing was found; try fewer or other words"
        });
    }
    Ok(())
}

fn mentions(entry: &CatalogEntry, words: &[String]) -> bool {
    let text = format!("{} {} {}", entry.repo, entry.title, entry.about).to_lowercase();
    words.iter().all(|word| text.contains(&word.to_lowercase()))
}

fn hit_line(hit: &Hit) -> String {
    let gated = if hit.gated {
        ", terms to agree to on its page"
    } else {
        ""
    };
    let opens = if hit.may_open {
        ""
    } else {
        ", no file that Limner opens"
    };
    format!("{} (licence {}{gated}{opens})", hit.repo, hit.licence)
}

fn hit_json(hit: &Hit) -> Value {
    json!({
        "repository": hit.repo.as_str(),
        "licence": hit.licence,
        "downloads": hit.downloads,
        "gated": hit.gated,
        "may_open": hit.may_open,
    })
}

fn entry_json(entry: &CatalogEntry) -> Value {
    json!({
        "repository": entry.repo.as_str(),
        "revision": entry.revision,
        "title": entry.title,
        "about": entry.about,
        "licence": entry.licence,
        "bytes": entry.bytes(),
    })
}

/// Fetches a model.
pub(crate) fn pull(args: &Pull, common: &Common) -> Result<(), Failure> {
    let models_dir = args.into.clone().or_else(models::user_folder);
    let hub = Hub {
        settings: settings(&args.hub)?,
        catalog: catalog(&args.hub)?,
        models_dir: models_dir.ok_or_else(|| {
            Failure::new("no home folder is known; say where the model shall go with --into FOLDER")
        })?,
    };
    let order = Order {
        repo: RepoId::parse(&args.model)?,
        revision: args.revision.clone(),
        file: args.file.clone(),
        name: args.name.clone(),
    };
    let control = Control::default();
    let offer = Offer::ask(&hub.settings, &control, &order, &hub.catalog)?;
    agree(args, common, &offer)?;
    let bar = bar(common);
    let accepted = Some(offer.listing.licence.as_str());
    let pulled = hub.pull(&control, &offer, accepted, &mut |progress| {
        show(&bar, &progress)
    });
    bar.finish_and_clear();
    let pulled = pulled?;
    let licence = &offer.listing.licence;
    if common.json {
        say_json(&json!({ "name": pulled.name, "folder": pulled.folder, "licence": licence }));
    } else {
        say(format!(
            "{}: {}, licence {licence}",
            pulled.name, pulled.summary
        ));
        say(format!("in {}", pulled.folder.display()));
    }
    Ok(())
}

fn settings(args: &HubArgs) -> Result<HubSettings, Failure> {
    let mut settings = HubSettings::from_env()?;
    settings.offline |= args.offline;
    Ok(settings)
}

fn catalog(args: &HubArgs) -> Result<Catalog, Failure> {
    let Some(file) = &args.list else {
        return Ok(Catalog::shipped()?);
    };
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::new(format!("{e}: {}", file.display())))?;
    Ok(Catalog::parse(&text)?)
}

/// The licence is shown, and somebody says yes.
fn agree(args: &Pull, common: &Common, offer: &Offer) -> Result<(), Failure> {
    let listing = &offer.listing;
    if !common.json {
        let files: Vec<_> = offer.files.iter().map(|f| f.path.as_str()).collect();
        eprintln!(
            "{} ({}): {}, {} to fetch, licence {}, {}",
            listing.repo,
            listing.commit.get(..12).unwrap_or(&listing.commit),
            files.join(", "),
            megabytes(offer.bytes - offer.have),
            listing.licence,
            listing.licence_link.as_deref().unwrap_or(&offer.page),
        );
    }
    if args.accept_licence || ask(common) {
        return Ok(());
    }
    Err(HubError::LicenceNotAccepted {
        licence: listing.licence.clone(),
        page: offer.page.clone(),
    }
    .into())
}

/// Asks, where somebody is there to answer.
fn ask(common: &Common) -> bool {
    let stdin = std::io::stdin();
    if common.json || common.quiet || !stdin.is_terminal() {
        return false;
    }
    eprint!("Do you accept the licence, and shall it be fetched? [y/N] ");
    std::io::stderr().flush().ok();
    let mut answer = String::new();
    stdin.read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn bar(common: &Common) -> ProgressBar {
    let target = if common.quiet {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr_with_hz(10)
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
    bar.set_message(match progress.phase {
        Phase::Fetching => match (progress.speed, progress.left) {
            (Some(speed), Some(left)) => {
                let speed = speed as f64 / 1e6;
                format!("{speed:.1} MB/s, {} s left", left.as_secs_f64().ceil())
            }
            _ => String::new(),
        },
        Phase::Waiting(time) => format!("trying again in {} s", time.as_secs_f64().ceil()),
        Phase::Checking => "checking".to_owned(),
        Phase::Installing => "bringing it in".to_owned(),
    });
}
