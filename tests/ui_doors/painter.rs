//! An engine that paints at once: what each setting does can be read off its pixels.

use limner::engine::surface_job::SurfaceKind;

use super::*;

/// Paints each style in one colour, mixed with the photo by strength and masks:
/// simple, but every setting shows.
pub(super) struct Painter {
    asked: Record,
    answers: VecDeque<Event>,
    photos: std::collections::HashMap<String, Picture>,
    /// Where they were opened.
    places: std::collections::HashMap<String, PathBuf>,
    /// Pictures of *Fine* at work.
    fine: VecDeque<(JobId, Arc<StyleParams>, FineOptions)>,
    library: Library,
    /// The style that is being learnt.
    learning: Option<(JobId, LearnJob)>,
    /// Deleted styles.
    bin: Vec<StyleInfo>,
    /// Pictures of Grow at work.
    growing: Vec<JobId>,
    /// Pictures at full size at work.
    held: Vec<Event>,
}

impl Painter {
    pub(super) fn new(asked: Record) -> Self {
        let device = DeviceInfo {
            name: "CPU".into(),
            detail: "test".into(),
            threads: 2,
            ..DeviceInfo::default()
        };
        let answers = [Event::Ready(device), Event::Library(Arc::new(library()))].into();
        Self {
            asked,
            answers,
            photos: Default::default(),
            places: Default::default(),
            fine: VecDeque::new(),
            library: library(),
            learning: None,
            bin: Vec::new(),
            growing: Vec::new(),
            held: Vec::new(),
        }
    }

    fn style_colour(style: &StyleSource) -> [f32; 3] {
        let name = match style {
            StyleSource::Builtin(id) => id.clone(),
            StyleSource::File(file) => file.sha256.clone(),
        };
        let sum: u64 = name.bytes().map(u64::from).sum();
        [
            (sum * 37 % 256) as f32,
            (sum * 91 % 256) as f32,
            (sum * 17 % 256) as f32,
        ]
    }

    fn stylise(&self, params: &StyleParams) -> Picture {
        let photo = self.photos[&params.photo.sha256].clone();
        let size = photo.size();
        let total: f32 = params
            .styles
            .iter()
            .map(|s| s.weight)
            .sum::<f32>()
            .max(1e-6);
        let mut rgba: Vec<f32> = photo.rgba().iter().map(|v| f32::from(*v)).collect();
        for layer in &params.styles {
            let colour = Self::style_colour(&layer.style);
            let cover = layer
                .mask
                .as_ref()
                .map(|m| m.coverage(size, PixelRegion::whole(size)));
            for (i, pixel) in rgba.chunks_exact_mut(4).enumerate() {
                let mask = cover.as_ref().map_or(1.0, |c| c[i]);
                let t = (params.strength.min(1.0) * layer.weight / total
                    * mask
                    * (1.0 - params.keep_colors * 0.8))
                    .min(1.0);
                for (v, c) in pixel.iter_mut().zip(colour) {
                    *v += (c - *v) * t * 0.7;
                }
            }
        }
        let bytes = rgba
            .into_iter()
            .map(|v| v.clamp(0.0, 255.0) as u8)
            .collect();
        Picture::from_rgba(size[0], size[1], bytes).unwrap()
    }

    /// The stylised photo, darker with every step of *Fine*.
    fn fine(&self, params: &StyleParams, steps: u32) -> Picture {
        let fast = self.stylise(params);
        let [width, height] = fast.size();
        let darker = |v: &u8| v.saturating_sub((steps / 2 + 20).min(100) as u8);
        let bytes = fast.rgba().chunks_exact(4);
        let bytes = bytes.flat_map(|p| [darker(&p[0]), darker(&p[1]), darker(&p[2]), p[3]]);
        Picture::from_rgba(width, height, bytes.collect()).unwrap()
    }

