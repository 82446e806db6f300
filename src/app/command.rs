//! Everything that can be chosen without data, in words: one enum feeds the menus, the
//! command palette, the shortcuts and the tooltips.

use strum::EnumIter;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter)]
pub enum Command {
    /// Opens picture files.
    Open,
    /// Saves the current picture to the gallery.
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
    /// To Grow.
    GoGrow,
    /// To Spaces.
    GoSpaces,
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
    /// Small generators through *Crisp*.
    ToggleCrisp,

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
    /// A seamless picture next to itself.
    ToggleTiles,
    /// Adds the current picture to the kept points.
    AddBookmark,
    /// Shows or hides the timeline.
    Timeline,
    /// Exports the timeline as a film.
    ExportWalk,
    /// Plays or stops a random walk.
    LatentWalk,
    /// A photo as a start in the latent space.
    ProjectPhoto,
    /// The tool that pulls points of the picture.
    ToggleDrag,
    /// Pulls the points, or stops.
    RunDrag,

    /// Sends the current picture to Style.
    SendToStyle,
    /// Uses the current picture as a style.
    UseAsStyle,
    /// Opens the current picture in Lens.
    OpenInLens,
    /// Grows pictures from the current one.
    SendToGrow,
    /// Makes a surface of the current picture.
    SendToSpaces,
    /// Grows the whole picture that Grow shows.
    GrowPicture,
    /// Enlarges twice.
    Upscale2,
    /// Enlarges four times.
    Upscale4,
    /// Crops, tones and sharpens the current picture.
    Finish,
    /// Copies the settings of Finish.
    CopyFinish,
    /// Brings copied settings of Finish to this picture, or to those that are chosen.
    PasteFinish,
    /// Where the picture comes from.
    AboutPicture,
    /// A photo for Style.
    OpenPhoto,
    /// A picture as style.
    OpenStyle,
    /// Stylises a folder.
    StyleFolder,
    /// Stylises a film.
    StyleFilm,
    /// Makes the full-size stylised picture and shows it.
    RenderFullSize,
    /// Fast or Fine.
    ToggleFine,
    /// Paints the photo in Fine, or goes on with it.
    PaintFine,
    /// Lets Fine wait, or go on.
    PauseJob,
    /// Brings files into the gallery.
    Import,

    /// The start page.
    StartPage,
    /// Deleted pictures.
    Bin,
    /// The whole screen, or a window again.
    FullScreen,
    /// Only the picture, or the panels again.
    HidePanels,

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

