//! What can be typed after `limner models search` and `limner models pull`.

use std::path::PathBuf;

use clap::Args;

/// `limner models search`
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// What to look for
    #[arg(required = true, value_name = "WORD")]
    pub(crate) words: Vec<String>,
    /// Most results
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) limit: u32,
    /// Open no connection
    #[arg(long)]
    pub(crate) offline: bool,
}

/// `limner models pull`
#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// Repository, or the name of a recommended model (see `limner models catalog`)
    #[arg(value_name = "OWNER/NAME")]
    pub(crate) repo: String,
    /// Branch, tag or commit
    #[arg(long, value_name = "REVISION", default_value = "main")]
    pub(crate) revision: String,
    /// The file, where there are several
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<String>,
    /// You have read the model's licence and accept it: the text with this hash, which
    /// --dry-run tells, and no other
    #[arg(long, value_name = "HASH")]
    pub(crate) accept_licence: Option<String>,
    /// Only tell licence, files and sizes
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Name that the model gets; the repository's own when absent
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Folder for the model; the user's models when absent
    #[arg(long, value_name = "FOLDER")]
    pub(crate) into: Option<PathBuf>,
    /// Open no connection
    #[arg(long)]
    pub(crate) offline: bool,
}
