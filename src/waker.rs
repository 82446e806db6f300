//! How a thread in the background tells the window that there is news.

use std::sync::Arc;

/// Wakes whoever reads the events; called after each one.
pub type Waker = Arc<dyn Fn() + Send + Sync>;
