//! Which previews are asked for and which pictures have come. The canvas follows
//! the document; small pictures are asked for by panels.

use std::collections::HashMap;
use std::time::Duration;

use crate::app::view::Workspace;
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
    seq: Seq,
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
    /// The newest picture of Grow: its first sizes.
    pub grow: Option<Shown>,
    canvas_error: Option<(Workspace, EngineError)>,
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

    /// Why the canvas of a workspace has no newer picture.
    pub fn canvas_error(&self, workspace: Workspace) -> Option<&EngineError> {
        let (failed, error) = self.canvas_error.as_ref()?;
        (*failed == workspace).then_some(error)
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
        let missing = items
            .iter()
            .zip(&pictures)
            .filter(|(_, picture)| picture.is_none())
            .map(|(work, _)| work.clone())
            .collect();
        state.seq += 1;
        state.items = items;
        state.tier = Some(tier);
        state.pictures = pictures;
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

    /// Forgets what failed, because it may go well now.
    pub fn forget_failed(&mut self) {
        if self.canvas_error.is_some() {
            self.canvas_work = None;
        }
        for state in self.channels.values_mut().filter(|s| s.error.is_some()) {
            state.tier = None;
        }
    }

    /// Asks for the canvas' picture if the work or its quality changed. While the
    /// hand is on, drafts are enough; a full picture is never replaced by a draft
    /// of the same. Where full pictures take long, a draft comes before each. Of a stylised photo
    /// the best picture comes after the full one.
    pub fn ask_canvas(
        &mut self,
        work: Option<Work>,
        draft: Tier,
        full: Tier,
        hand_on: bool,
    ) -> Option<Request> {
        let work = work?;
        let asked = self.canvas_work.as_ref().filter(|(w, _)| *w == work);
        let asked = asked.map(|(_, tier)| *tier);
        let best = match (&work, full) {
            (Work::Style(_), Tier::Full(side)) => Tier::Crisp(side),
            _ => full,
        };
        let tier = match asked {
            _ if hand_on => draft,
            None if self.is_slow() => draft,
            Some(asked) if asked == full => best,
            _ => full,
        };
        let done = |asked| {
            let full_first =
                asked == full && (self.canvas_waiting() || self.canvas_error.is_some());
            let draft_first = self.is_slow() && self.canvas_waiting();
            hand_on || asked == best || full_first || draft_first
        };
        if asked.is_some_and(done) {
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
    pub fn receive(&mut self, channel: Channel, seq: Seq, shown: Received) -> bool {
        if channel == Channel::Canvas {
            return self.receive_canvas(seq, shown);
        }
        if let Some(state) = self.channels.get_mut(&channel)
            && state.seq == seq
        {
            // A list may hold the same work twice.
            for (work, picture) in state.items.iter().zip(&mut state.pictures) {
                if *work == shown.work {
                    *picture = Some(shown.picture.clone());
                }
            }
        }
        false
    }

    fn receive_canvas(&mut self, seq: Seq, shown: Received) -> bool {
        // A draft of an older request is still shown while a drag goes on, and in a
        // workspace that isn't in front any more: as what it is.
        if seq < self.canvas_shown || seq > self.canvas_seq {
            return false;
        }
        self.canvas_shown = seq;
        let best = matches!((&shown.work, shown.tier), (Work::Style(_), Tier::Crisp(_)));
        if !matches!(shown.tier, Tier::Draft(_)) && !best {
            self.full_took = Some(shown.took);
        }
        let place = match shown.work {
            Work::Explore(_) => &mut self.explore,
            Work::Style(_) => &mut self.style,
            Work::Lens(_) => &mut self.lens,
            Work::Grow(_) => &mut self.grow,
            // Films are only shown in small.
            Work::FilmFrame(..) | Work::StyledFrame(..) | Work::Finish(_) | Work::Spaces(_) => {
                return false;
            }
        };
        *place = Some(Shown {
            picture: shown.picture,
            work: shown.work,
            tier: shown.tier,
            took: shown.took,
        });
        seq == self.canvas_seq
    }

    /// Takes a failure in.
    pub fn fail(&mut self, channel: Channel, seq: Seq, error: EngineError) {
        if error == EngineError::Cancelled {
            return;
        }
        if channel == Channel::Canvas {
            let asked = self
                .canvas_work
                .as_ref()
                .and_then(|(work, _)| seen_in(work));
            if seq == self.canvas_seq
                && let Some(workspace) = asked
            {
                self.canvas_error = Some((workspace, error));
            }
        } else if let Some(state) = self.channels.get_mut(&channel)
            && state.seq == seq
        {
            state.error = Some(error);
        }
    }
}

/// The workspace on whose canvas a piece of work is shown; films are on none.
fn seen_in(work: &Work) -> Option<Workspace> {
    match work {
        Work::Explore(_) => Some(Workspace::Explore),
        Work::Style(_) => Some(Workspace::Style),
        Work::Lens(_) => Some(Workspace::Lens),
        Work::Grow(_) => Some(Workspace::Grow),
        Work::FilmFrame(..) | Work::StyledFrame(..) | Work::Finish(_) | Work::Spaces(_) => None,
    }
}

/// The part of an engine's answer that previews care about.
#[derive(Debug, Clone)]
pub struct Received {
    /// Pixels.
    pub picture: Picture,
    /// What they show.
    pub work: Work,
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

    fn received(seed: u64, tier: Tier) -> Received {
        Received {
            work: work(seed),
            picture: Picture::from_rgba(1, 1, vec![0, 0, 0, 255]).unwrap(),
            tier,
            took: Duration::ZERO,
        }
    }

    /// The tier that was asked for.
    fn tier(request: Option<Request>) -> Option<Tier> {
        match request {
            Some(Request::Preview { tier, .. }) => Some(tier),
            _ => None,
        }
    }

    /// The tier that is asked for of a picture.
    fn asked(p: &mut Previews, seed: u64, hand_on: bool) -> Option<Tier> {
        tier(p.ask_canvas(Some(work(seed)), DRAFT, FULL, hand_on))
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
        assert_eq!(asked(&mut p, 2, true), Some(DRAFT));
        assert!(p.ask_canvas(Some(work(2)), DRAFT, FULL, true).is_none());
        assert_eq!(asked(&mut p, 2, false), Some(FULL));
    }

    #[test]
    fn a_slow_network_shows_a_draft_first() {
        let mut p = Previews::default();
        assert_eq!(asked(&mut p, 1, false), Some(DRAFT));
        assert_eq!(asked(&mut p, 1, false), None);
        p.receive(Channel::Canvas, 1, received(1, DRAFT));
        assert_eq!(asked(&mut p, 1, false), Some(FULL));
        p.receive(Channel::Canvas, 2, received(1, FULL));
        // It was quick after all: the next one comes at once.
        assert_eq!(asked(&mut p, 2, false), Some(FULL));
    }

    #[test]
    fn finer_strokes_come_after_the_full_picture() {
        let json = serde_json::json!({ "model": "s", "styles": [], "strength": 1.0, "brush": 1.0,
            "photo": { "sha256": "a" }, "keep_colors": 0.0 });
        let params: crate::recipe::StyleParams = serde_json::from_value(json).unwrap();
        let style = Work::Style(Arc::new(params));
        let mut p = Previews {
            full_took: Some(Duration::ZERO),
            ..Previews::default()
        };
        let asked = |p: &mut Previews| tier(p.ask_canvas(Some(style.clone()), DRAFT, FULL, false));
        let best = Tier::Crisp(512);
        assert_eq!(asked(&mut p), Some(FULL));
        assert_eq!(asked(&mut p), None, "it is still awaited");
        for (seq, tier, then) in [(1, FULL, Some(best)), (2, best, None)] {
            let shown = Received {
                work: style.clone(),
                took: Duration::from_secs(seq),
                ..received(1, tier)
            };
            p.receive(Channel::Canvas, seq, shown);
            assert_eq!(asked(&mut p), then);
            assert_eq!(asked(&mut p), None);
        }
        // What the finer strokes took says nothing of the next picture's first.
        assert_eq!(p.full_took, Some(Duration::from_secs(1)));
    }

    #[test]
    fn an_older_picture_never_replaces_a_newer_one() {
        let mut p = Previews::default();
        p.ask_canvas(Some(work(1)), DRAFT, FULL, false);
        p.ask_canvas(Some(work(2)), DRAFT, FULL, false);
        assert!(p.receive(Channel::Canvas, 2, received(2, FULL)));
        assert!(!p.receive(Channel::Canvas, 1, received(1, DRAFT)));
        assert!(!p.explore.as_ref().unwrap().is_draft());
    }

    #[test]
    fn a_picture_is_of_the_work_it_was_asked_for_whatever_was_asked_since() {
        let style = |seed: &str| {
            let photo = crate::recipe::SourceRef {
                sha256: seed.into(),
                name: String::new(),
                path: String::new(),
                artist: String::new(),
                licence: String::new(),
            };
            let json = serde_json::json!({ "model": "s", "photo": photo, "styles": [],
                "strength": 1.0, "brush": 1.0, "keep_colors": 0.0 });
            let params: crate::recipe::StyleParams = serde_json::from_value(json).unwrap();
            let lens = crate::recipe::LensParams::new("l", photo);
            (Work::Style(Arc::new(params)), Work::Lens(Arc::new(lens)))
        };
        let ((style, lens), (other, _)) = (style("a"), style("b"));
        let all = [work(1), style.clone(), lens.clone()];
        for first in &all {
            for second in all.iter().chain([&work(2), &other]) {
                let mut p = Previews::default();
                p.ask_canvas(Some(first.clone()), DRAFT, FULL, false);
                p.ask_canvas(Some(second.clone()), DRAFT, FULL, false);
                let late = Received {
                    work: first.clone(),
                    ..received(1, DRAFT)
                };
                p.receive(Channel::Canvas, 1, late);
                let shown = [&p.explore, &p.style, &p.lens];
                let shown: Vec<&Work> = shown
                    .iter()
                    .filter_map(|s| s.as_ref())
                    .map(|s| &s.work)
                    .collect();
                assert_eq!(shown, [first], "then asked for {second:?}");
            }
        }
    }

    #[test]
    fn an_error_stays_on_the_canvas_that_it_is_of() {
        let mut p = Previews::default();
        p.ask_canvas(Some(work(1)), DRAFT, FULL, false);
        p.fail(Channel::Canvas, 1, EngineError::Internal("x".into()));
        assert!(p.canvas_error(Workspace::Explore).is_some());
        assert!(p.canvas_error(Workspace::Style).is_none());
    }

    #[test]
    fn what_failed_is_asked_for_once_more_when_it_may_go_well() {
        let mut p = Previews::default();
        p.ask_canvas(Some(work(1)), DRAFT, FULL, true);
        p.ask(Channel::Strip, DRAFT, vec![work(2)]);
        p.ask(Channel::Hover, DRAFT, vec![work(3)]);
        let again = |p: &mut Previews| {
            let mut small = |channel, n| p.ask(channel, DRAFT, vec![work(n)]).is_some();
            let [strip, hover] = [small(Channel::Strip, 2), small(Channel::Hover, 3)];
            let canvas = p.ask_canvas(Some(work(1)), DRAFT, FULL, true);
            [canvas.is_some(), strip, hover]
        };
        p.forget_failed();
        assert_eq!(
            again(&mut p),
            [false; 3],
            "what is on its way is left alone"
        );
        for channel in [Channel::Canvas, Channel::Strip] {
            p.fail(channel, 1, EngineError::Internal("x".into()));
        }
        assert_eq!(again(&mut p), [false; 3], "once is enough");
        p.forget_failed();
        assert_eq!(again(&mut p), [true, true, false]);
    }

    #[test]
    fn small_pictures_that_are_there_are_not_asked_for_again() {
        let mut p = Previews::default();
        p.ask(Channel::Strip, DRAFT, vec![work(1), work(2)]);
        p.receive(Channel::Strip, 1, received(1, DRAFT));
        let Some(Request::Preview { items, .. }) =
            p.ask(Channel::Strip, DRAFT, vec![work(3), work(1)])
        else {
            panic!("a new list is asked for");
        };
        assert_eq!(items, vec![work(3)]);
        p.receive(Channel::Strip, 2, received(3, DRAFT));
        assert!(p.picture(Channel::Strip, &work(3)).is_some());
        assert!(!p.channel(Channel::Strip).unwrap().is_waiting());
    }
}
