//! Tensors out of PyTorch's files: the zip format of `torch.save` since 1.6, the
//! legacy format before it, and plain pickles whose storages carry their own bytes
//! (as the StyleGAN repositories write). Layouts after `torch/serialization.py`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::ImportError;
use super::bytes::{Block, Bytes, Entry, Source, in_memory};
use super::foreign;
use super::pickle::{self, Graph, Node, NodeId};
use super::tensors::{Scalar, Stored, Tensors, View};
use crate::clean_text;

/// A pickle together with the bytes that its tensors live in.
pub struct TorchFile {
    graph: Graph,
    bytes: Arc<Bytes>,
    storages: HashMap<String, Block>,
}

/// `torch.save`'s first number in legacy files.
const LEGACY_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// Dictionaries within dictionaries: no checkpoint has more.
const MAX_DEPTH: usize = 6;
/// No checkpoint has more tensors.
const MAX_TENSORS: usize = 200_000;
/// A larger pickle in an archive, where tensors lie beside it, is none.
const MAX_PICKLE: u64 = 64 << 20;

impl TorchFile {
    /// Reads a file's bytes, whichever of the formats they are in.
    ///
    /// # Errors
    /// [`ImportError`] when it is none of them, or cut short.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ImportError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::parse_zip(in_memory(bytes));
        }
        let (graph, used) = pickle::read(&bytes)?;
        let (graph, storages) = match is_legacy(&graph) {
            true => parse_legacy(&bytes, used)?,
            false => (graph, HashMap::new()),
        };
        let storages = storages.into_iter().map(|(key, span)| {
            let span = span.start as u64..span.end as u64;
            (key, Block::Span(span))
        });
        Ok(Self {
            graph,
            storages: storages.collect(),
            bytes: Arc::new(Bytes::Memory(bytes)),
        })
    }

    /// Reads the archive that newer files are; tensors stay where they are.
    ///
    /// # Errors
    /// As [`TorchFile::parse`].
    pub(super) fn parse_zip(source: Box<dyn Source>) -> Result<Self, ImportError> {
        let (bytes, entries) = Bytes::zip(source)?;
        foreign::refuse_archive(entries.iter().map(|entry| entry.name.as_str()))?;
        let is_pickle = |entry: &&Entry| entry.name.ends_with("/data.pkl");
        let pickled = entries
            .iter()
            .find(is_pickle)
            .ok_or_else(|| ImportError::NotACheckpoint("the archive holds no data.pkl".into()))?;
        let len = pickled.block.len();
        if len > MAX_PICKLE {
            return Err(ImportError::TooLarge);
        }
        let (graph, _) = pickle::read(&bytes.read(&pickled.block, 0..len)?)?;
        let folder = format!("{}data/", pickled.name.trim_end_matches("data.pkl"));
        let storages = entries.iter().filter_map(|entry| {
            let key = entry.name.strip_prefix(&folder)?;
            Some((key.to_owned(), entry.block.clone()))
        });
        Ok(Self {
            graph,
            storages: storages.collect(),
            bytes: Arc::new(bytes),
        })
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
        let (module, name) = self.graph.global(*callee)?;
        let ours =
            matches!(module, "torch._utils" | "torch._tensor") && name.starts_with("_rebuild");
        ours.then_some((name, self.graph.items(*args)?))
    }

    /// The tensor that a value describes; its numbers are read when asked for.
    ///
    /// # Errors
    /// [`ImportError`] when it is no tensor of numbers, or its bytes are missing.
    pub fn tensor(&self, id: NodeId) -> Result<Stored, ImportError> {
        let (name, args) = self.rebuilder(id).ok_or(ImportError::NotATensor)?;
        match name {
            "_rebuild_parameter" | "_rebuild_parameter_with_state" => {
                let inner = *args.first().ok_or(ImportError::NotATensor)?;
                // A parameter of a parameter would let a hostile file recurse.
                match self.rebuilder(inner) {
                    Some((name, _)) if !name.starts_with("_rebuild_parameter") => {
                        self.tensor(inner)
                    }
                    _ => Err(ImportError::NotATensor),
                }
            }
            "_rebuild_tensor" | "_rebuild_tensor_v2" => self.dense(args),
            other => Ok(Stored::unreadable(Vec::new(), &clean_text::name(other))),
        }
    }

    fn dense(&self, args: &[NodeId]) -> Result<Stored, ImportError> {
        let [storage, offset, shape, strides, ..] = *args else {
            return Err(ImportError::NotATensor);
        };
        let offset = self.graph.int(offset).and_then(|n| usize::try_from(n).ok());
        let offset = offset.ok_or(ImportError::NotATensor)?;
        let (sides, strides) = (self.sizes(shape)?, self.sizes(strides)?);
        let (kind, block) = self.storage(storage)?;
        match kind {
            Ok(kind) => Stored::view(View {
                bytes: Arc::clone(&self.bytes),
                block,
                kind,
                offset,
                sides,
                strides,
            }),
            Err(name) => Ok(Stored::unreadable(sides, &name)),
        }
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

    fn storage(&self, id: NodeId) -> Result<(Kind, Block), ImportError> {
        match self.graph.get(id) {
            Node::Persistent(description) => {
                let (kind, key) = storage_description(&self.graph, *description)?;
                let block = self.storages.get(&key).ok_or(ImportError::CutShort)?;
                Ok((kind, block.clone()))
            }
            // torch.storage._load_from_bytes: a whole legacy file within the file.
            Node::Call { callee, args, .. }
                if self.storages.is_empty()
                    && self.graph.global(*callee)
                        == Some(("torch.storage", "_load_from_bytes")) =>
            {
                let arg = self.graph.items(*args).and_then(|a| a.first());
                let (Some(Node::Bytes(span)), Bytes::Memory(all)) =
                    (arg.map(|&a| self.graph.get(a)), self.bytes.as_ref())
                else {
                    return Err(ImportError::NotATensor);
                };
                nested_storage(
                    all.get(span.clone()).ok_or(ImportError::CutShort)?,
                    span.start,
                )
            }
            _ => Err(ImportError::NotATensor),
        }
    }

    /// A number: Python's own, or NumPy's of 64 bits, which is pickled as its bytes.
    pub(super) fn number(&self, id: NodeId) -> Option<f64> {
        match self.graph.get(id) {
            Node::Float(x) => Some(*x),
            Node::Int(n) => Some(*n as f64),
            Node::Call { callee, args, .. } => {
                let (module, name) = self.graph.global(*callee)?;
                let [_, bytes] = *self.graph.items(*args)? else {
                    return None;
                };
                let (Node::Bytes(span), Bytes::Memory(all)) =
                    (self.graph.get(bytes), self.bytes.as_ref())
                else {
                    return None;
                };
                let bytes = all.get(span.clone())?.try_into().ok()?;
                let is_scalar = module.ends_with("multiarray") && name == "scalar";
                is_scalar.then(|| f64::from_le_bytes(bytes))
            }
            _ => None,
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
                tensors.insert(clean_text::name(key), self.tensor(value)?);
            }
        }
        Ok(tensors)
    }

    /// The tensors of all dictionaries, named by the way to them: `state_dict.conv1.weight`.
    ///
    /// # Errors
    /// [`ImportError`] when a tensor is damaged or there are more than any network has.
    pub(super) fn all_tensors(&self) -> Result<Tensors, ImportError> {
        let mut tensors = Tensors::new();
        self.collect(self.graph.root(), "", 0, &mut tensors)?;
        Ok(tensors)
    }

    fn collect(
        &self,
        id: NodeId,
        way: &str,
        depth: usize,
        into: &mut Tensors,
    ) -> Result<(), ImportError> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        for &(key, value) in self.graph.entries(id).unwrap_or_default() {
            let Some(key) = self.graph.str(key) else {
                continue;
            };
            // Momenta and the like have the weights' shapes, and no names.
            if key.contains("optim") {
                continue;
            }
            let name = format!("{way}{}", clean_text::name(key));
            if self.is_tensor(value) {
                into.insert(name, self.tensor(value)?);
                if into.len() > MAX_TENSORS {
                    return Err(ImportError::TooLarge);
                }
            } else if !self.graph.entries(value).unwrap_or_default().is_empty() {
                self.collect(value, &format!("{name}."), depth + 1, into)?;
            }
        }
        Ok(())
    }
}

