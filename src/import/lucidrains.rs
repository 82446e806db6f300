//! Generators of lucidrains' `stylegan2-pytorch` and `lightweight-gan`: their whole trainer in a
//! file, of which the averages are taken (`SE`, `GE`), and a file of settings beside it.

use std::path::Path;

use serde_json::Value;

use super::ImportError;
use super::tensors::{Stored, Tensors, side};
use crate::latent::rng::{Random, RandomPurpose};
use crate::models::ModelError;
use crate::models::stylegan2_pytorch::StyleVectorizer;
use crate::models::weights::Weights;
use crate::models::{lightweight_gan, stylegan2_pytorch};

/// The programs' settings beside a checkpoint.
const SETTINGS: &str = ".config.json";
/// Larger files are none.
const MOST_SETTINGS: u64 = 1 << 16;
/// The mean w, the centre of truncation, and how many w it is made of.
const AVERAGE: &str = "w_avg";
const AVERAGED: usize = 4096;
/// The program's own learning rate multiplier between `z` and `w`.
const USUAL_LR_MLP: f32 = 0.1;

/// Whether these are a `stylegan2-pytorch` trainer's tensors.
pub(super) fn looks_like_stylegan2(tensors: &Tensors) -> bool {
    let has = |start: &str, name: &str| tensors.contains_key(&format!("{start}{name}"));
    ["SE", "S"].iter().any(|s| has(s, ".net.0.weight"))
        && ["GE", "G"]
            .iter()
            .any(|g| has(g, ".blocks.0.to_style1.weight") && has(g, ".initial_conv.weight"))
}

/// Whether these are a `lightweight-gan` trainer's tensors.
pub(super) fn looks_like_lightweight(tensors: &Tensors) -> bool {
    ["GE", "G"].iter().any(|g| {
        let has = |name: &str| tensors.contains_key(&format!("{g}.{name}"));
        has("initial_conv.0.weight") && has("out_conv.weight")
    })
}

/// The networks called `wanted`, averages (with an `E` behind) where there are some; what else
/// isn't the trainer's other half stays, and is refused later.
fn networks(tensors: Tensors, wanted: &[&str]) -> Tensors {
    let averages: Vec<bool> = wanted
        .iter()
        .map(|name| {
            tensors
                .keys()
                .any(|key| key.starts_with(&format!("{name}E.")))
        })
        .collect();
    let mut out = Tensors::new();
    for (key, tensor) in tensors {
        let (first, rest) = key.split_once('.').unwrap_or((&key, ""));
        if matches!(first, "D" | "D_aug" | "D_cl") || rest.ends_with("num_batches_tracked") {
            continue;
        }
        let own = wanted.iter().zip(&averages).find_map(|(name, average)| {
            match first.strip_prefix(*name) {
                Some("E") => Some((*name, true)),
                Some("") => Some((*name, !average)),
                _ => None,
            }
        });
        match own {
            Some((name, true)) => drop(out.insert(format!("{name}.{rest}"), tensor)),
            Some((_, false)) => {}
            None => drop(out.insert(key, tensor)),
        }
    }
    out
}

/// Sizes from the shapes, and tensors under the names of the program's `S` and `G`.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`].
pub(super) fn stylegan2(
    tensors: Tensors,
) -> Result<(stylegan2_pytorch::Config, Tensors), ImportError> {
    let tensors = networks(tensors, &["S", "G"]);
    let has = |name: &str| tensors.contains_key(name);
    let mut filters = vec![side(&tensors, "G.initial_conv.weight", 0)?];
    for i in (0..).take_while(|i| has(&format!("G.blocks.{i}.conv1.weight"))) {
        filters.push(side(&tensors, &format!("G.blocks.{i}.conv1.weight"), 0)?);
    }
    let config = stylegan2_pytorch::Config {
        latent_dim: side(&tensors, "S.net.0.weight", 1)?,
        style_depth: (0..)
            .take_while(|i| has(&format!("S.net.{}.weight", 2 * i)))
            .count(),
        lr_mlp: USUAL_LR_MLP,
        filters,
        channels: side(&tensors, "G.blocks.0.to_rgb.conv.weight", 0)?,
    };
    Ok((config, tensors))
}

