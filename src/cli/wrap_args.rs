//! What can be typed of how a photo goes on beyond its sides.

use std::path::Path;

use clap::Args;

use crate::export::metadata;
use crate::recipe::Wrap;

/// How a photo goes on beyond its sides.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wrapping {
    /// Keep a seamless picture seamless: its sides go on at the opposite ones in x, y or xy
    #[arg(long, value_name = "SIDES", value_parser = super::values::seamless)]
    pub(crate) seamless: Option<[bool; 2]>,
    /// The photo is a 360° panorama, twice as wide as high; those that say so are known
    #[arg(long, conflicts_with = "seamless")]
    pub(crate) panorama: bool,
    /// Treat it as an ordinary picture, though it says to be a panorama
    #[arg(long, conflicts_with_all = ["seamless", "panorama"])]
    pub(crate) flat: bool,
}

impl Wrapping {
    /// As typed.
    pub(crate) fn wrap(&self) -> Wrap {
        match self.panorama {
            true => Wrap::Panorama,
            false => self.seamless.into(),
        }
    }

    /// As typed, or as the file says.
    pub(crate) fn of(&self, photo: &Path) -> Wrap {
        let typed = self.wrap();
        if !typed.is_none() || self.flat {
            return typed;
        }
        match metadata::read(photo) {
            Ok(file) if file.is_panorama() => Wrap::Panorama,
            _ => Wrap::None,
        }
    }
}
