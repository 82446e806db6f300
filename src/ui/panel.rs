//! What a panel gets to see and to use.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use super::theme::Theme;
use crate::app::command::Command;
use crate::app::queue::Actions;
use crate::app::state::AppState;
use crate::ui::canvas::textures::Textures;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;

/// Everything for drawing a panel: state to read, a queue for requests.
pub struct Panel<'a> {
    /// The state; never changed while drawing.
    pub state: &'a AppState,
    /// Requests; carried out before the next frame.
    pub actions: &'a mut Actions,
    /// Pictures on the graphics card.
    pub textures: &'a mut Textures,
    /// Colours.
    pub theme: Arc<Theme>,
    /// Half-typed texts and other things that only a widget cares about.
    pub scratch: &'a mut Scratch,
}

impl Panel<'_> {
    /// The texture of a small picture.
    pub fn texture(
        &mut self,
        ctx: &egui::Context,
        picture: &crate::picture::Picture,
    ) -> egui::TextureId {
        self.textures.of(ctx, picture)
    }

    /// A button with an icon that asks for a command.
    pub fn command_icon(&mut self, ui: &mut egui::Ui, icon: Icon, command: Command) {
        let tip = command.tooltip_with_keys(ui.ctx());
        let button = IconButton::new(icon, command.text()).tooltip(&tip);
        if button.show(ui, &self.theme).clicked() {
            self.actions.command(command);
        }
    }
}

/// One value of each type, made when first asked for. A panel defines a private
/// struct for its half-typed texts and asks for that.
#[derive(Default)]
pub struct Scratch {
    values: HashMap<TypeId, Box<dyn Any>>,
}

impl Scratch {
    /// The value of a type.
    pub fn of<T: Any + Default>(&mut self) -> &mut T {
        let any = self
            .values
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Box::<T>::default());
        match any.downcast_mut::<T>() {
            Some(value) => value,
            // The key is the type, so this arm is never taken; the compiler can't know.
            None => unreachable!("a scratch value has another type than its key"),
        }
    }
}
