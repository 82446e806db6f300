//! A whole download: room, files one after the other, checks, the finished model.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::HubError;
use super::cache::RepoCache;
use super::catalog::Catalog;
use super::checksum::Checksum;
use super::client::Client;
use super::control::Control;
use super::fetch::{Fetch, Step};
use super::install::{self, Pulled};
use super::offer::Offer;
use super::pace::Pace;
use super::settings::HubSettings;
use crate::digest;

/// What a download does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Bytes come.
    Fetching,
    /// The hub or the network needs a pause before the next try.
    Waiting(Duration),
    /// All bytes of a file are there and are compared with what was announced.
    Checking,
    /// Being made into a model.
    Installing,
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What it does.
    pub phase: Phase,
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Bytes a second lately.
    pub speed: Option<u64>,
    /// Time left at that speed.
    pub left: Option<Duration>,
}

/// What stays the same for all downloads.
#[derive(Debug, Clone)]
pub struct Hub {
    /// Where, who, how patient.
    pub settings: HubSettings,
    /// Checked models.
    pub catalog: Catalog,
    /// Where finished models go.
    pub models_dir: PathBuf,
}

impl Hub {
    /// Fetches what is offered and makes it a model. `accepted` is the licence that the
    /// user said yes to. `report` hears of it at most ten times a second.
    ///
    /// Paused, everything that came stays; cancelled, unfinished files go.
    ///
    /// # Errors
    /// [`HubError::LicenceNotAccepted`] and [`HubError::Exists`] and
    /// [`HubError::NoSpace`] before anything is fetched; or whatever else goes wrong.
    pub fn pull(
        &self,
        control: &Control,
        offer: &Offer,
        accepted: Option<&str>,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Pulled, HubError> {
        if accepted != Some(&offer.listing.licence) {
            return Err(HubError::LicenceNotAccepted {
                licence: offer.listing.licence.clone(),
                page: offer.page.clone(),
            });
        }
        install::place(&self.models_dir, offer)?;
        let cache = RepoCache::new(&self.settings.cache, &offer.listing.repo);
        let result = self.fetch_all(&cache, control, offer, report);
        if matches!(result, Err(HubError::Cancelled)) {
            cache.discard(&offer.files);
        }
        let paths = result?;
        let total = offer.bytes;
        report(Progress {
            phase: Phase::Installing,
            done: total,
            total,
            speed: None,
            left: None,
        });
        install::install(offer, &paths, &self.models_dir)
    }

    fn fetch_all(
        &self,
        cache: &RepoCache,
        control: &Control,
        offer: &Offer,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Vec<PathBuf>, HubError> {
        control.check()?;
        let client = Client::new(&self.settings, control)?;
        self.room(cache, offer)?;
        let mut teller = Teller::new(offer, cache, report);
        let mut paths = Vec::new();
        for file in &offer.files {
            control.check()?;
            let fetch = Fetch {
                client: &client,
                cache,
                listing: &offer.listing,
                file,
                control,
            };
            paths.push(fetch.run(&mut |step| teller.tell(step))?);
            teller.before += file.size;
            self.as_listed(offer, &file.path, paths.last())?;
        }
        if let Some(branch) = &offer.listing.branch {
            cache.point(branch, &offer.listing.commit)?;
        }
        Ok(paths)
    }

    /// Room for what is missing, and for the model that is made of it.
    fn room(&self, cache: &RepoCache, offer: &Offer) -> Result<(), HubError> {
        let missing: u64 = offer.files.iter().map(|f| f.size - cache.have(f)).sum();
        let cache_dir = existing(&self.settings.cache);
        let models_dir = existing(&self.models_dir);
        let same = same_disk(&cache_dir, &models_dir);
        let both = if same { offer.bytes } else { 0 };
        let rooms = [(cache_dir, missing + both), (models_dir, offer.bytes)];
        for (folder, needed) in rooms {
            let free = (self.settings.free_space)(&folder)?;
            if free < needed {
                return Err(HubError::NoSpace {
                    needed,
                    free,
                    place: folder.display().to_string(),
                });
            }
        }
        Ok(())
    }

    /// Small files have git's checksum only; the list's SHA-256 is compared here.
    fn as_listed(&self, offer: &Offer, path: &str, at: Option<&PathBuf>) -> Result<(), HubError> {
        let entry = self.catalog.find(&offer.listing.repo);
        let pinned = entry.filter(|_| offer.listed).and_then(|e| e.file(path));
        let (Some(pinned), Some(at)) = (pinned, at) else {
            return Ok(());
        };
        let known = Checksum::Sha256(pinned.sha256.clone());
        if offer.listing.file(path)?.checksum == known
            || digest::sha256(&fs::read(at)?) == pinned.sha256
        {
            return Ok(());
        }
        Err(HubError::NotAsListed(path.to_owned()))
    }
}

/// The folder, or the nearest one above that is there.
fn existing(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|f| f.is_dir());
    found.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(unix)]
fn same_disk(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path| fs::metadata(path).map(|m: fs::Metadata| m.dev()).ok();
    device(a) == device(b)
}

#[cfg(not(unix))]
fn same_disk(_: &Path, _: &Path) -> bool {
    // Not known: the careful answer.
    true
}

/// Turns a file's steps into the download's progress.
struct Teller<'a> {
    report: &'a mut dyn FnMut(Progress),
    pace: Pace,
    /// Bytes of the files before this one.
    before: u64,
    total: u64,
    last: Progress,
}

impl<'a> Teller<'a> {
    fn new(offer: &Offer, cache: &RepoCache, report: &'a mut dyn FnMut(Progress)) -> Self {
        let have = offer.files.iter().map(|f| cache.have(f)).sum();
        let last = Progress {
            phase: Phase::Fetching,
            done: have,
            total: offer.bytes,
            speed: None,
            left: None,
        };
        report(last);
        Self {
            report,
            pace: Pace::new(Instant::now(), have),
            before: 0,
            total: offer.bytes,
            last,
        }
    }

    fn tell(&mut self, step: Step) {
        let phase = match step {
            Step::Have(_) => Phase::Fetching,
            Step::Waiting(time) => Phase::Waiting(time),
            Step::Checking => Phase::Checking,
        };
        if let Step::Have(bytes) = step {
            self.last.done = (self.before + bytes).min(self.total);
        }
        let due = self.pace.note(Instant::now(), self.last.done);
        if due || phase != self.last.phase {
            self.last.phase = phase;
            self.last.speed = self.pace.speed();
            self.last.left = self.pace.left(self.total - self.last.done);
            (self.report)(self.last);
        }
    }
}
