//! Small files that ask for much memory, and large ones that may not take much more than
//! they hold: `limner models import` runs with what it may use, and no more.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use zip::CompressionMethod;

use super::torch_writer::{Written, write};
use super::{shared, whole};

/// Imports with at most so many megabytes of memory of its own.
fn import_within(file: &Path, megabytes: u64) -> Output {
    let into = tempfile::tempdir().unwrap();
    let line = format!("ulimit -d {}; exec \"$@\"", megabytes * 1024);
    Command::new("sh")
        .args(["-c", &line, "sh", env!("CARGO_BIN_EXE_limner")])
        .args(["models", "import", "--name", "it", "--into"])
        .arg(into.path())
        .arg(file)
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .unwrap()
}

fn refused_within(file: &Path, megabytes: u64, word: &str) {
    let start = Instant::now();
    let output = import_within(file, megabytes);
    let line = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(
        matches!(code, Some(1..=9)),
        "{}: {code:?} {line}",
        file.display()
    );
    assert!(line.contains(word), "{}: {line}", file.display());
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn tensors_that_repeat_their_numbers_are_refused_at_once() {
    let Some(folder) = shared("faults/bombs") else {
        return;
    };
    for file in ["s0_2.pt", "stride0.pt"] {
        refused_within(&folder.join(file), 200, "more numbers than the file holds");
    }
    refused_within(&folder.join("pkl_laughs.pkl"), 200, "");
}

/// The same bombs of our own, and an archive that unpacks to a thousand times its size.
#[test]
fn claims_are_compared_with_what_the_file_holds() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bomb.pt");
    let mut bomb = Written::dense("conv1.conv2d.weight", &[1 << 29], vec![1.0]);
    bomb.strides = vec![0];
    write(&file, &[], &[bomb], CompressionMethod::Stored);
    refused_within(&file, 200, "more numbers than the file holds");
    let zeros = Written::dense("conv1.conv2d.weight", &[1 << 26], vec![0.0; 1 << 26]);
    write(&file, &[], &[zeros], CompressionMethod::Deflated);
    assert!(fs::metadata(&file).unwrap().len() < 1 << 20);
    refused_within(&file, 200, "larger than any network");
}

/// A pickle of millions of values, none of them a tensor.
#[test]
fn a_pickle_of_millions_of_values_stops_early() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("many.pkl");
    let mut bytes = b"\x80\x02](".to_vec();
    bytes.extend(std::iter::repeat_n(b'}', 40 << 20));
    bytes.extend(b"e.");
    fs::write(&file, bytes).unwrap();
    refused_within(&file, 2 * 40 + 128, "larger than any network");
}

/// A generator of the published size comes in within twice its tensors and 128 MB.
#[test]
fn a_large_network_takes_at_most_twice_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large.safetensors");
    whole::generator_file(&file, 1024, 32768, 512, 0);
    let megabytes = fs::metadata(&file).unwrap().len() >> 20;
    assert!(megabytes > 80, "{megabytes}");
    let output = import_within(&file, 2 * megabytes + 128);
    let line = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}");
}
