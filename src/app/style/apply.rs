//! Changes of Style, each noted in the history.

use crate::app::history_note;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::style::document::{FineWay, STEPS, StyleDoc};
use crate::app::style::edit::StyleEdit;
use crate::recipe::{Mask, StyleLayer, StyleSource, ranges};
use std::sync::Arc;

/// Changes Style.
pub fn edit(edit: StyleEdit, state: &mut AppState, services: &mut Services, now: Now) {
    let label = label(&edit);
    if matches!(edit, StyleEdit::AddShape(..)) {
        // Quick dabs are steps of their own.
        state.history.commit(&state.doc);
    }
    let before = state.doc.clone();
    apply(edit, &mut state.doc.style);
    history_note::note(&before, label, state, now);
    sources::reopen_sources(state, services);
}

fn label(edit: &StyleEdit) -> &'static str {
    match edit {
        StyleEdit::Photo(_) => "Photo",
        StyleEdit::Model(_) => "Style network",
        StyleEdit::Strength(_) => "Strength",
        StyleEdit::Brush(_) => "Stroke scale",
        StyleEdit::KeepColors(_) => "Keep colours",
        StyleEdit::Quality(_) => "Fast or Fine",
        StyleEdit::Steps(_) => "Steps",
        StyleEdit::OnlyStyle(_) => "Style",
        StyleEdit::AddStyle(_) => "Add style",
        StyleEdit::RemoveStyle(_) => "Remove style",
        StyleEdit::ReplaceStyle(..) => "Change style",
        StyleEdit::Credit(..) => "Credit",
        StyleEdit::Weight(..) => "Weight",
        StyleEdit::Code { .. } => "Style component",
        StyleEdit::SetMask(..) => "Mask",
        StyleEdit::AddShape(..) | StyleEdit::LastShape(..) | StyleEdit::DropShape(..) => {
            "Paint mask"
        }
        StyleEdit::Replace { label, .. } => label,
    }
}

/// A style at full share, everywhere.
fn layer(style: StyleSource) -> Arc<StyleLayer> {
    Arc::new(StyleLayer {
        style,
        weight: 1.0,
        code: None,
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    })
}

fn apply(edit: StyleEdit, doc: &mut StyleDoc) {
    match edit {
        StyleEdit::Photo(photo) => {
            if doc.photo.as_ref() != Some(&photo) {
                doc.photo = Some(photo);
                // The sizes of a recipe are those of its photo.
                doc.fine = FineWay::Steps(nearest(doc.fine.steps()));
            }
        }
        StyleEdit::Model(model) => doc.model = model,
        StyleEdit::Strength(v) => doc.strength = ranges::STRENGTH.nearest(v),
        StyleEdit::Brush(v) => doc.brush = ranges::BRUSH.nearest(v),
        StyleEdit::KeepColors(v) => doc.keep_colors = ranges::KEEP_COLORS.nearest(v),
        StyleEdit::Quality(quality) => doc.quality = quality,
        StyleEdit::Steps(steps) => doc.fine = FineWay::Steps(nearest(steps)),
        StyleEdit::OnlyStyle(style) => doc.styles = vec![layer(style)],
        StyleEdit::AddStyle(style) => doc.styles.push(layer(style)),
        StyleEdit::RemoveStyle(at) => {
            if at < doc.styles.len() {
                doc.styles.remove(at);
            }
        }
        StyleEdit::Replace {
            mut params, fine, ..
        } => {
            params.confine();
            doc.set_params(&params, fine);
        }
        StyleEdit::ReplaceStyle(at, style) => change_layer(doc, at, |l| {
            l.style = style;
            l.code = None;
            l.learnt = None;
            l.code_edits.clear();
        }),
        StyleEdit::Credit(at, style) => change_layer(doc, at, |l| l.style = style),
        StyleEdit::Weight(at, v) => {
            change_layer(doc, at, |l| l.weight = ranges::WEIGHT.nearest(v));
        }
        StyleEdit::Code {
            style,
            direction,
            sigma,
        } => change_layer(doc, style, |l| {
            l.code_edits.retain(|(d, _)| *d != direction);
            if sigma != 0.0 {
                let sigma = ranges::CODE_SIGMA.nearest(sigma);
                l.code_edits.push((direction, sigma));
                l.code_edits.sort_by_key(|(d, _)| *d);
            }
        }),
        StyleEdit::SetMask(at, mask) => change_layer(doc, at, |l| l.mask = mask),
        StyleEdit::AddShape(at, shape) => {
            change_layer(doc, at, |l| {
                let mask = l.mask.get_or_insert_with(|| Mask::before(&shape));
                mask.shapes.push(shape);
            });
        }
        StyleEdit::LastShape(at, shape) => change_layer(doc, at, |l| {
            let last = l.mask.as_mut().and_then(|m| m.shapes.last_mut());
            if let Some(last) = last.filter(|last| last.begins_like(&shape)) {
                *last = shape;
            }
        }),
        StyleEdit::DropShape(at, shape) => change_layer(doc, at, |l| {
            let Some(mask) = &mut l.mask else { return };
            if mask.shapes.last().is_some_and(|s| s.begins_like(&shape)) {
                mask.shapes.pop();
            }
            if *mask == Mask::before(&shape) {
                l.mask = None;
            }
        }),
    }
}

/// The nearest number of steps that *Fine* may take.
fn nearest(steps: u32) -> u32 {
    steps.clamp(*STEPS.start(), *STEPS.end())
}

fn change_layer(doc: &mut StyleDoc, at: usize, change: impl FnOnce(&mut StyleLayer)) {
    if let Some(layer) = doc.styles.get_mut(at) {
        change(Arc::make_mut(layer));
    }
}
