//! The timeline below the canvas: what it does as a whole, and the keyframes.

use egui::Ui;

use crate::app::command::Command;
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::Workspace;
use crate::recipe::{WalkPath, ranges};
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::timeline::player::Player;
use crate::ui::timeline::track;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Height of the panel, points.
const HEIGHT: f32 = 150.0;

/// A seed as it is typed.
#[derive(Default)]
struct SeedScratch(u64);

/// Draws the timeline, if it is open. Whether it is.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) -> bool {
    if !panel.state.view.timeline {
        return false;
    }
    let frame = egui::Frame::new()
        .fill(*panel.theme.panel)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 6));
    egui::Panel::bottom("timeline")
        .exact_size(HEIGHT)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                playing(ui, panel);
                ui.add_space(space::XS);
                adding(ui, panel);
                ui.add_space(space::XS);
                whole(ui, panel);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ending(ui, panel);
                });
            });
            ui.add_space(4.0);
            track::ui(ui, panel);
        });
    true
}

/// Play, and where the film is.
fn playing(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let timeline = panel.state.timeline();
    let ready = timeline.keyframes.len() > 1;
    let player = panel.scratch.of::<Player>();
    let (icon, name) = match player.playing {
        true => (Icon::Stop, "Pause film"),
        false => (Icon::Play, "Play film"),
    };
    let tip = match ready {
        true => name,
        false => "A film needs two keyframes",
    };
    let play = IconButton::new(icon, name).tooltip(tip).enabled(ready);
    if play.show(ui, &theme).clicked() {
        player.toggle();
    }
    if player.shown {
        let back = IconButton::new(Icon::Close, "Back to the picture");
        let tip = "Show the picture on the canvas again (Esc)";
        if back.tooltip(tip).show(ui, &theme).clicked() {
            player.leave();
        }
    }
    let at = if player.shown { player.at } else { 0.0 };
    let words = format!("{at:.1} / {:.1} s", timeline.seconds());
    ui.add(egui::Label::new(words).selectable(false));
}

/// More keyframes.
fn adding(ui: &mut Ui, panel: &mut Panel<'_>) {
    let add = ui
        .button("Add this picture")
        .accessible_name("Add this picture to the timeline")
        .on_hover_text("The picture on the canvas becomes the last keyframe");
    if add.clicked() {
        panel.actions.timeline(TimelineEdit::AddCurrent);
    }
    if panel.state.view.workspace == Workspace::Style {
        return;
    }
    let kept = panel.state.doc.explore.film_bookmarks().len();
    ui.menu_button("Add…", |ui| {
        ui.set_min_width(190.0);
        let all = egui::Button::new(format!("All bookmarks ({kept})"));
        if ui.add_enabled(kept > 0, all).clicked() {
            panel.actions.timeline(TimelineEdit::AddBookmarks);
            ui.close();
        }
        ui.separator();
        ui.horizontal(|ui| {
            let seed = &mut panel.scratch.of::<SeedScratch>().0;
            ui.add(egui::DragValue::new(seed).range(0..=u64::MAX).speed(1.0))
                .accessible_name("Seed of a keyframe");
            let seed = *seed;
            if ui.button("Add seed").clicked() {
                panel.actions.timeline(TimelineEdit::AddSeed(seed));
            }
        });
        ui.separator();
        ui.weak("Pictures of the gallery: right-click one,\nAdd to timeline");
    })
    .response
    .on_hover_text("Bookmarks, seeds, pictures of the gallery");
}

/// What holds for the whole film.
fn whole(ui: &mut Ui, panel: &mut Panel<'_>) {
    let timeline = panel.state.timeline();
    let mut looped = timeline.looped;
    let tip = "At the end back to the first keyframe, without a jump";
    if ui
        .checkbox(&mut looped, "Loop")
        .on_hover_text(tip)
        .changed()
    {
        panel.actions.timeline(TimelineEdit::Looped(looped));
    }
    if panel.state.view.workspace != Workspace::Style {
        curve(ui, panel);
    }
    let mut even = timeline.even;
    let tip = "One even pace over the whole way, whatever the times between keyframes";
    if ui
        .checkbox(&mut even, "Even pace")
        .on_hover_text(tip)
        .changed()
    {
        panel.actions.timeline(TimelineEdit::Even(even));
    }
    if timeline.keyframes.len() < 2 {
        return;
    }
    let ways = timeline.ways() as f64;
    let (least, most) = (f64::from(ranges::SPAN.least), f64::from(ranges::SPAN.most));
    let mut length = timeline.seconds();
    let field = egui::DragValue::new(&mut length)
        .range(least * ways..=most * ways)
        .speed(0.05)
        .max_decimals(1)
        .suffix(" s");
    let field = ui
        .add(field)
        .accessible_name("Length of the film")
        .on_hover_text(
            "Seconds of the whole film; all times between keyframes become longer or shorter alike",
        );
    if field.changed() {
        panel.actions.timeline(TimelineEdit::Length(length as f32));
    }
}

/// How a film of a generator goes between keyframes.
fn curve(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut smooth = panel.state.timeline().path == WalkPath::Spline;
    let tip =
        "One smooth curve through all keyframes; without it the shortest way from each to the next";
    if ui
        .checkbox(&mut smooth, "Curve")
        .on_hover_text(tip)
        .changed()
    {
        let path = match smooth {
            true => WalkPath::Spline,
            false => WalkPath::Spherical,
        };
        panel.actions.timeline(TimelineEdit::Path(path));
    }
}

/// From right to left: close, clear, export.
fn ending(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let close = IconButton::new(Icon::Close, "Close timeline");
    if close.show(ui, &theme).clicked() {
        panel.scratch.of::<Player>().leave();
        panel.actions.command(Command::Timeline);
    }
    let any = !panel.state.timeline().keyframes.is_empty();
    let clear = IconButton::new(Icon::Bin, "Clear timeline")
        .tooltip("Take all keyframes away")
        .enabled(any);
    if clear.show(ui, &theme).clicked() {
        panel.actions.timeline(TimelineEdit::Clear);
    }
    let tip = Command::ExportWalk.tooltip_with_keys(ui.ctx());
    if ui
        .button(Command::ExportWalk.text())
        .on_hover_text(tip)
        .clicked()
    {
        panel.actions.command(Command::ExportWalk);
    }
}
