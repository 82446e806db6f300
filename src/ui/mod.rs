//! The looks: what the window draws. Reads the state, queues actions, knows
//! nothing of networks or files.

pub mod bidi;
pub mod canvas;
pub mod explore;
pub mod export;
pub mod finish;
pub mod gallery;
pub mod grow;
pub mod lens;
pub mod mask;
pub mod models;
pub mod panel;
pub mod photo;
pub mod shell;
pub mod sliders;
pub mod spaces;
pub mod start;
pub mod style;
pub mod theme;
pub mod timeline;
pub mod widgets;

use std::time::Duration;

use crate::app::prefs::{Prefs, ThemeChoice};
use crate::app::queue::Actions;
use crate::app::state::AppState;
use crate::app::view::{Dialog, Workspace};
use crate::ui::canvas::textures::Textures;
use panel::{Panel, Scratch};
use shell::{
    about_picture, dialogs, keys_page, licences, palette, settings, status_bar, toasts, top_bar,
};
use theme::Themes;

/// Most passes for one frame: a dialog's contents settle in two or three.
const PASSES: std::num::NonZeroUsize = match std::num::NonZeroUsize::new(4) {
    Some(passes) => passes,
    None => std::num::NonZeroUsize::MIN,
};

/// Why the window's looks can't be set up.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that drawing needs and that is not state.
pub struct Ui {
    themes: Themes,
    textures: Textures,
    start: start::StartPictures,
    scratch: Scratch,
    shown_prefs: Option<Prefs>,
    /// Time of this frame's logic, for the frame statistics.
    pub logic_time: Duration,
}

impl Ui {
    /// Sets the looks up.
    ///
    /// # Errors
    /// If the looks that ship can't be read, or the system gives no thread.
    pub fn new(ctx: &egui::Context) -> Result<Self, StartError> {
        let themes = Themes::load()?;
        themes.install(ctx);
        ctx.add_plugin(bidi::TextOrder::default());
        // Dialogs find their place before they are seen.
        ctx.options_mut(|options| options.max_passes = PASSES);
        Ok(Self {
            themes,
            textures: Textures::new(ctx)?,
            start: start::StartPictures::read(),
            scratch: Scratch::default(),
            shown_prefs: None,
            logic_time: Duration::ZERO,
        })
    }

    /// Brings egui in line with the preferences.
    fn apply_prefs(&mut self, ctx: &egui::Context, prefs: &Prefs) {
        if self.shown_prefs.as_ref() == Some(prefs) {
            return;
        }
        let theme = match prefs.theme {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
            ThemeChoice::Light => egui::ThemePreference::Light,
        };
        ctx.set_theme(theme);
        ctx.set_zoom_factor(prefs.scale.clamp(0.6, 2.5));
        self.shown_prefs = Some(prefs.clone());
    }

    /// Draws the window.
    pub fn draw(&mut self, ui: &mut egui::Ui, state: &AppState, actions: &mut Actions) {
        let ctx = ui.ctx().clone();
        self.apply_prefs(&ctx, &state.prefs);
        let mut panel = Panel {
            state,
            actions,
            textures: &mut self.textures,
            theme: self.themes.of(&ctx),
            scratch: &mut self.scratch,
        };
        if !bare(&ctx, state) {
            top_bar::ui(ui, &mut panel);
            status_bar::ui(ui, &mut panel);
        }
        match state.view.workspace {
            _ if state.view.start_page => start::ui(ui, &mut panel, &self.start),
            _ if let Some(work) = state.finishing() => finish::workspace::ui(ui, &mut panel, work),
            Workspace::Explore => explore::workspace::ui(ui, &mut panel),
            Workspace::Style => style::workspace::ui(ui, &mut panel),
            Workspace::Lens => lens::workspace::ui(ui, &mut panel),
            Workspace::Grow => grow::workspace::ui(ui, &mut panel),
            Workspace::Spaces => spaces::workspace::ui(ui, &mut panel),
            Workspace::Gallery => gallery::workspace::ui(ui, &mut panel),
        }
        dialog(&ctx, &mut panel);
        drop_overlay(&ctx, &panel);
        toasts::ui(&ctx, &mut panel);
        self.textures.end_frame();
    }
}

/// In full screen with the panels away nothing but the picture is seen.
fn bare(ctx: &egui::Context, state: &AppState) -> bool {
    let full = ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
    full && state.view.panels_away && !state.view.start_page
}

fn dialog(ctx: &egui::Context, panel: &mut Panel<'_>) {
    match panel.state.view.dialog.clone() {
        Dialog::None => {}
        Dialog::Palette => palette::ui(ctx, panel),
        Dialog::Settings => settings::ui(ctx, panel),
        Dialog::Models(name) => models::panel::ui(ctx, panel, name.as_deref()),
        Dialog::ExportWalk => timeline::export::ui(ctx, panel),
        Dialog::PanoramaFilm => spaces::film::ui(ctx, panel),
        Dialog::StyleFilm => style::film::ui(ctx, panel),
        Dialog::StyleFolder => style::folder::ui(ctx, panel),
        Dialog::Export => export::dialog::ui(ctx, panel),
        Dialog::AboutPicture => about_picture::ui(ctx, panel),
        Dialog::Shortcuts => keys_page::ui(ctx, panel),
        Dialog::About => dialogs::about(ctx, panel),
        Dialog::Bin => gallery::bin::ui(ctx, panel),
        Dialog::Licences => licences::licences(ctx, panel),
    }
}

/// Says what will happen to files held over the window.
fn drop_overlay(ctx: &egui::Context, panel: &Panel<'_>) {
    if ctx.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let text = match panel.state.view.workspace {
        Workspace::Gallery if !panel.state.view.start_page => {
            "Drop to import the pictures into the gallery"
        }
        Workspace::Lens => "Drop a photo to change it, or a saved picture to go on with it",
        Workspace::Grow => "Drop a picture to grow others from it, or a saved one to go on with it",
        Workspace::Spaces => {
            "Drop a picture to make a tile, a material or a hung picture of it, or a saved one to go on with it"
        }
        _ => "Drop a photo to put a style onto it, or a saved picture to go on with it",
    };
    let painter = ctx.layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        egui::Id::unique("drop overlay"),
    ));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, panel.theme.window.gamma_multiply(0.82));
    painter.rect_stroke(
        rect.shrink(18.0),
        10.0,
        egui::Stroke::new(2.0, *panel.theme.accent),
        egui::StrokeKind::Inside,
    );
    painter.text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        text,
        egui::FontId::proportional(20.0),
        *panel.theme.text_strong,
    );
}
