//! Which photos were opened on this machine, and where they lie: content hash to path.
//! Recipes name their sources by hash alone unless the user wants more, and still find
//! them again by this. It stays here: nothing of it ever goes into a picture.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, params};

use crate::database;

/// Places that are kept; those noted longest ago go first.
pub const MOST_PLACES: i64 = 10_000;

/// Places of one photo that are tried.
const TRIED: usize = 8;

/// Another number means: begin anew.
const VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS place (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 TEXT NOT NULL,
  path BLOB NOT NULL,
  UNIQUE (sha256, path)
);";

/// The photos that were opened. Failures of its file are noted in the log and cost no
/// more than having to show a photo again.
#[derive(Debug)]
pub struct KnownPhotos {
    file: Option<PathBuf>,
    /// Absent before it is first asked, so that no start waits for it, and where SQLite fails.
    db: Option<Connection>,
    asked: bool,
}

impl KnownPhotos {
    /// The index in this file, opened or made when it is first asked; without a file, it
    /// lasts as long as the program. A damaged one begins anew.
    pub fn open(file: Option<PathBuf>) -> Self {
        Self {
            file,
            db: None,
            asked: false,
        }
    }

    /// Notes where a photo lies.
    pub fn note(&mut self, sha256: &str, path: &Path) {
        if sha256.is_empty() {
            return;
        }
        let path = bytes_of(path);
        self.healed(|db| {
            db.prepare_cached("INSERT OR REPLACE INTO place (sha256, path) VALUES (?1, ?2)")?
                .execute(params![sha256, path])?;
            db.prepare_cached("DELETE FROM place WHERE id <= (SELECT max(id) FROM place) - ?1")?
                .execute([MOST_PLACES])
        });
    }

    /// Where files of this content were, the place noted last first.
    pub fn places(&mut self, sha256: &str) -> Vec<PathBuf> {
        self.healed(|db| {
            let sql = "SELECT path FROM place WHERE sha256 = ?1 ORDER BY id DESC LIMIT ?2";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params![sha256, TRIED as i64], |r| r.get(0))?;
            rows.map(|row| row.map(path_of)).collect()
        })
        .unwrap_or_default()
    }

    /// Asks; a damaged index is thrown away and asked again.
    fn healed<T>(&mut self, ask: impl Fn(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        if !std::mem::replace(&mut self.asked, true) {
            self.db = self.connect();
        }
        match ask(self.db.as_ref()?) {
            Ok(answer) => Some(answer),
            Err(e) if is_damage(&e) => {
                self.begin_anew(&e);
                ask(self.db.as_ref()?).ok()
            }
            Err(e) => {
                log::warn!("the index of opened photos can't be used: {e}");
                None
            }
        }
    }

    fn begin_anew(&mut self, why: &rusqlite::Error) {
        log::info!("the index of opened photos begins anew: {why}");
        self.db = None;
        if let Some(file) = &self.file {
            database::remove(file);
        }
        self.db = self.connect();
    }

    fn connect(&mut self) -> Option<Connection> {
        let on_disk = self.file.as_deref().map(connect);
        match on_disk {
            Some(Ok(db)) => return Some(db),
            Some(Err(e)) if is_damage(&e) => {
                self.begin_anew(&e);
                return self.db.take();
            }
            Some(Err(e)) => log::warn!("opened photos are remembered until the end only: {e}"),
            None => {}
        }
        self.file = None;
        let db = Connection::open_in_memory().ok()?;
        db.execute_batch(SCHEMA).ok()?;
        Some(db)
    }
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    if let Some(folder) = file.parent() {
        // The failure shows when the file is opened.
        std::fs::create_dir_all(folder).ok();
    }
    let db = Connection::open(file)?;
    db.busy_timeout(Duration::from_secs(2))?;
    // Losing the last lines in a power cut is no harm.
    db.execute_batch("PRAGMA synchronous = OFF;")?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if version != VERSION {
        db.execute_batch(&format!(
            "BEGIN IMMEDIATE; DROP TABLE IF EXISTS place; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"
        ))?;
    }
    db.query_row(
        "SELECT count(*) FROM (SELECT id FROM place LIMIT 1)",
        [],
        |r| r.get::<_, i64>(0),
    )?;
    Ok(db)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(e, words) => {
            matches!(e.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                || words
                    .as_deref()
                    .is_some_and(|w| w.starts_with("no such table"))
        }
        rusqlite::Error::InvalidColumnType(..) => true,
        _ => false,
    }
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_found_again_the_place_seen_last_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/known.sqlite");
        let mut known = KnownPhotos::open(Some(file.clone()));
        known.note("aa", Path::new("/old/a.jpg"));
        known.note("bb", Path::new("/b.jpg"));
        known.note("aa", Path::new("/new/a\n😀.jpg"));
        drop(known);
        let mut known = KnownPhotos::open(Some(file));
        let places = ["/new/a\n😀.jpg", "/old/a.jpg"].map(PathBuf::from);
        assert_eq!(known.places("aa"), places);
        known.note("aa", Path::new("/old/a.jpg"));
        assert_eq!(known.places("aa")[0], places[1]);
        assert!(known.places("cc").is_empty());
    }

    #[test]
    fn the_index_is_bounded() {
        let mut known = KnownPhotos::open(None);
        for n in 0..MOST_PLACES + 5 {
            known.note(&format!("{n}"), Path::new("/p"));
        }
        let db = known.db.as_ref().unwrap();
        let kept: i64 = db
            .query_row("SELECT count(*) FROM place", [], |r| r.get(0))
            .unwrap();
        assert_eq!(kept, MOST_PLACES);
        assert!(known.places("4").is_empty());
        assert!(!known.places("5").is_empty());
    }

    #[test]
    fn a_damaged_index_heals_in_every_way_of_opening_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known.sqlite");
        let mut before = KnownPhotos::open(Some(file.clone()));
        for n in 0..2000 {
            before.note(&format!("{n}"), Path::new("/somewhere/photo.jpg"));
        }
        drop(before);
        let whole = std::fs::read(&file).unwrap();
        let mut scribbled = whole.clone();
        scribbled[4096..].fill(0x5a);
        let other = {
            let path = folder.path().join("other.sqlite");
            let db = Connection::open(&path).unwrap();
            db.execute_batch("CREATE TABLE cake (a); PRAGMA user_version = 1")
                .unwrap();
            drop(db);
            std::fs::read(path).unwrap()
        };
        for bytes in [&b"no database"[..], &whole[..1000], &scribbled, &other, b""] {
            std::fs::write(&file, bytes).unwrap();
            let mut known = KnownPhotos::open(Some(file.clone()));
            known.note("new", Path::new("/p"));
            assert_eq!(known.places("new"), [PathBuf::from("/p")]);
            drop(known);
            let mut again = KnownPhotos::open(Some(file.clone()));
            assert_eq!(again.places("new"), [PathBuf::from("/p")], "kept");
        }
    }

    #[test]
    fn a_folder_that_takes_no_files_costs_the_memory_only() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, b"x").unwrap();
        let mut known = KnownPhotos::open(Some(blocked.join("known.sqlite")));
        known.note("a", Path::new("/p"));
        assert_eq!(known.places("a"), [PathBuf::from("/p")]);
    }
}
