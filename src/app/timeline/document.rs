//! What is on the timeline.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::recipe::{Easing, ExploreParams, WalkParams, WalkPath, WalkSpan, ranges};

/// Seconds from a new keyframe to the next.
pub const SECONDS: f32 = 2.0;
/// Longest film, frames.
const MOST_FRAMES: f64 = 100_000.0;

/// Keyframes in order, all of one network, and how the film goes between them.
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
    /// How the film goes between keyframes.
    pub path: WalkPath,
    /// Frames a second.
    pub fps: f32,
    /// Longer side for networks of any size, pixels.
    pub max_side: u32,
    /// How many times as large the enlarging network makes the others' frames; 1 leaves them.
    pub enlarge: u32,
}

/// A picture that the film comes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keyframe {
    /// How to make it; shared, because undo keeps many copies.
    pub params: Arc<ExploreParams>,
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
    pub fn new(params: Arc<ExploreParams>) -> Self {
        Self {
            params,
            seconds: SECONDS,
            easing: Easing::Linear,
        }
    }
}

impl TimelineDoc {
    /// The network of its keyframes.
    pub fn model(&self) -> Option<&str> {
        Some(&self.keyframes.first()?.params.model)
    }

    /// Ways between keyframes: one fewer than those, or as many in a loop.
    pub fn ways(&self) -> usize {
        (self.keyframes.len() + usize::from(self.looped)).saturating_sub(1)
    }

    /// Seconds of the whole film.
    pub fn seconds(&self) -> f64 {
        let spans = self.keyframes.iter().take(self.ways());
        spans.map(|key| f64::from(key.seconds)).sum()
    }

    /// Frames of the whole film.
    pub fn frames(&self) -> u32 {
        (self.seconds() * f64::from(self.fps))
            .round()
            .clamp(2.0, MOST_FRAMES) as u32
    }

    /// The film, once there are two keyframes.
    pub fn walk(&self) -> Option<WalkParams> {
        if self.keyframes.len() < 2 {
            return None;
        }
        let spans = self.keyframes.iter().take(self.ways());
        let spans = spans.map(|key| WalkSpan {
            seconds: key.seconds,
            easing: key.easing,
        });
        Some(WalkParams {
            points: self.keyframes.iter().map(|k| (*k.params).clone()).collect(),
            frames: self.frames(),
            fps: self.fps,
            looped: self.looped,
            path: self.path,
            spans: match self.even {
                true => Vec::new(),
                false => spans.collect(),
            },
        })
    }

    /// The timeline of a film.
    pub fn of_walk(walk: WalkParams, max_side: u32, enlarge: u32) -> Self {
        let ways = walk.ways().max(1);
        let each = walk.frames as f32 / walk.fps / ways as f32;
        let even = walk.spans.is_empty();
        let mut spans = walk.spans.into_iter();
        let keyframes = walk.points.into_iter().map(|params| {
            let span = spans.next();
            Keyframe {
                seconds: ranges::SPAN.nearest(span.map_or(each, |span| span.seconds)),
                easing: span.map_or(Easing::Linear, |span| span.easing),
                params: Arc::new(params),
            }
        });
        Self {
            keyframes: keyframes.collect(),
            looped: walk.looped,
            even,
            path: walk.path,
            fps: walk.fps,
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
            let params = Arc::new(ExploreParams::new("m", i as u64));
            Keyframe {
                seconds,
                easing: Easing::Smooth,
                ..Keyframe::new(params)
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
    }

    #[test]
    fn a_films_recipe_brings_its_timeline_back() {
        for looped in [true, false] {
            let mut before = timeline(looped);
            before.max_side = 300;
            let walk = before.walk().unwrap();
            let mut after = TimelineDoc::of_walk(walk.clone(), 300, 1);
            assert_eq!(after.walk().unwrap(), walk);
            if looped {
                assert_eq!(after, before);
            }
            // An even pace stays one, with as many frames.
            after.even = true;
            let even = TimelineDoc::of_walk(after.walk().unwrap(), 300, 1);
            assert!(even.even);
            assert_eq!(even.walk(), after.walk());
        }
    }
}
