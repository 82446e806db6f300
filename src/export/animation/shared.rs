//! The encoders keep their writer to themselves; this one can still be flushed with
//! its errors heard.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::export::ExportError;
use crate::export::atomic::Noting;

/// A buffered file that several hold.
#[derive(Clone)]
pub(super) struct SharedWriter(Arc<Mutex<Noting<BufWriter<File>>>>);

impl SharedWriter {
    pub(super) fn new(file: File) -> Self {
        let buffer = BufWriter::with_capacity(1 << 16, file);
        Self(Arc::new(Mutex::new(Noting::new(buffer))))
    }

    /// What the disk said rather than what an encoder made of it.
    pub(super) fn cause(&self, path: &Path, e: ExportError) -> ExportError {
        match self.0.lock().failure() {
            Some(failure) => ExportError::writing(path, failure),
            None => e.at(path),
        }
    }
}

impl Seek for SharedWriter {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.lock().seek(to)
    }
}

impl Write for SharedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}
