//! Style's part of the state: a photo and its styles.

pub mod apply;
pub mod document;
pub mod edit;
pub mod folder;
pub mod folder_report;
