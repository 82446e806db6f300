//! Everything that can be chosen without data: one enum feeds the menu, the
//! command palette, the shortcuts and the tooltips.

use egui::{Key, KeyboardShortcut, Modifiers, os::OperatingSystem};
use strum::{EnumIter, IntoEnumIterator as _};

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter)]
pub enum Command {
    /// Opens picture files.
    Open,
    /// Keeps the current picture in the gallery.
    Keep,
    /// Saves the current picture to a file.
    SaveAs,
    /// Exports with size and quality.
    Export,
    /// Copies the current picture.
    CopyPicture,
    /// Copies the recipe as text.
    CopyRecipe,
    /// Pastes a picture, file or recipe.
    Paste,
    /// Closes the window.
    Quit,

    /// Takes the last step back.
    Undo,
    /// Brings it again.
    Redo,

    /// To Explore.
    GoExplore,
    /// To Style.
    GoStyle,
    /// To the gallery.
    GoGallery,

    /// Canvas: the whole picture.
    ZoomFit,
    /// Canvas: one picture pixel, one screen pixel.
    ZoomOneToOne,
    /// Canvas: closer.
    ZoomIn,
    /// Canvas: farther.
    ZoomOut,
    /// Split before/after.
    ToggleSplit,
    /// Where before and after differ.
    ToggleDifference,
    /// Holds on to the current picture as "before".
    PinBefore,
    /// The history strip.
    ToggleHistory,

    /// Another seed at random.
    NewSeed,
    /// One seed on.
    NextSeed,
    /// One seed back.
    PreviousSeed,
    /// Unlocked sliders anywhere.
    RandomiseSliders,
    /// All sliders to zero.
    ResetSliders,
    /// The grid of variations.
    ToggleVariations,
    /// Adds the current picture to the kept points.
    AddBookmark,
    /// Exports a walk through the kept points.
    ExportWalk,
    /// Plays or stops a random walk.
    LatentWalk,
    /// A photo as a start in the latent space.
    ProjectPhoto,

    /// Sends the current picture to Style.
    SendToStyle,
    /// Uses the current picture as a style.
    UseAsStyle,
    /// Opens the current picture in Lens.
    OpenInLens,
    /// Enlarges twice.
    Upscale2,
    /// Enlarges four times.
    Upscale4,
    /// Where the picture comes from.
    AboutPicture,
    /// A photo for Style.
    OpenPhoto,
    /// A picture as style.
    OpenStyle,
    /// Stylises a folder.
    StyleFolder,
    /// Makes the full-size stylised picture and keeps it.
    RenderFullSize,
    /// Brings files into the gallery.
    Import,

    /// Finds any command.
    Palette,
    /// Models and their cards.
    Models,
    /// Looks for models again.
    Rescan,
    /// Preferences.
    Settings,
    /// Dark.
    ThemeDark,
    /// Light.
    ThemeLight,
    /// As the system.
    ThemeSystem,
    /// All shortcuts.
    Shortcuts,
    /// About Limner.
    About,
    /// Stops the running job.
    CancelJob,
}

/// A menu of the top bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum Menu {
    /// Files.
    File,
    /// Undo, copy, paste.
    Edit,
    /// Canvas.
    View,
    /// Explore.
    Explore,
    /// What a picture can do next.
    Picture,
    /// Preferences, models, theme.
    Settings,
    /// Finding commands and keys.
    Help,
}

impl Menu {
    /// Shown name.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Explore => "Explore",
            Self::Picture => "Picture",
            Self::Settings => "Settings",
            Self::Help => "Help",
        }
    }

    /// Its commands; `None` is a line between groups.
    pub fn commands(self) -> &'static [Option<Command>] {
        use Command as C;
        match self {
            Self::File => &[
                Some(C::Open),
                Some(C::OpenPhoto),
                Some(C::OpenStyle),
                Some(C::Import),
                None,
                Some(C::Keep),
                Some(C::SaveAs),
                Some(C::Export),
                None,
                Some(C::StyleFolder),
                Some(C::ExportWalk),
                None,
                Some(C::Quit),
            ],
            Self::Edit => &[
                Some(C::Undo),
                Some(C::Redo),
                None,
                Some(C::CopyPicture),
                Some(C::CopyRecipe),
                Some(C::Paste),
            ],
            Self::View => &[
                Some(C::GoExplore),
                Some(C::GoStyle),
                Some(C::GoGallery),
                None,
                Some(C::ZoomFit),
                Some(C::ZoomOneToOne),
                Some(C::ZoomIn),
                Some(C::ZoomOut),
                None,
                Some(C::ToggleSplit),
                Some(C::ToggleDifference),
                Some(C::PinBefore),
                Some(C::ToggleVariations),
                Some(C::ToggleHistory),
            ],
            Self::Explore => &[
                Some(C::NewSeed),
                Some(C::NextSeed),
                Some(C::PreviousSeed),
                None,
                Some(C::RandomiseSliders),
                Some(C::ResetSliders),
                None,
                Some(C::AddBookmark),
                Some(C::LatentWalk),
                Some(C::ProjectPhoto),
            ],
            Self::Picture => &[
                Some(C::SendToStyle),
                Some(C::UseAsStyle),
                Some(C::OpenInLens),
                None,
                Some(C::Upscale2),
                Some(C::Upscale4),
                Some(C::RenderFullSize),
                None,
                Some(C::AboutPicture),
            ],
            Self::Settings => &[
                Some(C::Settings),
                Some(C::Models),
                Some(C::Rescan),
                None,
                Some(C::ThemeSystem),
                Some(C::ThemeDark),
                Some(C::ThemeLight),
            ],
            Self::Help => &[Some(C::Palette), Some(C::Shortcuts), Some(C::About)],
        }
    }
}

