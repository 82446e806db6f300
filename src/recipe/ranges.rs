//! How far each number of a recipe may go: where the window's sliders end, and what a
//! recipe that is opened is brought into.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{
    DirectionEdit, Domain, ExploreParams, FinishParams, FinishSettings, GrowBreed, GrowChange,
    GrowParams, GrowPart, GrowTask, LensGain, LensOther, LensParams, Mask, MaskShape, StyleLayer,
    StyleParams, StyleWalkParams, TurnPanorama, TurnParams, WalkParams, WalkSpan,
};

/// From where to where a number may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The number's name in recipes.
    pub name: &'static str,
    /// Smallest value.
    pub least: f32,
    /// Largest value.
    pub most: f32,
}

impl Range {
    const fn new(name: &'static str, least: f32, most: f32) -> Self {
        Self { name, least, most }
    }

    /// The nearest value that is allowed.
    pub fn nearest(&self, value: f32) -> f32 {
        if value.is_nan() {
            return self.least;
        }
        value.clamp(self.least, self.most)
    }

    /// Both ends, as sliders want them.
    pub fn ends(&self) -> RangeInclusive<f32> {
        self.least..=self.most
    }

    /// Both ends in percent.
    pub fn percent(&self) -> RangeInclusive<f32> {
        self.least * 100.0..=self.most * 100.0
    }
}

/// [`ExploreParams::truncation_psi`].
pub const PSI: Range = Range::new("truncation_psi", -1.0, 2.0);
/// [`DirectionEdit::sigma`]: as far as neighbours go; sliders show the middle of it.
pub const SIGMA: Range = Range::new("sigma", -4.0, 4.0);
/// [`StyleParams::strength`].
pub const STRENGTH: Range = Range::new("strength", 0.0, 1.5);
/// [`StyleParams::brush`].
pub const BRUSH: Range = Range::new("brush", 0.5, 3.0);
/// [`StyleParams::keep_colors`].
pub const KEEP_COLORS: Range = Range::new("keep_colors", 0.0, 1.0);
/// [`StyleLayer::weight`].
pub const WEIGHT: Range = Range::new("weight", 0.0, 1.0);
/// The σ in [`StyleLayer::code_edits`].
pub const CODE_SIGMA: Range = Range::new("code_edits", -3.0, 3.0);
/// [`LensGain::gain`]; 1 is as in the photo.
pub const GAIN: Range = Range::new("gain", 0.0, 3.0);
/// [`LensOther::blend`].
pub const BLEND: Range = Range::new("blend", 0.0, 1.0);
/// [`LensOther::light`].
pub const LIGHT: Range = Range::new("light", 0.0, 1.0);
/// [`LensOther::texture`].
pub const TEXTURE: Range = Range::new("texture", 0.0, 1.0);
/// Soft part of a mask's shapes.
pub const FEATHER: Range = Range::new("feather", 0.0, 1.0);
/// [`MaskShape::Fill`].
pub const FILL: Range = Range::new("fill", 0.0, 1.0);
/// [`super::Stroke::radius`], fractions of the photo's longer side.
pub const STROKE_RADIUS: Range = Range::new("radius", 0.004, 0.4);
/// [`WalkParams::fps`].
pub const FPS: Range = Range::new("fps", 1.0, 60.0);
/// [`TurnParams::start`], degrees.
pub const TURN_START: Range = Range::new("start", -180.0, 180.0);
/// [`TurnParams::tilt`], degrees.
pub const TURN_TILT: Range = Range::new("tilt", -90.0, 90.0);
/// [`TurnParams::view_angle`], degrees.
pub const VIEW_ANGLE: Range = Range::new("view_angle", 15.0, 110.0);
/// [`super::WalkSpan::seconds`].
pub const SPAN: Range = Range::new("seconds", 0.1, 60.0);
/// [`GrowParams::chance`].
pub const CHANCE: Range = Range::new("chance", 0.0, 1.0);
/// [`GrowParams::coherence`].
pub const COHERENCE: Range = Range::new("coherence", 0.0, 1.0);
/// How closely [`GrowTask::Shape`] follows its structure.
pub const CLOSENESS: Range = Range::new("strength", 0.0, 1.0);
/// [`super::GrowPlacement::scale`].
pub const PART_SCALE: Range = Range::new("scale", 0.05, 20.0);
/// The gain of [`GrowChange::Recolour`].
pub const PART_GAIN: Range = Range::new("gain", 0.0, 8.0);
/// [`super::GrowOther::weight`].
pub const OTHER_WEIGHT: Range = Range::new("weight", 0.01, 100.0);
/// Most of [`GrowParams::others`] that the window takes: an edited picture counts twice among those
/// that Grow takes patches of.
pub const MOST_OTHERS: usize = 6;
/// [`GrowBreed::share`].
pub const SHARE: Range = Range::new("share", 0.0, 1.0);
/// [`super::FullTurn::fov`].
pub const STRIP_FOV: Range = Range::new("fov", 20.0, 360.0);
/// [`super::FullTurn::horizon`].
pub const HORIZON: Range = Range::new("horizon", 0.0, 1.0);
/// The period of [`Domain::Torus`].
pub const PERIOD: Range = Range::new("period", 0.25, 4.0);
/// The scale of [`Domain::Sphere`].
pub const SPHERE_SCALE: Range = Range::new("scale", 0.25, 4.0);
/// The turns of [`Domain::Torus`].
pub const TURNS: RangeInclusive<u32> = 1..=16;
/// [`FinishSettings::straighten`].
pub const STRAIGHTEN: Range = Range::new("straighten", -45.0, 45.0);
/// [`FinishSettings::exposure`].
pub const EXPOSURE: Range = Range::new("exposure", -4.0, 4.0);
/// [`FinishSettings::warmth`].
pub const WARMTH: Range = Range::new("warmth", -1.0, 1.0);
/// [`FinishSettings::contrast`].
pub const CONTRAST: Range = Range::new("contrast", -1.0, 1.0);
/// [`FinishSettings::saturation`].
pub const SATURATION: Range = Range::new("saturation", -1.0, 1.0);
/// [`FinishSettings::sharpen`].
pub const SHARPEN: Range = Range::new("sharpen", 0.0, 2.0);
/// [`FinishSettings::grain`].
pub const GRAIN: Range = Range::new("grain", 0.0, 1.0);
/// [`FinishSettings::grain_size`].
pub const GRAIN_SIZE: Range = Range::new("grain_size", 0.5, 8.0);
/// [`FinishSettings::vignette`].
pub const VIGNETTE: Range = Range::new("vignette", -1.0, 1.0);
/// The numbers in [`FinishSettings::curve`].
pub const CURVE: Range = Range::new("curve", 0.0, 1.0);
/// The numbers in [`FinishSettings::crop`].
pub const CROP: Range = Range::new("crop", 0.0, 1.0);
/// Most points of [`FinishSettings::curve`].
pub const CURVE_POINTS: usize = 16;
/// Least part of a side that [`FinishSettings::crop`] leaves.
pub const LEAST_CROP: f32 = 0.005;
/// Sides of [`FinishSettings::size`], pixels.
pub const FINISH_SIDE: RangeInclusive<u32> = 1..=32_768;

