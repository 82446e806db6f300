//! What any picture can do next: the same menu wherever a picture is shown.

use super::panel::Panel;
use crate::app::action::{Action, Destination, Subject};

/// The menu's entries.
pub fn ui(ui: &mut egui::Ui, panel: &mut Panel<'_>, subject: &Subject) {
    ui.set_min_width(170.0);
    let stored = matches!(subject, Subject::Gallery(_) | Subject::File(_));
    let entries: &[(Destination, &str, bool)] = &[
        (Destination::Explore, "Open where it was made", stored),
        (Destination::StylePhoto, "Send to Style", true),
        (Destination::StyleStyle, "Use as style", true),
        (Destination::Enlarge(2), "Enlarge 2 times", true),
        (Destination::Enlarge(4), "Enlarge 4 times", true),
        (
            Destination::Keep,
            "Keep in gallery",
            !matches!(subject, Subject::Gallery(_)),
        ),
        (Destination::SaveAs, "Save as…", true),
        (
            Destination::Clipboard,
            "Copy picture",
            !matches!(subject, Subject::File(_)),
        ),
    ];
    for &(to, text, offered) in entries {
        if offered && ui.button(text).clicked() {
            panel.actions.push(Action::Send {
                to,
                what: subject.clone(),
            });
            ui.close();
        }
    }
}
