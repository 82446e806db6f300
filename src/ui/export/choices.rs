//! What the export dialog is set to: format, size, shape, sheet.

use egui::{ComboBox, DragValue, Ui};

use crate::gallery::protocol::{ExportOptions, ExportSize, Fitting, Preset, Sheet};
use crate::picture::ColorSpace;
use crate::ui::export::format::FormatChoice;
use crate::ui::theme::Theme;
use crate::ui::widgets::button::choice;
use crate::ui::widgets::slider::Slider;

/// A size as it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SizeChoice {
    Same,
    Longer,
    Shape(Preset),
}

/// One file each, or all on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Files,
    Sheet,
}

/// Everything that is chosen but for the recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    file: FormatChoice,
    limit: Option<u64>,
    sixteen: bool,
    space: ColorSpace,
    size: SizeChoice,
    side: u32,
    fitting: Fitting,
    sharpen: f32,
    layout: Layout,
    sheet: Sheet,
}

/// Sharpening that looks right on most screens.
const SHARPEN: f32 = 0.4;

impl Default for Choices {
    fn default() -> Self {
        Self {
            file: FormatChoice::default(),
            limit: None,
            sixteen: false,
            space: ColorSpace::Srgb,
            size: SizeChoice::Same,
            side: 1920,
            fitting: Fitting::Crop,
            sharpen: SHARPEN,
            layout: Layout::Files,
            sheet: Sheet {
                columns: 0,
                cell: 320,
                background: [255; 3],
                captions: true,
            },
        }
    }
}

/// What goes into a file beside the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoesIn {
    /// The recipe.
    pub recipe: bool,
    /// Names and folders of its sources.
    pub source_names: bool,
    /// Who made the photos, and when.
    pub photo_credit: bool,
}

impl Choices {
    /// As the gallery is told.
    pub fn options(&self, goes_in: GoesIn) -> ExportOptions {
        ExportOptions {
            format: self.file.format(),
            size: match self.size {
                SizeChoice::Same => ExportSize::Same,
                SizeChoice::Longer => ExportSize::LongerSide(self.side),
                SizeChoice::Shape(preset) => ExportSize::Shape(preset, self.fitting),
            },
            sharpen: self.sharpen,
            max_bytes: self
                .limit
                .filter(|_| self.file.has_quality())
                .map(|kb| kb * 1000),
            sixteen: self.sixteen && self.file.holds_sixteen(),
            space: self.space,
            recipe: goes_in.recipe,
            source_names: goes_in.source_names,
            photo_credit: goes_in.photo_credit,
        }
    }

    /// Chooses a shape.
    pub fn shape(&mut self, preset: Preset) {
        self.size = SizeChoice::Shape(preset);
    }

    /// The contact sheet, if so many pictures are to go on one.
    pub fn sheet(&self, pictures: usize) -> Option<Sheet> {
        (pictures > 1 && self.layout == Layout::Sheet).then_some(self.sheet)
    }

    /// Whether 16 bits a channel are asked for.
    pub fn wants_sixteen(&self) -> bool {
        self.sixteen && self.file.holds_sixteen()
    }