    /// A picture of *Fine* is there; stopped ones took nine steps.
    fn end_fine(&mut self, id: JobId, stopped: bool) {
        let at = self.fine.iter().position(|(other, ..)| *other == id);
        let (_, params, options) = self.fine.remove(at.unwrap()).unwrap();
        let scale = |steps| Scale {
            size: [320, 200],
            steps,
        };
        let scales = match (&options.effort, stopped) {
            (_, true) => vec![scale(9)],
            (Effort::Steps(steps), _) => vec![scale(*steps)],
            (Effort::Again(scales), _) => scales.clone(),
            (Effort::Time(..), _) => panic!("the window counts steps"),
        };
        let picture = self.fine(&params, scales.iter().map(|s| s.steps).sum());
        let mut recipe = recipe(Making::Style((*params).clone()));
        let mut way = serde_json::json!({ "max_side": options.max_side, "scales": scales });
        if stopped {
            way["stopped"] = true.into();
        }
        recipe.extra.insert("fine".into(), way);
        let recipe = Box::new(recipe);
        let result = Ok(Output::Picture { picture, recipe });
        self.answers.push_back(Event::Done { id, result });
    }

    /// A quarter of a style is learnt at once.
    fn learn(&mut self, id: JobId, job: LearnJob) {
        self.library
            .unfinished
            .retain(|one| one.plan.about != job.about);
        if self.asked.borrow().hold_learning {
            self.learning = Some((id, job));
            return;
        }
        self.answers.push_back(Event::Progress {
            id,
            stage: Stage::Learning,
            done: 30,
            total: 120,
            left: Some(Duration::from_secs(240)),
            look: Some(seeded(5, 96)),
        });
        self.learning = Some((id, job));
    }

    fn end_learning(&mut self, id: JobId) {
        let (_, job) = self.learning.take().unwrap();
        let title = job.about.title;
        self.add_own(&title.to_lowercase(), &title, true);
        let result = Ok(Output::Learnt {
            file: format!("/styles/{}.safetensors", title.to_lowercase()).into(),
            steps: 30,
            early: false,
            without_photo: false,
            time: Duration::from_secs(60),
            content: 0.7,
            style: 0.1,
        });
        self.answers.push_back(Event::Done { id, result });
    }

    fn interrupt(&mut self, id: JobId) {
        let (_, job) = self.learning.take().unwrap();
        if !self.asked.borrow().hold_learning {
            self.library.unfinished.push(Unfinished {
                file: "/styles/x.learning".into(),
                steps: 30,
                planned: 120,
                plan: StylePlan {
                    pictures: job.pictures,
                    photo: job.photo,
                    about: job.about,
                    minutes: job.minutes,
                },
            });
        }
        let result = Err(limner::engine::protocol::EngineError::Cancelled);
        self.answers.push_back(Event::Done { id, result });
    }

    fn add_own(&mut self, own: &str, title: &str, learnt: bool) {
        let mut style = style(&format!("my/{own}"), title);
        style.own = Some(own.to_owned());
        style.group = "My styles".into();
        if learnt {
            style.painter = limner::engine::protocol::Painter::Learnt;
        }
        self.library.styles.push(style);
    }

    /// What a folder of styles would do.
    fn own_styles(&mut self, task: StyleTask) -> StyleDone {
        let at = |library: &Library, own: &str| {
            let of = |s: &StyleInfo| s.own.as_deref() == Some(own);
            library.styles.iter().position(of).unwrap()
        };
        match task {
            StyleTask::Keep { picture, title } => {
                let own = title.to_lowercase();
                self.add_own(&own, &title, false);
                let added = self.library.styles.last_mut().unwrap();
                added.source = StyleSource::File(SourceRef {
                    name: title.clone(),
                    ..picture
                });
                StyleDone::Kept { style: own, title }
            }
            StyleTask::Describe {
                style,
                title,
                group,
            } => {
                let at = at(&self.library, &style);
                let style = &mut self.library.styles[at];
                (style.name, style.group) = (title, group);
                StyleDone::Described
            }
            StyleTask::Delete { style } => {
                let gone = self.library.styles.remove(at(&self.library, &style));
                let title = gone.name.clone();
                self.bin.push(gone);
                StyleDone::Deleted {
                    token: "t".into(),
                    title,
                }
            }
            StyleTask::Restore { token } => {
                let back = self.bin.pop().unwrap();
                let title = back.name.clone();
                self.library.styles.push(back);
                StyleDone::Restored { token, title }
            }
            StyleTask::Export { to, .. } => StyleDone::Exported(to),
            StyleTask::Import { from } => {
                let own = from.file_stem().unwrap().to_string_lossy().into_owned();
                self.add_own(&own, &own, true);
                StyleDone::Imported {
                    style: own.clone(),
                    title: own,
                    already: false,
                }
            }
            StyleTask::Discard { .. } => {
                self.library.unfinished.clear();
                StyleDone::Discarded
            }
        }
    }

