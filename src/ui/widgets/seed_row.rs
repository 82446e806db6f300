//! A seed in a panel.

use egui::{Ui, vec2};

use super::button::IconButton;
use super::icon::Icon;
use crate::ui::theme::Theme;

/// What a seed row asks for.
pub enum SeedEdit {
    /// Nothing.
    None,
    /// This seed.
    To(u64),
    /// Any other.
    Dice,
}

/// A seed: a number to type or drag, steps, and room for dice.
pub fn seed_row(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    seed: u64,
    dice: impl FnOnce(&mut Ui) -> Option<()>,
) -> SeedEdit {
    let mut edit = SeedEdit::None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, _) = ui.allocate_exact_size(vec2(104.0, 26.0), egui::Sense::hover());
        ui.painter().text(
            rect.left_center(),
            egui::Align2::LEFT_CENTER,
            name,
            egui::FontId::proportional(13.0),
            *theme.text,
        );
        let minus = format!("{name} minus one");
        if IconButton::new(Icon::Minus, &minus)
            .show(ui, theme)
            .clicked()
        {
            edit = SeedEdit::To(seed.saturating_sub(1));
        }
        let mut value = seed;
        let width = (ui.available_width() - 64.0).max(60.0);
        let field = egui::DragValue::new(&mut value)
            .speed(0.1)
            .update_while_editing(false);
        let response = ui.add_sized(vec2(width, 24.0), field).accessible_name(name);
        if response.on_hover_text("Type a number, or drag").changed() && value != seed {
            edit = SeedEdit::To(value);
        }
        let plus = format!("{name} plus one");
        if IconButton::new(Icon::Plus, &plus).show(ui, theme).clicked() {
            edit = SeedEdit::To(seed.wrapping_add(1));
        }
        if dice(ui).is_some() {
            edit = SeedEdit::Dice;
        }
    });
    edit
}
