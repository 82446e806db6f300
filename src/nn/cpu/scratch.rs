//! Working memory that each thread keeps between calls.

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::mem::MaybeUninit;

/// One cache line of values, so that buffers start on a line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// A buffer that only grows. What it holds is left over from earlier use, never uninitialised.
#[derive(Default)]
pub(crate) struct ScratchBuffer {
    lines: Vec<Line>,
}

impl ScratchBuffer {
    /// At least `len` values.
    pub(crate) fn get(&mut self, len: usize) -> &mut [f32] {
        let lines = len.div_ceil(16);
        if self.lines.len() < lines {
            self.lines.resize(lines, Line([0.0; 16]));
        }
        // SAFETY: `Line` is exactly sixteen `f32` without padding, and all lines are initialised.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast::<f32>(), lines * 16) }
    }
}

/// A thread's buffers: the gathered block, the sums, and the transformed block.
#[derive(Default)]
pub(crate) struct Buffers {
    pub(crate) block: ScratchBuffer,
    pub(crate) sums: ScratchBuffer,
    pub(crate) transformed: ScratchBuffer,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Lends this thread's buffers.
pub(crate) fn with<R>(f: impl FnOnce(&mut Buffers) -> R) -> R {
    BUFFERS.with(|buffers| match buffers.try_borrow_mut() {
        Ok(mut buffers) => f(&mut buffers),
        Err(_) => f(&mut Buffers::default()),
    })
}

/// An output that several threads write to, each in its own places.
#[derive(Clone, Copy)]
pub(crate) struct SharedOutput {
    start: *mut f32,
    len: usize,
}

// SAFETY: the pointer is only written through, at places that the tiles divide among themselves.
unsafe impl Send for SharedOutput {}
// SAFETY: as above.
unsafe impl Sync for SharedOutput {}

impl SharedOutput {
    pub(crate) fn new(out: &mut [f32]) -> Self {
        Self {
            start: out.as_mut_ptr(),
            len: out.len(),
        }
    }

    /// Memory that has not been written yet.
    pub(crate) fn uninit(out: &mut [MaybeUninit<f32>]) -> Self {
        Self {
            start: out.as_mut_ptr().cast(),
            len: out.len(),
        }
    }

    /// The address of `offset`, for writing `len` values.
    ///
    /// # Safety
    /// No two threads may write to overlapping places, and the borrow that the constructor was
    /// given must still be alive.
    #[inline(always)]
    pub(crate) unsafe fn pointer(self, offset: usize, len: usize) -> *mut f32 {
        debug_assert!(offset + len <= self.len);
        // SAFETY: within the slice given to the constructor.
        unsafe { self.start.add(offset) }
    }

    /// `len` values from `offset`.
    ///
    /// # Safety
    /// As for [`pointer`](Self::pointer); the memory must have been initialised.
    #[inline(always)]
    pub(crate) unsafe fn slice<'a>(self, offset: usize, len: usize) -> &'a mut [f32] {
        // SAFETY: passed on from the caller.
        unsafe { std::slice::from_raw_parts_mut(self.pointer(offset, len), len) }
    }
}
