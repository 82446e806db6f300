//! Spaces' part of the state: a picture, and what surface it becomes.

pub(in crate::app) mod apply;
pub mod document;
pub mod edit;
pub mod export;
pub mod export_choice;
pub mod film;
pub mod film_doc;
pub mod live;
pub mod looks;
pub mod making;
pub(in crate::app) mod shown;
pub mod spaces_state;
pub mod strip_doc;
pub mod wall;
pub(in crate::app) mod written;
