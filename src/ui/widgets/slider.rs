//! The studio's slider: name, rail, value, and a reset that appears once it was moved.

use std::cell::Cell;
use std::ops::RangeInclusive;

use egui::{Align2, FontId, Key, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::button::IconButton;
use super::icon::Icon;
use crate::ui::theme::Theme;

/// Height of a slider's row.
const HEIGHT: f32 = 26.0;
/// Width of the value field.
const VALUE: f32 = 56.0;
/// Width of the reset button.
const RESET: f32 = 20.0;
/// How long the limits stay to be read, seconds.
const LIMITS_SHOWN: f64 = 4.0;

/// A slider with one accessible name. The rail and the value are two widgets: the
/// rail is the slider `name`, the value field is called `name value`.
pub struct Slider<'a> {
    name: &'a str,
    value: f32,
    range: RangeInclusive<f32>,
    default: f32,
    tooltip: &'a str,
    decimals: usize,
    suffix: &'a str,
    step: f32,
    logarithmic: bool,
    name_width: f32,
    enabled: bool,
}

/// What happened to a slider.
pub struct SliderResponse {
    /// The new value, if it moved, was typed or reset.
    pub changed: Option<f32>,
    /// The rail with the name.
    pub response: Response,
}

impl<'a> Slider<'a> {
    /// A slider.
    pub fn new(name: &'a str, value: f32, range: RangeInclusive<f32>, default: f32) -> Self {
        let step = (range.end() - range.start()) / 100.0;
        Self {
            name,
            value,
            range,
            default,
            tooltip: "",
            decimals: 2,
            suffix: "",
            step,
            logarithmic: false,
            name_width: 104.0,
            enabled: true,
        }
    }

    /// What it does.
    pub fn tooltip(mut self, tooltip: &'a str) -> Self {
        self.tooltip = tooltip;
        self
    }

