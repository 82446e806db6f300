//! Reads Python pickles as data. Nothing is imported, called or built: classes and
//! calls stay records in a graph (`pickletools` in Python's library documents the
//! opcodes), and whoever wants a tensor looks for the few records that describe one.

use std::collections::HashMap;

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
    /// Bytes.
    Bytes(Vec<u8>),
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
const MAX_NODES: usize = 8_000_000;

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
    let mut machine = Machine {
        bytes,
        at: 0,
        graph: Graph::default(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    while !machine.step()? {}
    let root = machine.pop()?;
    machine.graph.root = Some(root);
    Ok((machine.graph, machine.at))
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    graph: Graph,
    stack: Vec<NodeId>,
    marks: Vec<usize>,
    memo: HashMap<u64, NodeId>,
}

impl<'a> Machine<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], PickleError> {
        let end = self.at.checked_add(n).ok_or(PickleError::CutShort)?;
        let part = self.bytes.get(self.at..end).ok_or(PickleError::CutShort)?;
        self.at = end;
        Ok(part)
    }

    /// A little-endian unsigned number of `n` bytes.
    fn number(&mut self, n: usize) -> Result<u64, PickleError> {
        let bytes = self.take(n)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |sum, &b| sum << 8 | u64::from(b)))
    }

    fn counted(&mut self, n: usize) -> Result<&'a [u8], PickleError> {
        let len = usize::try_from(self.number(n)?).map_err(|_| PickleError::CutShort)?;
        self.take(len)
    }

    fn line(&mut self) -> Result<&'a str, PickleError> {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|&b| b == b'\n');
        let line = &rest[..len.ok_or(PickleError::CutShort)?];
        self.at += line.len() + 1;
        std::str::from_utf8(line).map_err(|_| self.malformed())
    }

    fn malformed(&self) -> PickleError {
        PickleError::Malformed(self.at)
    }

    fn push(&mut self, node: Node) -> Result<(), PickleError> {
        let id = self.graph.push(node)?;
        self.stack.push(id);
        Ok(())
    }

    fn pop(&mut self) -> Result<NodeId, PickleError> {
        if self.marks.last().is_some_and(|&m| self.stack.len() <= m) {
            return Err(self.malformed());
        }
        self.stack.pop().ok_or(PickleError::Malformed(self.at))
    }

    fn top(&self) -> Result<NodeId, PickleError> {
        self.stack.last().copied().ok_or(self.malformed())
    }

    fn since_mark(&mut self) -> Result<Vec<NodeId>, PickleError> {
        let mark = self.marks.pop().ok_or(PickleError::Malformed(self.at))?;
        if mark > self.stack.len() {
            return Err(self.malformed());
        }
        Ok(self.stack.split_off(mark))
    }

    fn push_str(&mut self, bytes: &[u8]) -> Result<(), PickleError> {
        self.push(Node::Str(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn push_pairs(&mut self, flat: Vec<NodeId>) -> Result<(), PickleError> {
        let pairs = pairs(&flat).ok_or(self.malformed())?;
        self.push(Node::Dict(pairs))
    }

    /// Adds to the dictionary (or unbuilt dictionary subclass) on top.
    fn set_items(&mut self, flat: &[NodeId]) -> Result<(), PickleError> {
        let new = pairs(flat).ok_or(self.malformed())?;
        let top = self.top()?;
        match &mut self.graph.nodes[top.0 as usize] {
            Node::Dict(items) | Node::Call { items, .. } => items.extend(new),
            _ => return Err(self.malformed()),
        }
        Ok(())
    }

    /// Adds to the list or set on top.
    fn append(&mut self, new: Vec<NodeId>) -> Result<(), PickleError> {
        let top = self.top()?;
        match &mut self.graph.nodes[top.0 as usize] {
            Node::List(items) => items.extend(new),
            // A list subclass: the items don't matter for tensors.
            Node::Call { .. } => {}
            _ => return Err(self.malformed()),
        }
        Ok(())
    }

    fn call(&mut self, callee: NodeId, args: NodeId) -> Result<(), PickleError> {
        self.push(Node::Call {
            callee,
            args,
            state: None,
            items: Vec::new(),
        })
    }

    fn memoize(&mut self, key: u64) -> Result<(), PickleError> {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u64) -> Result<(), PickleError> {
        let id = *self.memo.get(&key).ok_or(PickleError::Malformed(self.at))?;
        self.stack.push(id);
        Ok(())
    }

    /// Carries out one operation; true at the end.
    fn step(&mut self) -> Result<bool, PickleError> {
        let at = self.at;
        let op = self.take(1)?[0];
        match op {
            b'.' => return Ok(true),
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                self.pop()?;
            }
            b'1' => drop(self.since_mark()?),
            b'2' => self.stack.push(self.top()?),
            _ => {
                if !(self.scalar(op)? || self.container(op)? || self.object(op)?) {
                    return Err(PickleError::Opcode(op, at));
                }
            }
        }
        Ok(false)
    }

    fn scalar(&mut self, op: u8) -> Result<bool, PickleError> {
        match op {
            b'N' => self.push(Node::None)?,
            0x88 => self.push(Node::Bool(true))?,
            0x89 => self.push(Node::Bool(false))?,
            b'J' => {
                let n = self.number(4)? as u32 as i32;
                self.push(Node::Int(n.into()))?;
            }
            b'K' => {
                let n = self.number(1)? as i64;
                self.push(Node::Int(n))?;
            }
            b'M' => {
                let n = self.number(2)? as i64;
                self.push(Node::Int(n))?;
            }
            0x8a | 0x8b => {
                let bytes = self.counted(if op == 0x8a { 1 } else { 4 })?;
                self.push(long(bytes))?;
            }
            b'I' | b'L' => {
                let text = self.line()?;
                let node = match text {
                    "00" => Node::Bool(false),
                    "01" => Node::Bool(true),
                    _ => Node::Int(
                        text.trim_end_matches('L')
                            .parse()
                            .map_err(|_| self.malformed())?,
                    ),
                };
                self.push(node)?;
            }
            b'F' => {
                let value = self.line()?.parse().map_err(|_| self.malformed())?;
                self.push(Node::Float(value))?;
            }
            b'G' => {
                let bits = self.number(8)?.swap_bytes();
                self.push(Node::Float(f64::from_bits(bits)))?;
            }
            b'X' | 0x8c | 0x8d => {
                let bytes = self.counted(match op {
                    b'X' => 4,
                    0x8c => 1,
                    _ => 8,
                })?;
                self.push_str(bytes)?;
            }
            b'V' | b'S' => {
                let text = self.line()?.trim_matches(['\'', '"']).to_owned();
                self.push(Node::Str(text))?;
            }
            // Python 2 strings carry bytes as often as text; NumPy's arrays do.
            b'T' | b'U' | b'B' | b'C' | 0x8e | 0x96 => {
                let bytes = self.counted(match op {
                    b'T' | b'B' => 4,
                    b'U' | b'C' => 1,
                    _ => 8,
                })?;
                self.push(match (op, std::str::from_utf8(bytes)) {
                    (b'T' | b'U', Ok(text)) => Node::Str(text.to_owned()),
                    _ => Node::Bytes(bytes.to_vec()),
                })?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn container(&mut self, op: u8) -> Result<bool, PickleError> {
        match op {
            b']' | 0x8f => self.push(Node::List(Vec::new()))?,
            b'}' => self.push(Node::Dict(Vec::new()))?,
            b')' => self.push(Node::Tuple(Vec::new()))?,
            b'l' | 0x91 => {
                let items = self.since_mark()?;
                self.push(Node::List(items))?;
            }
            b't' => {
                let items = self.since_mark()?;
                self.push(Node::Tuple(items))?;
            }
            0x85..=0x87 => {
                let mut items = Vec::new();
                for _ in 0..op - 0x84 {
                    items.push(self.pop()?);
                }
                items.reverse();
                self.push(Node::Tuple(items))?;
            }
            b'd' => {
                let flat = self.since_mark()?;
                self.push_pairs(flat)?;
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' | 0x90 => {
                let items = self.since_mark()?;
                self.append(items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set_items(&[key, value])?;
            }
            b'u' => {
                let flat = self.since_mark()?;
                self.set_items(&flat)?;
            }
            b'p' | b'g' => {
                let key = self.line()?.parse().map_err(|_| self.malformed())?;
                if op == b'p' {
                    self.memoize(key)?
                } else {
                    self.recall(key)?
                }
            }
            b'q' | b'r' => {
                let key = self.number(if op == b'q' { 1 } else { 4 })?;
                self.memoize(key)?;
            }
            0x94 => self.memoize(self.memo.len() as u64)?,
            b'h' | b'j' => {
                let key = self.number(if op == b'h' { 1 } else { 4 })?;
                self.recall(key)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn object(&mut self, op: u8) -> Result<bool, PickleError> {
        match op {
            b'c' => {
                let module = self.line()?.to_owned();
                let name = self.line()?.to_owned();
                self.push(Node::Global { module, name })?;
            }
            0x93 => {
                let name = self.pop()?;
                let module = self.pop()?;
                let text = |id| {
                    self.graph
                        .str(id)
                        .map(str::to_owned)
                        .ok_or(self.malformed())
                };
                let (module, name) = (text(module)?, text(name)?);
                self.push(Node::Global { module, name })?;
            }
            b'R' | 0x81 => {
                let args = self.pop()?;
                let callee = self.pop()?;
                self.call(callee, args)?;
            }
            0x92 => {
                self.pop()?;
                let args = self.pop()?;
                let callee = self.pop()?;
                self.call(callee, args)?;
            }
            b'o' => {
                let mut items = self.since_mark()?.into_iter();
                let callee = items.next().ok_or(self.malformed())?;
                let args = self.graph.push(Node::Tuple(items.collect()))?;
                self.call(callee, args)?;
            }
            b'b' => {
                let new = self.pop()?;
                let top = self.top()?;
                match &mut self.graph.nodes[top.0 as usize] {
                    Node::Call { state, .. } => *state = Some(new),
                    _ => return Err(self.malformed()),
                }
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Node::Persistent(id))?;
            }
            b'P' => {
                let text = self.line()?.to_owned();
                let id = self.graph.push(Node::Str(text))?;
                self.push(Node::Persistent(id))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn pairs(flat: &[NodeId]) -> Option<Vec<(NodeId, NodeId)>> {
    let even = flat.len().is_multiple_of(2);
    even.then(|| flat.chunks_exact(2).map(|c| (c[0], c[1])).collect())
}

/// A little-endian two's complement integer of any length.
fn long(bytes: &[u8]) -> Node {
    if bytes.len() > 8 {
        return Node::Big(bytes.to_vec());
    }
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let start = if negative { -1i64 } else { 0 };
    Node::Int(
        bytes
            .iter()
            .rev()
            .fold(start, |sum, &b| sum << 8 | i64::from(b)),
    )
}
