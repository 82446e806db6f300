//! What a picture of *Fine* begins with: the pictures of its styles, the way through its sizes, and how
//! *Fast* makes it.

use crate::cancel::CancelToken;
use crate::engine::fine::{LONGER_SIDE, StylePicture, Subject, finest};
use crate::engine::fine_estimate::{face, try_out};
use crate::engine::fine_tiles;
use crate::engine::inference_state::InferenceState;
use crate::engine::protocol::{Effort, EngineError, FineOptions, Tier};
use crate::engine::resample::fit;
use crate::fine::schedule::{Scale, Schedule};
use crate::models::vgg19::LEAST_SIDE;
use crate::picture::Picture;
use crate::recipe::{StyleLayer, StyleParams, StyleSource};

/// Longer side of the first look.
const LOOK_SIDE: u32 = 512;

/// Refuses what no photo can be painted with.
///
/// # Errors
/// [`EngineError::BadRequest`] with what to do.
pub(super) fn check(params: &StyleParams) -> Result<(), EngineError> {
    match params.wrap.is_panorama() && params.styles.iter().any(|style| style.mask.is_some()) {
        false => Ok(()),
        true => Err(EngineError::BadRequest(
            "Fine doesn't know where a mask lies on a panorama; take Fast, leave the masks out, or treat it as a seamless picture in x"
                .into(),
        )),
    }
}

/// Refuses a photo of this size that can't be painted with these settings.
///
/// # Errors
/// Why, and what to do.
pub(super) fn fits(
    params: &StyleParams,
    size: [u32; 2],
    options: &FineOptions,
) -> Result<(), EngineError> {
    check(params)?;
    let size = output(size, options);
    match params.wrap.is_panorama() {
        true => face(size, options.memory_budget).map(drop),
        false => {
            let (sides, memory) = (params.wrap.sides(), options.memory_budget);
            finest(size, LONGER_SIDE, sides, memory).map(drop)
        }
    }
}

/// Pixels of the result.
pub(super) fn output(photo: [u32; 2], options: &FineOptions) -> [u32; 2] {
    let side = photo[0].max(photo[1]);
    fit(
        photo,
        options.max_side.map_or(side, |most| side.min(most.max(1))),
    )
}

/// The pictures of the styles.
pub(super) fn style_pictures(
    state: &mut InferenceState,
    layers: &[StyleLayer],
) -> Result<Vec<StylePicture>, EngineError> {
    let picture = |state: &mut InferenceState, layer: &StyleLayer| match &layer.style {
        StyleSource::File(source) => Ok(state.photos.source(source)?.0.picture.clone()),
        StyleSource::Builtin(id) => {
            let swatch = state.registry.style(id).and_then(|s| s.info.swatch.clone());
            swatch.ok_or_else(|| {
                EngineError::BadRequest(format!(
                    "Fine works after the style's picture, and '{id}' has none here; choose a picture, or take Fast"
                ))
            })
        }
    };
    layers
        .iter()
        .filter(|layer| layer.weight > 0.0)
        .map(|layer| {
            Ok(StylePicture {
                picture: picture(state, layer)?,
                share: layer.weight,
                mask: layer.mask.clone(),
            })
        })
        .collect()
}

/// The sizes to go through, and the steps in each tile after that.
pub(super) fn way(
    state: &mut InferenceState,
    subject: &Subject,
    options: &FineOptions,
) -> Result<(Schedule, Option<u32>), EngineError> {
    if matches!(options.effort, Effort::Time(..)) {
        try_out(&mut state.stylizer, &mut state.registry)?;
    }
    let large = match subject.is_masked_and_wraps() {
        // Tiles know masks by the whole picture, which those of a seamless one begin before.
        true => fine_tiles::LargeSteps {
            steps: None,
            before: options.effort.clone(),
        },
        false => fine_tiles::plan(subject.photo.size(), options, &state.stylizer.times),
    };
    let size = subject.photo.size();
    let finest = match &large.before {
        Effort::Again(scales) => {
            let sides = LEAST_SIDE as u32..=LONGER_SIDE;
            let fits = |scale: &Scale| scale.size.iter().all(|side| sides.contains(side));
            if scales.is_empty() || !scales.iter().all(fits) {
                return Err(EngineError::BadRequest(
                    "this recipe's sizes are not those of a picture made by Fine".into(),
                ));
            }
            size
        }
        _ => finest(size, LONGER_SIDE, subject.wrap, options.memory_budget)?,
    };
    Ok((Schedule::new(finest, &large.before), large.steps))
}

/// The picture as *Fast* makes it, to begin with.
pub(super) fn first_look(
    state: &mut InferenceState,
    params: &StyleParams,
    stop: &CancelToken,
) -> Result<Picture, EngineError> {
    let unmixed = StyleParams {
        strength: params.strength.min(1.0),
        ..params.clone()
    };
    state.stylizer.preview(
        &mut state.registry,
        &mut state.photos,
        &unmixed,
        Tier::Full(LOOK_SIDE),
        stop,
    )
}
