//! The menus of the top bar.

use strum::EnumIter;

use crate::app::command::Command;

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
                Some(C::StartPage),
                None,
                Some(C::Keep),
                Some(C::SaveAs),
                Some(C::Export),
                None,
                Some(C::StyleFolder),
                Some(C::StyleFilm),
                Some(C::ExportWalk),
                Some(C::Bin),
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
                Some(C::GoLens),
                Some(C::GoGrow),
                Some(C::GoSpaces),
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
                Some(C::ToggleTiles),
                Some(C::ToggleHistory),
                Some(C::ToggleCrisp),
                None,
                Some(C::HidePanels),
                Some(C::FullScreen),
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
                Some(C::Timeline),
                Some(C::ProjectPhoto),
                None,
                Some(C::ToggleDrag),
                Some(C::RunDrag),
            ],
            Self::Picture => &[
                Some(C::SendToStyle),
                Some(C::UseAsStyle),
                Some(C::OpenInLens),
                Some(C::SendToGrow),
                Some(C::SendToSpaces),
                None,
                Some(C::Upscale2),
                Some(C::Upscale4),
                Some(C::RenderFullSize),
                None,
                Some(C::Finish),
                Some(C::CopyFinish),
                Some(C::PasteFinish),
                None,
                Some(C::ToggleFine),
                Some(C::PaintFine),
                Some(C::PauseJob),
                Some(C::CancelJob),
                Some(C::GrowPicture),
                None,
                Some(C::AboutPicture),
            ],
            Self::Settings => &[
                Some(C::Settings),
                None,
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

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn every_command_has_words_and_a_place() {
        let in_menus: Vec<Command> = Menu::iter()
            .flat_map(|m| m.commands().iter().copied().flatten())
            .collect();
        for command in Command::iter() {
            assert!(!command.text().is_empty() && command.tooltip().len() > 3);
            assert!(
                in_menus.contains(&command),
                "{command:?} is in no menu, and so not on the page of keys"
            );
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
}
