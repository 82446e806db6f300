//! The panel of Finish.

use egui::{Label, RichText, ScrollArea, Ui};

use crate::app::command::Command;
use crate::app::finish::edit::FinishEdit;
use crate::app::finish::state::FinishWork;
use crate::finish;
use crate::recipe::{FinishSettings, ranges};
use crate::ui::finish::curve;
use crate::ui::finish::geometry::{self, Aspect};
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::button;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::{line, section};
use crate::ui::widgets::slider::Slider;

/// What the panel remembers between frames.
pub(super) struct FinishPanel {
    pub(super) aspect: Aspect,
    pub(super) keep_aspect: bool,
}

impl Default for FinishPanel {
    fn default() -> Self {
        Self {
            aspect: Aspect::Free,
            keep_aspect: true,
        }
    }
}

/// A slider: name, what it does, its number.
struct Tone {
    name: &'static str,
    tip: &'static str,
    range: ranges::Range,
    of: fn(&mut FinishSettings) -> &mut f32,
}

const LIGHT: [Tone; 2] = [
    Tone {
        name: "Exposure",
        tip: "Light, in stops: one more is twice as much",
        range: ranges::EXPOSURE,
        of: |s| &mut s.exposure,
    },
    Tone {
        name: "Contrast",
        tip: "Light and dark farther from middle grey, or closer",
        range: ranges::CONTRAST,
        of: |s| &mut s.contrast,
    },
];

const COLOUR: [Tone; 2] = [
    Tone {
        name: "Warmth",
        tip: "From blue to amber; grey keeps its brightness",
        range: ranges::WARMTH,
        of: |s| &mut s.warmth,
    },
    Tone {
        name: "Saturation",
        tip: "From grey to twice as colourful",
        range: ranges::SATURATION,
        of: |s| &mut s.saturation,
    },
];

const DETAIL: [Tone; 4] = [
    Tone {
        name: "Sharpen",
        tip: "Steeper edges; look at 100 % of the saved picture to judge it",
        range: ranges::SHARPEN,
        of: |s| &mut s.sharpen,
    },
    Tone {
        name: "Grain",
        tip: "Film grain, strongest in the middle tones",
        range: ranges::GRAIN,
        of: |s| &mut s.grain,
    },
    Tone {
        name: "Grain size",
        tip: "Of a grain, in 1500ths of the longer side",
        range: ranges::GRAIN_SIZE,
        of: |s| &mut s.grain_size,
    },
    Tone {
        name: "Vignette",
        tip: "Corners darker or lighter",
        range: ranges::VIGNETTE,
        of: |s| &mut s.vignette,
    },
];

