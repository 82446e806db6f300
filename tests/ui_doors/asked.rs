//! What the window asked the engine for.

use limner::engine::protocol::{Job, Request};
use limner::recipe::GrowParams;

use super::Studio;

impl Studio<'_> {
    /// What was grown as a whole, oldest first.
    pub fn grown(&self) -> Vec<GrowParams> {
        let asked = self.asked.borrow();
        let all = asked.engine.iter().filter_map(|request| match request {
            Request::Job {
                job: Job::Grow(params),
                ..
            } => Some((**params).clone()),
            _ => None,
        });
        all.collect()
    }
}
