//! Starts the real program on a virtual screen, as a user would, and looks at what
//! the screen shows. Skips where `Xvfb` isn't installed.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(target_os = "linux")]

#[path = "common/skip.rs"]
mod skip;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends the process with the test, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A virtual screen whose pixels lie in a file under `folder`.
fn screen(folder: &Path) -> Option<(Running, String)> {
    let child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-fbdir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut running = Running(child);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take()?)
        .read_line(&mut line)
        .ok()?;
    Some((running, format!(":{}", line.trim())))
}

/// The screen's pixels, from Xvfb's XWD file: a header whose first number is its own
/// length and whose 20th counts 12-byte colour entries, then 4 bytes a pixel.
fn pixels(folder: &Path) -> Vec<[u8; 3]> {
    let bytes = fs::read(folder.join("Xvfb_screen0")).unwrap_or_default();
    let number = |i: usize| {
        let part = bytes.get(i * 4..i * 4 + 4).and_then(|b| b.try_into().ok());
        part.map_or(0, u32::from_be_bytes) as usize
    };
    let start = number(0) + number(19) * 12;
    let data = bytes.get(start..).unwrap_or_default();
    data.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect()
}

fn limner(display: &str, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limner"));
    command
        .env("DISPLAY", display)
        .env("HOME", home)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_CACHE_HOME")
        .env("XDG_RUNTIME_DIR", home)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn the_window_opens_with_a_picture_from_a_network() {
    let home = tempfile::tempdir().unwrap();
    let Some((_screen, display)) = screen(home.path()) else {
        skip::skip(skip::Lack::Xvfb);
        return;
    };
    // As after an earlier session: a fresh one begins with the start page, whose pictures ship.
    let data = home.path().join(".local/share/limner");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("session.json"), "{}").unwrap();
    let mut program = Running(limner(&display, home.path()).spawn().unwrap());
    let start = Instant::now();
    let mut colours = 0;
    while start.elapsed() < Duration::from_secs(90) {
        std::thread::sleep(Duration::from_millis(300));
        if let Some(status) = program.0.try_wait().unwrap() {
            let mut text = String::new();
            let mut stderr = program.0.stderr.take().unwrap();
            std::io::Read::read_to_string(&mut stderr, &mut text).ok();
            panic!("the program ended by itself ({status}): {text}");
        }
        colours = pixels(home.path())
            .into_iter()
            .collect::<HashSet<_>>()
            .len();
        // Panels and letters alone have a few hundred shades; a picture has thousands.
        if colours > 3_000 {
            return;
        }
    }
    panic!("no picture on the screen after 90 s, only {colours} colours");
}

#[test]
fn without_a_display_the_program_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = limner("", home.path())
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("display"), "{text}");
    assert!(text.contains("limner --help"), "{text}");
}
