//! The engine: one long-lived inference thread behind a protocol of plain data.

pub mod cancel;
pub mod protocol;
