//! Where a checkpoint's tensors lie: a file that is read piece by piece, a file in
//! memory, or the entries of a zip archive. Nothing is read before it is asked for.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;

use parking_lot::Mutex;
use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

use super::ImportError;

/// A recompressed archive may hold so many times its own bytes …
const MOST_UNPACKED: u64 = 8;
/// … and so many more.
const SPARE_UNPACKED: u64 = 16 << 20;

/// Something that can be read from any place.
pub(super) trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// The bytes of a checkpoint.
pub(super) enum Bytes {
    /// In memory.
    Memory(Vec<u8>),
    /// On disk.
    File(Mutex<File>),
    /// Entries of an archive.
    Zip(Mutex<ZipArchive<Box<dyn Source>>>),
}

/// A stretch of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// From one byte to another.
    Span(Range<u64>),
    /// An entry of the archive, by number, and its length.
    Entry(usize, u64),
}

impl Block {
    /// Length in bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Span(span) => span.end.saturating_sub(span.start),
            Self::Entry(_, len) => *len,
        }
    }
}

/// An entry of an archive.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) block: Block,
}

impl Bytes {
    /// Opens an archive: its bytes and its entries.
    ///
    /// # Errors
    /// [`ImportError::CutShort`] without the directory at its end,
    /// [`ImportError::TooLarge`] when it unpacks to more than checkpoints do.
    pub(super) fn zip(mut source: Box<dyn Source>) -> Result<(Self, Vec<Entry>), ImportError> {
        let size = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        // Nothing stands before PyTorch's archives. Where the start is guessed, an archive is
        // mistaken whose first entry in the directory is as long as the end's own records.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let archive = ZipArchive::with_config(config, source);
        let mut archive = archive.map_err(|error| zip_error(&error))?;
        let (mut entries, mut all) = (Vec::new(), 0u64);
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|e| zip_error(&e))?;
            let stored = entry.compression() == CompressionMethod::Stored;
            if entry.compressed_size() > size || (stored && entry.size() != entry.compressed_size())
            {
                return Err(ImportError::CutShort);
            }
            all = all.saturating_add(entry.size());
            let name = entry.name().map_err(|e| zip_error(&e))?.into_owned();
            let block = Block::Entry(index, entry.size());
            entries.push(Entry { name, block });
        }
        if all > size.saturating_mul(MOST_UNPACKED) + SPARE_UNPACKED {
            return Err(ImportError::TooLarge);
        }
        Ok((Self::Zip(Mutex::new(archive)), entries))
    }

    /// Bytes `range` of a block.
    ///
    /// # Errors
    /// [`ImportError::CutShort`] when they aren't all there, [`ImportError::Damaged`]
    /// when an entry's check sum is another.
    pub(super) fn read(&self, block: &Block, range: Range<u64>) -> Result<Vec<u8>, ImportError> {
        if range.end > block.len() || range.start > range.end {
            return Err(ImportError::CutShort);
        }
        match (self, block) {
            (Self::Memory(bytes), Block::Span(span)) => {
                let at = |n: u64| usize::try_from(span.start + n).ok();
                let (start, end) = (at(range.start), at(range.end));
                let part = start.zip(end).and_then(|(a, b)| bytes.get(a..b));
                Ok(part.ok_or(ImportError::CutShort)?.to_vec())
            }
            (Self::File(file), Block::Span(span)) => {
                let mut file = file.lock();
                file.seek(SeekFrom::Start(span.start + range.start))?;
                exactly(&mut *file, range.end - range.start)
            }
            (Self::Zip(archive), Block::Entry(index, len)) => {
                entry_bytes(&mut archive.lock(), *index, *len, range)
            }
            _ => Err(ImportError::NotATensor),
        }
    }
}

/// Whole entries are checked against their sum. Of others only the part is read where
/// they are stored as they are.
fn entry_bytes(
    archive: &mut ZipArchive<Box<dyn Source>>,
    index: usize,
    len: u64,
    range: Range<u64>,
) -> Result<Vec<u8>, ImportError> {
    let wanted = range.end - range.start;
    if wanted < len
        && let Ok(mut entry) = archive.by_index_seek(index)
    {
        entry.seek(SeekFrom::Start(range.start))?;
        return exactly(&mut entry, wanted);
    }
    let mut entry = archive.by_index(index).map_err(|e| zip_error(&e))?;
    let skipped = std::io::copy(&mut (&mut entry).take(range.start), &mut std::io::sink());
    if skipped.map_err(|e| read_error(&e))? != range.start {
        return Err(ImportError::CutShort);
    }
    let bytes = exactly(&mut entry, wanted)?;
    // The sum is compared where the entry ends.
    if wanted == len {
        entry.read(&mut [0]).map_err(|e| read_error(&e))?;
    }
    Ok(bytes)
}

fn exactly(reader: &mut impl Read, count: u64) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let read = reader.take(count).read_to_end(&mut bytes);
    match read.map_err(|e| read_error(&e))? as u64 == count {
        true => Ok(bytes),
        false => Err(ImportError::CutShort),
    }
}

fn read_error(error: &std::io::Error) -> ImportError {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::UnexpectedEof => ImportError::CutShort,
        K::InvalidData | K::InvalidInput | K::Other => ImportError::Damaged,
        kind => ImportError::Io(kind.into()),
    }
}

fn zip_error(error: &zip::result::ZipError) -> ImportError {
    use zip::result::ZipError as E;
    match error {
        E::Io(error) => read_error(error),
        E::UnsupportedArchive(what) => {
            ImportError::NotACheckpoint(format!("an archive of a kind that isn't read: {what}"))
        }
        // Its directory stands at the end: without it the rest is missing.
        _ => ImportError::CutShort,
    }
}

/// What is in memory, as something that can be read from any place.
pub(super) fn in_memory(bytes: Vec<u8>) -> Box<dyn Source> {
    Box::new(Cursor::new(bytes))
}
