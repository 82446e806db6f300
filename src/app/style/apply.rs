//! Changes of Style, each noted in the history.

use crate::app::history_note;
use crate::app::mask_shapes;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::style::document::{FineWay, STEPS, StyleDoc};
use crate::app::style::edit::StyleEdit;
use crate::app::style::shares;
use crate::recipe::{SourceRef, StyleLayer, StyleSource, Wrap, ranges};
use std::sync::Arc;

/// Changes Style.
pub fn edit(edit: StyleEdit, state: &mut AppState, services: &mut Services, now: Now) {
    let label = label(&edit, state);
    let kind = gathers(&edit).then_some(label.as_str());
    if matches!(edit, StyleEdit::AddShape(..)) {
        // Quick dabs are steps of their own.
        state.history.commit(&state.doc);
    }
    let before = state.doc.clone();
    apply(edit, &mut state.doc.style);
    let doc = &mut state.doc.style;
    if let Some(photo) = &doc.photo {
        doc.timeline.take_photo(photo, doc.wrap);
    }
    history_note::note(&before, &label, kind, state, now);
    sources::reopen_sources(state, services);
}

/// Whether it is gathered into one step when it comes soon after the same.
fn gathers(edit: &StyleEdit) -> bool {
    matches!(
        edit,
        StyleEdit::Strength(_)
            | StyleEdit::Brush(_)
            | StyleEdit::KeepColors(_)
            | StyleEdit::Weight(..)
            | StyleEdit::Code { .. }
    )
}

fn label(edit: &StyleEdit, state: &AppState) -> String {
    let plain = match edit {
        StyleEdit::Photo(photo) | StyleEdit::Panorama(photo) if !photo.name.is_empty() => {
            return photo.title().to_owned();
        }
        StyleEdit::OnlyStyle(style) => return name(style, state),
        StyleEdit::AddStyle(style) => return format!("Add {}", name(style, state)),
        StyleEdit::RemoveStyle(at) => match state.doc.style.styles.get(*at) {
            Some(layer) => return format!("Remove {}", name(&layer.style, state)),
            None => "Remove style",
        },
        StyleEdit::ReplaceStyle(_, style) => return name(style, state),
        StyleEdit::Photo(_) => "Photo",
        StyleEdit::Panorama(_) => "Panorama",
        StyleEdit::Wrap(_) => "Seamless",
        StyleEdit::Model(_) => "Style network",
        StyleEdit::Strength(_) => "Strength",
        StyleEdit::Brush(_) => "Stroke scale",
        StyleEdit::KeepColors(_) => "Keep colours",
        StyleEdit::Quality(_) => "Fast or Fine",
        StyleEdit::Steps(_) => "Steps",
        StyleEdit::Credit(..) => "Credit",
        StyleEdit::Weight(..) => "Weight",
        StyleEdit::Code { .. } => "Style component",
        StyleEdit::SetMask(..) => "Mask",
        StyleEdit::AddShape(..) | StyleEdit::LastShape(..) | StyleEdit::DropShape(..) => {
            "Paint mask"
        }
        StyleEdit::Preset(preset) => return preset.name.clone(),
        StyleEdit::Replace { label, .. } => label,
    };
    plain.to_owned()
}

/// A style's shown name.
fn name(style: &StyleSource, state: &AppState) -> String {
    let styles = &state.engine.library.styles;
    let known = styles.iter().find(|known| known.source == *style);
    match (known, style) {
        (Some(known), _) => known.name.clone(),
        (None, StyleSource::Builtin(id)) => id.clone(),
        (None, StyleSource::File(file)) if file.name.is_empty() => "Style".to_owned(),
        (None, StyleSource::File(file)) => file.title().to_owned(),
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

fn open(doc: &mut StyleDoc, photo: SourceRef) {
    if doc.photo.as_ref() != Some(&photo) {
        doc.photo = Some(photo);
        // The sizes of a recipe are those of its photo.
        doc.fine = FineWay::Steps(nearest(doc.fine.steps()));
    }
}

fn apply(edit: StyleEdit, doc: &mut StyleDoc) {
    match edit {
        StyleEdit::Photo(photo) => {
            if doc.wrap.is_panorama() {
                doc.wrap = Wrap::None;
            }
            open(doc, photo);
        }
        StyleEdit::Panorama(photo) => {
            doc.wrap = Wrap::Panorama;
            open(doc, photo);
        }
        StyleEdit::Wrap(wrap) => doc.wrap = wrap,
        StyleEdit::Model(model) => doc.model = model,
        StyleEdit::Strength(v) => doc.strength = ranges::STRENGTH.nearest(v),
        StyleEdit::Brush(v) => doc.brush = ranges::BRUSH.nearest(v),
        StyleEdit::KeepColors(v) => doc.keep_colors = ranges::KEEP_COLORS.nearest(v),
        StyleEdit::Quality(quality) => doc.quality = quality,
        StyleEdit::Steps(steps) => doc.fine = FineWay::Steps(nearest(steps)),
        StyleEdit::OnlyStyle(style) => doc.styles = vec![layer(style)],
        StyleEdit::AddStyle(style) => {
            // As much as the others have on the average.
            let mut added = layer(style);
            if !doc.styles.is_empty() {
                let sum: f32 = doc.styles.iter().map(|l| l.weight).sum();
                let weight = sum / doc.styles.len() as f32;
                Arc::make_mut(&mut added).weight = if weight > 0.0 { weight } else { 1.0 };
            }
            doc.styles.push(added);
        }
        StyleEdit::RemoveStyle(at) => {
            if at < doc.styles.len() {
                doc.styles.remove(at);
            }
        }
        StyleEdit::Preset(preset) => {
            preset.set(doc);
            if let Some(mut params) = doc.params() {
                params.confine();
                let quality = doc.quality;
                doc.set_params(&params, None);
                doc.quality = quality;
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
        StyleEdit::Weight(at, share) => {
            let weights: Vec<f32> = doc.styles.iter().map(|l| l.weight).collect();
            let weights = shares::with(&weights, at, ranges::WEIGHT.nearest(share));
            for (at, weight) in weights.into_iter().enumerate() {
                change_layer(doc, at, |l| l.weight = weight);
            }
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
        StyleEdit::SetMask(at, mask) => {
            change_layer(doc, at, |l| l.mask = mask.map(Arc::new));
        }
        StyleEdit::AddShape(at, shape) => {
            change_layer(doc, at, |l| mask_shapes::add(&mut l.mask, shape));
        }
        StyleEdit::LastShape(at, shape) => {
            change_layer(doc, at, |l| mask_shapes::go_on(&mut l.mask, shape));
        }
        StyleEdit::DropShape(at, shape) => {
            change_layer(doc, at, |l| mask_shapes::drop(&mut l.mask, &shape));
        }
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
