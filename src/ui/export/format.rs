//! The choice of a file format, and of its quality.

use egui::Ui;

use crate::gallery::protocol::Format;
use crate::ui::theme::Theme;
use crate::ui::widgets::button::choice;
use crate::ui::widgets::slider::Slider;

/// A file format as it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Lossless.
    Png,
    /// With a quality.
    Jpeg,
    /// Lossless or with a quality.
    WebP,
    /// Lossless, for print.
    Tiff,
}

/// A quality that is hard to tell from the original.
const QUALITY: u8 = 92;

/// Format and quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatChoice {
    /// Which.
    pub kind: Kind,
    /// 1..=100, where the format has one.
    pub quality: u8,
    /// WebP keeps every pixel.
    pub lossless_webp: bool,
}

impl Default for FormatChoice {
    fn default() -> Self {
        Self {
            kind: Kind::Png,
            quality: QUALITY,
            lossless_webp: false,
        }
    }
}

impl FormatChoice {
    /// As files are written.
    pub fn format(self) -> Format {
        match self.kind {
            Kind::Png => Format::Png,
            Kind::Jpeg => Format::Jpeg(self.quality),
            Kind::WebP if self.lossless_webp => Format::WebP,
            Kind::WebP => Format::WebPLossy(self.quality),
            Kind::Tiff => Format::Tiff,
        }
    }

    /// Whether files lose something, and how much can be chosen.
    pub fn has_quality(self) -> bool {
        self.kind == Kind::Jpeg || (self.kind == Kind::WebP && !self.lossless_webp)
    }

    /// Whether a channel may have 16 bits.
    pub fn holds_sixteen(self) -> bool {
        self.format().holds_sixteen()
    }

    /// Which format.
    pub fn kind_ui(&mut self, ui: &mut Ui, theme: &Theme) {
        let kinds = [
            (Kind::Png, "PNG", "Lossless, understood everywhere"),
            (Kind::Jpeg, "JPEG", "Small; loses a little; no transparency"),
            (Kind::WebP, "WebP", "Smaller than PNG and JPEG; for the web"),
            (Kind::Tiff, "TIFF", "Lossless, for print"),
        ];
        if let Some(kind) = choice(ui, theme, self.kind, &kinds) {
            self.kind = kind;
        }
    }

    /// Which quality, where the format has one.
    pub fn quality_ui(&mut self, ui: &mut Ui, theme: &Theme, enabled: bool) {
        if self.kind == Kind::WebP {
            ui.checkbox(&mut self.lossless_webp, "Lossless")
                .on_hover_text("Every pixel stays as it is; the file becomes larger");
        }
        if !self.has_quality() {
            return;
        }
        ui.add_enabled_ui(enabled, |ui| {
            let now = f32::from(self.quality);
            let moved = Slider::new("Quality", now, 1.0..=100.0, f32::from(QUALITY))
                .decimals(0)
                .step(1.0)
                .tooltip("Higher looks better and takes more space; 92 is hard to tell from the original")
                .show(ui, theme);
            if let Some(quality) = moved.changed {
                self.quality = quality.round().clamp(1.0, 100.0) as u8;
            }
        });
    }
}
