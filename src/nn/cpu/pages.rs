//! Large pages for large pictures: fresh memory comes from the system in pages of 4 KB, each with
//! an interruption that takes longer than computing what goes into it.

#![allow(unsafe_code)]

/// Side of a large page.
#[cfg(target_os = "linux")]
const PAGE: usize = 2 << 20;
/// Smaller blocks come from memory that the process has had before.
#[cfg(target_os = "linux")]
const LEAST: usize = 4 << 20;

/// Asks for large pages under the unused capacity of `values` (Linux with transparent huge pages at
/// `madvise`, the usual setting; elsewhere, or refused, nothing happens).
#[cfg(target_os = "linux")]
pub(crate) fn enlarge(values: &mut Vec<f32>) {
    use rustix::mm::{Advice, madvise};
    let spare = values.spare_capacity_mut();
    let bytes = size_of_val(spare);
    if bytes < LEAST {
        return;
    }
    let from = spare.as_mut_ptr().cast::<u8>();
    let skipped = from.align_offset(PAGE);
    let Some(length) = bytes.checked_sub(skipped) else {
        return;
    };
    // SAFETY: the pages lie within the capacity that `values` owns, and advice changes no byte of them.
    let asked = unsafe {
        let start = from.add(skipped).cast();
        madvise(start, length / PAGE * PAGE, Advice::LinuxHugepage)
    };
    if let Err(error) = asked {
        log::trace!("no large pages: {error}");
    }
}

/// Only Linux is asked.
#[cfg(not(target_os = "linux"))]
pub(crate) fn enlarge(_values: &mut Vec<f32>) {}
