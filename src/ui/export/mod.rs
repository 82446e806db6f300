//! The export dialog: format, size, labels, and a look at what goes into the file.

pub mod choices;
pub mod dialog;
pub mod format;
pub mod look;
