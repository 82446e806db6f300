//! Further pictures that patches are taken from, where a recipe brings some.

use egui::Ui;

use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::GrowEdit;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Draws them; nothing where there are none.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    for (n, other) in doc.others.iter().enumerate() {
        ui.horizontal(|ui| {
            let name = match other.picture.name.as_str() {
                "" => "a picture",
                name => name,
            };
            let gone = format!("Remove {name}");
            let button = IconButton::new(Icon::Close, &gone).size(20.0);
            if button.show(ui, &p.theme).clicked() {
                p.actions.grow(GrowEdit::RemoveOther(n));
            }
            ui.add(egui::Label::new(format!("Also from {name}")).truncate())
                .on_hover_text(&other.picture.path);
        });
        if let Some(why) = p.state.photos.failure(&other.picture) {
            ui.colored_label(*p.theme.error, why);
        }
    }
}
