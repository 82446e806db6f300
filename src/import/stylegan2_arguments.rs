//! What a StyleGAN2 generator's weights don't show: what its layers do beside
//! convolving. Read from the layers of a pickled network, or from the constructor's
//! arguments; whatever Limner's network wouldn't do is refused by its name.

use serde_json::{Map, Value};

use super::ImportError;
use super::persistence::{self, Module};
use super::pickle::NodeId;
use super::tensors::{Stored, Tensors};
use super::torch::TorchFile;
use crate::clean_text;

/// `conv_clamp` of the StyleGAN3 repository's constructor, and of every network that
/// either repository's training makes.
const USUAL_CLAMP: f32 = 256.0;
/// `lr_multiplier` of both repositories' mapping networks.
const USUAL_MULTIPLIER: f32 = 0.01;
/// Both repositories' low-pass filter.
const USUAL_FILTER: [f32; 4] = [1.0, 3.0, 3.0, 1.0];

/// What the weights don't show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    /// Activations are kept within ± this.
    pub(super) conv_clamp: Option<f32>,
    /// Part of the mapping network's scale.
    pub(super) lr_multiplier: f32,
    /// What its arguments say of its blocks, which the tensors must bear out.
    pub(super) architecture: Option<&'static str>,
    /// The same for its convolutions' side.
    pub(super) kernel_size: Option<usize>,
}

/// Ways of the blocks, as both repositories call them.
const ARCHITECTURES: [&str; 3] = ["skip", "resnet", "orig"];

impl Default for Settings {
    fn default() -> Self {
        Self {
            conv_clamp: Some(USUAL_CLAMP),
            lr_multiplier: USUAL_MULTIPLIER,
            architecture: None,
            kernel_size: None,
        }
    }
}

pub(super) fn refused(what: &str, has: impl std::fmt::Display, reads: &str) -> ImportError {
    let has = clean_text::name(&has.to_string());
    ImportError::Unsupported(format!(
        "this generator's {what} is {has}; Limner runs those with {reads}"
    ))
}

impl Settings {
    /// Of the constructor's arguments.
    ///
    /// # Errors
    /// [`ImportError::Unsupported`], naming the argument.
    pub(super) fn of_arguments(arguments: &Value) -> Result<Self, ImportError> {
        let mut settings = Self::default();
        if let Some(arguments) = arguments.as_object() {
            settings.take(arguments)?;
        }
        Ok(settings)
    }

    fn take(&mut self, arguments: &Map<String, Value>) -> Result<(), ImportError> {
        for (name, value) in arguments {
            match name.as_str() {
                "mapping_kwargs" | "synthesis_kwargs" | "block_kwargs" | "layer_kwargs" => {
                    if let Some(inner) = value.as_object() {
                        self.take(inner)?;
                    }
                }
                // The weights' shapes say the same.
                "z_dim" | "c_dim" | "w_dim" | "img_resolution" | "img_channels"
                | "channel_base" | "channel_max" | "num_layers" | "embed_features"
                | "layer_features" | "init_size" | "use_noise" => {}
                // How training averages, and where half numbers are used.
                "w_avg_beta"
                | "num_fp16_res"
                | "use_fp16"
                | "fp16_channels_last"
                | "channels_last"
                | "fused_modconv_default"
                | "num_ws"
                | "class_name" => {}
                "conv_clamp" => self.conv_clamp = number(value),
                "lr_multiplier" => {
                    let none = || refused("lr_multiplier", value, "a number");
                    self.lr_multiplier = number(value).ok_or_else(none)?;
                }
                "architecture" => self.architecture = Some(architecture(value)?),
                "activation" => check_activation(name, value.as_str(), "lrelu")?,
                "kernel_size" if value == 3 || value == 5 => {
                    self.kernel_size = value.as_u64().map(|side| side as usize);
                }
                "resample_filter" => {
                    let taps = value
                        .as_array()
                        .map(|v| v.iter().filter_map(number).collect());
                    if taps != Some(USUAL_FILTER.to_vec()) {
                        return Err(refused(name, value, "[1, 3, 3, 1]"));
                    }
                }
                _ => {
                    return Err(ImportError::Unsupported(format!(
                        "this generator was made with the argument '{}', which Limner doesn't understand",
                        clean_text::name(name)
                    )));
                }
            }
        }
        Ok(())
    }

    /// Of a pickled generator: its arguments, then what its layers say of themselves.
    ///
    /// # Errors
    /// As [`Settings::of_arguments`], and for layers that differ from one another.
    pub(super) fn of_module(file: &TorchFile, generator: NodeId) -> Result<Self, ImportError> {
        let graph = file.graph();
        let arguments = persistence::init_kwargs(graph, generator);
        let mut settings = Self::of_arguments(&arguments.map_or(Value::Null, |id| graph.json(id)))?;
        let (mut clamps, mut multipliers) = (Vec::new(), Vec::new());
        for module in persistence::modules(graph, generator)? {
            let layer = Layer { file, module };
            match layer.module.class.as_str() {
                "Generator" | "MappingNetwork" | "SynthesisNetwork" => {}
                "SynthesisBlock" => settings.architecture = layer.architecture()?,
                "SynthesisLayer" => {
                    layer.activation("lrelu")?;
                    layer.gain("act_gain", std::f32::consts::SQRT_2)?;
                    clamps.extend(layer.number_or_none("conv_clamp"));
                }
                "ToRGBLayer" => clamps.extend(layer.number_or_none("conv_clamp")),
                "Conv2dLayer" => layer.activation("linear")?,
                "FullyConnectedLayer" => {
                    let multiplier = layer.multiplier()?;
                    match layer.is_mapping() {
                        true => multipliers.extend(multiplier),
                        false if multiplier.is_none_or(|m| close(m, 1.0)) => {}
                        false => {
                            return Err(refused("lr_multiplier of its styles", "not 1", "1"));
                        }
                    }
                }
                class => {
                    return Err(ImportError::Unsupported(format!(
                        "this generator has a part of the class '{}', which Limner doesn't understand",
                        clean_text::name(class)
                    )));
                }
            }
        }
        if let Some(clamp) = alike(&clamps, "conv_clamp")? {
            settings.conv_clamp = clamp;
        }
        if let Some(multiplier) = alike(&multipliers, "lr_multiplier")? {
            settings.lr_multiplier = multiplier;
        }
        Ok(settings)
    }
}

