//! Videos by FFmpeg's two programs, as data through a pipe: nothing but the file is read.

use std::io::{BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::photo::error::Fault;
use crate::photo::film::{FPS, Opened, Source, count, picture};
use crate::photo::limits::check_size;
use crate::picture::Picture;
use crate::regular_file;

/// Slowest and fastest pace of a film, frames a second.
const PACES: [f64; 2] = [1.0, 60.0];

/// A video being read, frame by frame.
pub(super) struct Video {
    program: Child,
    out: BufReader<ChildStdout>,
}

/// Opens a video, with about `first` as its next frame.
///
/// # Errors
/// What is wrong with the file, or that FFmpeg isn't here.
pub(super) fn open(path: &Path, first: u32) -> Result<Opened, Fault> {
    drop(regular_file::open(path).map_err(|e| Fault::io(&e))?);
    let mut name = std::ffi::OsString::from("file:");
    name.push(std::path::absolute(path).map_err(|e| Fault::io(&e))?);
    let asked = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-protocol_whitelist",
            "file",
            "-select_streams",
            "v:0",
        ])
        .arg("-show_entries")
        .arg("packet=pts_time,dts_time,flags:stream=width,height,avg_frame_rate:stream_side_data=rotation")
        .args(["-of", "default=nw=1"])
        .arg(&name)
        .stdin(Stdio::null())
        .output()
        .map_err(|_| Fault::NoFfmpeg)?;
    let words = String::from_utf8_lossy(&asked.stdout).into_owned();
    let about = |key: &str| fields(&words).find(|(name, _)| *name == key);
    let number = |key: &str| about(key).and_then(|(_, value)| value.parse::<f64>().ok());
    let (Some(w), Some(h)) = (number("width"), number("height")) else {
        let why = String::from_utf8_lossy(&asked.stderr);
        return Err(Fault::damaged(
            why.lines().next().unwrap_or("no pictures in it"),
        ));
    };
    let turned = number("rotation").is_some_and(|turn| (turn.abs() as i64 / 90) % 2 == 1);
    let (w, h) = if turned { (h, w) } else { (w, h) };
    let size = check_size(w as u64, h as u64)?;
    let average = about("avg_frame_rate").map(|(_, value)| value);
    let pace = Pace::of(average, &times(&words));
    let frames = count(pace.frames)?;
    let mut program = Command::new("ffmpeg");
    program.args(["-v", "quiet", "-nostdin"]);
    program.args(["-protocol_whitelist", "file,pipe"]);
    if first > 0 {
        let seconds = f64::from(first.min(frames - 1)) / pace.fps;
        program.args(["-ss", &format!("{seconds:.3}")]);
    }
    // One frame after the other at an even pace, whatever the file's was: left to itself, FFmpeg
    // takes the shortest time between two frames for all.
    let even = format!("setpts=PTS-STARTPTS,fps={}", pace.text);
    let mut program = program
        .arg("-i")
        .arg(&name)
        .args(["-map", "0:v:0", "-vf", &even])
        .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| Fault::io(&e))?;
    let out = program.stdout.take().ok_or(Fault::Frames)?;
    let out = BufReader::with_capacity(1 << 20, out);
    let video = Source::Video(Video { program, out });
    Ok((size, pace.fps as f32, frames, video))
}

impl Video {
    /// The next frame; none after the last one.
    pub(super) fn next_frame(&mut self, size: [u32; 2]) -> Result<Option<Picture>, Fault> {
        let pixels = size[0] as usize * size[1] as usize;
        let mut rgb = vec![0; pixels * 3];
        match self.out.read_exact(&mut rgb) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(e) => return Err(Fault::io(&e)),
        }
        let rgba = rgb.as_chunks::<3>().0.iter();
        picture(size, rgba.flat_map(|&[r, g, b]| [r, g, b, 255]).collect()).map(Some)
    }
}

