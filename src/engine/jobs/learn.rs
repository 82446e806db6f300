//! A style learnt from pictures: *Restyle*'s painter gets other numbers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::engine::fine::{INSTRUMENT, to_picture};
use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::learning::{SIDE, Subject, beginning, crops, learnt_before, memory, of_others};
use crate::engine::protocol::{EngineError, JobId, LearnJob, Output, Stage};
use crate::engine::recipes::software;
use crate::engine::resample::{fit, planes};
use crate::engine::stylize::{to_planes, to_tensor};
use crate::export::atomic::{Existing, write_bytes};
use crate::learn::{BATCH, Course, Mark, Painter, Progress, Room, file};
use crate::models::ModelError;
use crate::models::restyle::{About, Adapter, Restyle};
use crate::models::style_note::{LEARNING, LearningHead};
use crate::models::vgg19::Vgg19;
use crate::models::weights::Weights;
use crate::picture::Picture;

/// Seed of what is drawn by chance.
const SEED: u64 = 20;
/// Steps where only a time is given, before the first was timed.
const UNTIMED: u32 = 400;
/// Fewer don't make a style.
const FEWEST: u32 = 20;
/// Steps after which the plan is made anew by the time that they took.
const REPLAN: u32 = 10;
/// How often the progress goes to disk.
const KEPT_EVERY: Duration = Duration::from_secs(60);
/// How often a sample is made.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// What a subject's words hold between its pictures and the number of photos where none is the user's.
const WITHOUT_PHOTO: &str = "] None ";
/// Longer side of a sample.
const LOOK_SIDE: u32 = 384;

/// Learns.
pub(super) fn run(context: &mut JobContext<'_>, job: &LearnJob) -> Result<Output, EngineError> {
    let stop = context.token();
    let learnt = learn(context, job, &stop);
    // Only what has to wait comes back, and wants the same name.
    let waits = matches!(learnt, Err(EngineError::Cancelled)) && !stop.is_given_up();
    if let (Some(id), false) = (context.id(), waits) {
        context.state.learning.remove(&id);
    }
    learnt
}

fn learn(
    context: &mut JobContext<'_>,
    job: &LearnJob,
    stop: &CancelToken,
) -> Result<Output, EngineError> {
    context.progress(Stage::Loading, 0, 1);
    context.yield_to_previews()?;
    let mut study = Study::begin(context, job, stop)?;
    let mark = study.go_on(context, stop)?;
    let bytes = study.adapter()?;
    let existing = if job.replace {
        Existing::Replace
    } else {
        Existing::Keep
    };
    write_bytes(&study.out, existing, &bytes)?;
    // What was kept to go on with is of no use any more.
    if study.kept.exists()
        && let Err(error) = std::fs::remove_file(&study.kept)
    {
        log::warn!("{} stays: {error}", study.kept.display());
    }
    Ok(Output::Learnt {
        file: study.out,
        steps: study.progress.steps(),
        early: study.early,
        without_photo: study.without_photo,
        time: study.spent,
        content: mark.content,
        style: mark.style,
    })
}

/// The file of a style whose job names none: the one that the same job has begun with, or a new one.
fn place(
    state: &mut InferenceState,
    id: Option<JobId>,
    title: &str,
) -> Result<PathBuf, EngineError> {
    if let Some(out) = id.and_then(|id| state.learning.get(&id)) {
        return Ok(out.clone());
    }
    let out = state.own_style_file(title)?;
    if let Some(id) = id {
        state.learning.insert(id, out.clone());
    }
    Ok(out)
}

/// Whether the progress that is kept in a file is of learning with a photo of the user's.
fn has_a_photo(kept: &Path) -> bool {
    let head = std::fs::read(kept)
        .ok()
        .and_then(|bytes| LearningHead::of(&bytes));
    head.is_some_and(|head| !head.subject.contains(WITHOUT_PHOTO))
}

/// Everything that the job goes on with.
struct Study<'a> {
    job: &'a LearnJob,
    vgg: Arc<Vgg19>,
    restyle: Arc<Restyle>,
    /// Hash of *Restyle*'s weights.
    sha256: String,
    own: Weights,
    about: About,
    course: Course,
    progress: Progress,
    room: Room,
    /// The user's photo, small.
    sample: Option<Picture>,
    /// The file.
    out: PathBuf,
    /// It was found good enough.
    early: bool,
    without_photo: bool,
    /// Where the progress is kept.
    kept: PathBuf,
    /// What it is of.
    subject: String,
    spent: Duration,
}

