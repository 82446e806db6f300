//! The scans of a JPEG file to coefficients, sequential and progressive (ITU-T T.81,
//! annexes F and G).

use crate::photo::jpeg::header::{Component, Header, next_marker, segment};
use crate::photo::jpeg::huffman::{Bits, Broken, Table};

/// The place of the k-th coefficient of a scan in its block.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// One channel's coefficients.
pub(crate) struct Channel {
    pub(crate) component: Component,
    /// Blocks that hold pixels, across and down.
    pub(crate) blocks: [usize; 2],
    /// Blocks across with those that only fill up the last group.
    pub(crate) stride: usize,
    /// 64 a block, row by row within it.
    pub(crate) values: Vec<i16>,
    /// Quantisation as it was when its first scan began, row by row.
    pub(crate) steps: Option<[u16; 64]>,
    /// Shown blocks whose mean arrived.
    means: usize,
}

/// What came of the scans.
pub(crate) struct Coefficients {
    pub(crate) channels: Vec<Channel>,
    /// Share of the picture that never arrived, 0..=1.
    pub(crate) lost: f32,
    /// Whether anything else was broken or missing: detail, or bytes inside.
    pub(crate) hurt: bool,
}

#[derive(Default)]
struct Tables {
    steps: [Option<[u16; 64]>; 4],
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    restart: usize,
}

/// Which channels a scan holds, and which of their coefficients.
struct Scan {
    /// Number of the channel, of its DC and its AC table.
    parts: Vec<(usize, usize, usize)>,
    from: usize,
    to: usize,
    high: u32,
    low: u32,
}

/// Decodes all scans, as far as they can be.
pub(crate) fn decode(bytes: &[u8], header: &Header<'_>) -> Coefficients {
    let mut channels = channels(header);
    let mut tables = Tables::default();
    let mut hurt = !header.ended;
    for &(marker, at) in &header.segments {
        let Some(data) = segment(bytes, at) else {
            hurt = true;
            break;
        };
        let fine = match marker {
            0xc4 => tables.huffman(data).is_some(),
            0xdb => tables.quantisation(data).is_some(),
            0xdd => {
                let interval = data.first_chunk().map(|&pair| u16::from_be_bytes(pair));
                tables.restart = interval.unwrap_or_default().into();
                interval.is_some()
            }
            _ => match Scan::read(data, header) {
                Some(scan) => {
                    for &(number, ..) in &scan.parts {
                        let channel = &mut channels[number];
                        let table = channel.component.table;
                        channel.steps = channel.steps.or(tables.steps[table]);
                    }
                    run(
                        bytes,
                        at + 2 + data.len(),
                        header,
                        &scan,
                        &tables,
                        &mut channels,
                    )
                }
                None => false,
            },
        };
        hurt |= !fine;
    }
    let lost = channels.iter().map(Channel::lost).fold(0.0, f32::max);
    Coefficients {
        channels,
        lost,
        hurt,
    }
}

/// Groups of blocks across and down.
fn groups(header: &Header<'_>) -> [usize; 2] {
    let [h, v] = largest(header);
    let [width, height] = header.size.map(|side| side as usize);
    [width.div_ceil(8 * h), height.div_ceil(8 * v)]
}

/// The largest sampling factors.
pub(crate) fn largest(header: &Header<'_>) -> [usize; 2] {
    let most = |f: fn(&Component) -> usize| header.components.iter().map(f).max().unwrap_or(1);
    [most(|c| c.h), most(|c| c.v)]
}

fn channels(header: &Header<'_>) -> Vec<Channel> {
    let [across, down] = groups(header);
    let [h, v] = largest(header);
    let [width, height] = header.size.map(|side| side as usize);
    header
        .components
        .iter()
        .map(|&component| {
            let stride = across * component.h;
            Channel {
                component,
                blocks: [
                    (width * component.h).div_ceil(8 * h),
                    (height * component.v).div_ceil(8 * v),
                ],
                stride,
                values: vec![0; stride * down * component.v * 64],
                steps: None,
                means: 0,
            }
        })
        .collect()
}

impl Channel {
    /// Share of its shown blocks that never arrived.
    fn lost(&self) -> f32 {
        let whole = self.blocks[0] * self.blocks[1];
        let arrived = if self.steps.is_some() { self.means } else { 0 };
        1.0 - arrived.min(whole) as f32 / whole.max(1) as f32
    }
}

