//! Pause and cancel: one handle per download, obeyed within moments even while the
//! network is silent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use ureq::Agent;

use super::HubError;

/// What the user wants of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Run,
    Pause,
    Cancel,
}

struct Shared {
    wish: Wish,
    /// The connections to break when the wish is to stop.
    agent: Option<Agent>,
}

/// Stops a download from another thread. Clones are the same handle.
#[derive(Clone)]
pub struct Control(Arc<(Mutex<Shared>, Condvar)>);

impl Default for Control {
    fn default() -> Self {
        let shared = Shared {
            wish: Wish::Run,
            agent: None,
        };
        Self(Arc::new((Mutex::new(shared), Condvar::new())))
    }
}

impl Control {
    /// Stops, keeping what came.
    pub fn pause(&self) {
        self.stop(Wish::Pause);
    }

    /// Stops; what came is thrown away by the download.
    pub fn cancel(&self) {
        self.stop(Wish::Cancel);
    }

    fn stop(&self, wish: Wish) {
        let (shared, bell) = &*self.0;
        let mut shared = shared.lock();
        shared.wish = wish;
        if let Some(agent) = shared.agent.take() {
            // Wakes reads that wait for a silent network.
            agent.shutdown();
        }
        bell.notify_all();
    }

    /// Remembers whose connections to break.
    pub(super) fn guard(&self, agent: &Agent) {
        let mut shared = self.0.0.lock();
        if shared.wish == Wish::Run {
            shared.agent = Some(agent.clone());
        } else {
            agent.clone().shutdown();
        }
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// [`HubError::Paused`] or [`HubError::Cancelled`].
    pub fn check(&self) -> Result<(), HubError> {
        match self.0.0.lock().wish {
            Wish::Run => Ok(()),
            Wish::Pause => Err(HubError::Paused),
            Wish::Cancel => Err(HubError::Cancelled),
        }
    }

    /// Waits, unless stopped before.
    ///
    /// # Errors
    /// As [`Control::check`].
    pub fn sleep(&self, time: Duration) -> Result<(), HubError> {
        let until = Instant::now() + time;
        let (shared, bell) = &*self.0;
        let mut shared = shared.lock();
        while shared.wish == Wish::Run && !bell.wait_until(&mut shared, until).timed_out() {}
        drop(shared);
        self.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_the_user_stops() {
        let control = Control::default();
        let other = control.clone();
        let start = Instant::now();
        let thread = std::thread::Builder::new()
            .name("stopper".into())
            .spawn(move || other.cancel())
            .unwrap();
        let ended = control.sleep(Duration::from_secs(60));
        thread.join().unwrap();
        assert!(matches!(ended, Err(HubError::Cancelled)));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
