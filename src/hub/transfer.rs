//! One file into the cache: goes on where it was cut, stops when told, and is whole
//! and hashed before it gets its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha1::{Digest, Sha1};
use ureq::Body;
use ureq::http::Response;

use super::cache::RepoCache;
use super::client::{Answer, Hub, RemoteFile, Repo, escaped, rest};
use super::error::HubError;
use super::pace::Pace;
use crate::digest;

/// How often progress is told and a stop is heard.
const TELL: Duration = Duration::from_millis(100);
/// Room that stays free beside the file.
const SPARE: u64 = 64 << 20;

/// What the watcher wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    GoOn,
    /// Stop; what has come is kept.
    Stop,
}

/// How far a file is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Its name.
    pub file: String,
    /// Bytes there.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Bytes a second, lately.
    pub speed: f64,
    /// Time left at that speed.
    pub left: Option<Duration>,
}

/// Told how far it is; says whether to go on.
pub type Watch<'a> = dyn FnMut(&Progress) -> Flow + 'a;

impl Hub {
    /// Brings a file into the cache and returns its place in the snapshot. What is
    /// there already is hashed and not asked for again.
    ///
    /// # Errors
    /// [`HubError`]; nothing that isn't whole ever has a blob's name.
    pub fn fetch(
        &self,
        repo: &Repo,
        file: &RemoteFile,
        watch: &mut Watch<'_>,
    ) -> Result<PathBuf, HubError> {
        let etag = file
            .etag()
            .ok_or_else(|| HubError::NoHash(file.name.clone()))?;
        let cache = RepoCache::new(&self.config.cache, &repo.id);
        let blob = cache.blob(etag);
        if !is_whole(&blob, file)? {
            let held = cache.lock(etag)?;
            let Some(_held) = held else {
                return Err(HubError::Busy(file.name.clone()));
            };
            let part = cache.incomplete(etag);
            check_room(&self.config.cache, file, &part)?;
            self.fill(repo, file, &part, watch)?;
            if !is_whole(&part, file)? {
                fs::remove_file(&part)?;
                return Err(HubError::WrongBytes(file.name.clone()));
            }
            File::open(&part)?.sync_all()?;
            fs::rename(&part, &blob)?;
            #[cfg(unix)]
            if let Some(folder) = blob.parent() {
                File::open(folder)?.sync_all()?;
            }
        }
        let path = cache.place(repo, file, etag)?;
        if !same_file(&path, &blob) && !is_whole(&path, file)? {
            // Something else lies in the file's place.
            fs::remove_file(&path)?;
            return Ok(cache.place(repo, file, etag)?);
        }
        Ok(path)
    }

    /// Asks for what is missing until nothing is.
    fn fill(
        &self,
        repo: &Repo,
        file: &RemoteFile,
        part: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<(), HubError> {
        let parts = file.name.split('/').map(|part| escaped(part).to_string());
        let name = parts.collect::<Vec<_>>().join("/");
        let url = format!(
            "{}/{}/resolve/{}/{name}",
            self.config.endpoint, repo.id, repo.commit
        );
        let policy = &self.config.retry_policy;
        let mut rate = TransferRate::new(file, length(part));
        let mut left = policy.tries.max(1);
        let mut wait = policy.backoff;
        let mut pace = Pace::new();
        loop {
            let have = length(part);
            if have == file.size && part.exists() {
                return Ok(());
            }
            let from = (have > 0 && have < file.size).then_some(have);
            let mut go_on = || watch(&rate.progress(have)) == Flow::GoOn;
            let asked = Instant::now();
            let answer = self.get(&url, &repo.id, from, &mut go_on)?;
            let patient = policy.connect + policy.stall;
            pace.leave_out(asked.elapsed().saturating_sub(patient));
            let start = match start_of(&answer, from, file) {
                Some(start) => start,
                None => {
                    // Another file under the same name, or a range that isn't ours.
                    File::create(part)?;
                    left -= 1;
                    if left == 0 {
                        let line = format!("'{}' changes while it is fetched", file.name);
                        return Err(HubError::BadAnswer(line));
                    }
                    continue;
                }
            };
            let mut out = open_part(part, start)?;
            let mut transfer = Transfer {
                file,
                part,
                rate: &mut rate,
                pace: &mut pace,
                watch: &mut *watch,
            };
            let error = match self.append(answer.response, &mut out, start, &mut transfer) {
                Ok(()) => continue,
                Err(Cut::Hub(error)) => return Err(error),
                Err(Cut::Line(error)) => error,
            };
            if pace.is_too_slow(0, policy) {
                return Err(self.too_slow());
            }
            // A line that breaks but brings something is no reason to give up.
            if length(part) > have {
                (left, wait) = (policy.tries.max(1), policy.backoff);
                continue;
            }
            left -= 1;
            if left == 0 {
                return Err(self.broken(&error));
            }
            rest(wait, &mut || watch(&rate.progress(have)) == Flow::GoOn)?;
            wait = (wait * 2).min(policy.longest_wait);
        }
    }

    fn append(
        &self,
        mut response: Response<Body>,
        out: &mut File,
        start: u64,
        transfer: &mut Transfer<'_, '_>,
    ) -> Result<(), Cut> {
        let file = transfer.file;
        let mut done = start;
        let mut body = response.body_mut().with_config().limit(u64::MAX).reader();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) if done < file.size => {
                    return Err(Cut::Line(io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) => return Err(Cut::Line(error)),
            };
            done += read as u64;
            if done > file.size {
                fs::remove_file(transfer.part)?;
                return Err(Cut::Hub(HubError::WrongBytes(file.name.clone())));
            }
            out.write_all(&buffer[..read])?;
            let policy = &self.config.retry_policy;
            if done < file.size && transfer.pace.is_too_slow(read as u64, policy) {
                return Err(Cut::Hub(self.too_slow()));
            }
            let rate = &mut *transfer.rate;
            if rate.due(done) && (transfer.watch)(&rate.progress(done)) == Flow::Stop {
                return Err(Cut::Hub(HubError::Stopped));
            }
        }
    }
}

