//! The studio without its looks and without a window: the state, what can be asked
//! of it, and the one place that changes it.
//!
//! A frame: answers of engine and gallery go into the state ([`events`]), actions
//! that panels queued are carried out ([`dispatch`]), then [`crate::ui`] draws;
//! [`crate::window`] runs the loop.

pub mod action;
pub mod command;
pub mod device_events;
pub mod dispatch;
pub mod document;
pub mod events;
pub mod explore;
pub mod export;
pub mod flow;
pub mod frame_stats;
pub mod gallery;
pub mod history;
pub mod history_note;
pub mod hub;
pub mod jobs;
pub mod lens;
pub mod notice;
pub mod now;
pub mod ports;
pub mod prefs;
pub mod previews;
pub mod random;
pub mod recipes;
pub mod results;
pub mod session;
pub mod sources;
pub mod state;
pub mod style;
pub mod thumbs;
pub mod view;
