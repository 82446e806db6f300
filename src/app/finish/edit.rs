//! What may be asked of Finish.

use crate::recipe::FinishSettings;

/// A change in Finish.
#[derive(Debug, Clone)]
pub enum FinishEdit {
    /// New settings; undoable, one step for each drag.
    Set(Box<FinishSettings>),
    /// Show the whole picture with handles, or only the part that stays.
    Cropping(bool),
    /// Everything as it was.
    Reset,
    /// Back to the workspace. The settings come back when the same picture does.
    Close,
}
