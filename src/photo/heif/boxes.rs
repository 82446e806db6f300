//! The boxes of HEIF files (ISO/IEC 14496-12 and 23008-12): items, their bytes and
//! their properties.

use std::borrow::Cow;

use crate::photo::error::Fault;

/// A property of an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Property<'a> {
    /// Width and height.
    Size([u32; 2]),
    /// An ICC profile.
    Icc(&'a [u8]),
    /// Bits a channel, as AV1's configuration says.
    Depth(u8),
    /// Code points of ITU-T H.273: primaries, transfer, matrix; full range.
    Points([u8; 3], bool),
    /// Quarter turns, anticlockwise.
    Rotation(u8),
    /// Top and bottom (0) or left and right (1) change places.
    Mirror(u8),
    /// Width, height and the centre's offsets, as fractions.
    Crop([(i64, i64); 4]),
    /// What an auxiliary picture is for.
    Auxiliary(&'a [u8]),
    /// Anything else, by its name, and whether it must be understood.
    Other([u8; 4], bool),
}

/// One stored thing.
#[derive(Debug, Default)]
pub(crate) struct Item<'a> {
    pub(crate) id: u32,
    pub(crate) kind: [u8; 4],
    /// In the order in which they apply.
    pub(crate) properties: Vec<Property<'a>>,
    pub(super) extents: Vec<(u64, u64)>,
    /// Extents count from the `idat` box.
    pub(super) within: bool,
}

/// A reference from one item to others.
pub(crate) struct Reference {
    pub(crate) kind: [u8; 4],
    pub(crate) from: u32,
    pub(crate) to: Vec<u32>,
}

/// A file's items.
#[derive(Default)]
pub(crate) struct Items<'a> {
    bytes: &'a [u8],
    idat: &'a [u8],
    pub(crate) primary: u32,
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) references: Vec<Reference>,
    /// Whether the file begins with a sequence's brand.
    pub(crate) sequence: bool,
}

/// Most items a file may have: an iPhone's photo has about sixty.
const MOST_ITEMS: usize = 20_000;

/// Reads numbers from the front of a slice.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, count: usize) -> Option<u64> {
        let taken = self.take(count)?;
        Some(taken.iter().fold(0, |sum, &b| sum << 8 | u64::from(b)))
    }

    fn name(&mut self) -> Option<[u8; 4]> {
        self.take(4)?.try_into().ok()
    }

    /// Version and flags of a full box.
    fn version(&mut self) -> Option<(u8, u32)> {
        let both = self.number(4)?;
        Some(((both >> 24) as u8, (both & 0xff_ffff) as u32))
    }

    /// The next box's name and contents.
    fn next_box(&mut self) -> Option<([u8; 4], Cursor<'a>)> {
        let start = self.0;
        let length = self.number(4)?;
        let name = self.name()?;
        let (length, head) = match length {
            0 => (start.len() as u64, 8),
            1 => (self.number(8)?, 16),
            length => (length, 8),
        };
        let length = usize::try_from(length).ok()?;
        let contents = start.get(head..length)?;
        self.0 = start.get(length..)?;
        Some((name, Cursor(contents)))
    }

    fn boxes(mut self) -> impl Iterator<Item = ([u8; 4], Cursor<'a>)> {
        std::iter::from_fn(move || self.next_box())
    }
}

