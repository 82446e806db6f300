//! What is on the timeline.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::protocol::{FilmParams, Work};
use crate::recipe::{
    Easing, ExploreParams, SourceRef, StyleParams, StyleWalkParams, WalkParams, WalkPath, WalkSpan,
    Wrap, ranges,
};

/// Seconds from a new keyframe to the next.
pub const SECONDS: f32 = 2.0;
/// Longest film, frames.
const MOST_FRAMES: f64 = 100_000.0;

/// Keyframes in order, in Explore all of one network, in Style all of one photo, and how the film goes between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineDoc {
    /// In order.
    pub keyframes: Vec<Keyframe>,
    /// Back to the first one at the end, without a jump.
    pub looped: bool,
    /// One even pace over the whole way, whatever the times between keyframes; their sum
    /// stays.
    pub even: bool,
    /// How the film goes between keyframes of Explore.
    pub path: WalkPath,
    /// Frames a second.
    pub fps: f32,
    /// Longer side for networks of any size and, at most, for photos; pixels.
    pub max_side: u32,
    /// How many times as large the enlarging network makes the others' frames; 1 leaves them.
    pub enlarge: u32,
}

/// How a keyframe is made; shared, because undo keeps many copies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyPicture {
    /// By a generator.
    Explore(Arc<ExploreParams>),
    /// A photo in styles.
    Style(Arc<StyleParams>),
}

impl KeyPicture {
    /// What the engine is asked for.
    pub fn work(&self) -> Work {
        match self {
            Self::Explore(params) => Work::Explore(Arc::clone(params)),
            Self::Style(params) => Work::Style(Arc::clone(params)),
        }
    }

    /// Every number in its range.
    pub(in crate::app) fn confined(self) -> Self {
        match self {
            Self::Explore(mut params) => {
                Arc::make_mut(&mut params).confine();
                Self::Explore(params)
            }
            Self::Style(mut params) => {
                Arc::make_mut(&mut params).confine();
                Self::Style(params)
            }
        }
    }
}

impl From<ExploreParams> for KeyPicture {
    fn from(params: ExploreParams) -> Self {
        Self::Explore(Arc::new(params))
    }
}

impl From<StyleParams> for KeyPicture {
    fn from(params: StyleParams) -> Self {
        Self::Style(Arc::new(params))
    }
}

/// A picture that the film comes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keyframe {
    /// How to make it.
    #[serde(rename = "params")]
    pub picture: KeyPicture,
    /// Seconds to the next one.
    pub seconds: f32,
    /// How the pace goes on the way there.
    #[serde(default)]
    pub easing: Easing,
}

impl Default for TimelineDoc {
    fn default() -> Self {
        Self {
            keyframes: Vec::new(),
            looped: true,
            even: false,
            path: WalkPath::Spline,
            fps: 24.0,
            max_side: 768,
            enlarge: 1,
        }
    }
}

impl Keyframe {
    /// A picture at an even pace.
    pub fn new(picture: KeyPicture) -> Self {
        Self {
            picture,
            seconds: SECONDS,
            easing: Easing::Linear,
        }
    }
}

impl TimelineDoc {
    /// The generator of its keyframes.
    pub fn model(&self) -> Option<&str> {
        match &self.keyframes.first()?.picture {
            KeyPicture::Explore(params) => Some(&params.model),
            KeyPicture::Style(_) => None,
        }
    }

    /// The photo of its keyframes.
    pub fn photo(&self) -> Option<&SourceRef> {
        match &self.keyframes.first()?.picture {
            KeyPicture::Style(params) => Some(&params.photo),
            KeyPicture::Explore(_) => None,
        }
    }

    /// Ways between keyframes: one fewer than those, or as many in a loop.
    pub fn ways(&self) -> usize {
        (self.keyframes.len() + usize::from(self.looped)).saturating_sub(1)
    }

    /// Seconds of the whole film.
    pub fn seconds(&self) -> f64 {
        let spans = self.keyframes.iter().take(self.ways());
        // The sum of nothing is −0.
        spans.map(|key| f64::from(key.seconds)).sum::<f64>() + 0.0
    }

    /// Frames of the whole film.
    pub fn frames(&self) -> u32 {
        (self.seconds() * f64::from(self.fps))
            .round()
            .clamp(2.0, MOST_FRAMES) as u32
    }

    /// The film, once there are two keyframes.
    pub fn film(&self) -> Option<FilmParams> {
        let walk = self.walk().map(FilmParams::from);
        walk.or_else(|| self.style_walk().map(FilmParams::from))
    }