impl Tables {
    fn huffman(&mut self, mut data: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = data.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let total = counts.iter().map(|&n| usize::from(n)).sum();
            let (symbols, rest) = rest.split_at_checked(total)?;
            let table = Table::new(counts, symbols)?;
            let place = usize::from(kind & 15);
            let of_kind = if kind >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            *of_kind.get_mut(place)? = Some(table);
            data = rest;
        }
        Some(())
    }

    fn quantisation(&mut self, mut data: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = data.split_first() {
            let mut steps = [0; 64];
            let wide = kind >> 4 != 0;
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 })?;
            for (k, &place) in ZIGZAG.iter().enumerate() {
                steps[usize::from(place)] = if wide {
                    u16::from_be_bytes([values[2 * k], values[2 * k + 1]])
                } else {
                    values[k].into()
                };
            }
            *self.steps.get_mut(usize::from(kind & 15))? = Some(steps);
            data = rest;
        }
        Some(())
    }
}

impl Scan {
    fn read(data: &[u8], header: &Header<'_>) -> Option<Self> {
        let (&count, rest) = data.split_first()?;
        let (pairs, rest) = rest.split_at_checked(usize::from(count) * 2)?;
        let mut parts: Vec<(usize, usize, usize)> = Vec::new();
        for &[id, tables] in pairs.as_chunks::<2>().0 {
            let number = header.components.iter().position(|c| c.id == id)?;
            if parts.iter().any(|&(other, ..)| other == number) {
                return None;
            }
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            if dc > 3 || ac > 3 {
                return None;
            }
            parts.push((number, dc, ac));
        }
        let &[from, to, bits] = rest.first_chunk()?;
        let mut scan = Self {
            parts,
            from: from.into(),
            to: to.into(),
            high: (bits >> 4).into(),
            low: (bits & 15).into(),
        };
        if !header.progressive {
            (scan.from, scan.to, scan.high, scan.low) = (0, 63, 0, 0);
        }
        let alone =
            scan.parts.len() == 1 || scan.from == 0 && (scan.to == 0 || !header.progressive);
        (!scan.parts.is_empty() && scan.from <= scan.to && scan.to < 64 && scan.low < 14 && alone)
            .then_some(scan)
    }
}

/// What is carried from block to block.
struct Run<'a> {
    bits: Bits<'a>,
    means: [i32; 4],
    /// Blocks left of a run without any coefficient.
    empty: u32,
}

/// Decodes one scan; false if some of it is broken or missing.
fn run(
    bytes: &[u8],
    at: usize,
    header: &Header<'_>,
    scan: &Scan,
    tables: &Tables,
    channels: &mut [Channel],
) -> bool {
    let alone = scan.parts.len() == 1;
    let [across, down] = if alone {
        channels[scan.parts[0].0].blocks
    } else {
        groups(header)
    };
    let total = across * down;
    let interval = if tables.restart == 0 {
        total
    } else {
        tables.restart
    };
    let mut run = Run {
        bits: Bits::new(bytes, at),
        means: [0; 4],
        empty: 0,
    };
    let (mut group, mut fine) = (0, true);
    while group < total {
        let end = total.min(group + interval);
        let mut broken = false;
        for number in group..end {
            if run
                .group(
                    [number % across, number / across],
                    alone,
                    header,
                    scan,
                    tables,
                    channels,
                )
                .is_err()
            {
                broken = true;
                break;
            }
        }
        if broken {
            fine = false;
        }
        group = end;
        if group == total {
            break;
        }
        // The next restart mark tells where to go on, after damage as well.
        let Some((marker, after)) = next_marker(bytes, run.bits.place()) else {
            return false;
        };
        if !(0xd0..=0xd7).contains(&marker) {
            return false;
        }
        let expected = (group / interval - 1) % 8;
        let skipped = (usize::from(marker - 0xd0) + 8 - expected) % 8;
        if skipped > 0 {
            fine = false;
            group += skipped * interval;
        }
        run = Run {
            bits: Bits::new(bytes, after),
            means: [0; 4],
            empty: 0,
        };
    }
    fine && run.bits.used_up()
}

