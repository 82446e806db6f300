//! What computes, in words: a part of the protocol.

use super::config::{DeviceChoice, Precision};

/// The device that computes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeviceInfo {
    /// `CPU`, `CUDA 0`.
    pub name: String,
    /// SIMD in use or GPU name.
    pub detail: String,
    /// With how many digits.
    pub precision: Precision,
    /// Threads of the pool.
    pub threads: usize,
    /// Why it isn't the device that was wanted.
    pub note: Option<String>,
    /// What could be chosen on this machine, with the name of each; the processor
    /// first.
    pub choices: Vec<(DeviceChoice, String)>,
}

impl DeviceInfo {
    /// Device and numerics as recipes name them, e.g. `cpu avx512`.
    pub fn line(&self) -> String {
        let half = match self.precision {
            Precision::F32 => "",
            Precision::F16 => " f16",
        };
        format!("{} {}{half}", self.name.to_lowercase(), self.detail)
    }
}
