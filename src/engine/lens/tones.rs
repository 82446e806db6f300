//! The four sliders that act on light itself, with *Finish*'s mathematics, and not through
//! the network: exact at any size, whatever the network can do.

use serde::{Deserialize, Serialize};

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::finish;
use crate::latent::attributes::Attribute;
use crate::latent::sliders::{DirectionInfo, TONES};
use crate::picture::Picture;
use crate::recipe::{DirectionEdit, FinishSettings, LayerRange, Mask, PixelRegion};

/// Exposure by one σ, in stops.
const BRIGHTNESS: f32 = 0.5;
/// What one σ adds to Finish's contrast: a slider's end is light to the power of 1.5.
const CONTRAST: f32 = 0.2;
/// What one σ adds to Finish's warmth: red against blue by a stop at the slider's end.
const WARMTH: f32 = 1.0 / 3.0;
/// What one σ adds to Finish's saturation: a slider's ends are grey and twice as strong.
const SATURATION: f32 = 1.0 / 3.0;

/// Where the four sliders stand, in Finish's units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LensTones {
    /// Stops.
    exposure: f32,
    contrast: f32,
    warmth: f32,
    saturation: f32,
}

impl LensTones {
    /// What of the edits is light's, and the edits that are the network's.
    ///
    /// # Errors
    /// [`EngineError::BadRequest`] for a slider that stands nowhere.
    pub(super) fn of(edits: &[DirectionEdit]) -> Result<(Self, Vec<DirectionEdit>), EngineError> {
        let mut tones = Self::default();
        let mut rest = Vec::new();
        for edit in edits {
            let attribute = Attribute::of_direction(&edit.direction);
            if !attribute.is_some_and(|a| TONES.contains(&a)) {
                rest.push(edit.clone());
                continue;
            }
            if !edit.sigma.is_finite() {
                return Err(EngineError::BadRequest(
                    "a slider is not at a number; set it again".into(),
                ));
            }
            match attribute {
                Some(Attribute::Brightness) => tones.exposure += BRIGHTNESS * edit.sigma,
                Some(Attribute::Contrast) => tones.contrast += CONTRAST * edit.sigma,
                Some(Attribute::Warmth) => tones.warmth += WARMTH * edit.sigma,
                _ => tones.saturation += SATURATION * edit.sigma,
            }
        }
        Ok((tones, rest))
    }

    /// Whether nothing is changed.
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The same edit in Finish.
    fn settings(self) -> FinishSettings {
        FinishSettings {
            exposure: self.exposure,
            contrast: self.contrast,
            warmth: self.warmth,
            saturation: self.saturation,
            ..FinishSettings::default()
        }
    }

    /// The picture with them, where the mask is.
    pub(super) fn apply(
        self,
        picture: Picture,
        mask: Option<&Mask>,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        if self.is_nothing() {
            return Ok(picture);
        }
        let toned = finish::finish(&picture, &self.settings(), stop, &mut |_, _| Ok(()))?;
        let Some(mask) = mask else { return Ok(toned) };
        let size = picture.size();
        let cover = mask.coverage(size, PixelRegion::whole(size));
        let own = picture.rgba().as_chunks::<4>().0;
        let mixed = own
            .iter()
            .zip(toned.rgba().as_chunks::<4>().0)
            .zip(&cover)
            .flat_map(|((own, toned), share)| {
                let mix = |c: usize| {
                    let (from, to) = (f32::from(own[c]), f32::from(toned[c]));
                    (from + share * (to - from)).round() as u8
                };
                [mix(0), mix(1), mix(2), own[3]]
            })
            .collect();
        Picture::from_rgba(size[0], size[1], mixed)
            .map_err(|e| EngineError::Internal(e.to_string()))
    }
}

/// All sliders of a network: the four of light, then its own.
pub(crate) fn with_tones(own: Vec<DirectionInfo>) -> Vec<DirectionInfo> {
    let tone = |attribute: Attribute| DirectionInfo {
        id: format!("measured.{}", attribute.id()),
        name: attribute.title().to_owned(),
        strength: 1.0,
        measured: true,
        layers: LayerRange { start: 0, end: 0 },
    };
    let mut all: Vec<DirectionInfo> = TONES.into_iter().map(tone).collect();
    let is_tone = |d: &DirectionInfo| {
        Attribute::of_direction(&d.id).is_some_and(|attribute| TONES.contains(&attribute))
    };
    all.extend(own.into_iter().filter(|d| !is_tone(d)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(direction: &str, sigma: f32) -> DirectionEdit {
        DirectionEdit {
            direction: direction.into(),
            sigma,
            layers: None,
        }
    }

    #[test]
    fn light_is_told_from_what_the_network_does() {
        let edits = [edit("measured.warmth", 3.0), edit("answer.0", 1.0)];
        let (tones, rest) = LensTones::of(&edits).unwrap();
        assert!((tones.warmth - 1.0).abs() < 1e-6 && tones.exposure == 0.0);
        assert_eq!(rest, edits[1..]);
        assert!(LensTones::of(&[edit("measured.warmth", f32::NAN)]).is_err());
        assert!(LensTones::of(&[]).unwrap().0.is_nothing());
    }

    #[test]
    fn a_network_without_sliders_has_those_of_light() {
        let names = |own| -> Vec<String> { with_tones(own).into_iter().map(|d| d.name).collect() };
        let four = ["Brightness", "Contrast", "Warmth", "Saturation"];
        assert_eq!(names(Vec::new()), four);
        let own = with_tones(Vec::new()).split_off(2);
        assert_eq!(names(own), four, "none of them twice");
    }
}