/// One of the ways of the blocks.
fn architecture(value: &Value) -> Result<&'static str, ImportError> {
    let known = ARCHITECTURES.into_iter().find(|known| value == *known);
    known.ok_or_else(|| refused("architecture", value, "'skip', 'resnet' or 'orig'"))
}

/// The one value of all layers.
fn alike<T: PartialEq + Copy>(values: &[T], what: &str) -> Result<Option<T>, ImportError> {
    match values {
        [] => Ok(None),
        [first, rest @ ..] if rest.iter().all(|v| v == first) => Ok(Some(*first)),
        _ => Err(refused(what, "not the same in all layers", "one for all")),
    }
}

fn number(value: &Value) -> Option<f32> {
    value.as_f64().map(|v| v as f32)
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-3 * b.abs()
}

fn check_activation(what: &str, has: Option<&str>, wanted: &str) -> Result<(), ImportError> {
    match has {
        Some(has) if has == wanted => Ok(()),
        has => Err(refused(
            what,
            has.unwrap_or("missing"),
            &format!("'{wanted}'"),
        )),
    }
}

/// A layer of a pickled generator, which remembers what it does.
struct Layer<'a> {
    file: &'a TorchFile,
    module: Module,
}

impl Layer<'_> {
    fn attribute(&self, name: &str) -> Option<Value> {
        let graph = self.file.graph();
        Some(graph.json(graph.lookup(self.module.state, name)?))
    }

    /// `Some(None)` where it says that there is none.
    fn number_or_none(&self, name: &str) -> Option<Option<f32>> {
        let id = self.file.graph().lookup(self.module.state, name)?;
        Some(self.file.number(id).map(|value| value as f32))
    }

    fn activation(&self, wanted: &str) -> Result<(), ImportError> {
        match self.attribute("activation") {
            Some(value) => check_activation("activation", value.as_str(), wanted),
            None => Ok(()),
        }
    }

    fn gain(&self, name: &str, wanted: f32) -> Result<(), ImportError> {
        match self.number_or_none(name) {
            None => Ok(()),
            Some(Some(gain)) if close(gain, wanted) => Ok(()),
            Some(_) => Err(refused(name, "unusual", "the root of two")),
        }
    }

    fn architecture(&self) -> Result<Option<&'static str>, ImportError> {
        let value = self.attribute("architecture");
        value.map(|value| architecture(&value)).transpose()
    }

    /// A layer between z and w, the embedding of classes apart.
    fn is_mapping(&self) -> bool {
        self.module.way.starts_with("mapping.fc")
    }

    /// `weight_gain` is `lr_multiplier` by the root of the inputs, `bias_gain` it itself.
    fn multiplier(&self) -> Result<Option<f32>, ImportError> {
        let mapping = self.is_mapping();
        self.activation(if mapping { "lrelu" } else { "linear" })?;
        let (Some(bias), Some(weight)) = (
            self.number_or_none("bias_gain").flatten(),
            self.number_or_none("weight_gain").flatten(),
        ) else {
            return Ok(None);
        };
        let parameters = self.file.graph().lookup(self.module.state, "_parameters");
        let stored = parameters.and_then(|id| self.file.graph().lookup(id, "weight"));
        let stored = stored.map(|id| self.file.tensor(id)).transpose()?;
        let inputs = stored.and_then(|t| t.shape.get(1).copied()).unwrap_or(0);
        match close(weight * (inputs as f32).sqrt(), bias) {
            true => Ok(Some(bias)),
            false => Err(refused(
                "weight_gain",
                weight,
                "lr_multiplier by the root of the inputs",
            )),
        }
    }
}

/// Takes the low-pass filters out of the tensors, after a look at whether they are the
/// usual ones, whatever their gain.
///
/// # Errors
/// [`ImportError::Unsupported`] for others.
pub(super) fn take_filters(tensors: &mut Tensors) -> Result<(), ImportError> {
    let is_filter = |name: &str| name.ends_with("resample_filter") || name.ends_with(".kernel");
    let names: Vec<String> = tensors.keys().filter(|n| is_filter(n)).cloned().collect();
    for name in names {
        let filter = tensors.remove(&name);
        if !filter
            .map(|filter| is_usual(&filter))
            .transpose()?
            .unwrap_or(true)
        {
            return Err(refused(
                "resample_filter",
                format!("another in '{name}'"),
                "[1, 3, 3, 1]",
            ));
        }
    }
    Ok(())
}

fn is_usual(filter: &Stored) -> Result<bool, ImportError> {
    let sides: Vec<usize> = filter.shape.iter().copied().filter(|&n| n != 1).collect();
    if filter.count() > 16 {
        return Ok(false);
    }
    let values = filter.values()?;
    let sum: f32 = values.iter().sum();
    let usual = |i: usize| match sides.len() {
        1 => USUAL_FILTER[i] / 8.0,
        _ => USUAL_FILTER[i / 4] * USUAL_FILTER[i % 4] / 64.0,
    };
    let fits = matches!(sides[..], [4] | [4, 4]);
    Ok(fits && (0..values.len()).all(|i| (values[i] / sum - usual(i)).abs() < 1e-3))
}
