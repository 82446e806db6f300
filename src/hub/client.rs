//! Questions to the hub's routes.

use std::io::Read;
use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Deserialize;
use ureq::config::AutoHeaderValue;
use ureq::http::Response;
use ureq::{Agent, Body, Proxy};

use super::catalog::Catalog;
use super::config::HubConfig;
use super::error::HubError;
use super::licence::{self, Card};
use super::pace::Pace;
use super::proxy;
use super::redirect::{self, WebOrigin};
use crate::cancel::CancelToken;

/// Longer answers than this are no lists of files.
const MOST_ANSWER: u64 = 16 << 20;

/// A door to the hub.
pub struct Hub {
    pub(super) config: HubConfig,
    pub(super) catalog: Catalog,
    agent: Agent,
    /// The proxy in use; refused ones are told when something is asked for.
    proxy: Option<Proxy>,
    /// Cancelled when the door is shut.
    pub(super) halted: CancelToken,
}

/// Breaks off what a door is at, from another thread.
#[derive(Clone)]
pub(super) struct Halt {
    agent: Agent,
    halted: CancelToken,
}

impl Halt {
    /// Ends waiting and reading at once; the door stays shut.
    pub(super) fn halt(self) {
        self.halted.cancel();
        self.agent.shutdown();
    }
}

/// A repository that a search found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Found {
    /// `owner/name`.
    pub id: String,
    /// How often it was downloaded lately.
    #[serde(default)]
    pub downloads: u64,
    /// Tags, the licence among them as `license:…`.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Found {
    /// The licence that its card names.
    pub fn licence(&self) -> Option<&str> {
        self.tags
            .iter()
            .find_map(|tag| tag.strip_prefix("license:"))
    }
}

/// A repository at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Repo {
    /// `owner/name`.
    pub id: String,
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// What was asked for, `main` or another name.
    pub revision: String,
    /// As its card says; `unknown` where it doesn't.
    pub licence: String,
    /// SHA-256, hex, of what says what the licence is; another one means: read it again.
    pub licence_text: String,
    /// Whether access has to be asked for.
    pub gated: bool,
    /// Its files.
    pub files: Vec<RemoteFile>,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteFile {
    /// Path in the repository.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content, for large files.
    pub sha256: Option<String>,
    /// Git's hash of the content, for small ones.
    pub blob: Option<String>,
}

impl RemoteFile {
    /// The name of its blob in the cache: the hash that the hub's ETag carries.
    pub fn etag(&self) -> Option<&str> {
        self.sha256.as_deref().or(self.blob.as_deref())
    }
}

#[derive(Deserialize)]
struct Info {
    sha: String,
    #[serde(default)]
    siblings: Vec<Sibling>,
    #[serde(rename = "cardData", default)]
    card: Option<Card>,
    #[serde(default)]
    gated: serde_json::Value,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(rename = "blobId", default)]
    blob: Option<String>,
    #[serde(default)]
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

