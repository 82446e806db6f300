//! Explore's part of the state: variations and the latent walk.

pub mod apply;
pub mod edit;
pub mod random_walk;
pub mod variations;
