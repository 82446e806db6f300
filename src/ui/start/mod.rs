//! The start page: the doors of the studio, each with a picture of what is behind it.

mod door;
mod pictures;
mod recent;
mod styles;

pub use pictures::StartPictures;

use egui::{Align, Layout, RichText, ScrollArea, Ui, UiBuilder, vec2};

use crate::app::action::{Action, FileRole, Pick, ViewEdit};
use crate::app::command::Command;
use crate::app::view::Workspace;
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use door::Door;

/// Widest that the page gets: further apart, the doors would not be one page.
const WIDEST: f32 = 1560.0;
/// Narrowest door.
const DOOR: f32 = 230.0;

/// Draws the page in the place of a workspace.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>, pictures: &StartPictures) {
    let frame = egui::Frame::new().fill(*p.theme.window);
    egui::CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let room = ui.available_rect_before_wrap();
            let width = (room.width() - 2.0 * space::L * 2.0).min(WIDEST);
            let mut column = room;
            column.set_width(width);
            let column = column.translate(vec2((room.width() - width) / 2.0, 0.0));
            let builder = UiBuilder::new()
                .max_rect(column)
                .layout(Layout::top_down(Align::Min));
            ui.scope_builder(builder, |ui| page(ui, p, pictures));
        });
    });
}

fn page(ui: &mut Ui, p: &mut Panel<'_>, pictures: &StartPictures) {
    let tall = ui.available_height() > 900.0;
    ui.add_space(if tall { 72.0 } else { space::L });
    ui.label(
        RichText::new("What do you want to make?")
            .size(if tall { 30.0 } else { 24.0 })
            .color(*p.theme.text_strong),
    );
    ui.add_space(space::XS);
    ui.label(
        RichText::new("Drop a photo anywhere in this window, or paste one.")
            .color(*p.theme.text_weak),
    );
    ui.add_space(space::L);
    doors(ui, p, pictures);
    ui.add_space(space::L);
    recent::ui(ui, p);
    styles::ui(ui, p);
    ui.add_space(space::M);
    foot(ui, p);
    ui.add_space(space::L);
}

/// What is behind a door.
#[derive(Clone, Copy)]
enum Way {
    Open,
    Explore,
    Sample,
    Grow,
    Gallery,
}

fn doors(ui: &mut Ui, p: &mut Panel<'_>, pictures: &StartPictures) {
    let count = p.state.gallery.count;
    let saved = match count {
        0 => "Your saved pictures will be here".to_owned(),
        1 => "One saved picture".to_owned(),
        n => format!("{n} saved pictures"),
    };
    let all = [
        (
            Way::Open,
            "Open a photo",
            "Put a style onto it, or change it with sliders",
            &pictures.photo,
        ),
        (
            Way::Explore,
            "Explore pictures",
            "Wander through the pictures of a network",
            &pictures.explore,
        ),
        (
            Way::Sample,
            "Try a style",
            "On a photo that comes with Limner",
            &pictures.style,
        ),
        (
            Way::Grow,
            "Grow a picture",
            "New ones from your own, at any size",
            &pictures.grow,
        ),
        (Way::Gallery, "Gallery", saved.as_str(), &pictures.gallery),
    ];
    let gap = space::M;
    let room = ui.available_width();
    let columns = columns(all.len(), ((room + gap) / (DOOR + gap)) as usize);
    let width = (room - gap * (columns - 1) as f32) / columns as f32;
    for row in all.chunks(columns) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for (way, title, words, picture) in row {
                let door = Door {
                    title,
                    words,
                    picture: picture.as_ref(),
                };
                if door.show(ui, p, width).clicked() {
                    go(*way, p);
                }
            }
        });
        ui.add_space(gap);
    }
}

/// How many of `count` doors stand in a row in which so many fit: as many as can without one alone in
/// the last row, which would look lost.
fn columns(count: usize, fit: usize) -> usize {
    let most = fit.clamp(1, count);
    let columns = (2..=most).rev().find(|columns| count % columns != 1);
    columns.unwrap_or(most.min(2))
}

fn go(way: Way, p: &mut Panel<'_>) {
    match way {
        // For a style, whichever workspace lies behind this page.
        Way::Open => p.actions.push(Action::Pick(Pick::Open(FileRole::Photo))),
        Way::Explore => p.actions.command(Command::GoExplore),
        Way::Grow => p.actions.command(Command::GoGrow),
        Way::Gallery => p.actions.command(Command::GoGallery),
        Way::Sample => {
            p.actions.view(ViewEdit::Workspace(Workspace::Style));
            // Whoever has a photo at work keeps it.
            if p.state.doc.style.photo.is_none() {
                p.actions
                    .push(Action::Pick(Pick::SamplePhoto(FileRole::Photo)));
            }
        }
    }
}

fn foot(ui: &mut Ui, p: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let mut on = p.state.prefs.start_page;
        let box_ = ui
            .checkbox(&mut on, "Begin here when there is nothing to go on with")
            .on_hover_text("Work that was not finished comes back by itself, whatever is set here");
        if box_.changed() {
            let mut prefs = p.state.prefs.clone();
            prefs.start_page = on;
            p.actions.push(Action::SetPrefs(Box::new(prefs)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for command in [Command::Palette, Command::Shortcuts] {
                let tip = command.tooltip_with_keys(ui.ctx());
                if ui.button(command.text()).on_hover_text(tip).clicked() {
                    p.actions.command(command);
                }
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_door_stands_alone_in_its_row() {
        let rows = |count| [1, 2, 3, 4, 5, 9].map(|fit| columns(count, fit));
        assert_eq!(rows(5), [1, 2, 3, 3, 5, 5]);
        assert_eq!(rows(4), [1, 2, 2, 4, 4, 4]);
        assert_eq!(rows(6), [1, 2, 3, 4, 4, 6]);
    }
}
