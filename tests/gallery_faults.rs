//! A gallery never loses a picture: killed at random moments, on a full disk, without
//! its folder, and with two programs at once.
//!
//! The quick run kills 30 times; `LIMNER_KILLS=500 cargo test --test gallery_faults`
//! is the full one.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use files::{explore, picture};
use limner::export::ExportError;
use limner::gallery::protocol::{PictureId, Query};
use limner::gallery::{Gallery, GalleryError, decode, hash_file};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

const FOLDER: &str = "LIMNER_FAULT_FOLDER";
const SEED: &str = "LIMNER_FAULT_SEED";

/// Starts this test program again, as one of the children below.
fn child(name: &str, folder: &Path, seed: u64) -> Command {
    let mut c = Command::new(std::env::current_exe().unwrap());
    c.args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped());
    c
}

/// Folder and seed, when this process was started as a child.
fn orders() -> Option<(PathBuf, u64)> {
    let folder = std::env::var_os(FOLDER)?;
    let seed = std::env::var(SEED).ok()?.parse().ok()?;
    Some((folder.into(), seed))
}

fn say(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@ {line}").unwrap();
    out.flush().unwrap();
}

/// Saves, labels, deletes, brings back and rebuilds until it is killed; says what it
/// is about to do and what is done.
#[test]
fn child_that_is_killed() {
    let Some((folder, seed)) = orders() else {
        return;
    };
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut g = Gallery::open_and_reconcile(folder).unwrap();
    let mut tokens: Vec<u64> = g.bin().iter().map(|b| b.token).collect();
    for n in 0u64.. {
        let all = g.list(&Query::default()).unwrap();
        let one = (!all.is_empty()).then(|| &all[rng.next_u32() as usize % all.len()]);
        match (rng.next_u32() % 10, one) {
            (0..=3, _) | (_, None) => {
                say(format_args!("begin save"));
                let side = 8 + rng.next_u32() % 24;
                let e = g
                    .save(&picture(side, side, false), &explore(rng.next_u64() % 5))
                    .unwrap();
                say(format_args!(
                    "saved {}\t{}",
                    e.sha256.unwrap(),
                    e.path.display()
                ));
            }
            (4..=6, Some(e)) => {
                let tag = format!("t{seed}-{n}");
                say(format_args!("begin tag"));
                g.add_tag(&[e.id], &tag).unwrap();
                say(format_args!("tagged {tag}\t{}", e.path.display()));
            }
            (7, Some(e)) => {
                say(format_args!("begin delete {}", e.path.display()));
                let (token, _) = g.delete(&[e.id]).unwrap();
                tokens.push(token);
                say(format_args!("deleted {token}\t{}", e.path.display()));
            }
            (8, _) if !tokens.is_empty() => {
                let token = tokens.swap_remove(rng.next_u32() as usize % tokens.len());
                say(format_args!("begin undelete {token}"));
                match g.undelete(token) {
                    Ok(back) => {
                        let back: Vec<String> = back
                            .iter()
                            .map(|id| g.path(*id).unwrap().display().to_string())
                            .collect();
                        say(format_args!("undeleted {token}\t{}", back.join("\t")));
                    }
                    // A kill came between bringing back and saying so.
                    Err(GalleryError::BinEmpty) => say(format_args!("nothing")),
                    Err(e) => panic!("{e}"),
                }
            }
            _ => {
                say(format_args!("begin rebuild"));
                if rng.next_u32() % 2 == 0 {
                    g.rebuild(&mut |_, _| true).unwrap();
                } else {
                    g.replace_index().unwrap();
                    g.reconcile(&mut |_, _| true).unwrap();
                }
                say(format_args!("rebuilt"));
            }
        }
    }
}

/// What was acknowledged: by content, since files change their names on the way
/// through the bin.
#[derive(Default)]
struct Promised {
    /// Path → content and tags.
    there: BTreeMap<PathBuf, (String, BTreeSet<String>)>,
    /// Token → path, content and tags.
    binned: BTreeMap<u64, (PathBuf, String, BTreeSet<String>)>,
    /// What the child was about to do when it was killed.
    begun: Option<String>,
    /// Unfinished files that kills left.
    left: usize,
}

