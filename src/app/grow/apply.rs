//! Changes of Grow, each noted in the history.

use std::sync::Arc;

use crate::app::command::Command;
use crate::app::grow::document::{CHANCE, COHERENCE, GrowDoc, GrowWay, STRENGTH};
use crate::app::grow::edit::GrowEdit;
use crate::app::grow::edit::MaskChange;
use crate::app::grow::{others, sketch};
use crate::app::history_note;
use crate::app::mask_shapes;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::random;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::recipe::{GrowChange, ranges};

/// Largest random seed: six digits can be remembered and typed.
const SEEDS: u64 = 1_000_000;
/// How far a picture goes beyond each of its edges at first, as a share of its shorter side.
const BEYOND: f32 = 0.25;

/// Changes Grow.
pub fn edit(edit: GrowEdit, state: &mut AppState, services: &mut Services, now: Now) {
    let label = label(&edit, &state.doc.grow);
    let kind = gathers(&edit).then_some(label.as_str());
    if matches!(
        edit,
        GrowEdit::AddShape(_)
            | GrowEdit::OtherMask(_, MaskChange::Add(_))
            | GrowEdit::Paint(..)
            | GrowEdit::Erase(_)
    ) {
        // Quick dabs are steps of their own.
        state.history.commit(&state.doc);
    }
    let before = state.doc.clone();
    let size = state.grow_source().map(|photo| photo.size);
    apply(edit, &mut state.doc.grow, size);
    history_note::note(&before, &label, kind, state, now);
    sources::reopen_sources(state, services);
}

/// Commands that act on Grow when it is in front; whether it was one.
pub fn command(command: Command, state: &mut AppState, services: &mut Services, now: Now) -> bool {
    let seed = state.doc.grow.seed;
    let change = match command {
        Command::NewSeed => GrowEdit::Seed(random::number(&mut state.random) % SEEDS),
        Command::NextSeed => GrowEdit::Seed(seed.wrapping_add(1)),
        Command::PreviousSeed => GrowEdit::Seed(seed.saturating_sub(1)),
        Command::ResetSliders => GrowEdit::Reset,
        Command::ToggleVariations => {
            state.view.grow_grid = !state.view.grow_grid;
            return true;
        }
        _ => return false,
    };
    edit(change, state, services, now);
    true
}

/// Whether a command is for Grow while it is in front.
pub fn takes(command: Command, state: &AppState) -> bool {
    state.view.workspace == Workspace::Grow
        && !state.view.start_page
        && matches!(
            command,
            Command::NewSeed
                | Command::NextSeed
                | Command::PreviousSeed
                | Command::ResetSliders
                | Command::ToggleVariations
        )
}

/// Whether it is gathered into one step when it comes soon after the same.
fn gathers(edit: &GrowEdit) -> bool {
    matches!(
        edit,
        GrowEdit::Chance(_)
            | GrowEdit::Coherence(_)
            | GrowEdit::Strength(_)
            | GrowEdit::Size(_)
            | GrowEdit::Sides(_)
            | GrowEdit::Place(..)
            | GrowEdit::OtherWeight(..)
    )
}

fn label(edit: &GrowEdit, doc: &GrowDoc) -> String {
    let plain = match edit {
        GrowEdit::Source(source) if !source.name.is_empty() => return source.title().to_owned(),
        GrowEdit::Seed(seed) => return format!("Seed {seed}"),
        GrowEdit::Way(way) => way.title(),
        GrowEdit::Source(_) => "Picture",
        GrowEdit::Structure(_) => "Second picture",
        GrowEdit::Swap { .. } => "Swap pictures",
        GrowEdit::Chance(_) => "Chance",
        GrowEdit::Coherence(_) => "Coherence",
        GrowEdit::Strength(_) => "Strength",
        GrowEdit::Seamless(_) => "Seamless",
        GrowEdit::Keep(_) => "Keep the picture",
        GrowEdit::Size(_) => "Size",
        GrowEdit::Sides(_) => "Extend",
        GrowEdit::SetMask(_) => "Mask",
        GrowEdit::AddShape(_) | GrowEdit::LastShape(_) | GrowEdit::DropShape(_) => "Paint mask",
        GrowEdit::AddEdit(edit) => match edit.change {
            GrowChange::Move(_) => "Move part",
            GrowChange::Copy(_) => "Copy part",
            GrowChange::Recolour { .. } => "Recolour part",
            GrowChange::Remove => "Remove part",
            GrowChange::Paint(_) | GrowChange::Sketch(_) => "Sketch",
        },
        GrowEdit::RemoveEdit(_) => "Take edit back",
        GrowEdit::ClearEdits => "Take edits back",
        GrowEdit::Place(at, to) => sketch::changed(doc, *at, to),
        GrowEdit::Paint(..) => "Paint",
        GrowEdit::Erase(_) => "Erase paint",
        GrowEdit::AddOther(_) => "Further picture",
        GrowEdit::RemoveOther(_) => "Remove picture",
        GrowEdit::OtherWeight(n, _) => return format!("Weight {}", n + 1),
        GrowEdit::OtherMask(_, MaskChange::Set(None)) => "Everywhere",
        GrowEdit::OtherMask(..) => "Paint region",
        GrowEdit::ClearPart => "Everywhere",
        GrowEdit::Reset => "Reset all sliders",
        GrowEdit::Replace { label, .. } => label,
    };
    plain.to_owned()
}

