//! An upscaler behind another: *Painterly* knows ×2 and gives a picture its grain, *Crisp* goes on from there.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::ModelError;
use super::upscaler::Upscaler;
use crate::cancel::CancelToken;

/// Two upscalers, one after the other.
pub struct Cascade {
    first: Arc<dyn Upscaler>,
    then: Arc<dyn Upscaler>,
}

/// The scales of two upscalers in a row: those of the first, and its largest times the least of the
/// second.
pub(super) fn scales(first: &[u32], then: &[u32]) -> Vec<u32> {
    let beyond = first.iter().max().zip(then.iter().min());
    let beyond = beyond.map(|(first, then)| first * then);
    let mut all: Vec<u32> = first.iter().copied().chain(beyond).collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl Cascade {
    /// `then` enlarges what `first` makes.
    pub fn new(first: Arc<dyn Upscaler>, then: Arc<dyn Upscaler>) -> Self {
        Self { first, then }
    }

    /// The scale of the first, and of the second where it has work to do.
    fn split(&self, scale: u32) -> (u32, Option<u32>) {
        let own = self.first.scales();
        match own.iter().max() {
            Some(most) if !own.contains(&scale) && scale.is_multiple_of(*most) => {
                (*most, Some(scale / most))
            }
            _ => (scale, None),
        }
    }

    /// How many times as large the second one's input is, at most.
    fn between(&self) -> usize {
        self.first.scales().into_iter().max().unwrap_or(1) as usize
    }
}

impl Upscaler for Cascade {
    fn scales(&self) -> Vec<u32> {
        scales(&self.first.scales(), &self.then.scales())
    }

    fn multiple(&self) -> usize {
        self.first.multiple() * self.then.multiple()
    }

    fn reach(&self) -> usize {
        self.first.reach() + self.then.reach().div_ceil(self.between())
    }

    fn tile(&self) -> usize {
        let step = self.multiple();
        let then = self.then.tile() / self.between() / step * step;
        self.first.tile().min(then.max(step))
    }

    fn bytes(&self, pixels: u64, scale: u32) -> u64 {
        let (own, then) = self.split(scale);
        let first = self.first.bytes(pixels, own);
        let large = pixels * u64::from(own * own);
        // What lies between them is held while the second one works.
        then.map_or(first, |then| {
            first.max(self.then.bytes(large, then) + 12 * large)
        })
    }

    fn device(&self) -> &Device {
        self.first.device()
    }

    fn enlarge(
        &self,
        picture: &Tensor,
        scale: u32,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let (own, then) = self.split(scale);
        let made = self.first.enlarge(picture, own, cancel)?;
        match then {
            Some(scale) => self.then.enlarge(&made, scale, cancel),
            None => Ok(made),
        }
    }
}
