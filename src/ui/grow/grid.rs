//! Many seeds side by side, small: a click takes one.

use egui::{Margin, Rect, Ui, Vec2, vec2};

use crate::app::action::{Action, ViewEdit};
use crate::app::grow::document::GrowWay;
use crate::app::grow::edit::GrowEdit;
use crate::app::grow::live;
use crate::engine::protocol::{Channel, Tier, Work};
use crate::recipe::GrowParams;
use crate::ui::grow::canvas;
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::tile::picture_tile;

/// Pictures in the grid.
const GRID: usize = 16;
/// Longer side of a picture of the grid, pixels.
const SIDE: u32 = 256;

/// The first seed that is shown; none: the one at work.
#[derive(Default)]
struct First(Option<u64>);

/// Draws the grid.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some(params) = live::params(p.state) else {
        return;
    };
    let seed = params.seed;
    let first = &mut p.scratch.of::<First>().0;
    let shown = |first: u64| seed.wrapping_sub(first) < GRID as u64;
    let mut start = first.filter(|first| shown(*first)).unwrap_or(seed);
    egui::Frame::new()
        .inner_margin(Margin::symmetric(16, 8))
        .show(ui, |ui| {
            if tools(ui, p) {
                // The picture at work goes along, so that there is always a marked one.
                start = start.wrapping_add(GRID as u64);
                p.actions.grow(GrowEdit::Seed(start));
            }
            let works: Vec<Work> = (0..GRID as u64)
                .map(|n| GrowParams {
                    seed: start.wrapping_add(n),
                    ..(*params).clone()
                })
                .map(|params| Work::Grow(params.into()))
                .collect();
            p.actions.push(Action::Previews {
                channel: Channel::Variations,
                tier: Tier::Draft(SIDE),
                items: works.clone(),
            });
            tiles(ui, p, &works, seed);
        });
    p.scratch.of::<First>().0 = Some(start);
    let error = p.state.previews.channel(Channel::Variations);
    if error.is_some_and(|channel| channel.error.is_some()) {
        canvas::error(ui, p);
    }
}

/// What the grid shows, the next seeds, and the way back; whether others are wanted.
fn tools(ui: &mut Ui, p: &mut Panel<'_>) -> bool {
    let theme = p.theme.clone();
    let mut others = false;
    ui.horizontal(|ui| {
        let words = match p.state.doc.grow.way {
            GrowWay::Fill => "Fills: click the one to take",
            _ => "Seeds: click the one to take",
        };
        ui.label(words);
        others = ui
            .button("Others")
            .on_hover_text("The next sixteen seeds")
            .clicked();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = IconButton::new(Icon::Close, "Back to the picture");
            if close.show(ui, &theme).clicked() {
                p.actions.view(ViewEdit::GrowGrid(false));
            }
        });
    });
    others
}

fn tiles(ui: &mut Ui, p: &mut Panel<'_>, works: &[Work], current: u64) {
    let theme = p.theme.clone();
    let room = ui.available_rect_before_wrap();
    let [w, h] = live::result_size(p.state).unwrap_or([1, 1]);
    let (columns, cell) = layout(room.size(), w.max(1) as f32 / h.max(1) as f32);
    let step = cell + Vec2::splat(space::S);
    let rows = works.len().div_ceil(columns);
    let whole = vec2(columns as f32, rows as f32) * step - Vec2::splat(space::S);
    let min = Rect::from_center_size(room.center(), whole).min;
    for (i, work) in works.iter().enumerate() {
        let Work::Grow(params) = work else { continue };
        let at = min + vec2((i % columns) as f32, (i / columns) as f32) * step;
        let rect = Rect::from_min_size(at, cell);
        let picture = p.state.previews.picture(Channel::Variations, work);
        let texture = picture.map(|shown| (p.textures.of(ui.ctx(), shown), shown.size()));
        let name = format!("Seed {}", params.seed);
        ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            let on = params.seed == current;
            let tile = picture_tile(ui, &theme, &name, texture, cell, on);
            if tile.on_hover_text(&name).clicked() {
                p.actions.grow(GrowEdit::Seed(params.seed));
                p.actions.view(ViewEdit::GrowGrid(false));
            }
        });
    }
}

/// Columns, and the size of a cell that its picture fills: as large as they can be.
fn layout(room: Vec2, shape: f32) -> (usize, Vec2) {
    let fit = |columns: usize| {
        let rows = GRID.div_ceil(columns);
        let free = |side: f32, n: usize| (side - (n - 1) as f32 * space::S) / n as f32;
        let height = free(room.y, rows).min(free(room.x, columns) / shape);
        (columns, vec2(height * shape, height).max(Vec2::splat(12.0)))
    };
    let all = [4, 2, 8, 1, 16].map(fit);
    all.into_iter()
        .reduce(|best, next| {
            if next.1.y > best.1.y * 1.1 {
                next
            } else {
                best
            }
        })
        .unwrap_or((4, Vec2::splat(40.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_any_shape_fill_the_window() {
        for (shape, columns) in [(1.0, 4), (1.5, 4), (12.0, 1), (0.08, 16)] {
            let (found, cell) = layout(vec2(900.0, 600.0), shape);
            assert_eq!(found, columns, "{shape}");
            let rows = GRID.div_ceil(found) as f32;
            assert!(cell.x * found as f32 <= 900.0 && cell.y * rows <= 600.0);
        }
    }
}
