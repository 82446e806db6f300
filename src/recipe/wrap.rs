//! How a picture that something is done to goes on beyond its sides.

use serde::{Deserialize, Serialize};

/// What lies beyond a picture's sides. Whatever is done to the picture leaves it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrap {
    /// Nothing: the picture ends.
    #[default]
    None,
    /// A tile: the opposite side, in x, y or both.
    Tile([bool; 2]),
    /// An equirectangular panorama: the opposite side in x, and over the poles the other half.
    Panorama,
}

impl Wrap {
    /// Whether the picture ends at its sides.
    pub fn is_none(&self) -> bool {
        self.sides() == [false; 2]
    }

    /// Whether it is a panorama.
    pub fn is_panorama(&self) -> bool {
        *self == Self::Panorama
    }

    /// The sides that go on at the opposite ones, in x and y.
    pub fn sides(&self) -> [bool; 2] {
        match self {
            Self::None => [false; 2],
            Self::Tile(sides) => *sides,
            Self::Panorama => [true, false],
        }
    }
}

/// Which sides of a tile go on, for a [`Wrap`].
impl From<Option<[bool; 2]>> for Wrap {
    fn from(sides: Option<[bool; 2]>) -> Self {
        sides.map_or(Self::None, Self::Tile)
    }
}
