//! Where the picture comes from.

use egui::Ui;

use crate::ui::panel::Panel;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::widgets::section::section;

/// The picture's name and small picture, with the ways to another one; whether one of the gallery is
/// to be chosen.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) -> bool {
    let theme = p.theme.clone();
    let asked = section(
        ui,
        &theme,
        "Picture",
        true,
        |_| {},
        |ui| {
            let slot = slot::of_spaces(p.state);
            slot::photo(ui, p, slot) == Some(PhotoEvent::FromGallery)
        },
    );
    asked.unwrap_or(false)
}
