//! `limner bench`
use super::Failure;
use super::args::{Bench, Common};
/// x
pub(crate) fn run(_args: &Bench, _common: &Common) -> Result<(), Failure> {
    Err(Failure::new("not yet"))
}
