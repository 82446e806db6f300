//! What goes wrong with the hub, for people: a sentence that says what to do, and the
//! details for those who want to know or to tell them to somebody.

use std::fmt;

use super::error::HubError;
use crate::import::ImportError;

/// A trouble in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened and what to do, without terms of the trade.
    pub message: String,
    /// What exactly; empty where the message says everything.
    pub details: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self {
            message,
            details: String::new(),
        }
    }
}

impl From<&str> for Trouble {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl HubError {
    /// In words for the window, where there are no switches and no variables.
    pub fn trouble(&self) -> Trouble {
        let message = match self {
            Self::Connection { .. } => {
                "The hub can't be reached. Check the connection; nothing was changed.".to_owned()
            }
            Self::TooSlow { .. } => "The hub is too slow to wait for right now. What has come so \
                 far is kept; try again later."
                .to_owned(),
            Self::BadAnswer(_) | Self::Circle(_) => "The hub doesn't answer as it should. Try \
                 again later; nothing was changed."
                .to_owned(),
            Self::Proxy { .. } => "The network doesn't let Limner through to the hub. Ask whoever \
                 looks after it; nothing was changed."
                .to_owned(),
            Self::TooMany(_) => "The hub is asked too much right now. Try again in a few minutes; \
                 nothing was changed."
                .to_owned(),
            Self::Offline => "Limner is set to stay offline. Go online first; nothing was \
                 changed."
                .to_owned(),
            Self::NeedsToken(repo) | Self::Forbidden(repo) => format!(
                "'{repo}' is open only to those who asked for it on its page at the hub. Ask \
                 there, then try again."
            ),
            Self::Licence { repo, licence, .. } => format!(
                "'{repo}' is under the licence '{licence}'. Look it up again, read the licence, \
                 then accept it."
            ),
            Self::Exists(name) => format!(
                "A network called '{name}' is there already, and nothing was fetched. Rename its \
                 folder among your models if you want both, then download this one again."
            ),
            Self::Several { repo, files } => format!(
                "'{repo}' has several networks. Look it up again and choose one of them: {files}."
            ),
            Self::NoHash(file) => format!(
                "The hub doesn't tell how '{file}' is to be checked, so that it isn't loaded. \
                 Choose another one."
            ),
            Self::Io(_) => "Something can't be written on this machine. Make sure that its disk \
                 has room, then try again; nothing was changed."
                .to_owned(),
            Self::Import(error) => return imported(error),
            other => return Trouble::from(sentence(&other.to_string())),
        };
        Trouble {
            message,
            details: self.to_string(),
        }
    }
}

/// What is wrong with a network's file, without switches of the command line.
fn imported(error: &ImportError) -> Trouble {
    let message = match error {
        ImportError::Exists(name) => format!(
            "A network called '{name}' is there already. Rename the file, then import it again."
        ),
        ImportError::Io(_) => "The file can't be read. Look whether it is still there, then try \
             again."
            .to_owned(),
        ImportError::NotACheckpoint(_) | ImportError::NotATensor => "This is no network that \
             Limner can read. Download it again, or choose another file."
            .to_owned(),
        ImportError::TooLarge => "This network is larger than any that Limner runs. Choose \
             another one."
            .to_owned(),
        ImportError::Writing { .. } => "The network can't be written. Make sure that the disk has \
             room, then try again; nothing was imported."
            .to_owned(),
        other => return Trouble::from(sentence(&other.to_string())),
    };
    Trouble {
        message,
        details: error.to_string(),
    }
}

/// An error as it stands alone: with a capital letter and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_a_sentence_and_find_the_details_behind_it() {
        let host = "https://hub.example".to_owned();
        let errors = [
            HubError::Connection {
                host: host.clone(),
                reason: "os error 111".into(),
            },
            HubError::BadAnswer("status 502".into()),
            HubError::Circle(host.clone()),
            HubError::TooSlow {
                host,
                slowest: 1000,
            },
            HubError::Proxy {
                proxy: "10.0.0.1:3128".into(),
                reason: "407".into(),
            },
            HubError::Offline,
            HubError::NeedsToken("owner/name".into()),
            HubError::Exists("name".into()),
        ];
        for error in errors {
            let trouble = error.trouble();
            assert_eq!(trouble.details, error.to_string());
            for word in ["os error", "status", "http", "HTTP_", "HF_", "--", "{"] {
                assert!(!trouble.message.contains(word), "{trouble}");
            }
            assert!(trouble.message.ends_with('.'));
        }
        let plain = HubError::WrongBytes("a.pkl".into()).trouble();
        assert!(plain.message.starts_with("'a.pkl' arrived damaged"));
        assert_eq!(plain.details, "");
    }
}
