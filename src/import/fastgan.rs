//! FastGAN generators: checkpoints of odegeasslbc's repository, and pickles of Projected GAN's
//! and StyleGAN-XL's (`networks_fastgan`), whose classes are plain modules. Their spectral
//! normalisation is worked into the weights.

use super::ImportError;
use super::persistence;
use super::tensors::{Stored, Tensors, side};
use super::torch::TorchFile;
use crate::models::fastgan::Config;

/// Before all names in Projected GAN's files.
const SYNTHESIS: &str = "synthesis.";
/// Doublings that the constructors make whatever the picture's size is.
const RESOLUTIONS: [usize; 5] = [1024, 512, 256, 128, 64];

/// Whether these are a FastGAN generator's tensors.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    let has = |name: &str| {
        ["", SYNTHESIS].iter().any(|start| {
            ["", "_orig"]
                .iter()
                .any(|end| tensors.contains_key(&format!("{start}{name}.weight{end}")))
        })
    };
    has("init.init.0") && has("to_big") && (has("se_64.main.1"))
}

/// The pickled network of Projected GAN's repository, if the file holds one.
///
/// # Errors
/// [`ImportError`], saying what is missing or unsupported.
pub(super) fn pickled(file: &TorchFile) -> Result<Option<(Config, Tensors)>, ImportError> {
    let graph = file.graph();
    let generator = graph.lookup(graph.root(), "G_ema");
    let Some(generator) = generator.filter(|&id| persistence::is_module(graph, id)) else {
        bare_average(file)?;
        return Ok(None);
    };
    let tensors = persistence::module_tensors(file, generator)?;
    if !looks_like(&tensors) {
        return Ok(None);
    }
    let found = from_tensors(tensors)?;
    let modules = persistence::modules(graph, generator)?;
    let side = modules
        .first()
        .and_then(|m| graph.lookup(m.state, "img_resolution"));
    let side = side.and_then(|id| file.number(id));
    match side {
        Some(side) if side != found.0.img_resolution as f64 => {
            Err(ImportError::Unsupported(format!(
                "this generator says that its pictures have {side} pixels on a side, and its last layer is that of {}",
                found.0.img_resolution
            )))
        }
        _ => Ok(Some(found)),
    }
}

/// The program's larger files hold the averaged weights as a list without names.
fn bare_average(file: &TorchFile) -> Result<(), ImportError> {
    let graph = file.graph();
    let [list, trained] = ["g_ema", "g"].map(|name| graph.lookup(graph.root(), name));
    let list = list.and_then(|id| graph.items(id)).unwrap_or_default();
    let bare = list.len() > 1 && list.iter().all(|&id| file.is_tensor(id));
    match trained.filter(|_| bare) {
        Some(_) => Err(ImportError::Unsupported(
            "this checkpoint holds its averaged weights as a list without names ('g_ema'); import the file without 'all_' in its name from the same folder, which holds them as 'g'".into(),
        )),
        None => Ok(()),
    }
}

/// Sizes from the shapes, and tensors under the generator's own names.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`].
pub(super) fn from_tensors(tensors: Tensors) -> Result<(Config, Tensors), ImportError> {
    let mut tensors: Tensors = tensors
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".num_batches_tracked"))
        .map(|(name, tensor)| {
            (
                name.strip_prefix(SYNTHESIS).unwrap_or(&name).to_owned(),
                tensor,
            )
        })
        .collect();
    work_in_norms(&mut tensors)?;
    let seed = "init.init.0.weight";
    let (z_dim, channels) = (side(&tensors, seed, 0)?, side(&tensors, seed, 1)?);
    let c_dim = match tensors.contains_key("embed.weight") {
        true => side(&tensors, "embed.weight", 0)?,
        false => 0,
    };
    // Projected GAN's last layer has a bias, and its latents unit length.
    let normalize = tensors.contains_key("to_big.bias");
    let mut config = Config {
        z_dim,
        c_dim,
        img_resolution: 0,
        img_channels: side(&tensors, "to_big.weight", 0)?,
        ngf: channels / 32,
        normalize,
        tanh: false,
    };
    let last = side(&tensors, "to_big.weight", 1)?;
    let there = |r: usize| {
        tensors
            .keys()
            .any(|name| name.starts_with(&format!("feat_{r}.")))
    };
    let fits = |r: &usize| config.channels(*r) == last && there(*r);
    config.img_resolution = RESOLUTIONS.into_iter().find(fits).ok_or_else(|| {
        ImportError::Unsupported(format!(
            "this FastGAN's last layer takes {last} channels, which is a picture of 64 to 1024 pixels at none of its widths"
        ))
    })?;
    config.tanh = !normalize && config.img_resolution == 1024;
    // What the constructors make and never use, and the small picture that training looks at.
    let unused = |name: &String| {
        let beyond = RESOLUTIONS.iter().filter(|r| **r > config.img_resolution);
        let mut beyond = beyond.map(|r| [format!("feat_{r}."), format!("se_{r}.")]);
        name.starts_with("to_128.") || beyond.any(|ways| ways.iter().any(|w| name.starts_with(w)))
    };
    tensors.retain(|name, _| !unused(name));
    Ok((config, tensors))
}

/// Divides weights by their largest stretch, as PyTorch's `spectral_norm` does with the vectors
/// that it kept from training.
fn work_in_norms(tensors: &mut Tensors) -> Result<(), ImportError> {
    let names: Vec<String> = tensors
        .keys()
        .filter_map(|name| Some(name.strip_suffix("_orig")?.to_owned()))
        .collect();
    for name in names {
        let mut take = |end: &str| {
            let name = format!("{name}{end}");
            tensors.remove(&name).ok_or(ImportError::Missing(name))
        };
        let (weight, u, v) = (take("_orig")?, take("_u")?.values()?, take("_v")?.values()?);
        let (shape, values) = (weight.shape.clone(), weight.values()?);
        let (rows, columns) = (shape.first().copied(), shape.get(1).copied());
        let (Some(rows), Some(columns)) = (rows, columns) else {
            return Err(ImportError::NotATensor);
        };
        // Transposed convolutions have their outputs second.
        let turned = name == "init.init.0.weight";
        let area = values.len() / (rows * columns).max(1);
        let sides = if turned {
            [columns, rows * area]
        } else {
            [rows, columns * area]
        };
        if [u.len(), v.len()] != sides {
            return Err(ImportError::Unsupported(format!(
                "the spectral normalisation of '{name}' doesn't fit it"
            )));
        }
        let at = |i: usize| -> (usize, usize) {
            let (row, column, tap) = (i / (columns * area), i / area % columns, i % area);
            match turned {
                true => (column, row * area + tap),
                false => (row, column * area + tap),
            }
        };
        let stretch: f64 = values
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let (row, column) = at(i);
                f64::from(*value) * f64::from(u[row]) * f64::from(v[column])
            })
            .sum();
        let scaled = values.iter().map(|v| (f64::from(*v) / stretch) as f32);
        tensors.insert(name, Stored::made(shape, scaled.collect()));
    }
    Ok(())
}
