//! What can be typed after `limner panorama --film`.

use std::path::PathBuf;

use clap::Args;

use super::values::Size;
use super::walk_args::Coding;
use crate::recipe::ranges::{self, Range};

/// A film of a panorama.
#[derive(Debug, Clone, Args)]
pub(crate) struct PanoramaFilm {
    /// Film of a camera that turns around once; with --walk, of panoramas that become one another: .mp4, .gif, .webp, .png; without an ending a folder of frames
    #[arg(long, value_name = "OUT")]
    pub(crate) film: Option<PathBuf>,
    /// With --film: seeds of the panoramas that it comes by after --seed, and back; each frame is a whole panorama
    #[arg(
        long,
        value_name = "A,B,C",
        value_delimiter = ',',
        requires = "film",
        conflicts_with = "picture"
    )]
    pub(crate) walk: Vec<u64>,
    /// With --film: size of a frame [default: 1280x720; with --walk 2048x1024]
    #[arg(long, value_name = "WxH", requires = "film")]
    pub(crate) film_size: Option<Size>,
    /// With --film: seconds in all, 0.1 to 600
    #[arg(long, value_name = "S", default_value = "20", requires = "film", value_parser = seconds)]
    pub(crate) seconds: f32,
    /// With --film: frames a second
    #[arg(long, value_name = "F", default_value = "24", requires = "film", value_parser = super::values::fps)]
    pub(crate) fps: f32,
    /// With --film: degrees that the camera looks above the horizon (-90 to 90)
    #[arg(long, value_name = "DEG", default_value = "0", requires = "film", allow_negative_numbers = true, value_parser = tilt)]
    pub(crate) tilt: f32,
    /// With --film: degrees that it sees from top to bottom (15 to 110)
    #[arg(long, value_name = "DEG", default_value = "69", requires = "film", value_parser = view_angle)]
    pub(crate) view_angle: f32,
    /// With --film: where it begins, degrees to the right of the middle (-180 to 180)
    #[arg(long, value_name = "DEG", default_value = "0", requires = "film", allow_negative_numbers = true, value_parser = start)]
    pub(crate) start: f32,
    /// With --film: turn to the left
    #[arg(long, requires = "film")]
    pub(crate) leftwards: bool,
    #[command(flatten)]
    pub(crate) coding: Coding,
}

/// A number of a range.
pub(super) fn within(text: &str, range: &Range) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if value >= range.least && value <= range.most => Ok(value),
        _ => Err(format!(
            "'{text}' is not a number from {} to {}",
            range.least, range.most
        )),
    }
}

fn tilt(text: &str) -> Result<f32, String> {
    within(text, &ranges::TURN_TILT)
}

fn view_angle(text: &str) -> Result<f32, String> {
    within(text, &ranges::VIEW_ANGLE)
}

fn start(text: &str) -> Result<f32, String> {
    within(text, &ranges::TURN_START)
}

fn seconds(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(seconds) if (0.1..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err(format!(
            "'{text}' is not a number of seconds from 0.1 to 600"
        )),
    }
}
