//! StyleGAN3 generators from foreign files: `.pkl` of the authors' repository
//! (`networks_stylegan3`, entry `G_ema`), and their tensors as safetensors, with the
//! constructor's arguments in the metadata `kwargs` where they aren't the usual ones.

use serde_json::{Map, Value, json};

use super::persistence::{self, Module};
use super::tensors::{Tensors, side};
use super::torch::TorchFile;
use super::{ImportError, stylegan_xl};
use crate::clean_text;
use crate::models::stylegan3::{Config, LayerConfig};

/// A tensor that only these networks have.
const MARK: &str = "synthesis.input.freqs";
/// Arguments that decide pictures, and aren't read off the tensors' shapes.
const KEPT: [&str; 14] = [
    "channel_base",
    "channel_max",
    "num_critical",
    "first_cutoff",
    "first_stopband",
    "last_stopband_rel",
    "margin_size",
    "output_scale",
    "filter_size",
    "lrelu_upsampling",
    "use_radial_filters",
    "conv_clamp",
    "lr_multiplier",
    "conv_kernel",
];
/// Arguments that shapes say too, or that only training uses.
const PASSED: [&str; 13] = [
    "z_dim",
    "c_dim",
    "w_dim",
    "img_resolution",
    "img_channels",
    "num_layers",
    "w_avg_beta",
    "num_fp16_res",
    "use_fp16",
    "magnitude_ema_beta",
    "num_ws",
    "class_name",
    "rand_embedding",
];
/// Channel bases of the authors' configurations.
const BASES: [u32; 5] = [32_768, 65_536, 16_384, 8_192, 131_072];

/// Whether these are a StyleGAN3 generator's tensors.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    tensors.contains_key(MARK) && tensors.contains_key("mapping.fc0.weight")
}

/// The pickled network of the authors' repository, if the file holds one.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn pickled(file: &TorchFile) -> Result<Option<(Value, Tensors)>, ImportError> {
    let graph = file.graph();
    let generator = graph.lookup(graph.root(), "G_ema");
    let Some(generator) = generator.filter(|&id| persistence::is_module(graph, id)) else {
        return Ok(None);
    };
    let mut tensors = persistence::module_tensors(file, generator)?;
    if !looks_like(&tensors) {
        return Ok(None);
    }
    stylegan_xl::without_idle_table(graph, generator, &mut tensors)?;
    if persistence::class_name(graph, generator) == Some(stylegan_xl::STACKED) {
        let kwargs = stylegan_xl::stacked(file, generator, &tensors)?;
        return Ok(Some((kwargs, tensors)));
    }
    let arguments = persistence::init_kwargs(graph, generator);
    let arguments = arguments.map_or(Value::Null, |id| graph.json(id));
    let (kwargs, config) = arguments_of(&tensors, &arguments)?;
    for module in persistence::modules(graph, generator)? {
        if module.class == "SynthesisLayer" {
            check_layer(file, &module, &config)?;
        }
    }
    Ok(Some((kwargs, tensors)))
}

/// A generator from its tensors, and the constructor's arguments where the file has them.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn from_tensors(
    tensors: Tensors,
    arguments: Option<&str>,
) -> Result<(Value, Tensors), ImportError> {
    let arguments = match arguments {
        Some(text) => serde_json::from_str(text).map_err(|error| {
            ImportError::Unsupported(format!("its metadata 'kwargs' is no JSON: {error}"))
        })?,
        None => Value::Null,
    };
    let (kwargs, _) = arguments_of(&tensors, &arguments)?;
    Ok((kwargs, tensors))
}

/// What the constructor was called with, as far as it decides pictures.
fn arguments_of(tensors: &Tensors, arguments: &Value) -> Result<(Value, Config), ImportError> {
    let mut kwargs = shapes(tensors)?;
    let mut multiplier = json!(0.01);
    if let Some(arguments) = arguments.as_object() {
        take(arguments, &mut kwargs, &mut multiplier)?;
    }
    let count = layer_count(tensors);
    let fully = (0..).take_while(|i| tensors.contains_key(&format!("mapping.fc{i}.weight")));
    kwargs.insert("num_layers".into(), json!(count));
    kwargs.insert(
        "mapping_kwargs".into(),
        json!({"num_layers": fully.count(), "lr_multiplier": multiplier}),
    );
    let given = kwargs.contains_key("channel_base");
    let bases: &[u32] = if given { &BASES[..1] } else { &BASES };
    let mut refusal = None;
    for base in bases {
        let mut tried = kwargs.clone();
        if !given {
            tried.insert("channel_base".into(), json!(base));
            tried.insert("channel_max".into(), json!(widest(tensors)));
        }
        let tried = Value::Object(tried);
        match Config::from_kwargs(&tried) {
            Ok(config) if fits(tensors, &config) => return Ok((tried, config)),
            Ok(_) => {}
            Err(error) => refusal = Some(error.to_string()),
        }
    }
    Err(ImportError::Unsupported(refusal.unwrap_or_else(|| {
        "this StyleGAN3 generator's layers aren't those of its arguments; import the pickle that \
         it comes from, or put its arguments into the metadata 'kwargs'"
            .into()
    })))
}

