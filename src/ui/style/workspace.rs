//! The Style workspace: photo and styles on the left, the canvas in the middle,
//! what is chosen and how it goes out on the right.

use egui::{CentralPanel, Frame, Margin, Rect, ScrollArea, Ui, UiBuilder, pos2};

use crate::app::action::{Action, Destination, Subject, ViewEdit};
use crate::app::at_hand;
use crate::app::command::Command;
use crate::app::style::edit::StyleEdit;
use crate::app::style::fine;
use crate::app::view::{Compare, Workspace};
use crate::engine::protocol::Tier;
use crate::recipe::StyleSource;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::escape;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::mask::target::MaskTarget;
use crate::ui::mask::tools::MaskTools;
use crate::ui::panel::Panel;
use crate::ui::photo::gallery_pick::GalleryPick;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::shell::history;
use crate::ui::style::chosen::{ChosenEvent, ChosenStyles};
use crate::ui::style::compare::side_by_side;
use crate::ui::style::output::StyleOutput;
use crate::ui::style::presets::Presets;
use crate::ui::style::swatches::{StyleGrid, SwatchEvent, swatches};
use crate::ui::style::{report, sliders};
use crate::ui::theme::panel_of_two_width;
use crate::ui::timeline::player::{self, Player};
use crate::ui::timeline::strip;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;

/// Width of the panel on the left: three swatches, or the photo and its buttons.
const LEFT: f32 = 304.0;
/// The same in a narrow window, or where everything is drawn larger: two swatches.
const LEFT_NARROW: f32 = 218.0;
/// Width of a window from which on there is room for three.
const WIDE: f32 = 940.0;
/// Width from which the ways to compare and the dice share a row.
const ONE_ROW: f32 = 310.0;
/// Width of the hint beside the ways to compare.
const HINT: f32 = 220.0;
/// Width of the panel on the right, at most.
const RIGHT: f32 = 320.0;

/// What the workspace remembers between frames; not part of the document.
#[derive(Default)]
struct StylePanel {
    chosen: ChosenStyles,
    output: StyleOutput,
    mask: MaskTools,
    pick: Option<GalleryPick>,
    grid: StyleGrid,
    presets: Presets,
}

/// Draws the workspace.
pub fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    if escape::is_free(ui, p) && p.scratch.of::<Player>().shown {
        let pressed = ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
        if pressed {
            p.scratch.of::<Player>().leave();
        }
    }
    let mut panel = std::mem::take(p.scratch.of::<StylePanel>());
    if !p.state.view.panels_away {
        panel.left(ui, p);
        panel.right(ui, p);
        history::strip(ui, p);
        strip::ui(ui, p);
    }
    let frame = Frame::new().fill(*p.theme.canvas);
    CentralPanel::no_frame().frame(frame).show(ui, |ui| {
        if !player::ui(ui, p) {
            panel.middle(ui, p);
        }
    });
    if let Some(pick) = &mut panel.pick
        && !pick.show(ui, p)
    {
        panel.pick = None;
    }
    report::show(ui, p);
    *p.scratch.of::<StylePanel>() = panel;
}

