//! The second picture, and how closely its arrangement is followed.

use egui::{RichText, Ui, Vec2};

use crate::app::action::{Action, FileRole, Pick};
use crate::app::grow::document::{GrowDoc, STRENGTH};
use crate::app::grow::edit::GrowEdit;
use crate::recipe::{SourceRef, ranges};
use crate::ui::canvas::canvas_error;
use crate::ui::panel::Panel;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::tile::fitted;

/// Draws the section; whether a picture of the gallery is wanted.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) -> bool {
    let theme = p.theme.clone();
    let mut gallery = false;
    section(
        ui,
        &theme,
        "Arrangement of",
        true,
        |_| {},
        |ui| {
            match &doc.structure {
                Some(structure) => second(ui, p, structure),
                None => {
                    ui.weak("A second picture, whose arrangement is followed.");
                }
            }
            gallery = buttons(ui, p, doc);
            if doc.structure.is_some() {
                let ends = ranges::CLOSENESS.ends();
                let moved = Slider::new("Strength", doc.strength, ends, STRENGTH)
                    .step(0.05)
                    .tooltip("How closely it is followed: more keeps its forms, less gives the material its own way")
                    .show(ui, &theme);
                if let Some(strength) = moved.changed {
                    p.actions.grow(GrowEdit::Strength(strength));
                }
            }
        },
    );
    gallery
}

/// The second picture's thumbnail and name.
fn second(ui: &mut Ui, p: &mut Panel<'_>, structure: &SourceRef) {
    let read = p.state.photos.of(structure);
    ui.horizontal(|ui| {
        if let Some(photo) = read {
            let texture = p.textures.of(ui.ctx(), &photo.picture);
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(48.0), egui::Sense::hover());
            let at = fitted(rect, photo.picture.size());
            egui::Image::new((texture, at.size()))
                .corner_radius(3)
                .paint_at(ui, at);
        }
        let shown = read.map_or(structure, |photo| &photo.source);
        let name = match shown.name.as_str() {
            "" => "A picture",
            name => name,
        };
        ui.add(egui::Label::new(RichText::new(name).strong()).truncate())
            .on_hover_text(&shown.path);
    });
    let state = p.state;
    if let Some(why) = state.photos.failure(structure) {
        canvas_error::words(ui, p, why);
    }
}

/// Ways to another one; whether the gallery is wanted.
fn buttons(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) -> bool {
    let mut gallery = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let choose = ui
            .button("Choose…")
            .accessible_name("Choose second picture");
        if choose.on_hover_text("Open a picture file").clicked() {
            let pick = Pick::Open(FileRole::GrowStructure);
            p.actions.push(Action::Pick(pick));
        }
        let kept = ui
            .button("From gallery…")
            .accessible_name("Second picture from gallery");
        gallery = kept
            .on_hover_text("Use a picture from your gallery")
            .clicked();
        if let (Some(source), Some(structure)) = (&doc.source, &doc.structure) {
            let swap = ui.button("Swap").accessible_name("Swap the pictures");
            let tip = "Material and arrangement change places";
            if swap.on_hover_text(tip).clicked() {
                p.actions.grow(GrowEdit::Swap {
                    source: structure.clone(),
                    structure: source.clone(),
                });
            }
        }
    });
    gallery
}
