//! The picture that is being finished, and what is remembered of others.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::view::{Compare, Workspace};
use crate::engine::protocol::{EngineError, FinishLook, OpenedPhoto, Seq, Work};
use crate::finish;
use crate::picture::Picture;
use crate::recipe::{FinishParams, FinishSettings, Recipe, SourceRef};

/// Steps that can be taken back.
const STEPS: usize = 200;
/// Pictures whose settings are remembered after they were closed.
const REMEMBERED: usize = 64;

/// Finish's part of the state.
#[derive(Debug, Default)]
pub struct FinishState {
    /// The picture that is being finished.
    pub work: Option<FinishWork>,
    /// Settings that were copied.
    pub copied: Option<FinishSettings>,
    /// The workspace in which the user waits for a picture to finish.
    pub(in crate::app) awaited_in: Option<Workspace>,
    /// Finished pictures whose pictures before are being read.
    pub(in crate::app) reopening: Vec<Reopening>,
    /// Settings of pictures that were closed, by content, the oldest first.
    remembered: Vec<(String, FinishSettings)>,
    /// Of the last request for a look.
    pub(in crate::app) seq: Seq,
}

/// A finished picture on its way back to what it was made of.
#[derive(Debug, Clone)]
pub(in crate::app) struct Reopening {
    /// The picture before.
    pub(in crate::app) before: SourceRef,
    /// The file of the finished one.
    pub(in crate::app) path: PathBuf,
    /// The finished one, for when the one before can't be read.
    pub(in crate::app) finished: OpenedPhoto,
    /// What was done to it.
    pub(in crate::app) settings: FinishSettings,
}

/// Looks that were asked for.
#[derive(Debug, Clone)]
pub(in crate::app) struct Asked {
    /// The request.
    pub(in crate::app) seq: Seq,
    /// What was to be seen first.
    pub(in crate::app) settings: FinishSettings,
    /// Longer side at most.
    pub(in crate::app) side: u32,
    /// Looks that are still to come.
    pub(in crate::app) left: usize,
}

/// A look at the picture as it came.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Pixels.
    pub picture: Picture,
    /// What is to be seen on it.
    pub settings: FinishSettings,
    /// Longer side at most.
    pub side: u32,
}

/// One picture in Finish.
#[derive(Debug)]
pub struct FinishWork {
    /// Its file.
    pub path: PathBuf,
    /// Its content.
    pub source: SourceRef,
    /// Pixels at full size.
    pub full: [u32; 2],
    /// A smaller copy.
    pub copy: Picture,
    /// Its recipe, if it has one.
    pub recipe: Option<Box<Recipe>>,
    /// The workspace over which it lies.
    pub over: Workspace,
    /// What is done to it.
    pub settings: FinishSettings,
    /// The whole picture is shown, with handles for the crop.
    pub cropping: bool,
    /// How before and after are compared.
    pub compare: Compare,
    /// The newest look.
    pub shown: Option<Shown>,
    /// The same without light and colour.
    pub before: Option<Shown>,
    /// Why there is no newer look.
    pub error: Option<EngineError>,
    /// The request that is being answered.
    pub(in crate::app) asked: Option<Asked>,
    past: Vec<FinishSettings>,
    future: Vec<FinishSettings>,
    /// A drag goes on: its changes are one step.
    pub(in crate::app) held: bool,
}

impl FinishWork {
    /// A picture just opened.
    pub(in crate::app) fn new(
        path: PathBuf,
        photo: OpenedPhoto,
        over: Workspace,
        settings: FinishSettings,
    ) -> Self {
        Self {
            path,
            source: photo.source,
            full: photo.size,
            copy: photo.picture,
            recipe: photo.recipe,
            over,
            settings,
            cropping: false,
            compare: Compare::Off,
            shown: None,
            before: None,
            error: None,
            asked: None,
            past: Vec::new(),
            future: Vec::new(),
            held: false,
        }
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        match self.source.title() {
            "" => "Picture",
            name => name,
        }
    }