    /// Bits and colours.
    fn depth_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let label = ui.label("Colours");
            let name = |space| match space {
                ColorSpace::Srgb => "sRGB",
                ColorSpace::DisplayP3 => "Display P3",
            };
            let combo = ComboBox::from_id_salt("export space")
                .width(96.0)
                .selected_text(name(self.space))
                .show_ui(ui, |ui| {
                    for space in [ColorSpace::Srgb, ColorSpace::DisplayP3] {
                        ui.selectable_value(&mut self.space, space, name(space));
                    }
                });
            combo
                .response
                .on_hover_text("sRGB is shown right everywhere; Display P3 is wider, for new screens and phones")
                .labelled_by(label.id);
            if self.file.holds_sixteen() {
                ui.checkbox(&mut self.sixteen, "16 bits")
                    .on_hover_text("For further work on the picture; of a finished one they are computed from the picture before");
            }
        });
    }

    /// Files or a sheet; nothing for one picture.
    pub fn layout_ui(&mut self, ui: &mut Ui, theme: &Theme, pictures: usize) {
        if pictures < 2 {
            return;
        }
        let layouts = [
            (
                Layout::Files,
                "A file each",
                "All with the same format and size",
            ),
            (Layout::Sheet, "Contact sheet", "All pictures small on one"),
        ];
        if let Some(layout) = choice(ui, theme, self.layout, &layouts) {
            self.layout = layout;
        }
        if self.layout == Layout::Files {
            return;
        }
        ui.horizontal(|ui| {
            let label = ui.label("Columns");
            let columns = DragValue::new(&mut self.sheet.columns)
                .range(0..=60)
                .custom_formatter(|n, _| match n as u32 {
                    0 => "as many as look good".to_owned(),
                    n => n.to_string(),
                });
            ui.add(columns).labelled_by(label.id);
            let label = ui.label("Thumbnail size");
            ui.add(
                DragValue::new(&mut self.sheet.cell)
                    .range(64..=2000)
                    .suffix(" px"),
            )
            .labelled_by(label.id);
            let mut dark = self.sheet.background == [0; 3];
            if ui.checkbox(&mut dark, "On black").changed() {
                self.sheet.background = if dark { [0; 3] } else { [255; 3] };
            }
            ui.checkbox(&mut self.sheet.captions, "Titles")
                .on_hover_text("Each picture's title below it");
        });
    }

    /// Format, quality and file size.
    ///
    /// `shallow`: the picture is known to have no more than 8 bits a channel.
    pub fn format_ui(&mut self, ui: &mut Ui, theme: &Theme, shallow: bool) {
        self.file.kind_ui(ui, theme);
        self.depth_ui(ui);
        if shallow && self.wants_sixteen() {
            ui.weak("Only 8 bits are there: the file becomes larger, not finer.");
        }
        self.file.quality_ui(ui, theme, self.limit.is_none());
        if !self.file.has_quality() {
            return;
        }
        ui.horizontal(|ui| {
            let mut limited = self.limit.is_some();
            let tip = "The best quality that fits; some sites only take files of a certain size";
            if ui
                .checkbox(&mut limited, "Limit file size to")
                .on_hover_text(tip)
                .changed()
            {
                self.limit = limited.then_some(500);
            }
            if let Some(kb) = &mut self.limit {
                ui.add(
                    DragValue::new(kb)
                        .range(10..=100_000)
                        .speed(5)
                        .suffix(" kB"),
                )
                .accessible_name("Most kilobytes");
            }
        });
    }

    /// Size and shape; `own` is the picture's.
    pub fn size_ui(&mut self, ui: &mut Ui, theme: &Theme, own: [u32; 2]) {
        let name = |size: SizeChoice| match size {
            SizeChoice::Same => format!("As it is ({} x {})", own[0], own[1]),
            SizeChoice::Longer => "Longer side…".to_owned(),
            SizeChoice::Shape(preset) => preset.name().to_owned(),
        };
        ui.horizontal(|ui| {
            let label = ui.label("Size");
            let shapes = Preset::ALL.map(SizeChoice::Shape);
            let combo = ComboBox::from_id_salt("export size")
                .width(170.0)
                .selected_text(name(self.size))
                .show_ui(ui, |ui| {
                    for size in [SizeChoice::Same, SizeChoice::Longer]
                        .into_iter()
                        .chain(shapes)
                    {
                        ui.selectable_value(&mut self.size, size, name(size));
                    }
                });
            combo.response.labelled_by(label.id);
            if self.size == SizeChoice::Longer {
                ui.add(
                    DragValue::new(&mut self.side)
                        .range(16..=16_384)
                        .suffix(" px"),
                )
                .on_hover_text("Longer side in pixels: drag, or click and type")
                .accessible_name("Longer side in pixels");
            }
        });
        if let SizeChoice::Shape(_) = self.size {
            let ways = [
                (
                    Fitting::Crop,
                    "Crop",
                    "Fill it; what sticks out is cut off evenly",
                ),
                (
                    Fitting::Fit([255; 3]),
                    "On white",
                    "Show all of it, with white around",
                ),
                (
                    Fitting::Fit([0; 3]),
                    "On black",
                    "Show all of it, with black around",
                ),
                (
                    Fitting::Mirror,
                    "Mirror",
                    "Show all of it, with its edges mirrored around",
                ),
            ];
            if let Some(fitting) = choice(ui, theme, self.fitting, &ways) {
                self.fitting = fitting;
            }
        }
        if self.size != SizeChoice::Same {
            let moved = Slider::new("Sharpen", self.sharpen, 0.0..=1.0, SHARPEN)
                .tooltip("Restores the crispness that resizing takes away")
                .show(ui, theme);
            if let Some(amount) = moved.changed {
                self.sharpen = amount;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::protocol::Format;
    use crate::ui::export::format::Kind;

    const ALL: GoesIn = GoesIn {
        recipe: true,
        source_names: true,
        photo_credit: true,
    };

    #[test]
    fn only_formats_with_a_quality_have_a_limit() {
        let mut c = Choices {
            limit: Some(300),
            ..Choices::default()
        };
        assert_eq!(c.options(ALL).max_bytes, None);
        c.file.kind = Kind::WebP;
        assert_eq!(c.options(ALL).max_bytes, Some(300_000));
        assert_eq!(c.options(ALL).format, Format::WebPLossy(92));
        c.file.lossless_webp = true;
        assert_eq!(c.options(ALL).max_bytes, None);
        assert_eq!(c.options(ALL).format, Format::WebP);
    }

    #[test]
    fn one_picture_is_no_sheet() {
        let c = Choices {
            layout: Layout::Sheet,
            ..Choices::default()
        };
        assert!(c.sheet(1).is_none() && c.sheet(2).is_some());
    }
}
