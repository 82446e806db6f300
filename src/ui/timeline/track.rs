//! Keyframes in a row, with the times between them and the place where the film is.

use std::sync::Arc;

use egui::{Key, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::action::{Action, Subject};
use crate::app::explore::edit::ExploreEdit;
use crate::app::style::edit::StyleEdit;
use crate::app::timeline::document::{KeyPicture, Keyframe, TimelineDoc};
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::Workspace;
use crate::engine::protocol::{Channel, Tier, Work};
use crate::recipe::{Easing, ranges};
use crate::ui::canvas::picture_menu;
use crate::ui::panel::Panel;
use crate::ui::timeline::player::Player;
use crate::ui::widgets::tile::picture_tile;

/// Pixels of a keyframe's thumbnail.
const THUMB: u32 = 128;
/// Side of a keyframe, points.
const SIDE: f32 = 60.0;
/// Least room for the time between two keyframes, points.
const LEAST: f32 = 108.0;
/// Height of the rail on which the film's place is drawn and set, points.
const RAIL: f32 = 14.0;

/// A keyframe while it is dragged.
#[derive(Debug, Clone, Copy)]
struct Dragged(usize);

/// Where each keyframe begins, points from the left, and where the film ends.
struct Layout {
    starts: Vec<f32>,
    end: f32,
}

/// Draws the keyframes.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>) {
    let timeline = panel.state.timeline();
    let works = timeline.keyframes.iter();
    let works: Vec<Work> = works.map(|key| key.picture.work()).collect();
    panel.actions.push(Action::Previews {
        channel: Channel::Keyframes,
        tier: Tier::Draft(THUMB),
        items: works.clone(),
    });
    if works.is_empty() {
        ui.add_space(18.0);
        let words = empty_words(panel);
        ui.vertical_centered(|ui| {
            ui.weak(words);
        });
        return;
    }
    let layout = layout(timeline, ui.available_width());
    egui::ScrollArea::horizontal()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let size = vec2(layout.end, RAIL + 4.0 + SIDE);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            rail(ui, panel, rect, &layout);
            for (i, work) in works.iter().enumerate() {
                let corner = pos2(rect.left() + layout.starts[i], rect.bottom() - SIDE);
                keyframe(ui, panel, corner, i, work);
                let next = layout.starts.get(i + 1).copied().unwrap_or(layout.end);
                if i < panel.state.timeline().ways() {
                    let left = corner + vec2(SIDE + 4.0, 0.0);
                    let right = pos2(rect.left() + next - 4.0, rect.bottom());
                    span(ui, panel, Rect::from_min_max(left, right), i);
                }
            }
        });
}

