//! A picture made of the patches of another: what takes part, and the first sizes of it as a
//! preview.

use std::collections::HashMap;
use std::time::Instant;

use crate::cancel::CancelToken;
use crate::engine::full_turn::laid_out;
use crate::engine::grow_inputs::Inputs;
use crate::engine::photos::PhotoCache;
use crate::engine::protocol::{EngineError, Estimate, Tier};
use crate::engine::resample::shrink_to;
use crate::grow::{
    self, Breed, Coarse, Genes, GrowError, Level, Material, Settings, Small, Task, Told,
};
use crate::picture::Picture;
use crate::recipe::{GrowBreed, GrowParams, GrowTask, SourceRef};
use crate::spaces::panorama::strip::Layout;

/// Work of a quick look at most, as [`grow::work`] counts it: 150 ms on two cores.
const QUICK: u64 = 170_000;
/// The same where pieces are to stay together, which takes longer: in a hole, around a picture.
const QUICK_FILL: u64 = 73_000;
const QUICK_EXTEND: u64 = 54_000;
/// Least longer side of a look for which reduced pictures do, where a larger one can be had.
const LEAST_LOOK: u32 = 96;
/// Longer side of the trial that an estimate is made by.
const TRIAL_SIDE: u32 = 128;

/// The pictures that take part, and what is asked for.
pub(in crate::engine) struct Prepared {
    /// With the pictures as they were read.
    pub(in crate::engine) params: GrowParams,
    /// Where the patches come from; a strip as it lies in its panorama.
    pub(in crate::engine) source: Picture,
    /// Where a strip lies that is grown on to a full turn.
    turn: Option<Layout>,
    /// All of them.
    pub(super) pictures: Pictures,
    /// Of the algorithm.
    pub(in crate::engine) settings: Settings,
}

/// The pictures of a recipe by their content.
pub(super) struct Pictures(HashMap<String, Picture>);

impl Pictures {
    /// Reads all, and notes in `params` how they were.
    fn read(photos: &mut PhotoCache, params: &mut GrowParams) -> Result<Self, EngineError> {
        let mut pictures = HashMap::new();
        let mut result = Ok(());
        params.each_picture_mut(&mut |source| {
            if result.is_ok() {
                result = photos.source(source).map(|(photo, _)| {
                    *source = source.as_read(&photo.source);
                    pictures.insert(source.sha256.clone(), photo.picture.clone());
                });
            }
        });
        result.map(|()| Self(pictures))
    }

    /// One of them.
    ///
    /// # Errors
    /// One that wasn't read.
    pub(super) fn of(&self, source: &SourceRef) -> Result<&Picture, EngineError> {
        self.0
            .get(&source.sha256)
            .ok_or_else(|| EngineError::BadPicture {
                reason: "this picture wasn't read; open it again".into(),
                path: source.path.clone(),
            })
    }
}

/// The finest size of the picture whose longer side is at most what `tier` says, a draft's in little
/// time, just as the whole
/// picture goes through it; the coarsest where there is none so small.
///
/// # Errors
/// As [`grow::grow`]; [`EngineError::Cancelled`].
pub(in crate::engine) fn preview(
    photos: &mut PhotoCache,
    params: &GrowParams,
    tier: Tier,
    stop: &CancelToken,
) -> Result<Picture, EngineError> {
    let prepared = Prepared::read(photos, params)?;
    let levels = prepared.levels()?;
    let count = looked_at(&levels, &prepared, tier);
    let reduced = prepared.reduced(photos);
    let coarse = match &reduced {
        Some(reduced) => prepared.coarse(reduced, count, stop, &mut |_, _| Ok(()))?,
        None => None,
    };
    if let Some(coarse) = coarse {
        let all = coarse.count() == count;
        let picture = coarse.picture();
        let large = |picture: &Picture| all || picture.width().max(picture.height()) >= LEAST_LOOK;
        if let Some(picture) = picture.filter(large) {
            return prepared.whole(picture);
        }
    }
    let inputs = prepared.inputs()?;
    let ends: Vec<u64> = (count..levels.len())
        .map(|count| grow::work(&levels[..count], &prepared.settings))
        .collect();
    let mut found = None;
    let grown = grow::grow(
        &inputs.material(),
        &inputs.task(&prepared.params),
        &prepared.settings,
        stop,
        &mut |done, look| {
            // Beside a hole the first sizes may be left out.
            if ends.contains(&done) {
                found = look();
            }
            match found {
                Some(_) => Err(GrowError::Cancelled),
                None => Ok(()),
            }
        },
    );
    match (grown, found) {
        (_, Some(picture)) => prepared.whole(picture),
        (grown, None) => prepared.whole(grown?.picture),
    }
}

