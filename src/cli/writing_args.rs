//! What can be typed about the files that are written.

use std::path::PathBuf;

use clap::Args;

/// How results are written.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// File to write (.png, .jpg, .webp, .tif), or folder for several
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// What happens to files, and what goes into them.
#[derive(Debug, Clone, Args)]
pub(crate) struct Keeping {
    /// Replace files that are there already
    #[arg(long)]
    pub(crate) force: bool,
    /// Don't write the recipe into the file
    #[arg(long)]
    pub(crate) no_recipe: bool,
    /// Write names and folders of source files into the recipe
    #[arg(long, overrides_with = "no_source_names")]
    pub(crate) source_names: bool,
    /// As it is anyway; version 0.2 had to be told.
    #[arg(long, hide = true, overrides_with = "source_names")]
    pub(crate) no_source_names: bool,
    /// Don't write creator, copyright, title and day of the photo into what is made from it
    #[arg(long)]
    pub(crate) no_photo_credit: bool,
}
