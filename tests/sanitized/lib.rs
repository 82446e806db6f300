//! The operators of Limner alone.

// Some operators have their callers in the networks.
#[allow(dead_code, unused_imports)]
#[path = "../../src/nn/mod.rs"]
pub mod nn;
