//! TIFF's directories of tags, classic and BigTIFF, either byte order.

/// A file in memory.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) order: Order,
    /// 8-byte offsets.
    big: bool,
}

/// Which byte comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    /// An unsigned number of up to eight bytes.
    pub(crate) fn number(self, bytes: &[u8]) -> u64 {
        let append = |sum: u64, &byte: &u8| sum << 8 | u64::from(byte);
        match self {
            Self::Big => bytes.iter().fold(0, append),
            Self::Little => bytes.iter().rev().fold(0, append),
        }
    }
}

/// One directory.
pub(crate) struct Directory<'a> {
    file: File<'a>,
    entries: Vec<Entry<'a>>,
    /// Where the next one is; 0 if there is none.
    pub(crate) next: u64,
}

struct Entry<'a> {
    tag: u16,
    kind: u16,
    data: &'a [u8],
}

impl<'a> File<'a> {
    /// The file and the place of its first directory. Raw cameras' own marks in
    /// place of the number 42 are let through.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<(Self, u64)> {
        let order = match bytes.get(..2)? {
            b"II" => Order::Little,
            b"MM" => Order::Big,
            _ => return None,
        };
        let big = order.number(bytes.get(2..4)?) == 43;
        let file = Self { bytes, order, big };
        let first = if big {
            file.number(8, 8)?
        } else {
            file.number(4, 4)?
        };
        Some((file, first))
    }

    fn number(&self, at: u64, length: u64) -> Option<u64> {
        Some(self.order.number(self.slice(at, length)?))
    }

    /// Bytes of the file.
    pub(crate) fn slice(&self, at: u64, length: u64) -> Option<&'a [u8]> {
        let at = usize::try_from(at).ok()?;
        let length = usize::try_from(length).ok()?;
        self.bytes.get(at..at.checked_add(length)?)
    }

    /// The directory at a place. Entries that point outside the file are left out.
    pub(crate) fn directory(self, at: u64) -> Option<Directory<'a>> {
        let (count, wide) = if self.big {
            (self.number(at, 8)?, 8)
        } else {
            (self.number(at, 2)?, 2)
        };
        let (size, inline) = if self.big { (20, 8) } else { (12, 4) };
        let table = self.slice(at.checked_add(wide)?, count.checked_mul(size)?)?;
        let entries = table
            .chunks_exact(size as usize)
            .filter_map(|entry| self.entry(entry, inline))
            .collect();
        let after = at + wide + count * size;
        Some(Directory {
            file: self,
            entries,
            next: self.number(after, inline as u64).unwrap_or(0),
        })
    }

    fn entry(&self, entry: &'a [u8], inline: usize) -> Option<Entry<'a>> {
        let kind = self.order.number(&entry[2..4]) as u16;
        let count = self.order.number(&entry[4..4 + inline]);
        let value = &entry[4 + inline..];
        let length = count.checked_mul(size_of_kind(kind)?)?;
        let data = if length <= inline as u64 {
            &value[..length as usize]
        } else {
            self.slice(self.order.number(value), length)?
        };
        Some(Entry {
            tag: self.order.number(&entry[..2]) as u16,
            kind,
            data,
        })
    }
}

/// Bytes of one value.
fn size_of_kind(kind: u16) -> Option<u64> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => return None,
    })
}

impl<'a> Directory<'a> {
    fn entry(&self, tag: u16) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.tag == tag)
    }

    /// How many tags there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a tag is there.
    pub(crate) fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// A tag's bytes as they are.
    pub(crate) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        self.entry(tag).map(|e| e.data)
    }

    /// A tag's unsigned whole numbers.
    pub(crate) fn numbers(&self, tag: u16) -> Option<Vec<u64>> {
        self.first_numbers(tag, usize::MAX)
    }

    /// As [`Self::numbers`], no more than so many.
    pub(crate) fn first_numbers(&self, tag: u16, most: usize) -> Option<Vec<u64>> {
        let entry = self.entry(tag)?;
        if !matches!(entry.kind, 1 | 3 | 4 | 7 | 13 | 16 | 18) {
            return None;
        }
        let size = size_of_kind(entry.kind)? as usize;
        let order = self.file.order;
        Some(
            entry
                .data
                .chunks_exact(size)
                .take(most)
                .map(|v| order.number(v))
                .collect(),
        )
    }

    /// A tag's first unsigned whole number.
    pub(crate) fn number(&self, tag: u16) -> Option<u64> {
        self.first_numbers(tag, 1)?.first().copied()
    }

    /// A tag's fractions.
    pub(crate) fn fractions(&self, tag: u16) -> Option<Vec<f32>> {
        let entry = self.entry(tag)?;
        let order = self.file.order;
        match entry.kind {
            5 => Some(
                entry
                    .data
                    .chunks_exact(8)
                    .map(|v| order.number(&v[..4]) as f32 / order.number(&v[4..]) as f32)
                    .collect(),
            ),
            _ => Some(self.numbers(tag)?.into_iter().map(|v| v as f32).collect()),
        }
    }
}