    /// Other words under which the palette finds it: those of version 0.1, and what other
    /// programs call the same.
    pub fn other_words(self) -> &'static [&'static str] {
        match self {
            Self::Keep => &["Keep in gallery"],
            Self::PinBefore => &["Pin as before"],
            Self::ToggleVariations => &["Neighbours"],
            Self::AddBookmark => &["Keep this point", "Kept points"],
            Self::Timeline => &["Keyframes", "Film", "Animation"],
            Self::ExportWalk => &["Export walk", "Video", "GIF"],
            Self::LatentWalk => &["Random walk", "Drift"],
            Self::ToggleDrag => &["DragGAN", "Handles", "Warp"],
            Self::RunDrag => &["Stop dragging"],
            Self::ProjectPhoto => &["Find a photo in here", "Inversion"],
            Self::GoGrow => &["Texture synthesis", "Outpaint", "Inpaint", "Retarget"],
            Self::ToggleTiles => &["Tiled view", "Pattern"],
            Self::SendToGrow => &["Open in Grow"],
            Self::SendToSpaces => &["Open in Spaces"],
            Self::GoSpaces => &[
                "Seamless",
                "Panorama",
                "360",
                "Material",
                "PBR",
                "On the wall",
            ],
            Self::Upscale2 => &["Enlarge 2 times"],
            Self::Upscale4 => &["Enlarge 4 times"],
            Self::RenderFullSize => &["Make full size"],
            Self::StartPage => &["Home", "Welcome"],
            Self::Bin => &["Trash", "Recycle bin", "Deleted pictures", "Undelete"],
            Self::HidePanels => &["Show panels", "Canvas only"],
            Self::Import => &["Bring into gallery", "Bring in files"],
            Self::Rescan => &["Look for models again"],
            Self::Settings => &["Settings", "Studio", "Options"],
            Self::Finish => &[
                "Crop",
                "Straighten",
                "Rotate",
                "Exposure",
                "Tone curve",
                "Resize",
            ],
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
                "Save the picture with its recipe to the gallery, at full size and once",
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
            Self::GoLens => ("Go to Lens", "Change a photo with sliders"),
            Self::GoGrow => (
                "Go to Grow",
                "Grow new pictures from one of your own: vary, extend, fill, remix",
            ),
            Self::GoSpaces => (
                "Go to Spaces",
                "Seamless tiles, panoramas, materials for renderers, pictures on a wall",
            ),
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
            Self::ToggleCrisp => (
                "Draw through Crisp",
                "Show the pictures of small generators sharp, enlarged by Crisp or by the upscaler that they name; off: their own pixels",
            ),
            Self::NewSeed => ("New seed", "Start from another random picture"),
            Self::NextSeed => ("Next seed", "The seed after this one"),
            Self::PreviousSeed => ("Previous seed", "The seed before this one"),
            Self::RandomiseSliders => ("Randomise sliders", "Move every slider that isn't locked"),
            Self::ResetSliders => ("Reset all sliders", "Set all direction sliders to zero"),
            Self::ToggleVariations => ("Variations", "A grid of pictures close to this one"),
            Self::ToggleTiles => (
                "Show tiles",
                "Show a seamless picture next to itself, as it will lie on a wall",
            ),
            Self::AddBookmark => (
                "Add bookmark",
                "Bookmark this picture: come back to it, or make a film through the bookmarks",
            ),
            Self::Timeline => (
                "Timeline",
                "Show or hide the timeline: keyframes that become a film",
            ),
            Self::ExportWalk => (
                "Export film…",
                "Save the timeline as MP4, GIF, WebP, animated PNG or numbered frames",
            ),
            Self::LatentWalk => (
                "Latent walk",
                "Move through the latent space at random, until stopped",
            ),
            Self::ProjectPhoto => (
                "Project photo…",
                "Search this generator for the picture that comes closest to a photo",
            ),
            Self::ToggleDrag => (
                "Drag tool",
                "Set points on the picture and pull them elsewhere: the network draws what that looks like",
            ),
            Self::RunDrag => (
                "Start or stop dragging",
                "Pull the points to their targets, step by step; once more stops with the picture so far",
            ),
            Self::SendToStyle => ("Send to Style", "Use the picture as the photo in Style"),
            Self::UseAsStyle => ("Use as style", "Use the picture as a style"),
            Self::OpenInLens => (
                "Open in Lens",
                "Change the picture with the sliders of Lens",
            ),
            Self::SendToGrow => ("Send to Grow", "Grow new pictures from this one"),
            Self::SendToSpaces => (
                "Send to Spaces",
                "Make a seamless tile, a panorama, a material or a picture on a wall of it",
            ),
            Self::GrowPicture => (
                "Grow whole picture",
                "Grow the picture in Grow at its full size; saving and exporting then take no time",
            ),
            Self::Upscale2 => (
                "Upscale 2×",
                "Make it twice as large and save it to the gallery",
            ),
            Self::Upscale4 => (
                "Upscale 4×",
                "Make it four times as large and save it to the gallery",
            ),
            Self::Finish => (
                "Finish…",
                "Crop, straighten, light, colour, sharpness, grain and size; the picture itself stays",
            ),
            Self::CopyFinish => (
                "Copy finish",
                "Copy what Finish does to this picture, for others",
            ),
            Self::PasteFinish => (
                "Paste finish",
                "Bring copied light, colour and detail here, or to all chosen pictures as new ones",
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
            Self::StyleFilm => (
                "Stylise a film…",
                "Put this style onto an animated GIF, PNG or WebP, or onto a video where FFmpeg is installed",
            ),
            Self::RenderFullSize => (
                "Render full size",
                "Stylise the photo at its full size and show it; saving and exporting then take no time",
            ),
            Self::ToggleFine => (
                "Fast or Fine",
                "Switch Style between Fast, at once, and Fine, which paints the picture step by step",
            ),
            Self::PaintFine => (
                "Paint (Fine)",
                "Paint the photo step by step, or go on where it was stopped",
            ),
            Self::PauseJob => (
                "Pause or go on",
                "Let the picture that Fine paints wait, or go on with it",
            ),
            Self::Import => ("Import into gallery…", "Copy pictures into the gallery"),
            Self::StartPage => (
                "Start page",
                "Open a photo, explore, try a style, or go on with a recent picture",
            ),
            Self::Bin => (
                "Bin…",
                "Deleted pictures: restore them, or delete them for good",
            ),
            Self::FullScreen => ("Full screen", "Fill the screen, or go back to a window"),
            Self::HidePanels => (
                "Hide panels",
                "Show only the picture; once more brings the panels back",
            ),
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
            Self::Shortcuts => (
                "Keyboard shortcuts",
                "The keys of menus, canvas, sliders and masks",
            ),
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
                | Self::AddBookmark
                | Self::LatentWalk
                | Self::Timeline
                | Self::ExportWalk
                | Self::ToggleVariations
                | Self::ToggleDrag
                | Self::RunDrag
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
                | Self::Bin
        )
    }

    /// Does something to a picture or a canvas, neither of which is on the start page.
    pub fn needs_a_workspace(self) -> bool {
        !self.opens_a_dialog()
            && !matches!(
                self,
                Self::Open
                    | Self::OpenPhoto
                    | Self::OpenStyle
                    | Self::Paste
                    | Self::Import
                    | Self::Quit
                    | Self::GoExplore
                    | Self::GoStyle
                    | Self::GoLens
                    | Self::GoGrow
                    | Self::GoSpaces
                    | Self::GoGallery
                    | Self::StartPage
                    | Self::FullScreen
                    | Self::HidePanels
                    | Self::Rescan
                    | Self::ThemeDark
                    | Self::ThemeLight
                    | Self::ThemeSystem
                    | Self::CancelJob
            )
            || matches!(self, Self::Export | Self::AboutPicture)
    }
}
