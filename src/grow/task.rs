//! What can be asked for.

use super::edit::Edit;
use super::{GrowError, LEAST_SIDE, MOST_SOURCES, Place};
use crate::picture::Picture;
use crate::picture::seam::seams;

/// How a picture is grown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The result's size. For [`Task::Fill`] and [`Task::Edit`] that of the source.
    pub size: [u32; 2],
    /// What is left to chance.
    pub genes: Genes,
    /// Which sides go on at the opposite side, across and down.
    pub seamless: [bool; 2],
}

/// What is left to chance, and how much of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Genes {
    /// Begins all random numbers.
    pub seed: u64,
    /// How far the result may go from the source, 0..=1: 1 leaves the whole arrangement to chance,
    /// less only smaller and smaller parts of it, 0 nothing.
    pub chance: f32,
    /// How much stays together as it is in the source, 0..=1.
    pub coherence: f32,
    /// The other parent. For [`Task::Vary`] and [`Task::Shape`].
    pub breed: Option<Box<Breed>>,
}

/// What a second parent brings.
#[derive(Debug, Clone, PartialEq)]
pub struct Breed {
    /// Its own.
    pub with: Genes,
    /// How much of the arrangement is its, 0..=1; something of both always is.
    pub share: f32,
    /// Begins the random numbers that say which parts.
    pub seed: u64,
}

/// Most parents, with theirs, and so on.
pub const MOST_PARENTS: usize = 32;

impl Genes {
    /// A seed without a second parent.
    pub fn new(seed: u64, chance: f32, coherence: f32) -> Self {
        Self {
            seed,
            chance,
            coherence,
            breed: None,
        }
    }

    /// How many parents, with theirs: 1 for a single one.
    pub fn parents(&self) -> usize {
        let mut count = 1;
        let mut next = self.breed.as_deref();
        while let Some(breed) = next {
            count += 1;
            next = breed.with.breed.as_deref();
        }
        count
    }
}

/// What patches are taken from.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// The picture that is grown.
    pub source: &'a Picture,
    /// Where in the result its patches go, a value for each pixel; none: everywhere, save where
    /// others have a region.
    pub region: Option<&'a [bool]>,
    /// Further pictures.
    pub others: Vec<Other<'a>>,
}

/// A further picture that patches are taken from.
#[derive(Debug, Clone)]
pub struct Other<'a> {
    /// Itself.
    pub picture: &'a Picture,
    /// How readily it is taken beside the source; 1 as readily.
    pub weight: f32,
    /// Where in the result its patches go and no others, a value for each pixel; none: everywhere.
    pub region: Option<&'a [bool]>,
}

impl<'a> Material<'a> {
    /// One picture.
    pub fn of(source: &'a Picture) -> Self {
        Self {
            source,
            region: None,
            others: Vec::new(),
        }
    }

    /// Sizes of all, the source's first.
    pub(super) fn sizes(&self) -> Vec<[u32; 2]> {
        let others = self.others.iter().map(|other| other.picture.size());
        std::iter::once(self.source.size()).chain(others).collect()
    }
}

/// What becomes of the source.
#[derive(Debug, Clone, Copy)]
pub enum Task<'a> {
    /// The same again, differently; at another size the arrangement is made to fit.
    Vary,
    /// The source stays as it is, `left` and `top` pixels within the result, which goes on around
    /// it.
    Extend {
        /// Pixels before its first column.
        left: u32,
        /// Pixels above its first row.
        top: u32,
    },
    /// As [`Self::Extend`], where the source shows a part of what lies around a viewer: what is at a
    /// height comes from about that height, above and below from its edges. Nothing of other
    /// pictures.
    Around {
        /// Pixels before its first column.
        left: u32,
        /// Pixels above its first row.
        top: u32,
    },
    /// Where a value of `hole` is true the source is filled anew; one for each pixel, row by row.
    Fill {
        /// What is to be filled.
        hole: &'a [bool],
    },
    /// Parts are moved, copied, recoloured, removed or painted over; what lies around them is made
    /// whole again, and the rest stays as it is.
    Edit {
        /// One after the other.
        edits: &'a [Edit],
    },
    /// The source made seamless on the sides that are to be, most of it as it is: see
    /// [`super::tile()`]. The result is a little smaller, and `size` is that of the source.
    Tile,
    /// The arrangement of another picture in the material of the source.
    Shape {
        /// The other picture.
        structure: &'a Picture,
        /// How closely it is followed, 0..=1.
        strength: f32,
    },
}

/// A grown picture.
#[derive(Debug, Clone)]
pub struct Grown {
    /// Pixels.
    pub picture: Picture,
    /// For each patch of the result where it comes from in the source, row by row; with several
    /// sources they lie one below the other.
    pub places: Vec<Place>,
    /// Patches in a row.
    pub columns: usize,
}

impl Grown {
    /// Share of the patches whose neighbours to the right and below come from beside them in the
    /// source, too: 1 for a copy.
    pub fn coherent(&self) -> f64 {
        let rows = self.places.len() / self.columns.max(1);
        let at = |x: usize, y: usize| self.places[y * self.columns + x];
        let mut same = 0usize;
        for y in 0..rows.saturating_sub(1) {
            for x in 0..self.columns.saturating_sub(1) {
                let [sx, sy] = at(x, y);
                let beside = at(x + 1, y) == [sx.saturating_add(1), sy];
                same += usize::from(beside && at(x, y + 1) == [sx, sy.saturating_add(1)]);
            }
        }
        same as f64 / (rows.saturating_sub(1) * self.columns.saturating_sub(1)).max(1) as f64
    }
}

