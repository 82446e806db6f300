//! Named tensors out of a safetensors file.

use ::safetensors::{Dtype, SafeTensors};

use super::ImportError;
use super::torch::{DenseTensor, Tensors};

/// A safetensors file begins with the length of its header, eight bytes, and `{`.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    bytes.get(8) == Some(&b'{')
}

/// All tensors as f32.
///
/// # Errors
/// [`ImportError::CutShort`] for a file whose header promises more than there is,
/// [`ImportError::NotACheckpoint`] for other damage, [`ImportError::Unsupported`] for
/// number formats that no supported network uses.
pub(super) fn read(bytes: &[u8]) -> Result<Tensors, ImportError> {
    use ::safetensors::SafeTensorError as E;
    let file = SafeTensors::deserialize(bytes).map_err(|error| match error {
        E::InvalidHeaderLength | E::MetadataIncompleteBuffer | E::HeaderTooLarge => {
            ImportError::CutShort
        }
        other => ImportError::NotACheckpoint(other.to_string()),
    })?;
    let mut tensors = Tensors::new();
    for (name, view) in file.tensors() {
        let data = view.data();
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => bytemuck::pod_collect_to_vec(data),
            Dtype::F16 => pairs(data)
                .map(|p| half::f16::from_le_bytes(p).to_f32())
                .collect(),
            Dtype::BF16 => pairs(data)
                .map(|p| half::bf16::from_le_bytes(p).to_f32())
                .collect(),
            Dtype::F64 => data
                .as_chunks::<8>()
                .0
                .iter()
                .map(|&b| f64::from_le_bytes(b) as f32)
                .collect(),
            // Counters of normalisation layers; nothing reads them.
            Dtype::I64 | Dtype::I32 if view.shape().is_empty() => continue,
            other => {
                return Err(ImportError::Unsupported(format!(
                    "'{name}' holds numbers of the kind {other:?}, which no network that Limner runs has"
                )));
            }
        };
        let shape = view.shape().to_vec();
        tensors.insert(name, DenseTensor { shape, values });
    }
    Ok(tensors)
}

fn pairs(data: &[u8]) -> impl Iterator<Item = [u8; 2]> + '_ {
    data.as_chunks::<2>().0.iter().copied()
}
