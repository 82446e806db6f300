//! Where the hub is, as whom we ask, and how patient we are.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::proxy::ProxyConfig;

/// The public hub.
const ENDPOINT: &str = "https://huggingface.co";

/// Bytes a second below which a transfer isn't worth waiting for: a network of 100 MB
/// would take more than a day.
pub const SLOWEST: u64 = 1000;
/// How long a transfer may be slower than that.
pub const SLOW_FOR: Duration = Duration::from_secs(60);

/// How long to wait, how often to try again.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// For a connection.
    pub connect: Duration,
    /// Without a single byte.
    pub stall: Duration,
    /// Tries in a row that brought nothing.
    pub tries: u32,
    /// Before the second try; doubles each time.
    pub backoff: Duration,
    /// Longest wait that a server may ask for.
    pub longest_wait: Duration,
    /// Bytes a second that a transfer has to bring, [`SLOWEST`] as a rule.
    pub slowest: u64,
    /// For how long it may bring fewer, [`SLOW_FOR`] as a rule.
    pub slow_for: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(20),
            tries: 5,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_secs(120),
            slowest: SLOWEST,
            slow_for: SLOW_FOR,
        }
    }
}

/// Everything that decides how the hub is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct HubConfig {
    /// Without a slash at the end.
    pub endpoint: String,
    /// Access token.
    pub token: Option<String>,
    /// The shared cache, e.g. `~/.cache/huggingface/hub`.
    pub cache: PathBuf,
    /// No socket is ever opened.
    pub offline: bool,
    /// On the way to it; straight there without one.
    pub proxy: Option<ProxyConfig>,
    /// Waiting.
    pub retry_policy: RetryPolicy,
}

impl HubConfig {
    /// From `HF_ENDPOINT`, `HF_TOKEN` (or the file that the hub's own programs keep it
    /// in), `HF_HOME`, `HF_HUB_CACHE`, `XDG_CACHE_HOME` and `HF_HUB_OFFLINE`; and
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    pub fn from_env() -> Self {
        Self::from_vars(&|name| std::env::var(name).ok().filter(|v| !v.trim().is_empty()))
    }

    fn from_vars(var: &dyn Fn(&str) -> Option<String>) -> Self {
        let home = var("HF_HOME").map(PathBuf::from).unwrap_or_else(|| {
            let cache = var("XDG_CACHE_HOME").map(PathBuf::from);
            let own = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(".cache"));
            cache
                .or_else(own)
                .unwrap_or_else(std::env::temp_dir)
                .join("huggingface")
        });
        let token_file = var("HF_TOKEN_PATH").map_or_else(|| home.join("token"), PathBuf::from);
        let truthy = |v: String| {
            matches!(
                v.trim().to_lowercase().as_str(),
                "1" | "true" | "yes" | "on"
            )
        };
        let endpoint = var("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        let endpoint = endpoint.trim().trim_end_matches('/').to_owned();
        Self {
            proxy: ProxyConfig::from_vars(&endpoint, var),
            endpoint,
            token: var("HF_TOKEN").or_else(|| read_token(&token_file)),
            cache: var("HF_HUB_CACHE").map_or_else(|| home.join("hub"), PathBuf::from),
            offline: var("HF_HUB_OFFLINE").is_some_and(truthy),
            retry_policy: RetryPolicy::default(),
        }
    }
}

fn read_token(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim().to_owned()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> HubConfig {
        HubConfig::from_vars(&|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_hubs_variables_are_obeyed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "from-file\n").unwrap();
        let home = folder.path().to_string_lossy().into_owned();
        let plain = config(&[("HF_HOME", &home)]);
        assert_eq!(plain.endpoint, ENDPOINT);
        assert_eq!(plain.token.as_deref(), Some("from-file"));
        assert_eq!(plain.cache, folder.path().join("hub"));
        assert!(!plain.offline);
        let set = config(&[
            ("HF_HOME", &home),
            ("HF_TOKEN", "secret"),
            ("HF_ENDPOINT", "http://127.0.0.1:1/"),
            ("HF_HUB_CACHE", "/somewhere"),
            ("HF_HUB_OFFLINE", "1"),
        ]);
        assert_eq!(set.endpoint, "http://127.0.0.1:1");
        assert_eq!(set.token.as_deref(), Some("secret"));
        assert_eq!(set.cache, PathBuf::from("/somewhere"));
        assert!(set.offline);
    }
}
