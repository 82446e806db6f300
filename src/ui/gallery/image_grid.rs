//! A grid of pictures that only draws what is seen, however many there are.

use std::ops::Range;

use egui::{
    Align2, Color32, CornerRadius, EventFilter, FontId, Id, Key, Modifiers, Pos2, Rect, Response,
    Role, ScrollArea, Sense, Stroke, StrokeKind, TextureId, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::ui::gallery::image_grid_layout::{GridLayout, GridStep};
use crate::ui::gallery::image_grid_star;

/// What the grid is to show.
pub struct ImageGrid<'a> {
    /// Name for the accessibility tree and for the widgets' ids.
    pub name: &'a str,
    /// Pictures in all.
    pub count: usize,
    /// Side of a picture's square, in points.
    pub thumb: f32,
    /// Whether titles are written below.
    pub titles: bool,
    /// Where the keyboard is.
    pub cursor: Option<usize>,
    /// Bring this one into view.
    pub reveal: Option<usize>,
    /// Keys also act when no widget has the focus.
    pub eager_keys: bool,
}

/// One picture as the grid needs it.
#[derive(Default)]
pub struct GridItem {
    /// Title; also the accessible name.
    pub title: String,
    /// Texture and its size in pixels, once it's there.
    pub texture: Option<(TextureId, Vec2)>,
    /// Can't be shown.
    pub failed: bool,
    /// 0..=5.
    pub stars: u8,
    /// Chosen.
    pub selected: bool,
}

/// What happened in the grid in this frame.
#[derive(Debug, Default)]
pub struct GridOutput {
    /// Clicked with these modifiers.
    pub clicked: Option<(usize, Modifiers)>,
    /// Double click or Enter.
    pub opened: Option<usize>,
    /// Right click.
    pub menu: Option<usize>,
    /// A key moved the cursor here.
    pub moved: Option<(usize, Modifiers)>,
    /// Drawn pictures.
    pub visible: Range<usize>,
    /// The grid has the focus, or takes keys because nothing has.
    pub has_keys: bool,
    /// Response of the right-clicked or hovered cell, to hang a menu on.
    pub cells: Vec<(usize, Response)>,
}

const GAP: f32 = 8.0;
const MARGIN: f32 = 12.0;
const TITLE: f32 = 20.0;

