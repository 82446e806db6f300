//! Walks as H.264 in MP4: each frame is encoded and written as it comes, the table of
//! samples at the end. Labels and recipe lie in an XMP box (XMP specification part 3).

use std::io::{Seek, SeekFrom, Write};

use mp4::{AvcConfig, MediaConfig, Mp4Config, Mp4Sample, Mp4Writer, TrackConfig, TrackType};
use openh264::OpenH264API;
use openh264::encoder::{BitRate, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, VuiConfig};
use openh264::formats::{RgbaSliceU8, YUVBuffer};

use super::boxes::xmp_box;
use super::pace::Pace;
use crate::export::encode::Labels;
use crate::export::{ExportError, xmp};
use crate::picture::Picture;

/// Ticks of a second.
const TIMESCALE: u32 = 90_000;
/// Bits for each pixel of a frame; walks change everywhere at once.
const BITS: f64 = 0.25;
/// A frame that stands for itself, so that players can jump, every so many seconds.
const JUMP: f32 = 2.0;

/// An MP4 being written.
pub(super) struct Film<W: Write + Seek> {
    encoder: Encoder,
    pace: Pace,
    /// Rounded down to what H.264 can hold.
    size: [u32; 2],
    xmp: Option<String>,
    yuv: YUVBuffer,
    cropped: Vec<u8>,
    bits: Vec<u8>,
    stage: Stage<W>,
    written: u32,
}

enum Stage<W: Write + Seek> {
    /// The head needs the first frame's parameters.
    Before(Option<W>),
    Running(Box<Mp4Writer<W>>),
}

impl<W: Write + Seek> Film<W> {
    pub(super) fn begin(out: W, pace: &Pace, labels: &Labels) -> Result<Self, ExportError> {
        let size = pace.size.map(|n| n & !1);
        if size.iter().any(|n| !(16..=3840).contains(n)) {
            return Err(ExportError::Format(
                "H.264 holds 16 to 3840 pixels a side; choose another size, GIF or PNG".into(),
            ));
        }
        let pixels = f64::from(size[0]) * f64::from(size[1]);
        let rate = (pixels * BITS * f64::from(pace.fps)).clamp(2e5, 4e7) as u32;
        let jump = (pace.fps * JUMP).round().clamp(1.0, 600.0) as u32;
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(rate))
            .max_frame_rate(FrameRate::from_hz(pace.fps))
            .intra_frame_period(IntraFramePeriod::from_num_frames(jump))
            .skip_frames(false)
            .vui(VuiConfig::bt601());
        let encoder =
            Encoder::with_api_config(OpenH264API::from_source(), config).map_err(h264_error)?;
        Ok(Self {
            encoder,
            pace: *pace,
            size,
            xmp: labels.xmp.as_ref().map(xmp::Packet::whole),
            yuv: YUVBuffer::new(size[0] as usize, size[1] as usize),
            cropped: Vec::new(),
            bits: Vec::new(),
            stage: Stage::Before(Some(out)),
            written: 0,
        })
    }

    pub(super) fn frame(&mut self, picture: &Picture) -> Result<(), ExportError> {
        let [w, h] = self.size.map(|n| n as usize);
        self.cropped.clear();
        for row in picture
            .rgba()
            .chunks_exact(picture.width() as usize * 4)
            .take(h)
        {
            self.cropped.extend_from_slice(&row[..w * 4]);
        }
        self.yuv.read_rgb(RgbaSliceU8::new(&self.cropped, (w, h)));
        self.bits.clear();
        let encoded = self.encoder.encode(&self.yuv).map_err(h264_error)?;
        encoded.write_vec(&mut self.bits);
        let units: Vec<&[u8]> = units(&self.bits).collect();
        let of_kind = |kind: u8| units.iter().find(|u| u[0] & 0x1f == kind).copied();
        if let Stage::Before(out) = &mut self.stage {
            let (Some(sps), Some(pps), Some(out)) = (of_kind(7), of_kind(8), out.take()) else {
                return Err(ExportError::Format(
                    "H.264: the first frame has no head".into(),
                ));
            };
            self.stage = Stage::Running(Box::new(start(out, self.size, sps, pps)?));
        }
        let Stage::Running(writer) = &mut self.stage else {
            return Ok(());
        };
        let mut bytes = Vec::with_capacity(self.bits.len() + 16);
        // Parameters stand in the head; samples hold the picture alone.
        for unit in units.iter().filter(|u| !matches!(u[0] & 0x1f, 7 | 8)) {
            bytes.extend_from_slice(&(unit.len() as u32).to_be_bytes());
            bytes.extend_from_slice(unit);
        }
        let at = |n: u32| (f64::from(n) * f64::from(TIMESCALE) / f64::from(self.pace.fps)) as u64;
        let sample = Mp4Sample {
            start_time: at(self.written),
            duration: (at(self.written + 1) - at(self.written)) as u32,
            rendering_offset: 0,
            is_sync: of_kind(5).is_some(),
            bytes: bytes.into(),
        };
        self.written += 1;
        writer.write_sample(1, &sample).map_err(mp4_error)
    }

    pub(super) fn finish(self) -> Result<(), ExportError> {
        let Stage::Running(mut writer) = self.stage else {
            return Err(ExportError::Format("the film has no frame".into()));
        };
        writer.write_end().map_err(mp4_error)?;
        let mut out = writer.into_writer();
        let fail = |e| ExportError::writing(std::path::Path::new(""), e);
        out.seek(SeekFrom::End(0)).map_err(fail)?;
        if let Some(xmp) = self.xmp {
            out.write_all(&xmp_box(&xmp)).map_err(fail)?;
        }
        out.flush().map_err(fail)
    }
}

