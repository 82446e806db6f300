//! Tensors out of PyTorch's files: the zip format of `torch.save` since 1.6, the
//! legacy format before it, and plain pickles whose storages carry their own bytes
//! (as the StyleGAN repositories write). Layouts after `torch/serialization.py`.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};

use super::ImportError;
use super::pickle::{self, Graph, Node, NodeId};

/// A dense float tensor, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseTensor {
    /// Sides, outermost first.
    pub shape: Vec<usize>,
    /// Values.
    pub values: Vec<f32>,
}

/// Named tensors.
pub type Tensors = BTreeMap<String, DenseTensor>;

/// A pickle together with the bytes that its tensors live in.
pub struct TorchFile {
    graph: Graph,
    storages: Storages,
}

enum Storages {
    /// Entries of a zip archive below this folder.
    Zip { bytes: Vec<u8>, folder: String },
    /// Raw bytes by key.
    Raw(HashMap<String, Vec<u8>>),
}

/// `torch.save`'s first number in legacy files.
const LEGACY_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// Larger tensors are refused: no supported network has any.
const MAX_ELEMENTS: usize = 1 << 29;

impl TorchFile {
    /// Reads a file's bytes, whichever of the formats they are in.
    ///
    /// # Errors
    /// [`ImportError`] when it is none of them, or cut short.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ImportError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::parse_zip(bytes);
        }
        let (graph, used) = pickle::read(&bytes)?;
        let is_legacy = match graph.get(graph.root()) {
            Node::Big(magic) => magic.as_slice() == LEGACY_MAGIC,
            _ => false,
        };
        if is_legacy {
            return Self::parse_legacy(&bytes[used..]);
        }
        let storages = Storages::Raw(HashMap::new());
        Ok(Self { graph, storages })
    }

    fn parse_zip(bytes: Vec<u8>) -> Result<Self, ImportError> {
        let bad = |e: zip::result::ZipError| ImportError::NotACheckpoint(e.to_string());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(bad)?;
        let name = archive
            .file_names()
            .filter_map(Result::ok)
            .find(|n| n.ends_with("/data.pkl"))
            .map(|n| n.into_owned())
            .ok_or_else(|| ImportError::NotACheckpoint("the archive holds no data.pkl".into()))?;
        let pickled = read_entry(&mut archive, &name, bytes.len())?;
        let (graph, _) = pickle::read(&pickled)?;
        let folder = name.trim_end_matches("data.pkl").to_owned();
        drop(archive);
        let storages = Storages::Zip { bytes, folder };
        Ok(Self { graph, storages })
    }

    /// After the magic number: protocol version, system, the value, the storages'
    /// keys (each a pickle), then for each key its length in elements and its bytes.
    fn parse_legacy(mut rest: &[u8]) -> Result<Self, ImportError> {
        let mut next = || -> Result<Graph, ImportError> {
            let (graph, used) = pickle::read(rest)?;
            rest = &rest[used..];
            Ok(graph)
        };
        next()?;
        next()?;
        let graph = next()?;
        let keys = next()?;
        let sizes = element_sizes(&graph);
        let mut raw = HashMap::new();
        for &key in keys.items(keys.root()).unwrap_or_default() {
            let key = keys.str(key).ok_or(ImportError::CutShort)?;
            let (count, tail) = rest.split_first_chunk::<8>().ok_or(ImportError::CutShort)?;
            let size = sizes.get(key).copied().unwrap_or(4);
            let len = usize::try_from(u64::from_le_bytes(*count))
                .ok()
                .and_then(|n| n.checked_mul(size))
                .ok_or(ImportError::CutShort)?;
            let data = tail.get(..len).ok_or(ImportError::CutShort)?;
            raw.insert(key.to_owned(), data.to_vec());
            rest = &tail[len..];
        }
        let storages = Storages::Raw(raw);
        Ok(Self { graph, storages })
    }

    /// The values.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Whether a value describes a tensor.
    pub fn is_tensor(&self, id: NodeId) -> bool {
        self.rebuilder(id).is_some()
    }

    fn rebuilder(&self, id: NodeId) -> Option<(&str, &[NodeId])> {
        let Node::Call { callee, args, .. } = self.graph.get(id) else {
            return None;
        };
        let ("torch._utils", name) = self.graph.global(*callee)? else {
            return None;
        };
        let known = [
            "_rebuild_tensor",
            "_rebuild_tensor_v2",
            "_rebuild_parameter",
        ];
        known
            .contains(&name)
            .then_some((name, self.graph.items(*args)?))
    }

    /// The tensor that a value describes, as f32, row-major.
    ///
    /// # Errors
    /// [`ImportError`] when it is no tensor of numbers, or its bytes are missing.
    pub fn tensor(&self, id: NodeId) -> Result<DenseTensor, ImportError> {
        let (name, args) = self.rebuilder(id).ok_or(ImportError::NotATensor)?;
        if name == "_rebuild_parameter" {
            let inner = *args.first().ok_or(ImportError::NotATensor)?;
            // A parameter of a parameter would let a hostile file recurse.
            return match self.rebuilder(inner) {
                Some((inner_name, _)) if inner_name != "_rebuild_parameter" => self.tensor(inner),
                _ => Err(ImportError::NotATensor),
            };
        }
        let [storage, offset, shape, strides, ..] = *args else {
            return Err(ImportError::NotATensor);
        };
        let offset = self.graph.int(offset).and_then(|n| usize::try_from(n).ok());
        let offset = offset.ok_or(ImportError::NotATensor)?;
        let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
        let (kind, bytes) = self.storage(storage)?;
        let values = kind.decode(&bytes)?;
        gather(&values, offset, shape, &strides)
    }

    fn sizes(&self, id: NodeId) -> Result<Vec<usize>, ImportError> {
        let size = |&n: &NodeId| self.graph.int(n).and_then(|n| usize::try_from(n).ok());
        let sizes = self.graph.items(id).ok_or(ImportError::NotATensor)?;
        sizes
            .iter()
            .map(size)
            .collect::<Option<_>>()
            .ok_or(ImportError::NotATensor)
    }

    fn storage(&self, id: NodeId) -> Result<(Scalar, Vec<u8>), ImportError> {
        match self.graph.get(id) {
            Node::Persistent(description) => {
                let (kind, key) = storage_description(&self.graph, *description)?;
                Ok((kind, self.storages.read(&key)?))
            }
            // torch.storage._load_from_bytes: a whole file within the file.
            Node::Call { callee, args, .. }
                if self.graph.global(*callee) == Some(("torch.storage", "_load_from_bytes")) =>
            {
                let arg = self.graph.items(*args).and_then(|a| a.first());
                let Some(Node::Bytes(bytes)) = arg.map(|&a| self.graph.get(a)) else {
                    return Err(ImportError::NotATensor);
                };
                let inner = Self::parse(bytes.clone())?;
                match inner.graph.get(inner.graph.root()) {
                    Node::Persistent(_) => inner.storage(inner.graph.root()),
                    _ => Err(ImportError::NotATensor),
                }
            }
            _ => Err(ImportError::NotATensor),
        }
    }

    /// All tensors of a state dictionary, by key.
    ///
    /// # Errors
    /// [`ImportError`] when `id` is no dictionary or a tensor is damaged.
    pub fn state_dict(&self, id: NodeId) -> Result<Tensors, ImportError> {
        let entries = self.graph.entries(id).ok_or(ImportError::NotATensor)?;
        let mut tensors = Tensors::new();
        for &(key, value) in entries {
            if let (Some(key), true) = (self.graph.str(key), self.is_tensor(value)) {
                tensors.insert(key.to_owned(), self.tensor(value)?);
            }
        }
        Ok(tensors)
    }
}

