//! Thumbnails on disk, bounded: small JPEGs (PNG where there is transparency) in one
//! SQLite file that can be thrown away.

use std::path::Path;
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
        let open = || -> rusqlite::Result<Connection> {
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
        };
        let db = match open() {
            Ok(db) => db,
            Err(e) => {
                // Damaged by a power cut: it is only a cache.
                log::info!("thumbnails begin anew: {e}");
                database::remove(path);
                open()?
            }
        };
        Ok(Self {
            db,
            capacity,
            since_look: 0,
        })
    }

    /// The thumbnail of a picture in this state.
    pub fn get(&self, id: PictureId, stamp: &FileStamp) -> Option<Picture> {
        let (data, used): (Vec<u8>, i64) = self
            .db
            .prepare_cached(
                "SELECT data, used FROM thumb WHERE id = ?1 AND bytes = ?2 AND modified = ?3",
            )
            .ok()?
            .query_row(params![id.file, stamp.bytes, stamp.modified], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .optional()
            .ok()??;
        let now = clock::now();
        // Noted once an hour: reading must not mean writing.
        if now - used > 3600 {
            self.db
                .execute("UPDATE thumb SET used = ?2 WHERE id = ?1", [id.file, now])
                .ok();
        }
        let image = image::load_from_memory(&data).ok()?;
        let (w, h) = (image.width(), image.height());
        Picture::from_rgba(w, h, image.into_rgba8().into_raw()).ok()
    }

    /// Why a picture in this state has no thumbnail, if this program found that out before.
    pub fn failure(&self, id: PictureId, stamp: &FileStamp) -> Option<String> {
        let sql = "SELECT data FROM thumb WHERE id = ?1 AND bytes = ?2 AND modified = ?3";
        let found: Option<Vec<u8>> = self
            .db
            .prepare_cached(sql)
            .ok()?
            .query_row(params![id.file, stamp.bytes, stamp.modified], |r| r.get(0))
            .optional()
            .ok()?;
        let text = String::from_utf8(found?).ok()?;
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
        self.db
            .prepare_cached("INSERT OR REPLACE INTO thumb VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                id.file,
                stamp.bytes,
                stamp.modified,
                clock::now(),
                length,
                data
            ])?;
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
    pub fn size(&self) -> Result<i64, GalleryError> {
        let sql = "SELECT coalesce(sum(length), 0) FROM thumb";
        Ok(self.db.query_row(sql, [], |r| r.get(0))?)
    }

    fn shrink(&mut self) -> Result<(), GalleryError> {
        let mut size = self.size()?;
        while size > self.capacity {
            let gone = self.db.execute(
                "DELETE FROM thumb WHERE id IN (SELECT id FROM thumb ORDER BY used LIMIT 256)",
                [],
            )?;
            if gone == 0 {
                break;
            }
            size = self.size()?;
        }
        Ok(())
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
