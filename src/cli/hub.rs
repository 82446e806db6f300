//! `limner models search` and `limner models pull`

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::args::{Common, HubArgs, Pull, Search};
use super::{Failure, say, say_json};
use crate::hub::{self, Catalog, Control, HubError, HubSettings, Offer, Order, RepoId, Stage};
use crate::models;

/// Lists what is found.
pub(crate) fn search(args: &Search, common: &Common) -> Result<(), Failure> {
    let settings = settings(&args.hub)?;
    let catalog = catalog(&args.hub)?;
    let listed = catalog.search(&args.words);
    let found = if args.words.is_empty() {
        Vec::new()
    } else {
        hub::search(
            &args.words.join(" "),
            args.limit,
            &settings,
            &Control::default(),
        )?
    };
    if common.json {
        say_json(&json!({ "list": listed, "hub": found }));
        return Ok(());
    }
    for entry in &listed {
        let size = megabytes(entry.bytes);
        say(format!(
            "{:<24} {} ({}, {size})",
            entry.name, entry.about, entry.licence
        ));
    }
    for hit in &found {
        let gated = if hit.gated {
            ", terms to agree to on its page"
        } else {
            ""
        };
        say(format!("{} (licence {}{gated})", hit.repo, hit.licence));
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

/// Fetches a model.
pub(crate) fn pull(args: &Pull, common: &Common) -> Result<(), Failure> {
    let settings = settings(&args.hub)?;
    let order = order(args)?;
    let folder = args
        .into
        .clone()
        .or_else(models::user_folder)
        .ok_or_else(|| {
            Failure::new("no home folder is known; say where the model shall go with --into FOLDER")
        })?;
    let control = Control::default();
    let offer = hub::look(&order, &settings, &control)?;
    agree(args, common, &offer)?;
    let bar = bar(common);
    let imported = hub::pull(
        &order,
        &offer,
        &settings,
        &folder,
        &control,
        &mut |progress| {
            show(&bar, &progress);
        },
    );
    bar.finish_and_clear();
    let imported = imported?;
    if common.json {
        let all: Vec<_> = imported
            .iter()
            .map(
                |i| json!({ "name": i.name, "folder": i.folder, "licence": offer.listing.licence }),
            )
            .collect();
        say_json(&json!(all));
        return Ok(());
    }
    for model in imported {
        say(format!(
            "{}: {}, licence {}",
            model.name, model.summary, offer.listing.licence
        ));
        say(format!("in {}", model.folder.display()));
    }
    Ok(())
}

fn settings(args: &HubArgs) -> Result<HubSettings, Failure> {
    let mut settings = HubSettings::from_env()?;
    settings.offline |= args.offline;
    Ok(settings)
}

fn catalog(args: &HubArgs) -> Result<Catalog, Failure> {
    Ok(match &args.list {
        Some(file) => Catalog::open(file)?,
        None => Catalog::shipped()?,
    })
}

fn order(args: &Pull) -> Result<Order, Failure> {
    if let Some(entry) = catalog(&args.hub)?.get(&args.model) {
        let mut order = entry.order();
        order.name = args.name.clone().or(order.name);
        return Ok(order);
    }
    Ok(Order {
        repo: RepoId::parse(&args.model)?,
        revision: args.revision.clone(),
        files: args.file.clone(),
        name: args.name.clone(),
        checked: Vec::new(),
    })
}

/// The licence is shown, and somebody says yes.
fn agree(args: &Pull, common: &Common, offer: &Offer) -> Result<(), Failure> {
    let listing = &offer.listing;
    if !common.json {
        let files: Vec<_> = offer.parts.iter().map(|p| p.path().to_owned()).collect();
        eprintln!(
            "{} ({}): {}, {} to fetch, licence {}, {}",
            listing.repo,
            listing.commit.get(..12).unwrap_or(&listing.commit),
            files.join(", "),
            megabytes(offer.missing),
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

fn show(bar: &ProgressBar, progress: &hub::Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    bar.set_message(match progress.stage {
        Stage::Fetching => match (progress.speed, progress.left) {
            (Some(speed), Some(left)) => {
                format!(
                    "{:.1} MB/s, {} s left",
                    speed / 1e6,
                    left.as_secs_f64().ceil()
                )
            }
            _ => String::new(),
        },
        Stage::Waiting(time) => format!("trying again in {} s", time.as_secs_f64().ceil()),
        Stage::Checking => "checking".to_owned(),
        Stage::Opening => "bringing it in".to_owned(),
    });
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
