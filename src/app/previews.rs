//! Which previews are asked for and which pictures have come. The canvas follows
//! the document; small pictures are asked for by panels.

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::protocol::{Channel, EngineError, Request, Seq, Tier, Work};
use crate::picture::Picture;

/// A full picture that comes within this time needs no draft before it.
const PATIENCE: Duration = Duration::from_millis(250);

/// A picture as it came from the engine.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Pixels; a draft is smaller than the picture it stands for.
    pub picture: Picture,
    /// What it shows.
    pub work: Work,
    /// Draft or full.
    pub tier: Tier,
    /// How long it took.
    pub took: Duration,
}

impl Shown {
    /// Whether it's only a draft.
    pub fn is_draft(&self) -> bool {
        matches!(self.tier, Tier::Draft(_))
    }
}

/// What a channel was asked and what came.
#[derive(Debug, Default)]
pub struct ChannelState {
    items: Vec<Work>,
    tier: Option<Tier>,
    pictures: Vec<Option<Picture>>,
    /// For each item of the last request, its place in `items`.
    asked: Vec<usize>,
    seq: Seq,
    shown_seq: Seq,
    /// Why the last request failed.
    pub error: Option<EngineError>,
}

impl ChannelState {
    /// The picture of a piece of work, if it has come.
    pub fn picture(&self, work: &Work) -> Option<&Picture> {
        let at = self.items.iter().position(|w| w == work)?;
        self.pictures[at].as_ref()
    }

    /// What was asked, with what has come of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Work, Option<&Picture>)> {
        self.items
            .iter()
            .zip(self.pictures.iter().map(Option::as_ref))
    }

    /// Whether pictures are still to come.
    pub fn is_waiting(&self) -> bool {
        self.error.is_none() && self.pictures.iter().any(Option::is_none)
    }
}

/// All preview channels.
#[derive(Debug, Default)]
pub struct Previews {
    channels: HashMap<Channel, ChannelState>,
    /// The newest picture of Explore.
    pub explore: Option<Shown>,
    /// The newest picture of Style.
    pub style: Option<Shown>,
    /// The newest picture of Lens.
    pub lens: Option<Shown>,
    /// Why the canvas has no newer picture.
    pub canvas_error: Option<EngineError>,
    canvas_work: Option<(Work, Tier)>,
    canvas_seq: Seq,
    canvas_shown: Seq,
    full_took: Option<Duration>,
}

impl Previews {
    /// A channel's state; empty before the first request.
    pub fn channel(&self, channel: Channel) -> Option<&ChannelState> {
        self.channels.get(&channel)
    }

    /// A small picture on any channel.
    pub fn picture(&self, channel: Channel, work: &Work) -> Option<&Picture> {
        self.channels.get(&channel)?.picture(work)
    }

    /// Whether the canvas waits for a newer picture.
    pub fn canvas_waiting(&self) -> bool {
        self.canvas_error.is_none() && self.canvas_shown < self.canvas_seq
    }

    /// Whether a channel was asked just that last.
    pub fn was_asked(&self, channel: Channel, tier: Tier, items: &[Work]) -> bool {
        match self.channels.get(&channel) {
            Some(state) => state.tier == Some(tier) && state.items == items,
            None => items.is_empty(),
        }
    }

    /// Asks for small pictures unless the channel was asked just that. Pictures
    /// that are there already are not asked for again.
    pub fn ask(&mut self, channel: Channel, tier: Tier, items: Vec<Work>) -> Option<Request> {
        if self.was_asked(channel, tier, &items) {
            return None;
        }
        let state = self.channels.entry(channel).or_default();
        let same_tier = state.tier == Some(tier);
        let pictures: Vec<Option<Picture>> = items
            .iter()
            .map(|w| state.picture(w).filter(|_| same_tier).cloned())
            .collect();
        let asked: Vec<usize> = (0..items.len())
            .filter(|&i| pictures[i].is_none())
            .collect();
        let missing = asked.iter().map(|&i| items[i].clone()).collect();
        state.seq += 1;
        state.items = items;
        state.tier = Some(tier);
        state.pictures = pictures;
        state.asked = asked;
        state.error = None;
        Some(Request::Preview {
            channel,
            seq: state.seq,
            tier,
            items: missing,
        })
    }

