//! Lens' part of the state.
pub mod apply;
pub mod edit;