fn is_legacy(graph: &Graph) -> bool {
    matches!(graph.get(graph.root()), Node::Big(magic) if magic.as_slice() == LEGACY_MAGIC)
}

/// After the magic number, which ends at `at`: protocol version, system, the value, the
/// storages' keys (each a pickle), then for each key its length in elements and its bytes.
/// The value, and where the storages' bytes are.
fn parse_legacy(
    bytes: &[u8],
    at: usize,
) -> Result<(Graph, HashMap<String, Range<usize>>), ImportError> {
    let mut at = at;
    let mut next = || -> Result<Graph, ImportError> {
        let (graph, used) = pickle::read(&bytes[at..])?;
        at += used;
        Ok(graph)
    };
    next()?;
    next()?;
    let graph = next()?;
    let keys = next()?;
    let sizes = element_sizes(&graph);
    let mut storages = HashMap::new();
    for &key in keys.items(keys.root()).unwrap_or_default() {
        let key = keys.str(key).ok_or(ImportError::CutShort)?;
        let (count, tail) = bytes[at..]
            .split_first_chunk::<8>()
            .ok_or(ImportError::CutShort)?;
        let size = sizes.get(key).copied().unwrap_or(4);
        let len = usize::try_from(u64::from_le_bytes(*count))
            .ok()
            .and_then(|n| n.checked_mul(size))
            .filter(|&len| len <= tail.len())
            .ok_or(ImportError::CutShort)?;
        let start = at + 8;
        storages.insert(key.to_owned(), start..start + len);
        at = start + len;
    }
    Ok((graph, storages))
}

