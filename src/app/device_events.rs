//! Says when something else computes than was wanted: once each, not with every
//! picture.

use crate::app::notice::Level;
use crate::app::state::AppState;
use crate::engine::protocol::DeviceInfo;

/// The engine is up, or computes elsewhere now.
pub fn ready(device: DeviceInfo, state: &mut AppState) {
    let known = match &state.engine.device {
        Some(before) => before.note.clone(),
        // A driver that is missing is missing at every start.
        None => std::mem::replace(&mut state.prefs.device_told, device.note.clone()),
    };
    if let Some(note) = device.note.as_ref().filter(|n| Some(*n) != known.as_ref()) {
        state.toasts.push(
            Level::Warning,
            format!(
                "Rendering on the processor now: {note}. Everything works, large pictures take longer."
            ),
        );
    }
    // A GPU that was chosen again may say again what it lacks.
    if state.engine.device.as_ref().map(|d| &d.detail) != Some(&device.detail) {
        state.engine.small_gpu = None;
        state.finals.clear();
    }
    state.engine.device = Some(device);
}

/// A picture is made in smaller pieces because a GPU's memory is small.
pub fn smaller_tiles(gpu: &str, state: &mut AppState) {
    if state.engine.small_gpu.as_deref() == Some(gpu) {
        return;
    }
    state.engine.small_gpu = Some(gpu.to_owned());
    state.toasts.push(
        Level::Info,
        format!(
            "The memory of {gpu} is too small for this picture at once: it is rendered in \
             smaller pieces, which takes a little longer."
        ),
    );
}
