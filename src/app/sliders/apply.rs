//! Changes of direction sliders.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::app::sliders::edit::SliderEdit;
use crate::app::sliders::marks::SlidersMut;

/// What "randomise" goes by.
#[derive(Debug, Clone)]
pub struct Dice {
    /// Decides all.
    pub random: u64,
    /// Most are within this many σ.
    pub reach: f32,
    /// Direction ids of the sliders that may move.
    pub directions: Vec<String>,
}

/// The change's name in the history; `name` tells a slider's shown name.
pub fn label(edit: &SliderEdit, name: impl Fn(&str) -> String) -> String {
    match edit {
        SliderEdit::Sigma { direction, .. } => name(direction),
        SliderEdit::Reset => "Reset sliders".to_owned(),
        SliderEdit::Randomise => "Randomise".to_owned(),
        SliderEdit::Rename { .. } => "Rename slider".to_owned(),
        SliderEdit::Star(id) => format!("Star: {}", name(id)),
        SliderEdit::Lock(id) => format!("Lock: {}", name(id)),
        SliderEdit::Layers { direction, .. } => format!("Layer range: {}", name(direction)),
    }
}

/// What is gathered into one step when it comes soon after the same: strokes of keys on one
/// slider, and marks.
pub fn kind(edit: &SliderEdit, label: &str) -> Option<String> {
    match edit {
        SliderEdit::Sigma { .. } | SliderEdit::Layers { .. } => Some(label.to_owned()),
        SliderEdit::Star(_) | SliderEdit::Lock(_) => Some("Stars and locks".to_owned()),
        SliderEdit::Reset | SliderEdit::Randomise | SliderEdit::Rename { .. } => None,
    }
}

/// Carries a change out.
pub fn apply(edit: SliderEdit, sliders: &mut SlidersMut<'_>, dice: &Dice) {
    match edit {
        SliderEdit::Sigma { direction, sigma } => sliders.set_sigma(&direction, sigma),
        SliderEdit::Reset => sliders.edits.clear(),
        SliderEdit::Randomise => randomise(sliders, dice),
        SliderEdit::Rename { direction, name } => {
            sliders.mark(&direction).name = name.filter(|n| !n.trim().is_empty());
        }
        SliderEdit::Star(id) => {
            let mark = sliders.mark(&id);
            mark.star = !mark.star;
        }
        SliderEdit::Lock(id) => {
            let mark = sliders.mark(&id);
            mark.lock = !mark.lock;
        }
        SliderEdit::Layers { direction, layers } => {
            sliders.mark(&direction).layers = layers;
            let moved = sliders.edits.iter_mut().find(|e| e.direction == direction);
            if let Some(edit) = moved {
                edit.layers = layers;
            }
        }
    }
}

/// Every unlocked slider to a random place.
fn randomise(sliders: &mut SlidersMut<'_>, dice: &Dice) {
    let mut rng = ChaCha20Rng::seed_from_u64(dice.random);
    for id in &dice.directions {
        if sliders.read().mark(id).is_some_and(|m| m.lock) {
            continue;
        }
        // The sum of three uniforms is close enough to a bell for dice.
        let bell: f32 = (0..3)
            .map(|_| rng.next_u32() as f32 / u32::MAX as f32 - 0.5)
            .sum();
        let sigma = (bell * dice.reach * 10.0).round() / 10.0;
        sliders.set_sigma(id, sigma);
    }
}