impl Storages {
    fn read(&self, key: &str) -> Result<Vec<u8>, ImportError> {
        match self {
            Self::Raw(map) => map.get(key).cloned().ok_or(ImportError::CutShort),
            Self::Zip { bytes, folder } => {
                let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice()))
                    .map_err(|e| ImportError::NotACheckpoint(e.to_string()))?;
                read_entry(&mut archive, &format!("{folder}data/{key}"), bytes.len())
            }
        }
    }
}

/// PyTorch stores entries uncompressed, so none is longer than the file; a
/// compressed bomb stops at that length.
fn read_entry(
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    name: &str,
    limit: usize,
) -> Result<Vec<u8>, ImportError> {
    let entry = archive.by_name(name).map_err(|_| ImportError::CutShort)?;
    let mut bytes = Vec::new();
    let read = entry.take(limit as u64 + 1).read_to_end(&mut bytes);
    match read {
        Ok(n) if n <= limit => Ok(bytes),
        _ => Err(ImportError::CutShort),
    }
}

/// Number format of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scalar {
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    U8,
}

impl Scalar {
    fn of_class(name: &str) -> Option<Self> {
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

    fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::U8 => 1,
        }
    }

    fn decode(self, bytes: &[u8]) -> Result<Vec<f32>, ImportError> {
        if !bytes.len().is_multiple_of(self.size()) {
            return Err(ImportError::CutShort);
        }
        fn each<const N: usize>(bytes: &[u8], f: impl Fn([u8; N]) -> f32) -> Vec<f32> {
            bytes.as_chunks::<N>().0.iter().map(|&c| f(c)).collect()
        }
        Ok(match self {
            Self::F64 => each(bytes, |b| f64::from_le_bytes(b) as f32),
            Self::F32 => each(bytes, f32::from_le_bytes),
            Self::F16 => each(bytes, |b| half::f16::from_le_bytes(b).to_f32()),
            Self::BF16 => each(bytes, |b| half::bf16::from_le_bytes(b).to_f32()),
            Self::I64 => each(bytes, |b| i64::from_le_bytes(b) as f32),
            Self::I32 => each(bytes, |b| i32::from_le_bytes(b) as f32),
            Self::U8 => each(bytes, |[b]: [u8; 1]| b.into()),
        })
    }
}

