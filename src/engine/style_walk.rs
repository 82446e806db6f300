//! What a photo on its way through styles looks like between two keyframes.

use super::protocol::EngineError;
use crate::picture::Picture;
use crate::recipe::{StyleLayer, StyleParams, StyleWalkParams};

/// A moment of the way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Moment {
    /// Made by settings between those of the keyframes.
    One(StyleParams),
    /// No settings lie between: so far (0..=1) from the first picture to the second.
    Between(StyleParams, StyleParams, f32),
}

/// Refuses what is no film.
///
/// # Errors
/// [`EngineError::BadRequest`] for fewer than two keyframes, no frames, several photos, or times
/// that are none.
pub(crate) fn check(walk: &StyleWalkParams) -> Result<(), EngineError> {
    let refuse = |words: &str| Err(EngineError::BadRequest(words.into()));
    let [first, _, ..] = walk.points.as_slice() else {
        return refuse("a film needs at least two keyframes");
    };
    if walk.frames == 0 || walk.frames > 100_000 {
        return refuse("a film has at least one frame and at most 100,000");
    }
    let same =
        |point: &StyleParams| point.photo.sha256 == first.photo.sha256 && point.wrap == first.wrap;
    if !walk.points.iter().all(same) {
        return refuse("all keyframes of a film through styles are of one photo");
    }
    if !walk.spans.is_empty() && walk.spans.len() != walk.ways() {
        return refuse("a film needs a time for each way between its keyframes");
    }
    let lasts = |seconds: f32| seconds.is_finite() && seconds > 0.0;
    if !walk.spans.iter().all(|span| lasts(span.seconds)) {
        return refuse("each way of a film takes some time");
    }
    Ok(())
}

/// The moment of a frame.
///
/// # Errors
/// As [`check`].
pub(crate) fn moment(walk: &StyleWalkParams, frame: u32) -> Result<Moment, EngineError> {
    check(walk)?;
    let none = || EngineError::BadRequest("a film needs at least two keyframes".into());
    let (before, after, way) = walk.place(frame).ok_or_else(none)?;
    Ok(between(before, after, way as f32))
}

/// So far (0..=1) on the way from one to the other.
fn between(before: &StyleParams, after: &StyleParams, way: f32) -> Moment {
    if way <= 0.0 || before == after {
        return Moment::One(before.clone());
    }
    if way >= 1.0 {
        return Moment::One(after.clone());
    }
    if before.model != after.model || !cover_alike(before, after) {
        return Moment::Between(before.clone(), after.clone(), way);
    }
    let line = |a: f32, b: f32| a + (b - a) * way;
    Moment::One(StyleParams {
        styles: mixed(&before.styles, &after.styles, way),
        strength: line(before.strength, after.strength),
        // A scale: as much larger with each step.
        brush: before.brush.powf(1.0 - way) * after.brush.powf(way),
        keep_colors: line(before.keep_colors, after.keep_colors),
        ..before.clone()
    })
}

/// Whether the styles of both cover the same places, so that a mixture of them does, too. A style
/// that comes in elsewhere would be there at once, with whatever weight.
fn cover_alike(a: &StyleParams, b: &StyleParams) -> bool {
    let everywhere = |p: &StyleParams| shown(p).any(|layer| layer.mask.is_none());
    let within = |a: &StyleParams, b: &StyleParams| {
        shown(a).all(|one| shown(b).any(|other| one.mask == other.mask))
    };
    (everywhere(a) && everywhere(b)) || (within(a, b) && within(b, a))
}

fn shown(params: &StyleParams) -> impl Iterator<Item = &StyleLayer> {
    params.styles.iter().filter(|layer| layer.weight > 0.0)
}

/// The layers of both, with weights that go over from the first ones' to the second ones'. A
/// style that is in both stays one.
fn mixed(before: &[StyleLayer], after: &[StyleLayer], way: f32) -> Vec<StyleLayer> {
    let mut layers: Vec<StyleLayer> = Vec::new();
    for (from, part) in [(before, 1.0 - way), (after, way)] {
        let whole: f32 = from.iter().map(|layer| layer.weight.max(0.0)).sum();
        let mut taken = vec![false; layers.len()];
        for layer in from.iter().filter(|layer| layer.weight > 0.0) {
            let weight = part * layer.weight / whole;
            let same = (0..taken.len()).find(|&i| !taken[i] && is_one(&layers[i], layer));
            match same {
                Some(at) => {
                    taken[at] = true;
                    let edits = edits(&layers[at].code_edits, &layer.code_edits, way);
                    layers[at].code_edits = edits;
                    layers[at].weight += weight;
                }
                None => layers.push(StyleLayer {
                    weight,
                    ..layer.clone()
                }),
            }
        }
    }
    layers
}

/// Whether two layers differ by weight and sliders alone.
fn is_one(a: &StyleLayer, b: &StyleLayer) -> bool {
    a.style == b.style && a.mask == b.mask && a.learnt == b.learnt && a.code == b.code
}

