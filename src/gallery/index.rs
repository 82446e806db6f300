//! The index: one SQLite file that can be thrown away and rebuilt from the pictures.
//! WAL with `synchronous = NORMAL`: a power cut may cost the last lines, which the
//! files give back; it never costs the file's consistency.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::describe::{FileStamp, Row};
use super::layout::FolderLayout;
use super::protocol::{Entry, EntryKind, FileState, PictureId};
use super::{GalleryError, words};
use crate::database;

/// Raised with every change of the tables; another number means: rebuild.
pub const INDEX_VERSION: i64 = 4;

const SCHEMA: &str = "
CREATE TABLE picture (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  created INTEGER NOT NULL,
  stars INTEGER NOT NULL,
  tags TEXT NOT NULL,
  albums TEXT NOT NULL,
  model TEXT NOT NULL,
  styles TEXT NOT NULL,
  making TEXT,
  kind INTEGER NOT NULL,
  sha256 TEXT,
  colour INTEGER,
  bytes INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  sidecar INTEGER NOT NULL
);
CREATE INDEX picture_created ON picture (created, id);
CREATE INDEX picture_sha256 ON picture (sha256);
CREATE INDEX picture_making ON picture (making) WHERE making IS NOT NULL;
CREATE INDEX picture_to_hash ON picture (created) WHERE sha256 IS NULL;
CREATE INDEX picture_to_colour ON picture (created) WHERE colour IS NULL;
CREATE TABLE source (
  sha256 TEXT NOT NULL,
  picture INTEGER NOT NULL,
  PRIMARY KEY (sha256, picture)
) WITHOUT ROWID;
CREATE INDEX source_picture ON source (picture);
CREATE VIRTUAL TABLE word USING fts5 (
  title, tags, model, styles,
  content = '', contentless_delete = 1, prefix = '2 3',
  tokenize = \"unicode61 remove_diacritics 2 categories 'L* N* Co So'\"
);
";

/// An open index.
#[derive(Debug)]
pub struct Index {
    pub(super) db: Connection,
}

/// Another one than before: something in the index has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// SQLite's number for changes by other connections.
    others: i64,
    /// Lines changed by this connection.
    own: i64,
}

impl Index {
    /// Opens the index; true when it is new and empty because there was none, it was
    /// damaged, or it was of another version. The caller holds the gallery's lock.
    ///
    /// # Errors
    /// The failure of SQLite or the disk.
    pub fn open(path: &Path) -> Result<(Self, bool), GalleryError> {
        match Self::try_open(path) {
            Ok(Some(index)) => return Ok((index, false)),
            Ok(None) => {}
            Err(e) if e.is_damaged_index() => {
                log::warn!("the gallery's index is damaged ({e}); it is made anew");
            }
            Err(e) => return Err(e),
        }
        Ok((Self::replace(path)?, true))
    }

    /// Throws away what is there and begins an empty index. The caller holds the
    /// gallery's lock.
    ///
    /// # Errors
    /// The failure of SQLite or the disk.
    pub fn replace(path: &Path) -> Result<Self, GalleryError> {
        database::remove(path);
        let db = connect(path)?;
        db.execute_batch(&format!(
            "BEGIN; {SCHEMA} PRAGMA user_version = {INDEX_VERSION}; COMMIT;"
        ))?;
        Ok(Self { db })
    }

    /// Empties the index in one step.
    ///
    /// # Errors
    /// The failure of SQLite; then nothing is taken out.
    pub fn clear(&mut self) -> Result<(), GalleryError> {
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute_batch(
            "DELETE FROM picture; DELETE FROM source; INSERT INTO word(word) VALUES('delete-all');",
        )?;
        transaction.commit()?;
        Ok(())
    }

