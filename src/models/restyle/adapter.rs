//! A learnt style: *Restyle*'s transform with other numbers, kept as differences to its own.
//!
//! The file is safetensors. Metadata: `format` is [`FORMAT`], `restyle` the SHA-256 of the weights
//! file that it belongs to, `about` a JSON object ([`About`]). Tensors: `code` F32 (palette, then
//! strokes); for every convolution of the transform `X.weight` as I8 with `X.weight.scale` F32 for
//! each output channel, or as F16 or F32, and `X.bias` F16 or F32; for every normalisation
//! `affine.K.bias` F16 or F32. Nothing else.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::{Device, Tensor};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Deserializer, Serialize};

use super::config::Config;
use crate::models::ModelError;
use crate::models::weights::Weights;

/// What `format` says.
pub const FORMAT: &str = "limner-restyle-adapter-1";

/// Where a learnt style comes from; all of it is optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The work's name, or what its maker calls the style.
    pub title: String,
    /// Whose hand.
    pub artist: String,
    /// When, as text: "c. 1831".
    #[serde(deserialize_with = "text_or_number")]
    pub year: String,
    /// Museum and collection, or where the picture is from.
    pub source: String,
    /// Licence of the pictures.
    pub licence: String,
    /// SHA-256 of the pictures that it was learnt from.
    pub pictures: Vec<String>,
    /// Photos shown in training; 0 where that isn't said.
    pub images: u64,
    /// Steps of its training.
    pub steps: u64,
    /// Seed of the training.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// Version of Limner that trained it; empty for others.
    pub limner: String,
    /// SHA-256 of the files that it was before something else was said about it: recipes may know it
    /// by them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
}

/// Years are written either way.
pub(crate) fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(serde_json::Number),
        Nothing(()),
    }
    Ok(match Either::deserialize(from)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
        Either::Nothing(()) => String::new(),
    })
}

/// A learnt style as it lies in its file.
pub struct Adapter {
    /// Hash of the *Restyle* that it belongs to.
    pub restyle: String,
    /// Where it comes from.
    pub about: About,
    /// Its style code.
    pub code: Vec<f32>,
    /// What is added to *Restyle*'s tensors, by their names below `transform.`.
    differences: BTreeMap<String, Tensor>,
}

/// What may stand in a tensor's place.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// F32 alone.
    Single,
    /// F16 or F32.
    Float,
    /// I8 with scales, F16 or F32.
    Eight,
}

impl Adapter {
    /// Reads a file's bytes and holds them against the network of `config`, whose weights file has
    /// the hash `restyle`.
    ///
    /// # Errors
    /// [`ModelError::BadLearnt`] with what is wrong and what to do.
    pub fn from_bytes(bytes: &[u8], config: &Config, restyle: &str) -> Result<Self, ModelError> {
        Self::read(bytes, config, restyle).map_err(|error| match error {
            ModelError::BadLearnt(_) => error,
            ModelError::BadWeights(reason) => damaged(&reason),
            ModelError::NotFinite(name) => {
                damaged(&format!("'{name}' holds values that are not numbers"))
            }
            other => damaged(&other.to_string()),
        })
    }

    fn read(bytes: &[u8], config: &Config, restyle: &str) -> Result<Self, ModelError> {
        let (belongs, about) = head(bytes)?;
        if belongs != restyle {
            return Err(ModelError::BadLearnt(format!(
                "it was learnt for another Restyle ({}…, here is {}…); get it together with Limner's own models folder, or learn it again",
                short(&belongs),
                short(restyle)
            )));
        }
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| ModelError::BadWeights(error.to_string()))?;
        let wanted = wanted(config);
        check_names(&file, &wanted)?;
        let values = Weights::from_bytes(bytes, &Device::Cpu)?;
        let mut differences = BTreeMap::new();
        for (name, (shape, _)) in &wanted {
            differences.insert(name.clone(), values.get(shape, name)?);
        }
        let code = match differences.remove("code") {
            Some(code) => code.to_vec1()?,
            None => return Err(ModelError::MissingTensor("code".into())),
        };
        Ok(Self {
            restyle: belongs,
            about,
            code,
            differences,
        })
    }

    /// *Restyle*'s own weights with what was learnt added.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`], [`ModelError::WrongShape`] for weights of another network.
    pub fn onto(&self, own: &Weights) -> Result<Weights, ModelError> {
        let named =
            |(name, tensor): (&String, &Tensor)| (format!("transform.{name}"), tensor.clone());
        own.plus(self.differences.iter().map(named))
    }
}

