//! The panel of Spaces: what becomes of the picture, and how.

use egui::{ScrollArea, Ui};

use crate::app::action::Destination;
use crate::app::spaces::document::SpacesMode;
use crate::app::spaces::edit::SpacesEdit;
use crate::ui::panel::Panel;
use crate::ui::photo::gallery_pick::GalleryPick;
use crate::ui::spaces::material::MaterialPanel;
use crate::ui::spaces::panorama::PanoramaPanel;
use crate::ui::spaces::viewer::Viewer;
use crate::ui::spaces::{panorama, seamless, source, wall};
use crate::ui::theme::space;
use crate::ui::widgets::button::choice;

/// What can become of a picture, with what it is for.
const MODES: [(SpacesMode, &str, &str); 4] = [
    (
        SpacesMode::Seamless,
        "Seamless",
        "A tile that goes on at its opposite sides: of any picture, or of Waves",
    ),
    (
        SpacesMode::Panorama,
        "Panorama",
        "Everything around a viewer: look around in it, write pages and faces",
    ),
    (
        SpacesMode::Material,
        "Material",
        "Maps for Blender, Unreal, Unity and Godot: colour, height, normals, roughness, occlusion",
    ),
    (
        SpacesMode::Wall,
        "Wall",
        "The picture in its size, framed, on a wall; objects for phones and browsers",
    ),
];

/// What the panel remembers between frames; not part of the document.
#[derive(Default)]
pub struct SpacesPanel {
    material: MaterialPanel,
    panorama: PanoramaPanel,
    pub(super) viewer: Viewer,
    pick: Option<GalleryPick>,
}

impl SpacesPanel {
    /// Opens the chooser of the gallery's pictures.
    pub(super) fn choose_source(&mut self) {
        self.pick = Some(GalleryPick::new(Destination::SpacesSource));
    }

    /// Draws the chooser while it is open.
    pub(super) fn pick(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        if let Some(pick) = &mut self.pick
            && !pick.show(ui, p)
        {
            self.pick = None;
        }
    }

    /// Draws the panel: what to write at the bottom, the rest scrolls.
    pub(super) fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        egui::Panel::bottom("spaces actions")
            .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)))
            .show_separator_line(false)
            .show(ui, |ui| self.actions(ui, p));
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.add_space(space::S);
                let theme = p.theme.clone();
                let mode = p.state.doc.spaces.mode;
                if let Some(mode) = choice(ui, &theme, mode, &MODES) {
                    p.actions.spaces(SpacesEdit::Mode(mode));
                }
                self.sections(ui, p);
                ui.add_space(space::L);
            });
    }

    fn actions(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        match p.state.doc.spaces.mode {
            SpacesMode::Seamless => seamless::actions(ui, p),
            SpacesMode::Panorama => self.panorama.export(ui, p),
            SpacesMode::Material => self.material.export(ui, p),
            SpacesMode::Wall => wall::export(ui, p),
        }
    }

    fn sections(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let doc = &p.state.doc.spaces;
        let (mode, needs_picture) = (doc.mode, doc.needs_picture());
        ui.add_space(space::XS);
        match mode {
            SpacesMode::Seamless => seamless::origin(ui, p),
            SpacesMode::Panorama => panorama::origin(ui, p),
            SpacesMode::Material | SpacesMode::Wall => {}
        }
        if needs_picture && source::ui(ui, p) {
            self.choose_source();
        }
        if needs_picture && p.state.doc.spaces.source.is_none() {
            return;
        }
        match mode {
            SpacesMode::Seamless => seamless::ui(ui, p),
            SpacesMode::Panorama => self.panorama.ui(ui, p),
            SpacesMode::Material => self.material.ui(ui, p),
            SpacesMode::Wall => {
                if wall::ui(ui, p) {
                    self.pick = Some(GalleryPick::new(Destination::SpacesRoom));
                }
            }
        }
    }
}