/// Sliders between those of two.
fn edits(before: &[(usize, f32)], after: &[(usize, f32)], way: f32) -> Vec<(usize, f32)> {
    let of = |edits: &[(usize, f32)], direction: usize| {
        let found = edits.iter().find(|(known, _)| *known == direction);
        found.map_or(0.0, |(_, sigma)| *sigma)
    };
    let all = before.iter().chain(after).map(|(direction, _)| *direction);
    let mut directions: Vec<usize> = all.collect();
    directions.sort_unstable();
    directions.dedup();
    let at = |direction| {
        let sigma = of(before, direction) * (1.0 - way) + of(after, direction) * way;
        (direction, sigma)
    };
    directions.into_iter().map(at).collect()
}

/// A picture so far (0..=1) from one to another of the same size; the first where they differ.
pub(crate) fn fade(from: &Picture, to: &Picture, way: f32) -> Picture {
    if from.size() != to.size() {
        return from.clone();
    }
    let mix = |(a, b): (&u8, &u8)| {
        let (a, b) = (f32::from(*a), f32::from(*b));
        (a + (b - a) * way).round().clamp(0.0, 255.0) as u8
    };
    let pixels = from.rgba().iter().zip(to.rgba()).map(mix).collect();
    let [width, height] = from.size();
    Picture::from_rgba(width, height, pixels).unwrap_or_else(|_| from.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::recipe::{Mask, MaskShape, SourceRef, StyleSource, Wrap};

    fn layer(id: &str, weight: f32) -> StyleLayer {
        StyleLayer {
            style: StyleSource::Builtin(id.into()),
            weight,
            code: None,
            learnt: None,
            code_edits: Vec::new(),
            mask: None,
        }
    }

    fn params(styles: Vec<StyleLayer>) -> StyleParams {
        StyleParams {
            model: "restyle".into(),
            photo: SourceRef::default(),
            styles,
            strength: 1.0,
            brush: 1.0,
            keep_colors: 0.0,
            wrap: Wrap::None,
        }
    }

    fn weights(moment: &Moment) -> Vec<(String, f32)> {
        let Moment::One(params) = moment else {
            panic!("settings lie between");
        };
        let name = |layer: &StyleLayer| match &layer.style {
            StyleSource::Builtin(id) => (id.clone(), layer.weight),
            StyleSource::File(_) => panic!("a style that ships"),
        };
        params.styles.iter().map(name).collect()
    }

    #[test]
    fn a_style_goes_over_into_another_by_weights() {
        let (a, b) = (params(vec![layer("a", 0.4)]), params(vec![layer("b", 1.0)]));
        assert_eq!(between(&a, &b, 0.0), Moment::One(a.clone()));
        assert_eq!(between(&a, &b, 1.0), Moment::One(b.clone()));
        let middle = weights(&between(&a, &b, 0.25));
        assert_eq!(middle, [("a".into(), 0.75), ("b".into(), 0.25)]);
    }

    #[test]
    fn a_style_of_both_stays_one_with_its_sliders_between() {
        let mut with = layer("a", 1.0);
        with.code_edits = vec![(2, 1.0)];
        let a = params(vec![with, layer("b", 1.0)]);
        let b = params(vec![layer("a", 3.0)]);
        let Moment::One(middle) = between(&a, &b, 0.5) else {
            panic!("settings lie between");
        };
        assert_eq!(middle.styles.len(), 2);
        assert_eq!(middle.styles[0].weight, 0.75);
        assert_eq!(middle.styles[0].code_edits, [(2, 0.5)]);
    }

    #[test]
    fn strength_and_stroke_scale_lie_between() {
        let (mut a, mut b) = (params(vec![layer("a", 1.0)]), params(vec![layer("a", 1.0)]));
        (a.strength, b.strength) = (0.2, 1.0);
        (a.brush, b.brush) = (0.5, 2.0);
        let Moment::One(middle) = between(&a, &b, 0.5) else {
            panic!("settings lie between");
        };
        assert!((middle.strength - 0.6).abs() < 1e-6);
        assert!((middle.brush - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_style_that_comes_in_elsewhere_fades_in_as_a_picture() {
        let mask = Arc::new(Mask {
            shapes: vec![MaskShape::Fill(0.5)],
            invert: false,
        });
        let masked = |id| StyleLayer {
            mask: Some(Arc::clone(&mask)),
            ..layer(id, 1.0)
        };
        let fades = |a: Vec<StyleLayer>, b: Vec<StyleLayer>| {
            matches!(between(&params(a), &params(b), 0.5), Moment::Between(..))
        };
        assert!(fades(vec![masked("a")], vec![layer("b", 1.0)]));
        assert!(fades(vec![], vec![layer("b", 1.0)]));
        assert!(!fades(vec![masked("a")], vec![masked("b")]));
        assert!(!fades(
            vec![layer("a", 1.0)],
            vec![layer("a", 1.0), masked("b")]
        ));
        // What has no weight covers nothing.
        assert!(fades(
            vec![masked("a"), layer("b", 0.0)],
            vec![layer("b", 1.0)]
        ));
    }

    #[test]
    fn films_of_two_photos_or_of_one_keyframe_are_refused() {
        let mut walk = StyleWalkParams {
            points: vec![params(Vec::new()); 2],
            frames: 4,
            fps: 10.0,
            looped: false,
            spans: Vec::new(),
        };
        assert!(check(&walk).is_ok());
        walk.points[1].photo.sha256 = "another".into();
        assert!(check(&walk).is_err());
        walk.points.truncate(1);
        assert!(check(&walk).is_err());
    }
}
