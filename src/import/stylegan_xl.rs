//! What StyleGAN-XL's pickles (Sauer et al. 2022, `networks_stylegan3_resetting`) have beside
//! StyleGAN3's: a table of classes, and networks laid onto others, whose layers say themselves
//! what they do.

use serde_json::{Value, json};

use super::ImportError;
use super::persistence::{self, Module};
use super::pickle::{Graph, NodeId};
use super::tensors::{Tensors, side};
use super::torch::TorchFile;
use crate::clean_text;
use crate::models::stylegan3::{Config, InputConfig, LayerConfig, StackedConfig};

/// The class of such networks.
pub(super) const STACKED: &str = "SuperresGenerator";

/// Takes the table away that networks without classes carry and never look into.
///
/// # Errors
/// [`ImportError::NotACheckpoint`] when the object is no module.
pub(super) fn without_idle_table(
    graph: &Graph,
    generator: NodeId,
    tensors: &mut Tensors,
) -> Result<(), ImportError> {
    let modules = persistence::modules(graph, generator)?;
    let table = |m: &Module| m.way == "mapping.embed." && m.class == "Embedding";
    if modules.iter().any(table) && !tensors.contains_key("mapping.embed_proj.weight") {
        tensors.remove("mapping.embed.weight");
    }
    Ok(())
}

/// Classes, and the numbers that stand for one beside `z`. StyleGAN-XL has a row of a table for
/// each, and a mean w.
pub(super) fn classes(tensors: &Tensors, w_dim: usize) -> Result<[usize; 2], ImportError> {
    let has = |name: &str| tensors.contains_key(name);
    Ok(match has("mapping.embed_proj.weight") {
        true => [
            side(tensors, "mapping.w_avg", 0)?,
            side(tensors, "mapping.embed_proj.weight", 0)?,
        ],
        false if has("mapping.embed.weight") => [side(tensors, "mapping.embed.weight", 1)?, w_dim],
        false => [0, 0],
    })
}

/// What a module remembers.
struct Memory<'a> {
    file: &'a TorchFile,
    module: &'a Module,
}

impl Memory<'_> {
    fn id(&self, name: &str) -> Result<NodeId, ImportError> {
        let found = self.file.graph().lookup(self.module.state, name);
        found.ok_or_else(|| {
            ImportError::Missing(format!("{}{name}", clean_text::name(&self.module.way)))
        })
    }

    fn number(&self, name: &str) -> Result<f64, ImportError> {
        let number = self.file.number(self.id(name)?);
        number.ok_or_else(|| {
            ImportError::Unsupported(format!(
                "the '{name}' of '{}' is no number",
                clean_text::name(&self.module.way)
            ))
        })
    }

    /// A whole number from 0 on.
    fn count(&self, name: &str) -> Result<usize, ImportError> {
        let number = self.number(name)?;
        let whole = number.fract() == 0.0 && (0.0..1e9).contains(&number);
        whole.then_some(number as usize).ok_or_else(|| {
            ImportError::Unsupported(format!(
                "the '{name}' of '{}' is {number}",
                clean_text::name(&self.module.way)
            ))
        })
    }

    fn flag(&self, name: &str) -> Result<bool, ImportError> {
        let value = self.file.graph().json(self.id(name)?);
        value
            .as_bool()
            .map_or_else(|| Ok(self.number(name)? != 0.0), Ok)
    }

    /// None where it says that there is none.
    fn clamp(&self) -> Result<Option<f64>, ImportError> {
        Ok(self.file.number(self.id("conv_clamp")?))
    }

    /// A layer, whose name is its last step of the way.
    fn layer(&self) -> Result<LayerConfig, ImportError> {
        let padding = self.file.graph().json(self.id("padding")?);
        let sides: Vec<isize> = padding
            .as_array()
            .map(|sides| {
                sides
                    .iter()
                    .filter_map(Value::as_i64)
                    .map(|p| p as isize)
                    .collect()
            })
            .unwrap_or_default();
        let name = self.module.way.trim_end_matches('.').rsplit('.').next();
        let name = name.unwrap_or_default().to_owned();
        let [before, after] = match sides[..] {
            [left, right, top, bottom] if [left, right] == [top, bottom] => [left, right],
            _ => {
                return Err(ImportError::Unsupported(format!(
                    "the layer {} has the padding {padding}; Limner runs those that are alike on both axes",
                    clean_text::name(&name)
                )));
            }
        };
        let (up_taps, down_taps) = (self.count("up_taps")?, self.count("down_taps")?);
        Ok(LayerConfig {
            name,
            channels: [self.count("in_channels")?, self.count("out_channels")?],
            kernel: self.count("conv_kernel")?,
            to_rgb: self.flag("is_torgb")?,
            up: self.count("up_factor")?,
            down: self.count("down_factor")?,
            up_taps,
            down_taps,
            radial: self.flag("down_radial")?,
            padding: [before, after],
        })
    }
}

