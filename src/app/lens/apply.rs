//! Changes of Lens, each noted in the history.

use crate::app::lens::edit::Amount;
use crate::app::lens::edit::LensEdit;
use std::sync::Arc;

use crate::app::document::LensDoc;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::engine::protocol::{ModelInfo, ModelKind};
use crate::recipe::{LensGain, LensOther, LensPart, Mask};

/// Largest gain; 1 is as in the photo.
pub const MOST_GAIN: f32 = 3.0;

/// Changes Lens; a photo chooses an autoencoder first, if none is chosen.
pub fn edit(edit: LensEdit, state: &mut AppState, services: &mut Services, now: Now) {
    let label = label(&edit);
    if matches!(edit, LensEdit::AddShape(_)) {
        // Quick dabs are steps of their own.
        state.history.commit(&state.doc);
    }
    let before = state.doc.clone();
    let model = match &edit {
        LensEdit::Replace(params) => Some(params.model.clone()),
        _ => model_for(state),
    };
    if model.is_none() {
        let words =
            "No network for photos is here. Put Limner's folder 'models' beside the program.";
        state.toasts.push(Level::Warning, words);
    }
    if let Some(model) = model {
        let explore = &mut state.doc.explore;
        explore.model = model.clone();
        apply(edit, explore.lens.entry(model).or_default());
    }
    crate::app::history_note::note(&before, label, state, now);
    crate::app::sources::reopen_sources(state, services);
    crate::app::jobs::ask_directions(state, services);
}

/// The autoencoder that a photo goes to: the chosen one, or the one with sliders.
fn model_for(state: &AppState) -> Option<String> {
    if state.doc.explore.lens_doc().is_some() {
        return Some(state.doc.explore.model.clone());
    }
    best(state.engine.models(ModelKind::Autoencoder)).map(|m| m.name.clone())
}

/// Whether there is an autoencoder to open photos in.
pub fn is_there(state: &AppState) -> bool {
    state.engine.models(ModelKind::Autoencoder).next().is_some()
}

/// Limner's own goes first; it was trained for this, and its sliders are there at once.
fn best<'a>(models: impl Iterator<Item = &'a ModelInfo>) -> Option<&'a ModelInfo> {
    let mut all: Vec<&ModelInfo> = models.collect();
    all.sort_by_key(|m| m.name != "lens");
    all.into_iter().next()
}

fn label(edit: &LensEdit) -> &'static str {
    match edit {
        LensEdit::Photo(_) => "Photo",
        LensEdit::Gain(part, _) => part.name(),
        LensEdit::Other(_) => "Second picture",
        LensEdit::Amount(Amount::Blend, _) => "Blend",
        LensEdit::Amount(Amount::Light, _) => "Match tone",
        LensEdit::Amount(Amount::Texture, _) => "Match texture",
        LensEdit::KeepDetail(_) => "Keep detail",
        LensEdit::SetMask(_) => "Mask",
        LensEdit::AddShape(_) | LensEdit::LastShape(_) | LensEdit::DropShape(_) => "Paint mask",
        LensEdit::Replace(_) => "Recipe",
    }
}

fn apply(edit: LensEdit, doc: &mut LensDoc) {
    match edit {
        LensEdit::Photo(photo) => {
            if doc.photo.as_ref() != Some(&photo) {
                doc.photo = Some(photo);
                doc.photo_size = None;
                // Painted for another photo.
                doc.mask = None;
            }
        }
        LensEdit::Gain(part, gain) => set_gain(&mut doc.gains, part, gain),
        LensEdit::Other(None) => doc.other = None,
        LensEdit::Other(Some(picture)) => {
            let start = LensOther {
                // A picture that does nothing would look like a failure.
                blend: 0.5,
                ..LensOther::new(picture.clone())
            };
            let other = doc.other.get_or_insert(start);
            other.picture = picture;
        }
        LensEdit::Amount(amount, value) => {
            if let Some(other) = &mut doc.other {
                let place = match amount {
                    Amount::Blend => &mut other.blend,
                    Amount::Light => &mut other.light,
                    Amount::Texture => &mut other.texture,
                };
                *place = value.clamp(0.0, 1.0);
            }
        }
        LensEdit::KeepDetail(on) => doc.keep_detail = on,
        LensEdit::SetMask(mask) => doc.mask = mask.map(Arc::new),
        LensEdit::Replace(params) => doc.set_params(&params),
        LensEdit::AddShape(_) | LensEdit::LastShape(_) | LensEdit::DropShape(_) => {
            let mut mask = doc.mask.take().map(|mask| (*mask).clone());
            draw(edit, &mut mask);
            doc.mask = mask.map(Arc::new);
        }
    }
}

