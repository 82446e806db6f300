//! Changes of Lens, each noted in the history.

use std::sync::Arc;

use crate::app::history_note;
use crate::app::jobs;
use crate::app::lens::document::{LensDoc, LensWork};
use crate::app::lens::edit::{Amount, LensEdit};
use crate::app::mask_shapes;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::random;
use crate::app::sliders::apply::{self as sliders, Dice};
use crate::app::sliders::edit::SliderEdit;
use crate::app::sources;
use crate::app::state::AppState;
use crate::engine::protocol::ANSWER;
use crate::recipe::{LensGain, LensOther, LensPart, Mask, ranges};

/// How far "randomise" goes, mostly, in σ. Photos differ more from place to place than
/// from each other, so that a σ goes far.
const REACH: f32 = 0.8;

/// Changes Lens. Where no network for photos is, that is all it says.
pub fn edit(edit: LensEdit, state: &mut AppState, services: &mut Services, now: Now) {
    let of_photo = !matches!(edit, LensEdit::Model(_) | LensEdit::Replace { .. });
    if of_photo && state.doc.lens.work().is_none() {
        let words =
            "No network for photos is here. Put Limner's folder 'models' beside the program.";
        state.toasts.push(Level::Warning, words);
        return;
    }
    let label = label(&edit, state);
    let kind = kind(&edit, &label);
    if matches!(edit, LensEdit::AddShape(_)) {
        // Quick dabs are steps of their own.
        state.history.commit(&state.doc);
    }
    let before = state.doc.clone();
    let dice = dice(state);
    apply(edit, &mut state.doc.lens, &dice);
    history_note::note(&before, &label, kind.as_deref(), state, now);
    sources::reopen_sources(state, services);
    jobs::ask_directions(state, services);
}

/// A photo's sliders overlap; those that answer for all that can change are enough.
fn dice(state: &mut AppState) -> Dice {
    let known = state.lens_directions();
    let answers = known.into_iter().flat_map(|all| all.iter());
    let answers = answers.filter(|d| d.id.starts_with(ANSWER));
    Dice {
        directions: answers.map(|d| d.id.clone()).collect(),
        reach: REACH,
        random: random::number(&mut state.random),
    }
}

/// What is gathered into one step when it comes soon after the same.
fn kind(edit: &LensEdit, label: &str) -> Option<String> {
    match edit {
        LensEdit::Sliders(edit) => sliders::kind(edit, label),
        LensEdit::Gain(..) | LensEdit::Amount(..) => Some(label.to_owned()),
        _ => None,
    }
}

fn label(edit: &LensEdit, state: &AppState) -> String {
    let plain = match edit {
        LensEdit::Model(name) => {
            let model = state.engine.model(name);
            return model.map_or_else(|| name.clone(), |m| m.title.clone());
        }
        LensEdit::Sliders(edit) => {
            let known = state.lens_directions().map_or(&[][..], |d| &d[..]);
            return sliders::label(edit, |id| state.doc.lens.sliders().name(id, known));
        }
        LensEdit::Photo(photo) if !photo.name.is_empty() => return photo.title().to_owned(),
        LensEdit::Photo(_) => "Photo",
        LensEdit::Gain(part, _) => part.name(),
        LensEdit::Other(_) => "Second picture",
        LensEdit::Amount(Amount::Blend, _) => "Blend",
        LensEdit::Amount(Amount::Light, _) => "Match tone",
        LensEdit::Amount(Amount::Texture, _) => "Match texture",
        LensEdit::KeepDetail(_) => "Keep detail",
        LensEdit::SetMask(_) => "Mask",
        LensEdit::AddShape(_) | LensEdit::LastShape(_) | LensEdit::DropShape(_) => "Paint mask",
        LensEdit::Replace { label, .. } => label,
    };
    plain.to_owned()
}

fn apply(edit: LensEdit, doc: &mut LensDoc, dice: &Dice) {
    match edit {
        LensEdit::Model(name) => {
            if doc.works.contains_key(&name) {
                doc.choose(&name);
            }
        }
        LensEdit::Replace { mut params, .. } => {
            params.confine();
            doc.model = params.model.clone();
            let work = doc.works.entry(params.model.clone()).or_default();
            work.set_params(*params);
        }
        LensEdit::Sliders(SliderEdit::Reset) => {
            if let Some(work) = doc.works.get_mut(&doc.model) {
                work.reset();
            }
        }
        LensEdit::Sliders(edit) => {
            if let Some(mut all) = doc.sliders_mut() {
                sliders::apply(edit, &mut all, dice);
            }
        }
        other => {
            if let Some(work) = doc.works.get_mut(&doc.model) {
                change(other, work);
            }
        }
    }
}