/// [`super::Transform::translate`], widths and heights of the picture.
pub const TRANSLATE: Range = Range::new("translate", -1.0, 1.0);
/// [`super::Transform::rotate`], degrees.
pub const ROTATE: Range = Range::new("rotate", -180.0, 180.0);
/// Sides of [`ExploreParams::size`], pixels.
pub const SIDE: RangeInclusive<u32> = 16..=8192;

/// The nearest side that is allowed, pixels.
pub fn nearest_side(side: u32) -> u32 {
    side.clamp(*SIDE.start(), *SIDE.end())
}

/// Names of numbers that were out of range.
#[derive(Default)]
struct Outside(Vec<&'static str>);

impl Outside {
    fn bring(&mut self, range: &Range, value: &mut f32) {
        let nearest = range.nearest(*value);
        if nearest != *value {
            *value = nearest;
            self.note(range.name);
        }
    }

    /// Of keyframes: how fast they are shown, and how long it is from one to the next.
    fn pace(&mut self, fps: &mut f32, spans: &mut [WalkSpan]) {
        self.bring(&FPS, fps);
        for span in spans {
            self.bring(&SPAN, &mut span.seconds);
        }
    }

    fn note(&mut self, name: &'static str) {
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    fn edits(&mut self, edits: &mut [DirectionEdit]) {
        for edit in edits {
            self.bring(&SIGMA, &mut edit.sigma);
        }
    }

    fn size(&mut self, size: &mut [u32; 2]) {
        for side in size {
            let nearest = nearest_side(*side);
            if nearest != *side {
                *side = nearest;
                self.note("size");
            }
        }
    }

    fn explore(&mut self, params: &mut ExploreParams) {
        self.bring(&PSI, &mut params.truncation_psi);
        self.edits(&mut params.edits);
        for way in &mut params.transform.translate {
            self.bring(&TRANSLATE, way);
        }
        self.bring(&ROTATE, &mut params.transform.rotate);
        if let Some(size) = &mut params.size {
            self.size(size);
        }
        match &mut params.domain {
            Domain::Plane => {}
            Domain::Torus { period, turns, .. } => {
                self.bring(&PERIOD, period);
                for turns in turns {
                    let nearest = (*turns).clamp(*TURNS.start(), *TURNS.end());
                    if nearest != *turns {
                        *turns = nearest;
                        self.note("turns");
                    }
                }
            }
            Domain::Sphere { scale } => self.bring(&SPHERE_SCALE, scale),
        }
    }

    fn style(&mut self, params: &mut StyleParams) {
        self.bring(&STRENGTH, &mut params.strength);
        self.bring(&BRUSH, &mut params.brush);
        self.bring(&KEEP_COLORS, &mut params.keep_colors);
        for layer in &mut params.styles {
            self.layer(layer);
        }
    }

    fn layer(&mut self, layer: &mut StyleLayer) {
        self.bring(&WEIGHT, &mut layer.weight);
        for (_, sigma) in &mut layer.code_edits {
            self.bring(&CODE_SIGMA, sigma);
        }
        if let Some(mask) = &mut layer.mask {
            self.mask(Arc::make_mut(mask));
        }
    }

    fn mask(&mut self, mask: &mut Mask) {
        for shape in &mut mask.shapes {
            match shape {
                MaskShape::Stroke(stroke) => {
                    self.bring(&STROKE_RADIUS, &mut stroke.radius);
                    self.bring(&FEATHER, &mut stroke.feather);
                }
                MaskShape::Radial { feather, .. } => self.bring(&FEATHER, feather),
                MaskShape::Fill(value) => self.bring(&FILL, value),
                MaskShape::Linear { .. } => {}
            }
        }
    }

    fn part(&mut self, part: &mut Option<GrowPart>) {
        if let Some(GrowPart::Painted(mask)) = part {
            self.mask(Arc::make_mut(mask));
        }
    }

    fn change(&mut self, change: &mut GrowChange) {
        match change {
            GrowChange::Move(placement) | GrowChange::Copy(placement) => {
                self.bring(&PART_SCALE, &mut placement.scale);
                if placement.turn > 3 {
                    placement.turn %= 4;
                    self.note("turn");
                }
            }
            GrowChange::Recolour { gain, .. } => {
                for gain in gain {
                    self.bring(&PART_GAIN, gain);
                }
            }
            GrowChange::Remove | GrowChange::Paint(_) | GrowChange::Sketch(_) => {}
        }
    }

    fn breed(&mut self, breed: &mut Option<Box<GrowBreed>>) {
        let mut next = breed;
        while let Some(breed) = next {
            self.bring(&CHANCE, &mut breed.chance);
            self.bring(&COHERENCE, &mut breed.coherence);
            self.bring(&SHARE, &mut breed.share);
            next = &mut breed.breed;
        }
    }

    fn other(&mut self, other: &mut LensOther) {
        self.bring(&BLEND, &mut other.blend);
        self.bring(&LIGHT, &mut other.light);
        self.bring(&TEXTURE, &mut other.texture);
    }

    fn finish(&mut self, settings: &mut FinishSettings) {
        self.bring(&STRAIGHTEN, &mut settings.straighten);
        self.bring(&EXPOSURE, &mut settings.exposure);
        self.bring(&WARMTH, &mut settings.warmth);
        self.bring(&CONTRAST, &mut settings.contrast);
        self.bring(&SATURATION, &mut settings.saturation);
        self.bring(&SHARPEN, &mut settings.sharpen);
        self.bring(&GRAIN, &mut settings.grain);
        self.bring(&GRAIN_SIZE, &mut settings.grain_size);
        self.bring(&VIGNETTE, &mut settings.vignette);
        if settings.quarter_turns > 3 {
            settings.quarter_turns %= 4;
            self.note("quarter_turns");
        }
        if let Some(crop) = &mut settings.crop {
            self.crop(crop);
        }
        if let Some(size) = &mut settings.size {
            for side in size {
                let nearest = (*side).clamp(*FINISH_SIDE.start(), *FINISH_SIDE.end());
                if nearest != *side {
                    *side = nearest;
                    self.note("size");
                }
            }
        }
        self.curve(&mut settings.curve);
    }

    fn crop(&mut self, crop: &mut [f32; 4]) {
        for side in &mut *crop {
            self.bring(&CROP, side);
        }
        for axis in 0..2 {
            // A little less is what is left of it after sums.
            if crop[axis + 2] - crop[axis] < LEAST_CROP * 0.99 {
                crop[axis] = crop[axis].min(1.0 - LEAST_CROP);
                crop[axis + 2] = crop[axis] + LEAST_CROP;
                self.note(CROP.name);
            }
        }
    }

    /// By rising input, no input twice.
    fn curve(&mut self, curve: &mut Vec<[f32; 2]>) {
        for number in curve.iter_mut().flatten() {
            self.bring(&CURVE, number);
        }
        let rises = curve.windows(2).all(|two| two[0][0] < two[1][0]);
        if !rises || curve.len() > CURVE_POINTS {
            curve.sort_by(|a, b| a[0].total_cmp(&b[0]));
            curve.dedup_by_key(|point| point[0]);
            curve.truncate(CURVE_POINTS);
            self.note(CURVE.name);
        }
    }

    fn gains(&mut self, gains: &mut [LensGain]) {
        for gain in gains {
            self.bring(&GAIN, &mut gain.gain);
        }
    }
}

impl ExploreParams {
    /// Brings every number into its range; tells, by their names in recipes, which
    /// were outside.
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.explore(self);
        outside.0
    }
}

impl StyleParams {
    /// As [`ExploreParams::confine`].
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.style(self);
        outside.0
    }
}

