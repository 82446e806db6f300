//! Thumbnails on disk, bounded: small JPEGs (PNG where there is transparency) in one
//! SQLite file that can be thrown away.

use std::path::{Path, PathBuf};
use std::time::Duration;

use image::ImageEncoder;
use rusqlite::{Connection, OptionalExtension, params};

use super::GalleryError;
use super::describe::FileStamp;
use super::protocol::PictureId;
use crate::clock;
use crate::database;
use crate::picture::Picture;

/// Bytes of all thumbnails together: some 40,000 of them.
pub const CAPACITY: i64 = 384 << 20;

/// Stands before a reason in the place of a picture; no picture begins like that.
const FAILURE: &str = concat!("failed in ", env!("CARGO_PKG_VERSION"), ": ");

/// The cache.
#[derive(Debug)]
pub struct ThumbCache {
    path: PathBuf,
    db: Connection,
    capacity: i64,
    /// Bytes stored by this handle since it last looked at the whole.
    since_look: i64,
}

impl ThumbCache {
    /// Opens or makes the cache.
    ///
    /// # Errors
    /// The failure of SQLite or the disk; thumbnails then aren't kept.
    pub fn open(path: &Path, capacity: i64) -> Result<Self, GalleryError> {
        let db = match connect(path) {
            Ok(db) => db,
            Err(e) => {
                // Damaged by a power cut: it is only a cache.
                log::info!("thumbnails begin anew: {e}");
                database::remove(path);
                connect(path)?
            }
        };
        Ok(Self {
            path: path.to_path_buf(),
            db,
            capacity,
            since_look: 0,
        })
    }

    /// Asks; damage that shows only now is healed, and it is asked again. Another thread's
    /// handle may have begun anew already: what is sound on disk is used.
    fn healed<T>(
        &mut self,
        ask: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let why = match ask(&self.db) {
            Err(e) if may_heal(&e) => e,
            done => return done,
        };
        log::info!("thumbnails are looked after: {why}");
        // Lets go of the file.
        self.db = Connection::open_in_memory()?;
        self.db = match connect(&self.path).and_then(sound) {
            Ok(db) => db,
            Err(e) => {
                log::info!("thumbnails begin anew: {e}");
                database::remove(&self.path);
                connect(&self.path)?
            }
        };
        ask(&self.db)
    }

    /// What is stored of a picture in this state, and when it was used last.
    fn stored(&mut self, id: PictureId, stamp: &FileStamp) -> Option<(Vec<u8>, i64)> {
        let sql = "SELECT data, used FROM thumb WHERE id = ?1 AND bytes = ?2 AND modified = ?3";
        let found = self.healed(|db| {
            db.prepare_cached(sql)?
                .query_row(params![id.file, stamp.bytes, stamp.modified], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })
                .optional()
        });
        found.unwrap_or_else(|e| {
            log::warn!("{e}");
            None
        })
    }

    /// The thumbnail of a picture in this state.
    pub fn get(&mut self, id: PictureId, stamp: &FileStamp) -> Option<Picture> {
        let (data, used) = self.stored(id, stamp)?;
        let now = clock::now();
        // Noted once an hour: reading must not mean writing.
        if now - used > 3600 {
            let sql = "UPDATE thumb SET used = ?2 WHERE id = ?1";
            self.healed(|db| db.execute(sql, [id.file, now])).ok();
        }
        let image = image::load_from_memory(&data).ok()?;
        let (w, h) = (image.width(), image.height());
        Picture::from_rgba(w, h, image.into_rgba8().into_raw()).ok()
    }

    /// Why a picture in this state has no thumbnail, if this program found that out before.
    pub fn failure(&mut self, id: PictureId, stamp: &FileStamp) -> Option<String> {
        let text = String::from_utf8(self.stored(id, stamp)?.0).ok()?;
        text.strip_prefix(FAILURE).map(str::to_owned)
    }

    /// Remembers that a picture in this state can't be decoded: a picture bomb isn't to go
    /// off at every start. A later program tries it again.
    ///
    /// # Errors
    /// The failure of SQLite or the disk.
    pub fn put_failure(
        &mut self,
        id: PictureId,
        stamp: &FileStamp,
        reason: &str,
    ) -> Result<(), GalleryError> {
        self.store(id, stamp, format!("{FAILURE}{reason}").into_bytes())
    }

    /// Keeps a thumbnail, and drops those that were not used for longest when there
    /// are too many.
    ///
    /// # Errors
    /// The failure of SQLite or the disk.
    pub fn put(
        &mut self,
        id: PictureId,
        stamp: &FileStamp,
        p: &Picture,
    ) -> Result<(), GalleryError> {
        match encode(p) {
            Some(data) => self.store(id, stamp, data),
            None => Ok(()),
        }
    }

    fn store(
        &mut self,
        id: PictureId,
        stamp: &FileStamp,
        data: Vec<u8>,
    ) -> Result<(), GalleryError> {
        let length = data.len() as i64;
        let sql = "INSERT OR REPLACE INTO thumb VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.healed(|db| {
            db.prepare_cached(sql)?.execute(params![
                id.file,
                stamp.bytes,
                stamp.modified,
                clock::now(),
                length,
                data
            ])
        })?;
        self.since_look += length;
        if self.since_look > self.capacity / 32 {
            self.since_look = 0;
            self.shrink()?;
        }
        Ok(())
    }

    /// Bytes of all thumbnails.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn size(&mut self) -> Result<i64, GalleryError> {
        let sql = "SELECT coalesce(sum(length), 0) FROM thumb";
        Ok(self.healed(|db| db.query_row(sql, [], |r| r.get(0)))?)
    }

    fn shrink(&mut self) -> Result<(), GalleryError> {
        let mut size = self.size()?;
        let sql = "DELETE FROM thumb WHERE id IN (SELECT id FROM thumb ORDER BY used LIMIT 256)";
        while size > self.capacity {
            if self.healed(|db| db.execute(sql, []))? == 0 {
                break;
            }
            size = self.size()?;
        }
        Ok(())
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(Duration::from_secs(5))?;
    db.query_row("PRAGMA journal_mode = WAL", [], |r| r.get::<_, String>(0))?;
    db.execute_batch(
        "PRAGMA synchronous = OFF;
         CREATE TABLE IF NOT EXISTS thumb (
           id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, modified INTEGER NOT NULL,
           used INTEGER NOT NULL, length INTEGER NOT NULL, data BLOB NOT NULL);
         CREATE INDEX IF NOT EXISTS thumb_used ON thumb (used, length);",
    )?;
    Ok(db)
}