/// The tensors that must be there.
fn wanted(config: &Config) -> BTreeMap<String, (Vec<usize>, Kind)> {
    let mut all = BTreeMap::new();
    all.insert("code".to_owned(), (vec![config.code_len()], Kind::Single));
    for layer in config.convolutions() {
        let shape = vec![layer.outputs, layer.inputs, 3, 3];
        all.insert(format!("{}.weight", layer.name), (shape, Kind::Eight));
        all.insert(
            format!("{}.bias", layer.name),
            (vec![layer.outputs], Kind::Float),
        );
    }
    for (k, channels) in config.norms().into_iter().enumerate() {
        all.insert(
            format!("affine.{k}.bias"),
            (vec![2 * channels], Kind::Float),
        );
    }
    all
}

/// Nothing may be missing, nothing may be too many, and numbers must be of a kind that is known.
fn check_names(
    file: &SafeTensors<'_>,
    wanted: &BTreeMap<String, (Vec<usize>, Kind)>,
) -> Result<(), ModelError> {
    let mut expected = BTreeSet::new();
    for (name, (shape, kind)) in wanted {
        let found = file
            .tensor(name)
            .map_err(|_| ModelError::MissingTensor(name.clone()))?;
        let fits = match found.dtype() {
            Dtype::F32 => true,
            Dtype::F16 => *kind != Kind::Single,
            Dtype::I8 => *kind == Kind::Eight,
            _ => false,
        };
        if !fits {
            return Err(damaged(&format!(
                "'{name}' holds {:?} numbers",
                found.dtype()
            )));
        }
        // Shapes before values: a scale is looked up by the outputs that the file claims.
        if found.shape() != shape {
            return Err(ModelError::WrongShape {
                name: name.clone(),
                expected: shape.clone(),
                got: found.shape().to_vec(),
            });
        }
        expected.insert(name.clone());
        if found.dtype() == Dtype::I8 {
            let scale = format!("{name}.scale");
            let single = |found: &TensorView<'_>| found.dtype() == Dtype::F32;
            if !file.tensor(&scale).as_ref().is_ok_and(single) {
                return Err(damaged(&format!("'{scale}' must be F32 numbers")));
            }
            expected.insert(scale);
        }
    }
    match file
        .names()
        .into_iter()
        .find(|name| !expected.contains(*name))
    {
        Some(extra) => Err(damaged(&format!(
            "it holds '{extra}', which no learnt style has"
        ))),
        None => Ok(()),
    }
}

/// Hash of the *Restyle* that a learnt style's file belongs to, and what is said about it.
///
/// # Errors
/// [`ModelError::BadLearnt`].
pub fn head(bytes: &[u8]) -> Result<(String, About), ModelError> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|_| {
        ModelError::BadLearnt(
            "the file is cut short or of another kind; choose another file, or get it again".into(),
        )
    })?;
    let metadata = header.metadata().clone().unwrap_or_default();
    match metadata.get("format").map(String::as_str) {
        Some(FORMAT) => {}
        Some(other) => {
            return Err(ModelError::BadLearnt(format!(
                "its format is '{other}', and this Limner knows '{FORMAT}'; update Limner, or learn the style again"
            )));
        }
        None => {
            return Err(ModelError::BadLearnt(
                "the file is no learnt style of Limner's; choose another file".into(),
            ));
        }
    }
    let restyle = metadata.get("restyle").cloned().unwrap_or_default();
    let about = metadata.get("about").map_or("{}", String::as_str);
    let about = serde_json::from_str(about).map_err(|error| {
        damaged(&format!(
            "what it says about itself can't be read ({error})"
        ))
    })?;
    Ok((restyle, about))
}

fn damaged(reason: &str) -> ModelError {
    ModelError::BadLearnt(format!(
        "{reason}; get the file again, or learn the style again"
    ))
}

fn short(sha: &str) -> &str {
    sha.get(..8).unwrap_or(sha)
}
