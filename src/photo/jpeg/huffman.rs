//! Huffman codes and the bits of a scan.

/// Codes of up to this many bits are found in one step.
const QUICK: u32 = 9;

/// A Huffman table, ready to decode.
#[derive(Clone)]
pub(crate) struct Table {
    /// By the next [`QUICK`] bits: length of the code and its symbol; length 0 if longer.
    quick: Vec<(u8, u8)>,
    /// By length: the largest code, or -1.
    last: [i32; 18],
    /// By length: what to add to a code for its place among the symbols.
    shift: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// From the segment's 16 counts and its symbols; nothing if the codes don't fit.
    pub(crate) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table = Self {
            quick: vec![(0, 0); 1 << QUICK],
            last: [-1; 18],
            shift: [0; 17],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut place) = (0_i32, 0_i32);
        for length in 1..=16 {
            let count = i32::from(counts[length - 1]);
            table.shift[length] = place - code;
            if code + count > 1 << length {
                return None;
            }
            for _ in 0..count {
                if length as u32 <= QUICK {
                    let free = QUICK - length as u32;
                    let from = (code as usize) << free;
                    let entry = (length as u8, *symbols.get(place as usize)?);
                    table.quick[from..from + (1 << free)].fill(entry);
                }
                code += 1;
                place += 1;
            }
            if count > 0 {
                table.last[length] = code - 1;
            }
            code <<= 1;
        }
        Some(table)
    }
}

/// The scan's data ended, or held what no writer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// Bits of one scan, up to its next marker.
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
    /// Bits beyond the end that were made up.
    missing: u32,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            held: 0,
            count: 0,
            missing: 0,
        }
    }

    /// Where the unread bytes begin.
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    /// Whether fewer than a byte and a half of bits are left before the marker.
    pub(crate) fn used_up(&self) -> bool {
        self.count.saturating_sub(self.missing) < 16
            && (self.at >= self.bytes.len()
                || (self.bytes[self.at] == 0xff
                    && self.bytes.get(self.at + 1).is_none_or(|&b| b != 0)))
    }

    fn fill(&mut self) {
        while self.count <= 48 {
            let byte = match self.bytes.get(self.at) {
                Some(0xff) => match self.bytes.get(self.at + 1) {
                    Some(0) => {
                        self.at += 2;
                        0xff
                    }
                    _ => self.made_up(),
                },
                Some(&byte) => {
                    self.at += 1;
                    byte
                }
                None => self.made_up(),
            };
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    fn made_up(&mut self) -> u8 {
        self.missing += 8;
        0
    }

    fn peek(&mut self, bits: u32) -> usize {
        if self.count < bits {
            self.fill();
        }
        (self.held >> (self.count - bits)) as usize & ((1 << bits) - 1)
    }

    fn skip(&mut self, bits: u32) -> Result<(), Broken> {
        self.count -= bits;
        // What is left is made up: some of what was taken was, too.
        if self.count < self.missing {
            return Err(Broken);
        }
        Ok(())
    }

    /// The next `bits` bits, at most 16.
    pub(crate) fn take(&mut self, bits: u32) -> Result<i32, Broken> {
        if bits == 0 {
            return Ok(0);
        }
        let value = self.peek(bits) as i32;
        self.skip(bits)?;
        Ok(value)
    }

    /// A number of `bits` bits in JPEG's way: the upper half as it is, the lower negative.
    pub(crate) fn signed(&mut self, bits: u32) -> Result<i32, Broken> {
        if bits == 0 {
            return Ok(0);
        }
        let value = self.take(bits)?;
        Ok(if value < 1 << (bits - 1) {
            value - (1 << bits) + 1
        } else {
            value
        })
    }

    /// The next symbol.
    pub(crate) fn symbol(&mut self, table: &Table) -> Result<u8, Broken> {
        let (length, symbol) = table.quick[self.peek(QUICK)];
        if length > 0 {
            self.skip(length.into())?;
            return Ok(symbol);
        }
        for length in QUICK + 1..=16 {
            let code = self.peek(length) as i32;
            if code <= table.last[length as usize] {
                self.skip(length)?;
                let place = code + table.shift[length as usize];
                return table.symbols.get(place as usize).copied().ok_or(Broken);
            }
        }
        Err(Broken)
    }
}
