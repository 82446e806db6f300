//! Finish: the last step of any picture, over the workspace where it was asked for.

pub(in crate::app) mod apply;
pub mod edit;
pub(in crate::app) mod events;
pub(in crate::app) mod shown;
pub mod state;
