//! Many pictures side by side, small: seeds, or the children of two of them. A click takes one.

use std::sync::Arc;

use egui::{Button, Margin, Rect, Ui, Vec2, vec2};

use crate::app::action::{Action, Destination, Subject, ViewEdit};
use crate::app::grow::document::GrowWay;
use crate::app::grow::edit::GrowEdit;
use crate::app::grow::growing;
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
/// How much of a child is of its second parent.
const SHARE: f32 = 0.5;

/// What the grid shows; not part of the document.
#[derive(Default)]
struct Shown {
    /// All settings but the seed, of what is shown.
    of: Option<GrowParams>,
    all: Vec<Arc<GrowParams>>,
    picked: Vec<Arc<GrowParams>>,
    /// Children are shown, not seeds.
    bred: bool,
    /// The next child's number.
    mix: u64,
}

impl Shown {
    /// Sixteen seeds.
    fn seeds(&mut self, base: &GrowParams, first: u64) {
        let seed = |n: u64| GrowParams {
            seed: first.wrapping_add(n),
            breed: None,
            ..base.clone()
        };
        self.all = (0..GRID as u64).map(seed).map(Arc::new).collect();
        self.picked.clear();
        self.bred = false;
        self.of = Some(settings(base));
    }

    /// Children of the two that are picked.
    fn breed(&mut self) {
        let [a, b] = &self.picked[..] else { return };
        let first = self.mix;
        self.mix = self.mix.wrapping_add(GRID as u64);
        let child = |n: u64| a.bred(b, SHARE, first.wrapping_add(n));
        self.all = (0..GRID as u64).map(child).map(Arc::new).collect();
        self.picked.clear();
        self.bred = true;
    }

    fn pick(&mut self, params: &Arc<GrowParams>) {
        match self.picked.iter().position(|p| p == params) {
            Some(at) => {
                self.picked.remove(at);
            }
            None => self.picked.push(Arc::clone(params)),
        }
        if self.picked.len() > 2 {
            self.picked.remove(0);
        }
    }
}

/// All but what tells the pictures of a grid apart.
fn settings(params: &GrowParams) -> GrowParams {
    GrowParams {
        seed: 0,
        breed: None,
        ..params.clone()
    }
}

/// Draws the grid.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some(params) = growing::params(p.state) else {
        return;
    };
    let mut shown = std::mem::take(p.scratch.of::<Shown>());
    let known = shown.of.as_ref() == Some(&settings(&params));
    if !known || !shown.bred && !shown.all.contains(&params) {
        shown.seeds(&params, params.seed);
    }
    egui::Frame::new()
        .inner_margin(Margin::symmetric(16, 8))
        .show(ui, |ui| {
            tools(ui, p, &mut shown, &params);
            let works: Vec<Work> = shown.all.iter().cloned().map(Work::Grow).collect();
            p.actions.push(Action::Previews {
                channel: Channel::Variations,
                tier: Tier::Full(SIDE),
                items: works.clone(),
            });
            tiles(ui, p, &mut shown, &works, &params);
        });
    *p.scratch.of::<Shown>() = shown;
    let channel = p.state.previews.channel(Channel::Variations);
    if channel.is_some_and(|channel| channel.error.is_some()) {
        canvas::error(ui, p);
    }
}

/// Whether pictures of this way can be bred.
fn breeds(way: GrowWay) -> bool {
    matches!(way, GrowWay::Vary | GrowWay::Remix)
}

/// What the grid shows, other pictures, and the way back.
fn tools(ui: &mut Ui, p: &mut Panel<'_>, shown: &mut Shown, now: &GrowParams) {
    let theme = p.theme.clone();
    let way = p.state.doc.grow.way;
    ui.horizontal(|ui| {
        let words = match way {
            GrowWay::Fill => "Click the fill to take",
            _ => "Click the picture to take",
        };
        ui.label(words);
        let others = ui.button("Others").on_hover_text("The next sixteen seeds");
        if others.clicked() {
            // The picture at work goes along, so that there is always a marked one.
            let last = shown.all.last().map_or(now.seed, |last| last.seed);
            let next = last.wrapping_add(1);
            shown.seeds(now, next);
            p.actions.grow(GrowEdit::Seed(next));
        }
        if breeds(way) {
            let breed = ui
                .add_enabled(shown.picked.len() == 2, Button::new("Breed"))
                .on_hover_text("Mix the arrangements of the two picked pictures into new ones")
                .on_disabled_hover_text("Pick two pictures first, with the plus in their corner");
            if breed.clicked() {
                shown.breed();
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = IconButton::new(Icon::Close, "Back to the picture");
            if close.show(ui, &theme).clicked() {
                p.actions.view(ViewEdit::GrowGrid(false));
            }
        });
    });
}

