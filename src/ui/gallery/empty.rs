//! The gallery before there is anything in it, and a search that finds nothing.

use egui::{RichText, Ui};

use crate::app::command::Command;
use crate::ui::panel::Panel;
use crate::ui::widgets::button;

/// Says what to do next; true when all filters should go.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>, narrow: bool) -> bool {
    let mut widen = false;
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space((height * 0.5 - 110.0).max(20.0));
        if !p.state.gallery.listed {
            ui.weak("Opening the gallery…");
        } else if narrow {
            title(ui, p, "No matches");
            ui.label("No picture matches the search and the filters.");
            ui.add_space(10.0);
            widen = button::primary(ui, &p.theme, "Show all pictures").clicked();
        } else {
            inviting(ui, p);
        }
    });
    widen
}

fn title(ui: &mut Ui, p: &Panel<'_>, text: &str) {
    ui.label(RichText::new(text).size(24.0).color(*p.theme.text_strong));
    ui.add_space(6.0);
}

fn inviting(ui: &mut Ui, p: &mut Panel<'_>) {
    title(ui, p, "Your saved pictures appear here");
    ui.label("Every picture carries its recipe, so that you can always come back to it.");
    ui.add_space(10.0);
    if button::primary_wide(ui, &p.theme, "Make a first picture").clicked() {
        p.actions.command(Command::GoExplore);
    }
    ui.add_space(4.0);
    if ui
        .add_sized(button::WIDE, egui::Button::new("Put a style onto a photo"))
        .clicked()
    {
        p.actions.command(Command::GoStyle);
    }
    if ui
        .add_sized(button::WIDE, egui::Button::new("Import…"))
        .on_hover_text("Copy pictures into the gallery; you can also drop them here")
        .clicked()
    {
        p.actions.command(Command::Import);
    }
}
