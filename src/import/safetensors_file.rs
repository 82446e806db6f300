//! Tensors out of safetensors files: only the header is read, tensors stay where they are.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use ::safetensors::Dtype;
use ::safetensors::tensor::{Metadata, TensorInfo};
use parking_lot::Mutex;

use super::ImportError;
use super::bytes::{Block, Bytes};
use super::tensors::{Scalar, Stored, Tensors, View};
use crate::clean_text;

/// Larger headers don't occur: that of the largest networks is a thirtieth of it.
const MAX_HEADER: u64 = 8 << 20;
/// A network has some thousand tensors at most.
const MOST_TENSORS: usize = 20_000;
/// Sides of a tensor.
const MOST_SIDES: usize = 16;

/// Whether a file starts as these do: the header's length, and a JSON object.
pub(super) fn looks_like(head: &[u8]) -> bool {
    head.len() > 8 && head[8] == b'{' && head[4..8] == [0; 4]
}

/// All tensors, and the constructor's arguments where its metadata has them as JSON.
///
/// # Errors
/// [`ImportError::CutShort`] when bytes are missing, [`ImportError::NotACheckpoint`] for
/// other damage.
pub(super) fn open(mut file: File) -> Result<(Tensors, Option<String>), ImportError> {
    let total = file.metadata()?.len();
    let mut length = [0; 8];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut length)
        .map_err(|_| ImportError::CutShort)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        return Err(ImportError::NotACheckpoint(
            "its header is longer than any network's".into(),
        ));
    }
    if 8 + length > total {
        return Err(ImportError::CutShort);
    }
    let mut header = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(&mut file)
        .take(8 + length)
        .read_to_end(&mut header)?;
    let metadata: Metadata = serde_json::from_slice(&header[8..])
        .map_err(|error| ImportError::NotACheckpoint(clean_text::name(&error.to_string())))?;
    let infos = checked(&metadata)?;
    let end = infos.iter().map(|(_, info)| info.data_offsets.1).max();
    let begin = 8 + length;
    if begin + end.unwrap_or(0) as u64 > total {
        return Err(ImportError::CutShort);
    }
    let bytes = Arc::new(Bytes::File(Mutex::new(file)));
    let mut tensors = Tensors::new();
    for (name, info) in infos {
        let (start, end) = info.data_offsets;
        let shape = info.shape.clone();
        let stored = match scalar(info.dtype) {
            None => Stored::unreadable(shape, &format!("{:?}", info.dtype)),
            Some(kind) => Stored::view(View {
                bytes: Arc::clone(&bytes),
                block: Block::Span(begin + start as u64..begin + end as u64),
                kind,
                offset: 0,
                strides: row_major(&shape),
                sides: shape,
            })?,
        };
        tensors.insert(clean_text::name(&name), stored);
    }
    let kwargs = metadata.metadata().as_ref();
    Ok((tensors, kwargs.and_then(|m| m.get("kwargs").cloned())))
}

/// Tensors in the order of their bytes, which lie without gaps, each of its shape's size.
fn checked(metadata: &Metadata) -> Result<Vec<(String, TensorInfo)>, ImportError> {
    let tensors = metadata.tensors();
    let sound = |info: &TensorInfo| info.shape.len() <= MOST_SIDES;
    if tensors.len() > MOST_TENSORS || !tensors.values().all(|info| sound(info)) {
        return Err(ImportError::TooLarge);
    }
    let mut infos: Vec<_> = tensors
        .into_iter()
        .map(|(name, info)| (name, info.clone()))
        .collect();
    infos.sort_by_key(|(_, info)| info.data_offsets);
    Metadata::new(None, infos.clone())
        .map_err(|error| ImportError::NotACheckpoint(clean_text::name(&error.to_string())))?;
    Ok(infos)
}

fn scalar(kind: Dtype) -> Option<Scalar> {
    Some(match kind {
        Dtype::F64 => Scalar::F64,
        Dtype::F32 => Scalar::F32,
        Dtype::F16 => Scalar::F16,
        Dtype::BF16 => Scalar::BF16,
        Dtype::I64 => Scalar::I64,
        Dtype::I32 => Scalar::I32,
        Dtype::U8 | Dtype::BOOL => Scalar::U8,
        _ => return None,
    })
}

fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis].saturating_mul(shape[axis]);
    }
    strides
}
