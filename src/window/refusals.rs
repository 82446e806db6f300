//! Answers to requests that nobody took: they come in their order, behind the events that
//! waited already when they were refused.

use std::collections::VecDeque;

/// Refusals on their way to the window.
#[derive(Debug)]
pub(super) struct Refusals<E> {
    /// Events that were taken so far.
    taken: usize,
    /// Behind how many events each comes.
    waiting: VecDeque<(usize, E)>,
}

impl<E> Default for Refusals<E> {
    fn default() -> Self {
        Self {
            taken: 0,
            waiting: VecDeque::new(),
        }
    }
}

impl<E> Refusals<E> {
    /// Answers a request that wasn't taken, while `queued` events wait to be read.
    pub(super) fn refuse(&mut self, queued: usize, answer: E) {
        self.waiting.push_back((self.taken + queued, answer));
    }

    /// The next answer: `event` gives the next event if there is one.
    pub(super) fn next(&mut self, event: impl FnOnce() -> Option<E>) -> Option<E> {
        let due = |(place, _): &(usize, E)| *place <= self.taken;
        if !self.waiting.front().is_some_and(due)
            && let Some(event) = event()
        {
            self.taken += 1;
            return Some(event);
        }
        self.waiting.pop_front().map(|(_, answer)| answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_keep_their_order_and_come_behind_what_waited() {
        let mut events: VecDeque<&str> = ["a", "b"].into();
        let mut refusals = Refusals::default();
        refusals.refuse(events.len(), "first refused");
        refusals.refuse(events.len(), "second refused");
        events.push_back("c");
        let told: Vec<&str> = std::iter::from_fn(|| refusals.next(|| events.pop_front())).collect();
        assert_eq!(told, ["a", "b", "first refused", "second refused", "c"]);
        refusals.refuse(0, "third refused");
        events.push_back("d");
        assert_eq!(refusals.next(|| events.pop_front()), Some("third refused"));
        assert_eq!(refusals.next(|| events.pop_front()), Some("d"));
        assert_eq!(refusals.next(|| events.pop_front()), None);
    }
}