/// Changes of what is done to the photo, but for its direction sliders.
fn change(edit: LensEdit, work: &mut LensWork) {
    match edit {
        LensEdit::Photo(photo) => {
            if work.photo.as_ref() != Some(&photo) {
                work.photo = Some(photo);
                // Painted for another photo.
                work.mask = None;
            }
        }
        LensEdit::Gain(part, gain) => set_gain(&mut work.gains, part, gain),
        LensEdit::Other(None) => work.other = None,
        LensEdit::Other(Some(picture)) => {
            let start = LensOther {
                // A picture that does nothing would look like a failure.
                blend: 0.5,
                ..LensOther::new(picture.clone())
            };
            let other = work.other.get_or_insert(start);
            other.picture = picture;
        }
        LensEdit::Amount(amount, value) => {
            if let Some(other) = &mut work.other {
                let (place, range) = match amount {
                    Amount::Blend => (&mut other.blend, ranges::BLEND),
                    Amount::Light => (&mut other.light, ranges::LIGHT),
                    Amount::Texture => (&mut other.texture, ranges::TEXTURE),
                };
                *place = range.nearest(value);
            }
        }
        LensEdit::KeepDetail(on) => work.keep_detail = on,
        LensEdit::SetMask(mask) => work.mask = mask.map(Arc::new),
        LensEdit::AddShape(_) | LensEdit::LastShape(_) | LensEdit::DropShape(_) => {
            draw(edit, &mut work.mask);
        }
        // Not of the photo: done by `apply`.
        LensEdit::Model(_) | LensEdit::Sliders(_) | LensEdit::Replace { .. } => {}
    }
}

fn set_gain(gains: &mut Vec<LensGain>, part: LensPart, gain: f32) {
    gains.retain(|g| g.part != part);
    if gain != 1.0 {
        let gain = ranges::GAIN.nearest(gain);
        gains.push(LensGain { part, gain });
        gains.sort_by_key(|g| g.part);
    }
}

/// Shapes as they are drawn; one that is taken away takes an empty mask with it.
fn draw(edit: LensEdit, mask: &mut Option<Arc<Mask>>) {
    match edit {
        LensEdit::AddShape(shape) => mask_shapes::add(mask, shape),
        LensEdit::LastShape(shape) => mask_shapes::go_on(mask, shape),
        LensEdit::DropShape(shape) => mask_shapes::drop(mask, &shape),
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
        let mut doc = LensWork::default();
        change(LensEdit::Photo(source("a")), &mut doc);
        change(LensEdit::Gain(LensPart::Texture, 9.0), &mut doc);
        change(LensEdit::Gain(LensPart::Light, 0.5), &mut doc);
        let params = doc.params("lens").unwrap();
        assert_eq!(params.gain(LensPart::Texture), ranges::GAIN.most);
        assert_eq!(params.gains[0].part, LensPart::Light);
        for part in [LensPart::Texture, LensPart::Light] {
            change(LensEdit::Gain(part, 1.0), &mut doc);
        }
        assert!(doc.params("lens").unwrap().is_still());
    }

    #[test]
    fn another_second_picture_keeps_its_amounts_and_another_photo_loses_the_mask() {
        let mut doc = LensWork::default();
        change(LensEdit::Photo(source("a")), &mut doc);
        change(LensEdit::Other(Some(source("b"))), &mut doc);
        change(LensEdit::Amount(Amount::Light, 0.75), &mut doc);
        change(LensEdit::Other(Some(source("c"))), &mut doc);
        change(LensEdit::AddShape(MaskShape::Fill(1.0)), &mut doc);
        let params = doc.params("lens").unwrap();
        let other = params.other.unwrap();
        assert_eq!((other.picture.name.as_str(), other.light), ("c", 0.75));
        assert!(params.mask.is_some());
        change(LensEdit::Photo(source("d")), &mut doc);
        assert!(doc.mask.is_none());
        doc.set_params(LensParams::new("lens", source("e")));
        assert_eq!(
            doc.params("lens"),
            Some(LensParams::new("lens", source("e")))
        );
    }
}