impl Command {
    /// The shown text.
    pub fn text(self) -> &'static str {
        self.text_and_tooltip().0
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        self.text_and_tooltip().1
    }

    /// Other words under which the palette finds it: those of version 0.1, and what other
    /// programs call the same.
    pub fn other_words(self) -> &'static [&'static str] {
        match self {
            Self::Keep => &["Keep in gallery"],
            Self::PinBefore => &["Pin as before"],
            Self::ToggleVariations => &["Neighbours"],
            Self::AddBookmark => &["Keep this point", "Kept points"],
            Self::ExportWalk => &["Walk through the kept points", "Film"],
            Self::LatentWalk => &["Random walk", "Drift"],
            Self::ProjectPhoto => &["Find a photo in here", "Inversion"],
            Self::Upscale2 => &["Enlarge 2 times"],
            Self::Upscale4 => &["Enlarge 4 times"],
            Self::RenderFullSize => &["Make full size"],
            Self::Import => &["Bring into gallery", "Bring in files"],
            Self::Rescan => &["Look for models again"],
            Self::Settings => &["Settings", "Studio", "Options"],
            Self::ThemeDark => &["Dark look"],
            Self::ThemeLight => &["Light look"],
            Self::ThemeSystem => &["Look of the system"],
            _ => &[],
        }
    }

    /// Text and tooltip.
    pub fn text_and_tooltip(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => (
                "Open…",
                "Open pictures; one with a recipe goes back to where it was made",
            ),
            Self::Keep => (
                "Save to gallery",
                "Render the full picture and save it to the gallery",
            ),
            Self::SaveAs => ("Save picture as…", "Write the picture to a file"),
            Self::Export => (
                "Export…",
                "Write the picture with a size, format and quality",
            ),
            Self::CopyPicture => ("Copy picture", "Copy the picture to the clipboard"),
            Self::CopyRecipe => ("Copy recipe", "Copy the settings of this picture as text"),
            Self::Paste => (
                "Paste",
                "Use a picture, a file or a recipe from the clipboard",
            ),
            Self::Quit => ("Quit", "Close the window; the session comes back next time"),
            Self::Undo => ("Undo", "Undo the last step"),
            Self::Redo => ("Redo", "Redo the step"),
            Self::GoExplore => (
                "Go to Explore",
                "Explore the pictures of a generator with sliders",
            ),
            Self::GoStyle => ("Go to Style", "Put a style onto a photo"),
            Self::GoGallery => ("Go to Gallery", "See what you saved"),
            Self::ZoomFit => ("Fit in window", "Show the whole picture"),
            Self::ZoomOneToOne => (
                "Actual size",
                "One pixel of the picture on one of the screen",
            ),
            Self::ZoomIn => ("Zoom in", "Closer"),
            Self::ZoomOut => ("Zoom out", "Farther away"),
            Self::ToggleSplit => (
                "Before and after",
                "Split the canvas: before on the left, after on the right",
            ),
            Self::ToggleDifference => (
                "Difference",
                "Show where before and after differ: dark is the same",
            ),
            Self::PinBefore => (
                "Set as \"Before\"",
                "Compare other pictures with this one; choose it again to stop",
            ),
            Self::ToggleHistory => ("History strip", "Show or hide the steps so far"),
            Self::NewSeed => ("New seed", "Start from another random picture"),
            Self::NextSeed => ("Next seed", "The seed after this one"),
            Self::PreviousSeed => ("Previous seed", "The seed before this one"),
            Self::RandomiseSliders => ("Randomise sliders", "Move every slider that isn't locked"),
            Self::ResetSliders => ("Reset all sliders", "Set all direction sliders to zero"),
            Self::ToggleVariations => ("Variations", "A grid of pictures close to this one"),
            Self::AddBookmark => (
                "Add bookmark",
                "Bookmark this picture: walks go through the bookmarks",
            ),
            Self::ExportWalk => ("Export walk…", "Save an animation through the bookmarks"),
            Self::LatentWalk => (
                "Latent walk",
                "Move through the latent space at random, until stopped",
            ),
            Self::ProjectPhoto => (
                "Project photo…",
                "Search this generator for the picture that comes closest to a photo",
            ),
            Self::SendToStyle => ("Send to Style", "Use the picture as the photo in Style"),
            Self::UseAsStyle => ("Use as style", "Use the picture as a style"),
            Self::OpenInLens => (
                "Open in Lens",
                "Change the picture with the sliders of Lens",
            ),
            Self::Upscale2 => (
                "Upscale 2×",
                "Make it twice as large and save it to the gallery",
            ),
            Self::Upscale4 => (
                "Upscale 4×",
                "Make it four times as large and save it to the gallery",
            ),
            Self::AboutPicture => (
                "About this picture…",
                "Recipe, sources and credits of the picture",
            ),
            Self::OpenPhoto => ("Open photo…", "Choose the photo that gets the style"),
            Self::OpenStyle => (
                "Open style picture…",
                "Use a picture of your own as a style",
            ),
            Self::StyleFolder => (
                "Stylise a folder…",
                "Put this style onto all photos of a folder",
            ),
            Self::RenderFullSize => (
                "Render full size",
                "Stylise the photo at its full size and save it to the gallery",
            ),
            Self::Import => ("Import into gallery…", "Copy pictures into the gallery"),
            Self::Palette => (
                "Find a command…",
                "Type a few letters of what you want to do",
            ),
            Self::Models => (
                "Models…",
                "The networks at hand: what they were trained on, licence, size",
            ),
            Self::Rescan => ("Rescan models", "Read the model folders again"),
            Self::Settings => ("Preferences…", "Theme, gallery folder, privacy, memory"),
            Self::ThemeDark => ("Dark theme", "Always dark"),
            Self::ThemeLight => ("Light theme", "Always light"),
            Self::ThemeSystem => ("System theme", "Dark or light, as the system is set"),
            Self::Shortcuts => ("Keyboard shortcuts", "All keys on one page"),
            Self::About => ("About Limner", "Version, device and licences"),
            Self::CancelJob => (
                "Stop the running job",
                "Cancel what is being made; everything else stays",
            ),
        }
    }

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
            Self::GoGallery => vec![cmd(Key::Num3)],
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
            Self::AddBookmark => vec![plain(Key::K)],
            Self::ExportWalk => vec![shift(Key::E)],
            Self::LatentWalk => vec![plain(Key::W)],
            Self::SendToStyle => vec![plain(Key::T)],
            Self::UseAsStyle => vec![KeyboardShortcut::new(Modifiers::SHIFT, Key::T)],
            Self::OpenInLens => vec![shift(Key::L)],
            Self::AboutPicture => vec![cmd(Key::I)],
            Self::RenderFullSize => vec![cmd(Key::Enter)],
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
            | Self::StyleFolder
            | Self::ProjectPhoto
            | Self::Upscale2
            | Self::Upscale4
            | Self::Import
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

    /// Shows a dialog, or closes it again.
    fn opens_a_dialog(self) -> bool {
        matches!(
            self,
            Self::Palette
                | Self::Models
                | Self::Settings
                | Self::Shortcuts
                | Self::About
                | Self::AboutPicture
                | Self::Export
        )
    }

    /// Takes pressed keys out of the input; all commands at once, those with more
    /// modifiers first. While a text field has the keyboard only keys with
    /// Ctrl/Cmd count, and undo stays with the field. Behind a dialog nothing is done
    /// that the artist couldn't see.
    pub fn pressed(ctx: &egui::Context) -> Vec<Self> {
        let typing = ctx.text_edit_focused();
        let dialog = ctx.memory(|m| m.top_modal_layer().is_some());
        let os = ctx.os();
        let mut keys: Vec<(KeyboardShortcut, Self)> = Self::iter()
            .flat_map(|c| c.shortcuts(os).into_iter().map(move |s| (s, c)))
            .filter(|(s, c)| {
                let with_command = s.modifiers.command || s.modifiers.ctrl;
                let typed = typing && (!with_command || matches!(c, Self::Undo | Self::Redo));
                !typed && (!dialog || c.opens_a_dialog() || *c == Self::Quit)
            })
            .collect();
        keys.sort_by_key(|(s, _)| std::cmp::Reverse(weight(s.modifiers)));
        ctx.input_mut(|input| {
            keys.iter()
                .filter(|(s, _)| input.consume_shortcut(s))
                .map(|(_, c)| *c)
                .collect()
        })
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
    fn every_command_has_words_and_a_place() {
        let in_menus: Vec<Command> = Menu::iter()
            .flat_map(|m| m.commands().iter().copied().flatten())
            .collect();
        for command in Command::iter() {
            assert!(!command.text().is_empty() && command.tooltip().len() > 3);
            let reachable =
                in_menus.contains(&command) || !command.shortcuts(OperatingSystem::Nix).is_empty();
            assert!(reachable, "{command:?} can only be found in the palette");
        }
        let mut texts: Vec<_> = Command::iter().map(Command::text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(
            texts.len(),
            Command::iter().count(),
            "two commands share a text"
        );
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
