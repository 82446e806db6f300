//! The one thread pool: rayon's global pool, which candle's own operators use as well.

use candle_core::Device;

/// Stack of each thread: while one waits it may begin another network.
const STACK: usize = 8 << 20;

/// The pool could not be built.
#[derive(Debug, thiserror::Error)]
#[error("could not start {threads} computing threads: {reason}")]
pub struct PoolError {
    threads: usize,
    reason: String,
}

/// Starts the pool with exactly `threads` threads. Call once, early in `main`; without it the
/// first operator starts rayon's pool with one thread per core.
///
/// # Errors
/// When the pool already runs with another number of threads, or the system refuses threads.
pub fn init(threads: usize) -> Result<(), PoolError> {
    let threads = threads.max(1);
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("limner-compute-{i}"))
        .stack_size(STACK)
        .build_global();
    match built {
        Ok(()) => Ok(()),
        Err(_) if rayon::current_num_threads() == threads => Ok(()),
        Err(e) => Err(PoolError {
            threads,
            reason: e.to_string(),
        }),
    }
}

/// Does `f` on a thread of the pool. A network that goes through it wakes the pool once and not for
/// each of its operators, which costs small networks half of their time. For a GPU there is nothing
/// to wake.
pub fn within<R: Send>(device: &Device, f: impl FnOnce() -> R + Send) -> R {
    match device.is_cpu() {
        true => rayon::scope(|_| f()),
        false => f(),
    }
}

/// One core fewer than the machine has (at least one), so that the window keeps a core.
pub fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1))
}

/// How many threads an operator called from here would use.
pub fn threads() -> usize {
    rayon::current_num_threads()
}
