//! What a preview shows and how good it is: a part of the protocol.

use std::sync::Arc;

use super::contents::FinishLook;
use super::film_job::{FilmParams, StyleFilmLook};
use super::spaces_look::SpacesLook;
use crate::recipe::{ExploreParams, GrowParams, LensParams, StyleParams};

/// Independent streams of latest-wins previews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// The canvas.
    Canvas,
    /// The other half of an A/B comparison.
    Compare,
    /// The grid of variations.
    Variations,
    /// The − / + thumbnails of a slider.
    Hover,
    /// Kept points, swatches and other small pictures.
    Strip,
    /// The canvas of Finish.
    Finish,
    /// Frames of a film while it plays.
    Film,
    /// The keyframes of a film.
    Keyframes,
    /// The canvas of Spaces.
    Spaces,
}

/// How good a preview has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Quick, longer side at most this many pixels.
    Draft(u32),
    /// As good as the canvas needs: longer side at most this many pixels.
    Full(u32),
    /// As [`Tier::Full`], and what takes longer: a generator's picture that is small goes through the
    /// enlarging network, so that it is sharp where it is shown large; a style lays its finer strokes.
    Crisp(u32),
}

impl Tier {
    /// The longer side at most, pixels.
    pub fn longest(self) -> u32 {
        let (Self::Draft(most) | Self::Full(most) | Self::Crisp(most)) = self;
        most
    }
}

/// What a preview shows.
#[derive(Debug, Clone)]
pub enum Work {
    /// A generated picture.
    Explore(Arc<ExploreParams>),
    /// A stylised photo.
    Style(Arc<StyleParams>),
    /// A photo changed by way of its latents.
    Lens(Arc<LensParams>),
    /// A picture made of the patches of another: the finest size on its way that fits the tier.
    Grow(Arc<GrowParams>),
    /// One frame of a film from keyframes.
    FilmFrame(FilmParams, u32),
    /// One frame of a film in a style, by itself.
    StyledFrame(Arc<StyleFilmLook>, u32),
    /// A picture as it will be finished.
    Finish(Arc<FinishLook>),
    /// A picture in Spaces.
    Spaces(Arc<SpacesLook>),
}

impl PartialEq for Work {
    /// Lists of work are compared every frame, mostly with themselves: what is shared is the
    /// same without a look inside.
    fn eq(&self, other: &Self) -> bool {
        fn same<T: PartialEq>(a: &Arc<T>, b: &Arc<T>) -> bool {
            Arc::ptr_eq(a, b) || a == b
        }
        match (self, other) {
            (Self::Explore(a), Self::Explore(b)) => same(a, b),
            (Self::Style(a), Self::Style(b)) => same(a, b),
            (Self::Lens(a), Self::Lens(b)) => same(a, b),
            (Self::Grow(a), Self::Grow(b)) => same(a, b),
            (Self::FilmFrame(a, i), Self::FilmFrame(b, j)) => i == j && a == b,
            (Self::StyledFrame(a, i), Self::StyledFrame(b, j)) => i == j && same(a, b),
            (Self::Finish(a), Self::Finish(b)) => same(a, b),
            (Self::Spaces(a), Self::Spaces(b)) => same(a, b),
            _ => false,
        }
    }
}
