//! Where an answer sends us on to, and who may see the token.

use ureq::http::Uri;

/// Hops from one address to the next that are followed.
pub(super) const MOST_HOPS: usize = 10;

/// Scheme, host and port: whom a token is for (RFC 6454).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebOrigin {
    scheme: String,
    host: String,
    port: u16,
}

impl WebOrigin {
    /// Of an address; `None` for what is neither `http` nor `https`.
    pub(super) fn of(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let scheme = uri.scheme_str()?.to_lowercase();
        let usual = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        Some(Self {
            host: uri.host()?.to_lowercase(),
            port: uri.port_u16().unwrap_or(usual),
            scheme,
        })
    }

    fn is_secret(&self) -> bool {
        self.scheme == "https"
    }
}

/// Whether a status sends on to another address.
pub(super) fn sends_on(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The address that `location` means, seen from `base`; `None` if there is none to go to:
/// no address, another protocol, or out of an encrypted connection into an open one.
pub(super) fn next(base: &str, location: &str) -> Option<String> {
    let location = location.trim().split('#').next()?;
    let (scheme, rest) = base.split_once("://")?;
    let (authority, path) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let there = if location.contains("://") && !location.starts_with(['/', '?']) {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.is_empty() {
        return None;
    } else {
        let path = path.split('?').next().unwrap_or("/");
        let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
        let folder = if folder.is_empty() { "/" } else { folder };
        format!("{scheme}://{authority}{folder}{location}")
    };
    let (from, to) = (WebOrigin::of(base)?, WebOrigin::of(&there)?);
    (to.is_secret() || !from.is_secret()).then_some(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let same = |a: &str, b: &str| WebOrigin::of(a) == WebOrigin::of(b);
        assert!(same("https://Hub.co/a", "https://hub.co:443/b?c"));
        assert!(!same("https://hub.co", "http://hub.co"));
        assert!(!same("https://hub.co", "https://hub.co:8443"));
        assert!(!same("https://hub.co", "https://a.hub.co"));
        assert_eq!(WebOrigin::of("ftp://hub.co"), None);
    }

    #[test]
    fn a_location_is_read_as_seen_from_where_it_stands() {
        let from = "https://hub.co/a/b?c=/d";
        let cases = [
            ("https://store.co/x#y", Some("https://store.co/x")),
            ("//store.co/x", Some("https://store.co/x")),
            ("/x?y", Some("https://hub.co/x?y")),
            ("x", Some("https://hub.co/a/x")),
            ("", None),
            ("http://hub.co/x", None),
            ("file:///etc/passwd", None),
        ];
        for (location, wanted) in cases {
            assert_eq!(next(from, location).as_deref(), wanted, "{location}");
        }
        assert_eq!(
            next("http://hub.co", "x").as_deref(),
            Some("http://hub.co/x")
        );
    }
}