/// `size` is the source's, once it is known.
fn apply(edit: GrowEdit, doc: &mut GrowDoc, size: Option<[u32; 2]>) {
    match edit {
        GrowEdit::Source(source) => {
            if doc.source.as_ref().map(|own| &own.sha256) != Some(&source.sha256) {
                // Painted for another picture.
                doc.mask = None;
                doc.mask_file = None;
                doc.edits = Arc::default();
            }
            doc.source = Some(source);
        }
        GrowEdit::Structure(structure) => {
            // A picture that does nothing would look like a failure.
            if structure.is_some() {
                doc.way = GrowWay::Remix;
            }
            doc.structure = structure;
        }
        GrowEdit::Swap { source, structure } => {
            doc.source = Some(source);
            doc.structure = Some(structure);
            doc.mask = None;
            doc.mask_file = None;
            doc.edits = Arc::default();
        }
        GrowEdit::Way(way) => {
            doc.way = way;
            if let (GrowWay::Extend, [0, 0, 0, 0], Some([w, h])) = (way, doc.sides, size) {
                doc.sides = [(w.min(h) as f32 * BEYOND).round() as u32; 4];
            }
        }
        GrowEdit::Seed(seed) => {
            doc.seed = seed;
            // That is another picture.
            doc.breed = None;
        }
        GrowEdit::Chance(v) => doc.chance = ranges::CHANCE.nearest(v),
        GrowEdit::Coherence(v) => doc.coherence = ranges::COHERENCE.nearest(v),
        GrowEdit::Strength(v) => doc.strength = ranges::CLOSENESS.nearest(v),
        GrowEdit::Seamless(sides) => doc.seamless = sides,
        GrowEdit::Keep(keep) => doc.keep = keep,
        GrowEdit::Size(size) => doc.size = size,
        GrowEdit::Sides(sides) => doc.sides = sides,
        GrowEdit::SetMask(mask) => {
            doc.mask = mask.map(Arc::new);
            doc.mask_file = None;
        }
        GrowEdit::AddShape(shape) => {
            mask_shapes::add(&mut doc.mask, shape);
            doc.mask_file = None;
        }
        GrowEdit::LastShape(shape) => mask_shapes::go_on(&mut doc.mask, shape),
        GrowEdit::DropShape(shape) => mask_shapes::drop(&mut doc.mask, &shape),
        GrowEdit::AddEdit(edit) => {
            doc.way = GrowWay::Edit;
            Arc::make_mut(&mut doc.edits).push(edit);
        }
        GrowEdit::RemoveEdit(at) => {
            if at < doc.edits.len() {
                Arc::make_mut(&mut doc.edits).remove(at);
            }
        }
        GrowEdit::ClearEdits => doc.edits = Arc::default(),
        GrowEdit::Place(at, placement) => sketch::place(doc, at, placement),
        GrowEdit::Paint(colour, stroke) => {
            if let Some(size) = size {
                sketch::paint(doc, colour, stroke, size);
            }
        }
        GrowEdit::Erase(stroke) => {
            if let Some(size) = size {
                sketch::erase(doc, &stroke, size);
            }
        }
        GrowEdit::AddOther(picture) => others::add(doc, picture),
        GrowEdit::RemoveOther(at) => {
            if at < doc.others.len() {
                doc.others.remove(at);
            }
        }
        GrowEdit::OtherWeight(at, weight) => {
            if let Some(other) = doc.others.get_mut(at) {
                other.weight = ranges::OTHER_WEIGHT.nearest(weight);
            }
        }
        GrowEdit::OtherMask(at, change) => {
            if let Some(other) = doc.others.get_mut(at) {
                others::mask(other, change);
            }
        }
        GrowEdit::ClearPart => doc.part = None,
        GrowEdit::Reset => {
            doc.chance = CHANCE;
            doc.coherence = COHERENCE;
            doc.strength = STRENGTH;
        }
        GrowEdit::Replace { mut params, .. } => {
            params.confine();
            doc.set_params(*params);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{MaskShape, SourceRef};

    fn source(name: &str) -> SourceRef {
        SourceRef {
            sha256: name.into(),
            ..SourceRef::default()
        }
    }

    #[test]
    fn another_picture_loses_the_mask_and_the_same_again_keeps_it() {
        let mut doc = GrowDoc::default();
        apply(GrowEdit::Source(source("a")), &mut doc, None);
        apply(GrowEdit::AddShape(MaskShape::Fill(1.0)), &mut doc, None);
        apply(GrowEdit::Source(source("a")), &mut doc, None);
        assert!(doc.mask.is_some());
        apply(GrowEdit::Source(source("b")), &mut doc, None);
        assert!(doc.mask.is_none());
    }

    #[test]
    fn extending_begins_with_something_to_see_and_keeps_what_was_set() {
        let mut doc = GrowDoc::default();
        apply(GrowEdit::Way(GrowWay::Extend), &mut doc, Some([400, 200]));
        assert_eq!(doc.sides, [50; 4]);
        apply(GrowEdit::Sides([0, 0, 9, 0]), &mut doc, None);
        apply(GrowEdit::Way(GrowWay::Vary), &mut doc, None);
        apply(GrowEdit::Way(GrowWay::Extend), &mut doc, Some([400, 200]));
        assert_eq!(doc.sides, [0, 0, 9, 0]);
    }

    #[test]
    fn a_second_picture_is_followed_at_once() {
        let mut doc = GrowDoc::default();
        apply(GrowEdit::Structure(Some(source("b"))), &mut doc, None);
        assert_eq!(doc.way, GrowWay::Remix);
        apply(GrowEdit::Strength(7.0), &mut doc, None);
        assert_eq!(doc.strength, 1.0);
        apply(GrowEdit::Reset, &mut doc, None);
        assert_eq!(doc.strength, STRENGTH);
    }
}