/// Takes over what the settings beside the file say and its tensors don't, and works the mean w
/// out, which the program does whenever it draws.
///
/// # Errors
/// [`ImportError::Unsupported`] for settings that contradict the tensors.
pub(super) fn complete(
    kwargs: &mut Value,
    tensors: &mut Tensors,
    checkpoint: &Path,
) -> Result<(), ImportError> {
    let unsupported = |error: ModelError| ImportError::Unsupported(error.to_string());
    let parsed = serde_json::from_value(kwargs.clone());
    let mut config: stylegan2_pytorch::Config = parsed.map_err(std::io::Error::from)?;
    config.check().map_err(unsupported)?;
    let settings = settings_beside(checkpoint)?;
    match settings["image_size"].as_u64() {
        Some(size) if size != config.image_size() as u64 => {
            return Err(ImportError::Unsupported(format!(
                "{SETTINGS} beside it speaks of pictures of {size} pixels, and its tensors make {}; put the network's own settings there, or none",
                config.image_size()
            )));
        }
        _ => {}
    }
    if let Some(multiplier) = settings["lr_mlp"].as_f64() {
        config.lr_mlp = multiplier as f32;
        kwargs["lr_mlp"] = settings["lr_mlp"].clone();
    }
    let mut mapping = Vec::new();
    for (name, tensor) in tensors.iter() {
        if name.starts_with("S.") {
            mapping.push((name.clone(), tensor.shape.clone(), tensor.values()?));
        }
    }
    let weights = Weights::of_values(mapping).map_err(unsupported)?;
    let mapping = StyleVectorizer::new(&config, &weights.pp("S")).map_err(unsupported)?;
    let mut random = Random::new(RandomPurpose::Samples, 0);
    let zs: Vec<_> = (0..AVERAGED)
        .map(|_| random.normals(config.latent_dim))
        .collect();
    let mut mean = vec![0.0f64; config.latent_dim];
    for w in mapping.forward(&zs) {
        let sums = mean.iter_mut().zip(w);
        sums.for_each(|(sum, w)| *sum += f64::from(w) / AVERAGED as f64);
    }
    let mean = mean.into_iter().map(|v| v as f32).collect();
    tensors.insert(AVERAGE.into(), Stored::made(vec![config.latent_dim], mean));
    Ok(())
}

/// Null without any.
fn settings_beside(checkpoint: &Path) -> Result<Value, ImportError> {
    let file = checkpoint.with_file_name(SETTINGS);
    let small = std::fs::metadata(&file).is_ok_and(|m| m.is_file() && m.len() <= MOST_SETTINGS);
    match small {
        true => Ok(serde_json::from_slice(&std::fs::read(&file)?).unwrap_or_default()),
        false => Ok(Value::Null),
    }
}

/// Sizes from the shapes, and tensors under the names of the program's `Generator`.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`].
pub(super) fn lightweight(
    tensors: Tensors,
) -> Result<(lightweight_gan::Config, Tensors), ImportError> {
    let tensors: Tensors = networks(tensors, &["G"])
        .into_iter()
        .map(|(name, tensor)| (name.strip_prefix("G.").unwrap_or(&name).to_owned(), tensor))
        .collect();
    let latent_dim = side(&tensors, "initial_conv.0.weight", 0)?;
    let doubling = |i: usize| format!("layers.{i}.0.2.1.weight");
    if !tensors.contains_key(&doubling(0)) {
        return Err(ImportError::Unsupported(
            "this lightweight-gan was made by a version whose doublings are others ('layers.0.0.2.1.weight' is missing); Limner runs those of pixel shuffle and 4 × 4 convolutions".into(),
        ));
    }
    let mut features = Vec::new();
    for i in (0..).take_while(|i| tensors.contains_key(&doubling(*i))) {
        features.push(side(&tensors, &doubling(i), 0)? / 2);
    }
    let config = lightweight_gan::Config {
        latent_dim,
        features,
        channels: side(&tensors, "out_conv.weight", 0)?,
    };
    Ok((config, tensors))
}
