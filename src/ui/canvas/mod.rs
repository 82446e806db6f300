//! Pictures on the screen: zoom and pan, tiles and textures, before and after.

pub mod canvas_error;
pub mod difference;
pub mod escape;
pub mod picture_actions;
pub mod picture_menu;
pub mod picture_view;
pub mod split_divider;
pub mod textures;
pub mod tiles;
pub mod toolbar;