/// Whether what is asked for can be had.
///
/// # Errors
/// [`GrowError`].
pub(super) fn check(
    material: &Material<'_>,
    task: &Task<'_>,
    settings: &Settings,
) -> Result<(), GrowError> {
    let source = material.source;
    check_material(material, settings)?;
    check_genes(task, &settings.genes)?;
    let pixels = source.rgba();
    if pixels.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        return Err(GrowError::Transparent);
    }
    if pixels.chunks_exact(4).all(|pixel| pixel == &pixels[..4]) {
        return Err(GrowError::OneColour);
    }
    let same = source.size() == settings.size;
    match task {
        Task::Vary if same && settings.genes.chance <= 0.0 && settings.seamless == [false; 2] => {
            Err(GrowError::Clash(
                "at its own size and with nothing left to chance the picture stays as it is; raise Chance or choose another size",
            ))
        }
        Task::Around { .. } if !material.others.is_empty() || material.region.is_some() => {
            Err(GrowError::Clash(
                "a photo is grown on around a viewer by itself; leave other pictures and regions out",
            ))
        }
        Task::Extend { left, top } | Task::Around { left, top } => {
            let fits = |before: u32, own: u32, all: u32| {
                u64::from(before) + u64::from(own) <= u64::from(all)
            };
            let [width, height] = source.size();
            match same
                || !fits(*left, width, settings.size[0])
                || !fits(*top, height, settings.size[1])
            {
                true => Err(GrowError::Clash(
                    "nothing is added on any side; say how many pixels are to come to which side",
                )),
                false => check_closes(source, settings),
            }
        }
        Task::Fill { hole } => match () {
            () if hole.len() * 4 != pixels.len() || !same => {
                Err(GrowError::MaskSize(source.width(), source.height()))
            }
            () if settings.seamless != [false; 2] => Err(GrowError::Clash(
                "a picture that is filled keeps its edges; leave Seamless out",
            )),
            () if hole.iter().all(|hole| *hole) => Err(GrowError::NothingKnown),
            () if hole.iter().all(|hole| !hole) => Err(GrowError::Clash(
                "nothing is marked to be filled; mark what is to go",
            )),
            () => Ok(()),
        },
        Task::Shape { structure, .. } if structure.size().iter().any(|&side| side < LEAST_SIDE) => {
            let [width, height] = structure.size();
            Err(GrowError::SmallSource(width, height))
        }
        Task::Edit { .. } if !same => Err(GrowError::Clash(
            "a picture that is edited keeps its size; leave the size out",
        )),
        Task::Edit { .. } if settings.seamless != [false; 2] => Err(GrowError::Clash(
            "a picture that is edited keeps its edges; leave Seamless out",
        )),
        Task::Tile if !same => Err(GrowError::Clash(
            "a picture that is kept while it is made seamless has its own size; leave the size out",
        )),
        Task::Tile if !material.others.is_empty() => Err(GrowError::Clash(
            "a picture that is kept while it is made seamless takes nothing of others; leave them out",
        )),
        Task::Vary | Task::Shape { .. } | Task::Edit { .. } | Task::Tile => Ok(()),
    }
}

/// Opposite sides that are to go on in one another, and between which nothing is added, must do so
/// already.
fn check_closes(source: &Picture, settings: &Settings) -> Result<(), GrowError> {
    let open = |i: &usize| settings.seamless[*i] && source.size()[*i] == settings.size[*i];
    let mut open = (0..2).filter(open).peekable();
    if open.peek().is_none() {
        return Ok(());
    }
    let seams = seams(source);
    match open.all(|i| seams[i].closes()) {
        true => Ok(()),
        false => Err(GrowError::Clash(
            "opposite sides of this picture don't go on in one another, and nothing is added between them; add some pixels at one of them",
        )),
    }
}

fn check_material(material: &Material<'_>, settings: &Settings) -> Result<(), GrowError> {
    if material.others.len() >= MOST_SOURCES {
        return Err(GrowError::Clash(
            "eight pictures at most can be grown from at a time; leave some out",
        ));
    }
    let count = settings.size[0] as usize * settings.size[1] as usize;
    let regions = material.others.iter().map(|other| other.region);
    let mut regions = regions.chain([material.region]).flatten();
    if regions.any(|region| region.len() != count) {
        return Err(GrowError::MaskSize(settings.size[0], settings.size[1]));
    }
    let weighs = |other: &Other<'_>| (0.01..=100.0).contains(&other.weight);
    match material.others.iter().all(weighs) {
        true => Ok(()),
        false => Err(GrowError::Clash(
            "a picture's weight goes from 0.01 to 100; choose one within that",
        )),
    }
}

fn check_genes(task: &Task<'_>, genes: &Genes) -> Result<(), GrowError> {
    let bred = genes.breed.is_some();
    match task {
        Task::Vary | Task::Shape { .. } if genes.parents() <= MOST_PARENTS => Ok(()),
        Task::Vary | Task::Shape { .. } => Err(GrowError::Clash(
            "this picture has more than 32 parents and theirs; breed from younger ones",
        )),
        _ if bred => Err(GrowError::Clash(
            "only variations and structures in another material can be bred, not what keeps a picture as it is",
        )),
        _ => Ok(()),
    }
}
