//! The program for NVIDIA cards, `limner-cuda`, beside this one.
//!
//! A program that is built for CUDA doesn't start where NVIDIA's driver is missing (its libraries are linked
//! in; candle's issue 3900). So the one that everybody starts computes on the processor, and hands over to
//! the other one where that is there and starts.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// File name of the program for cards.
const NAME: &str = "limner-cuda";

/// The program to hand over to, if there is one.
///
/// # Errors
/// Why the one that is there can't be used, for the user.
pub(crate) fn program() -> Result<Option<PathBuf>, String> {
    if cfg!(feature = "cuda") {
        return Ok(None);
    }
    let Ok(own) = std::env::current_exe() else {
        return Ok(None);
    };
    beside(&own)
}

fn beside(own: &Path) -> Result<Option<PathBuf>, String> {
    let other = own.with_file_name(format!("{NAME}{}", std::env::consts::EXE_SUFFIX));
    if !other.is_file() {
        return Ok(None);
    }
    match starts(&other) {
        true => Ok(Some(other)),
        false => Err(format!(
            "{NAME} doesn't start here; install or update the driver of your NVIDIA card"
        )),
    }
}

/// Whether it comes up at all: without the driver the system's loader refuses it.
fn starts(program: &Path) -> bool {
    let tried = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

/// Becomes `program`, with the same arguments; comes back only if that fails.
#[cfg(unix)]
pub(crate) fn become_it(program: &Path) -> std::io::Error {
    use std::os::unix::process::CommandExt;
    Command::new(program)
        .args(std::env::args_os().skip(1))
        .exec()
}

/// Runs `program` with the same arguments and ends with it; comes back only if that
/// fails.
#[cfg(not(unix))]
pub(crate) fn become_it(program: &Path) -> std::io::Error {
    match Command::new(program)
        .args(std::env::args_os().skip(1))
        .status()
    {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_a_program_that_starts_is_handed_over_to() {
        let folder = tempfile::tempdir().unwrap();
        let script = |text: &str| {
            let file = folder.path().join(NAME);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
            file
        };
        let own = folder.path().join("limner");
        assert_eq!(beside(&own), Ok(None));
        let other = script("#!/bin/sh\n[ \"$1\" = --version ]\n");
        assert_eq!(beside(&own), Ok(Some(other)));
        // As the loader ends a program whose libraries are missing.
        for refused in ["#!/bin/sh\nexit 127\n", "no program"] {
            script(refused);
            let why = beside(&own).unwrap_err();
            assert!(why.contains("driver"), "{why}");
        }
    }
}