/// The number of a layer: 3 of `synthesis.L3_52_512.`.
fn number_of(way: &str) -> Option<usize> {
    let name = way.strip_prefix("synthesis.L")?;
    name.split('_').next()?.parse().ok()
}

/// The constructor's arguments of a network that was laid onto another, read from its layers.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn stacked(
    file: &TorchFile,
    generator: NodeId,
    tensors: &Tensors,
) -> Result<Value, ImportError> {
    let modules = persistence::modules(file.graph(), generator)?;
    let at = |way: &str| {
        let module = modules.iter().find(|m| m.way == way);
        let module = module.ok_or_else(|| ImportError::Missing(way.trim_end_matches('.').into()));
        module.map(|module| Memory { file, module })
    };
    let (synthesis, input) = (at("synthesis.")?, at("synthesis.input.")?);
    let mut numbered: Vec<(usize, &Module)> = modules
        .iter()
        .filter(|module| module.class == "SynthesisLayer")
        .filter_map(|module| Some((number_of(&module.way)?, module)))
        .collect();
    numbered.sort_by_key(|(number, _)| *number);
    let (mut layers, mut clamps) = (Vec::new(), Vec::new());
    for (_, module) in &numbered {
        let memory = Memory { file, module };
        layers.push(memory.layer()?);
        clamps.push(memory.clamp()?);
    }
    let clamp = clamps.first().copied().flatten();
    if clamps.iter().any(|other| *other != clamp) {
        return Err(ImportError::Unsupported(
            "this generator's conv_clamp is not the same in all layers; Limner runs those with one for all".into(),
        ));
    }
    let rate = input.number("sampling_rate")?;
    let stacked = StackedConfig {
        input: InputConfig {
            channels: side(tensors, "synthesis.input.freqs", 0)?,
            size: rate as usize + 2 * synthesis.count("margin_size")?,
            sampling_rate: rate,
            bandwidth: input.number("bandwidth")?,
        },
        layers,
    };
    let w_dim = side(tensors, "synthesis.input.affine.weight", 1)?;
    let [c_dim, embedded] = classes(tensors, w_dim)?;
    let fully = (0..).take_while(|i| tensors.contains_key(&format!("mapping.fc{i}.weight")));
    let last = stacked.layers.last();
    let kwargs = json!({
        "z_dim": side(tensors, "mapping.fc0.weight", 1)?.saturating_sub(embedded),
        "c_dim": c_dim,
        "w_dim": w_dim,
        "img_resolution": last.and_then(|l| l.name.split('_').nth(1)?.parse::<usize>().ok()),
        "img_channels": last.map_or(0, |layer| layer.channels[1]),
        "num_layers": stacked.layers.len().saturating_sub(1),
        "output_scale": synthesis.number("output_scale")?,
        "conv_clamp": clamp,
        "mapping_kwargs": {
            "num_layers": fully.count(),
            "lr_multiplier": at("mapping.fc0.")?.number("bias_gain")?,
        },
        "stacked": stacked,
    });
    let config = Config::from_kwargs(&kwargs);
    config.map_err(|error| ImportError::Unsupported(error.to_string()))?;
    Ok(kwargs)
}
