//! The keys of commands, as each system has them.

use egui::{Key, KeyboardShortcut, Modifiers, os::OperatingSystem};
use strum::IntoEnumIterator as _;

use crate::app::command::Command;

impl Command {
    /// The keys for it on a system, the first one shown in menus.
    pub fn shortcuts(self, os: OperatingSystem) -> Vec<KeyboardShortcut> {
        let mac = os == OperatingSystem::Mac;
        let cmd = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
        let shift = |key| KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, key);
        let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
        match self {
            Self::Open => vec![cmd(Key::O)],
            Self::OpenPhoto => vec![shift(Key::O)],
            Self::Keep => vec![cmd(Key::S)],
            Self::SaveAs => vec![shift(Key::S)],
            Self::Export => vec![cmd(Key::E)],
            Self::CopyPicture => vec![shift(Key::C)],
            Self::CopyRecipe => vec![KeyboardShortcut::new(
                Modifiers::COMMAND | Modifiers::ALT,
                Key::C,
            )],
            Self::Quit => vec![cmd(Key::Q)],
            Self::Undo => vec![cmd(Key::Z)],
            Self::Redo if mac => vec![shift(Key::Z)],
            Self::Redo => vec![shift(Key::Z), cmd(Key::Y)],
            Self::GoExplore => vec![cmd(Key::Num1)],
            Self::GoStyle => vec![cmd(Key::Num2)],
            Self::GoLens => vec![cmd(Key::Num3)],
            Self::GoGrow => vec![cmd(Key::Num4)],
            Self::GoSpaces => vec![cmd(Key::Num5)],
            Self::GoGallery => vec![cmd(Key::Num6)],
            Self::ZoomFit => vec![plain(Key::F)],
            Self::ZoomOneToOne => vec![plain(Key::Num1)],
            Self::ZoomIn => vec![plain(Key::Plus), plain(Key::Equals)],
            Self::ZoomOut => vec![plain(Key::Minus)],
            Self::ToggleSplit => vec![plain(Key::Y)],
            Self::ToggleDifference => vec![plain(Key::D)],
            Self::PinBefore => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::B)],
            Self::ToggleHistory => vec![plain(Key::H)],
            Self::NewSeed => vec![plain(Key::R)],
            Self::NextSeed => vec![plain(Key::Period)],
            Self::PreviousSeed => vec![plain(Key::Comma)],
            Self::RandomiseSliders => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::R)],
            Self::ResetSliders => vec![plain(Key::Num0)],
            Self::ToggleVariations => vec![plain(Key::N)],
            Self::ToggleTiles => vec![plain(Key::U)],
            Self::AddBookmark => vec![plain(Key::K)],
            Self::ExportWalk => vec![shift(Key::E)],
            Self::LatentWalk => vec![plain(Key::W)],
            Self::ToggleDrag => vec![plain(Key::G)],
            Self::RunDrag => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::G)],
            Self::Timeline => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::W)],
            Self::SendToStyle => vec![plain(Key::T)],
            Self::UseAsStyle => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::T)],
            Self::OpenInLens => vec![shift(Key::L)],
            Self::SendToGrow => vec![shift(Key::G)],
            Self::SendToSpaces => vec![shift(Key::U)],
            Self::AboutPicture => vec![cmd(Key::I)],
            Self::Finish => vec![shift(Key::F)],
            Self::RenderFullSize => vec![cmd(Key::Enter)],
            Self::ToggleFine => vec![plain(Key::Q)],
            Self::PaintFine => vec![shift(Key::Enter)],
            Self::PauseJob => vec![plain(Key::P)],
            Self::FullScreen if mac => vec![KeyboardShortcut::new(
                Modifiers::COMMAND | Modifiers::CTRL,
                Key::F,
            )],
            Self::FullScreen => vec![plain(Key::F11)],
            Self::HidePanels => vec![plain(Key::Tab)],
            Self::StartPage => vec![KeyboardShortcut::new(Modifiers::ALT, Key::Home)],
            Self::Palette => vec![cmd(Key::K), shift(Key::P)],
            Self::Models => vec![cmd(Key::M)]
                .into_iter()
                .filter(|_| !mac)
                .chain(mac.then(|| shift(Key::M)))
                .collect(),
            Self::Settings => vec![cmd(Key::Comma)],
            Self::Shortcuts => vec![plain(Key::F1)],
            Self::CancelJob => vec![cmd(Key::Period)],
            // Paste arrives as an event of the system, so that text fields get it first.
            Self::Paste
            | Self::OpenStyle
            | Self::GrowPicture
            | Self::StyleFolder
            | Self::StyleFilm
            | Self::ProjectPhoto
            | Self::Upscale2
            | Self::Upscale4
            | Self::CopyFinish
            | Self::PasteFinish
            | Self::Import
            | Self::Bin
            | Self::ToggleCrisp
            | Self::Rescan
            | Self::ThemeDark
            | Self::ThemeLight
            | Self::ThemeSystem
            | Self::About => Vec::new(),
        }
    }

    /// Tooltip with the keys.
    pub fn tooltip_with_keys(self, ctx: &egui::Context) -> String {
        match self.shortcuts(ctx.os()).first() {
            Some(keys) => format!("{} ({})", self.tooltip(), keys_text(ctx, keys)),
            None => self.tooltip().to_owned(),
        }
    }

    /// Takes pressed keys out of the input; all commands at once, those with more
    /// modifiers first. While a text field has the keyboard only keys with
    /// Ctrl/Cmd count, and undo stays with the field. Behind a dialog nothing is done
    /// that the artist couldn't see.
    pub fn pressed(ctx: &egui::Context) -> Vec<Self> {
        let typing = ctx.text_edit_focused();
        let dialog = ctx.memory(|m| m.top_modal_layer().is_some());
        let os = ctx.os();
        // Tab goes from one control to the next once one has the keyboard.
        let walking = ctx.memory(|m| m.focused().is_some()) || ctx.input(|i| i.modifiers.shift);
        let mut keys: Vec<(KeyboardShortcut, Self)> = Self::iter()
            .flat_map(|c| c.shortcuts(os).into_iter().map(move |s| (s, c)))
            .filter(|(s, c)| {
                let with_command = s.modifiers.command || s.modifiers.ctrl;
                let typed = typing && (!with_command || matches!(c, Self::Undo | Self::Redo));
                let tab = *c == Self::HidePanels && walking;
                !typed && !tab && (!dialog || c.opens_a_dialog() || *c == Self::Quit)
            })
            .collect();
        keys.sort_by_key(|(s, _)| std::cmp::Reverse(weight(s.modifiers)));
        let pressed: Vec<Self> = ctx.input_mut(|input| {
            keys.iter()
                .filter(|(s, _)| input.consume_shortcut(s))
                .map(|(_, c)| *c)
                .collect()
        });
        if pressed.contains(&Self::HidePanels) {
            // It was the panels' Tab, and gives no control the keyboard.
            ctx.memory_mut(|m| m.move_focus(egui::FocusDirection::None));
        }
        pressed
    }
}

