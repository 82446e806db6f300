//! The gallery: a folder of picture files that carry their recipes. The files are
//! the truth; the index can be thrown away.

pub mod protocol;