impl StyleWalkParams {
    /// As [`ExploreParams::confine`].
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.pace(&mut self.fps, &mut self.spans);
        for point in &mut self.points {
            outside.style(point);
        }
        outside.0
    }
}

impl LensParams {
    /// As [`ExploreParams::confine`].
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.edits(&mut self.edits);
        outside.gains(&mut self.gains);
        if let Some(other) = &mut self.other {
            outside.other(other);
        }
        if let Some(mask) = &mut self.mask {
            outside.mask(Arc::make_mut(mask));
        }
        outside.0
    }
}

impl GrowParams {
    /// As [`ExploreParams::confine`]. Sizes stay: the engine says why one can't be.
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.bring(&CHANCE, &mut self.chance);
        outside.bring(&COHERENCE, &mut self.coherence);
        outside.breed(&mut self.breed);
        match &mut self.task {
            GrowTask::Shape { strength, .. } => outside.bring(&CLOSENESS, strength),
            GrowTask::FillPainted { mask } => outside.mask(Arc::make_mut(mask)),
            GrowTask::Edit { edits } => {
                for edit in edits {
                    outside.part(&mut edit.part);
                    outside.change(&mut edit.change);
                }
            }
            GrowTask::FullTurn(turn) => {
                if let Some(fov) = &mut turn.fov {
                    outside.bring(&STRIP_FOV, fov);
                }
                outside.bring(&HORIZON, &mut turn.horizon);
            }
            GrowTask::Vary | GrowTask::Tile | GrowTask::Extend { .. } | GrowTask::Fill { .. } => {}
        }
        outside.part(&mut self.part);
        for other in &mut self.others {
            outside.bring(&OTHER_WEIGHT, &mut other.weight);
            outside.part(&mut other.part);
        }
        outside.0
    }
}

impl TurnParams {
    /// As [`ExploreParams::confine`]. Size and frames stay: the engine says why they can't be.
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.bring(&FPS, &mut self.fps);
        outside.bring(&TURN_START, &mut self.start);
        outside.bring(&TURN_TILT, &mut self.tilt);
        outside.bring(&VIEW_ANGLE, &mut self.view_angle);
        if let TurnPanorama::Generated(params) = &mut self.panorama {
            outside.explore(params);
        }
        outside.0
    }
}

impl WalkParams {
    /// As [`ExploreParams::confine`].
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.pace(&mut self.fps, &mut self.spans);
        for point in &mut self.points {
            outside.explore(point);
        }
        outside.0
    }
}

impl FinishParams {
    /// As [`ExploreParams::confine`]; those before it, too.
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.finish(&mut self.settings);
        let mut names = outside.0;
        if let Some(before) = &mut self.before {
            names.extend(before.confine());
        }
        names
    }
}

impl FinishSettings {
    /// As [`ExploreParams::confine`].
    pub fn confine(&mut self) -> Vec<&'static str> {
        let mut outside = Outside::default();
        outside.finish(self);
        outside.0
    }
}

#[cfg(test)]
#[path = "ranges_tests.rs"]
mod tests;
