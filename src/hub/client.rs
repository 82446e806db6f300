//! Requests to the hub. Redirects are followed here and not by ureq, because the
//! first answer names the file (ETag) while another host gives the bytes, and because
//! the token must not leave the hub.

use std::io::Read;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::http::{HeaderMap, Response, Uri};
use ureq::{Agent, Body};

use super::HubError;
use super::checksum::Checksum;
use super::control::Control;
use super::repo::RepoId;
use super::settings::HubSettings;

/// Hops from the hub to the bytes.
const HOPS: usize = 6;
/// Lists of files and search results beyond this are no honest answer.
const LARGEST_LIST: u64 = 32 << 20;

/// What a request is about, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// The model.
    pub(super) repo: Option<&'a RepoId>,
    /// In words, e.g. `file 'a.pkl'`.
    pub(super) what: &'a str,
}

/// A body that begins at a place in a file.
pub(super) struct Part {
    /// Where it begins.
    pub(super) start: u64,
    /// The whole file's size, if told.
    pub(super) size: Option<u64>,
    /// The file's checksum as the hub itself names it now.
    pub(super) checksum: Option<Checksum>,
    /// The bytes.
    pub(super) body: Box<dyn Read + Send>,
}

/// A client for one download, or for one search.
pub(super) struct Client {
    agent: Agent,
    settings: HubSettings,
}

impl Client {
    /// The only place where connections can come from.
    ///
    /// # Errors
    /// [`HubError::Offline`]; then there is no client, so no socket either.
    pub(super) fn new(settings: &HubSettings, control: &Control) -> Result<Self, HubError> {
        if settings.offline {
            return Err(HubError::Offline);
        }
        let patience = &settings.patience;
        let agent: Agent = Agent::config_builder()
            .proxy(settings.proxy.clone())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Ranges count the file's own bytes, not those of a compressed stream.
            .accept_encoding("identity")
            .user_agent(concat!("limner/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .timeout_per_write(Some(patience.silence))
            .build()
            .into();
        control.guard(&agent);
        Ok(Self {
            agent,
            settings: settings.clone(),
        })
    }

    /// How patient.
    pub(super) fn settings(&self) -> &HubSettings {
        &self.settings
    }

    /// Reads a JSON answer of the hub's interface; `path` begins with a slash.
    pub(super) fn json<T: DeserializeOwned>(
        &self,
        path: &str,
        about: About<'_>,
    ) -> Result<T, HubError> {
        let url = format!("{}{path}", self.settings.endpoint);
        let (_, response) = self.get(&url, None, about)?;
        let mut body = response.into_body();
        let reader = body.with_config().limit(LARGEST_LIST).reader();
        let mut text = Vec::new();
        std::io::BufReader::new(reader)
            .read_to_end(&mut text)
            .map_err(|e| self.broken(e))?;
        serde_json::from_slice(&text).map_err(|e| HubError::Odd(format!("no list: {e}")))
    }

    /// Asks for a file from a byte on. A hub that knows no ranges answers from 0 on.
    pub(super) fn part(&self, url: &str, from: u64, about: About<'_>) -> Result<Part, HubError> {
        let range = format!("bytes={from}-");
        let (first, response) = self.get(url, Some(&range), about)?;
        let status = response.status().as_u16();
        let (start, size) = match (status, content_range(response.headers())) {
            (206, Some((start, size))) => (start, size),
            (206, None) => return Err(HubError::Odd("a part without its place".into())),
            _ => (0, content_length(response.headers())),
        };
        Ok(Part {
            start,
            size,
            checksum: first,
            body: Box::new(response.into_body().into_reader()),
        })
    }

    /// Goes from hop to hop; what the hub itself says of the file, and the last answer.
    fn get(
        &self,
        url: &str,
        range: Option<&str>,
        about: About<'_>,
    ) -> Result<(Option<Checksum>, Response<Body>), HubError> {
        let odd = |e: &dyn std::fmt::Display| HubError::Odd(e.to_string());
        let home: Uri = self.settings.endpoint.parse().map_err(|e| odd(&e))?;
        let mut at: Uri = url.parse().map_err(|e| odd(&e))?;
        let mut named = None;
        for _ in 0..HOPS {
            let mut request = self.agent.get(&at);
            if let Some(range) = range {
                request = request.header("Range", range);
            }
            if let Some(token) = &self.settings.token
                && origin(&at) == origin(&home)
            {
                request = request.header("Authorization", format!("Bearer {}", token.0));
            }
            let response = request.call().map_err(|e| self.unreached(e, &at))?;
            if origin(&at) == origin(&home) {
                named = file_name(response.headers()).or(named);
            }
            let status = response.status();
            if status.is_redirection() && status != 304 {
                at = next(&at, response.headers())?;
            } else if status.is_success() {
                return Ok((named, response));
            } else {
                return Err(self.refused(status.as_u16(), response.headers(), about));
            }
        }
        Err(HubError::Odd(
            "it sends from one address to the next".into(),
        ))
    }

    /// A status that is no success, in words.
    fn refused(&self, status: u16, headers: &HeaderMap, about: About<'_>) -> HubError {
        let repo = || about.repo.map_or_else(String::new, ToString::to_string);
        let page = || match about.repo {
            Some(repo) => format!("{}/{repo}", self.settings.endpoint),
            None => self.settings.endpoint.clone(),
        };
        let code = text(headers, "x-error-code").unwrap_or_default();
        match (status, code) {
            (401 | 403, "GatedRepo") => HubError::Gated {
                repo: repo(),
                page: page(),
            },
            // Without a token the hub answers so for models that don't exist.
            (401 | 404, "RepoNotFound") => HubError::NotFound(format!("model '{}'", repo())),
            (404, "RevisionNotFound") => {
                HubError::NotFound(format!("such version of '{}'", repo()))
            }
            (401 | 403, _) => HubError::Denied {
                repo: repo(),
                page: page(),
            },
            // Less is there than has been fetched already.
            (416, _) => HubError::Changed(about.what.to_owned()),
            (404 | 410, _) => HubError::NotFound(about.what.to_owned()),
            (429, _) => self.wait(headers, self.settings.patience.pause),
            (500..=599, _) if headers.contains_key("retry-after") => {
                self.wait(headers, self.settings.patience.pause)
            }
            (408 | 500..=599, _) => HubError::Trouble(status),
            _ => HubError::Odd(format!("status {status}")),
        }
    }

    fn wait(&self, headers: &HeaderMap, otherwise: Duration) -> HubError {
        let asked = text(headers, "retry-after").and_then(|t| t.trim().parse().ok());
        let wait = asked.map_or(otherwise, Duration::from_secs);
        if wait > self.settings.patience.longest_wait {
            HubError::Busy(wait)
        } else {
            HubError::Wait(wait)
        }
    }

    fn unreached(&self, error: ureq::Error, at: &Uri) -> HubError {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                HubError::Unreachable(format!("{} doesn't answer", at.host().unwrap_or("it")))
            }
            ureq::Error::Timeout(_) => HubError::Stalled(self.settings.patience.silence),
            ureq::Error::HostNotFound => {
                HubError::Unreachable(format!("{} isn't known", at.host().unwrap_or("it")))
            }
            ureq::Error::BadUri(what) => HubError::Odd(what),
            other => HubError::Unreachable(other.to_string()),
        }
    }

