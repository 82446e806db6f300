//! What every film's file is: its kind and quality, and what making it will take.

use std::time::Duration;

use egui::Ui;

use crate::engine::film_job::QUALITY;
use crate::engine::protocol::{FilmEstimate, FilmFile, FilmFormat};
use crate::ui::theme::Theme;
use crate::ui::widgets::slider::Slider;

/// Kind and quality, as they were the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilmFileChoice {
    /// Kind of file.
    pub format: FilmFormat,
    /// 1..=100, where the kind has one.
    pub quality: u8,
}

impl Default for FilmFileChoice {
    fn default() -> Self {
        Self {
            format: FilmFormat::Mp4,
            quality: QUALITY,
        }
    }
}

impl FilmFileChoice {
    /// Draws both.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme) {
        ui.horizontal(|ui| {
            ui.label("Format");
            let combo = egui::ComboBox::from_id_salt("film format")
                .width(180.0)
                .selected_text(self.format.title())
                .show_ui(ui, |ui| {
                    for format in FilmFormat::ALL {
                        ui.selectable_value(&mut self.format, *format, format.title());
                    }
                });
            combo.response.accessible_name("Format of the film");
            ui.weak(about(self.format));
        });
        if !self.format.has_quality() {
            return;
        }
        let range = 1.0..=100.0;
        let moved = Slider::new("Quality", self.quality.into(), range, QUALITY.into())
            .decimals(0)
            .step(1.0)
            .tooltip("More is closer to the frames and makes a larger file")
            .name_width(116.0)
            .show(ui, theme);
        if let Some(quality) = moved.changed {
            self.quality = quality.round().clamp(1.0, 100.0) as u8;
        }
    }

    /// A file for a film of something, with a name to begin with.
    pub fn file(&self, of: &str) -> FilmFile {
        let name = match self.format.ending() {
            Some(ending) => format!("{of} film.{ending}"),
            None => format!("{of} film"),
        };
        FilmFile {
            out: name.into(),
            format: self.format,
            quality: self.quality,
        }
    }
}

fn about(format: FilmFormat) -> &'static str {
    match format {
        FilmFormat::Mp4 => "Small; plays in today's players and browsers",
        #[cfg(feature = "mp4")]
        FilmFormat::H264 => "Also for players from before 2018",
        FilmFormat::Gif => "Plays everywhere; 256 colours a frame",
        FilmFormat::Apng => "Every pixel exact; large",
        FilmFormat::WebP => "Small; plays in browsers",
        FilmFormat::Frames => "A folder of PNG files, to cut elsewhere",
    }
}

/// Size, bytes and time of a film that was tried; else a button that asks for it. Whether it was
/// pressed.
pub fn cost(ui: &mut Ui, known: Option<&FilmEstimate>, running: bool) -> bool {
    match known {
        Some(estimate) => {
            let [w, h] = estimate.size;
            let (size, time) = (bytes(estimate.bytes), time(estimate.time));
            ui.label(format!("{w} × {h}, about {size}, ready in about {time}"));
            false
        }
        None if running => {
            ui.weak("Trying some frames…");
            false
        }
        None => {
            let tip = "Makes a few frames to tell the file's size and the time that it will take";
            let ask = ui.button("How large, how long?");
            ask.on_hover_text(tip).clicked()
        }
    }
}

fn bytes(bytes: u64) -> String {
    match bytes {
        0..100_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    match seconds {
        0..100 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(bytes(1200), "2 kB");
        assert_eq!(bytes(3_240_000), "3.2 MB");
        assert_eq!(time(Duration::from_millis(300)), "1 s");
        assert_eq!(time(Duration::from_secs(130)), "3 min");
    }
}