fn start<W: Write + Seek>(
    out: W,
    size: [u32; 2],
    sps: &[u8],
    pps: &[u8],
) -> Result<Mp4Writer<W>, ExportError> {
    let brand = |name: &[u8; 4]| (*name).into();
    let config = Mp4Config {
        major_brand: brand(b"isom"),
        minor_version: 512,
        compatible_brands: [b"isom", b"iso2", b"avc1", b"mp41"].map(brand).to_vec(),
        timescale: TIMESCALE,
    };
    let mut writer = Mp4Writer::write_start(out, &config).map_err(mp4_error)?;
    let track = TrackConfig {
        track_type: TrackType::Video,
        timescale: TIMESCALE,
        language: "und".into(),
        media_conf: MediaConfig::AvcConfig(AvcConfig {
            width: size[0] as u16,
            height: size[1] as u16,
            seq_param_set: sps.to_vec(),
            pic_param_set: pps.to_vec(),
        }),
    };
    writer.add_track(&track).map_err(mp4_error)?;
    Ok(writer)
}

/// The units of a stream that is separated by start codes (H.264 annex B).
fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts: Vec<usize> = stream
        .windows(3)
        .enumerate()
        .filter(|(_, w)| *w == [0, 0, 1])
        .map(|(i, _)| i + 3)
        .collect();
    starts.push(stream.len() + 3);
    (0..starts.len() - 1).filter_map(move |i| {
        let unit = stream.get(starts[i]..(starts[i + 1] - 3).min(stream.len()))?;
        // The zero of a four-byte start code, and padding.
        let end = unit.iter().rposition(|b| *b != 0)?;
        Some(&unit[..=end])
    })
}

fn h264_error(e: openh264::Error) -> ExportError {
    ExportError::Format(format!("H.264: {e}"))
}

fn mp4_error(e: mp4::Error) -> ExportError {
    match e {
        mp4::Error::IoError(e) => ExportError::writing(std::path::Path::new(""), e),
        other => ExportError::Format(format!("MP4: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_falls_into_its_units() {
        let stream = [
            0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 0, 9,
        ];
        let found: Vec<&[u8]> = units(&stream).collect();
        assert_eq!(found, [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 0, 9]]);
        assert_eq!(units(&[]).count(), 0);
    }
}