/// A file on its way.
struct Transfer<'a, 'w> {
    file: &'a RemoteFile,
    part: &'a Path,
    rate: &'a mut TransferRate,
    pace: &'a mut Pace,
    watch: &'a mut Watch<'w>,
}

/// The bytes that came so far, to write on; from `start` on.
fn open_part(part: &Path, start: u64) -> io::Result<File> {
    let out = OpenOptions::new().create(true).append(true).open(part)?;
    if start == 0 {
        out.set_len(0)?;
    }
    Ok(out)
}

/// Whether two names are those of one file.
fn same_file(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| path.canonicalize().ok();
    place(a).is_some_and(|a| Some(a) == place(b))
}

/// Why a transfer ended early.
enum Cut {
    /// For good.
    Hub(HubError),
    /// The line broke; may be tried again.
    Line(io::Error),
}

impl From<io::Error> for Cut {
    fn from(error: io::Error) -> Self {
        Self::Hub(error.into())
    }
}

/// The byte with which an answer begins; `None` if it is of another file, or doesn't
/// begin where we asked.
fn start_of(answer: &Answer, from: Option<u64>, file: &RemoteFile) -> Option<u64> {
    let response = &answer.response;
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    if let (Some(theirs), Some(ours)) = (&answer.etag, file.etag())
        // Mirrors may have tags of another kind.
        && theirs.len() == ours.len()
        && !theirs.eq_ignore_ascii_case(ours)
    {
        return None;
    }
    match response.status().as_u16() {
        // The whole, whatever we asked for.
        200 => Some(0),
        206 => {
            let range = header("Content-Range")?.strip_prefix("bytes ")?;
            let start: u64 = range.split('-').next()?.trim().parse().ok()?;
            (Some(start) == from).then_some(start)
        }
        _ => None,
    }
}

fn length(file: &Path) -> u64 {
    file.metadata().map_or(0, |meta| meta.len())
}

/// Whether an open file, of this SHA-256, is the one that the hub tells of.
pub(super) fn is_the_one(open: &mut File, sha256: &str, file: &RemoteFile) -> io::Result<bool> {
    if open.metadata()?.len() != file.size {
        return Ok(false);
    }
    match (&file.sha256, &file.blob) {
        (Some(told), _) => Ok(told.eq_ignore_ascii_case(sha256)),
        (None, Some(blob)) => {
            open.seek(SeekFrom::Start(0))?;
            Ok(git_blob(open, file.size)?.eq_ignore_ascii_case(blob))
        }
        (None, None) => Ok(false),
    }
}

/// Whether a file has the length and the hash that the hub tells.
fn is_whole(path: &Path, file: &RemoteFile) -> Result<bool, HubError> {
    let Ok(open) = File::open(path) else {
        return Ok(false);
    };
    if length(path) != file.size {
        return Ok(false);
    }
    let mut reader = BufReader::with_capacity(1 << 20, open);
    match (&file.sha256, &file.blob) {
        (Some(sha256), _) => Ok(digest::sha256_of(&mut reader)? == *sha256),
        (None, Some(blob)) => Ok(git_blob(&mut reader, file.size)?.eq_ignore_ascii_case(blob)),
        (None, None) => Err(HubError::NoHash(file.name.clone())),
    }
}

/// Git's hash of a content of this size, hexadecimal.
fn git_blob(content: &mut impl Read, size: u64) -> io::Result<String> {
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {size}\0"));
    io::copy(content, &mut hasher)?;
    Ok(digest::hex(&hasher.finalize()))
}

fn check_room(cache: &Path, file: &RemoteFile, part: &Path) -> Result<(), HubError> {
    let needed = file.size.saturating_sub(length(part));
    let free = fs4::available_space(cache)?;
    if needed + SPARE > free {
        let (needed, free) = ((needed + SPARE) >> 20, free >> 20);
        return Err(HubError::NoRoom { needed, free });
    }
    Ok(())
}

/// Speed over the last seconds.
struct TransferRate {
    file: String,
    total: u64,
    told: Instant,
    since: Instant,
    from: u64,
    speed: f64,
}

impl TransferRate {
    fn new(file: &RemoteFile, have: u64) -> Self {
        let now = Instant::now();
        Self {
            file: file.name.clone(),
            total: file.size,
            told: now,
            since: now,
            from: have,
            speed: 0.0,
        }
    }

    /// Whether it is time to tell; measures on the way.
    fn due(&mut self, done: u64) -> bool {
        let now = Instant::now();
        let spent = (now - self.since).as_secs_f64();
        if spent >= 0.5 {
            let seen = done.saturating_sub(self.from) as f64 / spent;
            self.speed = if self.speed > 0.0 {
                0.7 * self.speed + 0.3 * seen
            } else {
                seen
            };
            (self.since, self.from) = (now, done);
        }
        let due = done == self.total || now - self.told >= TELL;
        if due {
            self.told = now;
        }
        due
    }

    fn progress(&self, done: u64) -> Progress {
        let missing = self.total.saturating_sub(done) as f64;
        Progress {
            file: self.file.clone(),
            done,
            total: self.total,
            speed: self.speed,
            left: (self.speed > 0.0).then(|| Duration::from_secs_f64(missing / self.speed)),
        }
    }
}
