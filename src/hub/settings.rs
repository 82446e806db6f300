//! Where the hub is, who asks, where downloads lie: the variables that every
//! program around the hub obeys.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::HubError;

/// The public hub.
pub const PUBLIC: &str = "https://huggingface.co";

/// A token; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// How patient the client is.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For an answer, and for the next bytes of a body.
    pub silence: Duration,
    /// First pause before trying again; doubles each time.
    pub pause: Duration,
    /// Tries in a row that bring nothing.
    pub tries: u32,
    /// Longest wait that the hub may ask for.
    pub longest_wait: Duration,
    /// For another program that fetches the same file.
    pub lock: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            pause: Duration::from_secs(1),
            tries: 5,
            longest_wait: Duration::from_secs(120),
            lock: Duration::from_secs(30),
        }
    }
}

/// Everything that the client must know.
#[derive(Debug, Clone)]
pub struct HubSettings {
    /// Address without a slash at its end.
    pub endpoint: String,
    /// Sent to the endpoint only.
    pub token: Option<Token>,
    /// The shared Hugging Face cache: the folder with `models--owner--name`.
    pub cache: PathBuf,
    /// No connection is opened.
    pub offline: bool,
    /// Through a proxy; from the environment.
    pub proxy: Option<ureq::Proxy>,
    /// How patient.
    pub patience: Patience,
    /// Free bytes where a folder lies; the disk's own word, except in tests.
    pub free_space: fn(&Path) -> std::io::Result<u64>,
}

impl HubSettings {
    /// From the environment: `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`,
    /// `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`,
    /// `HF_HOME`, `XDG_CACHE_HOME`, `HF_HUB_OFFLINE`, and the usual proxy variables.
    ///
    /// # Errors
    /// [`HubError::NoHome`] when neither they nor the system name a folder.
    pub fn from_env() -> Result<Self, HubError> {
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let mut settings = Self::from_variables(|name| std::env::var(name).ok(), home)?;
        settings.proxy = ureq::Proxy::try_from_env();
        Ok(settings)
    }

    /// The same from any source of variables; without a proxy.
    ///
    /// # Errors
    /// As [`HubSettings::from_env`].
    pub fn from_variables(
        variable: impl Fn(&str) -> Option<String>,
        home: Option<PathBuf>,
    ) -> Result<Self, HubError> {
        let variable = |name: &str| variable(name).filter(|v| !v.trim().is_empty());
        let hf_home = match (variable("HF_HOME"), variable("XDG_CACHE_HOME"), &home) {
            (Some(folder), _, _) => Some(expand(&folder, home.as_deref())),
            (None, Some(cache), _) => Some(PathBuf::from(cache).join("huggingface")),
            (None, None, Some(home)) => Some(home.join(".cache/huggingface")),
            (None, None, None) => None,
        };
        let cache = variable("HF_HUB_CACHE")
            .or_else(|| variable("HUGGINGFACE_HUB_CACHE"))
            .map(|folder| expand(&folder, home.as_deref()))
            .or_else(|| hf_home.as_ref().map(|h| h.join("hub")))
            .ok_or(HubError::NoHome)?;
        let endpoint = variable("HF_ENDPOINT").unwrap_or_else(|| PUBLIC.to_owned());
        let implicit = !on(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN"));
        let token_file = variable("HF_TOKEN_PATH")
            .map(|file| expand(&file, home.as_deref()))
            .or_else(|| hf_home.map(|h| h.join("token")));
        let token = variable("HF_TOKEN")
            .or_else(|| variable("HUGGING_FACE_HUB_TOKEN"))
            .or_else(|| std::fs::read_to_string(token_file?).ok())
            .map(|token| token.trim().to_owned())
            .filter(|token| implicit && !token.is_empty());
        Ok(Self {
            endpoint: endpoint.trim().trim_end_matches('/').to_owned(),
            token: token.map(Token),
            cache,
            offline: on(variable("HF_HUB_OFFLINE")),
            proxy: None,
            patience: Patience::default(),
            free_space: |folder| fs4::available_space(folder),
        })
    }
}

fn on(value: Option<String>) -> bool {
    value.is_some_and(|v| {
        matches!(
            v.trim().to_uppercase().as_str(),
            "1" | "TRUE" | "YES" | "ON"
        )
    })
}

/// `~` at the start is the home folder.
fn expand(folder: &str, home: Option<&Path>) -> PathBuf {
    match (folder.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> HubSettings {
        let find = |name: &str| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, v)| (*v).to_owned())
        };
        HubSettings::from_variables(find, Some("/home/ada".into())).unwrap()
    }

    #[test]
    fn folders_follow_the_variables_in_the_usual_order() {
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[], "/home/ada/.cache/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "/c")], "/c/huggingface/hub"),
            (
                &[("HF_HOME", "~/hf"), ("XDG_CACHE_HOME", "/c")],
                "/home/ada/hf/hub",
            ),
            (&[("HF_HUB_CACHE", "/x"), ("HF_HOME", "/h")], "/x"),
            (&[("HF_HOME", " ")], "/home/ada/.cache/huggingface/hub"),
        ];
        for (variables, cache) in cases {
            assert_eq!(with(variables).cache, Path::new(cache), "{variables:?}");
        }
    }

    #[test]
    fn the_token_is_taken_from_variable_or_file_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "hf_file\n").unwrap();
        let home = folder.path().to_str().unwrap();
        assert_eq!(
            with(&[("HF_HOME", home)]).token,
            Some(Token("hf_file".into()))
        );
        let named = with(&[("HF_HOME", home), ("HF_TOKEN", "hf_named")]);
        assert_eq!(named.token, Some(Token("hf_named".into())));
        assert!(!format!("{named:?}").contains("hf_named"));
        let none = with(&[
            ("HF_TOKEN", "hf_named"),
            ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"),
        ]);
        assert_eq!(none.token, None);
    }

    #[test]
    fn endpoint_and_offline_switch_are_obeyed() {
        let settings = with(&[("HF_ENDPOINT", "http://mirror/"), ("HF_HUB_OFFLINE", "1")]);
        assert_eq!(settings.endpoint, "http://mirror");
        assert!(settings.offline);
        assert_eq!(with(&[("HF_HUB_OFFLINE", "0")]).endpoint, PUBLIC);
        assert!(!with(&[("HF_HUB_OFFLINE", "0")]).offline);
    }
}
