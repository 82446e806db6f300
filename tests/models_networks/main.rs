//! Networks and latent tools, in one program so that it links once.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod any_style;
mod autoencoder;
mod cppn;
mod drag;
mod fast_style;
mod folders;
mod half;
mod latent_directions;
mod latent_ways;
mod learnt;
mod lens_sliders;
mod registry;
mod restyle;
#[path = "../common/scene.rs"]
mod scene;
mod shipped;
mod shipped_directions;
#[path = "../common/skip.rs"]
mod skip;
mod stylegan2;
mod stylegan3;
mod toy;
mod vgg19;
