//! What any picture can do next: the same menu wherever a picture is shown.

use crate::app::action::{Action, Destination, Subject};
use crate::app::command::Command;
use crate::engine::protocol::ModelKind;
use crate::ui::panel::Panel;

/// The menu's entries.
pub fn ui(ui: &mut egui::Ui, panel: &mut Panel<'_>, subject: &Subject) {
    ui.set_min_width(170.0);
    let in_gallery = matches!(subject, Subject::Gallery(_));
    let mut networks = panel.state.engine.models(ModelKind::Autoencoder);
    let lens = networks.next().is_some() && !matches!(subject, Subject::Lens);
    let finishing = matches!(subject, Subject::Finish);
    // Its own result becomes its source.
    let to_grow = match subject {
        Subject::Grow => "Grow on from this",
        _ => "Send to Grow",
    };
    let in_films = matches!(
        subject,
        Subject::Explore | Subject::Params(_) | Subject::Gallery(_) | Subject::Style
    );
    let entries: &[(Destination, &str, bool)] = &[
        (Destination::Explore, "Open recipe", in_gallery),
        (Destination::StylePhoto, "Send to Style", true),
        (Destination::StyleStyle, "Use as style", true),
        (Destination::LensPhoto, "Open in Lens", lens),
        (Destination::Finish, "Finish…", !finishing),
        (Destination::GrowSource, to_grow, true),
        (Destination::SpacesSource, "Send to Spaces", true),
        (Destination::Upscale(2), "Upscale 2×", true),
        (Destination::Upscale(4), "Upscale 4×", true),
        (Destination::Keep, "Save to gallery", !in_gallery),
        (Destination::SaveAs, "Save picture as…", !in_gallery),
        (Destination::Export, "Export…", in_gallery),
        (Destination::Clipboard, "Copy picture", true),
        (Destination::Timeline, "Add to timeline", in_films),
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
    let on_canvas = matches!(
        subject,
        Subject::Explore
            | Subject::Style
            | Subject::Lens
            | Subject::Finish
            | Subject::Grow
            | Subject::Spaces
    );
    if on_canvas && ui.button(Command::Export.text()).clicked() {
        panel.actions.command(Command::Export);
        ui.close();
    }
}