    /// Why a photo can't be shown in a style or changed: it was never opened.
    fn without_photo(&self, request: &Request) -> Option<EngineError> {
        let Request::Preview { items, .. } = request else {
            return None;
        };
        let photo = items.iter().find_map(|work| match work {
            Work::Style(params) => Some(&params.photo),
            Work::Lens(params) => Some(&params.photo),
            _ => None,
        })?;
        let reason = "this photo can't be found".to_owned();
        let path = photo.path.clone();
        let known = self.photos.contains_key(&photo.sha256);
        (!known).then_some(EngineError::BadPicture { reason, path })
    }

    /// The photo with every slider in its pixels: sliders in red, gains in green, the
    /// second picture in blue.
    fn lens(&self, params: &LensParams) -> Picture {
        let photo = self.photos[&params.photo.sha256].clone();
        let [width, height] = photo.size();
        let sigmas: f32 = params.edits.iter().map(|e| e.sigma).sum();
        let gains: f32 = params.gains.iter().map(|g| g.gain - 1.0).sum();
        let other = params.other.as_ref();
        let other = other.map_or(0.0, |o| o.blend + 2.0 * o.light + 3.0 * o.texture);
        let cover = params.mask.as_ref();
        let cover = cover.map(|m| m.coverage(photo.size(), PixelRegion::whole(photo.size())));
        let by = [sigmas * 20.0, gains * 30.0, other * 40.0, 0.0];
        let moved = photo.rgba().iter().enumerate().map(|(i, v)| {
            let share = cover.as_ref().map_or(1.0, |c| c[i / 4]);
            (f32::from(*v) + share * by[i % 4]).clamp(0.0, 255.0) as u8
        });
        Picture::from_rgba(width, height, moved.collect()).unwrap()
    }

    /// The source again and again, moved by the seed and tinted by chance; holes in the seed's
    /// colour, a structure with its own light.
    fn grow(&self, params: &GrowParams, most: u32) -> Picture {
        let source = &self.photos[&params.source.sha256];
        let other = match &params.task {
            GrowTask::Shape { structure, .. } => Some(&self.photos[&structure.sha256]),
            _ => None,
        };
        let [w, h] = self.grown_size(params);
        let scale = (f64::from(most) / f64::from(w.max(h))).min(1.0);
        let small = [w, h].map(|side| ((f64::from(side) * scale) as u32).max(1));
        let cover = match &params.task {
            GrowTask::FillPainted { mask } => mask.coverage(small, PixelRegion::whole(small)),
            _ => Vec::new(),
        };
        let corner = match &params.task {
            GrowTask::Extend { left, top, .. } => [*left, *top],
            GrowTask::FillPainted { .. } => [0; 2],
            _ => [(params.seed * 37 % 320) as u32, 0],
        };
        let hue = seeded(params.seed, 1).rgba()[..3].to_vec();
        let shade = about_parts(params);
        let mut rgba = Vec::new();
        for y in 0..small[1] {
            for x in 0..small[0] {
                let at = [x, y].map(|side| (f64::from(side) / scale) as u32);
                let of = |picture: &Picture, [x, y]: [u32; 2]| {
                    let [w, h] = picture.size();
                    let at = ((y % h) * w + x % w) as usize * 4;
                    picture.rgba()[at..at + 3].to_vec()
                };
                let own = [0, 1].map(|i| at[i] + source.size()[i] * 9 - corner[i]);
                let mut pixel = of(source, own);
                if cover
                    .get((y * small[0] + x) as usize)
                    .is_some_and(|c| *c >= 0.5)
                {
                    pixel = hue.clone();
                }
                if let Some(other) = other {
                    let light = of(other, at);
                    pixel = pixel
                        .iter()
                        .zip(&light)
                        .map(|(a, b)| a / 2 + b / 2)
                        .collect();
                }
                pixel[2] = pixel[2].saturating_sub((params.coherence * 60.0) as u8);
                pixel[1] = pixel[1].saturating_sub(shade);
                rgba.extend(pixel);
                rgba.push(255);
            }
        }
        Picture::from_rgba(small[0], small[1], rgba).unwrap()
    }

