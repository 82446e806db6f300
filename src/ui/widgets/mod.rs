//! Controls of the studio, made from egui's parts.

pub mod button;
pub mod focus;
pub mod icon;
pub mod section;
pub mod seed_row;
pub mod slider;
pub mod tile;
