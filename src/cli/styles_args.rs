//! The arguments of `limner styles`.

use std::path::PathBuf;

use clap::Subcommand;

/// `limner styles`
#[derive(Debug, Subcommand)]
pub(crate) enum StylesCommand {
    /// List your own styles, and learning that was interrupted
    List,
    /// Keep a picture as a style
    Keep {
        /// The picture
        picture: PathBuf,
        /// What it is called
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Whose picture it is
        #[arg(long, value_name = "WHO", default_value = "")]
        artist: String,
        /// Under what licence
        #[arg(long, value_name = "TEXT", default_value = "")]
        licence: String,
    },
    /// Call a style something else
    Rename {
        /// Its name, or as the list has it
        style: String,
        /// The new name
        name: String,
        /// Put it under this heading
        #[arg(long, value_name = "TEXT")]
        group: Option<String>,
    },
    /// Delete a style; prints what brings it back
    Delete {
        /// Its name, or as the list has it
        style: String,
    },
    /// Bring back a style that was deleted
    Restore {
        /// As deleting it printed
        token: String,
    },
    /// Write a style as one file (.safetensors)
    Export {
        /// Its name, or as the list has it
        style: String,
        /// The file
        #[arg(short, long, value_name = "FILE")]
        out: PathBuf,
        /// Replace a file that is there already
        #[arg(long)]
        force: bool,
    },
    /// Take over a style's file
    Import {
        /// The file
        file: PathBuf,
    },
}
