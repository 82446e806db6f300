//! Who the Escape key belongs to.

use crate::app::view::Dialog;
use crate::ui::panel::Panel;

/// Whether a text field or a menu had the key in the last frame.
#[derive(Default)]
struct Taken(bool);

/// Whether what is on a canvas may have the Escape key: no text field, no menu and no dialog has
/// it, and none had it a moment ago. Asked once in each frame.
pub fn is_free(ui: &egui::Ui, panel: &mut Panel<'_>) -> bool {
    let ctx = ui.ctx();
    let busy = ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
    let was_busy = std::mem::replace(&mut panel.scratch.of::<Taken>().0, busy);
    !busy && !was_busy && panel.state.view.dialog == Dialog::None
}
