//! A photo on its way through styles and strengths, as a film.

use serde::{Deserialize, Serialize};

use super::{StyleParams, WalkSpan, way_at};

/// Keyframes of one photo in Style, and the times between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StyleWalkParams {
    /// The keyframes in order; all of one photo, which goes on beyond its sides alike.
    pub points: Vec<StyleParams>,
    /// Frames in all.
    pub frames: u32,
    /// Frames per second.
    pub fps: f32,
    /// Come back to the first keyframe without a jump.
    pub looped: bool,
    /// The time from each keyframe to the next, the way back to the first one at the end of a
    /// loop; none where all are alike. Together they share the frames out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<WalkSpan>,
}

impl StyleWalkParams {
    /// Ways between keyframes: one fewer than those, or as many in a loop.
    pub fn ways(&self) -> usize {
        (self.points.len() + usize::from(self.looped)).saturating_sub(1)
    }

    /// Where a frame is: the keyframe before it, the one after it, and how far it is on the way
    /// (0..=1). None without keyframes. A loop's frame after the last is its first; an open film
    /// ends on its last keyframe.
    pub fn place(&self, frame: u32) -> Option<(&StyleParams, &StyleParams, f64)> {
        let ways = self.ways();
        if ways == 0 {
            let only = self.points.first()?;
            return Some((only, only, 0.0));
        }
        let steps = match self.looped {
            true => self.frames.max(1),
            false => self.frames.saturating_sub(1).max(1),
        };
        let share = f64::from(frame) / f64::from(steps);
        let share = match self.looped {
            true => share.rem_euclid(1.0),
            false => share.clamp(0.0, 1.0),
        };
        let (way, way_share) = match self.spans.is_empty() {
            true => {
                let along = share * ways as f64;
                let way = (along as usize).min(ways - 1);
                (way, along - way as f64)
            }
            false => way_at(&self.spans, share),
        };
        let after = (way + 1) % self.points.len();
        Some((self.points.get(way)?, self.points.get(after)?, way_share))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Easing, SourceRef, Wrap};
    use super::*;

    fn film(looped: bool, spans: Vec<WalkSpan>) -> StyleWalkParams {
        let point = |strength| StyleParams {
            model: "m".into(),
            photo: SourceRef::default(),
            styles: Vec::new(),
            strength,
            brush: 1.0,
            keep_colors: 0.0,
            wrap: Wrap::None,
        };
        StyleWalkParams {
            points: vec![point(0.2), point(1.0), point(0.5)],
            frames: 5,
            fps: 10.0,
            looped,
            spans,
        }
    }

    fn places(film: &StyleWalkParams) -> Vec<(f32, f32, f64)> {
        let at = |i| film.place(i).map(|(a, b, f)| (a.strength, b.strength, f));
        (0..film.frames).filter_map(at).collect()
    }

    #[test]
    fn an_open_film_ends_on_its_last_keyframe_and_a_loop_comes_back() {
        let open = places(&film(false, Vec::new()));
        assert_eq!(open[0], (0.2, 1.0, 0.0));
        assert_eq!(open[2], (1.0, 0.5, 0.0));
        assert_eq!(open[4], (1.0, 0.5, 1.0));
        let looped = film(true, Vec::new());
        let last = places(&looped)[4];
        assert_eq!((last.0, last.1), (0.5, 0.2));
        assert!((last.2 - 0.4).abs() < 1e-9);
        assert_eq!(looped.place(5), looped.place(0));
    }

    #[test]
    fn times_and_paces_are_those_of_each_way() {
        let span = |seconds, easing| WalkSpan { seconds, easing };
        let spans = vec![span(3.0, Easing::Linear), span(1.0, Easing::Smooth)];
        let places = places(&film(false, spans));
        assert!((places[1].2 - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(places[3], (1.0, 0.5, 0.0));
        assert_eq!(places[4], (1.0, 0.5, 1.0));
    }
}