/// The cache, if there is nothing wrong with it.
fn sound(db: Connection) -> rusqlite::Result<Connection> {
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    let columns = "SELECT id, bytes, modified, used, length, data FROM thumb LIMIT 1";
    db.prepare(columns)?;
    match verdict.as_str() {
        "ok" => Ok(db),
        _ => Err(rusqlite::Error::InvalidQuery),
    }
}

/// Whether a new look at the file can help: it is damaged, of another form, or not the
/// file any more that was opened.
fn may_heal(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as C;
    const MOVED: i32 = 1032;
    match error {
        rusqlite::Error::SqliteFailure(e, _) => {
            let damaged = [
                C::DatabaseCorrupt,
                C::NotADatabase,
                C::SystemIoFailure,
                C::Unknown,
            ];
            damaged.contains(&e.code) || e.extended_code == MOVED
        }
        rusqlite::Error::SqlInputError { .. } | rusqlite::Error::InvalidColumnType(..) => true,
        _ => false,
    }
}

fn encode(p: &Picture) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (w, h) = (p.width(), p.height());
    if p.has_transparency() {
        image::codecs::png::PngEncoder::new(&mut out)
            .write_image(p.rgba(), w, h, image::ExtendedColorType::Rgba8)
            .ok()?;
    } else {
        let rgb: Vec<u8> = p
            .rgba()
            .chunks_exact(4)
            .flat_map(|c| [c[0], c[1], c[2]])
            .collect();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 88)
            .write_image(&rgb, w, h, image::ExtendedColorType::Rgb8)
            .ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: PictureId = PictureId { folder: 0, file: 1 };

    fn stamp() -> FileStamp {
        let file = tempfile::NamedTempFile::new().unwrap();
        FileStamp::of(file.path()).unwrap()
    }

    fn thumb(v: u8) -> Picture {
        Picture::from_rgba(2, 2, [v, v, v, 9].repeat(4)).unwrap()
    }

    /// Ways in which the file goes wrong while it is open.
    fn damages() -> [(&'static str, fn(&Path)); 3] {
        fn overwritten(path: &Path) {
            let length = std::fs::metadata(path).unwrap().len() as usize;
            std::fs::write(path, vec![0x5a; length]).unwrap();
        }
        fn emptied(path: &Path) {
            Connection::open(path)
                .unwrap()
                .execute_batch("DROP TABLE thumb")
                .unwrap();
        }
        fn changed(path: &Path) {
            let words = "DROP TABLE thumb; CREATE TABLE thumb (id INTEGER PRIMARY KEY, x TEXT)";
            Connection::open(path)
                .unwrap()
                .execute_batch(words)
                .unwrap();
        }
        [
            ("overwritten", overwritten),
            ("emptied", emptied),
            ("of another form", changed),
        ]
    }

    #[test]
    fn damage_heals_in_every_way_of_using_it() {
        type Use = fn(&mut ThumbCache, &FileStamp);
        let uses: [(&str, Use); 5] = [
            ("get", |c, s| drop(c.get(ID, s))),
            ("failure", |c, s| drop(c.failure(ID, s))),
            ("put", |c, s| c.put(ID, s, &thumb(7)).unwrap()),
            ("put_failure", |c, s| c.put_failure(ID, s, "no").unwrap()),
            ("size", |c, _| assert!(c.size().unwrap() >= 0)),
        ];
        for (damage, harm) in damages() {
            for (name, first) in &uses {
                let dir = tempfile::tempdir().unwrap();
                let file = dir.path().join("thumbs");
                let stamp = stamp();
                let mut cache = ThumbCache::open(&file, 1 << 20).unwrap();
                cache.put(ID, &stamp, &thumb(1)).unwrap();
                // Into the file itself, out of its journal.
                cache
                    .db
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                    .unwrap();
                cache.db.execute_batch("PRAGMA shrink_memory").unwrap();
                harm(&file);
                first(&mut cache, &stamp);
                cache.put(ID, &stamp, &thumb(3)).unwrap();
                assert_eq!(cache.get(ID, &stamp), Some(thumb(3)), "{damage}, {name}");
                let mut again = ThumbCache::open(&file, 1 << 20).unwrap();
                assert_eq!(again.get(ID, &stamp), Some(thumb(3)), "{damage}, {name}");
            }
        }
    }

    #[test]
    fn two_handles_heal_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("thumbs");
        let stamp = stamp();
        let mut both = [(); 2].map(|()| ThumbCache::open(&file, 1 << 20).unwrap());
        both[0].put(ID, &stamp, &thumb(1)).unwrap();
        damages()[1].1(&file);
        for cache in &mut both {
            cache.put(ID, &stamp, &thumb(2)).unwrap();
        }
        for cache in &mut both {
            assert_eq!(cache.get(ID, &stamp), Some(thumb(2)));
        }
    }
}
