//! Tensors of a checkpoint: shapes at once, numbers when they are asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ImportError;
use super::bytes::{Block, Bytes};

/// Larger tensors are refused: no supported network has any.
const MAX_ELEMENTS: usize = 1 << 29;

/// Named tensors.
pub type Tensors = BTreeMap<String, Stored>;

/// A tensor: its shape, and where its numbers lie.
#[derive(Clone)]
pub struct Stored {
    /// Sides, outermost first.
    pub shape: Vec<usize>,
    place: Place,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a tensor of {:?}", self.shape)
    }
}

#[derive(Clone)]
enum Place {
    Made(Arc<[f32]>),
    View(View),
    /// Of a kind that isn't read, by its name.
    Unreadable(String),
}

/// Numbers of a storage, taken in strides.
#[derive(Clone)]
pub(super) struct View {
    pub(super) bytes: Arc<Bytes>,
    pub(super) block: Block,
    pub(super) kind: Scalar,
    pub(super) offset: usize,
    pub(super) sides: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

impl Stored {
    /// Numbers that were worked out.
    pub(super) fn made(shape: Vec<usize>, values: Vec<f32>) -> Self {
        let place = Place::Made(values.into());
        Self { shape, place }
    }

    /// A tensor whose numbers are of a kind that isn't read; that is told when they
    /// are asked for.
    pub(super) fn unreadable(shape: Vec<usize>, kind: &str) -> Self {
        let place = Place::Unreadable(kind.to_owned());
        Self { shape, place }
    }

    /// A view of a storage.
    ///
    /// # Errors
    /// [`ImportError::CutShort`] if it reaches over the storage's end,
    /// [`ImportError::Repeated`] if it shows more numbers than the storage holds.
    pub(super) fn view(view: View) -> Result<Self, ImportError> {
        if view.strides.len() != view.sides.len() {
            return Err(ImportError::NotATensor);
        }
        let count = product(&view.sides).filter(|&n| n <= MAX_ELEMENTS);
        let count = count.ok_or(ImportError::TooLarge)?;
        let held = view.block.len() / view.kind.size() as u64;
        if count > 0 && view.last().is_none_or(|last| last as u64 >= held) {
            return Err(ImportError::CutShort);
        }
        if count as u64 > held {
            return Err(ImportError::Repeated);
        }
        Ok(Self {
            shape: view.sides.clone(),
            place: Place::View(view),
        })
    }

    /// How many numbers it holds.
    pub fn count(&self) -> usize {
        product(&self.shape).unwrap_or(usize::MAX)
    }

    /// The numbers, row-major.
    ///
    /// # Errors
    /// [`ImportError`] when they can't be read or don't fill the shape.
    pub fn values(&self) -> Result<Vec<f32>, ImportError> {
        let values = match &self.place {
            Place::Made(values) => values.to_vec(),
            Place::View(view) => view.values()?,
            Place::Unreadable(kind) => {
                return Err(ImportError::Unsupported(format!(
                    "its tensors hold numbers of the kind {kind}, which Limner doesn't read; save them as 32-bit or 16-bit floats"
                )));
            }
        };
        match values.len() == self.count() {
            true => Ok(values),
            false => Err(ImportError::NotATensor),
        }
    }
}

fn product(sides: &[usize]) -> Option<usize> {
    sides
        .iter()
        .try_fold(1usize, |n, &side| n.checked_mul(side))
}

impl View {
    /// The farthest number in the storage.
    fn last(&self) -> Option<usize> {
        let pairs = self.sides.iter().zip(&self.strides);
        pairs.into_iter().try_fold(self.offset, |sum, (&n, &s)| {
            let reach = n.saturating_sub(1).checked_mul(s)?;
            sum.checked_add(reach)
        })
    }

    fn values(&self) -> Result<Vec<f32>, ImportError> {
        let count = product(&self.sides).ok_or(ImportError::TooLarge)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let size = self.kind.size() as u64;
        let last = self.last().ok_or(ImportError::CutShort)? as u64;
        let range = self.offset as u64 * size..(last + 1) * size;
        let values = self.kind.decode(&self.bytes.read(&self.block, range)?);
        match self.is_row_major() {
            true => Ok(values),
            false => Ok(self.gathered(&values, count)),
        }
    }