fn set_gain(gains: &mut Vec<LensGain>, part: LensPart, gain: f32) {
    gains.retain(|g| g.part != part);
    if gain != 1.0 {
        let gain = gain.clamp(0.0, MOST_GAIN);
        gains.push(LensGain { part, gain });
        gains.sort_by_key(|g| g.part);
    }
}

/// Shapes as they are drawn; one that is taken away takes an empty mask with it.
fn draw(edit: LensEdit, mask: &mut Option<Mask>) {
    match edit {
        LensEdit::AddShape(shape) => {
            let mask = mask.get_or_insert_with(|| Mask::before(&shape));
            mask.shapes.push(shape);
        }
        LensEdit::LastShape(shape) => {
            let last = mask.as_mut().and_then(|m| m.shapes.last_mut());
            if let Some(last) = last.filter(|last| last.begins_like(&shape)) {
                *last = shape;
            }
        }
        LensEdit::DropShape(shape) => {
            let Some(drawn) = mask else { return };
            if drawn.shapes.last().is_some_and(|s| s.begins_like(&shape)) {
                drawn.shapes.pop();
            }
            if *drawn == Mask::before(&shape) {
                *mask = None;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{LensParams, MaskShape, SourceRef};

    fn source(name: &str) -> SourceRef {
        SourceRef {
            sha256: name.into(),
            name: name.into(),
            path: String::new(),
            artist: String::new(),
            licence: String::new(),
        }
    }

    #[test]
    fn a_gain_at_rest_leaves_the_recipe() {
        let mut doc = LensDoc::default();
        apply(LensEdit::Photo(source("a")), &mut doc);
        apply(LensEdit::Gain(LensPart::Texture, 9.0), &mut doc);
        apply(LensEdit::Gain(LensPart::Light, 0.5), &mut doc);
        let params = doc.params("lens").unwrap();
        assert_eq!(params.gain(LensPart::Texture), MOST_GAIN);
        assert_eq!(params.gains[0].part, LensPart::Light);
        for part in [LensPart::Texture, LensPart::Light] {
            apply(LensEdit::Gain(part, 1.0), &mut doc);
        }
        assert!(doc.params("lens").unwrap().is_still());
    }

    #[test]
    fn another_second_picture_keeps_its_amounts_and_another_photo_loses_the_mask() {
        let mut doc = LensDoc::default();
        apply(LensEdit::Photo(source("a")), &mut doc);
        apply(LensEdit::Other(Some(source("b"))), &mut doc);
        apply(LensEdit::Amount(Amount::Light, 0.75), &mut doc);
        apply(LensEdit::Other(Some(source("c"))), &mut doc);
        apply(LensEdit::AddShape(MaskShape::Fill(1.0)), &mut doc);
        let params = doc.params("lens").unwrap();
        let other = params.other.unwrap();
        assert_eq!((other.picture.name.as_str(), other.light), ("c", 0.75));
        assert!(params.mask.is_some());
        apply(LensEdit::Photo(source("d")), &mut doc);
        assert!(doc.mask.is_none());
        doc.set_params(&LensParams::new("lens", source("e")));
        assert_eq!(
            doc.params("lens"),
            Some(LensParams::new("lens", source("e")))
        );
    }
}
