//! The panel of Lens: photo, sliders, more or less of a part, a second picture, detail
//! and mask.

use egui::{RichText, ScrollArea, Ui, Vec2};

use crate::app::action::{Action, Destination, FileRole, Pick};
use crate::app::lens::document::LensWork;
use crate::app::lens::edit::{Amount, LensEdit};
use crate::engine::protocol::{ANSWER, DirectionInfo};
use crate::recipe::{LensOther, LensPart, ranges};
use crate::ui::canvas::{canvas_error, picture_actions};
use crate::ui::mask::target::{MaskEdit, MaskTarget};
use crate::ui::mask::tools::MaskTools;
use crate::ui::models::chooser;
use crate::ui::models::chooser::Chooser;
use crate::ui::panel::Panel;
use crate::ui::photo::gallery_pick::GalleryPick;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::sliders::directions;
use crate::ui::sliders::target::SliderTarget;
use crate::ui::theme::space;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;
use crate::ui::widgets::tile::fitted;

/// What the panel remembers between frames; not part of the document.
#[derive(Default)]
pub struct LensPanel {
    /// The mask that is being painted.
    pub mask: MaskTools,
    pick: Option<GalleryPick>,
}

impl LensPanel {
    /// Opens the chooser of the gallery's pictures.
    pub fn choose(&mut self, to: Destination) {
        self.pick = Some(GalleryPick::new(to));
    }

    /// Draws the chooser while it is open.
    pub fn pick(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        if let Some(pick) = &mut self.pick
            && !pick.show(ui, p)
        {
            self.pick = None;
        }
    }

    /// Draws the panel: what to do with the picture at the bottom, the rest scrolls.
    pub fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        egui::Panel::bottom("lens actions")
            .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)))
            .show_separator_line(false)
            .show(ui, |ui| picture_actions::ui(ui, p));
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.add_space(space::XS);
                if let Some(model) = chooser::ui(ui, p, &Chooser::LENS) {
                    p.actions.lens(LensEdit::Model(model));
                }
                self.sections(ui, p);
                ui.add_space(space::L);
            });
    }

    fn sections(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let (Some(lens), Some(model)) = (
            p.state.doc.lens.work().cloned(),
            p.state.lens_model().cloned(),
        ) else {
            return;
        };
        let theme = p.theme.clone();
        section(
            ui,
            &theme,
            "Photo",
            true,
            |_| {},
            |ui| {
                let slot = slot::of_lens(p.state);
                if let Some(PhotoEvent::FromGallery) = slot::photo(ui, p, slot) {
                    self.choose(Destination::LensPhoto);
                }
            },
        );
        if lens.photo.is_none() {
            return;
        }
        directions::ui(ui, p, SliderTarget::Lens, &model);
        section(
            ui,
            &theme,
            "Intensity",
            true,
            |_| {},
            |ui| gains(ui, p, &lens),
        );
        section(
            ui,
            &theme,
            "Second picture",
            true,
            |_| {},
            |ui| self.second(ui, p, &lens),
        );
        section(
            ui,
            &theme,
            "Detail and mask",
            true,
            |_| {},
            |ui| self.detail(ui, p, &lens),
        );
    }

    fn second(&mut self, ui: &mut Ui, p: &mut Panel<'_>, lens: &LensWork) {
        if let Some(other) = &lens.other {
            second_photo(ui, p, other);
        } else {
            ui.weak("Blend another picture in, or match its tone and texture.");
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let choose = ui
                .button("Choose…")
                .accessible_name("Choose second picture");
            if choose.on_hover_text("Open a picture file").clicked() {
                let pick = Pick::Open(FileRole::LensOther);
                p.actions.push(Action::Pick(pick));
            }
            let gallery = ui
                .button("From gallery…")
                .accessible_name("Second picture from gallery");
            if gallery
                .on_hover_text("Use a picture from your gallery")
                .clicked()
            {
                self.choose(Destination::LensOther);
            }
            if lens.other.is_some() {
                let gone = ui.button("Remove").accessible_name("Remove second picture");
                if gone
                    .on_hover_text("Work without a second picture")
                    .clicked()
                {
                    p.actions.lens(LensEdit::Other(None));
                }
            }
        });
        if let Some(other) = &lens.other {
            amounts(ui, p, other);
        }
    }

    fn detail(&mut self, ui: &mut Ui, p: &mut Panel<'_>, lens: &LensWork) {
        let mut keep = lens.keep_detail;
        let check = ui.checkbox(&mut keep, "Keep the photo's fine detail").on_hover_text(
            "On: what changes is added to your photo, at its full size. Off: the whole picture is drawn by the network, softer and more like a painting",
        );
        if check.changed() {
            p.actions.lens(LensEdit::KeepDetail(keep));
        }
        ui.horizontal(|ui| {
            let painting = self.mask.target(p).is_some();
            let text = if painting { "Done painting" } else { "Mask…" };
            let tip = "Paint the part of the photo that changes; the rest stays as it is";
            let paint = egui::Button::new(text).selected(painting);
            let ready = p.state.lens_photo().is_some();
            if ui.add_enabled(ready, paint).on_hover_text(tip).clicked() {
                self.mask.edit((!painting).then_some(MaskTarget::Lens));
            }
            if lens.mask.is_some() {
                let everywhere = ui.button("Remove mask");
                if everywhere
                    .on_hover_text("The changes apply to the whole photo again")
                    .clicked()
                {
                    MaskTarget::Lens.send(p, MaskEdit::Set(None));
                }
            }
        });
    }
}