/// Number of modifiers.
fn weight(m: Modifiers) -> usize {
    usize::from(m.alt) + usize::from(m.shift) + usize::from(m.ctrl || m.command || m.mac_cmd)
}

/// A shortcut as people write it: `Ctrl+,` rather than `Ctrl+Comma`.
pub fn keys_text(ctx: &egui::Context, keys: &KeyboardShortcut) -> String {
    let text = ctx.format_shortcut(keys);
    let (name, sign) = (keys.logical_key.name(), keys.logical_key.symbol_or_name());
    match text.strip_suffix(name) {
        Some(before) if sign.is_ascii() => format!("{before}{sign}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_two_commands_share_keys_on_any_system() {
        for os in [
            OperatingSystem::Mac,
            OperatingSystem::Windows,
            OperatingSystem::Nix,
        ] {
            let mut seen = HashMap::new();
            for command in Command::iter() {
                for keys in command.shortcuts(os) {
                    let name = format!("{keys:?}");
                    if let Some(other) = seen.insert(name.clone(), command) {
                        panic!("{os:?}: {other:?} and {command:?} share {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn keys_of_a_browser_of_windows_are_left_alone() {
        // On a Mac, Cmd-H hides and Cmd-M minimises; those belong to the system.
        for command in Command::iter() {
            for keys in command.shortcuts(OperatingSystem::Mac) {
                let taken = keys.modifiers == Modifiers::COMMAND
                    && matches!(keys.logical_key, Key::H | Key::M | Key::W);
                assert!(!taken, "{command:?}");
            }
        }
    }
}
