//! Every style tried on the photo in hand, small: for those who choose by looking.

use std::sync::Arc;

use crate::app::action::Action;
use crate::engine::protocol::{Channel, Tier, Work};
use crate::picture::Picture;
use crate::recipe::{StyleLayer, StyleParams, StyleSource};
use crate::ui::panel::Panel;

/// Longer side of a small picture.
const SIDE: u32 = 128;
/// How long nothing else was wanted before styles are tried, seconds.
const MOMENT: f64 = 1.2;

/// The list of what is tried, made anew when photo, network or sliders change.
#[derive(Default)]
pub struct Tryouts {
    /// What is tried, and since when nothing else is wanted.
    base: Option<StyleParams>,
    idle_since: Option<f64>,
    works: Vec<(StyleSource, Work)>,
}

impl Tryouts {
    /// Asks for the small pictures while they are wanted and the machine is idle. What has come
    /// stays when it isn't any more; the rest waits.
    pub fn ask(&mut self, ui: &egui::Ui, p: &mut Panel<'_>) {
        if !p.state.prefs.tryouts {
            return;
        }
        let hand_on = ui.input(|i| i.pointer.any_down());
        let idle = self.is_idle(ui, p, hand_on);
        let Some(params) = p.state.doc.style.params() else {
            return;
        };
        let base = StyleParams {
            styles: Vec::new(),
            ..params
        };
        if self.base.as_ref() != Some(&base) && idle {
            let styles = &p.state.engine.library.styles;
            self.works = styles
                .iter()
                .map(|s| (s.source.clone(), work(&base, &s.source)))
                .collect();
            self.base = Some(base);
        }
        p.actions.push(Action::Previews {
            channel: Channel::Strip,
            tier: Tier::Draft(SIDE),
            items: self.wanted(p, idle),
        });
    }

    /// Whether nothing else is computed or wanted, for a moment already.
    fn is_idle(&mut self, ui: &egui::Ui, p: &Panel<'_>, hand_on: bool) -> bool {
        let engine = &p.state.engine;
        let busy = hand_on || !engine.jobs.is_empty() || p.state.previews.canvas_waiting();
        let now = ui.input(|i| i.time);
        if busy {
            self.idle_since = None;
            return false;
        }
        let since = *self.idle_since.get_or_insert(now);
        let left = MOMENT - (now - since);
        if left > 0.0 {
            let pause = std::time::Duration::from_secs_f64(left);
            ui.ctx().request_repaint_after(pause);
        }
        left <= 0.0
    }

    /// All of them, or those that are there.
    fn wanted(&self, p: &Panel<'_>, idle: bool) -> Vec<Work> {
        let there = |work: &Work| p.state.previews.picture(Channel::Strip, work).is_some();
        let works = self.works.iter().map(|(_, work)| work);
        works.filter(|work| idle || there(work)).cloned().collect()
    }

    /// The photo in a style, once it has come.
    pub fn picture<'a>(&self, p: &Panel<'a>, style: &StyleSource) -> Option<&'a Picture> {
        if !p.state.prefs.tryouts {
            return None;
        }
        let (_, work) = self.works.iter().find(|(s, _)| s == style)?;
        p.state.previews.picture(Channel::Strip, work)
    }
}

fn work(base: &StyleParams, style: &StyleSource) -> Work {
    let layer = StyleLayer {
        style: style.clone(),
        weight: 1.0,
        code: None,
        learnt: None,
        code_edits: Vec::new(),
        mask: None,
    };
    Work::Style(Arc::new(StyleParams {
        styles: vec![layer],
        ..base.clone()
    }))
}
