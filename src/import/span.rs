//! SPAN enlargers, as the authors' program and others' trainers save them: each convolution as
//! the three that were trained and a pointwise one beside them, which are worked into one.

use super::ImportError;
use super::tensors::{Stored, Tensors, side};
use crate::models::span::Config;

/// Whether these are a SPAN's tensors.
pub(super) fn looks_like(tensors: &Tensors) -> bool {
    let has = |name: &str| tensors.contains_key(name);
    (has("conv_1.sk.weight") || has("conv_1.eval_conv.weight"))
        && has("conv_cat.weight")
        && has("upsampler.0.weight")
}

/// Sizes from the shapes, and the convolutions that the triples amount to.
///
/// # Errors
/// [`ImportError::Missing`], [`ImportError::Unsupported`] for other channels and scales.
pub(super) fn from_tensors(mut tensors: Tensors) -> Result<(Config, Tensors), ImportError> {
    // The mark of trainers that take no means away.
    let norm = tensors.remove("no_norm").is_none();
    let triples: Vec<String> = tensors
        .keys()
        .filter_map(|name| Some(name.strip_suffix(".conv.1.weight")?.to_owned()))
        .collect();
    for name in triples {
        merge(&name, &mut tensors)?;
    }
    let [outputs, inputs] = [
        side(&tensors, "upsampler.0.weight", 0)?,
        side(&tensors, "conv_1.eval_conv.weight", 1)?,
    ];
    let upscale = (1..=8).find(|scale| 3 * scale * scale == outputs);
    let upscale = upscale.filter(|_| inputs == 3).ok_or_else(|| {
        ImportError::Unsupported(format!(
            "this SPAN makes {outputs} channels of {inputs}; Limner runs those that enlarge pictures of red, green and blue 1 to 8 times"
        ))
    })?;
    let config = Config {
        feature_channels: side(&tensors, "conv_1.eval_conv.weight", 0)?,
        upscale,
        norm,
    };
    Ok((config, tensors))
}

/// A tensor's numbers and sides, taken out.
fn taken(tensors: &mut Tensors, name: String) -> Result<(Vec<f32>, Vec<usize>), ImportError> {
    let tensor = tensors.remove(&name).ok_or(ImportError::Missing(name))?;
    Ok((tensor.values()?, tensor.shape))
}

/// `Conv3XC`: pointwise, 3 × 3, pointwise, and a pointwise one beside them, as one of 3 × 3. What
/// the file has as `eval_conv` may be older than these.
fn merge(name: &str, tensors: &mut Tensors) -> Result<(), ImportError> {
    let mut get = |part: &str| taken(tensors, format!("{name}.{part}"));
    let ((first, first_shape), (b1, _)) = (get("conv.0.weight")?, get("conv.0.bias")?);
    let ((middle, middle_shape), (b2, _)) = (get("conv.1.weight")?, get("conv.1.bias")?);
    let ((last, last_shape), (b3, _)) = (get("conv.2.weight")?, get("conv.2.bias")?);
    let ((beside, beside_shape), (b4, _)) = (get("sk.weight")?, get("sk.bias")?);
    let (inputs, wide) = (first_shape.get(1), first_shape.first());
    let (inner, outputs) = (middle_shape.first(), last_shape.first());
    let (Some(&inputs), Some(&wide), Some(&inner), Some(&outputs)) = (inputs, wide, inner, outputs)
    else {
        return Err(ImportError::NotATensor);
    };
    let fits = first_shape == [wide, inputs, 1, 1]
        && middle_shape == [inner, wide, 3, 3]
        && last_shape == [outputs, inner, 1, 1]
        && beside_shape == [outputs, inputs, 1, 1]
        && [b1.len(), b2.len(), b3.len(), b4.len()] == [wide, inner, outputs, outputs];
    if !fits {
        return Err(ImportError::Unsupported(format!(
            "the convolutions of '{name}' are not those of a SPAN"
        )));
    }
    // In double precision: three sums of products in a row.
    let mut joined = vec![0f64; inner * inputs * 9];
    let mut inner_bias: Vec<f64> = b2.iter().map(|b| f64::from(*b)).collect();
    for m in 0..inner {
        for k in 0..wide {
            let taps = &middle[(m * wide + k) * 9..][..9];
            inner_bias[m] += f64::from(b1[k]) * taps.iter().map(|t| f64::from(*t)).sum::<f64>();
            for i in 0..inputs {
                let factor = f64::from(first[k * inputs + i]);
                for (sum, tap) in joined[(m * inputs + i) * 9..][..9].iter_mut().zip(taps) {
                    *sum += factor * f64::from(*tap);
                }
            }
        }
    }
    let mut weight = Vec::with_capacity(outputs * inputs * 9);
    let mut bias = Vec::with_capacity(outputs);
    for o in 0..outputs {
        let row = &last[o * inner..][..inner];
        let through = row.iter().zip(&inner_bias).map(|(w, b)| f64::from(*w) * b);
        bias.push((through.sum::<f64>() + f64::from(b3[o]) + f64::from(b4[o])) as f32);
        for at in 0..inputs * 9 {
            let through = row.iter().enumerate();
            let through = through.map(|(m, w)| f64::from(*w) * joined[m * inputs * 9 + at]);
            let centre = match at % 9 {
                4 => f64::from(beside[o * inputs + at / 9]),
                _ => 0.0,
            };
            weight.push((through.sum::<f64>() + centre) as f32);
        }
    }
    let stored = Stored::made(vec![outputs, inputs, 3, 3], weight);
    tensors.insert(format!("{name}.eval_conv.weight"), stored);
    let stored = Stored::made(vec![outputs], bias);
    tensors.insert(format!("{name}.eval_conv.bias"), stored);
    Ok(())
}
