//! How things are looked at: not undone, but remembered in the session.

pub(in crate::app) mod apply;

use serde::{Deserialize, Serialize};

use crate::app::spaces::looks::SpacesView;

/// The workspaces, in the order of their tabs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, strum::EnumIter,
)]
pub enum Workspace {
    /// Wander through a generator.
    #[default]
    Explore,
    /// Put styles onto a photo.
    Style,
    /// Change a photo with sliders.
    Lens,
    /// Grow pictures from one.
    Grow,
    /// Make surfaces of pictures.
    Spaces,
    /// What was kept.
    Gallery,
}

impl Workspace {
    /// Shown name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Style => "Style",
            Self::Lens => "Lens",
            Self::Grow => "Grow",
            Self::Spaces => "Spaces",
            Self::Gallery => "Gallery",
        }
    }
}

/// Smallest zoom, screen pixels per picture pixel.
pub const MIN_ZOOM: f32 = 0.02;
/// Largest zoom.
pub const MAX_ZOOM: f32 = 32.0;

/// How large a picture is shown.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Zoom {
    /// As large as fits, at most four times its own size.
    #[default]
    Fit,
    /// Screen pixels per picture pixel.
    Scale(f32),
}

/// What a canvas shows where.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CanvasView {
    /// Size.
    pub zoom: Zoom,
    /// The point of the picture in the middle of the canvas, fractions of its sides.
    pub center: [f32; 2],
    /// Where the divider of a split stands, 0..=1 of the picture's width.
    pub divider: f32,
}

impl Default for CanvasView {
    fn default() -> Self {
        Self {
            zoom: Zoom::Fit,
            center: [0.5, 0.5],
            divider: 0.5,
        }
    }
}

/// How two pictures are compared on a canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Compare {
    /// Only the picture.
    #[default]
    Off,
    /// Left of the divider before, right of it after.
    Split,
    /// Next to each other.
    SideBySide,
    /// Where they differ.
    Difference,
}

/// What's in the foreground.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Dialog {
    /// Nothing.
    #[default]
    None,
    /// The command palette.
    Palette,
    /// Preferences.
    Settings,
    /// Models and their cards; the model to show.
    Models(Option<String>),
    /// Walk export.
    ExportWalk,
    /// A film of a panorama.
    PanoramaFilm,
    /// A film to stylise.
    StyleFilm,
    /// A folder of photos to stylise.
    StyleFolder,
    /// Picture export (drawn by `ui::export_dialog`).
    Export,
    /// Where a picture comes from (drawn by `ui::about_picture`).
    AboutPicture,
    /// Keyboard shortcuts.
    Shortcuts,
    /// Deleted pictures.
    Bin,
    /// About the program.
    About,
    /// Licences of what the program is built from.
    Licences,
}

/// View state that the session remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewState {
    /// Which workspace is in front.
    pub workspace: Workspace,
    /// Canvas of Explore.
    pub explore: CanvasView,
    /// Canvas of Style.
    pub style: CanvasView,
    /// Canvas of Lens.
    pub lens: CanvasView,
    /// Canvas of Grow.
    pub grow: CanvasView,
    /// Canvas of Spaces, where it shows a tile or a map.
    pub spaces_canvas: CanvasView,
    /// How things are looked at in Spaces.
    pub spaces: SpacesView,
    /// Canvas of the gallery's single view.
    pub gallery: CanvasView,
    /// Comparison on Explore's canvas.
    pub compare: Compare,
    /// Comparison on Style's canvas.
    pub style_compare: Compare,
    /// Comparison on Lens' canvas.
    pub lens_compare: Compare,
    /// Comparison on Grow's canvas.
    pub grow_compare: Compare,
    /// Grow's grid of seeds instead of the single picture.
    pub grow_grid: bool,
    /// A picture that is seamless is shown three times next to itself.
    pub grow_tiles: bool,
    /// Longer side of full-size stylised pictures; as the photo when absent.
    pub style_side: Option<u32>,
    /// The grid of variations instead of the single picture.
    #[serde(rename = "neighbours")]
    pub variations: bool,
    /// The drag tool on Explore's canvas.
    pub drag: bool,
    /// How far the variations are, in σ.
    pub distance: f32,
    /// Explore's "before" in comparisons; without it, the picture without slider moves.
    pub pinned: Option<std::sync::Arc<crate::recipe::ExploreParams>>,
    /// The history strip is open.
    pub history_open: bool,
    /// The timeline is open.
    pub timeline: bool,
    /// The start page instead of the workspace.
    pub start_page: bool,
    /// The panels are away: only the picture; not remembered.
    #[serde(skip)]
    pub panels_away: bool,
    /// In front; not remembered.
    #[serde(skip)]
    pub dialog: Dialog,
    /// The scale that "fit" comes to on the front canvas; not remembered.
    #[serde(skip)]
    pub fit_scale: f32,
    /// The compare key is down: canvases show "before"; not remembered.
    #[serde(skip)]
    pub hold_before: bool,
}

/// How far variations are until the user says otherwise, in σ: clearly different, still akin.
pub const VARIATION_DISTANCE: f32 = 2.5;

impl Default for ViewState {
    fn default() -> Self {
        Self {
            workspace: Workspace::Explore,
            explore: CanvasView::default(),
            style: CanvasView::default(),
            lens: CanvasView::default(),
            grow: CanvasView::default(),
            spaces_canvas: CanvasView::default(),
            spaces: SpacesView::default(),
            gallery: CanvasView::default(),
            compare: Compare::Off,
            style_compare: Compare::Off,
            lens_compare: Compare::Off,
            grow_compare: Compare::Off,
            grow_grid: false,
            grow_tiles: false,
            style_side: None,
            variations: false,
            drag: false,
            distance: VARIATION_DISTANCE,
            pinned: None,
            history_open: true,
            timeline: false,
            start_page: false,
            panels_away: false,
            dialog: Dialog::None,
            fit_scale: 1.0,
            hold_before: false,
        }
    }
}

impl ViewState {
    /// Brings a workspace to the front.
    pub fn go(&mut self, workspace: Workspace) {
        self.workspace = workspace;
        self.start_page = false;
    }

    /// The canvas of a workspace.
    pub fn canvas(&self, workspace: Workspace) -> &CanvasView {
        match workspace {
            Workspace::Explore => &self.explore,
            Workspace::Style => &self.style,
            Workspace::Lens => &self.lens,
            Workspace::Grow => &self.grow,
            Workspace::Spaces => &self.spaces_canvas,
            Workspace::Gallery => &self.gallery,
        }
    }

    /// The canvas of a workspace, to change.
    pub fn canvas_mut(&mut self, workspace: Workspace) -> &mut CanvasView {
        match workspace {
            Workspace::Explore => &mut self.explore,
            Workspace::Style => &mut self.style,
            Workspace::Lens => &mut self.lens,
            Workspace::Grow => &mut self.grow,
            Workspace::Spaces => &mut self.spaces_canvas,
            Workspace::Gallery => &mut self.gallery,
        }
    }
    /// How the canvas of a workspace compares; the gallery's doesn't.
    pub fn compare_mut(&mut self, workspace: Workspace) -> Option<&mut Compare> {
        match workspace {
            Workspace::Explore => Some(&mut self.compare),
            Workspace::Style => Some(&mut self.style_compare),
            Workspace::Lens => Some(&mut self.lens_compare),
            Workspace::Grow => Some(&mut self.grow_compare),
            Workspace::Spaces | Workspace::Gallery => None,
        }
    }
}
