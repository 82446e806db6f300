//! A grid of variations around the current picture. Click to move
//! there, pick two to breed.

use std::sync::Arc;

use egui::{Rect, Ui, Vec2, vec2};

use crate::app::action::{Action, Subject, ViewEdit};
use crate::app::explore::edit::ExploreEdit;
use crate::app::explore::variations as distances;
use crate::app::view::VARIATION_DISTANCE;
use crate::engine::protocol::{Channel, DirectionInfo, Tier, Work};
use crate::recipe::ExploreParams;
use crate::ui::panel::Panel;
use crate::ui::theme::space;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::tile::picture_tile;

/// Pictures in the grid.
const GRID: usize = 16;
/// Where in it the current one is: second row, second column.
const CURRENT: usize = 5;
/// How much larger its pictures must become for a grid that isn't 4 × 4.
const WORTH: f32 = 1.25;
/// Longer side of a picture of the grid, pixels.
const SIDE: u32 = 256;

#[derive(Default)]
struct GridScratch {
    round: u64,
    made_for: Option<(ExploreParams, u32, u64)>,
    around: Vec<Arc<ExploreParams>>,
    picked: Vec<Arc<ExploreParams>>,
    bred: bool,
}

/// Draws the grid.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, *theme.canvas);
    let (Some(base), Some(directions)) = (
        panel.state.doc.explore.current().cloned(),
        panel.state.directions().cloned(),
    ) else {
        crate::ui::canvas::picture_view::empty(
            ui,
            panel,
            "Not yet",
            "Variations need the sliders of this generator, which are being measured.",
        );
        return;
    };
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(16, 8))
        .show(ui, |ui| {
            tools(ui, panel, &directions);
            refresh(panel, &base, &directions);
            grid(ui, panel, &base);
        });
}

/// Distance, other variations, breeding.
fn tools(ui: &mut Ui, panel: &mut Panel<'_>, directions: &[DirectionInfo]) {
    let theme = panel.theme.clone();
    let distance = panel.state.view.distance;
    let sliders = panel.state.doc.explore.sliders();
    ui.horizontal(|ui| {
        let slider = ui
            .allocate_ui(vec2(300.0, 26.0), |ui| {
                Slider::new("Distance", distance, 0.1..=4.0, VARIATION_DISTANCE)
                    .name_width(64.0)
                    .step(0.1)
                    .decimals(1)
                    .tooltip("How far the variations are from this picture, in standard deviations")
                    .show(ui, &theme)
            })
            .inner;
        if let Some(v) = slider.changed {
            panel.actions.view(ViewEdit::Distance(v));
        }
        let scratch = panel.scratch.of::<GridScratch>();
        if ui
            .button("Others")
            .on_hover_text("Other variations of this picture")
            .clicked()
        {
            scratch.round += 1;
            scratch.made_for = None;
        }
        let ready = scratch.picked.len() == 2;
        let breed = ui
            .add_enabled(ready, egui::Button::new("Breed"))
            .on_hover_text("Mix the two picked pictures into new ones")
            .on_disabled_hover_text("Pick two pictures first, with the plus in their corner");
        if breed.clicked() {
            scratch.round += 1;
            let parents = [&*scratch.picked[0], &*scratch.picked[1]];
            let (count, round) = (GRID - 1, scratch.round);
            let bred = distances::children(parents, directions, sliders, distance, count, round);
            scratch.around = bred.into_iter().map(Arc::new).collect();
            scratch.picked.clear();
            scratch.bred = true;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = IconButton::new(Icon::Close, "Back to the picture");
            if close.show(ui, &theme).clicked() {
                panel.actions.view(ViewEdit::Variations(false));
            }
        });
    });
}

/// Makes new variations after a move, another distance, or on request.
fn refresh(panel: &mut Panel<'_>, base: &ExploreParams, directions: &[DirectionInfo]) {
    let sliders = panel.state.doc.explore.sliders();
    let distance = panel.state.view.distance;
    let scratch = panel.scratch.of::<GridScratch>();
    let key = (base.clone(), (distance * 100.0) as u32, scratch.round);
    let moved = scratch
        .made_for
        .as_ref()
        .is_none_or(|(b, d, _)| *b != key.0 || *d != key.1);
    if scratch.made_for.as_ref() == Some(&key) || (scratch.bred && !moved) {
        return;
    }
    scratch.around =
        distances::neighbours(base, directions, sliders, distance, GRID - 1, scratch.round)
            .into_iter()
            .map(Arc::new)
            .collect();
    scratch.picked.clear();
    scratch.bred = false;
    scratch.made_for = Some(key);
}