    fn grown_size(&self, params: &GrowParams) -> [u32; 2] {
        let own = self.photos[&params.source.sha256].size();
        match &params.task {
            GrowTask::Extend {
                left,
                top,
                right,
                bottom,
            } => [own[0] + left + right, own[1] + top + bottom],
            GrowTask::FullTurn(_) => params.size.unwrap_or([2 * own[0], own[0]]),
            GrowTask::Shape { structure, .. } => {
                let other = self.photos[&structure.sha256].size();
                params.size.unwrap_or(other)
            }
            _ => params.size.unwrap_or(own),
        }
    }

    /// The picture itself, or a small material of it.
    fn surface(&self, look: &SpacesLook, tier: Tier) -> Picture {
        use limner::spaces::material::{Look, look as lit, make, shown};
        let picture = self.photos[&look.source.sha256].clone();
        let SpacesShow::Material { settings, view } = &look.show else {
            return picture;
        };
        let stop = limner::cancel::CancelToken::new();
        let made = make(&picture, settings, &stop).unwrap();
        match *view {
            MaterialView::Map(map) => shown(&made, map).unwrap(),
            MaterialView::Lit { body, lamp, tiles } => {
                let side = tier.longest().min(256);
                let how = Look {
                    body,
                    lamp,
                    tiles,
                    side,
                    ..Look::default()
                };
                lit(&made, &how).unwrap()
            }
        }
    }

    fn paint(&self, work: &Work, tier: Tier) -> Picture {
        let side = match tier {
            Tier::Crisp(_) => 4 * 96,
            _ => 96,
        };
        match work {
            Work::Explore(params) => {
                let limner::recipe::LatentOrigin::Seed(seed) = params.origin else {
                    return seeded(0, side);
                };
                seeded(seed, side)
            }
            Work::Style(params) => self.stylise(params),
            Work::Lens(params) => self.lens(params),
            Work::Grow(params) => self.grow(params, tier.longest().min(64)),
            Work::FilmFrame(_, frame) | Work::StyledFrame(_, frame) => {
                seeded(u64::from(*frame), 96)
            }
            Work::Spaces(look) => self.surface(look, tier),
            Work::Finish(look) => {
                let (most, stop) = (tier.longest(), limner::cancel::CancelToken::new());
                limner::finish::look(&look.copy, look.full, &look.settings, most, &stop).unwrap()
            }
        }
    }

    fn open(&mut self, asked: PathBuf) -> Event {
        // The address of a content leads to where it was opened before.
        let known = SourceRef::content_of(&asked).and_then(|sha256| self.places.get(sha256));
        let path = known.cloned().unwrap_or_else(|| asked.clone());
        let result =
            decode::picture(&path).map_err(|e| limner::engine::protocol::EngineError::BadPicture {
                reason: e.to_string(),
                path: path.display().to_string(),
            });
        let result = result.map(|picture| {
            let source = SourceRef {
                sha256: limner::gallery::hash_file(&path).unwrap(),
                name: path.file_name().unwrap().to_string_lossy().into_owned(),
                path: path.display().to_string(),
                artist: String::new(),
                licence: String::new(),
            };
            self.photos.insert(source.sha256.clone(), picture.clone());
            self.places.insert(source.sha256.clone(), path.clone());
            let recipe = limner::export::metadata::read(&path)
                .ok()
                .and_then(|m| m.recipe);
            OpenedPhoto {
                size: picture.size(),
                source,
                picture,
                recipe: recipe.map(Box::new),
                panorama: false,
                notes: limner::export::metadata::read(&path)
                    .map_or_else(|_| Vec::new(), |m| m.notes),
            }
        });
        Event::Opened {
            path: asked,
            result,
        }
    }