/// Unfinished files, in all folders.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(parts(&entry.path()));
        } else if entry.file_name().to_string_lossy().ends_with(".part") {
            found.push(entry.path());
        }
    }
    found
}

impl Promised {
    fn hear(&mut self, line: &str) {
        let Some(line) = line.strip_prefix("@ ") else {
            return;
        };
        if let Some(begun) = line.strip_prefix("begin ") {
            self.begun = Some(begun.to_owned());
            return;
        }
        self.begun = None;
        let (head, rest) = line.split_once('\t').unwrap_or((line, ""));
        let (verb, what) = head.split_once(' ').unwrap_or((head, ""));
        match verb {
            "saved" => {
                self.there
                    .insert(rest.into(), (what.into(), BTreeSet::new()));
            }
            "tagged" => {
                let (_, tags) = self
                    .there
                    .get_mut(Path::new(rest))
                    .expect("tagged what is there");
                tags.insert(what.into());
            }
            "deleted" => {
                let (sha, tags) = self
                    .there
                    .remove(Path::new(rest))
                    .expect("deleted what is there");
                self.binned
                    .insert(what.parse().unwrap(), (rest.into(), sha, tags));
            }
            "undeleted" => {
                if let Some((_, sha, tags)) = self.binned.remove(&what.parse().unwrap()) {
                    self.there.insert(rest.into(), (sha, tags));
                }
            }
            _ => {}
        }
    }

    /// Looks at the folder after a kill, and takes what is there as the new promise.
    fn check(&mut self, folder: &Path) {
        let g = Gallery::open_and_reconcile(folder).unwrap();
        let list = g.list(&Query::default()).unwrap();
        let mut now = BTreeMap::new();
        for e in &list {
            decode::picture(&e.path).unwrap_or_else(|x| panic!("half a picture: {x}"));
            let sha = hash_file(&e.path).unwrap();
            let tags: BTreeSet<String> = e.tags.iter().cloned().collect();
            now.insert(e.path.clone(), (sha, tags));
        }
        let bin: BTreeSet<u64> = g.bin().iter().map(|b| b.token).collect();
        let begun = self.begun.take().unwrap_or_default();
        for (path, (sha, tags)) in &self.there {
            let being_deleted = begun == format!("delete {}", path.display());
            match now.get(path) {
                Some((s, t)) => {
                    assert_eq!(s, sha, "another content: {}", path.display());
                    assert!(
                        t.is_superset(tags),
                        "lost tags of {}: {tags:?} > {t:?}",
                        path.display()
                    );
                }
                None => assert!(being_deleted, "lost {} ({begun})", path.display()),
            }
        }
        for (token, (path, sha, tags)) in &self.binned {
            if bin.contains(token) {
                continue;
            }
            assert_eq!(
                begun,
                format!("undelete {token}"),
                "lost in the bin: {}",
                path.display()
            );
            let back = now.values().any(|(s, t)| s == sha && t.is_superset(tags));
            assert!(back, "lost on the way back: {}", path.display());
        }
        // What the killed deletion or return has done counts from now on.
        let mut known = std::mem::take(&mut self.binned);
        known.retain(|token, _| bin.contains(token));
        for batch in g.bin() {
            if let std::collections::btree_map::Entry::Vacant(e) = known.entry(batch.token) {
                let path = begun.strip_prefix("delete ").expect("an unknown deletion");
                let (sha, tags) = self.there[Path::new(path)].clone();
                e.insert((path.into(), sha, tags));
            }
        }
        self.binned = known;
        self.there = now;
        // At most one unfinished file for each kill, hidden; swept when nobody writes it.
        let left = parts(folder);
        assert!(left.len() <= 1, "{left:?}");
        self.left += left.len();
        for part in left {
            let then = std::time::SystemTime::now() - Duration::from_secs(60);
            let file = std::fs::File::options().write(true).open(part).unwrap();
            file.set_modified(then).unwrap();
        }
        g.sweep();
        assert!(parts(folder).is_empty(), "{:?}", parts(folder));
    }
}

