//! The device that computes: opened as chosen, with the processor to fall back on.

use candle_core::Device;

use super::config::{DeviceChoice, Precision};
use super::protocol::{DeviceInfo, EngineError};
use super::recipes::kernel_name;
use crate::nn::pool;

/// Whether this program was built for GPUs: who has it wants one to compute.
const FOR_GPUS: bool = cfg!(any(feature = "cuda", feature = "metal"));

/// The processor's name in [`DeviceInfo::name`].
const PROCESSOR: &str = "CPU";

/// Opens the chosen device. When it isn't there the processor steps in, and
/// [`DeviceInfo::note`] says why.
pub(super) fn open(choice: DeviceChoice, precision: Precision) -> (Device, DeviceInfo) {
    let (device, mut info) = opened(choice);
    if !is_processor(&info) {
        info.precision = precision;
    }
    (device, info)
}

fn opened(choice: DeviceChoice) -> (Device, DeviceInfo) {
    let gpu = match choice {
        DeviceChoice::Cpu => return processor(None),
        DeviceChoice::Auto => match first_gpu() {
            // Where nothing but the processor could be used, nothing is amiss.
            Err(_) if !FOR_GPUS => return processor(None),
            gpu => gpu,
        },
        DeviceChoice::Cuda(number) => cuda(number),
        DeviceChoice::Metal => metal(),
    };
    gpu.unwrap_or_else(|reason| processor(Some(reason)))
}

/// The processor, and why it computes although something else was wanted.
pub(super) fn processor(note: Option<String>) -> (Device, DeviceInfo) {
    (
        Device::Cpu,
        info(PROCESSOR, kernel_name(), note, gpu_names()),
    )
}

/// How a device is described, with the names of the `gpus` beside it.
fn info(
    name: impl Into<String>,
    detail: String,
    note: Option<String>,
    gpus: Vec<String>,
) -> DeviceInfo {
    DeviceInfo {
        name: name.into(),
        detail,
        precision: Precision::F32,
        threads: pool::threads(),
        note,
        choices: choices(gpus),
    }
}

/// The devices that this build could use on this machine, as the user would choose
/// them, with the name of each. The processor is always first.
fn choices(gpus: Vec<String>) -> Vec<(DeviceChoice, String)> {
    let mut found = vec![(DeviceChoice::Cpu, "Processor".to_owned())];
    found.extend(
        gpus.into_iter()
            .enumerate()
            .map(|(number, name)| (DeviceChoice::Cuda(number), name)),
    );
    if cfg!(feature = "metal") {
        found.push((DeviceChoice::Metal, "Apple GPU".to_owned()));
    }
    found
}

/// Whether it is the processor that computes.
pub(super) fn is_processor(info: &DeviceInfo) -> bool {
    info.name == PROCESSOR
}

/// Asked before a network runs; a test may pretend here that a GPU's memory is full.
pub(super) fn check_memory() -> Result<(), EngineError> {
    #[cfg(test)]
    pretend::check_memory()?;
    Ok(())
}

/// A GPU whose memory is full, for tests: on this thread, for the next runs.
#[cfg(test)]
pub(super) mod pretend {
    use std::cell::Cell;

    use super::EngineError;

    thread_local!(static FULL: Cell<u32> = const { Cell::new(0) });

    /// The next `runs` networks find the memory full.
    pub(in crate::engine) fn full(runs: u32) {
        FULL.set(runs);
    }

    pub(super) fn check_memory() -> Result<(), EngineError> {
        let left = FULL.get();
        FULL.set(left.saturating_sub(1));
        match left {
            0 => Ok(()),
            _ => Err(EngineError::Internal("CUDA_ERROR_OUT_OF_MEMORY".into())),
        }
    }
}

/// Whether an error means that a GPU's memory was too small.
pub(super) fn out_of_memory(error: &EngineError) -> bool {
    let text = error.to_string();
    ["OUT_OF_MEMORY", "ALLOC_FAILED", "out of memory"]
        .iter()
        .any(|sign| text.contains(sign))
}

fn first_gpu() -> Result<(Device, DeviceInfo), String> {
    match cfg!(feature = "metal") {
        true => metal(),
        false => cuda(0),
    }
}

#[cfg(feature = "cuda")]
fn gpu_names() -> Vec<String> {
    use candle_core::cuda_backend::cudarc::driver::CudaContext;
    // Without a driver there is nothing to count.
    let count = CudaContext::device_count().unwrap_or(0).max(0) as usize;
    (0..count)
        .map(|number| {
            CudaContext::new(number)
                .and_then(|context| context.name())
                .unwrap_or_else(|_| format!("NVIDIA card {number}"))
        })
        .collect()
}

#[cfg(not(feature = "cuda"))]
fn gpu_names() -> Vec<String> {
    Vec::new()
}

#[cfg(feature = "cuda")]
fn cuda(number: usize) -> Result<(Device, DeviceInfo), String> {
    let names = gpu_names();
    let Some(name) = names.get(number) else {
        return Err(match names.len() {
            0 => "no NVIDIA card with a working driver was found".into(),
            found => format!("there is no NVIDIA card {number}, only {found} (counted from 0)"),
        });
    };
    let device = crate::nn::gpu::open(number).map_err(|e| format!("{name} can't be used: {e}"))?;
    let told = info(format!("CUDA {number}"), name.clone(), None, names);
    Ok((device, told))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_number: usize) -> Result<(Device, DeviceInfo), String> {
    Err("NVIDIA cards need the program limner-cuda beside this one, and the card's driver".into())
}

fn metal() -> Result<(Device, DeviceInfo), String> {
    if !cfg!(feature = "metal") {
        return Err("this build has no support for Apple's GPUs".into());
    }
    let device = Device::new_metal(0).map_err(|e| format!("Apple's GPU can't be used: {e}"))?;
    Ok((device, info("Metal", "Apple GPU".into(), None, gpu_names())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_replaced_by_the_processor_with_a_reason() {
        let (device, info) = open(DeviceChoice::Cuda(4000), Precision::F16);
        assert_eq!(info.precision, Precision::F32);
        assert!(device.is_cpu());
        assert_eq!(info.name, "CPU");
        assert!(info.note.unwrap().contains("NVIDIA"));
        assert_eq!(opened(DeviceChoice::Cpu).1.note, None);
        assert_eq!(choices(gpu_names())[0].0, DeviceChoice::Cpu);
    }
}
