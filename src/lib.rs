//! Limner, a desktop art studio: explore generative networks with sliders, put
//! styles onto photos, keep the results with a recipe of how they were made.
//!
//! The rooms and who may enter which:
//! * [`picture`], [`recipe`], [`cancel`] and [`waker`] are plain data, known to everyone;
//! * [`nn`], [`models`] and [`latent`] are the networks and the mathematics of
//!   their latent spaces (candle lives in the first two and in [`engine`]);
//! * [`grow`] makes new pictures of the patches of one, without a network;
//! * [`spaces`] makes materials, framed prints and panoramas of pictures;
//! * [`fine`] optimises pictures through a network, for styles that paint;
//! * [`finish`] crops, tones and sharpens what is done;
//! * [`engine`] runs them on one background thread behind a protocol of plain data;
//! * [`gallery`] and [`export`] keep pictures and write files.
//!
//! None of these knows the window: [`app`] holds its state and carries out what
//! was asked, [`ui`] draws.

pub mod app;
pub mod cancel;
pub mod clean_text;
pub mod cli;
pub mod clock;
mod database;
pub mod digest;
pub mod engine;
pub mod export;
pub mod fine;
pub mod finish;
pub mod gallery;
pub mod grow;
pub mod hub;
pub mod import;
pub mod latent;
pub mod learn;
pub mod models;
pub mod nn;
pub mod paths;
pub mod photo;
pub mod picture;
pub mod recipe;
mod regular_file;
pub mod spaces;
pub mod ui;
pub mod unfinished;
pub mod waker;
pub mod weighed;
pub mod window;