impl<'a> Study<'a> {
    /// Reads everything, and goes on where an earlier run ended.
    fn begin(
        context: &mut JobContext<'_>,
        job: &'a LearnJob,
        stop: &CancelToken,
    ) -> Result<Self, EngineError> {
        let id = context.id();
        let state = &mut *context.state;
        let needed = memory();
        if needed > state.memory_budget {
            return Err(EngineError::Memory(format!(
                "learning a style needs about {} MB; allow more",
                needed >> 20
            )));
        }
        let vgg = state.registry.vgg19(INSTRUMENT)?;
        let none = || ModelError::Unknown("restyle".into());
        let name = state.registry.restyle_of("").ok_or_else(none)?;
        let (own, _) = state.registry.weights_of(&name)?;
        let folder = state.registry.folder(&name).ok_or_else(none)?.to_owned();
        let restyle = state.registry.restyle(&name)?;
        let sha256 = state.registry.info(&name)?.sha256.clone();
        let painter = Painter::new(restyle.config(), &own)?;
        let out = match &job.out {
            Some(out) => out.clone(),
            None => place(state, id, &job.about.title)?,
        };
        let kept = out.with_extension(LEARNING);
        let mut pictures = Vec::new();
        let mut about = job.about.clone();
        for path in &job.pictures {
            let photo = state.photos.at(path)?;
            about.pictures.push(photo.source.sha256.clone());
            pictures.push(photo.picture.clone());
        }
        let photo = match &job.photo {
            Some(path) => match state.photos.at(path) {
                Ok(photo) => Some(photo),
                // There are others to learn with; but what was learnt with it is of no use without.
                Err(error) if has_a_photo(&kept) => return Err(error),
                Err(error) => {
                    let words = format!("the style is learnt without your photo: {error}");
                    state.photos.note(path, &[words]);
                    None
                }
            },
            None => None,
        };
        let own_photo = photo.as_ref().map(|photo| &photo.picture);
        let subject = Subject::of(&pictures, (&restyle, &vgg), stop)?;
        let photos = crops(&folder.join("photos"), own_photo, (SEED, stop))?;
        let words = format!(
            "{sha256} {:?} {:?} {}",
            about.pictures,
            photo.as_ref().map(|photo| &photo.source.sha256),
            photos.len()
        );
        (about.seed, about.limner) = (SEED, software());
        let planned = job.steps.unwrap_or(UNTIMED);
        let before = std::fs::read(&kept).ok();
        let before = before.and_then(|b| file::read_progress(&b, &painter, &words));
        let (mut progress, seconds) = match before {
            Some(before) => before,
            None => {
                let mut known = learnt_before(&state.registry, &restyle, (&own, &sha256));
                let of = (&painter, name.as_str());
                known.extend(of_others(&mut state.registry, of, &subject));
                let at = beginning(&painter, &subject, known, (&photos, &vgg), stop)?;
                (Progress::new(at, planned), 0.0)
            }
        };
        if let Some(steps) = job.steps {
            progress.planned = steps;
        }
        Ok(Self {
            job,
            vgg,
            restyle,
            sha256,
            own,
            about,
            course: Course::new(painter, (subject.palette, subject.style), photos, SEED),
            progress,
            room: Room::new((SIDE, SIDE)),
            sample: own_photo.and_then(|picture| {
                let [w, h] = fit(picture.size(), LOOK_SIDE).map(|s| (s as usize / 4 * 4).max(4));
                to_picture(&planes(picture, w, h))
            }),
            out,
            early: false,
            without_photo: photo.is_none() && job.photo.is_some(),
            kept,
            subject: words,
            spent: Duration::from_secs_f64(seconds.max(0.0)),
        })
    }

