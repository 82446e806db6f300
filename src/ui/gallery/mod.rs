//! The workspace *Gallery*: grid, single picture, search, details, comparing.

pub mod albums;
pub mod bin;
pub mod compare;
pub mod details;
pub mod empty;
pub mod facts;
pub mod filter;
pub mod grid;
pub mod image_grid;
pub mod image_grid_layout;
pub mod image_grid_star;
pub mod lineage;
pub mod recipe;
pub mod selection;
pub mod single;
pub mod tags;
pub mod workspace;
