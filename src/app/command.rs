//! Everything that can be chosen without data, in words: one enum feeds the menus, the
//! command palette, the shortcuts and the tooltips.

use strum::EnumIter;

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
    /// To Lens.
    GoLens,
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
    ToggleNeighbours,
    /// Adds the current picture to the kept points.
    KeepPoint,
    /// Exports a walk through the kept points.
    ExportWalk,
    /// Plays or stops a random walk.
    RandomWalk,
    /// A photo as a start in the latent space.
    ProjectPhoto,

    /// Sends the current picture to Style.
    SendToStyle,
    /// Uses the current picture as a style.
    UseAsStyle,
    /// Opens the current picture in Lens.
    OpenInLens,
    /// Enlarges twice.
    Enlarge2,
    /// Enlarges four times.
    Enlarge4,
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

impl Command {
    /// The shown text.
    pub fn text(self) -> &'static str {
        self.text_and_tooltip().0
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        self.text_and_tooltip().1
    }

    /// Text and tooltip.
    pub fn text_and_tooltip(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => (
                "Open…",
                "Open pictures; one with a recipe goes back to where it was made",
            ),
            Self::Keep => (
                "Keep in gallery",
                "Make the full picture and keep it in the gallery",
            ),
            Self::SaveAs => ("Save picture as…", "Write the picture to a file"),
            Self::Export => (
                "Export…",
                "Write the picture with a size, format and quality",
            ),
            Self::CopyPicture => ("Copy picture", "Put the picture on the clipboard"),
            Self::CopyRecipe => ("Copy recipe", "Copy the settings of this picture as text"),
            Self::Paste => (
                "Paste",
                "Use a picture, a file or a recipe from the clipboard",
            ),
            Self::Quit => ("Quit", "Close the window; the session comes back next time"),
            Self::Undo => ("Undo", "Take the last step back"),
            Self::Redo => ("Redo", "Bring the step back again"),
            Self::GoExplore => ("Go to Explore", "Wander through a generator with sliders"),
            Self::GoStyle => ("Go to Style", "Put a style onto a photo"),
            Self::GoLens => ("Go to Lens", "Change a photo with sliders"),
            Self::GoGallery => ("Go to Gallery", "See what was kept"),
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
                "Pin as before",
                "Hold on to this picture and compare others with it; once more lets go",
            ),
            Self::ToggleHistory => ("History strip", "Show or hide the steps so far"),
            Self::NewSeed => ("New seed", "Start from another random picture"),
            Self::NextSeed => ("Next seed", "The seed after this one"),
            Self::PreviousSeed => ("Previous seed", "The seed before this one"),
            Self::RandomiseSliders => ("Randomise sliders", "Move every slider that isn't locked"),
            Self::ResetSliders => ("Reset all sliders", "All direction sliders to zero"),
            Self::ToggleNeighbours => ("Neighbours", "A grid of variations around this picture"),
            Self::KeepPoint => (
                "Keep this point",
                "Add the picture to the strip of kept points",
            ),
            Self::ExportWalk => ("Export walk…", "An animation through the kept points"),
            Self::RandomWalk => (
                "Random walk",
                "Drift through the pictures by itself, until stopped",
            ),
            Self::ProjectPhoto => (
                "Find a photo in here…",
                "Look for the picture of this generator that comes closest to a photo",
            ),
            Self::SendToStyle => ("Send to Style", "Use the picture as the photo in Style"),
            Self::UseAsStyle => ("Use as style", "Use the picture as a style"),
            Self::OpenInLens => (
                "Open in Lens",
                "Change the picture with the sliders of Lens",
            ),
            Self::Enlarge2 => ("Enlarge 2 times", "Make it twice as large and keep it"),
            Self::Enlarge4 => ("Enlarge 4 times", "Make it four times as large and keep it"),
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
                "Make full size",
                "Stylise the photo at its full size and keep it",
            ),
            Self::Import => ("Bring into gallery…", "Copy pictures into the gallery"),
            Self::Palette => (
                "Find a command…",
                "Type a few letters of what you want to do",
            ),
            Self::Models => (
                "Models…",
                "The networks at hand: what they were trained on, licence, size",
            ),
            Self::Rescan => (
                "Look for models again",
                "Read the folders of models once more",
            ),
            Self::Settings => ("Preferences…", "Look, gallery folder, privacy, memory"),
            Self::ThemeDark => ("Dark look", "Always dark"),
            Self::ThemeLight => ("Light look", "Always light"),
            Self::ThemeSystem => ("Look of the system", "Dark or light as the system is"),
            Self::Shortcuts => ("Keyboard shortcuts", "All keys on one page"),
            Self::About => ("About Limner", "Version, device and licences"),
            Self::CancelJob => (
                "Stop the running job",
                "Cancel what is being made; everything else stays",
            ),
        }
    }

    /// Acts on a generator's picture; there is none in Lens.
    pub fn is_for_generators(self) -> bool {
        matches!(
            self,
            Self::NewSeed
                | Self::NextSeed
                | Self::PreviousSeed
                | Self::KeepPoint
                | Self::RandomWalk
                | Self::ToggleNeighbours
                | Self::PinBefore
        )
    }

    /// Shows a dialog, or closes it again.
    pub fn opens_a_dialog(self) -> bool {
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
}