    /// A body that ended with an error.
    pub(super) fn broken(&self, error: std::io::Error) -> HubError {
        if error.kind() == std::io::ErrorKind::TimedOut {
            HubError::Stalled(self.settings.patience.silence)
        } else {
            HubError::Cut
        }
    }
}

/// Where a redirect leads. Never from an encrypted connection to an open one.
fn next(at: &Uri, headers: &HeaderMap) -> Result<Uri, HubError> {
    let odd = || HubError::Odd("a redirect to nowhere".into());
    let to = text(headers, "location").ok_or_else(odd)?;
    let scheme = at.scheme_str().unwrap_or("https");
    let full = if to.starts_with("//") {
        format!("{scheme}:{to}")
    } else if to.starts_with('/') {
        let host = at.authority().map_or("", |a| a.as_str());
        format!("{scheme}://{host}{to}")
    } else {
        to.to_owned()
    };
    let to: Uri = full.parse().map_err(|_| odd())?;
    match (scheme, to.scheme_str()) {
        (_, Some("https")) | ("http", Some("http")) => Ok(to),
        ("https", Some("http")) => Err(HubError::Odd("a redirect to an open connection".into())),
        _ => Err(odd()),
    }
}

fn origin(uri: &Uri) -> (Option<&str>, Option<String>, Option<u16>) {
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (None, Some("https")) => Some(443),
        (None, Some("http")) => Some(80),
        (port, _) => port,
    };
    (uri.scheme_str(), uri.host().map(str::to_lowercase), port)
}

/// The checksum in the hub's own answer; for large files that other hosts give out it
/// stands in `X-Linked-Etag`.
fn file_name(headers: &HeaderMap) -> Option<Checksum> {
    let etag = text(headers, "x-linked-etag").or_else(|| text(headers, "etag"));
    Checksum::from_etag(etag?)
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    text(headers, "content-length")?.trim().parse().ok()
}

/// `bytes 5-9/10`: where it begins, and the whole size.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let (range, size) = text(headers, "content-range")?
        .strip_prefix("bytes ")?
        .split_once('/')?;
    let start = range.split('-').next()?.trim().parse().ok()?;
    Some((start, size.trim().parse().ok()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(from: &str, location: &str) -> Result<String, HubError> {
        let mut headers = HeaderMap::new();
        headers.insert("location", location.parse().unwrap());
        next(&from.parse().unwrap(), &headers).map(|uri| uri.to_string())
    }

    #[test]
    fn redirects_lead_where_they_say() {
        assert_eq!(to("https://hub/a", "/b?c").unwrap(), "https://hub/b?c");
        assert_eq!(to("https://hub/a", "//cdn/b").unwrap(), "https://cdn/b");
        assert_eq!(
            to("http://hub/a", "https://cdn/b").unwrap(),
            "https://cdn/b"
        );
        assert!(to("https://hub/a", "http://cdn/b").is_err());
        assert!(to("https://hub/a", "file:///etc/passwd").is_err());
    }

    #[test]
    fn one_origin_is_scheme_host_and_port() {
        let o = |text: &str| text.parse::<Uri>().unwrap();
        assert_eq!(origin(&o("https://Hub/a")), origin(&o("https://hub:443/b")));
        assert_ne!(origin(&o("https://hub/a")), origin(&o("http://hub/a")));
        assert_ne!(origin(&o("http://h:1/a")), origin(&o("http://h:2/a")));
    }
}
