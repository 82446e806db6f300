//! Questions to the index: lists, full text, lineage.

use rusqlite::types::Value;

use super::index::{ENTRY_COLUMNS, Index, entry, kind_number};
use super::layout::FolderLayout;
use super::protocol::{Entry, PictureId, Query, Sort};
use super::{GalleryError, words};

impl Index {
    /// All hits in order.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn list(&self, layout: &FolderLayout, query: &Query) -> Result<Vec<Entry>, GalleryError> {
        let (sql, values) = sql(query);
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(values), |r| entry(layout, r))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The pictures that an expression of the full-text search finds, in no order.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn matching(
        &self,
        layout: &FolderLayout,
        expression: &str,
    ) -> Result<Vec<PictureId>, GalleryError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT rowid FROM word WHERE word MATCH ?1")?;
        let rows = statement.query_map([expression], |r| Ok(layout.numbered(r.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One picture.
    ///
    /// # Errors
    /// [`GalleryError::Gone`], or the failure of SQLite.
    pub fn get(&self, layout: &FolderLayout, id: PictureId) -> Result<Entry, GalleryError> {
        if !layout.holds(id) {
            return Err(GalleryError::Gone);
        }
        let sql = format!("SELECT {ENTRY_COLUMNS} FROM picture p WHERE p.id = ?1");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query_map([id.file], |r| entry(layout, r))?;
        Ok(rows.next().ok_or(GalleryError::Gone)??)
    }

    /// What a picture was made from, and what was made from it, as far as they are in
    /// the gallery.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn lineage(
        &self,
        layout: &FolderLayout,
        id: PictureId,
    ) -> Result<(Vec<Entry>, Vec<Entry>), GalleryError> {
        if !layout.holds(id) {
            return Ok((Vec::new(), Vec::new()));
        }
        let parents = format!(
            "SELECT {ENTRY_COLUMNS} FROM source s JOIN picture p ON p.sha256 = s.sha256
             WHERE s.picture = ?1 AND p.id <> ?1 ORDER BY p.created, p.id"
        );
        let children = format!(
            "SELECT DISTINCT {ENTRY_COLUMNS} FROM picture me
             JOIN source s ON s.sha256 = me.sha256 JOIN picture p ON p.id = s.picture
             WHERE me.id = ?1 AND p.id <> ?1 ORDER BY p.created, p.id"
        );
        let read = |sql: &str| -> Result<Vec<Entry>, GalleryError> {
            let mut statement = self.db.prepare_cached(sql)?;
            let rows = statement.query_map([id.file], |r| entry(layout, r))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        Ok((read(&parents)?, read(&children)?))
    }

    /// The pictures of an album, in no order.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn in_album(
        &self,
        layout: &FolderLayout,
        album: &str,
    ) -> Result<Vec<PictureId>, GalleryError> {
        let query = Query {
            album: Some(album.to_owned()),
            ..Query::default()
        };
        let all = self.list(layout, &query)?;
        Ok(all.into_iter().map(|entry| entry.id).collect())
    }

    /// Every album with its number of pictures, by name.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn albums(&self) -> Result<Vec<(String, usize)>, GalleryError> {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        let mut statement = self
            .db
            .prepare_cached("SELECT albums FROM picture WHERE albums <> ''")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let names = r.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            for name in names.split('\n') {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        let mut albums: Vec<_> = counts.into_iter().collect();
        albums.sort_by_cached_key(|(name, _)| name.to_lowercase());
        Ok(albums)
    }

    /// Every tag with its number of pictures, the commonest first.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn tags(&self) -> Result<Vec<(String, usize)>, GalleryError> {
        let mut counts = std::collections::HashMap::<String, usize>::new();
        let mut statement = self
            .db
            .prepare_cached("SELECT tags FROM picture WHERE tags <> ''")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            for tag in r
                .get_ref(0)?
                .as_str()
                .map_err(rusqlite::Error::from)?
                .split('\n')
            {
                *counts.entry(tag.to_owned()).or_default() += 1;
            }
        }
        let mut tags: Vec<_> = counts.into_iter().collect();
        tags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(tags)
    }
}

fn sql(q: &Query) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
    let mut where_ = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(format!("{condition} ?{}", values.len()));
    };
    let expression = words::expression(&q.text);
    let from = match &expression {
        Some(e) => {
            where_("word MATCH", Value::Text(e.clone()));
            "word JOIN picture p ON p.id = word.rowid"
        }
        None => "picture p",
    };
    if q.min_stars > 0 {
        where_("p.stars >=", Value::Integer(q.min_stars.into()));
    }
    if let Some(album) = &q.album {
        // Names hold no line breaks, which stand between them.
        values.push(Value::Text(format!("\n{album}\n")));
        let n = values.len();
        conditions.push(format!("instr(char(10) || p.albums || char(10), ?{n}) > 0"));
    }
    let mut where_ = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(format!("{condition} ?{}", values.len()));
    };
    if let Some(model) = &q.model {
        where_("p.model =", Value::Text(model.clone()));
    }
    if let Some(kind) = q.kind {
        where_("p.kind =", Value::Integer(kind_number(kind)));
    }
    if let Some(since) = q.since {
        where_("p.created >=", Value::Integer(since));
    }
    if let Some(until) = q.until {
        where_("p.created <", Value::Integer(until));
    }
    if let Some(colour) = q.colour {
        where_("p.colour =", Value::Integer(colour as i64));
    }
    // Words of punctuation only find nothing rather than everything.
    if expression.is_none() && !q.text.trim().is_empty() {
        conditions.push("0".into());
    }
    let order = match q.sort {
        Sort::Newest => "p.created DESC, p.id DESC",
        Sort::Oldest => "p.created, p.id",
        Sort::Stars => "p.stars DESC, p.created DESC, p.id DESC",
        Sort::Title => "p.title COLLATE NOCASE, p.created, p.id",
    };
    let conditions = if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    };
    (
        format!("SELECT {ENTRY_COLUMNS} FROM {from}{conditions} ORDER BY {order}"),
        values,
    )
}
