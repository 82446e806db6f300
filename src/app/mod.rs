//! The studio without its looks and without a window: the state, what can be asked
//! of it, and the one place that changes it.
//!
//! A frame: answers of engine and gallery go into the state ([`events`]), actions that
//! panels queued are carried out ([`dispatch`]), what time brings is done ([`frame`]),
//! then [`crate::ui`] draws; [`crate::window`] runs the loop.
//!
//! Each area ([`explore`], [`style`], [`lens`], [`gallery`], [`export`], [`hub`]) has its
//! `edit` (what may be asked), `apply` (how it is carried out) and `events` (what comes
//! back), as far as it needs them.

pub mod action;
pub mod canvas;
pub mod command;
pub mod device_events;
pub mod dispatch;
pub mod document;
pub mod engine_state;
pub mod events;
pub mod explore;
pub mod export;
pub mod frame;
pub mod frame_stats;
pub mod gallery;
pub mod history;
pub mod history_note;
pub mod hub;
pub mod job_events;
pub mod jobs;
pub mod lens;
pub mod library_events;
pub mod menu;
pub mod notice;
pub mod now;
pub mod open_files;
pub mod photos;
pub mod ports;
pub mod prefs;
pub mod previews;
pub mod queue;
pub mod random;
pub mod recipes;
pub mod send;
pub mod session;
pub mod shortcuts;
pub mod sliders;
pub mod sources;
pub mod state;
pub mod style;
pub mod thumbs;
pub mod toasts;
pub mod undo;
pub mod view;
pub mod work;