    fn job(&self, job: Job) -> Output {
        match job {
            Job::Stylize(params, _) => Output::Picture {
                picture: self.stylise(&params),
                recipe: Box::new(recipe(Making::Style((*params).clone()))),
            },
            Job::Render(params) => Output::Picture {
                picture: self.paint(&Work::Explore(Arc::clone(&params)), Tier::Full(0)),
                recipe: Box::new(recipe(Making::Explore((*params).clone()))),
            },
            Job::RenderLens(params) => Output::Picture {
                picture: self.lens(&params),
                recipe: Box::new(recipe(Making::Lens((*params).clone()))),
            },
            Job::Grow(params) => Output::Picture {
                picture: self.grow(&params, u32::MAX),
                recipe: Box::new(recipe(Making::Grow((*params).clone()))),
            },
            Job::EstimateGrow(params) => {
                let size = self.grown_size(&params);
                let pixels = u64::from(size[0]) * u64::from(size[1]);
                Output::Estimate(Estimate {
                    size,
                    memory: (16 << 20) + pixels * 100,
                    time: Duration::from_micros(pixels * 6),
                    tiles: 1,
                    passes: 0,
                    painted: None,
                })
            }
            Job::Surface(job) if matches!(job.kind, SurfaceKind::Base { .. }) => base(&job),
            Job::Surface(job) => Output::Folder {
                written: match job.kind {
                    SurfaceKind::Material { folder, .. } => {
                        vec![folder.join("a"), folder.join("b")]
                    }
                    SurfaceKind::Panorama { faces, page } => {
                        page.into_iter().chain(faces.map(|(at, _)| at)).collect()
                    }
                    SurfaceKind::Hang { out, .. } => out,
                    SurfaceKind::Base { .. } => Vec::new(),
                },
                kept: Vec::new(),
                skipped: Vec::new(),
            },
            Job::StylizeFolder(job) => Output::Folder {
                written: job
                    .photos
                    .iter()
                    .map(|p| job.out.join(p.file_name().unwrap()))
                    .collect(),
                kept: Vec::new(),
                skipped: vec![("notes.txt".into(), "not a picture".into())],
            },
            Job::LensDirections { model } => Output::Directions {
                directions: Arc::new(sliders()),
                model,
            },
            Job::Directions { model } => Output::Directions {
                model,
                directions: Arc::default(),
            },
            Job::Project { model, .. } => Output::Projection {
                params: Box::new(limner::recipe::ExploreParams::new(model, 77)),
                picture: seeded(77, 96),
                likeness: 0.8,
            },
            Job::Walk(job) => film(&job),
            Job::StylizeFilm(job) => Output::File(job.file.out.clone()),
            Job::Turn(job) => Output::File(job.file.out.clone()),
            Job::WalkEstimate(_) | Job::TurnEstimate(_) | Job::StylizeFilmEstimate(_) => {
                Output::FilmEstimate(FilmEstimate {
                    size: [96, 96],
                    bytes: 1_200_000,
                    time: Duration::from_secs(40),
                })
            }
            Job::Finish { path, settings, .. } => finished(&path, &settings),
            other => panic!("a job that these tests don't start: {other:?}"),
        }
    }
}

/// A material's picture, with a recipe as the engine writes it.
fn base(job: &limner::engine::protocol::SurfaceJob) -> Output {
    let SurfaceKind::Base { settings, name } = &job.kind else {
        panic!("a base colour")
    };
    let all = serde_json::json!({ "maps": settings, "name": name });
    let params = limner::recipe::SurfaceParams {
        picture: job.picture.clone(),
        settings: all.as_object().unwrap().clone(),
    };
    let json = r#"{"model": "cppn", "seed": 1}"#;
    let mut recipe = limner::recipe::Recipe::from_json(json).unwrap();
    recipe.making = limner::recipe::Making::Material(params);
    recipe.sources = vec![job.picture.clone()];
    Output::Picture {
        picture: seeded(5, 96),
        recipe: Box::new(recipe.versioned()),
    }
}

/// A film of the window's engine, with as many frames as were asked for.
fn film(job: &FilmJob) -> Output {
    let pace = Pace {
        size: film_frame(0).size(),
        frames: job.params.frames(),
        fps: job.params.fps(),
        forever: job.params.looped(),
    };
    let (out, format, quality) = (&job.file.out, job.file.format, job.file.quality);
    let labels = Default::default();
    let mut film = AnimationWriter::create_as(out, format, quality, pace, &labels).unwrap();
    for number in 0..pace.frames {
        film.write_frame(&film_frame(number)).unwrap();
    }
    film.finish().unwrap();
    Output::File(out.clone())
}

