//! Disks that fill and programs that are killed while a network comes in: nothing is
//! half installed, and what was left lying is swept.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::{golden, whole};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn import(file: &Path, into: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limner"));
    command
        .args(["models", "import", "--name", "it", "--into"])
        .arg(into)
        .arg(file);
    command
}

/// The disk refuses more than a few kilobytes in one file, as a full one does.
#[test]
#[cfg(unix)]
fn a_disk_that_fills_is_told_by_the_folder_that_is_full() {
    let models = tempfile::tempdir().unwrap();
    let source = golden("ada.pkl");
    let line = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", line, "sh", env!("CARGO_BIN_EXE_limner")])
        .args(["models", "import", "--name", "it", "--into"])
        .arg(models.path())
        .arg(&source)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{told}");
    assert!(told.contains(models.path().to_str().unwrap()), "{told}");
    assert!(
        told.contains("nothing was imported") && told.contains("make room"),
        "{told}"
    );
    assert!(!told.contains(source.to_str().unwrap()), "{told}");
    assert_eq!(names(models.path()), [""; 0], "nothing is left");
    assert!(
        import(&source, models.path())
            .output()
            .unwrap()
            .status
            .success()
    );
    assert_eq!(names(models.path()), ["it"]);
}

fn unfinished(models: &Path) -> Option<PathBuf> {
    let mut all = names(models).into_iter();
    let name = all.find(|name| name.starts_with(".importing-"))?;
    Some(models.join(name))
}

#[test]
fn what_a_killed_import_leaves_is_swept_by_the_next_one_unless_it_still_runs() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("large.safetensors");
    whole::generator_file(&source, 1024, 32768, 512, 0);
    let models = dir.path().join("models");
    fs::create_dir(&models).unwrap();
    let mut child = import(&source, &models)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    let left = loop {
        let begun = unfinished(&models).filter(|folder| folder.join("it").exists());
        if let Some(folder) = begun {
            break folder;
        }
        assert!(Instant::now() < until, "the import never began to write");
        std::thread::sleep(Duration::from_millis(1));
    };
    // However old it looks, it is left alone while its program runs.
    let lock = File::open(left.join(".lock")).unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(7200);
    lock.set_modified(long_ago).unwrap();
    assert_eq!(limner::unfinished::sweep(&models), 0);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(left.exists() && !models.join("it").exists());
    let small = import(&golden("ada.pkl"), &models).output().unwrap();
    assert!(small.status.success());
    assert_eq!(names(&models), ["it"]);
}