impl Hub {
    /// A door that nobody has gone through yet.
    pub fn new(config: HubConfig) -> Self {
        let policy = &config.retry_policy;
        let proxy = config.proxy.as_ref().and_then(|p| p.open().ok());
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Followed here: ureq's way knows hosts, but no ports and no loops.
            .max_redirects(0)
            .timeout_connect(Some(policy.connect))
            .timeout_per_read(Some(policy.stall))
            .timeout_recv_response(Some(policy.stall.max(policy.connect)))
            // `hf-hub` turns ureq's gzip on for all; a part of a packed file is no part of
            // the file.
            .accept_encoding(AutoHeaderValue::None)
            // Never ureq's own choice: it takes any variable for any scheme.
            .proxy(proxy.clone())
            .user_agent(concat!("limner/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self {
            config,
            catalog: Catalog::shipped(),
            agent,
            proxy,
            halted: CancelToken::new(),
        }
    }

    /// The same door, with another list than the one that ships.
    pub fn with_catalog(self, catalog: Catalog) -> Self {
        Self { catalog, ..self }
    }

    /// For stopping from another thread.
    pub(super) fn halt(&self) -> Halt {
        Halt {
            agent: self.agent.clone(),
            halted: self.halted.clone(),
        }
    }

    /// Repositories of models that fit some words, most downloaded first.
    ///
    /// # Errors
    /// [`HubError`], as for every question.
    pub fn search(&self, words: &str, most: usize) -> Result<Vec<Found>, HubError> {
        let escaped = escaped(words);
        let path = format!("/api/models?search={escaped}&sort=downloads&direction=-1&limit={most}");
        self.json(&path, words)
    }

    /// What a repository holds at a revision.
    ///
    /// # Errors
    /// [`HubError::BadName`] before anything is asked; [`HubError`] otherwise.
    pub fn look(&self, id: &str, revision: &str) -> Result<Repo, HubError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let part = |part: &str| {
            !part.is_empty() && part.chars().all(plain) && !part.chars().all(|c| c == '.')
        };
        let named = id.split_once('/');
        if !named.is_some_and(|(owner, name)| part(owner) && part(name)) {
            return Err(HubError::BadName(id.to_owned()));
        }
        let escaped = escaped(revision);
        let path = format!("/api/models/{id}/revision/{escaped}?blobs=true");
        let info: Info = self.json(&path, id)?;
        if info.sha.len() != 40 || !info.sha.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(HubError::BadAnswer("it names no commit".into()));
        }
        let files: Vec<RemoteFile> = info.siblings.into_iter().filter_map(file_of).collect();
        Ok(Repo {
            id: id.to_owned(),
            commit: info.sha,
            revision: revision.to_owned(),
            licence: licence::name_of(info.card.as_ref()),
            licence_text: licence::text_hash(info.card.as_ref(), &files),
            gated: !matches!(
                info.gated,
                serde_json::Value::Null | serde_json::Value::Bool(false)
            ),
            files,
        })
    }

    fn json<T: serde::de::DeserializeOwned>(&self, path: &str, what: &str) -> Result<T, HubError> {
        let url = format!("{}{path}", self.config.endpoint);
        let mut answer = self.get(&url, what, None, &mut || true)?;
        let mut reader = answer.response.body_mut().as_reader();
        let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 14]);
        let mut pace = Pace::new();
        loop {
            let read = reader.read(&mut buffer).map_err(|e| self.broken(&e))?;
            if read == 0 {
                break;
            }
            text.extend_from_slice(&buffer[..read]);
            if text.len() as u64 > MOST_ANSWER {
                return Err(HubError::BadAnswer("it never ends".into()));
            }
            if pace.is_too_slow(read as u64, &self.config.retry_policy) {
                return Err(self.too_slow());
            }
        }
        serde_json::from_slice(&text).map_err(|e| HubError::BadAnswer(e.to_string()))
    }

    /// Asks for a URL, from a byte on if `from` says so, again and again while that may
    /// help. `go_on` is asked while it waits.
    pub(super) fn get(
        &self,
        url: &str,
        what: &str,
        from: Option<u64>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Answer, HubError> {
        if self.config.offline {
            return Err(HubError::Offline);
        }
        if let (None, Some(refused)) = (&self.proxy, &self.config.proxy) {
            refused.open()?;
        }
        let policy = &self.config.retry_policy;
        let mut wait = policy.backoff;
        let mut left = policy.tries.max(1);
        loop {
            left -= 1;
            let error = match self.ask(url, from) {
                Ok(answer) => match answer.response.status().as_u16() {
                    200..=299 | 416 => return Ok(answer),
                    401 => return Err(self.who(what)),
                    403 => return Err(HubError::Forbidden(what.to_owned())),
                    404 => return Err(HubError::NotFound(what.to_owned())),
                    429 => {
                        let asked = retry_after(&answer.response).unwrap_or(wait);
                        if asked > policy.longest_wait {
                            return Err(HubError::TooMany(asked));
                        }
                        wait = asked;
                        HubError::TooMany(asked)
                    }
                    code @ 500..=599 => HubError::BadAnswer(format!("status {code}")),
                    code => return Err(HubError::BadAnswer(format!("status {code}"))),
                },
                Err(Failed::ForGood(error)) => return Err(error),
                Err(Failed::ForNow(error)) => error,
            };
            if left == 0 {
                return Err(error);
            }
            rest(wait, &mut || !self.halted.is_cancelled() && go_on())?;
            wait = (wait * 2).min(policy.longest_wait);
        }
    }

    /// Asks once, and goes where the answers send. Only the hub itself sees the token:
    /// its scheme, its host, its port.
    fn ask(&self, url: &str, from: Option<u64>) -> Result<Answer, Failed> {
        let home = WebOrigin::of(&self.config.endpoint);
        let mut been: Vec<String> = Vec::new();
        let mut here = url.to_owned();
        let mut linked = None;
        loop {
            let mut request = self.agent.get(&here);
            let at_home = home.is_some() && WebOrigin::of(&here) == home;
            if let Some(token) = &self.config.token
                && at_home
            {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            if let Some(from) = from {
                request = request.header("Range", format!("bytes={from}-"));
            }
            let response = request.call().map_err(|error| self.failed(&error))?;
            linked = tag(&response, "X-Linked-Etag").or(linked);
            if !redirect::sends_on(response.status().as_u16()) {
                let etag = linked.or_else(|| tag(&response, "ETag").filter(|_| at_home));
                return Ok(Answer { response, etag });
            }
            let location = response.headers().get("Location");
            let location = location.and_then(|l| l.to_str().ok()).unwrap_or_default();
            let Some(there) = redirect::next(&here, location) else {
                let line = format!("it sends on to '{location}'");
                return Err(Failed::ForGood(HubError::BadAnswer(line)));
            };
            been.push(std::mem::replace(&mut here, there));
            if been.contains(&here) || been.len() > redirect::MOST_HOPS {
                return Err(Failed::ForGood(HubError::Circle(url.to_owned())));
            }
        }
    }

    /// What became of a question that got no answer.
    fn failed(&self, error: &ureq::Error) -> Failed {
        match error {
            // It won't think otherwise a second later.
            ureq::Error::ConnectProxyFailed(reason) => Failed::ForGood(HubError::Proxy {
                proxy: self.proxy_on_the_way().unwrap_or_default(),
                reason: proxy::refusal(reason),
            }),
            // A certificate that isn't right, say.
            ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                Failed::ForGood(self.broken(error))
            }
            ureq::Error::Io(_)
            | ureq::Error::Timeout(_)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed => Failed::ForNow(self.broken(error)),
            // Headers without an end, an answer that is no HTTP: the same next time.
            other => Failed::ForGood(HubError::BadAnswer(other.to_string())),
        }
    }

    /// Fewer bytes came than anybody can wait for.
    pub(super) fn too_slow(&self) -> HubError {
        HubError::TooSlow {
            host: self.config.endpoint.clone(),
            slowest: self.config.retry_policy.slowest,
        }
    }

    fn who(&self, what: &str) -> HubError {
        match self.config.token {
            Some(_) => HubError::Forbidden(what.to_owned()),
            None => HubError::NeedsToken(what.to_owned()),
        }
    }

    fn proxy_on_the_way(&self) -> Option<String> {
        proxy::on_the_way(self.proxy.as_ref(), &self.config.endpoint)
    }

    pub(super) fn broken(&self, error: &dyn std::fmt::Display) -> HubError {
        let host = &self.config.endpoint;
        HubError::Connection {
            host: match self.proxy_on_the_way() {
                Some(proxy) => format!("{host} through the proxy {proxy}"),
                None => host.clone(),
            },
            reason: error.to_string(),
        }
    }
}