    fn try_open(path: &Path) -> Result<Option<Self>, GalleryError> {
        if !path.exists() {
            return Ok(None);
        }
        let db = connect(path)?;
        let version: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        if version != INDEX_VERSION {
            return Ok(None);
        }
        // Touches the tables, so that a damaged head shows now.
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| {
            r.get::<_, i64>(0)
        })?;
        db.query_row("SELECT id FROM picture LIMIT 1", [], |r| r.get::<_, i64>(0))
            .optional()?;
        Ok(Some(Self { db }))
    }

    /// An index in memory, for folders that can't be written to.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn in_memory() -> Result<Self, GalleryError> {
        let db = Connection::open_in_memory()?;
        db.execute_batch(SCHEMA)?;
        Ok(Self { db })
    }

    /// Gives the journal's disk space back. Nothing is lost if it can't be done
    /// now, because of a reader, say.
    pub fn shrink_journal(&self) {
        let shrunk = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(e) = shrunk {
            log::debug!("the index's journal stays as it is: {e}");
        }
    }

    /// A thorough look for damage; slow for large indices.
    ///
    /// # Errors
    /// What is damaged.
    pub fn check(&self) -> Result<bool, GalleryError> {
        let answer: String = self
            .db
            .query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
        Ok(answer == "ok")
    }

    /// A number for what is in the index now.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn state(&self) -> Result<IndexState, GalleryError> {
        let one = |sql: &str| -> rusqlite::Result<i64> {
            self.db.prepare_cached(sql)?.query_row([], |r| r.get(0))
        };
        Ok(IndexState {
            others: one("PRAGMA data_version")?,
            own: one("SELECT total_changes()")?,
        })
    }

    /// Every line, newest first, with the number of its colour, all as of one moment.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn lines(
        &self,
        layout: &FolderLayout,
    ) -> Result<(Vec<Entry>, Vec<Option<i64>>), GalleryError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS}, p.colour FROM picture p ORDER BY p.created DESC, p.id DESC"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map([], |r| Ok((entry(layout, r)?, r.get(14)?)))?;
        let mut lines = (Vec::new(), Vec::new());
        for row in rows {
            let (entry, colour) = row?;
            lines.0.push(entry);
            lines.1.push(colour);
        }
        Ok(lines)
    }

    /// Number of pictures.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn len(&self) -> Result<usize, GalleryError> {
        let n: i64 = self
            .db
            .query_row("SELECT count(*) FROM picture", [], |r| r.get(0))?;
        Ok(n as usize)
    }

    /// Whether there is no picture.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn is_empty(&self) -> Result<bool, GalleryError> {
        self.len().map(|n| n == 0)
    }

    /// Writes lines in one go. What is known of an unchanged file's hash and colour
    /// stays.
    ///
    /// # Errors
    /// The failure of SQLite; then nothing is written.
    pub fn put(&mut self, rows: &[Row]) -> Result<(), GalleryError> {
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut picture = transaction.prepare_cached(
                "INSERT INTO picture (id, path, title, width, height, created, stars, tags, model,
                   styles, kind, sha256, bytes, modified, sidecar, making, albums)
                 VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)
                 ON CONFLICT (id) DO UPDATE SET path=?2, title=?3, width=?4, height=?5, created=?6,
                   stars=?7, tags=?8, model=?9, styles=?10, kind=?11,
                   sha256 = coalesce(?12, CASE WHEN bytes=?13 AND modified=?14 THEN sha256 END),
                   colour = CASE WHEN bytes=?13 AND modified=?14 THEN colour END,
                   bytes=?13, modified=?14, sidecar=?15, making=?16, albums=?17",
            )?;
            let mut unword = transaction.prepare_cached("DELETE FROM word WHERE rowid = ?1")?;
            let mut word = transaction.prepare_cached(
                "INSERT INTO word (rowid, title, tags, model, styles) VALUES (?1,?2,?3,?4,?5)",
            )?;
            let mut unsource =
                transaction.prepare_cached("DELETE FROM source WHERE picture = ?1")?;
            let mut source = transaction
                .prepare_cached("INSERT OR IGNORE INTO source (sha256, picture) VALUES (?1,?2)")?;
            for r in rows {
                picture.execute(params![
                    r.id.file,
                    r.path,
                    r.title,
                    r.size[0],
                    r.size[1],
                    r.created,
                    r.stars,
                    r.tags.join("\n"),
                    r.model,
                    r.styles,
                    kind_number(r.kind),
                    r.sha256,
                    r.stamp.bytes,
                    r.stamp.modified,
                    r.stamp.sidecar,
                    r.making,
                    r.albums.join("\n")
                ])?;
                unword.execute([r.id.file])?;
                word.execute(params![
                    r.id.file,
                    words::split(&r.title),
                    words::split(&r.tags.join("\n")),
                    words::split(&r.model),
                    words::split(&r.styles)
                ])?;
                unsource.execute([r.id.file])?;
                for sha in &r.sources {
                    source.execute(params![sha, r.id.file])?;
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Takes lines out in one go.
    ///
    /// # Errors
    /// The failure of SQLite; then nothing is taken out.
    pub fn remove(&mut self, ids: &[PictureId]) -> Result<(), GalleryError> {
        let transaction = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for id in ids {
            for sql in [
                "DELETE FROM picture WHERE id = ?1",
                "DELETE FROM word WHERE rowid = ?1",
                "DELETE FROM source WHERE picture = ?1",
            ] {
                transaction.prepare_cached(sql)?.execute([id.file])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Every path with its stamp.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn stamps(&self) -> Result<HashMap<String, FileStamp>, GalleryError> {
        let mut statement = self
            .db
            .prepare("SELECT path, bytes, modified, sidecar FROM picture")?;
        let rows = statement.query_map([], |r| {
            Ok((
                r.get(0)?,
                FileStamp {
                    bytes: r.get(1)?,
                    modified: r.get(2)?,
                    sidecar: r.get(3)?,
                },
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The stamp of one path.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn stamp(&self, path: &str) -> Result<Option<FileStamp>, GalleryError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT bytes, modified, sidecar FROM picture WHERE path = ?1")?;
        Ok(statement
            .query_row([path], |r| {
                Ok(FileStamp {
                    bytes: r.get(0)?,
                    modified: r.get(1)?,
                    sidecar: r.get(2)?,
                })
            })
            .optional()?)
    }

    /// The path of a picture.
    ///
    /// # Errors
    /// [`GalleryError::Gone`], or the failure of SQLite.
    pub fn path(&self, layout: &FolderLayout, id: PictureId) -> Result<String, GalleryError> {
        if !layout.holds(id) {
            return Err(GalleryError::Gone);
        }
        self.db
            .prepare_cached("SELECT path FROM picture WHERE id = ?1")?
            .query_row([id.file], |r| r.get(0))
            .optional()?
            .ok_or(GalleryError::Gone)
    }
}

/// The columns of an [`Entry`], in the order that [`entry`] reads.
pub(super) const ENTRY_COLUMNS: &str = "p.id, p.path, p.title, p.width, p.height, p.created, p.stars, p.tags, p.model, p.kind, p.sha256, p.bytes, p.modified, p.albums";

pub(super) fn entry(layout: &FolderLayout, r: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    let words = |column| -> rusqlite::Result<Vec<String>> {
        let text = r.get_ref(column)?.as_str()?;
        Ok(match text {
            "" => Vec::new(),
            text => text.split('\n').map(str::to_owned).collect(),
        })
    };
    Ok(Entry {
        id: layout.numbered(r.get(0)?),
        path: layout.absolute(r.get_ref(1)?.as_str()?),
        title: r.get(2)?,
        size: [r.get(3)?, r.get(4)?],
        created: r.get(5)?,
        stars: r.get(6)?,
        tags: words(7)?,
        albums: words(13)?,
        model: r.get(8)?,
        kind: kind_of(r.get(9)?),
        sha256: r.get(10)?,
        state: FileState {
            bytes: r.get(11)?,
            modified: r.get(12)?,
        },
    })
}

pub(super) fn kind_number(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Generated => 0,
        EntryKind::Stylised => 1,
        EntryKind::Enlarged => 2,
        EntryKind::Imported => 3,
    }
}

fn kind_of(number: i64) -> EntryKind {
    match number {
        0 => EntryKind::Generated,
        1 => EntryKind::Stylised,
        2 => EntryKind::Enlarged,
        _ => EntryKind::Imported,
    }
}

fn connect(path: &Path) -> Result<Connection, GalleryError> {
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(10))?;
    // A network folder may refuse WAL; the index then works with a rollback journal.
    db.query_row("PRAGMA journal_mode = WAL", [], |r| r.get::<_, String>(0))?;
    db.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -6000;")?;
    db.set_prepared_statement_cache_capacity(32);
    Ok(db)
}
