//! Limner.