fn empty_words(panel: &Panel<'_>) -> &'static str {
    match panel.state.view.workspace {
        Workspace::Style => {
            "Keyframes are styles and strengths that the photo goes through. Add this picture, choose another style or strength, add it again: that is a film."
        }
        _ => {
            "Keyframes are pictures that the film comes by. Add this picture, change it, add it again: that is a film."
        }
    }
}

/// Times become widths as far as there is room; none becomes too small to hold its numbers.
fn layout(timeline: &TimelineDoc, width: f32) -> Layout {
    let count = timeline.keyframes.len();
    let free = width - SIDE * count as f32 - 8.0;
    let ways = timeline.ways();
    let spare = (free - LEAST * ways as f32).max(0.0);
    let whole = timeline.seconds().max(1e-3) as f32;
    let mut x = 0.0;
    let starts = timeline.keyframes.iter().enumerate().map(|(i, key)| {
        let start = x;
        x += SIDE;
        if i < ways {
            x += LEAST + spare * key.seconds / whole;
        }
        start
    });
    let starts = starts.collect();
    Layout { starts, end: x }
}

impl Layout {
    /// Where a moment of the film is, points from the left.
    fn place(&self, timeline: &TimelineDoc, at: f64) -> f32 {
        let mut left = at as f32;
        for (i, key) in timeline.keyframes.iter().take(timeline.ways()).enumerate() {
            let next = self.starts.get(i + 1).copied().unwrap_or(self.end);
            if left <= key.seconds {
                let from = self.starts[i];
                return from + (next - from) * left / key.seconds.max(1e-3);
            }
            left -= key.seconds;
        }
        self.starts
            .get(timeline.ways())
            .copied()
            .unwrap_or(self.end)
    }

    /// The moment at a place.
    fn moment(&self, timeline: &TimelineDoc, x: f32) -> f64 {
        let mut passed = 0.0;
        for (i, key) in timeline.keyframes.iter().take(timeline.ways()).enumerate() {
            let next = self.starts.get(i + 1).copied().unwrap_or(self.end);
            if x < next {
                let share = (x - self.starts[i]) / (next - self.starts[i]);
                return passed + f64::from(key.seconds * share.clamp(0.0, 1.0));
            }
            passed += f64::from(key.seconds);
        }
        passed
    }
}

/// Where the film is; a click or a drag goes elsewhere, arrow keys by tenths of a second.
fn rail(ui: &mut Ui, panel: &mut Panel<'_>, rect: Rect, layout: &Layout) {
    let timeline = panel.state.timeline();
    let theme = panel.theme.clone();
    let at = Rect::from_min_size(rect.min, vec2(rect.width(), RAIL));
    let id = ui.scope_id().with("film's place");
    let response = ui.interact(at, id, Sense::click_and_drag());
    let length = timeline.seconds();
    let player = panel.scratch.of::<Player>();
    response.widget_info(|| WidgetInfo::slider(true, player.at, "Position in the film"));
    keep_arrows(ui, &response);
    if timeline.keyframes.len() > 1 {
        if let Some(pointer) = response.interact_pointer_pos() {
            player.seek(layout.moment(timeline, pointer.x - rect.left()));
        }
        let keys = [(Key::ArrowRight, 0.1), (Key::ArrowLeft, -0.1)];
        for (key, by) in keys.into_iter().filter(|_| response.has_focus()) {
            if ui.input(|i| i.key_pressed(key)) {
                player.seek((player.at + by).clamp(0.0, length));
            }
        }
    }
    let line = at.center().y;
    let painter = ui.painter();
    let stroke = egui::Stroke::new(2.0, *theme.line_strong);
    painter.line_segment([pos2(at.left(), line), pos2(at.right(), line)], stroke);
    if response.has_focus() {
        let ring = egui::Stroke::new(1.0, *theme.accent);
        painter.rect_stroke(at, 3.0, ring, egui::StrokeKind::Inside);
    }
    if player.shown {
        let x = rect.left() + layout.place(timeline, player.at);
        painter.circle_filled(pos2(x, line), 5.0, *theme.accent);
        let whole = [pos2(x, line), pos2(x, rect.bottom())];
        painter.line_segment(whole, egui::Stroke::new(1.0, *theme.accent));
    }
    response.on_hover_text("Drag to look at a moment of the film");
}

/// A keyframe: click to go there, drag to reorder; Delete and Shift with arrows do so by keys.
fn keyframe(ui: &mut Ui, panel: &mut Panel<'_>, corner: egui::Pos2, at: usize, work: &Work) {
    let theme = panel.theme.clone();
    let state = panel.state;
    let Some(key) = state.timeline().keyframes.get(at) else {
        return;
    };
    let picture = state.previews.picture(Channel::Keyframes, work);
    let texture = picture.map(|p| (panel.textures.of(ui.ctx(), p), p.size()));
    let on = is_shown(&key.picture, panel);
    let name = format!("Keyframe {}", at + 1);
    let place = Rect::from_min_size(corner, vec2(SIDE, SIDE));
    let tile = ui
        .scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
            picture_tile(ui, &theme, &name, texture, vec2(SIDE, SIDE), on)
        })
        .inner;
    tile.dnd_set_drag_payload(Dragged(at));
    if let Some(from) = tile.dnd_release_payload::<Dragged>() {
        let to = if from.0 < at { at + 1 } else { at };
        panel
            .actions
            .timeline(TimelineEdit::Move { from: from.0, to });
    }
    if tile
        .dnd_hover_payload::<Dragged>()
        .is_some_and(|from| from.0 != at)
    {
        let stroke = egui::Stroke::new(2.0, *theme.accent);
        ui.painter()
            .rect_stroke(place, 4.0, stroke, egui::StrokeKind::Outside);
    }
    if tile.clicked() {
        panel.scratch.of::<Player>().leave();
        go_to(&key.picture, panel);
    }
    by_keys(ui, panel, &tile, at);
    tile.context_menu(|ui| menu(ui, panel, at, key));
    tile.on_hover_text("Click to go there, drag to reorder, right-click for more");
}

/// Whether the canvas shows a keyframe.
fn is_shown(picture: &KeyPicture, panel: &Panel<'_>) -> bool {
    let doc = &panel.state.doc;
    match picture {
        KeyPicture::Explore(params) => doc.explore.current() == Some(params),
        KeyPicture::Style(params) => doc.style.params().is_some_and(|shown| shown == **params),
    }
}

/// Brings a keyframe onto the canvas.
fn go_to(picture: &KeyPicture, panel: &mut Panel<'_>) {
    const LABEL: &str = "Keyframe";
    match picture {
        KeyPicture::Explore(params) => panel.actions.explore(ExploreEdit::Replace {
            params: Box::new((**params).clone()),
            label: LABEL,
        }),
        KeyPicture::Style(params) => panel.actions.style(StyleEdit::Replace {
            params: Box::new((**params).clone()),
            fine: None,
            label: LABEL,
        }),
    }
}