/// The one storage of a legacy file that begins at `start` of the whole.
fn nested_storage(file: &[u8], start: usize) -> Result<(Kind, Block), ImportError> {
    let (graph, used) = pickle::read(file)?;
    if !is_legacy(&graph) {
        return Err(ImportError::NotATensor);
    }
    let (graph, storages) = parse_legacy(file, used)?;
    let Node::Persistent(description) = graph.get(graph.root()) else {
        return Err(ImportError::NotATensor);
    };
    let (kind, key) = storage_description(&graph, *description)?;
    let span = storages.get(&key).ok_or(ImportError::CutShort)?;
    let span = (start + span.start) as u64..(start + span.end) as u64;
    Ok((kind, Block::Span(span)))
}

/// Number format of a storage, or the name of one that isn't read.
type Kind = Result<Scalar, String>;

/// `('storage', torch.FloatStorage, '0', 'cpu', 1024)` → number format and key.
fn storage_description(graph: &Graph, id: NodeId) -> Result<(Kind, String), ImportError> {
    let parts = graph.items(id).ok_or(ImportError::NotATensor)?;
    let [_, class, key, ..] = *parts else {
        return Err(ImportError::NotATensor);
    };
    let (_, class) = graph.global(class).ok_or(ImportError::NotATensor)?;
    let kind = Scalar::of_class(class).ok_or_else(|| clean_text::name(class));
    let key = graph.str(key).ok_or(ImportError::NotATensor)?;
    Ok((kind, key.to_owned()))
}

/// Bytes per element of each storage key in a legacy file.
fn element_sizes(graph: &Graph) -> HashMap<String, usize> {
    let described = graph.nodes().filter_map(|node| match node {
        Node::Persistent(id) => storage_description(graph, *id).ok(),
        _ => None,
    });
    described
        .map(|(kind, key)| (key, kind.map_or(4, Scalar::size)))
        .collect()
}
