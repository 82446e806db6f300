//! The command line: the same engine as the window, without one.

mod args;
mod bench;
mod bench_lens;
mod card;
mod doctor;
mod drag;
mod drag_args;
mod failure;
mod finish;
mod finish_args;
mod gallery;
mod generate;
mod grow;
mod grow_args;
mod grow_edits;
mod grow_values;
mod hub;
mod hub_args;
mod keeping;
mod learn;
mod learn_args;
mod lens;
mod models;
mod output;
mod panorama_film;
mod panorama_film_args;
mod project;
mod recipe;
mod save;
mod session;
mod spaces_args;
mod styles;
mod styles_args;
mod stylize;
mod stylize_film;
mod surface;
mod upscale;
mod values;
mod walk;
mod walk_args;
mod walk_style;
mod waves;
mod waves_args;
mod wrap_args;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::engine::{DeviceChoice, EngineConfig};
use crate::window::{self, RunOptions};
use args::{Cli, Command, Common, ModelsCommand};
pub(crate) use failure::Failure;
use session::Session;

/// Runs the program: a command, or the window when there is none.
pub fn main() -> ExitCode {
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let for_card = matches!(
        cli.common.device,
        DeviceChoice::Auto | DeviceChoice::Cuda(_)
    );
    if for_card {
        hand_over(&mut cli.common);
    }
    let done = match &cli.command {
        Some(_) if cli.gallery.is_some() => Err(Failure::new(
            "--gallery is for the window; leave it out with a command",
        )),
        Some(command) => run(command, &cli.common),
        None => open_window(cli),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint(&failure.line());
            ExitCode::FAILURE
        }
    }
}

/// Becomes the program for cards, if there is one that starts; else notes why not.
fn hand_over(common: &mut Common) {
    common.gpu_problem = match card::program() {
        Ok(None) => None,
        Ok(Some(program)) => Some(format!(
            "{} can't be started ({})",
            program.display(),
            card::become_it(&program)
        )),
        Err(trouble) => Some(trouble),
    };
}

fn run(command: &Command, common: &Common) -> Result<(), Failure> {
    match command {
        Command::Generate(args) => generate::run(args, &mut Session::start(common)?),
        Command::Walk(args) => walk::run(args, &mut Session::start(common)?),
        Command::Stylize(args) => stylize::run(args, &mut Session::start(common)?),
        Command::Learn(args) => learn::run(args, &mut Session::start(common)?),
        Command::Styles(command) => styles::run(command, &mut Session::start(common)?),
        Command::Lens(args) => lens::run(args, &mut Session::start(common)?),
        Command::Grow(args) => grow::run(args, &mut Session::start(common)?),
        Command::Material(args) => surface::material(args, &mut Session::start(common)?),
        Command::Tile(args) => waves::tile(args, &mut Session::start(common)?),
        Command::Panorama(args) => waves::panorama(args, &mut Session::start(common)?),
        Command::Hang(args) => surface::hang(args, &mut Session::start(common)?),
        Command::Finish(args) => finish::run(args, &mut Session::start(common)?),
        Command::Project(args) => project::run(args, &mut Session::start(common)?),
        Command::Drag(args) => drag::run(args, &mut Session::start(common)?),
        Command::Upscale(args) => upscale::run(args, &mut Session::start(common)?),
        Command::Recipe(command) => recipe::run(command, common),
        Command::Models(ModelsCommand::Catalog { words }) => hub::catalog(words, common),
        Command::Models(ModelsCommand::Search(args)) => hub::search(args, common),
        Command::Models(ModelsCommand::Pull(args)) => hub::pull(args, common),
        Command::Models(command) => models::run(command, &mut Session::start(common)?),
        Command::Gallery(command) => gallery::run(command, common),
        Command::Bench(args) => bench::run(args, common),
        Command::Doctor => doctor::run(common),
    }
}

/// One line on standard error; if nobody reads it, there is nobody to tell.
fn eprint(line: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "limner: {line}").ok();
}

/// Help and version go to standard output; a mistake is one line, with the way to
/// the help.
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            if let Err(failure) = output::say(error.to_string().trim_end()) {
                eprint(&failure.line());
                return ExitCode::FAILURE;
            }
            if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            }
        }
        _ => {
            let text = error.to_string();
            let what = text.split("\n\nUsage:").next().unwrap_or(&text);
            let what = what.split("\n\nFor more").next().unwrap_or(what);
            let what = what.trim_start_matches("error: ");
            let line = Failure::new(what).line();
            eprint(&format!("{line} (see 'limner --help')"));
            ExitCode::from(2)
        }
    }
}

/// The studio's window.
fn open_window(cli: Cli) -> Result<(), Failure> {
    if let Some(missing) = cli.files.iter().find(|f| !f.exists()) {
        return Err(Failure::new(format!(
            "there is neither a command nor a file of this name (see 'limner --help'): {}",
            missing.display()
        )));
    }
    let engine = EngineConfig {
        // The window's preferences have a say where the command line has none.
        threads: cli.common.threads.map(usize::from),
        ..session::config(&cli.common)?
    };
    window::run(RunOptions {
        engine,
        gallery: cli.gallery,
        files: cli.files,
        data_dir: None,
    })?;
    Ok(())
}
