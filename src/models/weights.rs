//! Weights from safetensors files, distrusted: sizes before memory, hash before
//! use, names, shapes and values before the network runs.

use crate::digest;
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use parking_lot::Mutex;

use super::ModelError;

/// Larger headers don't occur; the format's own limit.
const MAX_HEADER: u64 = 100_000_000;
/// Larger files are refused before memory is taken.
const MAX_FILE: u64 = 8 << 30;

/// The tensors of a weights file as f32 on a device, looked up by PyTorch name
/// under a prefix, as candle's `VarBuilder` does, with typed errors.
#[derive(Clone)]
pub struct Weights {
    tensors: Arc<HashMap<String, Tensor>>,
    metadata: Arc<HashMap<String, String>>,
    prefix: String,
    half: bool,
    /// Names that were asked for, where that is of interest.
    asked: Option<Arc<Mutex<BTreeSet<String>>>>,
}

impl Weights {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`] if it can't be read or is too large;
    /// [`ModelError::BadWeights`] if it is cut short, not safetensors, or its
    /// SHA-256 isn't `sha256`; [`ModelError::NotFinite`] for NaN or infinity.
    pub fn open(path: &Path, sha256: Option<&str>, device: &Device) -> Result<Self, ModelError> {
        let bytes = read(path)?;
        if let Some(expected) = sha256
            && digest::sha256(&bytes) != expected
        {
            return Err(ModelError::BadWeights(
                "it changed while the studio was open".into(),
            ));
        }
        Self::from_bytes(&bytes, device)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// As [`Weights::open`].
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        check_header(bytes)?;
        let (_, header) = safetensors::SafeTensors::read_metadata(bytes)
            .map_err(|error| ModelError::BadWeights(plain(&error)))?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let file = safetensors::SafeTensors::deserialize(bytes)
            .map_err(|error| ModelError::BadWeights(plain(&error)))?;
        let mut tensors = HashMap::new();
        for (name, view) in file.iter() {
            let values = match view.dtype() {
                safetensors::Dtype::I8 => eight_bit(name, &view, &file)?,
                _ => floats(name, &view)?,
            };
            if values.iter().any(|v| !v.is_finite()) {
                return Err(ModelError::NotFinite(name.to_owned()));
            }
            let tensor = Tensor::from_vec(values, view.shape(), device)?;
            tensors.insert(name.to_owned(), tensor);
        }
        Ok(Self {
            tensors: Arc::new(tensors),
            metadata: Arc::new(metadata),
            prefix: String::new(),
            half: false,
            asked: None,
        })
    }

    /// Tensors on the processor, of which only the shapes are known: all numbers are
    /// zero and take no memory. Which ones are asked for is remembered.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub fn of_shapes<'a>(
        shapes: impl Iterator<Item = (&'a str, &'a [usize])>,
    ) -> Result<Self, ModelError> {
        let zero = Tensor::zeros((), DType::F32, &Device::Cpu)?;
        let tensors = shapes.map(|(name, shape)| Ok((name.to_owned(), zero.broadcast_as(shape)?)));
        let tensors = tensors.collect::<Result<_, ModelError>>()?;
        Ok(Self {
            asked: Some(Arc::default()),
            ..Self::of_tensors(tensors)
        })
    }

    /// Tensors on the processor: names, shapes, numbers.
    ///
    /// # Errors
    /// [`ModelError::Candle`] for numbers that don't fill their shape.
    pub fn of_values(
        tensors: impl IntoIterator<Item = (String, Vec<usize>, Vec<f32>)>,
    ) -> Result<Self, ModelError> {
        let made = tensors.into_iter().map(|(name, shape, values)| {
            Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
        });
        Ok(Self::of_tensors(made.collect::<Result<_, ModelError>>()?))
    }

    fn of_tensors(tensors: HashMap<String, Tensor>) -> Self {
        Self {
            tensors: Arc::new(tensors),
            metadata: Arc::default(),
            prefix: String::new(),
            half: false,
            asked: None,
        }
    }

    /// The tensors of [`Weights::of_shapes`] that nobody asked for, by name.
    pub fn unused(&self) -> Vec<String> {
        let Some(asked) = &self.asked else {
            return Vec::new();
        };
        let asked = asked.lock();
        let names = self.tensors.keys().filter(|name| !asked.contains(*name));
        let mut names: Vec<String> = names.cloned().collect();
        names.sort();
        names
    }

    /// The same tensors, convolutions' weights as half numbers if `half`: their operators
    /// compute in what the weights are. Everything else stays f32; it is small, and
    /// mapping networks and styles are where small differences grow.
    pub fn half(self, half: bool) -> Self {
        Self { half, ..self }
    }

    /// The same tensors, `differences` added to those of their names.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`], [`ModelError::WrongShape`].
    pub fn plus(
        &self,
        differences: impl IntoIterator<Item = (String, Tensor)>,
    ) -> Result<Self, ModelError> {
        let mut tensors = HashMap::clone(&self.tensors);
        for (name, difference) in differences {
            let path = self.path(&name);
            let Some(own) = tensors.get_mut(&path) else {
                return Err(ModelError::MissingTensor(path));
            };
            if own.dims() != difference.dims() {
                return Err(ModelError::WrongShape {
                    name: path,
                    expected: own.dims().to_vec(),
                    got: difference.dims().to_vec(),
                });
            }
            *own = (&*own + difference.to_device(own.device())?)?;
        }
        Ok(Self {
            tensors: Arc::new(tensors),
            ..self.clone()
        })
    }

    /// The same tensors, names taken below `name`.
    pub fn pp(&self, name: impl std::fmt::Display) -> Self {
        Self {
            prefix: self.path(&name.to_string()),
            ..self.clone()
        }
    }

    fn path(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.prefix)
        }
    }

    /// Whether there is a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.contains_key(&self.path(name))
    }

    /// The tensor of this name and shape.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`], [`ModelError::WrongShape`].
    pub fn get(&self, shape: &[usize], name: &str) -> Result<Tensor, ModelError> {
        let tensor = self.any(name)?;
        if tensor.dims() != shape {
            return Err(ModelError::WrongShape {
                name: self.path(name),
                expected: shape.to_vec(),
                got: tensor.dims().to_vec(),
            });
        }
        Ok(tensor)
    }

    /// The tensor of this name, whatever its shape.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`].
    pub fn any(&self, name: &str) -> Result<Tensor, ModelError> {
        let path = self.path(name);
        if let Some(asked) = &self.asked {
            asked.lock().insert(path.clone());
        }
        match self.tensors.get(&path) {
            Some(tensor) if self.half && tensor.rank() == 4 => Ok(tensor.to_dtype(DType::F16)?),
            Some(tensor) => Ok(tensor.clone()),
            None => Err(ModelError::MissingTensor(path)),
        }
    }

    /// A line of the file's metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let unreadable = |reason: String| ModelError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let size = file
        .metadata()
        .map_err(|error| unreadable(error.to_string()))?
        .len();
    if size > MAX_FILE {
        return Err(unreadable(format!("{} GB are too large", size >> 30)));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(MAX_FILE)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string()))?;
    Ok(bytes)
}