fn tiles(ui: &mut Ui, p: &mut Panel<'_>, shown: &mut Shown, works: &[Work], now: &GrowParams) {
    let room = ui.available_rect_before_wrap();
    let [w, h] = growing::result_size(p.state).unwrap_or([1, 1]);
    let (columns, cell) = layout(room.size(), w.max(1) as f32 / h.max(1) as f32);
    let step = cell + Vec2::splat(space::S);
    let rows = works.len().div_ceil(columns);
    let whole = vec2(columns as f32, rows as f32) * step - Vec2::splat(space::S);
    let min = Rect::from_center_size(room.center(), whole).min;
    let all = shown.all.clone();
    for (i, (params, work)) in all.iter().zip(works).enumerate() {
        let at = min + vec2((i % columns) as f32, (i / columns) as f32) * step;
        let rect = Rect::from_min_size(at, cell);
        let name = match params.breed {
            Some(_) => format!("Child {}", i + 1),
            None => format!("Seed {}", params.seed),
        };
        tile(ui, p, (params, work), rect, (&name, **params == *now));
        if breeds(p.state.doc.grow.way) {
            pick(ui, p, shown, params, rect, &name);
        }
    }
}

fn tile(
    ui: &mut Ui,
    p: &mut Panel<'_>,
    (params, work): (&Arc<GrowParams>, &Work),
    rect: Rect,
    (name, current): (&str, bool),
) {
    let theme = p.theme.clone();
    let picture = p.state.previews.picture(Channel::Variations, work);
    let texture = picture.map(|shown| (p.textures.of(ui.ctx(), shown), shown.size()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        let tile = picture_tile(ui, &theme, name, texture, rect.size(), current);
        let take = || match params.breed {
            None => GrowEdit::Seed(params.seed),
            Some(_) => GrowEdit::Replace {
                params: Box::new((**params).clone()),
                label: "Child",
            },
        };
        tile.context_menu(|ui| {
            let tip = "It becomes the picture that others grow from";
            if ui.button("Grow on from this").on_hover_text(tip).clicked() {
                p.actions.grow(take());
                p.actions.push(Action::Send {
                    to: Destination::GrowSource,
                    what: Subject::Grow,
                });
                p.actions.view(ViewEdit::GrowGrid(false));
                ui.close();
            }
        });
        if tile.on_hover_text(name).clicked() {
            p.actions.grow(take());
            p.actions.view(ViewEdit::GrowGrid(false));
        }
    });
}

/// The plus in a picture's corner.
fn pick(
    ui: &mut Ui,
    p: &Panel<'_>,
    shown: &mut Shown,
    params: &Arc<GrowParams>,
    rect: Rect,
    name: &str,
) {
    let picked = shown.picked.contains(params);
    let corner = Rect::from_min_size(rect.right_top() + vec2(-32.0, 6.0), vec2(26.0, 26.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(corner), |ui| {
        let ground = p.theme.panel.gamma_multiply(0.7);
        ui.painter().rect_filled(corner, 5.0, ground);
        let name = format!("Pick {}", name.to_lowercase());
        let icon = if picked { Icon::Check } else { Icon::Plus };
        let button = IconButton::new(icon, &name)
            .tooltip("Pick for breeding")
            .selected(picked);
        if button.show(ui, &p.theme).clicked() {
            shown.pick(params);
        }
    });
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
        .reduce(|best, next| match next.1.y > best.1.y * 1.1 {
            true => next,
            false => best,
        })
        .unwrap_or((4, Vec2::splat(40.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::SourceRef;

    #[test]
    fn pictures_of_any_shape_fill_the_window() {
        for (shape, columns) in [(1.0, 4), (1.5, 4), (12.0, 2), (0.08, 16)] {
            let (found, cell) = layout(vec2(900.0, 600.0), shape);
            assert_eq!(found, columns, "{shape}");
            let rows = GRID.div_ceil(found) as f32;
            assert!(cell.x * found as f32 <= 900.0 && cell.y * rows <= 600.0);
        }
    }

    #[test]
    fn the_last_two_that_are_picked_have_children_of_their_own() {
        let mut shown = Shown::default();
        shown.seeds(&GrowParams::new(SourceRef::default(), 5), 5);
        let seeds: Vec<u64> = shown.all.iter().map(|p| p.seed).collect();
        assert_eq!(seeds, (5..21).collect::<Vec<u64>>());
        for n in [0, 3, 7] {
            let params = Arc::clone(&shown.all[n]);
            shown.pick(&params);
        }
        shown.breed();
        let of = |params: &GrowParams| (params.seed, params.breed.as_ref().unwrap().seed);
        assert!(shown.all.iter().all(|child| of(child) == (8, 12)));
        let mut mixes: Vec<u64> = shown
            .all
            .iter()
            .map(|c| c.breed.as_ref().unwrap().mix)
            .collect();
        mixes.dedup();
        assert_eq!(mixes.len(), GRID, "each is another");
        // Children have children, too.
        for n in [1, 2] {
            let params = Arc::clone(&shown.all[n]);
            shown.pick(&params);
        }
        shown.breed();
        assert!(shown.all[0].breed.as_ref().unwrap().breed.is_some());
    }
}
