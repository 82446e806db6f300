//! The real backend: sets up threads and device, and hands previews and jobs on.

use std::sync::Arc;

use crate::engine::backend::{Backend, JobBackend};
use crate::engine::config::{DeviceChoice, EngineConfig, Precision};
use crate::engine::device;
use crate::engine::inference_state::InferenceState;
use crate::engine::protocol::{DeviceInfo, Library};
use crate::nn::pool;

/// Networks and all that runs them.
pub(crate) struct InferenceWorker {
    pub(crate) state: InferenceState,
}

impl InferenceWorker {
    /// Sets up threads and device and looks for models; loads none.
    pub(crate) fn new(config: EngineConfig) -> Self {
        let threads = config.threads.unwrap_or_else(pool::default_threads);
        if let Err(error) = pool::init(threads) {
            // Another engine of this process was first; its pool serves both.
            log::warn!("{error}");
        }
        Self {
            state: InferenceState::new(config),
        }
    }
}

impl Backend for InferenceWorker {
    fn device(&self) -> &DeviceInfo {
        &self.state.device
    }

    fn use_device(&mut self, choice: DeviceChoice, precision: Precision) {
        self.state.move_to(device::open(choice, precision));
    }

    fn rescan(&mut self) -> Arc<Library> {
        self.state.look_again()
    }

    fn jobs(&mut self) -> &mut dyn JobBackend {
        &mut self.state
    }
}