/// An answer, from wherever it came at last.
pub(super) struct Answer {
    pub(super) response: Response<Body>,
    /// The content's hash as the hub has it. Other stores, to which it sends on, have tags of their
    /// own, which may look the same and say something else.
    pub(super) etag: Option<String>,
}

/// A tag of a content, without what goes around it.
fn tag(response: &Response<Body>, header: &str) -> Option<String> {
    let text = response.headers().get(header)?.to_str().ok()?;
    Some(text.trim_start_matches("W/").trim_matches('"').to_owned())
}

/// A question without an answer.
enum Failed {
    /// May go better next time.
    ForNow(HubError),
    /// Goes the same way every time.
    ForGood(HubError),
}

/// Sleeps in small pieces, so that a stop is heard.
pub(super) fn rest(time: Duration, go_on: &mut dyn FnMut() -> bool) -> Result<(), HubError> {
    let end = Instant::now() + time;
    loop {
        if !go_on() {
            return Err(HubError::Stopped);
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}

fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let value = response.headers().get("Retry-After")?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// What stays as it is in a part of an address (RFC 3986, unreserved characters).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A part of an address, percent-encoded.
pub(super) fn escaped(part: &str) -> PercentEncode<'_> {
    utf8_percent_encode(part, PLAIN)
}

/// Names that would leave the snapshot's folder are left out.
fn file_of(sibling: Sibling) -> Option<RemoteFile> {
    let parts = std::path::Path::new(&sibling.rfilename).components();
    let inside = parts
        .into_iter()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    let hash = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let sha256 = sibling.lfs.as_ref().map(|lfs| lfs.sha256.to_lowercase());
    (inside && !sibling.rfilename.is_empty() && !sibling.rfilename.contains('\\')).then(|| {
        RemoteFile {
            size: sibling
                .lfs
                .as_ref()
                .map_or(sibling.size.unwrap_or(0), |lfs| lfs.size),
            sha256: sha256.filter(|text| hash(text, 64)),
            blob: match sibling.lfs {
                // Git's hash is of the pointer then.
                Some(_) => None,
                None => sibling.blob.filter(|text| hash(text, 40)),
            },
            name: sibling.rfilename,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_folder() {
        let named = |name: &str| Sibling {
            rfilename: name.into(),
            size: Some(1),
            blob: Some("a".repeat(40)),
            lfs: None,
        };
        assert!(file_of(named("a/b.safetensors")).is_some());
        for bad in ["../a", "/etc/passwd", "a/../../b", "", "..\\a"] {
            assert!(file_of(named(bad)).is_none(), "{bad}");
        }
        let hub = Hub::new(HubConfig {
            offline: true,
            ..HubConfig::from_env()
        });
        for bad in ["", "name", "../..", "a/b/c", "a b/c", "./.."] {
            let refused = hub.look(bad, "main");
            assert!(matches!(refused, Err(HubError::BadName(_))), "{bad}");
        }
        assert!(matches!(hub.look("a/b", "main"), Err(HubError::Offline)));
    }
}
