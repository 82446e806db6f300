//! `limner gallery`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::args::Common;
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use crate::gallery::protocol::BinBatch;
use crate::gallery::{Gallery, default_folder};
use crate::window;

/// Seconds of a day.
const DAY: i64 = 24 * 3600;

/// `limner gallery`
#[derive(Debug, Subcommand)]
pub(crate) enum GalleryCommand {
    /// Deleted pictures: list them, restore them, delete them for good
    #[command(subcommand)]
    Bin(BinCommand),
}

/// `limner gallery bin`
#[derive(Debug, Subcommand)]
pub(crate) enum BinCommand {
    /// List what is in the bin, newest first
    List(Of),
    /// Put deleted pictures back where they were
    Restore {
        /// Numbers, as the list gives them
        #[arg(required_unless_present = "all", value_name = "N")]
        numbers: Vec<u64>,
        /// Everything
        #[arg(long, conflicts_with = "numbers")]
        all: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Delete for good what is in the bin
    Empty {
        /// Only what was deleted more than so many days ago
        #[arg(long, value_name = "DAYS", required_unless_present = "all")]
        older_than: Option<u32>,
        /// Everything
        #[arg(long, conflicts_with = "older_than")]
        all: bool,
        #[command(flatten)]
        of: Of,
    },
}

/// Which gallery.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// Folder of the gallery [default: the one of the window]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

impl Of {
    fn open(&self) -> Result<Gallery, Failure> {
        let folder = self.folder.clone().or_else(window::run::gallery_folder);
        let folder = folder.or_else(default_folder).filter(|f| f.is_dir());
        let folder = folder.ok_or_else(|| {
            let named = self.folder.as_deref().map_or_else(String::new, text_of);
            Failure::new(format!(
                "there is no gallery in this place; name its folder with --folder {named}"
            ))
        })?;
        Ok(Gallery::open(folder)?)
    }
}

/// Carries it out.
pub(crate) fn run(command: &GalleryCommand, common: &Common) -> Result<(), Failure> {
    let GalleryCommand::Bin(command) = command;
    match command {
        BinCommand::List(of) => list(&of.open()?.bin(), common),
        BinCommand::Restore { numbers, all, of } => {
            let mut gallery = of.open()?;
            let bin = gallery.bin();
            let chosen = match all {
                true => bin.iter().map(|batch| batch.token).collect(),
                false => tokens(&bin, numbers)?,
            };
            let mut restored = 0;
            for token in chosen {
                restored += gallery.undelete(token)?.len();
            }
            match common.json {
                true => say_json(&json!({ "restored": restored })),
                false => say(format!("{} restored", pictures(restored))),
            }
        }
        BinCommand::Empty { older_than, of, .. } => {
            let mut gallery = of.open()?;
            let count = |gallery: &Gallery| gallery.bin().iter().map(|b| b.count).sum::<usize>();
            let before = count(&gallery);
            let moment = older_than.map_or(i64::MAX, |days| now() - i64::from(days) * DAY);
            gallery.empty_bin(moment)?;
            let deleted = before - count(&gallery);
            match common.json {
                true => say_json(&json!({ "deleted": deleted })),
                false => say(format!("{} deleted for good", pictures(deleted))),
            }
        }
    }
}

fn list(bin: &[BinBatch], common: &Common) -> Result<(), Failure> {
    if common.json {
        let batches: Vec<_> = bin
            .iter()
            .enumerate()
            .map(|(n, batch)| {
                json!({
                    "number": n + 1,
                    "deleted": batch.deleted,
                    "bytes": batch.bytes,
                    "titles": batch.titles,
                })
            })
            .collect();
        return say_json(&json!({ "bin": batches }));
    }
    if bin.is_empty() {
        return say("the bin is empty");
    }
    for (n, batch) in bin.iter().enumerate() {
        let days = (now() - batch.deleted).max(0) / DAY;
        let age = match days {
            0 => "today".to_owned(),
            1 => "1 day ago".to_owned(),
            days => format!("{days} days ago"),
        };
        let kilobytes = batch.bytes.div_ceil(1000);
        let titles = batch.titles.join(", ");
        say(format!(
            "{:>3}  {age:<12} {kilobytes:>8} kB  {titles}",
            n + 1
        ))?;
    }
    Ok(())
}

/// The batches of numbers of the list.
fn tokens(bin: &[BinBatch], numbers: &[u64]) -> Result<Vec<u64>, Failure> {
    let batch =
        |number: &u64| {
            let at = usize::try_from(*number).ok().and_then(|n| n.checked_sub(1));
            at.and_then(|at| bin.get(at)).map(|batch| batch.token).ok_or_else(|| {
            Failure::new(format!(
                "the bin has no number {number}; `limner gallery bin list` tells what is in it"
            ))
        })
        };
    numbers.iter().map(batch).collect()
}

fn pictures(n: usize) -> String {
    match n {
        1 => "1 picture".to_owned(),
        n => format!("{n} pictures"),
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs() as i64)
}
