//! What can go wrong with the hub, and what to do.

use std::time::Duration;

use crate::import::ImportError;

/// Why something didn't come from the hub.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The switch is off.
    #[error(
        "Limner is set to stay offline; allow downloads first (leave out --offline, unset HF_HUB_OFFLINE)"
    )]
    Offline,
    /// Not `owner/name`.
    #[error("'{0}' is no repository of the hub; it should look like owner/name")]
    BadName(String),
    /// 404.
    #[error("the hub has no '{0}'; look at its spelling and revision")]
    NotFound(String),
    /// 401.
    #[error("the hub wants to know who you are for '{0}'; put an access token into HF_TOKEN")]
    NeedsToken(String),
    /// 403.
    #[error(
        "'{0}' is not open to you; ask for access on its page at the hub, then try again with your token in HF_TOKEN"
    )]
    Forbidden(String),
    /// 429 that didn't end.
    #[error("the hub asks for patience (too many requests); try again in {0:.0?}")]
    TooMany(Duration),
    /// 5xx that didn't end, or an answer that makes no sense.
    #[error("the hub doesn't answer as it should ({0}); try again later")]
    BadAnswer(String),
    /// No connection, or one that kept breaking.
    #[error("no connection to {host} ({reason}); what has come so far is kept, try again to go on")]
    Connection {
        /// Whom we tried to reach.
        host: String,
        /// In the system's words.
        reason: String,
    },
    /// Hardly any bytes come.
    #[error(
        "{host} sends fewer than {slowest} bytes a second; what has come so far is kept, try again later"
    )]
    TooSlow {
        /// Whom we asked.
        host: String,
        /// Bytes a second that are the least.
        slowest: u64,
    },
    /// One address sends on to the other without an end.
    #[error("the hub sends on in circles from {0}; look at HF_ENDPOINT, or try again later")]
    Circle(String),
    /// The proxy on the way can't be used or refuses.
    #[error(
        "the proxy {proxy} doesn't let Limner through ({reason}); look at HTTPS_PROXY and HTTP_PROXY, or name the hub's host in NO_PROXY"
    )]
    Proxy {
        /// Host and port.
        proxy: String,
        /// Why.
        reason: String,
    },
    /// The bytes have another hash than the hub says.
    #[error("'{0}' arrived damaged (its hash is wrong) and was thrown away; try again")]
    WrongBytes(String),
    /// The list means another file.
    #[error(
        "the hub's '{file}' isn't the one that Limner's list means by '{name}' any more; nothing was fetched, look for another model"
    )]
    NotTheListed {
        /// Entry of the list.
        name: String,
        /// The file in its repository.
        file: String,
    },
    /// A model of that name is there already.
    #[error(
        "a model called '{0}' is there already, and nothing was fetched; give another name with --name"
    )]
    Exists(String),
    /// A hash that the hub doesn't tell.
    #[error("the hub gives no hash for '{0}', so it can't be checked and isn't loaded")]
    NoHash(String),
    /// Not enough room.
    #[error("{needed} MB are needed and {free} MB are free; make room and try again")]
    NoRoom {
        /// Megabytes.
        needed: u64,
        /// Megabytes.
        free: u64,
    },
    /// Stopped by the user.
    #[error("stopped; what has come so far is kept, pull again to go on")]
    Stopped,
    /// Another program is downloading the same file.
    #[error("another program is downloading '{0}' right now; wait for it")]
    Busy(String),
    /// Nothing in the repository is a network that Limner runs.
    #[error(
        "'{0}' has no file that Limner can open; it reads .pkl, .pt, .pth and .safetensors of StyleGAN2, fast neural style, AdaIN, MicroAST, Stable Diffusion's autoencoders and ESRGAN's enlargers"
    )]
    NothingToOpen(String),
    /// Several files could be meant.
    #[error("'{repo}' has several files; choose one with --file: {files}")]
    Several {
        /// Repository.
        repo: String,
        /// Names.
        files: String,
    },
    /// The licence has not been accepted.
    #[error(
        "'{repo}' is under the licence '{licence}'; read it, then accept this text of it with --accept-licence {text}"
    )]
    Licence {
        /// Repository.
        repo: String,
        /// As its card says.
        licence: String,
        /// The hash of its text, as much of it as has to be said.
        text: String,
    },
    /// It is under other terms now than those that were accepted.
    #[error(
        "the licence of '{repo}' ('{licence}') isn't the one that you accepted any more; look '{repo}' up again, read it, then accept it anew"
    )]
    LicenceChanged {
        /// Repository.
        repo: String,
        /// As its card says now.
        licence: String,
    },
    /// What came can't be imported.
    #[error("{0}")]
    Import(#[from] ImportError),
    /// The disk said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
