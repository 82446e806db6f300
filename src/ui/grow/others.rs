//! Further pictures that patches are taken from: how readily, and where theirs go.

use egui::{Button, RichText, Ui, Vec2};

use crate::app::action::{Action, FileRole, Pick, ViewEdit};
use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::{GrowEdit, MaskChange};
use crate::recipe::ranges::MOST_OTHERS;
use crate::recipe::{GrowOther, GrowPart};
use crate::ui::canvas::canvas_error;
use crate::ui::mask::target::MaskTarget;
use crate::ui::mask::tools::MaskTools;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::tile::fitted;

/// How readily, by the slider.
const WEIGHT: std::ops::RangeInclusive<f32> = 0.1..=10.0;

/// Draws the section; whether a picture of the gallery is wanted.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc, mask: &mut MaskTools) -> bool {
    let theme = p.theme.clone();
    let mut gallery = false;
    section(
        ui,
        &theme,
        "Also from",
        true,
        |_| {},
        |ui| {
            for (n, other) in doc.others.iter().enumerate() {
                one(ui, p, mask, n, other);
            }
            if doc.part.is_some() {
                own_part(ui, p);
            }
            gallery = add(ui, p, doc);
        },
    );
    gallery
}

/// The ways to one more; whether the gallery is wanted.
fn add(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) -> bool {
    let mut gallery = false;
    let free = doc.others.len() < MOST_OTHERS;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.add_enabled_ui(free, |ui| {
            let full = "Six further pictures at most; remove one first";
            let choose = ui
                .button("Add picture…")
                .accessible_name("Add further picture");
            let tip = "Take patches of one more picture, everywhere or where you paint";
            let choose = choose.on_hover_text(tip).on_disabled_hover_text(full);
            if choose.clicked() {
                p.actions
                    .push(Action::Pick(Pick::Open(FileRole::GrowOther)));
            }
            let kept = ui
                .button("From gallery…")
                .accessible_name("Further picture from gallery");
            let kept = kept.on_hover_text("One more picture from your gallery");
            gallery = kept.on_disabled_hover_text(full).clicked();
        });
    });
    gallery
}

/// One of them.
fn one(ui: &mut Ui, p: &mut Panel<'_>, mask: &mut MaskTools, n: usize, other: &GrowOther) {
    let theme = p.theme.clone();
    let read = p.state.photos.of(&other.picture);
    let shown = read.map_or(&other.picture, |photo| &photo.source);
    let name = match shown.name.as_str() {
        "" => "a picture",
        name => name,
    };
    ui.horizontal(|ui| {
        if let Some(photo) = read {
            let texture = p.textures.of(ui.ctx(), &photo.picture);
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(44.0), egui::Sense::hover());
            let at = fitted(rect, photo.picture.size());
            egui::Image::new((texture, at.size()))
                .corner_radius(3)
                .paint_at(ui, at);
        }
        ui.vertical(|ui| {
            ui.horizontal(|ui| {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let gone = format!("Remove {name}");
                    let button = IconButton::new(Icon::Close, &gone).size(20.0);
                    if button.show(ui, &theme).clicked() {
                        mask.edit(None);
                        p.actions.grow(GrowEdit::RemoveOther(n));
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(egui::Label::new(RichText::new(name).strong()).truncate())
                            .on_hover_text(&shown.path);
                    });
                });
            });
            ui.horizontal(|ui| region(ui, p, mask, n, other));
        });
    });
    let state = p.state;
    if let Some(why) = state.photos.failure(&other.picture) {
        canvas_error::words(ui, p, why);
    }
    let moved = Slider::new(&format!("Weight {}", n + 1), other.weight, WEIGHT, 1.0)
        .logarithmic()
        .decimals(2)
        .tooltip("How readily its patches are taken beside the others")
        .show(ui, &theme);
    if let Some(weight) = moved.changed {
        p.actions.grow(GrowEdit::OtherWeight(n, weight));
    }
}

/// Where its patches go.
fn region(ui: &mut Ui, p: &mut Panel<'_>, mask: &mut MaskTools, n: usize, other: &GrowOther) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let target = MaskTarget::GrowOther(n);
    let painting = mask.target(p) == Some(target);
    let words = match &other.part {
        None => "Where…",
        Some(_) => "Its region…",
    };
    let tip =
        "Paint where in the result its patches go, and theirs alone; the others' go elsewhere";
    let button = ui
        .add(Button::new(words).small().selected(painting))
        .on_hover_text(tip);
    if button.clicked() {
        p.actions.view(ViewEdit::GrowGrid(false));
        mask.edit((!painting).then_some(target));
    }
    button.accessible_name(format!("Region of picture {}", n + 1));
    match &other.part {
        None => {
            ui.weak("everywhere");
        }
        Some(part) => {
            if let GrowPart::Light(picture) = part {
                ui.add(egui::Label::new(RichText::new(picture.title()).weak()).truncate())
                    .on_hover_text("Where this mask of the recipe is light");
            }
            let clear = ui
                .add(Button::new("Everywhere").small())
                .on_hover_text("Take the region away");
            if clear.clicked() {
                p.actions
                    .grow(GrowEdit::OtherMask(n, MaskChange::Set(None)));
            }
            clear.accessible_name(format!("Picture {} everywhere", n + 1));
        }
    }
}

/// A region of the source's own, which only recipes bring.
fn own_part(ui: &mut Ui, p: &mut Panel<'_>) {
    ui.horizontal(|ui| {
        let button = IconButton::new(Icon::Close, "Source everywhere").size(20.0);
        if button.show(ui, &p.theme).clicked() {
            p.actions.grow(GrowEdit::ClearPart);
        }
        ui.add(egui::Label::new("The source only where the recipe says").truncate());
    });
}
