//! Films as AV1 in MP4 (AV1 Codec ISO Media File Format Binding 1.2): encoded by rav1e,
//! each frame written as soon as the encoder gives it.

use std::io::{Seek, Write};
use std::path::Path;

use rav1e::color::{
    ChromaSamplePosition, ColorDescription, ColorPrimaries, MatrixCoefficients, PixelRange,
    TransferCharacteristics,
};
use rav1e::prelude::{
    ChromaSampling, Config, Context, EncoderConfig, EncoderStatus, FrameType, InvalidConfig,
    Rational, SpeedSettings,
};

use super::boxes::{self, Mp4, Track};
use super::luma::Planes;
use super::pace::Pace;
use super::panorama;
use crate::export::ExportError;
use crate::export::encode::Labels;
use crate::export::xmp::Packet;
use crate::picture::Picture;

/// Sides that are taken, pixels: rav1e's least, and the most of AV1's level 5.
const SIDES: std::ops::RangeInclusive<u32> = 16..=8192;
/// A frame that stands for itself, so that players can jump, every so many seconds.
const JUMP: f32 = 2.0;
/// Fewest frames from one such to the next: cuts that follow faster don't get one.
const LEAST_JUMP: u32 = 6;
/// rav1e's settings from 0, thorough, to 10, quick.
const SPEED: u8 = 9;
/// Frames that the encoder looks ahead, and holds.
const AHEAD: usize = 8;
/// Threads that encode beside those that draw.
const THREADS: usize = 4;
/// Ticks of a frame.
const DELTA: u32 = 1000;
/// Main profile, 4:2:0, chroma on the left between two lines; `av1C`'s third byte.
const FLAGS: u8 = 0x0c | 1;
/// Kind of an OBU that holds the head of a sequence, and of one that only parts frames.
const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;

/// A film being written.
pub(super) struct Film<W: Write + Seek> {
    encoder: Context<u8>,
    file: Mp4<W>,
    planes: Planes,
    size: [u32; 2],
    level: u8,
    panorama: bool,
    /// The head of the sequence, from the first frame on.
    head: Vec<u8>,
}

impl<W: Write + Seek> Film<W> {
    /// Begins a film; `quality` 1..=100.
    pub(super) fn begin(
        out: W,
        pace: &Pace,
        quality: u8,
        labels: &Labels,
    ) -> Result<Self, ExportError> {
        // Decoders on graphics cards want even sides.
        let size = pace.size.map(|n| n & !1);
        if size.iter().any(|n| !SIDES.contains(n)) {
            return Err(ExportError::Format(format!(
                "AV1 films are {} to {} pixels a side; choose another size, GIF or PNG",
                SIDES.start(),
                SIDES.end()
            )));
        }
        let timescale = (pace.fps * DELTA as f32).round().max(1.0) as u32;
        let jump = ((pace.fps * JUMP).round() as u32).max(LEAST_JUMP);
        let level = level(size, pace.fps);
        let config = config(size, timescale, jump, level, quality);
        let encoder = Config::new()
            .with_encoder_config(config)
            .with_threads(THREADS)
            .new_context()
            .map_err(refused)?;
        let track = Track {
            size,
            timescale,
            delta: DELTA,
            frames: pace.frames,
            jump: LEAST_JUMP,
            brands: vec![*b"isom", *b"iso6", *b"av01", *b"mp41"],
            panorama: labels.is_panorama(size),
        };
        let xmp = labels.xmp.as_ref().map(Packet::whole);
        let file = Mp4::begin(out, track, xmp.as_deref()).map_err(disk)?;
        Ok(Self {
            encoder,
            file,
            planes: Planes::new(size),
            size,
            level,
            panorama: labels.is_panorama(size),
            head: Vec::new(),
        })
    }

    /// Encodes a frame; what the encoder still holds back is written later.
    pub(super) fn frame(&mut self, picture: &Picture) -> Result<(), ExportError> {
        self.planes.read(picture);
        let mut frame = self.encoder.new_frame();
        let stride = [self.size[0], self.size[0] / 2, self.size[0] / 2];
        for ((plane, from), stride) in frame.planes.iter_mut().zip(self.planes.all()).zip(stride) {
            plane.copy_from_raw_u8(from, stride as usize, 1);
        }
        self.encoder.send_frame(frame).map_err(failed)?;
        self.drain()
    }

    /// Writes what the encoder holds, and the table.
    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        self.encoder.flush();
        self.drain()?;
        if self.head.is_empty() {
            return Err(ExportError::Format("AV1: the film has no head".into()));
        }
        let entry = self.entry();
        self.file.finish(&entry).map_err(disk)
    }

    fn drain(&mut self) -> Result<(), ExportError> {
        loop {
            match self.encoder.receive_packet() {
                Ok(packet) => {
                    let mut bytes = Vec::with_capacity(packet.data.len());
                    for (kind, obu) in obus(&packet.data) {
                        if kind == SEQUENCE_HEADER && self.head.is_empty() {
                            self.head = obu.to_vec();
                        }
                        // Samples are parted by the table (2.4 of the binding).
                        if kind != TEMPORAL_DELIMITER {
                            bytes.extend_from_slice(obu);
                        }
                    }
                    let jump = packet.frame_type == FrameType::KEY;
                    self.file.sample(&bytes, jump).map_err(disk)?;
                }
                Err(EncoderStatus::Encoded) => {}
                Err(EncoderStatus::NeedMoreData | EncoderStatus::LimitReached) => return Ok(()),
                Err(status) => return Err(failed(status)),
            }
        }
    }

    /// `av01` with `av1C` (2.3.3 of the binding) and the colours.
    fn entry(&self) -> Vec<u8> {
        let mut more = Vec::new();
        boxes::put(&mut more, b"av1C", |b| {
            b.extend_from_slice(&[0x81, self.level, FLAGS, 0]);
            b.extend_from_slice(&self.head);
        });
        // BT.709's primaries, sRGB's curve, BT.709's matrix.
        more.extend(boxes::colour_box([1, 13, 1], false));
        if self.panorama {
            more.extend(panorama::new_boxes());
        }
        boxes::visual_entry(b"av01", self.size, &more)
    }
}

