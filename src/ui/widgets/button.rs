//! Buttons.

use egui::{Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::icon::{self, Icon};
use crate::ui::theme::Theme;

/// A square button with an icon; `name` is its accessible name.
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    tooltip: &'a str,
    selected: bool,
    size: f32,
    enabled: bool,
}

impl<'a> IconButton<'a> {
    /// A button with an accessible name that also is the tooltip.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self {
            icon,
            name,
            tooltip: name,
            selected: false,
            size: 26.0,
            enabled: true,
        }
    }

    /// A longer tooltip than the name.
    pub fn tooltip(mut self, tooltip: &'a str) -> Self {
        self.tooltip = tooltip;
        self
    }

    /// Shown as switched on.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// Side in points.
    pub fn size(mut self, size: f32) -> Self {
        self.size = size;
        self
    }

    /// Whether it can be used.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        ui.add_enabled_ui(self.enabled, |ui| self.draw(ui, theme))
            .inner
    }

    fn draw(self, ui: &mut Ui, theme: &Theme) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(self.size, self.size), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Button, enabled, self.name);
            info.selected = self.selected.then_some(true);
            info
        });
        if ui.is_rect_visible(rect) {
            let hot = response.hovered() || response.has_focus();
            if self.selected {
                ui.painter().rect_filled(rect, 5.0, *theme.accent_soft);
            } else if hot && enabled {
                ui.painter().rect_filled(rect, 5.0, *theme.raised_hover);
            }
            if response.has_focus() {
                ui.painter().rect_stroke(
                    rect,
                    5.0,
                    egui::Stroke::new(1.0, *theme.accent),
                    egui::StrokeKind::Inside,
                );
            }
            let color = match (enabled, self.selected, hot) {
                (false, ..) => theme.text_weak.gamma_multiply(0.45),
                (_, true, _) => *theme.accent,
                (_, _, true) => *theme.text_strong,
                _ => *theme.text_weak,
            };
            icon::paint(
                ui.painter(),
                self.icon,
                rect.shrink(self.size * 0.22),
                color,
            );
        }
        response.on_hover_text(self.tooltip)
    }
}

/// A button with icon and text, for the main thing to do.
pub fn primary(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    let text = egui::RichText::new(text).color(*theme.on_accent).strong();
    ui.add(
        egui::Button::new(text)
            .fill(*theme.accent)
            .stroke(egui::Stroke::NONE),
    )
}

/// Buttons below each other on an empty canvas are as wide as each other.
pub const WIDE: egui::Vec2 = vec2(190.0, 28.0);

/// [`primary`], as wide as the plain buttons of that size below it.
pub fn primary_wide(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    let text = egui::RichText::new(text).color(*theme.on_accent).strong();
    let button = egui::Button::new(text).fill(*theme.accent);
    ui.add_sized(WIDE, button.stroke(egui::Stroke::NONE))
}

/// A choice among a few, shown next to each other. Returns the new choice.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    theme: &Theme,
    now: T,
    options: &[(T, &str, &str)],
) -> Option<T> {
    let mut chosen = None;
    let gap = 2.0;
    let width = (ui.available_width() - gap * (options.len() as f32 - 1.0)) / options.len() as f32;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for &(value, text, tooltip) in options {
            let on = value == now;
            let color = if on { *theme.accent } else { *theme.text };
            let button = egui::Button::new(egui::RichText::new(text).color(color))
                .min_size(vec2(width, 24.0))
                .truncate()
                .selected(on);
            if ui
                .add_sized(vec2(width, 24.0), button)
                .on_hover_text(tooltip)
                .clicked()
                && !on
            {
                chosen = Some(value);
            }
        }
    });
    chosen
}
