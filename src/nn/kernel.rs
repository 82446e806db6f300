//! Which kernel runs: found out once from the processor, or forced.
//!
//! `LIMNER_KERNEL=portable|wide|avx2|avx512|candle` forces one (read once); [`force`] does so for tests.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::cpu::simd::Isa;

/// A family of CPU kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kernel {
    /// Plain Rust that the compiler vectorises for the build's target (also serves ARM).
    Portable = 1,
    /// 256-bit vectors with fused multiply-add (x86-64).
    Avx2 = 2,
    /// 512-bit vectors (x86-64).
    Avx512 = 3,
    /// candle's own operators.
    Candle = 4,
    /// [`Kernel::Portable`] with vectors as long as AVX-512's; in builds with checks only, for tests.
    Wide = 5,
}

impl Kernel {
    /// Every kernel that this processor can run, the default first.
    pub fn available() -> Vec<Kernel> {
        let mut list = vec![Kernel::Portable, Kernel::Candle];
        if Kernel::Wide.runs_here() {
            list.push(Kernel::Wide);
        }
        if Kernel::Avx2.runs_here() {
            list.insert(0, Kernel::Avx2);
        }
        if Kernel::Avx512.runs_here() {
            list.insert(0, Kernel::Avx512);
        }
        list
    }

    /// Whether this processor can run it.
    pub fn runs_here(self) -> bool {
        match self {
            Kernel::Portable | Kernel::Candle => true,
            Kernel::Wide => cfg!(debug_assertions),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => is_x86_feature_detected!("avx512f") && Kernel::Avx2.runs_here(),
            #[cfg(not(target_arch = "x86_64"))]
            Kernel::Avx2 | Kernel::Avx512 => false,
        }
    }

    fn from_name(name: &str) -> Option<Kernel> {
        match name {
            "portable" => Some(Kernel::Portable),
            "avx2" => Some(Kernel::Avx2),
            "avx512" => Some(Kernel::Avx512),
            "candle" => Some(Kernel::Candle),
            "wide" => Some(Kernel::Wide),
            _ => None,
        }
    }
}

static FORCED: AtomicU8 = AtomicU8::new(0);

/// Makes every following operator use `kernel` (`None`: back to the default). For tests and
/// benches; a kernel that this processor lacks is ignored.
pub fn force(kernel: Option<Kernel>) {
    let code = kernel.filter(|k| k.runs_here()).map_or(0, |k| k as u8);
    FORCED.store(code, Ordering::Relaxed);
}

/// The kernel that runs now.
pub fn selected() -> Kernel {
    match FORCED.load(Ordering::Relaxed) {
        1 => Kernel::Portable,
        2 => Kernel::Avx2,
        3 => Kernel::Avx512,
        4 => Kernel::Candle,
        5 => Kernel::Wide,
        _ => detected(),
    }
}

fn detected() -> Kernel {
    static DETECTED: OnceLock<Kernel> = OnceLock::new();
    *DETECTED.get_or_init(|| match std::env::var("LIMNER_KERNEL") {
        Ok(name) => match Kernel::from_name(name.trim()) {
            Some(kernel) if kernel.runs_here() => kernel,
            _ => {
                log::warn!("LIMNER_KERNEL={name} is not a kernel of this processor; ignored");
                Kernel::available()[0]
            }
        },
        Err(_) => Kernel::available()[0],
    })
}

/// The vectors of the selected kernel; `None` for candle's operators.
pub(crate) fn isa() -> Option<Isa> {
    match selected() {
        Kernel::Portable => Some(Isa::Portable),
        #[cfg(debug_assertions)]
        Kernel::Wide => Some(Isa::Wide),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2 => Some(Isa::Avx2),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512 => Some(Isa::Avx512),
        _ => None,
    }
}