fn config(size: [u32; 2], timescale: u32, jump: u32, level: u8, quality: u8) -> EncoderConfig {
    let mut speed_settings = SpeedSettings::from_preset(SPEED);
    speed_settings.rdo_lookahead_frames = AHEAD;
    let mut config = EncoderConfig::with_speed_preset(SPEED);
    config.width = size[0] as usize;
    config.height = size[1] as usize;
    config.time_base = Rational::new(u64::from(DELTA), u64::from(timescale));
    config.chroma_sampling = ChromaSampling::Cs420;
    config.chroma_sample_position = ChromaSamplePosition::Vertical;
    config.pixel_range = PixelRange::Limited;
    config.color_description = Some(ColorDescription {
        color_primaries: ColorPrimaries::BT709,
        transfer_characteristics: TransferCharacteristics::SRGB,
        matrix_coefficients: MatrixCoefficients::BT709,
    });
    config.level_idx = Some(level);
    config.low_latency = true;
    config.quantizer = quantizer(quality);
    config.set_key_frame_interval(u64::from(LEAST_JUMP), u64::from(jump));
    config.speed_settings = speed_settings;
    config
}

/// AV1's quantiser, 0..=255, of a quality.
fn quantizer(quality: u8) -> usize {
    let coarse = 100 - usize::from(quality.clamp(1, 100));
    (16 + coarse * 12 / 5).min(255)
}

/// Levels with number, pixels of a picture, width, height, pixels a second (AV1
/// specification, annex A.3).
const LEVELS: [(u8, u64, u32, u32, f64); 10] = [
    (0, 147_456, 2048, 1152, 4_423_680.0),
    (1, 278_784, 2816, 1584, 8_363_520.0),
    (4, 665_856, 4352, 2448, 19_975_680.0),
    (5, 1_065_024, 5504, 3096, 31_950_720.0),
    (8, 2_359_296, 6144, 3456, 70_778_880.0),
    (9, 2_359_296, 6144, 3456, 141_557_760.0),
    (12, 8_912_896, 8192, 4352, 267_386_880.0),
    (13, 8_912_896, 8192, 4352, 534_773_760.0),
    (14, 8_912_896, 8192, 4352, 1_069_547_520.0),
    (16, 35_651_584, 16_384, 8704, 1_069_547_520.0),
];

/// The least level that a film fits; 31 says that none does.
fn level([width, height]: [u32; 2], fps: f32) -> u8 {
    let pixels = u64::from(width) * u64::from(height);
    let fits = |(_, most, w, h, rate): &&(u8, u64, u32, u32, f64)| {
        pixels <= *most && width <= *w && height <= *h && pixels as f64 * f64::from(fps) <= *rate
    };
    LEVELS.iter().find(fits).map_or(31, |level| level.0)
}

/// The OBUs of a frame with their kinds (AV1 specification, 5.3), each with its head.
fn obus(mut data: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let first = *data.first()?;
        let mut at = 1 + usize::from(first >> 2 & 1);
        let mut length = 0;
        // rav1e writes every length.
        for shift in (0..56).step_by(7) {
            let byte = *data.get(at)?;
            at += 1;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (obu, rest) = data.split_at_checked(at.checked_add(length)?)?;
        data = rest;
        Some((first >> 3 & 15, obu))
    })
}

fn refused(e: InvalidConfig) -> ExportError {
    ExportError::Format(format!("AV1: {e}"))
}

fn failed(status: EncoderStatus) -> ExportError {
    ExportError::Format(format!("AV1: {status}"))
}

fn disk(e: std::io::Error) -> ExportError {
    ExportError::writing(Path::new(""), e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_names_the_least_level_that_it_fits() {
        assert_eq!(level([512, 512], 24.0), 1);
        assert_eq!(level([1280, 720], 30.0), 5);
        assert_eq!(level([1920, 1080], 30.0), 8);
        assert_eq!(level([1920, 1080], 60.0), 9);
        assert_eq!(level([3840, 2160], 30.0), 12);
        assert_eq!(level([8192, 8192], 30.0), 31);
    }

    #[test]
    fn a_frame_falls_into_its_parts() {
        let data = [0x12, 0, 0x0a, 2, 7, 8, 0x36, 0, 0x81, 0];
        let found: Vec<(u8, usize)> = obus(&data).map(|(kind, obu)| (kind, obu.len())).collect();
        // The last one says that it is longer than it is.
        assert_eq!(found, [(2, 2), (1, 4)]);
    }
}
