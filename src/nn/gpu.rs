//! NVIDIA GPUs: opened so that work comes in order whichever thread asks for it, and with memory that
//! stays from picture to picture.

use candle_core::{Device, Result};

/// Opens a GPU by its number.
///
/// candle's usual device has a queue for each thread: what the pool's thread computes would not be waited
/// for by the thread that reads it. This one has one queue.
///
/// # Errors
/// No such GPU, no driver, or a build without the feature `cuda`.
pub fn open(number: usize) -> Result<Device> {
    let device = Device::new_cuda_with_stream(number)?;
    #[cfg(feature = "cuda")]
    cuda::prepare(&device);
    Ok(device)
}

/// Gives memory that networks no longer use back to the system; nothing on the processor.
#[cfg_attr(not(feature = "cuda"), allow(unused_variables))]
pub fn give_back(device: &Device) {
    #[cfg(feature = "cuda")]
    cuda::give_back(device);
}

#[cfg(feature = "cuda")]
mod cuda {
    #![allow(unsafe_code)]

    use candle_core::Device;
    use candle_core::cuda_backend::cudarc::driver::result::{device, mem_pool};
    use candle_core::cuda_backend::cudarc::driver::{DriverError, sys};

    /// Bytes that stay with the program when a picture is done: else the driver takes all of them back
    /// at each wait, and the next picture begins by asking for them again.
    const KEPT: u64 = 1 << 30;

    /// Nothing here is needed for right pictures, so what fails is only noted.
    pub(crate) fn prepare(device: &Device) {
        let Device::Cuda(gpu) = device else { return };
        // SAFETY: all of this device's work goes through its one queue, in order; events between queues
        // have nothing to order.
        unsafe { gpu.disable_event_tracking() };
        if let Err(error) = keep(gpu.cuda_stream().context().cu_device()) {
            log::debug!("the GPU's memory isn't kept: {error}");
        }
    }

    fn keep(gpu: sys::CUdevice) -> Result<(), DriverError> {
        let mut bytes = KEPT;
        let attribute = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        // SAFETY: the device is one that was opened, its pool lives as long as it, and this attribute
        // is a u64, which is read before the call returns.
        unsafe {
            let pool = device::get_default_mem_pool(gpu)?;
            mem_pool::set_attribute(pool, attribute, std::ptr::from_mut(&mut bytes).cast())
        }
    }

    pub(crate) fn give_back(device: &Device) {
        let Device::Cuda(gpu) = device else { return };
        let trimmed = device.synchronize().is_ok() && trim(gpu).is_ok();
        if !trimmed {
            log::debug!("the GPU's memory isn't given back");
        }
    }

    fn trim(gpu: &candle_core::CudaDevice) -> Result<(), DriverError> {
        let gpu = gpu.cuda_stream().context().cu_device();
        // SAFETY: as in `keep`; only memory that nothing uses is given back.
        unsafe { mem_pool::trim_to(device::get_default_mem_pool(gpu)?, 0) }
    }
}