    /// The film of a generator's keyframes.
    pub fn walk(&self) -> Option<WalkParams> {
        let points = self.keyframes.iter().filter_map(|key| match &key.picture {
            KeyPicture::Explore(params) => Some((**params).clone()),
            KeyPicture::Style(_) => None,
        });
        let points: Vec<ExploreParams> = points.collect();
        (points.len() > 1 && points.len() == self.keyframes.len()).then(|| WalkParams {
            points,
            frames: self.frames(),
            fps: self.fps,
            looped: self.looped,
            path: self.path,
            spans: self.spans(),
        })
    }

    /// The film of a photo's keyframes.
    pub fn style_walk(&self) -> Option<StyleWalkParams> {
        let points = self.keyframes.iter().filter_map(|key| match &key.picture {
            KeyPicture::Style(params) => Some((**params).clone()),
            KeyPicture::Explore(_) => None,
        });
        let points: Vec<StyleParams> = points.collect();
        (points.len() > 1 && points.len() == self.keyframes.len()).then(|| StyleWalkParams {
            points,
            frames: self.frames(),
            fps: self.fps,
            looped: self.looped,
            spans: self.spans(),
        })
    }

    /// The times between keyframes; none at one even pace.
    fn spans(&self) -> Vec<WalkSpan> {
        let ways = match self.even {
            true => 0,
            false => self.ways(),
        };
        let spans = self.keyframes.iter().take(ways).map(|key| WalkSpan {
            seconds: key.seconds,
            easing: key.easing,
        });
        spans.collect()
    }

    /// Its keyframes are of this photo from now on, whatever they were of; nothing where they
    /// are a generator's.
    pub(in crate::app) fn take_photo(&mut self, photo: &SourceRef, wrap: Wrap) {
        for key in &mut self.keyframes {
            if let KeyPicture::Style(params) = &mut key.picture
                && (params.photo != *photo || params.wrap != wrap)
            {
                let params = Arc::make_mut(params);
                params.photo = photo.clone();
                params.wrap = wrap;
            }
        }
    }

    /// The timeline of a film.
    pub fn of_film(film: FilmParams, max_side: u32, enlarge: u32) -> Self {
        let (looped, fps) = (film.looped(), film.fps());
        let frames = film.frames();
        let (path, spans, pictures, ways): (_, _, Vec<KeyPicture>, _) = match film {
            FilmParams::Walk(walk) => {
                let ways = walk.ways();
                let walk = Arc::unwrap_or_clone(walk);
                let points = walk.points.into_iter().map(KeyPicture::from);
                (walk.path, walk.spans, points.collect(), ways)
            }
            FilmParams::Style(walk) => {
                let ways = walk.ways();
                let walk = Arc::unwrap_or_clone(walk);
                let points = walk.points.into_iter().map(KeyPicture::from);
                (WalkPath::Spline, walk.spans, points.collect(), ways)
            }
        };
        let each = frames as f32 / fps / ways.max(1) as f32;
        let even = spans.is_empty();
        let mut spans = spans.into_iter();
        let keyframes = pictures.into_iter().map(|picture| {
            let span = spans.next();
            Keyframe {
                seconds: ranges::SPAN.nearest(span.map_or(each, |span| span.seconds)),
                easing: span.map_or(Easing::Linear, |span| span.easing),
                picture,
            }
        });
        Self {
            keyframes: keyframes.collect(),
            looped,
            even,
            path,
            fps,
            max_side,
            enlarge,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(looped: bool) -> TimelineDoc {
        let keyframes = [1.0, 0.5, 3.0].into_iter().enumerate().map(|(i, seconds)| {
            let params = ExploreParams::new("m", i as u64);
            Keyframe {
                seconds,
                easing: Easing::Smooth,
                ..Keyframe::new(params.into())
            }
        });
        TimelineDoc {
            keyframes: keyframes.collect(),
            looped,
            ..TimelineDoc::default()
        }
    }

    #[test]
    fn a_film_lasts_as_long_as_its_ways() {
        assert_eq!(timeline(true).seconds(), 4.5);
        assert_eq!(timeline(true).frames(), 108);
        assert_eq!(timeline(false).seconds(), 1.5);
        assert_eq!(timeline(false).walk().unwrap().spans.len(), 2);
        assert!(TimelineDoc::default().walk().is_none());
        assert_eq!(format!("{:.1}", TimelineDoc::default().seconds()), "0.0");
    }

    #[test]
    fn a_films_recipe_brings_its_timeline_back() {
        for looped in [true, false] {
            let mut before = timeline(looped);
            before.max_side = 300;
            let walk = before.walk().unwrap();
            let mut after = TimelineDoc::of_film(walk.clone().into(), 300, 1);
            assert_eq!(after.walk().unwrap(), walk);
            if looped {
                assert_eq!(after, before);
            }
            // An even pace stays one, with as many frames.
            after.even = true;
            let even = TimelineDoc::of_film(after.walk().unwrap().into(), 300, 1);
            assert!(even.even);
            assert_eq!(even.walk(), after.walk());
        }
    }
}
