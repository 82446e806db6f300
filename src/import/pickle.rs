//! Reads Python pickles as data. Nothing is imported, called or built: classes and
//! calls stay records in a graph (`pickletools` in Python's library documents the
//! opcodes), and whoever wants a tensor looks for the few records that describe one.

mod machine;

use machine::Machine;

/// Index of a node in a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

/// One pickled value.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// Integers that fit 64 bits; larger ones are refused except as [`Node::Big`].
    Int(i64),
    /// A longer integer, little-endian two's complement, never needed for tensors.
    Big(Vec<u8>),
    /// A float.
    Float(f64),
    /// A string.
    Str(String),
    /// Bytes: where they are in what was read.
    Bytes(std::ops::Range<usize>),
    /// A list or set.
    List(Vec<NodeId>),
    /// A tuple.
    Tuple(Vec<NodeId>),
    /// A dictionary in order of insertion.
    Dict(Vec<(NodeId, NodeId)>),
    /// A class or function by name, not looked up.
    Global {
        /// Python module.
        module: String,
        /// Name in it.
        name: String,
    },
    /// A call or construction that was not carried out.
    Call {
        /// What would be called.
        callee: NodeId,
        /// With which arguments (a tuple).
        args: NodeId,
        /// `__setstate__` argument, if any came.
        state: Option<NodeId>,
        /// Items that `__setitem__` would add (dictionary subclasses).
        items: Vec<(NodeId, NodeId)>,
    },
    /// A reference to something stored outside, e.g. a tensor's bytes.
    Persistent(NodeId),
}

/// All values of one pickle.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    root: Option<NodeId>,
}

/// Why a pickle can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PickleError {
    /// The bytes end in the middle.
    #[error("the file is cut short")]
    CutShort,
    /// Not a pickle, or one with an operation that data files don't need.
    #[error("operation {0:#04x} at byte {1} doesn't belong into a data file")]
    Opcode(u8, usize),
    /// Contents that contradict each other.
    #[error("the pickle is malformed at byte {0}")]
    Malformed(usize),
    /// Too many values or too long a string.
    #[error("the pickle is larger than any model needs")]
    TooLarge,
}

/// No real checkpoint comes near; a hostile one stops here.
const MAX_NODES: usize = 1_000_000;
/// Arguments have fewer values.
const MOST_JSON: usize = 10_000;

impl Graph {
    /// The pickled value itself.
    pub fn root(&self) -> NodeId {
        self.root.unwrap_or(NodeId(0))
    }

    /// A value.
    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Every value, in the order it was read.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// A string's text.
    pub fn str(&self, id: NodeId) -> Option<&str> {
        match self.get(id) {
            Node::Str(s) => Some(s),
            _ => None,
        }
    }

    /// An integer.
    pub fn int(&self, id: NodeId) -> Option<i64> {
        match self.get(id) {
            Node::Int(i) => Some(*i),
            Node::Bool(b) => Some(i64::from(*b)),
            _ => None,
        }
    }

    /// The items of a list or tuple.
    pub fn items(&self, id: NodeId) -> Option<&[NodeId]> {
        match self.get(id) {
            Node::List(v) | Node::Tuple(v) => Some(v),
            _ => None,
        }
    }

    /// The entries of a dictionary, or of a call that builds one (`OrderedDict`).
    pub fn entries(&self, id: NodeId) -> Option<&[(NodeId, NodeId)]> {
        match self.get(id) {
            Node::Dict(v) => Some(v),
            Node::Call { items, .. } => Some(items),
            _ => None,
        }
    }

    /// A dictionary's value under a string key.
    pub fn lookup(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let found = |&&(k, _): &&(NodeId, NodeId)| self.str(k) == Some(key);
        self.entries(id)?.iter().find(found).map(|&(_, v)| v)
    }

    /// `module.name` of a class or function.
    pub fn global(&self, id: NodeId) -> Option<(&str, &str)> {
        match self.get(id) {
            Node::Global { module, name } => Some((module, name)),
            _ => None,
        }
    }

    /// Plain values as JSON: numbers, strings, lists, dictionaries with string keys. Of
    /// anything else, and of what lies too deep, null.
    pub fn json(&self, id: NodeId) -> serde_json::Value {
        let mut left = MOST_JSON;
        self.json_within(id, &mut left, 0)
    }

    fn json_within(&self, id: NodeId, left: &mut usize, depth: usize) -> serde_json::Value {
        use serde_json::Value;
        if *left == 0 || depth > 8 {
            return Value::Null;
        }
        *left -= 1;
        match self.get(id) {
            Node::Bool(b) => Value::from(*b),
            Node::Int(n) => Value::from(*n),
            Node::Float(x) => Value::from(*x),
            Node::Str(s) => Value::from(s.as_str()),
            Node::List(items) | Node::Tuple(items) => {
                let items = items.iter();
                let values = items.map(|&item| self.json_within(item, left, depth + 1));
                Value::Array(values.collect())
            }
            Node::Dict(entries) | Node::Call { items: entries, .. } => {
                let mut object = serde_json::Map::new();
                for &(key, value) in entries {
                    if let Some(key) = self.str(key) {
                        let value = self.json_within(value, left, depth + 1);
                        object.insert(key.to_owned(), value);
                    }
                }
                Value::Object(object)
            }
            _ => Value::Null,
        }
    }

    fn push(&mut self, node: Node) -> Result<NodeId, PickleError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
        self.nodes.push(node);
        Ok(NodeId((self.nodes.len() - 1) as u32))
    }
}

/// Reads one pickle from the front of `bytes`; gives back the graph and how many
/// bytes it took (legacy PyTorch files hold several in a row).
///
/// # Errors
/// See [`PickleError`]; nothing is executed whatever the bytes say.
pub fn read(bytes: &[u8]) -> Result<(Graph, usize), PickleError> {
    Machine::new(bytes).run()
}
