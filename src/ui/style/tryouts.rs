//! Every style tried on the photo in hand, small: for those who choose by looking.

use std::sync::Arc;

use crate::app::action::Action;
use crate::engine::protocol::{Channel, Tier, Work};
use crate::picture::Picture;
use crate::recipe::{StyleLayer, StyleParams, StyleSource};
use crate::ui::panel::Panel;

/// Longer side of a small picture.
const SIDE: u32 = 128;

/// The list of what is tried, made anew when photo, network or sliders change.
#[derive(Default)]
pub struct Tryouts {
    /// Whether the styles are shown on the photo.
    pub on: bool,
    base: Option<StyleParams>,
    works: Vec<(StyleSource, Work)>,
}

impl Tryouts {
    /// Asks for the small pictures while switched on and the hand is off.
    pub fn ask(&mut self, p: &mut Panel<'_>, hand_on: bool) {
        if !self.on {
            return;
        }
        let Some(params) = p.state.doc.style.params() else {
            return;
        };
        let base = StyleParams {
            styles: Vec::new(),
            ..params
        };
        if self.base.as_ref() != Some(&base) && !hand_on {
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
            items: self.works.iter().map(|(_, work)| work.clone()).collect(),
        });
    }

    /// The photo in a style, once it has come.
    pub fn picture<'a>(&self, p: &Panel<'a>, style: &StyleSource) -> Option<&'a Picture> {
        if !self.on {
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
