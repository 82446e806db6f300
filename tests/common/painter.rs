//! A stand-in engine for window tests: it answers at once with small pictures
//! whose colours follow the parameters, so that a test sees what was asked for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use limner::app::ports::EngineLink;
use limner::engine::protocol::{
    Channel, DeviceInfo, DirectionInfo, EngineError, Event, Job, Library, ModelInfo, ModelKind,
    Output, Request, Tier, Work,
};
use limner::picture::Picture;
use limner::recipe::{ExploreParams, LatentOrigin, LayerRange, Making, Recipe};

/// What was asked, and how to behave.
#[derive(Default)]
pub struct PainterLog {
    /// Every request in order.
    pub requests: Vec<Request>,
    /// Previews fail with this.
    pub fail: Option<EngineError>,
    /// Previews don't come.
    pub hold_previews: bool,
    /// What computes, if not the usual stand-in.
    pub device: Option<DeviceInfo>,
    /// What the engine says by itself next.
    pub news: VecDeque<Event>,
    /// Jobs stay unfinished.
    pub hold_jobs: bool,
}

impl PainterLog {
    /// Tiers that the canvas was asked for, oldest first.
    pub fn canvas_tiers(&self) -> Vec<Tier> {
        self.requests
            .iter()
            .filter_map(|r| match r {
                Request::Preview {
                    channel: Channel::Canvas,
                    tier,
                    ..
                } => Some(*tier),
                _ => None,
            })
            .collect()
    }

    /// Jobs that were asked for.
    pub fn jobs(&self) -> Vec<Job> {
        self.requests
            .iter()
            .filter_map(|r| match r {
                Request::Job { job, .. } => Some(job.clone()),
                _ => None,
            })
            .collect()
    }
}

/// The stand-in.
pub struct Painter {
    log: Rc<RefCell<PainterLog>>,
    events: VecDeque<Event>,
}

impl Painter {
    pub fn new(log: Rc<RefCell<PainterLog>>) -> Self {
        let usual = || DeviceInfo {
            name: "CPU".to_owned(),
            detail: "test".to_owned(),
            threads: 2,
            ..DeviceInfo::default()
        };
        let device = log.borrow().device.clone().unwrap_or_else(usual);
        let library = Library {
            unfinished: Vec::new(),
            models: vec![
                model("orchard", "Orchard", ModelKind::Generator, true),
                model("waves", "Waves", ModelKind::Generator, false),
                model("brush", "Brush", ModelKind::Style, true),
            ],
            styles: Vec::new(),
            broken: Vec::new(),
        };
        Self {
            log,
            events: [Event::Ready(device), Event::Library(Arc::new(library))].into(),
        }
    }

    fn job(&mut self, job: Job) -> Result<Output, EngineError> {
        match job {
            Job::Directions { model } => Ok(Output::Directions {
                model,
                directions: Arc::new(directions()),
            }),
            Job::Render(params) => Ok(Output::Picture {
                picture: paint(&params, 64),
                recipe: Box::new(recipe(&params)),
            }),
            _ => Err(EngineError::BadRequest(
                "the stand-in can't do this".to_owned(),
            )),
        }
    }
}

impl EngineLink for Painter {
    fn send(&mut self, request: Request) {
        self.log.borrow_mut().requests.push(request.clone());
        let fail = self.log.borrow().fail.clone();
        match request {
            Request::Preview { .. } if self.log.borrow().hold_previews => {}
            Request::Preview {
                channel,
                seq,
                tier,
                items,
            } => {
                if let Some(error) = fail {
                    self.events.push_back(Event::PreviewFailed {
                        channel,
                        seq,
                        error,
                    });
                    return;
                }
                for work in &items {
                    let side = match tier {
                        Tier::Draft(side) => side.min(32),
                        Tier::Full(_) | Tier::Crisp(_) => 64,
                    };
                    if let Work::Explore(params) = work {
                        self.events.push_back(Event::Preview {
                            channel,
                            seq,
                            work: work.clone(),
                            tier,
                            picture: paint(params, side),
                            took: Duration::from_millis(12),
                        });
                    }
                }
            }
            Request::Job { id, job } if !self.log.borrow().hold_jobs => {
                let result = self.job(job);
                self.events.push_back(Event::Done { id, result });
            }
            Request::Cancel(id) => self.events.push_back(Event::Done {
                id,
                result: Err(EngineError::Cancelled),
            }),
            Request::Open { path, .. } => {
                let error = EngineError::BadPicture {
                    reason: "This is no picture".to_owned(),
                    path: path.display().to_string(),
                };
                self.events.push_back(Event::Opened {
                    path,
                    result: Err(error),
                });
            }
            _ => {}
        }
    }

    fn try_recv(&mut self) -> Option<Event> {
        let news = self.log.borrow_mut().news.pop_front();
        self.events.pop_front().or(news)
    }
}

fn model(name: &str, title: &str, kind: ModelKind, trained: bool) -> ModelInfo {
    ModelInfo {
        name: name.to_owned(),
        title: title.to_owned(),
        kind,
        trained,
        sketch: false,
        num_ws: if trained { 8 } else { 1 },
        classes: 0,
        size: [128, 128],
        resizable: !trained,
        can_move: false,
        truncation: 0.7,
        temperature: false,
        can_project: trained && kind == ModelKind::Generator,
        can_drag: trained && kind == ModelKind::Generator,
        family: "a network for tests",
        bytes: 4_200_000,
        sha256: "00ff".repeat(16),
        card: format!("# {title}\nA network for tests.\n\n- trained on nothing"),
        licence: "CC0".to_owned(),
        credit: "Nobody".to_owned(),
        scales: Vec::new(),
        upscaler: None,
        code_len: 0,
    }
}

/// Two measured and three found sliders.
fn directions() -> Vec<DirectionInfo> {
    let make = |id: &str, name: &str, measured| DirectionInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        strength: 0.62,
        measured,
        layers: LayerRange { start: 0, end: 8 },
    };
    vec![
        make("measured.warmth", "Warmth", true),
        make("measured.brightness", "Brightness", true),
        make("pca.0", "Shape 1", false),
        make("pca.1", "Shape 2", false),
        make("pca.2", "Colour 1", false),
    ]
}

fn recipe(params: &ExploreParams) -> Recipe {
    limner::app::recipes::bare_recipe(Making::Explore(params.clone()))
}

/// Rings whose colours follow the seed and the sliders.
pub fn paint(params: &ExploreParams, side: u32) -> Picture {
    let seed = match &params.origin {
        LatentOrigin::Seed(seed) => *seed,
        _ => 0,
    };
    let sum: f32 = params
        .edits
        .iter()
        .enumerate()
        .map(|(i, e)| e.sigma * (i + 1) as f32)
        .sum();
    let mut pixels = Vec::with_capacity((side * side * 4) as usize);
    for y in 0..side {
        for x in 0..side {
            let dx = x as f32 / side as f32 - 0.5;
            let dy = y as f32 / side as f32 - 0.5;
            let ring = ((dx * dx + dy * dy).sqrt() * 9.0 + sum * 0.35).sin() * 0.5 + 0.5;
            let hue = seed as f32 * 0.7 + params.truncation_psi;
            for phase in [0.0, 2.1, 4.2] {
                let tint = (hue + phase).sin() * 0.35 + 0.6;
                pixels.push((ring * tint * 255.0) as u8);
            }
            pixels.push(255);
        }
    }
    Picture::from_rgba(side, side, pixels).expect("the buffer fits")
}
