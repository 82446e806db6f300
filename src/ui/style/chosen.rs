//! The chosen styles: share, mask, own sliders, credit; one card each.

use egui::{Button, RichText, Ui, Vec2, vec2};

use crate::app::action::Action;
use crate::app::state::AppState;
use crate::app::style::edit::StyleEdit;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::app::style::own_styles_state::title_of;
use crate::app::style::shares;
use crate::engine::protocol::{Painter, StyleTask};
use crate::recipe::{StyleLayer, StyleSource};
use crate::ui::panel::Panel;
use crate::ui::style::credit;
use crate::ui::style::credit::{CreditAnswer, CreditDraft, credit_fields};
use crate::ui::style::swatches::{size_of, square};
use crate::ui::style::{names, sliders};

/// What is open in the list; not part of the document.
#[derive(Debug, Default)]
pub struct ChosenStyles {
    /// The style whose sliders are open.
    open: Option<usize>,
    /// Artist and licence being filled in.
    draft: Option<CreditDraft>,
    /// Pictures, by content, whose credit the user puts off.
    later: Vec<String>,
}

/// What the list asks its panel for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenEvent {
    /// Paint this style's mask, or stop it.
    EditMask(Option<usize>),
}

impl ChosenStyles {
    /// Draws the list; `masking` is the style whose mask is being painted.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        masking: Option<usize>,
    ) -> Option<ChosenEvent> {
        let styles = &p.state.doc.style.styles;
        if styles.is_empty() {
            ui.weak(if p.state.doc.style.photo.is_some() {
                "Choose a style on the left: the photo is shown as it is."
            } else {
                "Choose a style on the left and open a photo."
            });
            return None;
        }
        let mut event = None;
        let several = styles.len() > 1;
        let shares = shares::percent(styles.iter().map(|s| s.weight));
        for (at, layer) in styles.iter().enumerate() {
            ui.push_id(("chosen", at), |ui| {
                egui::Frame::new()
                    .fill(ui.visuals().faint_bg_color)
                    .corner_radius(6)
                    .inner_margin(6)
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        let masked = masking == Some(at);
                        event = self.head(ui, p, at, layer, masked).or(event);
                        if several {
                            sliders::share(ui, p, at, shares[at]);
                            let info = names::info(p.state, &layer.style);
                            if info.is_some_and(|info| info.painter != Painter::Shared) {
                                ui.weak("Its own painter: one more pass");
                            }
                        }
                        masked_line(ui, layer);
                        self.credit(ui, p, at, layer);
                        own_buttons(ui, p, layer);
                        if self.open == Some(at) {
                            sliders::code(ui, p, at, layer);
                        }
                    });
            });
        }
        event
    }

    fn head(
        &mut self,
        ui: &mut Ui,
        p: &mut Panel<'_>,
        at: usize,
        layer: &StyleLayer,
        masked: bool,
    ) -> Option<ChosenEvent> {
        let name = names::name(p.state, &layer.style);
        let mut event = None;
        ui.horizontal(|ui| {
            if let Some(picture) = names::swatch(p.state, &layer.style) {
                let (texture, size) = (p.textures.of(ui.ctx(), picture), size_of(picture));
                ui.add(
                    egui::Image::new((texture, Vec2::splat(44.0)))
                        .uv(square(size))
                        .corner_radius(4)
                        .alt_text(name.clone()),
                );
            }
            ui.vertical(|ui| {
                ui.add(egui::Label::new(RichText::new(&name).strong()).truncate());
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    event = mask_button(ui, at, &name, layer, masked);
                    self.more_button(ui, p.state, at, &name, layer);
                    let remove = ui
                        .add(Button::new("Remove").small())
                        .on_hover_text("Remove this style");
                    if remove.clicked() {
                        p.actions.style(StyleEdit::RemoveStyle(at));
                        self.open = None;
                        event = Some(ChosenEvent::EditMask(None));
                    }
                    remove.accessible_name(format!("Remove {name}"));
                });
            });
        });
        event
    }

    fn more_button(
        &mut self,
        ui: &mut Ui,
        state: &AppState,
        at: usize,
        name: &str,
        layer: &StyleLayer,
    ) {
        if state.style_model().is_none_or(|m| m.code_len == 0) {
            return;
        }
        let open = self.open == Some(at);
        let text = if layer.code_edits.is_empty() {
            "Components"
        } else {
            "Components *"
        };
        let button = ui
            .add(Button::new(text).small().selected(open))
            .on_hover_text("Sliders along the principal components of this style");
        if button.clicked() {
            self.open = (!open).then_some(at);
        }
        button.accessible_name(format!("Components of {name}"));
    }

    fn credit(&mut self, ui: &mut Ui, p: &mut Panel<'_>, at: usize, layer: &StyleLayer) {
        let StyleSource::File(source) = &layer.style else {
            return;
        };
        let editing = self.draft.as_ref().is_some_and(|d| d.is_about(source));
        let ask = credit::is_open(&layer.style) && !self.later.contains(&source.sha256);
        if !editing && ask && self.draft.is_none() {
            self.draft = Some(CreditDraft::of(source));
        }
        if let Some(draft) = self.draft.as_mut().filter(|d| d.is_about(source)) {
            let notes = p.state.photos.of(source).map_or(&[][..], |p| &p.notes);
            match credit_fields(ui, draft, source, notes) {
                Some(CreditAnswer::Filled(style)) => {
                    p.actions.style(StyleEdit::Credit(at, style));
                    self.draft = None;
                }
                Some(CreditAnswer::Later) => {
                    self.later.push(source.sha256.clone());
                    self.draft = None;
                }
                None => {}
            }
            return;
        }
        ui.horizontal(|ui| {
            ui.add(
                egui::Label::new(
                    RichText::new(credit::line(&layer.style).unwrap_or_default()).weak(),
                )
                .truncate(),
            );
            if ui
                .small_button("Edit")
                .on_hover_text("Artist and licence")
                .clicked()
            {
                self.draft = Some(CreditDraft::of(source));
            }
        });
    }
}