/// How many sizes are gone through for a look.
fn looked_at(levels: &[Level], prepared: &Prepared, tier: Tier) -> usize {
    let most = tier.longest() as usize;
    let quickest = match prepared.params.task {
        GrowTask::Extend { .. } | GrowTask::FullTurn(_) => QUICK_EXTEND,
        GrowTask::Fill { .. } | GrowTask::FillPainted { .. } => QUICK_FILL,
        _ => QUICK,
    };
    let small = |level: &Level| level.result.iter().all(|&side| side <= most);
    let quick = |count: usize| match tier {
        Tier::Draft(_) => grow::work(&levels[..count], &prepared.settings) <= quickest,
        Tier::Full(_) | Tier::Crisp(_) => true,
    };
    let counts = (1..=levels.len()).take_while(|&count| small(&levels[count - 1]) && quick(count));
    counts.last().unwrap_or(1)
}

impl Prepared {
    /// Reads the pictures and fills in what the settings leave open.
    ///
    /// # Errors
    /// A picture that can't be read or isn't the same any more; sizes that don't fit.
    pub(in crate::engine) fn read(
        photos: &mut PhotoCache,
        params: &GrowParams,
    ) -> Result<Self, EngineError> {
        let mut params = params.clone();
        let pictures = Pictures::read(photos, &mut params)?;
        let mut source = pictures.of(&params.source)?.clone();
        let structure = match &params.task {
            GrowTask::Shape { structure, .. } => Some(pictures.of(structure)?),
            _ => None,
        };
        let mut size = size(&params, &source, structure)?;
        let mut turn = None;
        let photo = pictures.of(&params.source)?;
        if let Some((layout, laid)) = laid_out(&mut params, photo)? {
            size = layout.grown();
            source = laid;
            turn = Some(layout);
        }
        // Before masks of that size are made.
        grow::check_size(size)?;
        Ok(Self {
            settings: Settings {
                size,
                genes: genes(&params),
                seamless: match turn {
                    Some(_) => [true, false],
                    None => params.seamless,
                },
            },
            params,
            source,
            turn,
            pictures,
        })
    }

    /// All that goes in, at full size.
    ///
    /// # Errors
    /// Masks and sketches whose sizes don't fit.
    pub(in crate::engine) fn inputs(&self) -> Result<Inputs, EngineError> {
        Inputs::of(self, 0, &mut |_, picture| picture.clone())
    }

    /// All that goes in, reduced; none where nothing is large, or where it can't be, which is said
    /// of the pictures as they are.
    pub(in crate::engine) fn reduced(&self, photos: &mut PhotoCache) -> Option<Inputs> {
        let sides = self.source.size().into_iter().chain(self.settings.size);
        let halvings = grow::halvings(sides.max()?);
        let mut reduce = |source: &SourceRef, picture: &Picture| match &self.turn {
            None => photos.reduced(&source.sha256, picture, halvings),
            // Not as the file has it, but as it lies there.
            Some(layout) => {
                let laid = format!("{} {layout:?}", source.sha256);
                photos.reduced(&laid, picture, halvings)
            }
        };
        (halvings > 0)
            .then(|| Inputs::of(self, halvings, &mut reduce).ok())
            .flatten()
    }

    /// Of the first `count` sizes the coarse ones, of reduced pictures; none where they can't be made of those.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`], what `progress` says.
    pub(in crate::engine) fn coarse(
        &self,
        reduced: &Inputs,
        count: usize,
        stop: &CancelToken,
        progress: Told<'_>,
    ) -> Result<Option<Coarse>, GrowError> {
        let small = Small {
            material: reduced.material(),
            task: reduced.task(&self.params),
            settings: Settings {
                size: reduced.size,
                ..self.settings.clone()
            },
            sizes: self.sizes(),
        };
        grow::coarse(&small, &self.settings, count, stop, progress)
    }

    /// Columns and rows before the source, where the result goes on around it.
    pub(super) fn corner(&self) -> [u32; 2] {
        match (&self.params.task, &self.turn) {
            (GrowTask::Extend { left, top, .. }, _) => [*left, *top],
            (_, Some(layout)) => layout.corner(),
            _ => [0; 2],
        }
    }

    /// What is made of what was grown, at any size.
    ///
    /// # Errors
    /// A picture too small for it.
    pub(in crate::engine) fn whole(&self, grown: Picture) -> Result<Picture, EngineError> {
        match &self.turn {
            None => Ok(grown),
            Some(layout) => Ok(layout.whole(&grown)?),
        }
    }

    /// The size of that.
    pub(in crate::engine) fn size(&self) -> [u32; 2] {
        let turn = self.turn.as_ref();
        turn.map_or(self.settings.size, |layout| layout.size)
    }

    /// Memory that growing through `levels` takes, in bytes, and what comes before and after.
    pub(in crate::engine) fn memory(&self, levels: &[Level]) -> u64 {
        let turn = self.turn.as_ref();
        grow::memory(levels) + turn.map_or(0, Layout::memory)
    }