impl StylePanel {
    fn left(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let width = match ui.ctx().content_rect().width() {
            window if window < WIDE => LEFT_NARROW,
            _ => LEFT,
        };
        side(p, egui::Panel::left("style choices").exact_size(width)).show(ui, |ui| {
            let theme = std::sync::Arc::clone(&p.theme);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                section(
                    ui,
                    &theme,
                    "Photo",
                    true,
                    |_| {},
                    |ui| {
                        if let Some(PhotoEvent::FromGallery) =
                            slot::photo(ui, p, slot::of_style(p.state))
                        {
                            self.pick = Some(GalleryPick::new(Destination::StylePhoto));
                        }
                    },
                );
                let can_try = p.state.photo().is_some();
                let mut on = p.state.prefs.tryouts;
                let eye = |ui: &mut Ui| {
                    let button = IconButton::new(Icon::Eye, "Try all styles on the photo")
                        .tooltip("Show every style on your photo instead of its sample, while nothing else is computed")
                        .size(22.0)
                        .selected(on)
                        .enabled(can_try);
                    on ^= button.show(ui, &theme).clicked();
                };
                section(ui, &theme, "Styles", true, eye, |ui| {
                    if let Some(SwatchEvent::FromGallery) = swatches(ui, p, &mut self.grid) {
                        self.pick = Some(GalleryPick::new(Destination::StyleStyle));
                    }
                });
                if on != p.state.prefs.tryouts {
                    let mut prefs = p.state.prefs.clone();
                    prefs.tryouts = on;
                    p.actions.push(Action::SetPrefs(Box::new(prefs)));
                }
            });
        });
    }

    fn right(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let width = panel_of_two_width(ui.ctx(), RIGHT);
        side(p, egui::Panel::right("style settings").exact_size(width)).show(ui, |ui| {
            let theme = std::sync::Arc::clone(&p.theme);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                let several = p.state.doc.style.styles.len() > 1;
                let title = if several {
                    "Chosen styles"
                } else {
                    "Chosen style"
                };
                section(
                    ui,
                    &theme,
                    title,
                    true,
                    |_| {},
                    |ui| {
                        let masking = self.mask.style(p);
                        if let Some(ChosenEvent::EditMask(style)) = self.chosen.ui(ui, p, masking) {
                            self.mask.edit(style.map(MaskTarget::Style));
                        }
                    },
                );
                section(
                    ui,
                    &theme,
                    "Adjust",
                    true,
                    |_| {},
                    |ui| sliders::main(ui, p),
                );
                section(
                    ui,
                    &theme,
                    "Presets",
                    true,
                    |_| {},
                    |ui| self.presets.ui(ui, p),
                );
                section(
                    ui,
                    &theme,
                    "Full size",
                    true,
                    |_| {},
                    |ui| self.output.ui(ui, p),
                );
            });
        });
    }

    fn middle(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        if p.state.doc.style.photo.is_none() {
            if let Some(PhotoEvent::FromGallery) = slot::invitation(ui, p, slot::of_style(p.state))
            {
                self.pick = Some(GalleryPick::new(Destination::StylePhoto));
            }
            return;
        }
        let room = ui.max_rect();
        Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(8, 3))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                if self.mask.style(p).is_some() {
                    self.mask.bar(ui, p);
                } else {
                    compare_bar(ui, p);
                }
            });
        // A bar that needs more room than there is must not push the picture below the
        // panel on the right.
        let top = ui.cursor().top().min(room.bottom());
        let rest = Rect::from_min_max(pos2(room.left(), top), room.max);
        ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| self.canvas(ui, p));
    }

    fn canvas(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let state = p.state;
        let shown = state.previews.style.as_ref();
        let photo = state.photo();
        let empty = state.doc.style.styles.is_empty();
        let before = photo.map(|photo| &photo.picture);
        let size = photo.map_or([1, 1], |photo| photo.size);
        if photo.is_none() {
            let source = state.doc.style.photo.as_ref();
            match source.and_then(|source| state.photos.failure(source)) {
                Some(why) => canvas_error::instead(ui, p, "This photo can't be read", why),
                None => picture_view::empty(ui, p, "Reading the photo…", ""),
            }
            return;
        }
        let made = fine::picture(state).or(at_hand::picture(Workspace::Style, state));
        let picture = match empty {
            true => before,
            false => made.or(shown.map(|s| &s.picture)).or(before),
        };
        let full = shown.is_some_and(|s| matches!(s.tier, Tier::Full(_)));
        let coarse = full && !empty && made.is_none() && state.previews.canvas_waiting();
        let input = CanvasInput {
            workspace: Workspace::Style,
            name: "Stylised photo",
            picture,
            before,
            logical_size: size,
            compare: state.view.style_compare,
            tool: self.mask.style(p).is_some(),
            busy: state.previews.canvas_waiting() && !empty,
            subject: Some(Subject::Style),
        };
        let mask = &mut self.mask;
        let overlay = |ui: &mut Ui, frame: &picture_view::CanvasFrame, p: &mut Panel<'_>| {
            mask.on_canvas(ui, frame, p);
            if coarse {
                let at = frame.rect.left_bottom() + egui::vec2(16.0, -16.0);
                let words = "Strokes of one size; finer ones follow";
                picture_view::tag(ui, p, at, egui::Align2::LEFT_BOTTOM, words);
            }
        };
        match (state.view.style_compare, before) {
            (Compare::SideBySide, Some(before)) => side_by_side(ui, p, input, before, overlay),
            _ => {
                picture_view::show(ui, p, input, overlay);
            }
        }
        if let Some(error) = state.previews.canvas_error(Workspace::Style) {
            canvas_error::ui(ui, p, error);
        }
    }
}