/// Arguments that the tensors' shapes tell.
fn shapes(tensors: &Tensors) -> Result<Map<String, Value>, ImportError> {
    let w_dim = side(tensors, "synthesis.input.affine.weight", 1)?;
    let inputs = side(tensors, "mapping.fc0.weight", 1)?;
    let [c_dim, embedded] = stylegan_xl::classes(tensors, w_dim)?;
    let count = layer_count(tensors);
    let last = layer_named(tensors, count);
    let last = last.ok_or_else(|| ImportError::Missing("synthesis.L0".into()))?;
    let first = layer_named(tensors, 0).unwrap_or_default();
    let resolution = last.split('_').nth(1).and_then(|n| n.parse::<usize>().ok());
    let kwargs = json!({
        "z_dim": inputs.saturating_sub(embedded),
        "c_dim": c_dim,
        "w_dim": w_dim,
        "img_resolution": resolution.unwrap_or(0),
        "img_channels": side(tensors, &format!("synthesis.{last}.weight"), 0)?,
        "conv_kernel": side(tensors, &format!("synthesis.{first}.weight"), 2)?,
        // Filters that aren't separable have two sides.
        "use_radial_filters": tensors.iter().any(|(name, t)| {
            name.ends_with(".down_filter") && t.shape.len() == 2
        }),
    });
    match kwargs {
        Value::Object(kwargs) => Ok(kwargs),
        _ => Ok(Map::new()),
    }
}

/// `L3_52_512` of tensors below `synthesis.L3_52_512.`.
fn layer_named(tensors: &Tensors, index: usize) -> Option<String> {
    let start = format!("synthesis.L{index}_");
    let name = tensors.keys().find(|name| name.starts_with(&start))?;
    Some(name.split('.').nth(1)?.to_owned())
}

/// Layers before the picture's.
fn layer_count(tensors: &Tensors) -> usize {
    let all = (0..64).take_while(|i| layer_named(tensors, *i).is_some());
    all.count().saturating_sub(1)
}

fn widest(tensors: &Tensors) -> usize {
    side(tensors, MARK, 0).unwrap_or(0)
}

fn fits(tensors: &Tensors, config: &Config) -> bool {
    config
        .layers()
        .iter()
        .all(|layer| tensors.contains_key(&format!("synthesis.{}.weight", layer.name)))
}

fn take(
    arguments: &Map<String, Value>,
    kwargs: &mut Map<String, Value>,
    multiplier: &mut Value,
) -> Result<(), ImportError> {
    for (name, value) in arguments {
        match name.as_str() {
            "mapping_kwargs" | "synthesis_kwargs" | "layer_kwargs" => {
                if let Some(inner) = value.as_object() {
                    take(inner, kwargs, multiplier)?;
                }
            }
            "lr_multiplier" => *multiplier = value.clone(),
            name if KEPT.contains(&name) => {
                kwargs.insert(name.into(), value.clone());
            }
            name if PASSED.contains(&name) => {}
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

/// A pickled layer remembers what it does: it must be what Limner would do.
fn check_layer(file: &TorchFile, module: &Module, config: &Config) -> Result<(), ImportError> {
    let graph = file.graph();
    let attribute = |name: &str| Some(graph.json(graph.lookup(module.state, name)?));
    let named = |layer: &&LayerConfig| module.way == format!("synthesis.{}.", layer.name);
    let layers = config.layers();
    let Some(layer) = layers.iter().find(named) else {
        return Err(ImportError::Unsupported(format!(
            "this generator has a layer '{}' too many",
            clean_text::name(&module.way)
        )));
    };
    let [before, after] = layer.padding;
    let clamp = config
        .conv_clamp
        .map_or(Value::Null, |c| json!(f64::from(c)));
    let wanted = [
        ("up_factor", json!(layer.up)),
        ("down_factor", json!(layer.down)),
        ("padding", json!([before, after, before, after])),
        ("is_torgb", json!(layer.to_rgb)),
        ("conv_kernel", json!(layer.kernel)),
        ("conv_clamp", clamp),
    ];
    for (name, wanted) in wanted {
        let Some(has) = attribute(name) else { continue };
        let same = match (has.as_f64(), wanted.as_f64()) {
            (Some(has), Some(wanted)) => has == wanted,
            _ => has == wanted,
        };
        if !same {
            return Err(ImportError::Unsupported(format!(
                "the layer {} has the {name} {has} where its arguments make {wanted}",
                layer.name
            )));
        }
    }
    Ok(())
}
