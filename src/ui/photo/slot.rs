//! The photo that is worked on, in Style and in Lens: where it comes from, and what is in hand.

use egui::{RichText, Ui, Vec2};

use crate::app::action::{Action, FileRole, Pick};
use crate::app::command::Command;
use crate::app::state::AppState;
use crate::engine::protocol::OpenedPhoto;
use crate::recipe::SourceRef;
use crate::ui::canvas::canvas_error;
use crate::ui::panel::Panel;
use crate::ui::widgets::button;
use crate::ui::widgets::tile::fitted;

/// What the photo's part asks its panel for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoEvent {
    /// Choose a picture of the gallery as the photo.
    FromGallery,
}

/// A place for a photo.
#[derive(Debug, Clone, Copy)]
pub struct PhotoSlot<'a> {
    /// What is in it.
    pub source: Option<&'a SourceRef>,
    /// The same, once read.
    pub opened: Option<&'a OpenedPhoto>,
    /// What files for it are opened as.
    pub role: FileRole,
    /// What stands over the empty canvas.
    pub invitation: &'static str,
}

/// Style's place.
pub fn of_style(state: &AppState) -> PhotoSlot<'_> {
    PhotoSlot {
        source: state.doc.style.photo.as_ref(),
        opened: state.photo(),
        role: FileRole::Photo,
        invitation: "Put a style onto a photo",
    }
}

/// The place of Lens.
pub fn of_lens(state: &AppState) -> PhotoSlot<'_> {
    PhotoSlot {
        source: state.doc.lens.photo(),
        opened: state.lens_photo(),
        role: FileRole::LensPhoto,
        invitation: "Change a photo with sliders",
    }
}

/// The place of Grow.
pub fn of_grow(state: &AppState) -> PhotoSlot<'_> {
    PhotoSlot {
        source: state.doc.grow.source.as_ref(),
        opened: state.grow_source(),
        role: FileRole::GrowSource,
        invitation: "Grow new pictures from your own",
    }
}

/// The place of Spaces.
pub fn of_spaces(state: &AppState) -> PhotoSlot<'_> {
    PhotoSlot {
        source: state.doc.spaces.source.as_ref(),
        opened: crate::app::spaces::making::photo(state),
        role: FileRole::SpacesSource,
        invitation: "Make a surface of a picture",
    }
}

/// The photo's name, size and small picture, with the ways to another one.
pub fn photo(ui: &mut Ui, p: &mut Panel<'_>, slot: PhotoSlot<'_>) -> Option<PhotoEvent> {
    let mut event = None;
    ui.horizontal(|ui| {
        if let Some(photo) = slot.opened {
            let texture = p.textures.of(ui.ctx(), &photo.picture);
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(64.0), egui::Sense::hover());
            let at = fitted(rect, photo.picture.size());
            egui::Image::new((texture, at.size()))
                .corner_radius(3)
                .paint_at(ui, at);
        }
        ui.vertical(|ui| {
            describe(ui, p, slot);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                event = sources(ui, p, slot.role);
            });
        });
    });
    event
}

fn describe(ui: &mut Ui, p: &mut Panel<'_>, slot: PhotoSlot<'_>) {
    let Some(source) = slot.source else {
        ui.weak("No photo yet");
        return;
    };
    // A recipe may name its photo by content alone; where that was read, its name is known.
    let shown = slot.opened.map_or(source, |photo| &photo.source);
    let name = match shown.title() {
        "" => "Photo",
        name => name,
    };
    ui.add(egui::Label::new(RichText::new(name).strong()).truncate())
        .on_hover_text(&shown.path);
    let state = p.state;
    match (slot.opened, state.photos.failure(source)) {
        (Some(photo), _) => {
            let [w, h] = photo.size;
            let megapixels = f64::from(w) * f64::from(h) / 1e6;
            ui.weak(if megapixels < 0.1 {
                format!("{w} × {h} pixels")
            } else {
                format!("{w} × {h}, {megapixels:.1} MP")
            });
        }
        (None, Some(why)) => {
            canvas_error::words(ui, p, why);
        }
        (None, None) => {
            ui.weak("Reading…");
        }
    }
}

/// Open, from the gallery, paste.
fn sources(ui: &mut Ui, p: &mut Panel<'_>, role: FileRole) -> Option<PhotoEvent> {
    let mut event = None;
    if ui.button("Open…").on_hover_text("Open a photo").clicked() {
        p.actions.push(Action::Pick(Pick::Open(role)));
    }
    if ui
        .button("From gallery…")
        .on_hover_text("Use a picture from your gallery")
        .clicked()
    {
        event = Some(PhotoEvent::FromGallery);
    }
    if ui
        .button("Paste")
        .on_hover_text("A picture from the clipboard (Ctrl-V)")
        .clicked()
    {
        p.actions.command(Command::Paste);
    }
    event
}

/// What the canvas shows before there is a photo.
pub fn invitation(ui: &mut Ui, p: &mut Panel<'_>, slot: PhotoSlot<'_>) -> Option<PhotoEvent> {
    let mut event = None;
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space((height * 0.5 - 110.0).max(20.0));
        ui.label(
            RichText::new(slot.invitation)
                .size(24.0)
                .color(*p.theme.text_strong),
        );
        ui.add_space(6.0);
        ui.label("Drop a photo anywhere in this window, paste one, or");
        ui.add_space(10.0);
        if button::primary_wide(ui, &p.theme, "Open a photo…").clicked() {
            p.actions.push(Action::Pick(Pick::Open(slot.role)));
        }
        ui.add_space(4.0);
        if ui
            .add_sized(button::WIDE, egui::Button::new("Choose from gallery…"))
            .clicked()
        {
            event = Some(PhotoEvent::FromGallery);
        }
        let sample = ui
            .add_sized(button::WIDE, egui::Button::new("Try the sample photo"))
            .on_hover_text("A photo that comes with Limner, to try things out");
        if sample.clicked() {
            p.actions.push(Action::Pick(Pick::SamplePhoto(slot.role)));
        }
        ui.add_space(10.0);
        ui.weak("Nothing leaves this computer.");
    });
    event
}
