//! The machine that a pickle is a program for: it builds a graph of values and calls nothing.

use std::collections::HashMap;

use super::{Graph, MAX_NODES, Node, NodeId, PickleError};

pub(super) struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    graph: Graph,
    stack: Vec<NodeId>,
    marks: Vec<usize>,
    memo: HashMap<u64, NodeId>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            graph: Graph::default(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        }
    }

    /// Runs the program: the graph, and how many bytes it took.
    pub(super) fn run(mut self) -> Result<(Graph, usize), PickleError> {
        while !self.step()? {}
        let root = self.pop()?;
        self.graph.root = Some(root);
        Ok((self.graph, self.at))
    }

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
        if self.memo.len() >= MAX_NODES {
            return Err(PickleError::TooLarge);
        }
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
                    _ => Node::Bytes(self.at - bytes.len()..self.at),
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