    /// Forgets what was asked, e.g. because the models changed.
    pub fn forget(&mut self) {
        self.canvas_work = None;
        for state in self.channels.values_mut() {
            state.tier = None;
        }
    }

    /// Asks for the canvas' picture if the work or its quality changed. While the
    /// hand is on, drafts are enough; a full picture is never replaced by a draft
    /// of the same. Where full pictures take long, a draft comes before each.
    pub fn ask_canvas(
        &mut self,
        work: Option<Work>,
        draft: Tier,
        full: Tier,
        hand_on: bool,
    ) -> Option<Request> {
        let work = work?;
        let same = self.canvas_work.as_ref().filter(|(w, _)| *w == work);
        let tier = if hand_on || (self.is_slow() && same.is_none()) {
            draft
        } else {
            full
        };
        if let Some((_, asked)) = same
            && (hand_on || *asked == full || (self.is_slow() && self.canvas_waiting()))
        {
            return None;
        }
        self.canvas_seq += 1;
        self.canvas_error = None;
        self.canvas_work = Some((work.clone(), tier));
        Some(Request::Preview {
            channel: Channel::Canvas,
            seq: self.canvas_seq,
            tier,
            items: vec![work],
        })
    }

    /// Whether a full picture takes so long that a draft should come first; also
    /// as long as none has come.
    fn is_slow(&self) -> bool {
        self.full_took.is_none_or(|t| t > PATIENCE)
    }

    /// Takes a picture in. Older ones than what is shown are dropped. Returns
    /// whether the canvas has a new picture.
    pub fn receive(&mut self, channel: Channel, seq: Seq, index: usize, shown: Received) -> bool {
        if channel == Channel::Canvas {
            return self.receive_canvas(seq, shown);
        }
        if let Some(state) = self.channels.get_mut(&channel)
            && state.seq == seq
            && let Some(&at) = state.asked.get(index)
        {
            state.shown_seq = seq;
            state.pictures[at] = Some(shown.picture);
        }
        false
    }

    fn receive_canvas(&mut self, seq: Seq, shown: Received) -> bool {
        // Between two requests the work is not known here; a draft of an older
        // request is still shown while a drag goes on, under the newest work.
        let Some((work, _)) = &self.canvas_work else {
            return false;
        };
        if seq < self.canvas_shown || seq > self.canvas_seq {
            return false;
        }
        self.canvas_shown = seq;
        if matches!(shown.tier, Tier::Full(_)) {
            self.full_took = Some(shown.took);
        }
        let entry = Some(Shown {
            picture: shown.picture,
            work: work.clone(),
            tier: shown.tier,
            took: shown.took,
        });
        match work {
            Work::Explore(_) => self.explore = entry,
            Work::Style(_) => self.style = entry,
            Work::Lens(_) => self.lens = entry,
            // Walks are only shown in small.
            Work::WalkFrame(..) => {}
        }
        seq == self.canvas_seq
    }

    /// Takes a failure in.
    pub fn fail(&mut self, channel: Channel, seq: Seq, error: EngineError) {
        if error == EngineError::Cancelled {
            return;
        }
        if channel == Channel::Canvas {
            if seq == self.canvas_seq {
                self.canvas_error = Some(error);
            }
        } else if let Some(state) = self.channels.get_mut(&channel)
            && state.seq == seq
        {
            state.error = Some(error);
        }
    }
}

