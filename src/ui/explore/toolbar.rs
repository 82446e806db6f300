//! The small bar under Explore's canvas: variations, comparison, walk, bookmark.

use egui::{Rect, Ui, vec2};

use crate::app::command::Command;
use crate::app::view::Compare;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Draws the bar under the canvas.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let frame = egui::Frame::new().fill(*panel.theme.canvas);
    egui::Panel::bottom("explore tools")
        .exact_size(48.0)
        .frame(frame)
        .show_separator_line(false)
        .show(ui, |ui| tools(ui, panel));
}

fn tools(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let ctx = ui.ctx().clone();
    let state = panel.state;
    let walking = state.latent_walk.is_some();
    let compare = state.view.compare;
    let has_sliders = state.directions().is_some_and(|d| !d.is_empty());
    let pinned = state.view.pinned.is_some();
    let lens = state.doc.explore.lens_doc().is_some();
    // Bookmarks, variations and walks are for generators.
    let mut entries = vec![
        (Icon::Plus, Command::AddBookmark, false, true),
        (
            Icon::Grid,
            Command::ToggleVariations,
            state.view.variations,
            has_sliders,
        ),
        (
            if walking { Icon::Stop } else { Icon::Play },
            Command::LatentWalk,
            walking,
            has_sliders,
        ),
        (
            Icon::Split,
            Command::ToggleSplit,
            compare == Compare::Split,
            true,
        ),
        (
            Icon::Difference,
            Command::ToggleDifference,
            compare == Compare::Difference,
            true,
        ),
        (Icon::Pin, Command::PinBefore, pinned, true),
        (Icon::Fit, Command::ZoomFit, false, true),
    ];
    if lens {
        let looks = [
            Command::ToggleSplit,
            Command::ToggleDifference,
            Command::ZoomFit,
        ];
        entries.retain(|(_, command, ..)| looks.contains(command));
    }
    let size = vec2(entries.len() as f32 * 32.0 + 8.0, 36.0);
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
        for (icon, command, on, enabled) in entries {
            let tip = command.tooltip_with_keys(&ctx);
            let button = IconButton::new(icon, command.text())
                .tooltip(&tip)
                .selected(on)
                .enabled(enabled)
                .size(28.0);
            if button.show(ui, &theme).clicked() {
                panel.actions.command(command);
            }
        }
    });
}