impl Run<'_> {
    fn group(
        &mut self,
        [x, y]: [usize; 2],
        alone: bool,
        header: &Header<'_>,
        scan: &Scan,
        tables: &Tables,
        channels: &mut [Channel],
    ) -> Result<(), Broken> {
        for (part, &(number, dc, ac)) in scan.parts.iter().enumerate() {
            let channel = &mut channels[number];
            let [h, v] = if alone {
                [1, 1]
            } else {
                [channel.component.h, channel.component.v]
            };
            for inner in 0..h * v {
                let (bx, by) = (x * h + inner % h, y * v + inner / h);
                let place = (by * channel.stride + bx) * 64;
                let block = channel
                    .values
                    .get_mut(place..)
                    .and_then(|b| b.first_chunk_mut::<64>())
                    .ok_or(Broken)?;
                let tables = (tables.dc[dc].as_ref(), tables.ac[ac].as_ref());
                if !header.progressive {
                    self.sequential(block, part, tables)?;
                } else if scan.from == 0 {
                    self.mean(block, part, tables.0, scan)?;
                    if scan.to > 0 {
                        return Err(Broken);
                    }
                } else if scan.high == 0 {
                    self.detail(block, tables.1.ok_or(Broken)?, scan)?;
                } else {
                    self.refinement(block, tables.1.ok_or(Broken)?, scan)?;
                }
                let shown = bx < channel.blocks[0] && by < channel.blocks[1];
                if shown && scan.from == 0 && scan.high == 0 {
                    channel.means += 1;
                }
            }
        }
        Ok(())
    }

    fn difference(&mut self, part: usize, table: Option<&Table>) -> Result<i32, Broken> {
        let bits = self.bits.symbol(table.ok_or(Broken)?)?;
        if bits > 15 {
            return Err(Broken);
        }
        let mean = self.means[part].wrapping_add(self.bits.signed(bits.into())?);
        self.means[part] = mean;
        Ok(mean)
    }

    fn sequential(
        &mut self,
        block: &mut [i16; 64],
        part: usize,
        (dc, ac): (Option<&Table>, Option<&Table>),
    ) -> Result<(), Broken> {
        block[0] = self.difference(part, dc)? as i16;
        let table = ac.ok_or(Broken)?;
        let mut k = 1;
        while k < 64 {
            let symbol = self.bits.symbol(table)?;
            let (zeros, bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if bits == 0 {
                if zeros != 15 {
                    break;
                }
                k += 16;
                continue;
            }
            k += zeros;
            let place = *ZIGZAG.get(k).ok_or(Broken)?;
            block[usize::from(place)] = self.bits.signed(bits)? as i16;
            k += 1;
        }
        if k > 64 { Err(Broken) } else { Ok(()) }
    }

    fn mean(
        &mut self,
        block: &mut [i16; 64],
        part: usize,
        table: Option<&Table>,
        scan: &Scan,
    ) -> Result<(), Broken> {
        if scan.high == 0 {
            block[0] = (self.difference(part, table)? << scan.low) as i16;
        } else {
            block[0] |= (self.bits.take(1)? << scan.low) as i16;
        }
        Ok(())
    }

    fn detail(&mut self, block: &mut [i16; 64], table: &Table, scan: &Scan) -> Result<(), Broken> {
        if self.empty > 0 {
            self.empty -= 1;
            return Ok(());
        }
        let mut k = scan.from;
        while k <= scan.to {
            let symbol = self.bits.symbol(table)?;
            let (zeros, bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if bits == 0 {
                if zeros < 15 {
                    self.empty = (1 << zeros) - 1 + self.bits.take(zeros as u32)? as u32;
                    break;
                }
                k += 16;
                continue;
            }
            k += zeros;
            if k > scan.to {
                return Err(Broken);
            }
            let value = self.bits.signed(bits)?;
            block[usize::from(ZIGZAG[k])] = (value << scan.low) as i16;
            k += 1;
        }
        Ok(())
    }

    /// One more bit of what is there, and new values of one step.
    fn refinement(
        &mut self,
        block: &mut [i16; 64],
        table: &Table,
        scan: &Scan,
    ) -> Result<(), Broken> {
        let step = 1_i16 << scan.low;
        let mut k = scan.from;
        if self.empty == 0 {
            while k <= scan.to {
                let symbol = self.bits.symbol(table)?;
                let (mut zeros, bits) = (u32::from(symbol >> 4), symbol & 15);
                let mut new = 0;
                if bits == 0 {
                    if zeros < 15 {
                        self.empty = (1 << zeros) + self.bits.take(zeros)? as u32;
                        break;
                    }
                } else {
                    new = if self.bits.take(1)? == 1 { step } else { -step };
                }
                while k <= scan.to {
                    let value = &mut block[usize::from(ZIGZAG[k])];
                    k += 1;
                    if *value != 0 {
                        self.refine(value, step)?;
                    } else if zeros == 0 {
                        *value = new;
                        break;
                    } else {
                        zeros -= 1;
                    }
                }
            }
        }
        if self.empty > 0 {
            self.empty -= 1;
            for &place in ZIGZAG.get(k..=scan.to).unwrap_or_default() {
                let value = &mut block[usize::from(place)];
                if *value != 0 {
                    self.refine(value, step)?;
                }
            }
        }
        Ok(())
    }

    fn refine(&mut self, value: &mut i16, step: i16) -> Result<(), Broken> {
        if self.bits.take(1)? == 1 && *value & step == 0 {
            *value = value.saturating_add(if *value > 0 { step } else { -step });
        }
        Ok(())
    }
}
