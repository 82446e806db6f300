//! The small bar under a canvas: commands as buttons.

use egui::{Rect, Ui, vec2};

use crate::app::command::Command;
use crate::app::view::Compare;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// A button of the bar.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// What is on it.
    pub icon: Icon,
    /// What it does.
    pub command: Command,
    /// Whether what it does is on now.
    pub on: bool,
    /// Whether it can be clicked.
    pub enabled: bool,
}

impl Tool {
    /// A button that can be clicked.
    pub fn new(icon: Icon, command: Command, on: bool) -> Self {
        Self {
            icon,
            command,
            on,
            enabled: true,
        }
    }

    /// Before and after, as a split and as a difference.
    pub fn comparisons(now: Compare) -> [Self; 2] {
        [
            Self::new(Icon::Split, Command::ToggleSplit, now == Compare::Split),
            Self::new(
                Icon::Difference,
                Command::ToggleDifference,
                now == Compare::Difference,
            ),
        ]
    }

    /// The whole picture.
    pub fn fit() -> Self {
        Self::new(Icon::Fit, Command::ZoomFit, false)
    }
}

/// Draws the bar under the canvas.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, id: &'static str, tools: &[Tool]) {
    let frame = egui::Frame::new().fill(*panel.theme.canvas);
    egui::Panel::bottom(id)
        .exact_size(48.0)
        .frame(frame)
        .show_separator_line(false)
        .show(ui, |ui| buttons(ui, panel, tools));
}

fn buttons(ui: &mut Ui, panel: &mut Panel<'_>, tools: &[Tool]) {
    let theme = panel.theme.clone();
    let ctx = ui.ctx().clone();
    let size = vec2(tools.len() as f32 * 32.0 + 8.0, 36.0);
    let middle = ui.max_rect().center() - vec2(0.0, 4.0);
    let bar = Rect::from_center_size(middle, size);
    ui.painter().rect(
        bar,
        8.0,
        *theme.panel,
        egui::Stroke::new(1.0, *theme.line),
        egui::StrokeKind::Inside,
    );
    let builder = egui::UiBuilder::new()
        .max_rect(bar.shrink(4.0))
        .layout(egui::Layout::left_to_right(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for tool in tools {
            let tip = tool.command.tooltip_with_keys(&ctx);
            let button = IconButton::new(tool.icon, tool.command.text())
                .tooltip(&tip)
                .selected(tool.on)
                .enabled(tool.enabled)
                .size(28.0);
            if button.show(ui, &theme).clicked() {
                panel.actions.command(tool.command);
            }
        }
    });
}
