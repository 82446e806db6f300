//! `config.json` of a model folder: what the network is, and its constructor arguments.

use std::path::Path;

use serde_json::{Map, Value};

use super::ModelError;
use crate::models::library::ModelKind;
use crate::recipe::ranges;

/// Networks that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Coordinate network.
    Cppn,
    /// StyleGAN2 generator.
    StyleGan2,
    /// StyleGAN3 generator.
    StyleGan3,
    /// Generator of lucidrains' `stylegan2-pytorch`.
    StyleGan2Pytorch,
    /// FastGAN generator.
    FastGan,
    /// Generator of lucidrains' `lightweight-gan`.
    LightweightGan,
    /// Style transfer.
    Restyle,
    /// Fast neural style: one network, one style.
    FastStyle,
    /// Any style by the statistics of its features.
    Adain,
    /// The same with a very small network.
    MicroAst,
    /// TAESD autoencoder.
    Taesd,
    /// Limner's own autoencoder, a TAESD with widths of its own.
    Lens,
    /// Stable Diffusion's autoencoder.
    Kl,
    /// Limner's own super-resolution.
    Crisp,
    /// ESRGAN's and Real-ESRGAN's super-resolution.
    RrdbNet,
    /// Real-ESRGAN's with a small network.
    SrvggNet,
    /// Super-resolution with attention that has no parameters.
    Span,
    /// Picture to `w` of a generator.
    Encoder,
    /// Features that pictures are measured with.
    Vgg19,
}

impl Architecture {
    /// Whether it gives the same pictures with half numbers. The others' activations are
    /// large (VGG's), or their attention is.
    pub(super) fn can_be_half(self) -> bool {
        matches!(
            self,
            Self::StyleGan2 | Self::Restyle | Self::Lens | Self::Taesd | Self::Crisp
        )
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text.trim_start_matches("limner-") {
            "cppn" => Self::Cppn,
            "stylegan2" => Self::StyleGan2,
            "stylegan3" => Self::StyleGan3,
            "stylegan2-pytorch" => Self::StyleGan2Pytorch,
            "fastgan" => Self::FastGan,
            "lightweight-gan" => Self::LightweightGan,
            name if name.starts_with("restyle") => Self::Restyle,
            "fast-style" => Self::FastStyle,
            "adain" => Self::Adain,
            "microast" => Self::MicroAst,
            "taesd" => Self::Taesd,
            "lens" => Self::Lens,
            "autoencoder-kl" => Self::Kl,
            name if name.starts_with("crisp") => Self::Crisp,
            "rrdbnet" => Self::RrdbNet,
            "srvggnet-compact" => Self::SrvggNet,
            "span" => Self::Span,
            "vgg19" => Self::Vgg19,
            name if name.ends_with("encoder") || name.contains("encoder-") => Self::Encoder,
            _ => return None,
        })
    }

    /// What the network is for.
    pub fn kind(self) -> ModelKind {
        match self {
            Self::Cppn
            | Self::StyleGan2
            | Self::StyleGan3
            | Self::StyleGan2Pytorch
            | Self::FastGan
            | Self::LightweightGan => ModelKind::Generator,
            Self::Restyle | Self::Adain | Self::MicroAst => ModelKind::Style,
            Self::FastStyle => ModelKind::OneStyle,
            Self::Crisp | Self::RrdbNet | Self::SrvggNet | Self::Span => ModelKind::Upscaler,
            Self::Taesd | Self::Lens | Self::Kl | Self::Encoder | Self::Vgg19 => {
                ModelKind::Autoencoder
            }
        }
    }

    /// Whether a photo can be looked for among its pictures.
    pub(super) fn can_project(self) -> bool {
        self.kind() == ModelKind::Generator && self != Self::Cppn
    }

    /// Whether points of its pictures can be dragged: it has styles for each layer, and features
    /// that can be followed back to them.
    pub(super) fn can_drag(self) -> bool {
        matches!(self, Self::StyleGan2 | Self::StyleGan3)
    }

    /// What the family is called.
    pub(super) fn family(self) -> &'static str {
        match self {
            Self::Cppn => "a coordinate network, which was trained on nothing",
            Self::StyleGan2 => "a StyleGAN2 generator",
            Self::StyleGan3 => "a StyleGAN3 generator",
            Self::StyleGan2Pytorch => "a stylegan2-pytorch generator",
            Self::FastGan => "a FastGAN generator",
            Self::LightweightGan => "a lightweight-gan generator",
            other => other.words(),
        }
    }

    /// Whether it only serves others and is shown nowhere.
    pub(super) fn is_hidden(self) -> bool {
        matches!(self, Self::Encoder | Self::Vgg19)
    }

    /// In words, for messages.
    pub fn words(self) -> &'static str {
        match (self, self.kind()) {
            (Self::Encoder, _) => "an encoder",
            (Self::Vgg19, _) => "an instrument that measures pictures",
            (_, ModelKind::Generator) => "a generator",
            (_, ModelKind::Style) => "a style network",
            (_, ModelKind::OneStyle) => "a network that is one style",
            (_, ModelKind::Upscaler) => "an enlarger",
            (_, ModelKind::Autoencoder) => "an autoencoder",
        }
    }
}

