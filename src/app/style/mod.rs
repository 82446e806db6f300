//! Style's part of the state.

pub mod apply;
pub mod edit;
pub mod folder_report;
