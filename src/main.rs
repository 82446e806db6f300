//! Limner.
fn main() {}