/// A model folder's `config.json`.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Which network.
    pub architecture: Architecture,
    /// Shown name.
    pub title: String,
    /// Whether pictures went in.
    pub trained: bool,
    /// Whether its makers call it unfinished.
    pub sketch: bool,
    /// Licence line.
    pub licence: String,
    /// Data statement and credit line.
    pub credit: String,
    /// Seeds give the `z` of NumPy's `RandomState`, as in the authors' programs.
    pub numpy_seeds: bool,
    /// The truncation ψ that a generator is drawn with until the user says otherwise.
    pub truncation_psi: f32,
    /// Whether truncation is the temperature of a prior that is sampled (a variational
    /// autoencoder's).
    pub temperature: bool,
    /// The generator that an encoder belongs to.
    pub generator: Option<String>,
    /// The upscaler that a generator's pictures are drawn through.
    pub upscaler: Option<String>,
    /// The upscaler that goes on where an upscaler's own scales end.
    pub then: Option<String>,
    /// A generator's own encoder: its configuration and its file in the folder.
    pub encoder: Option<(Value, String)>,
    /// Constructor arguments.
    pub kwargs: Value,
}

impl Manifest {
    /// Reads a manifest; `path` is for messages and gives a title where none is.
    ///
    /// # Errors
    /// [`ModelError::BadConfig`] if it isn't a JSON object or names no network that
    /// this program knows.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::BadConfig {
            path: path.to_owned(),
            reason,
        };
        let value: Value = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        let object = value
            .as_object()
            .ok_or_else(|| bad("it is not a JSON object".into()))?;
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let named = ["architecture", "arch", "kind"]
            .into_iter()
            .filter_map(text);
        let architecture =
            named.clone().find_map(Architecture::parse).ok_or_else(|| {
                match named.clone().next() {
                    Some(name) => bad(format!("the network '{name}' is unknown to this version")),
                    None => bad("it names no architecture".into()),
                }
            })?;
        let folder = path.parent().and_then(Path::file_name);
        let encoder = object.get("encoder").and_then(|encoder| {
            let file = encoder.get("file").and_then(Value::as_str)?;
            let plain = Path::new(file).file_name()?.to_str()? == file;
            plain.then(|| (encoder.clone(), file.to_owned()))
        });
        let title = text("title").or(text("name")).map_or_else(
            || title_of(&folder.unwrap_or_default().to_string_lossy()),
            str::to_owned,
        );
        Ok(Self {
            architecture,
            title,
            trained: object.get("trained").and_then(Value::as_bool) != Some(false),
            sketch: object.get("sketch").and_then(Value::as_bool) == Some(true),
            licence: text("licence")
                .or(text("license"))
                .unwrap_or("see the card")
                .to_owned(),
            credit: text("credit").unwrap_or_default().to_owned(),
            numpy_seeds: text("latent_rng") == Some("numpy"),
            truncation_psi: truncation(object).map_err(bad)?,
            temperature: temperature(object).map_err(bad)?,
            generator: text("generator").map(str::to_owned),
            upscaler: text("upscaler").map(str::to_owned),
            then: text("then").map(str::to_owned),
            encoder,
            kwargs: object.get("kwargs").unwrap_or(&value).clone(),
        })
    }

    /// The constructor arguments as a network's own type.
    ///
    /// # Errors
    /// [`ModelError::BadConfig`] if an argument is missing or of another type.
    pub fn config<C: serde::de::DeserializeOwned>(&self, path: &Path) -> Result<C, ModelError> {
        serde_json::from_value(self.kwargs.clone()).map_err(|error| ModelError::BadConfig {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }
}

/// Truncation of generators that name none.
pub(crate) const TRUNCATION: f32 = 0.7;

/// `truncation_psi`.
fn truncation(object: &Map<String, Value>) -> Result<f32, String> {
    let Some(value) = object.get("truncation_psi") else {
        return Ok(TRUNCATION);
    };
    let psi = value.as_f64().map(|psi| psi as f32);
    let ends = ranges::PSI.ends();
    psi.filter(|psi| ends.contains(psi)).ok_or_else(|| {
        let (least, most) = (ends.start(), ends.end());
        format!("'truncation_psi' is {value}; it goes from {least} to {most}")
    })
}

/// Whether `prior` is a variational autoencoder's.
fn temperature(object: &Map<String, Value>) -> Result<bool, String> {
    match object.get("prior").map(|prior| (prior, prior.as_str())) {
        None => Ok(false),
        Some((_, Some("vae"))) => Ok(true),
        Some((other, _)) => Err(format!("the prior {other} is unknown to this version")),
    }
}

fn title_of(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}