    /// Step after step, to the end of the plan, until it is good enough, or until it is to finish.
    /// Paused or cancelled, the progress is kept.
    fn go_on(
        &mut self,
        context: &mut JobContext<'_>,
        stop: &CancelToken,
    ) -> Result<Mark, EngineError> {
        let mut mean = Mark::default();
        let mut saved = Instant::now();
        let mut looked: Option<Instant> = None;
        while !(self.progress.is_over() || stop.is_finishing() && self.progress.steps() > 0) {
            let (done, all) = (self.progress.steps(), self.progress.planned);
            let due = looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY);
            context.progress_with_look(Stage::Learning, done.into(), all.into(), &mut || {
                let look = due.then(|| self.look(stop)).flatten();
                if look.is_some() {
                    looked = Some(Instant::now());
                }
                look
            });
            if stop.is_paused() || saved.elapsed() >= KEPT_EVERY {
                self.keep();
                saved = Instant::now();
            }
            let waited = context
                .yield_while_paused()
                .and_then(|()| context.yield_to_jobs());
            if let Err(error) = waited {
                self.keep();
                return Err(error);
            }
            let began = Instant::now();
            // The canvas goes first: a step that it interrupts is done once more.
            let token = context.token_before_canvas();
            let Self {
                course,
                progress,
                vgg,
                room,
                ..
            } = self;
            match course.step(progress, vgg, room, &token) {
                Ok(mark) => {
                    self.spent += began.elapsed();
                    let t = 1.0 / self.progress.steps().clamp(1, 30) as f32;
                    mean.content += t * (mark.content - mean.content);
                    mean.style += t * (mark.style - mean.style);
                    mean.loss = mark.loss;
                    self.plan();
                }
                Err(ModelError::Cancelled) if !stop.is_cancelled() => {}
                Err(ModelError::Cancelled) => {
                    self.keep();
                    return Err(EngineError::Cancelled);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(mean)
    }

    /// How many steps there will be.
    fn plan(&mut self) {
        let steps = self.progress.steps();
        if steps.is_multiple_of(REPLAN) {
            let [weight, content, style] = self.progress.balance.numbers();
            log::debug!("step {steps}: weight {weight:.2}, content {content:.3}, style {style:.3}");
        }
        if let (None, Some(minutes)) = (self.job.steps, self.job.minutes)
            && steps.is_multiple_of(REPLAN)
            && !self.progress.ends()
        {
            let each = self.spent.as_secs_f64() / f64::from(steps.max(1));
            let fits = (minutes * 60.0 / each.max(1e-6)) as u32;
            self.progress.planned = fits.max(FEWEST);
        }
        if self.job.steps.is_none() && self.progress.is_good_enough() {
            self.early = true;
            self.progress.come_to_an_end();
        }
    }

    /// Keeps the progress; where that fails, learning goes on.
    fn keep(&self) {
        if self.progress.steps() == 0 {
            return;
        }
        let of = (self.subject.as_str(), self.spent.as_secs_f64());
        let written = file::progress(&self.progress, of, self.job.plan())
            .map_err(EngineError::from)
            .and_then(|bytes| Ok(write_bytes(&self.kept, Existing::Replace, &bytes)?));
        if let Err(error) = written {
            log::warn!("the progress can't be kept: {error}");
        }
    }

    /// The learnt style's file as it is now.
    fn adapter(&self) -> Result<Vec<u8>, EngineError> {
        let mut about = self.about.clone();
        about.steps = self.progress.steps().into();
        about.images = about.steps * BATCH as u64;
        about.seconds = self.spent.as_secs_f64().round();
        let (painter, palette) = (&self.course.painter, &self.course.palette);
        let learnt = &self.progress.adam.average;
        Ok(file::adapter(
            painter,
            learnt,
            palette,
            &self.sha256,
            &about,
        )?)
    }

    /// The user's photo as the style is now.
    fn look(&self, stop: &CancelToken) -> Option<Picture> {
        let sample = self.sample.as_ref()?;
        let made = || -> Result<Option<Picture>, EngineError> {
            let bytes = self.adapter()?;
            let adapter = Adapter::from_bytes(&bytes, self.restyle.config(), &self.sha256)?;
            let net = self.restyle.learnt(&adapter.onto(&self.own)?)?;
            let [w, h] = sample.size().map(|s| s as usize);
            let photo = to_tensor(&planes(sample, w, h), net.device())?;
            let made = net.stylise(&photo, &adapter.code, 1.0, 0.0, None, stop)?;
            Ok(to_picture(&to_planes(&made)?))
        };
        made()
            .inspect_err(|error| log::debug!("no sample: {error}"))
            .ok()
            .flatten()
    }
}