impl ImageGrid<'_> {
    /// Draws the grid into the available space; `item` is only asked for pictures
    /// that are seen.
    pub fn show(self, ui: &mut Ui, mut item: impl FnMut(usize) -> GridItem) -> GridOutput {
        let mut out = GridOutput::default();
        let area_height = ui.available_height();
        let caption = if self.titles { TITLE } else { 0.0 };
        let scroll_bar = ui.spacing().scroll.allocated_width();
        let width = ui.available_width() - scroll_bar - 2.0 * MARGIN;
        let layout = GridLayout::new(self.count, width, self.thumb, caption, GAP);

        let focus = self.focus_widget(ui);
        out.has_keys = focus.has_focus()
            || (self.eager_keys && ui.memory(|m| m.focused().is_none()) && !popup_open(ui));
        if out.has_keys {
            self.keys(ui, &layout, area_height, &mut out);
        }

        let mut scroll = ScrollArea::vertical()
            .id_salt(self.name)
            .auto_shrink(false)
            .content_margin(0.0);
        let reveal = out.moved.map(|(i, _)| i).or(self.reveal);
        if let Some(offset) = reveal.and_then(|i| self.offset_for(ui, &layout, i, area_height)) {
            scroll = scroll.vertical_scroll_offset(offset);
        }
        let shown = scroll.show_viewport(ui, |ui, viewport| {
            ui.set_height((layout.height() as f32 + 2.0 * MARGIN).max(viewport.height()));
            ui.set_width(ui.available_width());
            out.visible = layout.visible(
                f64::from(viewport.min.y - MARGIN),
                f64::from(viewport.max.y - MARGIN),
            );
            let clip = ui.clip_rect();
            let left = ui.max_rect().left() + MARGIN;
            for index in out.visible.clone() {
                // From the viewport's top, so that far down nothing jitters.
                let cell = layout.cell(index);
                let y = (cell.y - f64::from(viewport.min.y)) as f32 + MARGIN;
                let rect = Rect::from_min_size(
                    pos2(left + cell.x as f32, clip.top() + y),
                    layout.cell_size(),
                );
                let response = self.cell(ui, rect, index, &item(index));
                if response.clicked() {
                    focus.request_focus();
                    out.clicked = Some((index, ui.input(|i| i.modifiers)));
                }
                if response.double_clicked() {
                    out.opened = Some(index);
                }
                if response.secondary_clicked() {
                    out.menu = Some(index);
                }
                out.cells.push((index, response));
            }
        });
        ui.data_mut(|d| d.insert_temp(self.scroll_id(), shown.state.clamped_offset().y));
        out
    }

    fn scroll_id(&self) -> Id {
        Id::unique((self.name, "scroll offset"))
    }

    /// The whole grid is one stop of the Tab key; arrows move within.
    fn focus_widget(&self, ui: &mut Ui) -> Response {
        let rect = ui.available_rect_before_wrap();
        let id = Id::unique((self.name, "keys"));
        let response = ui.interact(rect, id, Sense::focusable_noninteractive() | Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, self.name));
        if response.has_focus() {
            ui.memory_mut(|m| {
                m.set_focus_lock_filter(
                    id,
                    EventFilter {
                        horizontal_arrows: true,
                        vertical_arrows: true,
                        ..EventFilter::default()
                    },
                );
            });
            ui.painter().rect_stroke(
                rect.shrink(1.0),
                CornerRadius::same(2),
                Stroke::new(1.0, ui.visuals().selection.bg_fill),
                StrokeKind::Inside,
            );
        }
        response
    }

    fn keys(&self, ui: &Ui, layout: &GridLayout, height: f32, out: &mut GridOutput) {
        let page = layout.rows_in(height);
        let moves = [
            (Key::ArrowLeft, GridStep::Left),
            (Key::ArrowRight, GridStep::Right),
            (Key::ArrowUp, GridStep::Up),
            (Key::ArrowDown, GridStep::Down),
            (Key::PageUp, GridStep::PageUp(page)),
            (Key::PageDown, GridStep::PageDown(page)),
            (Key::Home, GridStep::First),
            (Key::End, GridStep::Last),
        ];
        ui.input_mut(|input| {
            for (key, step) in moves {
                let modifiers = input.modifiers;
                if modifiers.alt || modifiers.ctrl || !input.consume_key(modifiers, key) {
                    continue;
                }
                if let Some(to) = layout.step(self.cursor, step) {
                    out.moved = Some((to, modifiers));
                }
            }
            if let Some(cursor) = self.cursor
                && input.consume_key(Modifiers::NONE, Key::Enter)
            {
                out.opened = Some(cursor);
            }
        });
    }

    /// Scroll offset that shows a picture, if it is not seen whole now.
    fn offset_for(&self, ui: &Ui, layout: &GridLayout, index: usize, height: f32) -> Option<f32> {
        let now: f32 = ui.data(|d| d.get_temp(self.scroll_id())).unwrap_or(0.0);
        if index >= self.count {
            return None;
        }
        let top = layout.cell(index).y as f32;
        let bottom = top + layout.cell_size().y + 2.0 * MARGIN;
        if top < now {
            Some(top)
        } else if bottom > now + height {
            Some((bottom - height).max(0.0))
        } else {
            None
        }
    }

    fn cell(&self, ui: &Ui, rect: Rect, index: usize, item: &GridItem) -> Response {
        let id = Id::unique((self.name, "cell", index));
        let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        let label = if item.stars > 0 {
            format!("{}, {} stars", item.title, item.stars)
        } else {
            item.title.clone()
        };
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, item.selected, &label));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let visuals = ui.visuals();
        let picture = Rect::from_min_size(rect.min, Vec2::splat(rect.width()));
        let painter = ui.painter_at(rect.expand(4.0));
        let round = CornerRadius::same(4);
        let back = if item.selected {
            visuals.selection.bg_fill.gamma_multiply(0.45)
        } else if response.hovered() {
            visuals.widgets.hovered.weak_bg_fill
        } else {
            visuals.faint_bg_color
        };
        painter.rect_filled(rect, round, back);
        match item.texture {
            Some((texture, size)) => {
                let fit = fit_into(picture.shrink(4.0), size);
                let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                painter.image(texture, fit, uv, Color32::WHITE);
            }
            None if item.failed => {
                painter.text(
                    picture.center(),
                    Align2::CENTER_CENTER,
                    "can't be shown",
                    FontId::proportional(12.0),
                    visuals.weak_text_color(),
                );
            }
            None => {
                painter.rect_filled(
                    picture.shrink(picture.width() * 0.2),
                    round,
                    visuals.extreme_bg_color,
                );
            }
        }
        if item.stars > 0 {
            stars_badge(&painter, picture, item.stars);
        }
        if self.titles {
            let text = Rect::from_min_max(pos2(rect.left(), picture.bottom()), rect.max)
                .shrink2(vec2(4.0, 0.0));
            title(ui, &painter, text, &item.title, visuals.text_color());
        }
        let edge = if item.selected {
            Some(Stroke::new(2.0, visuals.selection.stroke.color))
        } else if self.cursor == Some(index) {
            Some(Stroke::new(1.0, visuals.widgets.hovered.fg_stroke.color))
        } else {
            None
        };
        if let Some(edge) = edge {
            painter.rect_stroke(rect, round, edge, StrokeKind::Inside);
        }
        response
    }
}

/// The largest rectangle of the picture's proportions in `into`, centred; small
/// pictures are not blown up beyond twice their pixels.
pub fn fit_into(into: Rect, size: Vec2) -> Rect {
    let size = size.max(Vec2::splat(1.0));
    let scale = (into.width() / size.x).min(into.height() / size.y).min(2.0);
    Rect::from_center_size(into.center(), size * scale)
}

fn popup_open(ui: &Ui) -> bool {
    egui::Popup::is_any_open(ui.ctx())
}

fn stars_badge(painter: &egui::Painter, picture: Rect, stars: u8) {
    let side = 10.0;
    let width = f32::from(stars) * (side + 1.0) + 7.0;
    let badge = Rect::from_min_size(
        pos2(picture.left() + 6.0, picture.bottom() - side - 12.0),
        vec2(width, side + 6.0),
    );
    painter.rect_filled(badge, CornerRadius::same(4), Color32::from_black_alpha(150));
    for n in 0..stars {
        let center = pos2(
            badge.left() + 4.0 + side / 2.0 + f32::from(n) * (side + 1.0),
            badge.center().y,
        );
        image_grid_star::paint(painter, center, side / 2.0, image_grid_star::GOLD, true);
    }
}

/// One line, cut with an ellipsis where it is too long.
fn title(ui: &Ui, painter: &egui::Painter, rect: Rect, text: &str, color: Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(
        text.to_owned(),
        FontId::proportional(12.0),
        color,
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, color);
}
