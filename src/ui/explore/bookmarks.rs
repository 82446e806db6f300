//! The strip of bookmarks: go back, reorder, forget.

use std::sync::Arc;

use egui::{Ui, vec2};

use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::explore::edit::ExploreEdit;
use crate::engine::protocol::{Channel, Tier, Work};
use crate::picture::Picture;
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::tile::picture_tile;

/// Pixels of a point's thumbnail.
const SIDE: u32 = 128;

/// Draws the strip, if there are points.
pub fn strip(ui: &mut Ui, panel: &mut Panel<'_>) {
    let kept = &panel.state.doc.explore.bookmarks;
    let works: Vec<Work> = kept
        .iter()
        .map(|k| Work::Explore(Arc::clone(&k.params)))
        .collect();
    panel.actions.push(Action::Previews {
        channel: Channel::Strip,
        tier: Tier::Draft(SIDE),
        items: works.clone(),
    });
    if works.is_empty() {
        return;
    }
    let frame = egui::Frame::new()
        .fill(*panel.theme.panel)
        .inner_margin(egui::Margin::symmetric(space::M as i8, 6));
    egui::Panel::bottom("kept points")
        .exact_size(92.0)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                buttons(ui, panel);
                egui::ScrollArea::horizontal()
                    .auto_shrink([false, false])
                    .show(ui, |ui| {
                        ui.horizontal_top(|ui| points(ui, panel, &works));
                    });
            });
        });
}

fn buttons(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.vertical(|ui| {
        for (icon, command) in [
            (Icon::Plus, Command::AddBookmark),
            (Icon::Play, Command::Timeline),
        ] {
            panel.command_icon(ui, icon, command);
        }
    });
}

fn points(ui: &mut Ui, panel: &mut Panel<'_>, works: &[Work]) {
    let theme = panel.theme.clone();
    let state = panel.state;
    let now = state.doc.explore.current();
    for (i, (work, kept)) in works.iter().zip(&state.doc.explore.bookmarks).enumerate() {
        let picture = state.previews.picture(Channel::Strip, work);
        let texture = picture.map(|p| (panel.textures.of(ui.ctx(), p), p.size()));
        let name = format!("Bookmark {}", i + 1);
        let on = now == Some(&*kept.params);
        let tile = picture_tile(ui, &theme, &name, texture, vec2(72.0, 72.0), on);
        tile.dnd_set_drag_payload(i);
        if let Some(from) = tile.dnd_release_payload::<usize>() {
            panel
                .actions
                .explore(ExploreEdit::MoveBookmark { from: *from, to: i });
        }
        if tile.clicked() {
            panel.actions.explore(ExploreEdit::Replace {
                params: Box::new((*kept.params).clone()),
                label: "Bookmark",
            });
        }
        tile.context_menu(|ui| {
            if ui.button("Remove bookmark").clicked() {
                panel.actions.explore(ExploreEdit::RemoveBookmark(i));
                ui.close();
            }
            if i > 0 && ui.button("Move left").clicked() {
                panel
                    .actions
                    .explore(ExploreEdit::MoveBookmark { from: i, to: i - 1 });
                ui.close();
            }
            if i + 1 < works.len() && ui.button("Move right").clicked() {
                panel
                    .actions
                    .explore(ExploreEdit::MoveBookmark { from: i, to: i + 2 });
                ui.close();
            }
            ui.separator();
            crate::ui::canvas::picture_menu::ui(
                ui,
                panel,
                &crate::app::action::Subject::Params(Arc::clone(&kept.params)),
            );
        });
        tile.on_hover_text("Click to go there, drag to reorder, right-click for more");
    }
}

/// The picture that "before" means in Explore: the pinned one, or the one without
/// slider moves.
pub fn before(panel: &mut Panel<'_>) -> Option<Picture> {
    let state = panel.state;
    let current = state.doc.explore.current()?;
    let plain = match &state.view.pinned {
        Some(pinned) => Arc::clone(pinned),
        None => {
            let mut plain = current.clone();
            plain.edits.clear();
            Arc::new(plain)
        }
    };
    let wanted = state.view.hold_before || state.view.compare != crate::app::view::Compare::Off;
    let work = Work::Explore(plain);
    if wanted {
        panel.actions.push(Action::Previews {
            channel: Channel::Compare,
            tier: Tier::Full(1024),
            items: vec![work.clone()],
        });
    }
    state.previews.picture(Channel::Compare, &work).cloned()
}

/// A remove button over a tile's corner (used by other strips too).
pub fn corner_button(
    ui: &mut Ui,
    theme: &crate::ui::theme::Theme,
    rect: egui::Rect,
    name: &str,
) -> bool {
    let at = egui::Rect::from_min_size(rect.right_top() - vec2(22.0, -2.0), vec2(20.0, 20.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(at), |ui| {
        IconButton::new(Icon::Close, name)
            .size(20.0)
            .show(ui, theme)
            .clicked()
    })
    .inner
}