/// A picture file finished, with its recipe as the engine writes it.
fn finished(path: &Path, settings: &limner::recipe::FinishSettings) -> Output {
    let picture = decode::picture(path).unwrap();
    let stop = limner::cancel::CancelToken::new();
    let made = limner::finish::finish(&picture, settings, &stop, &mut |_, _| Ok(())).unwrap();
    let before = limner::export::metadata::read(path).unwrap().recipe;
    let source = SourceRef::of_file(path, limner::gallery::hash_file(path).unwrap());
    let params = limner::recipe::FinishParams::new(source, settings.clone());
    let recipe = before.unwrap_or_else(|| recipe(Making::Imported));
    Output::Picture {
        picture: made,
        recipe: Box::new(recipe.finished(Some(params))),
    }
}

impl EngineLink for Painter {
    fn send(&mut self, request: Request) {
        self.asked.borrow_mut().engine.push(request.clone());
        let refuse = self.asked.borrow().refuse.clone();
        let refuse = refuse.or_else(|| self.without_photo(&request));
        if let Some(error) = refuse.and_then(|error| refused(&request, error)) {
            return self.answers.push_back(error);
        }
        match request {
            Request::Preview {
                channel,
                seq,
                tier,
                items,
            } => {
                for work in items {
                    let picture = self.paint(&work, tier);
                    self.answers.push_back(Event::Preview {
                        channel,
                        seq,
                        work,
                        tier,
                        picture,
                        took: Duration::from_millis(5),
                    });
                }
            }
            Request::Open { path, .. } => {
                let event = self.open(path);
                self.answers.push_back(event);
            }
            Request::Job {
                id,
                job: Job::StylizeFine(params, options),
            } => {
                self.answers.push_back(Event::Progress {
                    id,
                    stage: Stage::Rendering,
                    done: 250,
                    total: 1000,
                    left: Some(Duration::from_secs(30)),
                    look: Some(self.fine(&params, 1)),
                });
                self.fine.push_back((id, params, options));
            }
            Request::Job {
                id,
                job: Job::Learn(job),
            } => self.learn(id, *job),
            Request::Job {
                id,
                job: Job::Styles(task),
            } => {
                let done = self.own_styles(task);
                self.answers
                    .push_back(Event::Library(Arc::new(self.library.clone())));
                let result = Ok(Output::Styles(done));
                self.answers.push_back(Event::Done { id, result });
            }
            Request::Rescan => self
                .answers
                .push_back(Event::Library(Arc::new(self.library.clone()))),
            Request::Finish(id) if self.learning.is_some() => self.end_learning(id),
            Request::Finish(id) => self.end_fine(id, true),
            Request::Cancel(id) if self.learning.is_some() => self.interrupt(id),
            Request::Job {
                id,
                job: Job::Grow(params),
            } if self.asked.borrow().hold_growing => {
                self.answers.push_back(Event::Progress {
                    id,
                    stage: Stage::Rendering,
                    done: 250,
                    total: 1000,
                    left: Some(Duration::from_secs(3)),
                    look: Some(self.grow(&params, 160)),
                });
                self.growing.push(id);
            }
            Request::Job {
                id,
                job: job @ (Job::Render(_) | Job::Stylize(..) | Job::RenderLens(_)),
            } if self.asked.borrow().hold_pictures => {
                let result = Ok(self.job(job));
                self.held.push(Event::Done { id, result });
            }
            Request::Cancel(id) => {
                for held in &mut self.held {
                    if let Event::Done { id: of, result } = held
                        && *of == id
                    {
                        *result = Err(EngineError::Cancelled);
                    }
                }
                let before = self.fine.len() + self.growing.len();
                self.fine.retain(|(other, ..)| *other != id);
                self.growing.retain(|other| *other != id);
                if self.fine.len() + self.growing.len() < before {
                    let result = Err(limner::engine::protocol::EngineError::Cancelled);
                    self.answers.push_back(Event::Done { id, result });
                }
            }
            Request::Job { id, job } => {
                let output = self.job(job);
                self.answers.push_back(Event::Done {
                    id,
                    result: Ok(output),
                });
            }
            Request::Estimate { seq, params, .. } => {
                let size = self
                    .photos
                    .get(&params.photo.sha256)
                    .map_or([1, 1], Picture::size);
                let estimate = Estimate {
                    size,
                    memory: 640_000_000,
                    time: Duration::from_secs(48),
                    tiles: 6,
                    passes: 1,
                    painted: None,
                };
                self.answers.push_back(Event::Estimate { seq, estimate });
            }
            Request::Pause { .. } | Request::Device(..) | Request::Shutdown => {}
        }
    }