impl FinishPanel {
    /// Draws the panel: what to do with the picture at the bottom, the rest scrolls.
    pub(super) fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork) {
        egui::Panel::bottom("finish actions")
            .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)))
            .show_separator_line(false)
            .show(ui, |ui| actions(ui, p, work));
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.add_space(space::XS);
                head(ui, p, work);
                self.sections(ui, p, work);
                ui.add_space(space::L);
            });
    }

    fn sections(&mut self, ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork) {
        let theme = p.theme.clone();
        let quiet = |_: &mut Ui| {};
        section(ui, &theme, "Crop and turn", true, quiet, |ui| {
            geometry::shape(ui, p, work, self);
        });
        section(ui, &theme, "Light", true, quiet, |ui| {
            self.tones(ui, p, work, &LIGHT);
            if let Some(curve) = curve::ui(ui, &theme, &work.settings.curve) {
                let settings = work.settings.clone();
                self.send(p, work, FinishSettings { curve, ..settings });
            }
            let reset = egui::Button::new("Reset curve");
            let there = !work.settings.curve.is_empty();
            if ui.add_enabled(there, reset).clicked() {
                let curve = Vec::new();
                let settings = work.settings.clone();
                self.send(p, work, FinishSettings { curve, ..settings });
            }
        });
        section(ui, &theme, "Colour", true, quiet, |ui| {
            self.tones(ui, p, work, &COLOUR);
        });
        section(ui, &theme, "Detail", true, quiet, |ui| {
            self.tones(ui, p, work, &DETAIL);
            let again = egui::Button::new("Other grain");
            let tip = "Grain from another seed";
            let there = work.settings.grain > 0.0;
            if ui.add_enabled(there, again).on_hover_text(tip).clicked() {
                let mut settings = work.settings.clone();
                settings.grain_seed = settings.grain_seed.wrapping_add(1);
                self.send(p, work, settings);
            }
        });
        section(ui, &theme, "Size", true, quiet, |ui| {
            geometry::size(ui, p, work, self);
        });
    }

    fn tones(&self, ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork, tones: &[Tone]) {
        let theme = p.theme.clone();
        for tone in tones {
            let mut settings = work.settings.clone();
            let default = *(tone.of)(&mut FinishSettings::default());
            let value = (tone.of)(&mut settings);
            let moved = Slider::new(tone.name, *value, tone.range.ends(), default)
                .tooltip(tone.tip)
                .show(ui, &theme);
            if let Some(new) = moved.changed {
                *value = new;
                self.send(p, work, settings);
            }
        }
    }

    /// The crop's aspect in fractions of the frame, if it stays.
    pub(super) fn fractional_aspect(&self, work: &FinishWork) -> Option<f32> {
        let ratio = self.aspect.ratio(work)?;
        let [w, h] = finish::frame(work.full, &work.settings);
        Some((ratio * h / w) as f32)
    }

    /// New settings; a size that keeps the aspect follows the part that stays.
    pub(super) fn send(&self, p: &mut Panel<'_>, work: &FinishWork, settings: FinishSettings) {
        let natural = |s: &FinishSettings| {
            let free = FinishSettings {
                size: None,
                ..s.clone()
            };
            finish::output_size(work.full, &free).map(f64::from)
        };
        let mut settings = settings;
        let shape = |s: &FinishSettings| (s.crop, s.quarter_turns, s.straighten.to_bits());
        let same = shape(&settings) == shape(&work.settings) && settings != work.settings;
        if self.keep_aspect
            && !same
            && let Some([width, _]) = settings.size
        {
            let [w, h] = natural(&settings);
            settings.size = Some([width, geometry::side(f64::from(width) * h / w)]);
        }
        self.send_as_it_is(p, settings);
    }

    /// New settings, just these.
    pub(super) fn send_as_it_is(&self, p: &mut Panel<'_>, settings: FinishSettings) {
        p.actions.finish(FinishEdit::Set(Box::new(settings)));
    }
}

fn head(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Finish").strong().size(16.0));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let done = ui
                .button("Done")
                .on_hover_text("Back (Esc); the settings are remembered");
            if done.clicked() {
                p.actions.finish(FinishEdit::Close);
            }
            ui.add(Label::new(RichText::new(work.title()).weak()).truncate());
        });
    });
    let ([w, h], [x, y]) = (work.full, work.size());
    let words = match [w, h] == [x, y] {
        true => format!("{w} × {h} pixels"),
        false => format!("{w} × {h} becomes {x} × {y} pixels"),
    };
    ui.weak(words);
}

/// Save, export, copy, and what goes over to other pictures.
fn actions(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork) {
    let theme = p.theme.clone();
    let ctx = ui.ctx().clone();
    line(ui, &theme);
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let keep = button::primary(ui, &theme, "Save to gallery")
            .on_hover_text(Command::Keep.tooltip_with_keys(&ctx));
        if keep.clicked() {
            p.actions.command(Command::Keep);
        }
        for (icon, command) in [
            (Icon::Save, Command::Export),
            (Icon::Copy, Command::CopyPicture),
        ] {
            p.command_icon(ui, icon, command);
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let changed = !work.settings.is_nothing();
        let copied = p.state.finish.copied.is_some();
        for (command, there) in [
            (Command::CopyFinish, changed),
            (Command::PasteFinish, copied),
        ] {
            let button = egui::Button::new(command.text());
            let button = ui.add_enabled(there, button);
            if button.on_hover_text(command.tooltip()).clicked() {
                p.actions.command(command);
            }
        }
        let reset = ui.add_enabled(changed, egui::Button::new("Reset all"));
        let tip = "Everything as the picture was; can be undone";
        if reset.on_hover_text(tip).clicked() {
            p.actions.finish(FinishEdit::Reset);
        }
    });
}
