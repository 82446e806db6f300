//! What was learnt as a file: a learnt style (see [`crate::models::restyle::Adapter`]), and a
//! student's progress, to go on with.

use std::collections::{BTreeMap, HashMap};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::adam::Adam;
use super::balance::Balance;
use super::painter::Painter;
use super::parameters::Parameters;
use super::student::Progress;
use crate::models::ModelError;
use crate::models::restyle::{ADAPTER_FORMAT, About, Palette};
use crate::models::style_note::{LEARNING_FORMAT, LearningHead, Plan};

/// Names, kinds, shapes and bytes of tensors.
type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn written(tensors: &Tensors, metadata: HashMap<String, String>) -> Result<Vec<u8>, ModelError> {
    let mut views = Vec::with_capacity(tensors.len());
    for (name, (dtype, shape, data)) in tensors {
        let view = TensorView::new(*dtype, shape.clone(), data)
            .map_err(|error| ModelError::BadLearnt(format!("it can't be written ({error})")))?;
        views.push((name, view));
    }
    safetensors::serialize(views, Some(metadata))
        .map_err(|error| ModelError::BadLearnt(format!("it can't be written ({error})")))
}

/// A learnt style's file: what `learnt` is other than *Restyle*'s own numbers. `restyle` is the
/// hash of the weights that it belongs to.
///
/// # Errors
/// [`ModelError::NotFinite`] if the learning failed, [`ModelError::BadLearnt`].
pub fn adapter(
    painter: &Painter,
    learnt: &Parameters,
    palette: &Palette,
    restyle: &str,
    about: &About,
) -> Result<Vec<u8>, ModelError> {
    if !learnt.norm().is_finite() {
        return Err(ModelError::NotFinite("the learnt style".into()));
    }
    let own = painter.start();
    let difference = |now: &[f32], own: &[f32]| -> Vec<f32> {
        now.iter().zip(own).map(|(now, own)| now - own).collect()
    };
    let mut tensors = Tensors::new();
    let layers = painter.config().convolutions();
    for (k, layer) in layers.iter().enumerate() {
        let values = difference(&learnt.weights[k], &own.weights[k]);
        let (whole, scales) = eight_bit(&values, layer.outputs);
        let name = format!("{}.weight", layer.name);
        let shape = vec![layer.outputs, layer.inputs, 3, 3];
        let scale = (Dtype::F32, vec![layer.outputs], floats(&scales));
        tensors.insert(format!("{name}.scale"), scale);
        tensors.insert(name, (Dtype::I8, shape, whole));
        let bias = match k + 1 == layers.len() {
            true => difference(&learnt.bias, &own.bias),
            false => vec![0.0; layer.outputs],
        };
        let bias = (Dtype::F32, vec![layer.outputs], floats(&bias));
        tensors.insert(format!("{}.bias", layer.name), bias);
    }
    for (k, (now, own)) in learnt.affine.iter().zip(&own.affine).enumerate() {
        let values = floats(&difference(now, own));
        tensors.insert(
            format!("affine.{k}.bias"),
            (Dtype::F32, vec![now.len()], values),
        );
    }
    let mut code = palette.to_code().to_vec();
    code.extend(&learnt.strokes);
    tensors.insert("code".into(), (Dtype::F32, vec![code.len()], floats(&code)));
    let about = serde_json::to_string(about)
        .map_err(|error| ModelError::BadLearnt(format!("it can't be written ({error})")))?;
    let metadata = [
        ("format", ADAPTER_FORMAT.to_owned()),
        ("restyle", restyle.to_owned()),
        ("about", about),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    written(&tensors, metadata.into())
}

/// Whole numbers of 8 bits and a scale for each output channel.
fn eight_bit(values: &[f32], outputs: usize) -> (Vec<u8>, Vec<f32>) {
    let each = values.len() / outputs.max(1);
    let mut whole = Vec::with_capacity(values.len());
    let mut scales = Vec::with_capacity(outputs);
    for channel in values.chunks_exact(each.max(1)) {
        let most = channel.iter().fold(0f32, |most, v| most.max(v.abs()));
        let scale = (most / 127.0).max(1e-12);
        scales.push(scale);
        whole.extend(channel.iter().map(|v| (v / scale).round() as i8 as u8));
    }
    (whole, scales)
}

/// A progress file. `subject` says of what, in any words that change with it; `seconds` were spent;
/// `plan` is what all began with, if that can be written down.
///
/// # Errors
/// [`ModelError::BadLearnt`].
pub fn progress(
    progress: &Progress,
    (subject, seconds): (&str, f64),
    plan: Option<Plan>,
) -> Result<Vec<u8>, ModelError> {
    let mut tensors = Tensors::new();
    let adam = &progress.adam;
    let all = [
        ("at", &progress.at),
        ("mean", &adam.mean),
        ("square", &adam.square),
        ("average", &adam.average),
    ];
    for (name, parameters) in all {
        for (k, group) in parameters.groups().enumerate() {
            let part = (Dtype::F32, vec![group.len()], floats(group));
            tensors.insert(format!("{name}.{k}"), part);
        }
    }
    let head = LearningHead {
        subject: subject.to_owned(),
        steps: progress.steps(),
        planned: progress.planned,
        losses: progress.losses.clone(),
        balance: Some(progress.balance.numbers()),
        seconds,
        plan,
    };
    let head = serde_json::to_string(&head)
        .map_err(|error| ModelError::BadLearnt(format!("it can't be written ({error})")))?;
    let metadata = [("format", LEARNING_FORMAT.to_owned()), ("head", head)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    written(&tensors, metadata.into())
}

/// Reads a progress file: the progress and the seconds spent. `None` for another subject's, another
/// network's or a damaged one: then all begins anew.
pub fn read_progress(bytes: &[u8], painter: &Painter, subject: &str) -> Option<(Progress, f64)> {
    let head = LearningHead::of(bytes)?;
    if head.subject != subject {
        return None;
    }
    let file = SafeTensors::deserialize(bytes).ok()?;
    let read = |name: &str| -> Option<Parameters> {
        let mut parameters = painter.start().clone();
        for (k, group) in parameters.groups_mut().enumerate() {
            let tensor = file.tensor(&format!("{name}.{k}")).ok()?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != [group.len()] {
                return None;
            }
            for (to, from) in group.iter_mut().zip(tensor.data().as_chunks::<4>().0) {
                *to = f32::from_le_bytes(*from);
            }
        }
        parameters.norm().is_finite().then_some(parameters)
    };
    let adam = Adam {
        steps: head.steps,
        mean: read("mean")?,
        square: read("square")?,
        average: read("average")?,
    };
    let progress = Progress {
        at: read("at")?,
        adam,
        planned: head.planned,
        losses: head.losses,
        balance: match head.balance {
            Some(numbers) => Balance::of(numbers)?,
            None => Balance::default(),
        },
    };
    Some((progress, head.seconds))
}