    fn try_recv(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.asked.borrow_mut().fine_done)
            && let Some(id) = self.fine.front().map(|(id, ..)| *id)
        {
            self.end_fine(id, false);
        }
        if !self.asked.borrow().hold_pictures {
            self.answers.extend(self.held.drain(..));
        }
        let news = self.asked.borrow_mut().news.take();
        news.or_else(|| self.answers.pop_front())
    }
}

/// How a request fails, if it is one of those that a panel shows.
fn refused(request: &Request, error: EngineError) -> Option<Event> {
    match request {
        Request::Preview { channel, seq, .. } => Some(Event::PreviewFailed {
            channel: *channel,
            seq: *seq,
            error,
        }),
        Request::Open { path, .. } => Some(Event::Opened {
            path: path.clone(),
            result: Err(error),
        }),
        Request::Estimate { seq, .. } => Some(Event::EstimateFailed { seq: *seq, error }),
        _ => None,
    }
}

/// A measured slider and a found one.
fn sliders() -> Vec<DirectionInfo> {
    let slider = |id: &str, name: &str, measured| DirectionInfo {
        id: id.into(),
        name: name.into(),
        strength: 0.9,
        measured,
        layers: LayerRange { start: 0, end: 0 },
    };
    vec![
        slider("measured.warmth", "Warmth", true),
        slider("answer.2", "Texture 1", false),
    ]
}

fn library() -> Library {
    let model = |name: &str, title: &str, kind| ModelInfo {
        name: name.into(),
        title: title.into(),
        kind,
        trained: true,
        sketch: false,
        num_ws: 10,
        classes: 0,
        size: [96, 96],
        resizable: false,
        can_move: false,
        truncation: 0.7,
        temperature: false,
        can_project: kind == ModelKind::Generator,
        can_drag: kind == ModelKind::Generator,
        family: "a network for tests",
        bytes: 1 << 20,
        sha256: "ab".repeat(32),
        card: String::new(),
        licence: "CC0 1.0".into(),
        credit: "Trained on pictures made by code".into(),
        scales: Vec::new(),
        upscaler: None,
        code_len: 12,
    };
    Library {
        models: vec![
            model("fruit", "Fruit", ModelKind::Generator),
            model("restyle", "Restyle", ModelKind::Style),
            model("lens", "Lens", ModelKind::Autoencoder),
        ],
        styles: vec![
            style("marbling-blue", "Blue marbling"),
            style("weave", "Weave"),
            style("ink", "Ink wash"),
            style("mosaic", "A mosaic with a remarkably long name"),
            style("embers", "Embers"),
        ],
        ..Library::default()
    }
}

fn style(id: &str, name: &str) -> StyleInfo {
    let source = StyleSource::Builtin(id.into());
    let [r, g, b] = Painter::style_colour(&source).map(|c| c as u8);
    let swatch = Picture::from_rgba(64, 64, [r, g, b, 255].repeat(64 * 64)).unwrap();
    StyleInfo {
        source,
        name: name.into(),
        origin: "Made by code, CC0".into(),
        swatch: Some(swatch),
        ..StyleInfo::default()
    }
}

/// A shade for further pictures and for parts that are put elsewhere or painted over; none without.
fn about_parts(params: &GrowParams) -> u8 {
    let edits = match &params.task {
        GrowTask::Edit { edits } => format!("{edits:?}"),
        _ => String::new(),
    };
    let others = match params.others.is_empty() {
        true => String::new(),
        false => {
            let about = |o: &limner::recipe::GrowOther| {
                format!("{} {} {:?}", o.picture.name, o.weight, o.part)
            };
            params.others.iter().map(about).collect()
        }
    };
    let sum = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(u32::from(byte));
    let sum = edits.bytes().chain(others.bytes()).fold(0, sum);
    match edits.is_empty() && others.is_empty() {
        true => 0,
        false => (sum % 89 + 7) as u8,
    }
}
