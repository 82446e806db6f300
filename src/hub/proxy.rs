//! The proxy between us and the hub, as the usual variables name it.

use ureq::http::Uri;
use ureq::{Proxy, ProxyProtocol};

use super::error::HubError;

/// A proxy and the hosts that are reached without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyConfig {
    /// `http://name:password@host:port`; only the host is needed.
    pub url: String,
    /// As in `NO_PROXY`: hosts with all that is below them, or `*`.
    pub except: Vec<String>,
}

impl ProxyConfig {
    /// The one for `endpoint`: `HTTPS_PROXY` or `HTTP_PROXY` by its scheme, else
    /// `ALL_PROXY`; all of them in small letters as well.
    pub(super) fn from_vars(endpoint: &str, var: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let either = |name: &str| var(&name.to_lowercase()).or_else(|| var(name));
        let own = match endpoint.starts_with("http:") {
            true => either("HTTP_PROXY"),
            false => either("HTTPS_PROXY"),
        };
        let url = own.or_else(|| either("ALL_PROXY"))?.trim().to_owned();
        let except = either("NO_PROXY").unwrap_or_default();
        let except = except.split([',', ' ']).map(str::trim);
        Some(Self {
            url,
            except: except
                .filter(|host| !host.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Ready for use.
    ///
    /// # Errors
    /// [`HubError::Proxy`] for what is no address of a proxy that we can speak to.
    pub(super) fn open(&self) -> Result<Proxy, HubError> {
        let refused = |reason: &str| HubError::Proxy {
            proxy: without_login(&self.url).to_owned(),
            reason: reason.to_owned(),
        };
        let given = Proxy::new(&self.url)
            .map_err(|_| refused("it should look like http://name:password@host:port"))?;
        let protocol = given.protocol();
        if !matches!(protocol, ProxyProtocol::Http | ProxyProtocol::Https) {
            return Err(refused("Limner speaks to HTTP proxies, not to SOCKS ones"));
        }
        let mut proxy = Proxy::builder(protocol)
            .host(given.host())
            .port(given.port());
        if let Some(name) = given.username() {
            proxy = proxy.username(name);
        }
        if let Some(password) = given.password() {
            proxy = proxy.password(password);
        }
        for host in &self.except {
            for host in hosts(host) {
                proxy = proxy.no_proxy(&host);
            }
        }
        proxy.build().map_err(|_| refused("it can't be used"))
    }
}

/// A host of `NO_PROXY`, and what is below it, as ureq wants it.
fn hosts(host: &str) -> Vec<String> {
    if host == "*" {
        return vec![host.to_owned()];
    }
    let port = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((name, digits)) if port(digits) && !name.contains(':') => name,
        _ => host,
    };
    let host = host.trim_start_matches('*').trim_start_matches('.');
    vec![host.to_owned(), format!(".{host}")]
}

/// An address for people to read: name and password are nobody's business.
fn without_login(url: &str) -> &str {
    let address = url.rsplit_once('@').map_or(url, |(_, address)| address);
    let address = address.split_once("://").map_or(address, |(_, a)| a);
    address.trim_end_matches('/')
}

/// Host and port of a proxy, if `endpoint` is reached through it.
pub(super) fn on_the_way(proxy: Option<&Proxy>, endpoint: &str) -> Option<String> {
    let (proxy, uri) = (proxy?, endpoint.parse::<Uri>().ok()?);
    (!proxy.is_no_proxy(&uri)).then(|| format!("{}:{}", proxy.host(), proxy.port()))
}

/// What a proxy that refuses wants, in words.
pub(super) fn refusal(reason: &str) -> String {
    match reason.contains("407") {
        true => "it wants a name and a password; write them into the variable as \
                 http://name:password@host:port"
            .to_owned(),
        false => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(endpoint: &str, pairs: &[(&str, &str)]) -> Option<ProxyConfig> {
        ProxyConfig::from_vars(endpoint, &|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_scheme_chooses_the_variable() {
        let url = |endpoint, pairs: &[(&str, &str)]| found(endpoint, pairs).map(|p| p.url);
        let all = [
            ("HTTP_PROXY", "plain:1"),
            ("https_proxy", "safe:2"),
            ("ALL_PROXY", "any:3"),
        ];
        assert_eq!(url("https://hub", &all).as_deref(), Some("safe:2"));
        assert_eq!(url("http://hub", &all).as_deref(), Some("plain:1"));
        assert_eq!(url("http://hub", &all[1..]).as_deref(), Some("any:3"));
        assert_eq!(url("https://hub", &all[..1]), None);
    }

    #[test]
    fn hosts_without_proxy_take_theirs_below_along() {
        let pairs = [
            ("ALL_PROXY", "p:1"),
            ("NO_PROXY", "example.org, .inside:80,127.0.0.1"),
        ];
        let proxy = found("https://hub", &pairs).unwrap().open().unwrap();
        let way = |url: &str| on_the_way(Some(&proxy), url);
        for url in [
            "http://example.org",
            "https://a.example.org/x",
            "http://b.inside:80",
            "http://127.0.0.1:9",
        ] {
            assert_eq!(way(url), None, "{url}");
        }
        assert_eq!(way("https://notexample.org").as_deref(), Some("p:1"));
    }

    #[test]
    fn what_is_no_proxy_for_us_is_told_without_the_password() {
        for (url, word) in [
            ("socks5://me:secret@host:1", "SOCKS"),
            ("ftp://me:secret@host", "look like"),
        ] {
            let config = ProxyConfig {
                url: url.into(),
                except: Vec::new(),
            };
            let line = config.open().unwrap_err().to_string();
            assert!(line.contains(word) && !line.contains("secret"), "{line}");
        }
    }
}
