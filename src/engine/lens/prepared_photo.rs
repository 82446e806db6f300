//! A photo that is read, with its sliders as numbers: ready to be rendered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::lens::frame;
use crate::engine::lens::tones::LensTones;
use crate::models::autoencoder::Autoencoder;
use crate::photo::Photo;
use crate::recipe::LensParams;

/// The sliders as numbers, so that a recipe gives the same pixels even if its directions
/// are measured anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LensNumbers {
    /// Longer side at which the network worked.
    pub(crate) side: u32,
    /// Added at every place, one number a channel.
    pub(crate) offset: Vec<f32>,
    /// By which the variation is weighed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) change: Option<Vec<Vec<f32>>>,
    /// What is done to light afterwards; nothing in recipes in which the network did it.
    #[serde(default, skip_serializing_if = "LensTones::is_nothing")]
    pub(crate) tones: LensTones,
}

impl LensNumbers {
    /// Whether the network has nothing to do.
    pub(crate) fn leaves_latents(&self) -> bool {
        self.change.is_none() && self.offset.iter().all(|v| *v == 0.0)
    }
}

/// A photo with its network and numbers.
pub(crate) struct PreparedPhoto {
    pub(crate) photo: Arc<Photo>,
    pub(crate) other: Option<Arc<Photo>>,
    pub(crate) net: Arc<dyn Autoencoder>,
    pub(crate) net_sha: String,
    pub(crate) numbers: LensNumbers,
}

impl PreparedPhoto {
    /// What is to be made, at most `working` and `output` pixels on the longer side.
    pub(crate) fn spec<'a>(
        &'a self,
        params: &'a LensParams,
        working: u32,
        output: u32,
    ) -> LensSpec<'a> {
        LensSpec {
            prepared: self,
            params,
            working: frame::closing(
                frame::at_most(self.photo.picture.size(), working),
                params.wrap.sides(),
                self.net.factor() as u32,
            ),
            output: frame::at_most(self.photo.picture.size(), output),
        }
    }
}

/// Everything that decides a picture.
pub(crate) struct LensSpec<'a> {
    pub(crate) prepared: &'a PreparedPhoto,
    pub(crate) params: &'a LensParams,
    /// Where the network works, `[width, height]`.
    pub(crate) working: [u32; 2],
    /// The result.
    pub(crate) output: [u32; 2],
}