fn grid(ui: &mut Ui, panel: &mut Panel<'_>, base: &ExploreParams) {
    let around = panel.scratch.of::<GridScratch>().around.clone();
    let mut cells: Vec<Arc<ExploreParams>> = around;
    cells.insert(CURRENT.min(cells.len()), Arc::new(base.clone()));
    let works: Vec<Work> = cells.iter().map(|p| Work::Explore(Arc::clone(p))).collect();
    panel.actions.push(Action::Previews {
        channel: Channel::Variations,
        tier: Tier::Draft(SIDE),
        items: works.clone(),
    });
    let room = ui.available_rect_before_wrap();
    let shape = panel.state.generator().map_or(1.0, |m| aspect(m.size));
    let (columns, cell_size) = layout(room.size(), shape);
    let step = cell_size + vec2(space::S, space::S);
    let rows = GRID.div_ceil(columns);
    let whole = vec2(columns as f32 * step.x, rows as f32 * step.y) - vec2(space::S, space::S);
    let min = Rect::from_center_size(room.center(), whole).min;
    for (i, (params, work)) in cells.iter().zip(&works).enumerate() {
        let at = min + vec2((i % columns) as f32 * step.x, (i / columns) as f32 * step.y);
        let rect = Rect::from_min_size(at, cell_size);
        cell(ui, panel, i, params, work, rect);
    }
}

/// Width over height.
fn aspect(size: [u32; 2]) -> f32 {
    size[0].max(1) as f32 / size[1].max(1) as f32
}

/// Columns, and the size of a cell that its picture fills: 4 × 4 unless two rows or two columns
/// make pictures of this shape much larger.
fn layout(room: Vec2, shape: f32) -> (usize, Vec2) {
    let fit = |columns: usize| {
        let rows = GRID.div_ceil(columns);
        let free = |side: f32, n: usize| (side - (n - 1) as f32 * space::S) / n as f32;
        let height = free(room.y, rows)
            .min(free(room.x, columns) / shape)
            .max(40.0);
        (columns, vec2(height * shape, height))
    };
    [2, 8].map(fit).into_iter().fold(fit(4), |best, other| {
        if other.1.y > best.1.y * WORTH {
            other
        } else {
            best
        }
    })
}

fn cell(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    i: usize,
    params: &Arc<ExploreParams>,
    work: &Work,
    rect: Rect,
) {
    let theme = panel.theme.clone();
    let current = i == CURRENT;
    let name = if current {
        "Current picture".to_owned()
    } else {
        format!("Variation {}", if i < CURRENT { i + 1 } else { i })
    };
    let picture = panel.state.previews.picture(Channel::Variations, work);
    let texture = picture.map(|p| (panel.textures.of(ui.ctx(), p), p.size()));
    let picked = panel
        .scratch
        .of::<GridScratch>()
        .picked
        .iter()
        .any(|p| p == params);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        let tile = picture_tile(ui, &theme, &name, texture, rect.size(), current || picked);
        if tile.clicked() && !current {
            panel.actions.explore(ExploreEdit::Replace {
                params: Box::new((**params).clone()),
                label: "Variation",
            });
        }
        tile.context_menu(|ui| {
            crate::ui::canvas::picture_menu::ui(ui, panel, &Subject::Params(Arc::clone(params)))
        });
    });
    let corner = Rect::from_min_size(rect.right_top() + vec2(-32.0, 6.0), vec2(26.0, 26.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(corner), |ui| {
        ui.painter()
            .rect_filled(corner, 5.0, theme.panel.gamma_multiply(0.7));
        let name = format!("Pick {}", name.to_lowercase());
        let icon = if picked { Icon::Check } else { Icon::Plus };
        let button = IconButton::new(icon, &name)
            .tooltip("Pick for breeding")
            .selected(picked);
        if button.show(ui, &theme).clicked() {
            let list = &mut panel.scratch.of::<GridScratch>().picked;
            match list.iter().position(|p| p == params) {
                Some(at) => {
                    list.remove(at);
                }
                None => list.push(Arc::clone(params)),
            }
            if list.len() > 2 {
                list.remove(0);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_fills_a_window_of_any_shape() {
        for (room, shape, columns) in [
            (vec2(900.0, 600.0), 1.0, 4),
            (vec2(1800.0, 1300.0), 1.25, 4),
            (vec2(1900.0, 500.0), 0.667, 8),
            (vec2(400.0, 1900.0), 1.25, 2),
        ] {
            let (found, cell) = layout(room, shape);
            assert_eq!(found, columns, "{room:?}");
            let rows = GRID / found;
            let wide = cell.x * found as f32 + space::S * (found - 1) as f32;
            let high = cell.y * rows as f32 + space::S * (rows - 1) as f32;
            assert!(wide <= room.x + 0.1 && high <= room.y + 0.1);
            assert!(wide > room.x - 1.0 || high > room.y - 1.0);
        }
    }
}