/// Where a style with a mask applies.
fn masked_line(ui: &mut Ui, layer: &StyleLayer) {
    let Some(mask) = &layer.mask else { return };
    ui.weak(match mask.invert {
        false => "Only where its mask is painted",
        true => "Only outside of what its mask has",
    });
}

/// What can become of a picture that is used as a style.
fn own_buttons(ui: &mut Ui, p: &mut Panel<'_>, layer: &StyleLayer) {
    let StyleSource::File(source) = &layer.style else {
        return;
    };
    let name = names::name(p.state, &layer.style);
    let kept = names::info(p.state, &layer.style).is_some();
    ui.horizontal_wrapped(|ui| {
        let learn = ui
            .add(Button::new("Learn this style…").small())
            .on_hover_text(
                "Make a painter of its own of it, in some minutes: it paints better, and as fast",
            )
            .accessible_name(format!("Learn the style of {name}"));
        if learn.clicked() {
            let form = OwnStyleEdit::Form(Some(source.clone()));
            p.actions.push(Action::OwnStyle(form));
        }
        if kept {
            return;
        }
        let keep = ui
            .add(Button::new("Keep").small())
            .on_hover_text("Keep the picture among My styles")
            .accessible_name(format!("Keep {name} among My styles"));
        if keep.clicked() {
            let keep = StyleTask::Keep {
                picture: source.clone(),
                title: title_of(source),
            };
            p.actions.push(Action::OwnStyle(OwnStyleEdit::Task(keep)));
        }
    });
}

fn mask_button(
    ui: &mut Ui,
    at: usize,
    name: &str,
    layer: &StyleLayer,
    masked: bool,
) -> Option<ChosenEvent> {
    let text = match (masked, layer.mask.is_some()) {
        (true, _) => "Done",
        (false, true) => "Mask *",
        (false, false) => "Mask",
    };
    let button = ui
        .add(
            Button::new(text)
                .small()
                .selected(masked)
                .min_size(vec2(40.0, 0.0)),
        )
        .on_hover_text("Paint where this style applies");
    let clicked = button.clicked();
    button.accessible_name(if masked {
        format!("Done painting the mask of {name}")
    } else {
        format!("Paint the mask of {name}")
    });
    clicked.then(|| ChosenEvent::EditMask((!masked).then_some(at)))
}
