//! Arguments of `limner drag`.

use std::path::PathBuf;

use clap::Args;

use super::keeping::Output;
use crate::models::drag::DragPoint;

/// `limner drag`
#[derive(Debug, Args)]
pub(crate) struct Drag {
    /// Generator: a StyleGAN2 or StyleGAN3 network
    #[arg(long, value_name = "NAME", required_unless_present = "from")]
    pub(crate) model: Option<String>,
    /// Seed of the picture
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "from")]
    pub(crate) seed: u64,
    /// Truncation of the picture (-1 to 2); the network's own when absent, mostly 0.7
    #[arg(long, visible_alias = "temperature", value_name = "T", value_parser = super::values::truncation, allow_negative_numbers = true, conflicts_with = "from")]
    pub(crate) truncation: Option<f32>,
    /// A picture of this program (or its recipe) to begin with, also a projected photo
    #[arg(long, value_name = "PICTURE", conflicts_with = "model")]
    pub(crate) from: Option<PathBuf>,
    /// A point and where it is to go, in pixels from the upper left (may be repeated)
    #[arg(long, value_name = "X,Y:X,Y", required = true, value_parser = point)]
    pub(crate) point: Vec<DragPoint>,
    /// A picture that is bright where the picture may change
    #[arg(long, value_name = "PICTURE")]
    pub(crate) movable: Option<PathBuf>,
    /// Most steps
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) steps: u32,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `X,Y:X,Y` in pixels.
fn point(text: &str) -> Result<DragPoint, String> {
    let wrong = || format!("'{text}' are not two places like 40,60:80,60");
    let place = |text: &str| -> Option<[f32; 2]> {
        let (x, y) = text.split_once(',')?;
        let place = [x.trim().parse().ok()?, y.trim().parse().ok()?];
        place.iter().all(|v: &f32| v.is_finite()).then_some(place)
    };
    let (at, target) = text.split_once(':').ok_or_else(wrong)?;
    Ok(DragPoint {
        at: place(at).ok_or_else(wrong)?,
        target: place(target).ok_or_else(wrong)?,
    })
}
