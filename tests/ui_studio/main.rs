//! A studio that stays open all day: what is saved, thrown away, undone and found again, also
//! after a restart; the start page; the window's own keys and dialogs.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/skip.rs"]
mod skip;
#[path = "../ui_doors/mod.rs"]
mod ui_doors;

mod again;
mod albums;
mod bin;
mod canvas;
mod dialogs;
mod emoji;
mod exports;
mod glyphs;
mod history;
mod look;
mod messages;
mod palette;
mod right_to_left;
mod save;
mod scale;
mod start_page;
mod styles;

const SIZE: [f32; 2] = [1280.0, 800.0];
