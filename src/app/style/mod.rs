//! Style's part of the state: a photo and its styles.

pub(in crate::app) mod apply;
pub mod document;
pub mod edit;
pub mod film;
pub mod film_draft;
pub mod fine;
pub mod fine_state;
pub(in crate::app) mod folder;
pub mod folder_edit;
pub mod folder_report;
pub(in crate::app) mod own_styles;
pub mod own_styles_edit;
pub mod own_styles_state;
pub(in crate::app) mod painting;
pub mod preset;
pub mod presets;
pub mod shares;