#[test]
fn killed_at_random_moments() {
    let rounds: u64 = std::env::var("LIMNER_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(30);
    // A kill loses nothing that was written, synced or not: in memory there are more
    // steps, and more kinds of moments, in the same time.
    let memory = Path::new("/dev/shm");
    let dir = match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    };
    let mut rng = ChaCha20Rng::seed_from_u64(rounds);
    let mut promised = Promised::default();
    let mut acknowledged = 0;
    for round in 0..rounds {
        let mut c = child("child_that_is_killed", dir.path(), round)
            .spawn()
            .unwrap();
        let lines = listen(&mut c);
        // The first word says that it is up.
        let mut heard = vec![lines.recv_timeout(Duration::from_secs(60)).unwrap()];
        let life = Duration::from_micros(u64::from(rng.next_u32() % 120_000));
        std::thread::sleep(life);
        c.kill().unwrap();
        c.wait().unwrap();
        heard.extend(lines.iter());
        for line in &heard {
            acknowledged += usize::from(line.starts_with("@ ") && !line.starts_with("@ begin"));
            promised.hear(line);
        }
        promised.check(dir.path());
    }
    let left = promised.left;
    println!(
        "{rounds} kills, {acknowledged} acknowledged steps, nothing lost, {left} unfinished files swept"
    );
    assert!(acknowledged as u64 > rounds, "the children hardly worked");
}

/// The child's lines, gathered by a thread so that its pipe never fills.
fn listen(c: &mut Child) -> std::sync::mpsc::Receiver<String> {
    let out = BufReader::new(c.stdout.take().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if line.starts_with('@') && sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Saves the same name and labels the same picture as its twin does.
#[test]
fn child_that_shares() {
    let Some((folder, seed)) = orders() else {
        return;
    };
    let mut g = Gallery::open_and_reconcile(folder).unwrap();
    // Not simply the first: the twin may have saved already.
    let all = g.list(&Query::default()).unwrap();
    let shared = all.iter().find(|e| e.size == [5, 5]).unwrap().id;
    for n in 0..20 {
        let e = g
            .save(&picture(8 + seed as u32, 8, false), &explore(1))
            .unwrap();
        say(format_args!("saved {}", e.path.display()));
        g.add_tag(&[shared], &format!("s{seed}-{n}")).unwrap();
    }
}

#[test]
fn two_programs_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let shared = {
        let mut g = Gallery::open(dir.path()).unwrap();
        g.save(&picture(5, 5, false), &explore(9)).unwrap().id
    };
    let mut twins: Vec<Child> = (1..=2)
        .map(|s| child("child_that_shares", dir.path(), s).spawn().unwrap())
        .collect();
    let mut paths = BTreeSet::new();
    for twin in &mut twins {
        for line in listen(twin).iter() {
            if let Some(path) = line.strip_prefix("@ saved ") {
                assert!(paths.insert(path.to_owned()), "written twice: {path}");
            }
        }
        assert!(twin.wait().unwrap().success());
    }
    assert_eq!(paths.len(), 40);
    let g = Gallery::open_and_reconcile(dir.path()).unwrap();
    let list = g.list(&Query::default()).unwrap();
    assert_eq!(list.len(), 41);
    for width in [9, 10] {
        assert_eq!(list.iter().filter(|e| e.size[0] == width).count(), 20);
    }
    assert_eq!(g.get(shared).unwrap().tags.len(), 40, "a lost tag");
}

/// Saves a picture larger than its limit, then a small one.
#[test]
fn child_on_a_full_disk() {
    let Some((folder, _)) = orders() else { return };
    let mut g = Gallery::open_and_reconcile(folder).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut noise = vec![255; 1200 * 800 * 4];
    rng.fill_bytes(&mut noise);
    let large = limner::picture::Picture::from_rgba(1200, 800, noise).unwrap();
    match g.save(&large, &explore(1)) {
        Err(GalleryError::File(ExportError::DiskFull(_))) => say(format_args!("full")),
        other => panic!("{other:?}"),
    }
    let small = g.save(&picture(9, 9, false), &explore(2)).unwrap();
    g.add_tag(&[small.id], "kept").unwrap();
    say(format_args!("kept"));
}

#[cfg(unix)]
#[test]
fn a_file_size_limit_is_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let exe = std::env::current_exe().unwrap();
    // 1 MB; with the signal ignored, writing fails as on a full disk.
    let out = Command::new("sh")
        .stderr(Stdio::inherit())
        .args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\""])
        .arg(exe)
        .args(["--exact", "child_on_a_full_disk", "--nocapture"])
        .env(FOLDER, dir.path())
        .env(SEED, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{text}");
    assert!(text.contains("@ full") && text.contains("@ kept"), "{text}");
    let names: Vec<String> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(!names.iter().any(|n| n.contains(".part")), "{names:?}");
    let g = Gallery::open_and_reconcile(dir.path()).unwrap();
    assert_eq!(g.list(&Query::default()).unwrap()[0].tags, ["kept"]);
}

struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().ok();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_fills_up() {
    let dir = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=3m", "limner-test"])
        .arg(dir.path())
        .output();
    if !mounted.is_ok_and(|o| o.status.success()) {
        files::skip::skip(files::skip::Lack::Root);
        return;
    }
    let _mounted = Mounted(dir.path().into());
    let mut g = Gallery::open(dir.path()).unwrap();
    let mut kept: Vec<(PictureId, String)> = Vec::new();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let failure = loop {
        let mut noise = vec![255; 160 * 160 * 4];
        rng.fill_bytes(&mut noise);
        let p = limner::picture::Picture::from_rgba(160, 160, noise).unwrap();
        match g.save(&p, &explore(kept.len() as u64)) {
            Ok(e) => kept.push((e.id, e.sha256.unwrap())),
            Err(e) => break e,
        }
        assert!(kept.len() < 1000, "the disk doesn't fill");
    };
    assert!(kept.len() > 5, "{failure}");
    let full = matches!(&failure, GalleryError::File(ExportError::DiskFull(_)))
        || matches!(&failure, GalleryError::Index(_));
    assert!(full, "{failure:?}");
    assert!(failure.to_string().contains("full"), "{failure}");
    drop(g);
    // On the full disk everything can still be seen and loaded …
    let g = Gallery::open_and_reconcile(dir.path()).unwrap();
    for (id, sha) in &kept {
        assert_eq!(&hash_file(&g.path(*id).unwrap()).unwrap(), sha);
        g.load(*id).unwrap();
    }
    let names = std::fs::read_dir(dir.path()).unwrap().flatten();
    assert!(
        names
            .into_iter()
            .all(|e| !e.file_name().to_string_lossy().contains(".part"))
    );
    drop(g);
    // … and with room again, kept and labelled.
    let first = Gallery::open(dir.path()).unwrap().path(kept[0].0).unwrap();
    std::fs::remove_file(first).unwrap();
    let mut g = Gallery::open_and_reconcile(dir.path()).unwrap();
    let e = g.save(&picture(9, 9, false), &explore(7)).unwrap();
    g.add_tag(&[e.id], "room").unwrap();
    assert_eq!(g.get(e.id).unwrap().tags, ["room"]);
}

#[test]
fn the_folder_goes_while_saving() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("gallery");
    let mut g = Gallery::open(&root).unwrap();
    let until = Instant::now() + Duration::from_secs(2);
    let vandal = std::thread::spawn({
        let root = root.clone();
        move || {
            while Instant::now() < until {
                std::fs::remove_dir_all(&root).ok();
                std::thread::sleep(Duration::from_millis(7));
            }
        }
    });
    let mut n = 0;
    while Instant::now() < until {
        // Either kept, or a failure in words; never a panic, never a half file.
        match g.save(&picture(64, 64, false), &explore(n)) {
            Ok(_) => {}
            Err(e) => assert!(!e.to_string().is_empty()),
        }
        n += 1;
    }
    vandal.join().unwrap();
    let mut g = Gallery::open_and_reconcile(&root).unwrap();
    let e = g.save(&picture(64, 64, false), &explore(n)).unwrap();
    assert!(g.load(e.id).is_ok());
}
