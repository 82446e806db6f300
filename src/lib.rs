//! Limner.

pub mod nn;
