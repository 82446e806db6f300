//! A whole download: look at the repository, ask for its licence, fetch and check the
//! files, bring the model in.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::cache::RepoCache;
use super::choose::{self, Part};
use super::client::Client;
use super::control::Control;
use super::fetch::{Fetch, Step};
use super::install::Install;
use super::listing::{Listing, RemoteFile};
use super::pace::Pace;
use super::repo::RepoId;
use super::settings::HubSettings;
use super::{HubError, space};
use crate::import::{Imported, clean_name};

/// Times that a repository may change under a download.
const CHANGES: u32 = 3;

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// From where.
    pub repo: RepoId,
    /// Commit, branch or tag; the main branch when absent.
    pub revision: Option<String>,
    /// Files or folders in it; what there is when empty, if it's one.
    pub files: Vec<String>,
    /// Name of the model; the repository's when absent.
    pub name: Option<String>,
    /// SHA-256 by file, from the list of checked models.
    #[serde(default)]
    pub checked: Vec<(String, String)>,
}

/// What there is to be had, before a byte of it is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The repository.
    pub listing: Listing,
    /// What was chosen of it.
    pub parts: Vec<Part>,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes that still have to come.
    pub missing: u64,
    /// Where licence and terms are.
    pub page: String,
}

/// What a download does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Bytes come.
    Fetching,
    /// The hub or the connection fails; trying again after so long.
    Waiting(Duration),
    /// Hashing.
    Checking,
    /// Becoming a model.
    Opening,
}

/// How far a download is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What it does.
    pub stage: Stage,
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Bytes a second.
    pub speed: Option<f64>,
    /// Until all is there.
    pub left: Option<Duration>,
}

/// Asks the hub what there is. Offline there is no answer.
///
/// # Errors
/// [`HubError`], also when nothing can be opened or a choice is needed.
pub fn look(order: &Order, settings: &HubSettings, control: &Control) -> Result<Offer, HubError> {
    let client = Client::new(settings, control)?;
    let listing = patiently(&client, control, || {
        Listing::ask(&client, &order.repo, order.revision.as_deref())
    })?;
    offer(order, settings, listing)
}

fn offer(order: &Order, settings: &HubSettings, listing: Listing) -> Result<Offer, HubError> {
    let parts = choose::choose(&listing, &order.files)?;
    for (path, sha256) in &order.checked {
        if listing.file(path)?.checksum.name() != sha256 {
            return Err(HubError::NotAsListed(path.clone()));
        }
    }
    let cache = RepoCache::new(&settings.cache, &order.repo);
    let files = wanted(&listing, &parts);
    Ok(Offer {
        bytes: files.iter().map(|f| f.size).sum(),
        missing: files.iter().map(|f| f.size - cache.have(f)).sum(),
        page: format!("{}/{}", settings.endpoint, order.repo),
        parts,
        listing,
    })
}

/// The files of the parts, and the author's page.
fn wanted(listing: &Listing, parts: &[Part]) -> Vec<RemoteFile> {
    let mut files: Vec<RemoteFile> = parts.iter().flat_map(Part::files).cloned().collect();
    files.extend(choose::page(listing).cloned());
    files.dedup();
    files
}

/// Tries a question again while the trouble may pass.
pub(super) fn patiently<T>(
    client: &Client,
    control: &Control,
    mut ask: impl FnMut() -> Result<T, HubError>,
) -> Result<T, HubError> {
    let patience = &client.settings().patience;
    let mut pause = patience.pause;
    for _ in 1..patience.tries {
        control.check()?;
        let error = match ask() {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        control.check()?;
        match error {
            HubError::Wait(asked) => control.sleep(asked)?,
            error if error.passes() => control.sleep(pause)?,
            error => return Err(error),
        }
        pause *= 2;
    }
    ask()
}

/// Fetches what was offered and brings it into `models`. `offer` is what the user saw
/// and whose licence was accepted: where that has changed meanwhile, nothing is
/// fetched.
///
/// # Errors
/// [`HubError`]. What came is kept for the next try, except after a cancel.
pub fn pull(
    order: &Order,
    offer: &Offer,
    settings: &HubSettings,
    models: &Path,
    control: &Control,
    report: &mut dyn FnMut(Progress),
) -> Result<Vec<Imported>, HubError> {
    let mut offer = offer.clone();
    for change in 0..=CHANGES {
        let pull = Pull {
            order,
            offer: &offer,
            settings,
            models,
            control,
        };
        match pull.run(report) {
            Err(HubError::Changed(_)) if change < CHANGES && order.checked.is_empty() => {
                let fresh = look(order, settings, control)?;
                if fresh.listing.licence != offer.listing.licence {
                    return Err(HubError::LicenceNotAccepted {
                        licence: fresh.listing.licence,
                        page: fresh.page,
                    });
                }
                pull.forget();
                offer = fresh;
            }
            Err(HubError::Cancelled) => {
                pull.forget();
                return Err(HubError::Cancelled);
            }
            other => return other,
        }
    }
    Err(HubError::Changed(format!("'{}'", order.repo)))
}

/// Throws away what came of a download that isn't wanted any more.
pub fn forget(order: &Order, offer: &Offer, settings: &HubSettings) {
    let cache = RepoCache::new(&settings.cache, &order.repo);
    for file in wanted(&offer.listing, &offer.parts) {
        if let Err(error) = cache.forget(&file.checksum) {
            log::warn!("a part of {} can't be removed: {error}", file.path);
        }
    }
}

struct Pull<'a> {
    order: &'a Order,
    offer: &'a Offer,
    settings: &'a HubSettings,
    models: &'a Path,
    control: &'a Control,
}