    /// Digits after the point.
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = decimals;
        self
    }

    /// Unit, e.g. ` px`.
    pub fn suffix(mut self, suffix: &'a str) -> Self {
        self.suffix = suffix;
        self
    }

    /// Step of the arrow keys; ten times that with Shift.
    pub fn step(mut self, step: f32) -> Self {
        self.step = step;
        self
    }

    /// Equal distances for equal ratios.
    pub fn logarithmic(mut self) -> Self {
        self.logarithmic = true;
        self
    }

    /// Room for the name, points.
    pub fn name_width(mut self, width: f32) -> Self {
        self.name_width = width;
        self
    }

    /// Whether it can be moved.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Draws it across the available width.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> SliderResponse {
        ui.add_enabled_ui(self.enabled, |ui| self.draw(ui, theme))
            .inner
    }

    fn draw(self, ui: &mut Ui, theme: &Theme) -> SliderResponse {
        let width = ui.available_width();
        let mut changed = None;
        let response = ui
            .allocate_ui_with_layout(
                vec2(width, HEIGHT),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    let rail_width = (width - VALUE - RESET - 12.0).max(60.0);
                    let response = self.rail(ui, theme, rail_width, &mut changed);
                    self.value_field(ui, &mut changed);
                    self.reset_button(ui, theme, &mut changed);
                    response
                },
            )
            .inner;
        let changed = changed
            .map(|v: f32| v.clamp(*self.range.start(), *self.range.end()))
            .filter(|v| *v != self.value);
        SliderResponse { changed, response }
    }

    /// Name and rail: one widget that is dragged, focused and stepped with keys.
    fn rail(&self, ui: &mut Ui, theme: &Theme, width: f32, changed: &mut Option<f32>) -> Response {
        let (rect, mut response) =
            ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click_and_drag());
        let name_width = self.name_width.min(width * 0.55);
        let rail = Rect::from_min_max(
            pos2(rect.left() + name_width + 6.0, rect.top()),
            pos2(rect.right() - 4.0, rect.bottom()),
        );
        if response.drag_started() || response.clicked() {
            response.request_focus();
        }
        let on_rail = response
            .interact_pointer_pos()
            .filter(|_| response.is_pointer_button_down_on() || response.dragged());
        if let Some(pos) = on_rail
            && ui.input(|i| i.pointer.primary_down())
        {
            let pressed_on_name = ui
                .input(|i| i.pointer.press_origin())
                .is_some_and(|p| p.x < rail.left() - 6.0);
            if !pressed_on_name {
                *changed = Some(self.value_at((pos.x - rail.left()) / rail.width()));
                response.mark_changed();
            }
        }
        if response.double_clicked() {
            *changed = Some(self.default);
        }
        if let Some(value) = self
            .keys(ui, &response)
            .or_else(|| self.assistive(ui, &response))
        {
            *changed = Some(value);
        }
        let value = changed.unwrap_or(self.value);
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), f64::from(value), self.name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(f64::from(*self.range.start()));
            node.set_max_numeric_value(f64::from(*self.range.end()));
            node.set_numeric_value_step(f64::from(self.step));
            node.add_action(egui::accesskit::Action::SetValue);
            node.add_action(egui::accesskit::Action::Increment);
            node.add_action(egui::accesskit::Action::Decrement);
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, theme, rect, rail, name_width, &response, value);
        }
        if self.tooltip.is_empty() {
            response
        } else {
            response.on_hover_text(self.tooltip)
        }
    }

    /// Arrow keys while focused; Home and End to the ends, Delete resets.
    fn keys(&self, ui: &Ui, response: &Response) -> Option<f32> {
        if !response.has_focus() {
            return None;
        }
        ui.memory_mut(|m| {
            m.set_focus_lock_filter(
                response.id,
                egui::EventFilter {
                    horizontal_arrows: true,
                    ..Default::default()
                },
            );
        });
        ui.input(|i| {
            let fine = if i.modifiers.shift { 10.0 } else { 1.0 };
            let steps =
                i.num_presses(Key::ArrowRight) as f32 - i.num_presses(Key::ArrowLeft) as f32;
            if i.key_pressed(Key::Home) {
                Some(*self.range.start())
            } else if i.key_pressed(Key::End) {
                Some(*self.range.end())
            } else if i.key_pressed(Key::Delete) || i.key_pressed(Key::Backspace) {
                Some(self.default)
            } else if steps != 0.0 {
                Some(self.value + steps * self.step * fine)
            } else {
                None
            }
        })
    }

    /// Requests of assistive technology.
    fn assistive(&self, ui: &Ui, response: &Response) -> Option<f32> {
        use egui::accesskit::{Action, ActionData};
        ui.input(|i| {
            let steps = i.num_accesskit_action_requests(response.id, Action::Increment) as f32
                - i.num_accesskit_action_requests(response.id, Action::Decrement) as f32;
            if steps != 0.0 {
                return Some(self.value + steps * self.step);
            }
            i.accesskit_action_requests(response.id, Action::SetValue)
                .find_map(|request| match request.data {
                    Some(ActionData::NumericValue(v)) => Some(v as f32),
                    _ => None,
                })
        })
    }

    fn value_field(&self, ui: &mut Ui, changed: &mut Option<f32>) {
        let mut value = changed.unwrap_or(self.value);
        let beyond = Cell::new(false);
        let field = egui::DragValue::new(&mut value)
            .range(self.range.clone())
            // A value beyond the rail stays until somebody moves it.
            .clamp_existing_to_range(false)
            .speed(f64::from(self.step) / 4.0)
            .max_decimals(self.decimals)
            .min_decimals(self.decimals)
            .suffix(self.suffix)
            .custom_parser(|text| {
                let typed = number(text)?;
                let (lo, hi) = self.range.clone().into_inner();
                beyond.set(typed < f64::from(lo) || typed > f64::from(hi));
                Some(typed)
            })
            .update_while_editing(false);
        let spacing = ui.spacing_mut();
        spacing.interact_size.y = 22.0;
        // The longest values fit, so that all rails of a panel end at the same place.
        spacing.button_padding.x = 2.0;
        let response = ui.add_sized(vec2(VALUE, 22.0), field);
        let response = response.accessible_name(format!("{} value", self.name));
        if response.changed() {
            *changed = Some(value);
        }
        if self.tells_limits(ui, &response, beyond.get()) {
            response.show_tooltip_text(self.limits());
        } else {
            response.on_hover_text("Click to type, drag to change");
        }
    }

    /// Whether the limits are to be read now: for a while after a number beyond them was typed.
    fn tells_limits(&self, ui: &Ui, field: &Response, beyond: bool) -> bool {
        let id = field.id.with("limits");
        let now = ui.input(|i| i.time);
        if beyond {
            ui.data_mut(|d| d.insert_temp(id, now + LIMITS_SHOWN));
        }
        let until: Option<f64> = ui.data(|d| d.get_temp(id));
        let tells = until.is_some_and(|until| now < until);
        if tells {
            ui.ctx().request_repaint_after_secs(0.5);
        }
        tells
    }

    /// The range in words.
    fn limits(&self) -> String {
        let (lo, hi) = self.range.clone().into_inner();
        let (digits, suffix) = (self.decimals, self.suffix);
        format!(
            "{} goes from {lo:.digits$}{suffix} to {hi:.digits$}{suffix}",
            self.name
        )
    }

    fn reset_button(&self, ui: &mut Ui, theme: &Theme, changed: &mut Option<f32>) {
        let moved = (self.value - self.default).abs() > 1e-6;
        if !moved {
            ui.allocate_exact_size(vec2(RESET, RESET), Sense::hover());
            return;
        }
        let name = format!("Reset {}", self.name);
        if IconButton::new(Icon::Reset, &name)
            .size(RESET)
            .show(ui, theme)
            .clicked()
        {
            *changed = Some(self.default);
        }
    }

    /// 0..=1 along the rail to a value; sticks to the default when near.
    fn value_at(&self, t: f32) -> f32 {
        let (lo, hi) = (*self.range.start(), *self.range.end());
        let t = t.clamp(0.0, 1.0);
        let value = if self.logarithmic {
            lo * (hi / lo).powf(t)
        } else {
            lo + (hi - lo) * t
        };
        let unit = 10f32.powi(self.decimals as i32);
        let value = (value * unit).round() / unit;
        if (self.place(value) - self.place(self.default)).abs() < 0.012 {
            self.default
        } else {
            value
        }
    }

    /// A value's place along the rail, 0..=1.
    fn place(&self, value: f32) -> f32 {
        let (lo, hi) = (*self.range.start(), *self.range.end());
        if self.logarithmic {
            (value / lo).ln() / (hi / lo).ln()
        } else {
            (value - lo) / (hi - lo)
        }
    }

    #[expect(clippy::too_many_arguments)]
    fn paint(
        &self,
        ui: &Ui,
        theme: &Theme,
        rect: Rect,
        rail: Rect,
        name_width: f32,
        response: &Response,
        value: f32,
    ) {
        let painter = ui.painter();
        let enabled = ui.is_enabled();
        let hot = enabled && (response.hovered() || response.dragged() || response.has_focus());
        let moved = (value - self.default).abs() > 1e-6;
        let dim = |c: egui::Color32| if enabled { c } else { c.gamma_multiply(0.5) };
        let name_color = dim(if hot || moved {
            *theme.text_strong
        } else {
            *theme.text
        });
        let clip = Rect::from_min_size(rect.min, vec2(name_width, rect.height()));
        let mut job = egui::text::LayoutJob::single_section(
            self.name.to_owned(),
            egui::TextFormat::simple(FontId::proportional(13.0), name_color),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(name_width);
        let galley = painter.layout_job(job);
        let at = Align2::LEFT_CENTER.anchor_size(clip.left_center(), galley.size());
        painter.galley(at.min, galley, name_color);

        let y = rail.center().y;
        let groove = Rect::from_x_y_ranges(rail.x_range(), (y - 1.5)..=(y + 1.5));
        painter.rect_filled(groove, 1.5, dim(*theme.line_strong));
        let x = |v: f32| rail.left() + rail.width() * self.place(v).clamp(0.0, 1.0);
        let (a, b) = (x(self.default), x(value));
        let fill = Rect::from_x_y_ranges(a.min(b)..=a.max(b), (y - 1.5)..=(y + 1.5));
        painter.rect_filled(fill, 1.5, dim(*theme.accent));
        painter.vline(
            a,
            (y - 4.0)..=(y + 4.0),
            egui::Stroke::new(1.0, dim(*theme.line_strong)),
        );
        let knob = pos2(b, y);
        let radius = if hot { 6.5 } else { 5.5 };
        if response.has_focus() {
            painter.circle_filled(knob, radius + 3.0, theme.accent.gamma_multiply(0.3));
        }
        let knob_color = dim(if hot || moved {
            *theme.accent
        } else {
            *theme.text_weak
        });
        painter.circle(
            knob,
            radius,
            knob_color,
            egui::Stroke::new(1.5, *theme.panel),
        );
    }
}

/// What was typed, as a number: a comma may be the decimal point, U+2212 the minus.
fn number(text: &str) -> Option<f64> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{2212}' => '-',
            ',' => '.',
            other => other,
        })
        .collect();
    plain
        .trim_end_matches('%')
        .parse()
        .ok()
        .filter(|v: &f64| v.is_finite())
}