/// How strong light, colour and texture are around the photo's average.
fn gains(ui: &mut Ui, p: &mut Panel<'_>, lens: &LensWork) {
    // Sliders that were measured here say nothing of a picture's parts.
    let answers = |d: &DirectionInfo| d.id.starts_with(ANSWER);
    let directions = p.state.lens_directions();
    let told_apart = directions.is_some_and(|all| all.iter().any(answers));
    let all: &[(LensPart, &str)] = if told_apart {
        &[
            (
                LensPart::Light,
                "In percent of the photo's own: how far light and dark lie apart",
            ),
            (
                LensPart::Colour,
                "In percent of the photo's own: how far its colours lie apart",
            ),
            (
                LensPart::Texture,
                "In percent of the photo's own: less dissolves surfaces into dabs, more carves them",
            ),
        ]
    } else {
        &[(
            LensPart::All,
            "In percent of the photo's own: how far everything lies from the average",
        )]
    };
    for (part, tip) in all {
        let now = lens.gains.iter().find(|g| g.part == *part);
        let now = now.map_or(1.0, |g| g.gain) * 100.0;
        let moved = Slider::new(part.name(), now, ranges::GAIN.percent(), 100.0)
            .decimals(0)
            .step(5.0)
            .name_width(110.0)
            .tooltip(tip)
            .show(ui, &p.theme);
        if let Some(gain) = moved.changed {
            p.actions.lens(LensEdit::Gain(*part, gain / 100.0));
        }
    }
}

/// The second picture's thumbnail and name.
fn second_photo(ui: &mut Ui, p: &mut Panel<'_>, other: &LensOther) {
    ui.horizontal(|ui| {
        if let Some(photo) = p.state.photos.of(&other.picture) {
            let texture = p.textures.of(ui.ctx(), &photo.picture);
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(48.0), egui::Sense::hover());
            let at = fitted(rect, photo.picture.size());
            egui::Image::new((texture, at.size()))
                .corner_radius(3)
                .paint_at(ui, at);
        }
        let read = p.state.photos.of(&other.picture).map(|photo| &photo.source);
        let shown = read.unwrap_or(&other.picture);
        let name = match shown.name.as_str() {
            "" => "A picture",
            name => name,
        };
        ui.add(egui::Label::new(RichText::new(name).strong()).truncate())
            .on_hover_text(&shown.path);
    });
    let photos = &p.state.photos;
    if let (None, Some(why)) = (photos.of(&other.picture), photos.failure(&other.picture)) {
        canvas_error::words(ui, p, why);
    }
}

/// How much of the second picture comes in.
fn amounts(ui: &mut Ui, p: &mut Panel<'_>, other: &LensOther) {
    let all = [
        (
            Amount::Blend,
            "Blend",
            (other.blend, ranges::BLEND),
            "In percent: fades into the second picture, as in a double exposure",
        ),
        (
            Amount::Light,
            "Match tone",
            (other.light, ranges::LIGHT),
            "In percent: takes over the light and the colours of the second picture",
        ),
        (
            Amount::Texture,
            "Match texture",
            (other.texture, ranges::TEXTURE),
            "In percent: takes over how strong contrasts and surfaces of the second picture are",
        ),
    ];
    for (amount, name, (now, range), tip) in all {
        let moved = Slider::new(name, now * 100.0, range.percent(), 0.0)
            .decimals(0)
            .name_width(110.0)
            .tooltip(tip)
            .show(ui, &p.theme);
        if let Some(v) = moved.changed {
            p.actions.lens(LensEdit::Amount(amount, v / 100.0));
        }
    }
}