impl<'a> Items<'a> {
    /// Reads the items of a file.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut items = Self {
            bytes,
            ..Self::default()
        };
        let mut found = false;
        for (name, mut contents) in Cursor(bytes).boxes() {
            match &name {
                b"ftyp" => {
                    let brand = contents.name();
                    let sequences = [*b"avis", *b"hevc", *b"msf1"];
                    items.sequence = brand.is_some_and(|b| sequences.contains(&b));
                }
                b"meta" if !found => {
                    found = true;
                    items
                        .meta(contents)
                        .ok_or_else(|| Fault::damaged("its list of items is broken"))?;
                }
                _ => {}
            }
        }
        if !found {
            return Err(Fault::damaged("it holds no still picture"));
        }
        Ok(items)
    }

    fn meta(&mut self, mut meta: Cursor<'a>) -> Option<()> {
        meta.version()?;
        let mut properties = None;
        let mut places = None;
        for (name, mut contents) in meta.boxes() {
            match &name {
                b"pitm" => {
                    let (version, _) = contents.version()?;
                    self.primary = contents.number(if version == 0 { 2 } else { 4 })? as u32;
                }
                b"iinf" => self.infos(contents)?,
                b"iloc" => places = Some(contents),
                b"iprp" => properties = Some(contents),
                b"iref" => self.refer(contents)?,
                b"idat" => self.idat = contents.0,
                _ => {}
            }
        }
        self.locate(places?)?;
        self.describe(properties?)
    }

    fn infos(&mut self, mut info: Cursor<'a>) -> Option<()> {
        let (version, _) = info.version()?;
        info.number(if version == 0 { 2 } else { 4 })?;
        for (name, mut entry) in info.boxes() {
            if &name != b"infe" || self.items.len() >= MOST_ITEMS {
                continue;
            }
            let (version, _) = entry.version()?;
            if version < 2 {
                continue;
            }
            let id = entry.number(if version == 2 { 2 } else { 4 })? as u32;
            entry.number(2)?;
            self.items.push(Item {
                id,
                kind: entry.name()?,
                ..Item::default()
            });
        }
        self.items.sort_by_key(|item| item.id);
        self.items.dedup_by_key(|item| item.id);
        Some(())
    }

    fn locate(&mut self, mut place: Cursor<'a>) -> Option<()> {
        let (version, _) = place.version()?;
        let sizes = place.number(2)?;
        let size = |shift: u32| (sizes >> shift & 15) as usize;
        let (offset, length, base) = (size(12), size(8), size(4));
        let index = if version > 0 { size(0) } else { 0 };
        let wide = if version < 2 { 2 } else { 4 };
        let count = place.number(wide)?;
        for _ in 0..count {
            let id = place.number(wide)? as u32;
            let method = if version > 0 {
                place.number(2)? & 15
            } else {
                0
            };
            let data_reference = place.number(2)?;
            let start = place.number(base)?;
            let extents = place.number(2)?;
            // Pieces that take no bytes here could be told of without end.
            if extents > 1 && offset + length == 0 {
                return None;
            }
            let mut all = Vec::new();
            for _ in 0..extents {
                place.number(index)?;
                let at = start.checked_add(place.number(offset)?)?;
                all.push((at, place.number(length)?));
            }
            if let Some(item) = self.find_mut(id)
                && method < 2
                && data_reference == 0
            {
                item.extents = all;
                item.within = method == 1;
            }
        }
        Some(())
    }

    fn refer(&mut self, mut list: Cursor<'a>) -> Option<()> {
        let (version, _) = list.version()?;
        let wide = if version == 0 { 2 } else { 4 };
        for (kind, mut contents) in list.boxes() {
            let from = contents.number(wide)? as u32;
            let count = contents.number(2)?;
            let to = (0..count)
                .map(|_| Some(contents.number(wide)? as u32))
                .collect::<Option<Vec<_>>>()?;
            if self.references.len() < MOST_ITEMS {
                self.references.push(Reference { kind, from, to });
            }
        }
        Some(())
    }

    fn describe(&mut self, list: Cursor<'a>) -> Option<()> {
        let mut properties = Vec::new();
        for (name, contents) in list.boxes() {
            match &name {
                b"ipco" => properties = contents.boxes().collect(),
                b"ipma" => self.associate(contents, &properties)?,
                _ => {}
            }
        }
        Some(())
    }

    /// Gives items their properties; in the list they have numbers from 1 on.
    fn associate(
        &mut self,
        mut links: Cursor<'a>,
        properties: &[([u8; 4], Cursor<'a>)],
    ) -> Option<()> {
        let (version, flags) = links.version()?;
        let (wide, top) = if flags & 1 == 1 { (2, 15) } else { (1, 7) };
        for _ in 0..links.number(4)? {
            let id = links.number(if version == 0 { 2 } else { 4 })? as u32;
            for _ in 0..links.number(1)? {
                let link = links.number(wide)?;
                let number = (link & ((1 << top) - 1)) as usize;
                let found = number.checked_sub(1).and_then(|n| properties.get(n));
                let Some(&(name, contents)) = found else {
                    continue;
                };
                let property = property(name, contents, link >> top == 1)?;
                if let Some(item) = self.find_mut(id) {
                    item.properties.push(property);
                }
            }
        }
        Some(())
    }

    /// An item by its number.
    pub(crate) fn find(&self, id: u32) -> Option<&Item<'a>> {
        let at = self.items.binary_search_by_key(&id, |item| item.id).ok()?;
        self.items.get(at)
    }

    fn find_mut(&mut self, id: u32) -> Option<&mut Item<'a>> {
        let at = self.items.binary_search_by_key(&id, |item| item.id).ok()?;
        self.items.get_mut(at)
    }

    /// The items that an item refers to.
    pub(crate) fn refers(&self, kind: &[u8; 4], from: u32) -> Option<&[u32]> {
        let found = |r: &&Reference| r.kind == *kind && r.from == from;
        self.references.iter().find(found).map(|r| r.to.as_slice())
    }

    /// An item's bytes; pieces are joined, up to the file's own length.
    pub(crate) fn data(&self, item: &Item<'a>) -> Option<Cow<'a, [u8]>> {
        let whole = if item.within { self.idat } else { self.bytes };
        let piece = |&(at, length): &(u64, u64)| {
            let at = usize::try_from(at).ok()?;
            match length {
                0 => whole.get(at..),
                length => whole.get(at..at.checked_add(usize::try_from(length).ok()?)?),
            }
        };
        if let [only] = item.extents.as_slice() {
            return piece(only).map(Cow::Borrowed);
        }
        let mut joined = Vec::new();
        for extent in &item.extents {
            let piece = piece(extent)?;
            if joined.len() + piece.len() > self.bytes.len() {
                return None;
            }
            joined.extend_from_slice(piece);
        }
        Some(Cow::Owned(joined))
    }
}