/// A side panel in the window's colours.
fn side(p: &Panel<'_>, panel: egui::Panel) -> egui::Panel {
    panel.frame(
        Frame::new()
            .fill(*p.theme.panel)
            .inner_margin(Margin::symmetric(10, 6)),
    )
}

/// Ways to look: alone, split, side by side, difference; and what the compare key does.
fn compare_bar(ui: &mut Ui, p: &mut Panel<'_>) {
    let now = p.state.view.style_compare;
    let ways = [
        (Compare::Off, "Result", "Only the stylised photo"),
        (
            Compare::Split,
            "Split",
            "Left of the line before, right of it after (Y)",
        ),
        (
            Compare::SideBySide,
            "Side by side",
            "Photo and result next to each other, zoomed in step",
        ),
        (
            Compare::Difference,
            "Difference",
            "Where the style changed the photo: dark is the same (D)",
        ),
    ];
    let buttons = |ui: &mut Ui, p: &mut Panel<'_>| {
        for (way, text, help) in ways {
            let button = egui::Button::selectable(now == way, text);
            if ui.add(button).on_hover_text(help).clicked() {
                p.actions.view(ViewEdit::Compare(Workspace::Style, way));
            }
        }
    };
    if ui.available_width() < ONE_ROW {
        ui.horizontal_wrapped(|ui| {
            buttons(ui, p);
            surprise(ui, p);
        });
        return;
    }
    // From the right, so that the dice have their place; the hint gets what is left.
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            surprise(ui, p);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                buttons(ui, p);
                if ui.available_width() > HINT {
                    ui.weak("Hold B to see the photo as it was");
                }
            });
        });
    });
}

/// A film of the photo, and one style at random.
fn surprise(ui: &mut Ui, p: &mut Panel<'_>) {
    let tip = Command::Timeline.tooltip_with_keys(ui.ctx());
    let film = IconButton::new(Icon::Film, Command::Timeline.text()).tooltip(&tip);
    if film
        .selected(p.state.view.timeline)
        .show(ui, &p.theme)
        .clicked()
    {
        p.actions.command(Command::Timeline);
    }
    let styles = &p.state.engine.library.styles;
    let dice = IconButton::new(Icon::Dice, "Another style at random").enabled(styles.len() > 1);
    if dice.show(ui, &p.theme).clicked() {
        let now = p.state.doc.style.styles.first().map(|s| &s.style);
        let others: Vec<&StyleSource> = styles
            .iter()
            .map(|s| &s.source)
            .filter(|s| Some(*s) != now)
            .collect();
        // The time of the click is random enough for a choice among styles.
        let moment = (ui.input(|i| i.time) * 1000.0) as usize;
        if let Some(style) = others.get(moment % others.len().max(1)) {
            p.actions.style(StyleEdit::OnlyStyle((*style).clone()));
        }
    }
}
