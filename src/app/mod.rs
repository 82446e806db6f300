//! The studio without its looks and without a window: the state, what can be asked
//! of it, and the one place that changes it.
//!
//! A frame: answers of engine and gallery go into the state ([`events`]), actions that
//! panels queued are carried out ([`dispatch`]), what time brings is done ([`frame`]),
//! then [`crate::ui`] draws; [`crate::window`] runs the loop.
//!
//! Each area ([`explore`], [`style`], [`lens`], [`gallery`], [`export`], [`hub`]) has its
//! `edit` (what may be asked), `apply` (how it is carried out) and `events` (what comes
//! back), as far as it needs them. Only those take the state to change it, and nothing
//! outside of this module can call them.

pub mod action;
mod arrival;
pub mod at_hand;
mod canvas;
pub mod command;
mod device_events;
pub mod dispatch;
pub mod document;
pub mod engine_state;
pub mod events;
pub mod explore;
pub mod export;
pub mod finals;
pub mod finish;
pub mod frame;
pub mod frame_stats;
pub mod full_size;
pub mod gallery;
pub mod grow;
pub mod histories;
pub mod history;
mod history_note;
pub mod hub;
mod job_events;
pub mod jobs;
pub mod lens;
mod library_events;
mod mask_shapes;
pub mod menu;
pub mod notice;
pub mod now;
mod open_files;
pub mod photos;
pub mod plain_words;
pub mod ports;
pub mod prefs;
pub mod previews;
pub mod queue;
mod random;
pub mod recipes;
mod send;
pub mod session;
pub mod shortcuts;
pub mod sliders;
mod sources;
pub mod spaces;
pub mod state;
pub mod style;
pub mod thumbs;
pub mod timeline;
pub mod toasts;
mod undo;
pub mod view;
mod work;
