//! Grow's part of the state: a picture, and what is to grow from it.

pub(in crate::app) mod answers;
pub(in crate::app) mod apply;
pub mod document;
pub mod edit;
pub mod grow_state;
pub mod growing;
pub(in crate::app) mod live;
pub mod others;
pub mod sketch;