/// The header's length is the first thing in the file, and whoever cut or forged
/// the file may have it claim 100 GB.
fn check_header(bytes: &[u8]) -> Result<(), ModelError> {
    let Some(first) = bytes.first_chunk::<8>() else {
        return Err(ModelError::BadWeights("it is empty or cut short".into()));
    };
    let header = u64::from_le_bytes(*first);
    if header > MAX_HEADER {
        return Err(ModelError::BadWeights(
            "it doesn't start like a safetensors file".into(),
        ));
    }
    if header > bytes.len() as u64 - 8 {
        return Err(ModelError::BadWeights("it is cut short".into()));
    }
    Ok(())
}

fn plain(error: &safetensors::SafeTensorError) -> String {
    use safetensors::SafeTensorError as E;
    match error {
        E::MetadataIncompleteBuffer | E::HeaderTooSmall | E::InvalidHeaderLength => {
            "it is cut short".into()
        }
        other => other.to_string(),
    }
}

/// Whole numbers of 8 bits, times the scale that `NAME.scale` has for each output channel.
fn eight_bit(
    name: &str,
    view: &safetensors::tensor::TensorView<'_>,
    file: &safetensors::SafeTensors<'_>,
) -> Result<Vec<f32>, ModelError> {
    let scale = format!("{name}.scale");
    let found = file
        .tensor(&scale)
        .map_err(|_| ModelError::MissingTensor(scale.clone()))?;
    let scales = floats(&scale, &found)?;
    let outputs = view.shape().first().copied().unwrap_or(0);
    if found.shape() != [outputs] || outputs == 0 {
        return Err(ModelError::WrongShape {
            name: scale,
            expected: vec![outputs],
            got: found.shape().to_vec(),
        });
    }
    let each = (view.data().len() / outputs).max(1);
    let channels = view.data().chunks(each).zip(scales);
    Ok(channels
        .flat_map(|(whole, scale)| whole.iter().map(move |v| f32::from(*v as i8) * scale))
        .collect())
}

fn floats(name: &str, view: &safetensors::tensor::TensorView<'_>) -> Result<Vec<f32>, ModelError> {
    use safetensors::Dtype;
    let data = view.data();
    Ok(match view.dtype() {
        Dtype::F32 => data
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect(),
        Dtype::F16 => data
            .as_chunks::<2>()
            .0
            .iter()
            .map(|b| half::f16::from_le_bytes(*b).to_f32())
            .collect(),
        Dtype::BF16 => data
            .as_chunks::<2>()
            .0
            .iter()
            .map(|b| half::bf16::from_le_bytes(*b).to_f32())
            .collect(),
        other => {
            return Err(ModelError::BadWeights(format!(
                "'{name}' holds {other:?} numbers; Limner reads F16, BF16 and F32, and I8 with scales"
            )));
        }
    })
}
