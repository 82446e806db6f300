//! What is painted over, and which of many fills is taken.

use egui::{Button, Ui};

use crate::app::action::ViewEdit;
use crate::app::command::Command;
use crate::app::grow::document::GrowDoc;
use crate::ui::mask::target::{MaskEdit, MaskTarget};
use crate::ui::mask::tools::MaskTools;
use crate::ui::panel::Panel;
use crate::ui::widgets::button;
use crate::ui::widgets::section::section;

/// Draws the section.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc, mask: &mut MaskTools) {
    let theme = p.theme.clone();
    section(
        ui,
        &theme,
        "What is to go",
        true,
        |_| {},
        |ui| {
            let painted = doc.mask.is_some() || doc.mask_file.is_some();
            paint(ui, p, mask, painted);
            if let Some(file) = &doc.mask_file {
                let name = match file.name.as_str() {
                    "" => "a picture",
                    name => name,
                };
                ui.weak(format!("The mask of the recipe: {name}"));
            }
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let tip = format!(
                    "The next seed: {}",
                    Command::NextSeed.tooltip_with_keys(ui.ctx())
                );
                let another = ui.add_enabled(painted, Button::new("Another one"));
                if another.on_hover_text(tip).clicked() {
                    mask.edit(None);
                    p.actions.command(Command::NextSeed);
                }
                let grid = Button::new("Side by side").selected(p.state.view.grow_grid);
                let several = ui.add_enabled(painted, grid);
                let tip = "Sixteen fills to choose from (N)";
                if several.on_hover_text(tip).clicked() {
                    mask.edit(None);
                    p.actions.view(ViewEdit::GrowGrid(!p.state.view.grow_grid));
                }
            });
        },
    );
}

/// Paint, fill, begin anew.
fn paint(ui: &mut Ui, p: &mut Panel<'_>, mask: &mut MaskTools, painted: bool) {
    let theme = p.theme.clone();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if mask.target(p).is_some() {
            let fill = ui.add_enabled_ui(painted, |ui| button::primary(ui, &theme, "Fill"));
            let tip = "Fill what is painted over with what is around it";
            if fill.inner.on_hover_text(tip).clicked() {
                mask.edit(None);
            }
        } else {
            let tip = "Paint over what is to go; the eraser takes back";
            if ui.button("Paint…").on_hover_text(tip).clicked() {
                p.actions.view(ViewEdit::GrowGrid(false));
                mask.edit(Some(MaskTarget::Grow));
            }
        }
        let clear = ui.add_enabled(painted, Button::new("Begin anew"));
        if clear
            .on_hover_text("Take everything painted away")
            .clicked()
        {
            MaskTarget::Grow.send(p, MaskEdit::Set(None));
            mask.edit(Some(MaskTarget::Grow));
        }
    });
}