fn by_keys(ui: &Ui, panel: &mut Panel<'_>, tile: &Response, at: usize) {
    if !tile.has_focus() {
        return;
    }
    keep_arrows(ui, tile);
    let pressed = |modifiers, key| ui.input_mut(|i| i.consume_key(modifiers, key));
    if pressed(egui::Modifiers::NONE, Key::Delete) {
        panel.actions.timeline(TimelineEdit::Remove(at));
    } else if pressed(egui::Modifiers::SHIFT, Key::ArrowLeft) && at > 0 {
        let to = at - 1;
        panel.actions.timeline(TimelineEdit::Move { from: at, to });
    } else if pressed(egui::Modifiers::SHIFT, Key::ArrowRight) {
        let to = at + 2;
        panel.actions.timeline(TimelineEdit::Move { from: at, to });
    }
}

/// Arrow keys work here while it has the keyboard, and don't lead elsewhere.
fn keep_arrows(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let filter = egui::EventFilter {
            horizontal_arrows: true,
            ..Default::default()
        };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
}

fn menu(ui: &mut Ui, panel: &mut Panel<'_>, at: usize, key: &Keyframe) {
    let count = panel.state.timeline().keyframes.len();
    let entries = [
        (true, "Remove keyframe", TimelineEdit::Remove(at)),
        (true, "Replace by this picture", TimelineEdit::Put(at)),
        (
            true,
            "Once more at the end",
            TimelineEdit::Add(key.picture.clone()),
        ),
        (
            at > 0,
            "Move left",
            TimelineEdit::Move {
                from: at,
                to: at.saturating_sub(1),
            },
        ),
        (
            at + 1 < count,
            "Move right",
            TimelineEdit::Move {
                from: at,
                to: at + 2,
            },
        ),
    ];
    for (offered, text, edit) in entries {
        if offered && ui.button(text).clicked() {
            panel.actions.timeline(edit);
            ui.close();
        }
    }
    if let KeyPicture::Explore(params) = &key.picture {
        ui.separator();
        picture_menu::ui(ui, panel, &Subject::Params(Arc::clone(params)));
    }
}

/// The time from a keyframe to the next, and how its pace goes.
fn span(ui: &mut Ui, panel: &mut Panel<'_>, rect: Rect, at: usize) {
    let timeline = panel.state.timeline();
    let Some(key) = timeline.keyframes.get(at) else {
        return;
    };
    let theme = panel.theme.clone();
    let back = timeline.looped && at + 1 == timeline.keyframes.len();
    curve(ui, &theme, rect, key.easing, timeline.even);
    let inside = Rect::from_center_size(rect.center(), vec2(LEAST - 10.0, SIDE));
    ui.scope_builder(egui::UiBuilder::new().max_rect(inside), |ui| {
        ui.vertical_centered(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            let mut seconds = key.seconds;
            let field = egui::DragValue::new(&mut seconds)
                .range(ranges::SPAN.least..=ranges::SPAN.most)
                .speed(0.02)
                .max_decimals(2)
                .suffix(" s");
            let tip = match back {
                true => "Seconds back to the first keyframe: drag, or click to type",
                false => "Seconds to the next keyframe: drag, or click to type",
            };
            let field = ui
                .add(field)
                .accessible_name(format!("Seconds after keyframe {}", at + 1))
                .on_hover_text(tip);
            if field.changed() {
                panel.actions.timeline(TimelineEdit::Seconds(at, seconds));
            }
            ui.add_enabled_ui(!timeline.even, |ui| {
                easing(ui, panel, at, key.easing);
            });
        });
    });
}

fn easing(ui: &mut Ui, panel: &mut Panel<'_>, at: usize, now: Easing) {
    let mut chosen = now;
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
    let combo = egui::ComboBox::from_id_salt(("easing", at))
        .width(LEAST - 14.0)
        .selected_text(word(now))
        .show_ui(ui, |ui| {
            for easing in Easing::ALL {
                ui.selectable_value(&mut chosen, easing, word(easing));
            }
        });
    combo
        .response
        .accessible_name(format!("Pace after keyframe {}", at + 1))
        .on_hover_text("How the pace goes on the way to the next keyframe");
    if chosen != now {
        panel.actions.timeline(TimelineEdit::Easing(at, chosen));
    }
}

fn word(easing: Easing) -> &'static str {
    match easing {
        Easing::Linear => "Even",
        Easing::Smooth => "Smooth",
        Easing::In => "Slow start",
        Easing::Out => "Slow end",
    }
}

/// The pace as a faint line from keyframe to keyframe.
fn curve(ui: &Ui, theme: &crate::ui::theme::Theme, rect: Rect, easing: Easing, even: bool) {
    ui.painter().rect_filled(rect, 4.0, *theme.field);
    let easing = if even { Easing::Linear } else { easing };
    let point = |i: u32| {
        let t = f64::from(i) / 24.0;
        let across = rect.left() + rect.width() * t as f32;
        pos2(across, rect.bottom() - rect.height() * easing.of(t) as f32)
    };
    let line: Vec<egui::Pos2> = (0..=24).map(point).collect();
    let stroke = egui::Stroke::new(1.0, *theme.line_strong);
    ui.painter().add(egui::Shape::line(line, stroke));
}