    /// The settings that the canvas shows: while the crop is set, the whole picture.
    pub fn visible(&self) -> FinishSettings {
        FinishSettings {
            crop: self.settings.crop.filter(|_| !self.cropping),
            size: self.settings.size.filter(|_| !self.cropping),
            ..self.settings.clone()
        }
    }

    /// The same part and shape without anything done to light and colour.
    pub fn visible_before(&self) -> FinishSettings {
        self.visible().with_tones_of(&FinishSettings::default())
    }

    /// Width and height of what the canvas shows, at full size.
    pub fn visible_size(&self) -> [u32; 2] {
        finish::output_size(self.full, &self.visible())
    }

    /// Width and height of the result.
    pub fn size(&self) -> [u32; 2] {
        finish::output_size(self.full, &self.settings)
    }

    /// What the engine is asked for a look.
    pub(in crate::app) fn look(&self, settings: FinishSettings) -> Work {
        Work::Finish(Arc::new(FinishLook {
            copy: self.copy.clone(),
            full: self.full,
            settings,
        }))
    }

    /// Whether the look without light and colour is there, or is the look itself.
    pub(in crate::app) fn has_before(&self, wanted: &FinishSettings, side: u32) -> bool {
        *wanted == self.visible()
            || self
                .before
                .as_ref()
                .is_some_and(|before| before.settings == *wanted && before.side >= side)
    }

    /// The recipe of the finished picture.
    pub fn finished_recipe(&self) -> Option<Recipe> {
        let recipe = self.recipe.as_deref()?.clone();
        if self.settings.is_nothing() {
            return Some(recipe);
        }
        let mut params = FinishParams::new(self.source.clone(), self.settings.clone());
        params.before = recipe.finish.clone().map(Box::new);
        Some(recipe.finished(Some(params)))
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step to bring again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    pub(in crate::app) fn set(&mut self, settings: FinishSettings, hand_on: bool) {
        if settings == self.settings {
            return;
        }
        let before = std::mem::replace(&mut self.settings, settings);
        if !self.held {
            self.past.push(before);
            if self.past.len() > STEPS {
                self.past.remove(0);
            }
        }
        self.held = hand_on;
        self.future.clear();
    }

    pub(in crate::app) fn undo(&mut self) {
        if let Some(before) = self.past.pop() {
            self.held = false;
            self.future
                .push(std::mem::replace(&mut self.settings, before));
        }
    }

    pub(in crate::app) fn redo(&mut self) {
        if let Some(after) = self.future.pop() {
            self.held = false;
            self.past.push(std::mem::replace(&mut self.settings, after));
        }
    }
}

impl FinishState {
    pub(in crate::app) fn remember(&mut self, work: &FinishWork) {
        let sha256 = &work.source.sha256;
        self.remembered.retain(|(other, _)| other != sha256);
        if !work.settings.is_nothing() {
            self.remembered
                .push((sha256.clone(), work.settings.clone()));
        }
        if self.remembered.len() > REMEMBERED {
            self.remembered.remove(0);
        }
    }

    /// Settings that aren't saved as pictures: those of pictures that were closed, and of the one
    /// in hand. For the session.
    pub fn unsaved(&self) -> Vec<(String, FinishSettings)> {
        let mut all = self.remembered.clone();
        if let Some(work) = &self.work {
            all.retain(|(other, _)| *other != work.source.sha256);
            if !work.settings.is_nothing() {
                all.push((work.source.sha256.clone(), work.settings.clone()));
            }
        }
        all
    }

    /// Takes over what a session kept.
    pub fn recall(&mut self, unsaved: Vec<(String, FinishSettings)>) {
        self.remembered = unsaved;
        let spare = self.remembered.len().saturating_sub(REMEMBERED);
        self.remembered.drain(..spare);
        for (_, settings) in &mut self.remembered {
            settings.confine();
        }
    }

    pub(in crate::app) fn settings_of(&self, sha256: &str) -> Option<FinishSettings> {
        let found = self.remembered.iter().find(|(of, _)| of == sha256);
        found.map(|(_, settings)| settings.clone())
    }
}