impl Drop for Video {
    fn drop(&mut self) {
        // It waits for a reader who is gone.
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// Names and values that ffprobe tells, a line each.
fn fields(words: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = words.lines().filter_map(|line| line.split_once('='));
    lines.map(|(name, value)| (name.trim(), value.trim()))
}

/// When each frame is shown, in seconds, as far as that is known; in the order of the file. Those
/// that were cut away at the beginning are left out.
fn times(words: &str) -> Vec<Option<f64>> {
    let (mut all, mut shown) = (Vec::new(), [None, None]);
    for (name, value) in fields(words) {
        match name {
            "pts_time" => shown[0] = value.parse().ok(),
            "dts_time" => shown[1] = value.parse().ok(),
            // The last of a frame's.
            "flags" => {
                let [pts, dts] = std::mem::take(&mut shown);
                if !value.contains('D') {
                    all.push(pts.or(dts));
                }
            }
            _ => {}
        }
    }
    all
}

/// The even pace of a video.
#[derive(Debug, PartialEq)]
struct Pace {
    /// Frames a second.
    fps: f64,
    /// The same as FFmpeg reads it.
    text: String,
    /// Frames in all.
    frames: usize,
}

impl Pace {
    /// As many frames in as long a time as the file has, where that isn't too slow or too fast:
    /// `average` a second by what the file says.
    fn of(average: Option<&str>, times: &[Option<f64>]) -> Self {
        let known: Option<Vec<f64>> = times.iter().copied().collect();
        let known = known.filter(|known| known.len() > 1).unwrap_or_default();
        let first = known.iter().copied().fold(f64::INFINITY, f64::min);
        let last = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let length = Some(last - first).filter(|length| *length > 0.0);
        let own = length.map(|length| (known.len() - 1) as f64 / length);
        let said = average.and_then(|text| Some((ratio(text)?, text)));
        let (fps, text) = match (said, own, length) {
            // Only the file knows that it is 24000/1001.
            (Some((said, text)), Some(own), Some(length))
                if ((said - own) * length).abs() < 0.5 =>
            {
                (said, text.to_owned())
            }
            (_, Some(own), _) => (own, format!("{own:.6}")),
            (Some((said, text)), None, _) => (said, text.to_owned()),
            (None, None, _) => (f64::from(FPS), FPS.to_string()),
        };
        let within = fps.clamp(PACES[0], PACES[1]);
        if within == fps {
            let frames = times.len();
            return Self { fps, text, frames };
        }
        Self {
            fps: within,
            text: within.to_string(),
            frames: match length {
                Some(length) => (length * within).round() as usize + 1,
                None => times.len(),
            },
        }
    }
}

/// `24000/1001`
fn ratio(text: &str) -> Option<f64> {
    let (n, d) = text.split_once('/')?;
    let (n, d): (f64, f64) = (n.parse().ok()?, d.parse().ok()?);
    (n > 0.0 && d > 0.0).then(|| n / d)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(frames: usize, fps: f64) -> Vec<Option<f64>> {
        (0..frames).map(|i| Some(i as f64 / fps)).collect()
    }

    #[test]
    fn rates_are_read_as_fractions() {
        assert!((ratio("24000/1001").unwrap() - 23.976).abs() < 1e-3);
        assert_eq!(ratio("0/0"), None);
    }

    #[test]
    fn frames_that_were_cut_away_do_not_count() {
        let words = "pts_time=-0.5\ndts_time=N/A\nflags=KD\npts_time=0.1\ndts_time=0.0\nflags=__\n\
            pts_time=N/A\ndts_time=0.2\nflags=__\nwidth=64\n";
        assert_eq!(times(words), [Some(0.1), Some(0.2)]);
    }

    #[test]
    fn a_pace_keeps_frames_and_length_as_far_as_it_may() {
        let pace = Pace::of(Some("24000/1001"), &even(48, 24000.0 / 1001.0));
        assert_eq!((pace.text.as_str(), pace.frames), ("24000/1001", 48));
        // Two seconds at 30, two at 5; what the file says of its average is of no use.
        let slow = (0..10).map(|i| Some(2.0 + f64::from(i) / 5.0));
        let uneven: Vec<_> = even(60, 30.0).into_iter().chain(slow).collect();
        let pace = Pace::of(Some("30/1"), &uneven);
        assert!((pace.fps - 69.0 / 3.8).abs() < 1e-6);
        assert_eq!(pace.frames, 70);
        // Too fast, too slow, nothing known.
        let pace = Pace::of(Some("120/1"), &even(240, 120.0));
        assert_eq!((pace.fps, pace.frames), (60.0, 121));
        let pace = Pace::of(Some("1/2"), &even(4, 0.5));
        assert_eq!((pace.fps, pace.frames), (1.0, 7));
        let pace = Pace::of(None, &[None, None, None]);
        assert_eq!((pace.fps, pace.frames), (f64::from(FPS), 3));
    }
}