impl Pull<'_> {
    fn run(&self, report: &mut dyn FnMut(Progress)) -> Result<Vec<Imported>, HubError> {
        let listing = &self.offer.listing;
        let names = self.names();
        if let Some(name) = names.iter().find(|name| self.models.join(name).exists()) {
            return Err(HubError::Exists(name.clone()));
        }
        let cache = RepoCache::new(&self.settings.cache, &self.order.repo);
        let files = wanted(listing, &self.offer.parts);
        let missing = files.iter().map(|f| f.size - cache.have(f)).sum();
        space::check(self.settings, self.models, missing, self.offer.bytes)?;
        let paths = self.fetch_all(&cache, &files, report)?;
        if let Some(branch) = &listing.branch {
            cache.point(branch, &listing.commit)?;
        }
        self.control.check()?;
        report(self.at(Stage::Opening, self.offer.bytes));
        self.install(&files, &paths, &names)
    }

    fn fetch_all(
        &self,
        cache: &RepoCache,
        files: &[RemoteFile],
        report: &mut dyn FnMut(Progress),
    ) -> Result<Vec<PathBuf>, HubError> {
        let client = Client::new(self.settings, self.control)?;
        let (mut pace, mut before, mut paths) = (Pace::default(), 0, Vec::new());
        report(self.at(Stage::Fetching, 0));
        for file in files {
            let fetch = Fetch {
                client: &client,
                cache,
                listing: &self.offer.listing,
                file,
                control: self.control,
            };
            let path = fetch.run(&mut |step| match step {
                Step::Have(bytes) => {
                    let done = before + bytes;
                    if pace.note(Instant::now(), done) {
                        let mut at = self.at(Stage::Fetching, done);
                        at.speed = pace.speed();
                        at.left = pace.left(at.total.saturating_sub(done));
                        report(at);
                    }
                }
                Step::Waiting(time) => {
                    pace.reset();
                    report(self.at(Stage::Waiting(time), before));
                }
                Step::Checking => report(self.at(Stage::Checking, before + file.size)),
            })?;
            paths.push(path);
            before += file.size;
        }
        Ok(paths)
    }

    fn at(&self, stage: Stage, done: u64) -> Progress {
        Progress {
            stage,
            done,
            total: self.offer.bytes,
            speed: None,
            left: None,
        }
    }

    /// One name a part: the order's or the repository's, with the file's behind it
    /// where there are several.
    fn names(&self) -> Vec<String> {
        let base = self
            .order
            .name
            .as_deref()
            .unwrap_or_else(|| self.order.repo.name());
        let parts = &self.offer.parts;
        let name = |part: &Part| {
            if parts.len() == 1 {
                return clean_name(base);
            }
            let file = part.path().rsplit('/').next().unwrap_or_default();
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            clean_name(&format!("{base}-{stem}"))
        };
        parts.iter().map(name).collect()
    }

    fn install(
        &self,
        files: &[RemoteFile],
        paths: &[PathBuf],
        names: &[String],
    ) -> Result<Vec<Imported>, HubError> {
        let path_of = |file: &RemoteFile| {
            let found = files.iter().zip(paths).find(|(f, _)| *f == file);
            found.map(|(_, path)| path.clone())
        };
        let page = choose::page(&self.offer.listing).and_then(path_of);
        let page = page.and_then(|path| std::fs::read_to_string(path).ok());
        let mut done = Vec::new();
        for (part, name) in self.offer.parts.iter().zip(names) {
            let paths: Vec<_> = part.files().iter().filter_map(path_of).collect();
            let install = Install {
                listing: &self.offer.listing,
                part,
                paths: &paths,
                page: page.clone(),
                address: self.offer.page.clone(),
                models: self.models,
                name,
            };
            done.push(install.run()?);
        }
        Ok(done)
    }

    fn forget(&self) {
        forget(self.order, self.offer, self.settings);
    }
}
