//! The operators of Limner alone.

#[path = "../../src/nn/mod.rs"]
pub mod nn;