    /// Of the source and the others.
    fn sizes(&self) -> Vec<[u32; 2]> {
        let others = self.params.others.iter();
        let others = others.filter_map(|other| self.pictures.of(&other.picture).ok());
        let others = others.map(Picture::size);
        std::iter::once(self.source.size()).chain(others).collect()
    }

    /// The sizes that it goes through.
    ///
    /// # Errors
    /// Sizes that can't be.
    pub(in crate::engine) fn levels(&self) -> Result<Vec<Level>, EngineError> {
        // Which places doesn't matter.
        let task = match &self.params.task {
            GrowTask::Vary => Task::Vary,
            GrowTask::Tile => Task::Tile,
            GrowTask::Extend { left, top, .. } => Task::Extend {
                left: *left,
                top: *top,
            },
            GrowTask::FullTurn(_) => {
                let [left, top] = self.corner();
                Task::Around { left, top }
            }
            GrowTask::Fill { .. } | GrowTask::FillPainted { .. } => Task::Fill { hole: &[] },
            GrowTask::Edit { .. } => Task::Edit { edits: &[] },
            GrowTask::Shape { strength, .. } => Task::Shape {
                structure: &self.source,
                strength: *strength,
            },
        };
        Ok(grow::plan_sizes(&self.sizes(), &task, &self.settings)?)
    }

    /// What it will take: memory by the sizes, time by a small trial on this machine.
    ///
    /// # Errors
    /// Sizes that can't be.
    pub(in crate::engine) fn estimate(&self) -> Result<Estimate, EngineError> {
        let levels = self.levels()?;
        let small = shrink_to(&self.source, TRIAL_SIDE);
        let material = Material::of(&small);
        let trial = Settings {
            size: small.size(),
            genes: Genes::new(0, 1.0, self.settings.genes.coherence),
            seamless: [false; 2],
        };
        let began = Instant::now();
        let stop = CancelToken::new();
        let tried = grow::grow(&material, &Task::Vary, &trial, &stop, &mut |_, _| Ok(()));
        let took = began.elapsed();
        let steps = grow::plan(&material, &Task::Vary, &trial).map(|l| grow::work(&l, &trial));
        let each = match (tried, steps) {
            (Ok(_), Ok(steps)) if steps > 0 => took.as_secs_f64() / steps as f64,
            // Too narrow to be tried small: what a laptop's two cores take.
            _ => 0.6e-6,
        };
        Ok(Estimate {
            size: self.size(),
            memory: self.memory(&levels),
            time: std::time::Duration::from_secs_f64(
                each * grow::work(&levels, &self.settings) as f64,
            ),
            tiles: 1,
            passes: 0,
            painted: None,
        })
    }
}

fn genes(params: &GrowParams) -> Genes {
    Genes {
        seed: params.seed,
        chance: params.chance,
        coherence: params.coherence,
        breed: bred(params.breed.as_deref()),
    }
}

fn bred(breed: Option<&GrowBreed>) -> Option<Box<Breed>> {
    let breed = breed?;
    Some(Box::new(Breed {
        with: Genes {
            seed: breed.seed,
            chance: breed.chance,
            coherence: breed.coherence,
            breed: bred(breed.breed.as_deref()),
        },
        share: breed.share,
        seed: breed.mix,
    }))
}

/// The result's size.
fn size(
    params: &GrowParams,
    source: &Picture,
    structure: Option<&Picture>,
) -> Result<[u32; 2], EngineError> {
    let own = source.size();
    let other_size = params.size.is_some_and(|size| size != own);
    match (&params.task, structure) {
        (
            GrowTask::Extend {
                left,
                top,
                right,
                bottom,
            },
            _,
        ) => {
            if params.size.is_some() {
                return Err(EngineError::BadRequest(
                    "a picture that is extended has the size that comes of it; leave the size out"
                        .into(),
                ));
            }
            let side = |own: u32, before: &u32, after: &u32| {
                own.saturating_add(*before).saturating_add(*after)
            };
            Ok([side(own[0], left, right), side(own[1], top, bottom)])
        }
        (GrowTask::Fill { .. } | GrowTask::FillPainted { .. }, _) if other_size => {
            Err(EngineError::BadRequest(
                "a picture that is filled keeps its size; leave the size out".into(),
            ))
        }
        (GrowTask::Edit { .. }, _) if other_size => Err(EngineError::BadRequest(
            "a picture that is edited keeps its size; leave the size out".into(),
        )),
        (GrowTask::Tile, _) if other_size => Err(EngineError::BadRequest(
            "a picture that is kept while it is made seamless has its own size; leave the size out"
                .into(),
        )),
        (GrowTask::Shape { .. }, Some(structure)) => Ok(params.size.unwrap_or(structure.size())),
        _ => Ok(params.size.unwrap_or(own)),
    }
}