    fn is_row_major(&self) -> bool {
        let mut wanted = 1;
        self.sides.iter().zip(&self.strides).rev().all(|(&n, &s)| {
            let fits = n == 1 || s == wanted;
            wanted *= n;
            fits
        })
    }

    /// In row-major order, from numbers that begin at the offset.
    fn gathered(&self, values: &[f32], count: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(count);
        let mut index = vec![0usize; self.sides.len()];
        for _ in 0..count {
            let at: usize = index.iter().zip(&self.strides).map(|(i, s)| i * s).sum();
            out.push(values[at]);
            for axis in (0..self.sides.len()).rev() {
                index[axis] += 1;
                if index[axis] < self.sides[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        out
    }
}

/// Number format of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    U8,
}

impl Scalar {
    /// Of PyTorch's storage classes.
    pub(super) fn of_class(name: &str) -> Option<Self> {
        Some(match name {
            "DoubleStorage" => Self::F64,
            "FloatStorage" => Self::F32,
            "HalfStorage" => Self::F16,
            "BFloat16Storage" => Self::BF16,
            "LongStorage" => Self::I64,
            "IntStorage" => Self::I32,
            "ByteStorage" | "BoolStorage" => Self::U8,
            _ => return None,
        })
    }

    /// Bytes of a number.
    pub(super) fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::U8 => 1,
        }
    }

    /// Little-endian numbers as f32.
    fn decode(self, bytes: &[u8]) -> Vec<f32> {
        fn each<const N: usize>(bytes: &[u8], f: impl Fn([u8; N]) -> f32) -> Vec<f32> {
            bytes.as_chunks::<N>().0.iter().map(|&c| f(c)).collect()
        }
        match self {
            Self::F64 => each(bytes, |b| f64::from_le_bytes(b) as f32),
            Self::F32 => each(bytes, f32::from_le_bytes),
            Self::F16 => each(bytes, |b| half::f16::from_le_bytes(b).to_f32()),
            Self::BF16 => each(bytes, |b| half::bf16::from_le_bytes(b).to_f32()),
            Self::I64 => each(bytes, |b| i64::from_le_bytes(b) as f32),
            Self::I32 => each(bytes, |b| i32::from_le_bytes(b) as f32),
            Self::U8 => each(bytes, |[b]: [u8; 1]| b.into()),
        }
    }
}

/// Side `axis` of the tensor of this name.
///
/// # Errors
/// [`ImportError::Missing`].
pub(super) fn side(tensors: &Tensors, name: &str, axis: usize) -> Result<usize, ImportError> {
    let missing = || ImportError::Missing(name.to_owned());
    let tensor = tensors.get(name).ok_or_else(missing)?;
    tensor.shape.get(axis).copied().ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(sides: &[usize], strides: &[usize]) -> Result<Stored, ImportError> {
        let numbers: Vec<u8> = (0..6u8).flat_map(|v| f32::from(v).to_le_bytes()).collect();
        Stored::view(View {
            block: Block::Span(0..numbers.len() as u64),
            bytes: Arc::new(Bytes::Memory(numbers)),
            kind: Scalar::F32,
            offset: 0,
            sides: sides.to_vec(),
            strides: strides.to_vec(),
        })
    }

    #[test]
    fn strides_are_followed() {
        let values = |sides: &[usize], strides: &[usize]| view(sides, strides).unwrap().values();
        assert_eq!(values(&[2, 3], &[3, 1]).unwrap(), [0., 1., 2., 3., 4., 5.]);
        assert_eq!(values(&[3, 2], &[1, 3]).unwrap(), [0., 3., 1., 4., 2., 5.]);
        assert_eq!(values(&[2], &[2]).unwrap(), [0., 2.]);
        assert_eq!(values(&[1, 2], &[9, 1]).unwrap(), [0., 1.]);
    }

    #[test]
    fn no_tensor_shows_more_than_its_storage_holds() {
        for sides in [&[1 << 29][..], &[7], &[1 << 20, 1 << 20]] {
            assert!(view(sides, &vec![0; sides.len()]).is_err(), "{sides:?}");
        }
        assert!(matches!(view(&[7], &[1]), Err(ImportError::CutShort)));
        assert!(matches!(view(&[7], &[0]), Err(ImportError::Repeated)));
    }
}