/// The part of an engine's answer that previews care about.
#[derive(Debug, Clone)]
pub struct Received {
    /// Pixels.
    pub picture: Picture,
    /// Asked tier.
    pub tier: Tier,
    /// Time.
    pub took: Duration,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::recipe::ExploreParams;

    fn work(seed: u64) -> Work {
        Work::Explore(Arc::new(ExploreParams::new("m", seed)))
    }

    fn received(tier: Tier) -> Received {
        Received {
            picture: Picture::from_rgba(1, 1, vec![0, 0, 0, 255]).unwrap(),
            tier,
            took: Duration::ZERO,
        }
    }

    const DRAFT: Tier = Tier::Draft(128);
    const FULL: Tier = Tier::Full(512);

    #[test]
    fn dragging_asks_for_drafts_and_release_for_the_full_picture() {
        let mut p = Previews {
            full_took: Some(Duration::ZERO),
            ..Previews::default()
        };
        assert!(p.ask_canvas(Some(work(1)), DRAFT, FULL, false).is_some());
        // Pressing somewhere without a change asks for nothing.
        assert!(p.ask_canvas(Some(work(1)), DRAFT, FULL, true).is_none());
        let Some(Request::Preview { tier, .. }) = p.ask_canvas(Some(work(2)), DRAFT, FULL, true)
        else {
            panic!("a change asks for a picture");
        };
        assert_eq!(tier, DRAFT);
        assert!(p.ask_canvas(Some(work(2)), DRAFT, FULL, true).is_none());
        let Some(Request::Preview { tier, .. }) = p.ask_canvas(Some(work(2)), DRAFT, FULL, false)
        else {
            panic!("release asks for the full picture");
        };
        assert_eq!(tier, FULL);
    }

    #[test]
    fn a_slow_network_shows_a_draft_first() {
        let mut p = Previews::default();
        let tier = |r: Option<Request>| match r {
            Some(Request::Preview { tier, .. }) => Some(tier),
            _ => None,
        };
        assert_eq!(
            tier(p.ask_canvas(Some(work(1)), DRAFT, FULL, false)),
            Some(DRAFT)
        );
        assert_eq!(tier(p.ask_canvas(Some(work(1)), DRAFT, FULL, false)), None);
        p.receive(Channel::Canvas, 1, 0, received(DRAFT));
        assert_eq!(
            tier(p.ask_canvas(Some(work(1)), DRAFT, FULL, false)),
            Some(FULL)
        );
        p.receive(Channel::Canvas, 2, 0, received(FULL));
        // It was quick after all: the next one comes at once.
        assert_eq!(
            tier(p.ask_canvas(Some(work(2)), DRAFT, FULL, false)),
            Some(FULL)
        );
    }

    #[test]
    fn an_older_picture_never_replaces_a_newer_one() {
        let mut p = Previews::default();
        p.ask_canvas(Some(work(1)), DRAFT, FULL, false);
        p.ask_canvas(Some(work(2)), DRAFT, FULL, false);
        assert!(p.receive(Channel::Canvas, 2, 0, received(FULL)));
        assert!(!p.receive(Channel::Canvas, 1, 0, received(DRAFT)));
        assert!(!p.explore.as_ref().unwrap().is_draft());
    }

    #[test]
    fn small_pictures_that_are_there_are_not_asked_for_again() {
        let mut p = Previews::default();
        p.ask(Channel::Strip, DRAFT, vec![work(1), work(2)]);
        p.receive(Channel::Strip, 1, 0, received(DRAFT));
        let Some(Request::Preview { items, .. }) =
            p.ask(Channel::Strip, DRAFT, vec![work(3), work(1)])
        else {
            panic!("a new list is asked for");
        };
        assert_eq!(items, vec![work(3)]);
        p.receive(Channel::Strip, 2, 0, received(DRAFT));
        assert!(p.picture(Channel::Strip, &work(3)).is_some());
        assert!(!p.channel(Channel::Strip).unwrap().is_waiting());
    }
}
