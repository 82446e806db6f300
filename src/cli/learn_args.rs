//! The arguments of `limner learn`.

use std::path::PathBuf;

use clap::Args;

/// `limner learn`
#[derive(Debug, Args)]
pub(crate) struct Learn {
    /// Pictures by one hand
    #[arg(required = true, value_name = "PICTURE")]
    pub(crate) pictures: Vec<PathBuf>,
    /// What the style is called
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// Whose pictures they are
    #[arg(long, value_name = "WHO")]
    pub(crate) artist: Option<String>,
    /// Under what licence
    #[arg(long, value_name = "TEXT")]
    pub(crate) licence: Option<String>,
    /// A photo of yours to learn with, too
    #[arg(long, value_name = "PHOTO")]
    pub(crate) photo: Option<PathBuf>,
    /// About how long; less where it is good enough earlier [default: 8]
    #[arg(long, value_name = "N", value_parser = super::values::minutes)]
    pub(crate) minutes: Option<f64>,
    /// Just so many steps
    #[arg(long, value_name = "N", conflicts_with = "minutes", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) steps: Option<u32>,
    /// File of the learnt style (.safetensors) [default: among your own styles]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long)]
    pub(crate) force: bool,
}
