//! The bar at the top: menus, workspace switch, undo and redo, palette.

use egui::{Align, Layout, Sense, Ui, vec2};
use strum::IntoEnumIterator as _;

use crate::app::action::ViewEdit;
use crate::app::command::Command;
use crate::app::menu::Menu;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::keys_of;
use crate::ui::theme::space;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Height of the bar.
const HEIGHT: f32 = 44.0;

/// Width of a workspace's tab.
const TAB: f32 = 84.0;
/// Least width of a tab: the longest name.
const LEAST_TAB: f32 = 58.0;
/// What the menus need side by side, and the buttons on the right.
const MENUS: f32 = 396.0;
const BUTTONS: f32 = 112.0;
/// What a single button for all menus needs.
const ONE_MENU: f32 = 64.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let frame = egui::Frame::new()
        .fill(*panel.theme.panel)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 0));
    egui::Panel::top("top bar")
        .exact_size(HEIGHT)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                menus(ui, panel);
                right_side(ui, panel);
            });
            workspaces(ui, panel);
        });
}

fn menus(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    let ctx = ui.ctx().clone();
    let narrow = is_narrow(ui.max_rect().width());
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.weak_bg_fill = egui::Color32::TRANSPARENT;
        ui.visuals_mut().widgets.inactive.bg_stroke = egui::Stroke::NONE;
        ui.spacing_mut().button_padding = vec2(7.0, 4.0);
        // As everywhere: F10 gives the menus the keyboard.
        let wanted = ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::F10));
        if narrow {
            let button = ui.menu_button("Menu", |ui| {
                for menu in Menu::iter() {
                    ui.menu_button(menu.title(), |ui| entries(ui, &ctx, panel, menu));
                }
            });
            if wanted {
                button.response.request_focus();
            }
            return;
        }
        for (n, menu) in Menu::iter().enumerate() {
            let button = ui.menu_button(menu.title(), |ui| entries(ui, &ctx, panel, menu));
            if wanted && n == 0 {
                button.response.request_focus();
            }
        }
    });
}

/// Whether menus and tabs don't fit side by side.
fn is_narrow(bar: f32) -> bool {
    bar < MENUS + TAB * Workspace::iter().count() as f32 + BUTTONS
}

fn entries(ui: &mut Ui, ctx: &egui::Context, panel: &mut Panel<'_>, menu: Menu) {
    ui.set_min_width(230.0);
    for entry in menu.commands() {
        match entry {
            None => {
                ui.separator();
            }
            Some(command) => menu_entry(ui, ctx, panel, *command),
        }
    }
}

fn menu_entry(ui: &mut Ui, ctx: &egui::Context, panel: &mut Panel<'_>, command: Command) {
    let text = match command {
        Command::Undo => undo_words(panel.state),
        Command::Redo => redo_words(panel.state),
        _ => None,
    };
    let enabled = match command {
        Command::Undo | Command::Redo => text.is_some(),
        _ => true,
    };
    let text = text.unwrap_or_else(|| command.text().to_owned());
    let button = egui::Button::new(text).shortcut_text(keys_of(ctx, command));
    if ui
        .add_enabled(enabled, button)
        .on_hover_text(command.tooltip())
        .clicked()
    {
        panel.actions.command(command);
        ui.close();
    }
}

/// What undo would do here.
fn undo_words(state: &AppState) -> Option<String> {
    if state.view.workspace == Workspace::Gallery {
        let deleted = state.gallery.can_bring_back();
        return deleted.then(|| "Undo: Delete".to_owned());
    }
    let label = state.front_history()?.undo_label()?;
    Some(format!("Undo: {label}"))
}

/// What redo would do here.
fn redo_words(state: &AppState) -> Option<String> {
    let label = state.front_history()?.redo_label()?;
    Some(format!("Redo: {label}"))
}

fn right_side(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let ctx = ui.ctx().clone();
    let can_undo = undo_words(panel.state).is_some();
    let can_redo = redo_words(panel.state).is_some();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let entries = [
            (Icon::Search, Command::Palette, true),
            (Icon::Redo, Command::Redo, can_redo),
            (Icon::Undo, Command::Undo, can_undo),
        ];
        for (icon, command, enabled) in entries {
            let clicked = IconButton::new(icon, command.text())
                .tooltip(&command.tooltip_with_keys(&ctx))
                .enabled(enabled)
                .size(28.0)
                .show(ui, &theme)
                .clicked();
            if clicked {
                panel.actions.command(command);
            }
        }
    });
}

/// The switch in the middle of the bar.
fn workspaces(ui: &mut Ui, panel: &mut Panel<'_>) {
    let all: Vec<Workspace> = Workspace::iter().collect();
    let bar = ui.max_rect();
    let menus = match is_narrow(bar.width()) {
        true => ONE_MENU,
        false => MENUS,
    };
    let room = (bar.width() - menus - BUTTONS) / all.len() as f32;
    let size = vec2(room.clamp(LEAST_TAB, TAB), 28.0);
    // In the middle, but never over the menus of a narrow window.
    let left = (bar.center().x - size.x * all.len() as f32 / 2.0).max(bar.left() + menus);
    let min = egui::pos2(left, bar.center().y - size.y / 2.0);
    let whole = egui::Rect::from_min_size(min, vec2(size.x * all.len() as f32, size.y));
    ui.painter().rect_filled(whole, 7.0, *panel.theme.window);
    for (i, workspace) in all.into_iter().enumerate() {
        let rect = egui::Rect::from_min_size(min + vec2(size.x * i as f32, 0.0), size);
        let response = ui.interact(rect, ui.scope_id().with(("workspace", i)), Sense::click());
        let view = &panel.state.view;
        let on = view.workspace == workspace && !view.start_page;
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::Tab, true, on, workspace.title())
        });
        let theme = &panel.theme;
        if on {
            ui.painter()
                .rect_filled(rect.shrink(2.0), 5.0, *theme.raised_active);
        }
        let color = match (on, response.hovered() || response.has_focus()) {
            (true, _) => *theme.accent,
            (_, true) => *theme.text_strong,
            _ => *theme.text_weak,
        };
        ui.painter().text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            workspace.title(),
            egui::FontId::proportional(13.5),
            color,
        );
        crate::ui::widgets::focus::ring(ui, theme, &response, rect.shrink(1.0), 6.0);
        let command = match workspace {
            Workspace::Explore => Command::GoExplore,
            Workspace::Style => Command::GoStyle,
            Workspace::Lens => Command::GoLens,
            Workspace::Grow => Command::GoGrow,
            Workspace::Spaces => Command::GoSpaces,
            Workspace::Gallery => Command::GoGallery,
        };
        let tip = command.tooltip_with_keys(ui.ctx());
        if response.on_hover_text(tip).clicked() {
            panel.actions.view(ViewEdit::Workspace(workspace));
        }
    }
}
