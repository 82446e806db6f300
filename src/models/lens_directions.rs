//! `directions.json` of an autoencoder: what an offset to all latents of a picture does,
//! found on pictures beforehand (`training/limner_training/lens_directions.py`) or here
//! ([`super::lens_measure`]).

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::latent::attributes::Attribute;
use crate::latent::grid::{self, GridError};
use crate::latent::sliders::{ANSWER, DirectionInfo};
use crate::recipe::{DirectionEdit, LayerRange, LensGain, LensPart};

/// The layout that this program reads.
const VERSION: u32 = 1;

/// One slider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LensDirection {
    /// `measured.warmth`, `answer.3`, `look.0`.
    pub id: String,
    /// In artists' words: `Warmth`, `Texture 2`.
    pub name: String,
    /// `measured`, `light`, `colour`, `texture`, `look`.
    pub sort: String,
    /// Whether the name was measured.
    pub measured: bool,
    /// 0..=1: how surely it does what it says, or its share of what pictures do.
    pub strength: f32,
    /// What one σ adds at each place, one number a channel.
    pub step: Vec<f32>,
    /// How many σ one unit of the slider is, so that its ends still look like a photo
    /// ([`super::lens_reach`]); 0 where nothing clear does, and then the slider isn't offered.
    #[serde(default = "whole")]
    pub reach: f32,
}

/// The slider's unit is one σ.
fn whole() -> f32 {
    1.0
}

/// All sliders of an autoencoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LensDirections {
    version: u32,
    model_sha256: String,
    latent_channels: usize,
    /// Rows that read how much of each answer is in a latent, in the answers' order.
    duals: Vec<Vec<f32>>,
    /// Measured ones first.
    directions: Vec<LensDirection>,
}

impl LensDirections {
    /// Reads a file that belongs to the weights of this hash.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`]; [`ModelError::BadConfig`] for what is damaged or
    /// belongs to other weights.
    pub fn read(path: &Path, model_sha256: &str, channels: usize) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::BadConfig {
            path: path.to_owned(),
            reason,
        };
        let text = std::fs::read_to_string(path).map_err(|error| ModelError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let found: Self = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        if found.version != VERSION || found.model_sha256 != model_sha256 {
            return Err(bad(
                "these sliders belong to other weights; get the model again".into(),
            ));
        }
        let rows = found
            .duals
            .iter()
            .chain(found.directions.iter().map(|d| &d.step));
        let reaches = found.directions.iter().map(|d| d.reach);
        if !reaches
            .into_iter()
            .all(|r| r.is_finite() && (0.0..=10.0).contains(&r))
        {
            return Err(bad("a slider's reach is no number from 0 to 10".into()));
        }
        let numbers = |row: &Vec<f32>| row.len() == channels && row.iter().all(|v| v.is_finite());
        let answers = found.answers().count();
        if found.latent_channels != channels
            || answers != found.duals.len()
            || !rows.into_iter().all(numbers)
        {
            return Err(bad(
                "these sliders have another shape than the network".into()
            ));
        }
        Ok(found)
    }

    /// Sliders that were measured here; how a picture's parts can be told apart wasn't.
    pub fn measured(
        model_sha256: &str,
        latent_channels: usize,
        directions: Vec<LensDirection>,
    ) -> Self {
        Self {
            version: VERSION,
            model_sha256: model_sha256.to_owned(),
            latent_channels,
            duals: Vec::new(),
            directions,
        }
    }

    /// The directions that `duals` belong to.
    fn answers(&self) -> impl Iterator<Item = &LensDirection> {
        self.directions.iter().filter(|d| d.id.starts_with(ANSWER))
    }

    /// The sliders as the window needs them; they act on no layers.
    pub fn infos(&self) -> Vec<DirectionInfo> {
        let info = |d: &LensDirection| DirectionInfo {
            id: d.id.clone(),
            name: Attribute::shown_name(&d.id, &d.name),
            strength: d.strength,
            measured: d.measured,
            layers: LayerRange { start: 0, end: 0 },
        };
        let offered = self.directions.iter().filter(|d| d.reach > 0.0);
        offered.map(info).collect()
    }

    /// What moved sliders add at each place, one number a channel.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a slider that isn't there or stands nowhere.
    pub fn offset(&self, edits: &[DirectionEdit]) -> Result<Vec<f32>, ModelError> {
        let mut steps = Vec::with_capacity(edits.len());
        for edit in edits {
            let found = self.directions.iter().find(|d| d.id == edit.direction);
            let direction = found.ok_or_else(|| {
                ModelError::BadRequest(format!(
                    "this network has no slider called '{}'; set it to 0 or choose another",
                    edit.direction
                ))
            })?;
            // One that isn't offered any more does in old recipes what it did.
            let unit = if direction.reach > 0.0 {
                direction.reach
            } else {
                1.0
            };
            steps.push((direction.step.as_slice(), unit * finite(edit.sigma)?));
        }
        Ok(grid::offset(self.latent_channels, steps)?)
    }

    /// The matrix by which a picture's variation is weighed; none where all gains are 1.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a gain that is no number.
    pub fn change(&self, gains: &[LensGain]) -> Result<Option<Vec<Vec<f32>>>, ModelError> {
        let part = |direction: &LensDirection| match direction.sort.as_str() {
            "light" => LensPart::Light,
            "colour" => LensPart::Colour,
            _ => LensPart::Texture,
        };
        let gain = |wanted: LensPart| {
            gains
                .iter()
                .filter(move |g| g.part == wanted)
                .map(|g| g.gain)
        };
        if self.duals.is_empty() {
            return plain_change(self.latent_channels, gains);
        }
        for gain in gains {
            finite(gain.gain)?;
        }
        if gains.iter().all(|g| g.gain == 1.0) {
            return Ok(None);
        }
        let rows = self.answers().zip(&self.duals).map(|(d, dual)| {
            let gain: f32 = gain(part(d)).chain(gain(LensPart::All)).product();
            (d.step.as_slice(), dual.as_slice(), gain)
        });
        Ok(Some(grid::weights(self.latent_channels, rows)?))
    }
}

/// The matrix that weighs all of a picture's variation alike, for networks without
/// directions; none where the gain is 1.
///
/// # Errors
/// [`ModelError::BadRequest`] for a gain that is no number, and for parts that can't be
/// told apart here.
pub fn plain_change(
    channels: usize,
    gains: &[LensGain],
) -> Result<Option<Vec<Vec<f32>>>, ModelError> {
    let mut all = 1.0;
    for gain in gains {
        if gain.part != LensPart::All && gain.gain != 1.0 {
            return Err(ModelError::BadRequest(format!(
                "the parts of a picture can't be told apart with this network, so that {} can't be weighed alone; use {}",
                gain.part.name(),
                LensPart::All.name()
            )));
        }
        all *= finite(gain.gain)?;
    }
    let row = |i: usize| {
        (0..channels)
            .map(|j| if i == j { all } else { 0.0 })
            .collect()
    };
    Ok((all != 1.0).then(|| (0..channels).map(row).collect()))
}

fn finite(value: f32) -> Result<f32, ModelError> {
    match value.is_finite() {
        true => Ok(value),
        false => Err(ModelError::BadRequest(
            "a slider is not at a number; set it again".into(),
        )),
    }
}

impl From<GridError> for ModelError {
    fn from(error: GridError) -> Self {
        Self::BadRequest(error.to_string())
    }
}