/// `('storage', torch.FloatStorage, '0', 'cpu', 1024)` → number format and key.
fn storage_description(graph: &Graph, id: NodeId) -> Result<(Scalar, String), ImportError> {
    let parts = graph.items(id).ok_or(ImportError::NotATensor)?;
    let [_, class, key, ..] = *parts else {
        return Err(ImportError::NotATensor);
    };
    let class = graph.global(class).map(|(_, name)| name);
    let kind = class
        .and_then(Scalar::of_class)
        .ok_or(ImportError::NotATensor)?;
    let key = graph.str(key).ok_or(ImportError::NotATensor)?;
    Ok((kind, key.to_owned()))
}

/// Bytes per element of each storage key in a legacy file.
fn element_sizes(graph: &Graph) -> HashMap<String, usize> {
    graph
        .nodes()
        .filter_map(|node| match node {
            Node::Persistent(id) => storage_description(graph, *id).ok(),
            _ => None,
        })
        .map(|(kind, key)| (key, kind.size()))
        .collect()
}

/// Copies a strided view into row-major order.
fn gather(
    values: &[f32],
    offset: usize,
    shape: Vec<usize>,
    strides: &[usize],
) -> Result<DenseTensor, ImportError> {
    let count = shape.iter().try_fold(1usize, |n, &s| n.checked_mul(s));
    let count = count
        .filter(|&n| n <= MAX_ELEMENTS)
        .ok_or(ImportError::TooLarge)?;
    if strides.len() != shape.len() {
        return Err(ImportError::NotATensor);
    }
    // The farthest element must exist; then all do.
    let reach = shape.iter().zip(strides).try_fold(offset, |sum, (&n, &s)| {
        n.saturating_sub(1)
            .checked_mul(s)
            .and_then(|r| sum.checked_add(r))
    });
    if count > 0 && reach.is_none_or(|last| last >= values.len()) {
        return Err(ImportError::CutShort);
    }
    let mut out = Vec::with_capacity(count);
    let mut index = vec![0usize; shape.len()];
    for _ in 0..count {
        let at: usize = index.iter().zip(strides).map(|(i, s)| i * s).sum();
        out.push(values[offset + at]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    Ok(DenseTensor { shape, values: out })
}