impl Item<'_> {
    /// Width and height as its properties say.
    pub(crate) fn size(&self) -> Option<[u32; 2]> {
        self.properties.iter().find_map(|p| match p {
            Property::Size(size) => Some(*size),
            _ => None,
        })
    }
}

fn property<'a>(name: [u8; 4], mut contents: Cursor<'a>, essential: bool) -> Option<Property<'a>> {
    Some(match &name {
        b"ispe" => {
            contents.version()?;
            Property::Size([contents.number(4)? as u32, contents.number(4)? as u32])
        }
        b"colr" => match &contents.name()? {
            b"prof" | b"rICC" => Property::Icc(contents.0),
            b"nclx" => {
                let mut point = || contents.number(2).map(|v| v.min(255) as u8);
                let points = [point()?, point()?, point()?];
                Property::Points(points, contents.number(1)? & 0x80 != 0)
            }
            _ => Property::Other(name, false),
        },
        b"av1C" => {
            contents.number(2)?;
            match contents.number(1)? >> 5 & 3 {
                0 | 1 => Property::Depth(8),
                2 => Property::Depth(10),
                _ => Property::Depth(12),
            }
        }
        b"irot" => Property::Rotation(contents.number(1)? as u8 & 3),
        b"imir" => Property::Mirror(contents.number(1)? as u8 & 1),
        b"clap" => {
            let mut fraction = || {
                let above = contents.number(4)? as u32 as i32;
                let below = contents.number(4)? as u32;
                Some((i64::from(above), i64::from(below)))
            };
            Property::Crop([fraction()?, fraction()?, fraction()?, fraction()?])
        }
        b"auxC" => {
            contents.version()?;
            let text = contents.0;
            let end = text.iter().position(|&b| b == 0).unwrap_or(text.len());
            Property::Auxiliary(&text[..end])
        }
        // They tell what the coded picture tells too, or nothing about its pixels here: depths,
        // the shape of pixels, and what displays and layers it was made for.
        b"pixi" | b"pasp" | b"clli" | b"mdcv" | b"cclv" | b"amve" | b"a1lx" => {
            Property::Other(name, false)
        }
        _ => Property::Other(name, essential),
    })
}
