//! Direction sliders as they stand, and what an artist made of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::protocol::DirectionInfo;
use crate::recipe::{DirectionEdit, LayerRange, ranges};

/// What an artist made of a direction slider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SliderMark {
    /// Own name.
    pub name: Option<String>,
    /// Shown first.
    pub star: bool,
    /// Left alone by "randomise".
    pub lock: bool,
    /// Acts on these layers only.
    pub layers: Option<LayerRange>,
}

/// The direction sliders of one network.
#[derive(Debug, Clone, Copy)]
pub struct Sliders<'a> {
    edits: &'a [DirectionEdit],
    marks: Option<&'a BTreeMap<String, SliderMark>>,
}

impl<'a> Sliders<'a> {
    /// From those that are not at zero, and the marks by direction id.
    pub fn new(
        edits: &'a [DirectionEdit],
        marks: Option<&'a BTreeMap<String, SliderMark>>,
    ) -> Self {
        Self { edits, marks }
    }

    /// How far a slider stands, in σ.
    pub fn sigma(&self, direction: &str) -> f32 {
        let edit = self.edits.iter().find(|e| e.direction == direction);
        edit.map_or(0.0, |e| e.sigma)
    }

    /// The mark on a slider.
    pub fn mark(&self, direction: &str) -> Option<&'a SliderMark> {
        self.marks?.get(direction)
    }

    /// The layers that a slider acts on, all where none are told: as it stands in the picture, else
    /// as the artist chose.
    pub fn layers(&self, direction: &str) -> Option<LayerRange> {
        match self.edits.iter().find(|e| e.direction == direction) {
            Some(edit) => edit.layers,
            None => self.mark(direction)?.layers,
        }
    }

    /// A slider's shown name: the artist's own, the measured one, or its id.
    pub fn name(&self, direction: &str, known: &[DirectionInfo]) -> String {
        if let Some(own) = self.mark(direction).and_then(|m| m.name.clone()) {
            return own;
        }
        let measured = known.iter().find(|d| d.id == direction);
        measured.map_or_else(|| direction.to_owned(), |d| d.name.clone())
    }
}

/// The direction sliders of one network, to change.
#[derive(Debug)]
pub struct SlidersMut<'a> {
    /// The network's name.
    pub model: &'a str,
    /// Those that are not at zero.
    pub edits: &'a mut Vec<DirectionEdit>,
    /// Marks of all networks: model, then direction id.
    pub marks: &'a mut BTreeMap<String, BTreeMap<String, SliderMark>>,
}

impl SlidersMut<'_> {
    /// The same, to read.
    pub fn read(&self) -> Sliders<'_> {
        Sliders::new(self.edits, self.marks.get(self.model))
    }

    /// The mark on a slider.
    pub fn mark(&mut self, direction: &str) -> &mut SliderMark {
        let of_model = self.marks.entry(self.model.to_owned()).or_default();
        of_model.entry(direction.to_owned()).or_default()
    }

    /// Moves a slider within [`ranges::SIGMA`]; zero takes the edit out of the recipe.
    pub fn set_sigma(&mut self, direction: &str, sigma: f32) {
        let sigma = ranges::SIGMA.nearest(sigma);
        let layers = self.read().layers(direction);
        let at = self.edits.iter().position(|e| e.direction == direction);
        match (at, sigma == 0.0) {
            (Some(at), true) => {
                self.edits.remove(at);
            }
            (Some(at), false) => self.edits[at].sigma = sigma,
            (None, true) => {}
            (None, false) => self.edits.push(DirectionEdit {
                direction: direction.to_owned(),
                sigma,
                layers,
            }),
        }
    }
}
