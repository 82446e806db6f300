//! The looks: what the window draws. Reads the state, queues actions, knows
//! nothing of networks or files.

pub mod about_picture;
pub mod canvas;
mod card_text;
pub mod compare_view;
pub mod dialogs;
mod difference;
pub mod explore_class;
pub mod explore_directions;
pub mod explore_kept;
pub mod explore_neighbours;
pub mod explore_panel;
pub mod explore_size;
pub mod explore_toolbar;
pub mod explore_walk;
pub mod explore_workspace;
pub mod export_choices;
mod export_dialog;
mod export_look;
pub mod gallery_details;
pub mod gallery_empty;
pub mod gallery_filter;
pub mod gallery_grid;
pub mod gallery_lineage;
pub mod gallery_recipe;
pub mod gallery_selection;
pub mod gallery_single;
pub mod gallery_tags;
pub mod gallery_workspace;
pub mod history;
pub mod image_grid;
pub mod image_grid_layout;
pub mod image_grid_star;
pub mod lens_panel;
pub mod lens_workspace;
pub mod mask_overlay;
pub mod mask_paint;
pub mod mask_target;
pub mod mask_tools;
pub mod models_more;
pub mod models_panel;
pub mod models_tasks;
pub mod palette;
pub mod panel;
pub mod picture_menu;
pub mod settings;
mod split_divider;
pub mod status_bar;
pub mod style_chosen;
pub mod style_compare;
pub mod style_credit;
pub mod style_gallery_pick;
pub mod style_names;
pub mod style_output;
pub mod style_photo;
pub mod style_report;
pub mod style_sliders;
pub mod style_swatches;
pub mod style_tryouts;
pub mod style_workspace;
pub mod textures;
pub mod theme;
pub mod tiles;
pub mod toasts;
pub mod top_bar;
pub mod widgets;

use std::time::Duration;

use crate::app::action::Actions;
use crate::app::prefs::{Prefs, ThemeChoice};
use crate::app::state::AppState;
use crate::app::view::{Dialog, Workspace};
use panel::{Panel, Scratch};
use textures::Textures;
use theme::Themes;

/// Why the window's looks can't be set up.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that drawing needs and that is not state.
pub struct Ui {
    themes: Themes,
    textures: Textures,
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
        Ok(Self {
            themes,
            textures: Textures::new(ctx)?,
            scratch: Scratch::default(),
            shown_prefs: None,
            logic_time: Duration::ZERO,
        })
    }

    /// Brings egui in line with the preferences.
    pub fn apply_prefs(&mut self, ctx: &egui::Context, prefs: &Prefs) {
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
        let mut panel = Panel {
            state,
            actions,
            textures: &mut self.textures,
            theme: self.themes.of(&ctx),
            scratch: &mut self.scratch,
        };
        top_bar::ui(ui, &mut panel);
        status_bar::ui(ui, &mut panel);
        match state.view.workspace {
            Workspace::Explore => explore_workspace::ui(ui, &mut panel),
            Workspace::Style => style_workspace::ui(ui, &mut panel),
            Workspace::Gallery => gallery_workspace::ui(ui, &mut panel),
        }
        dialog(&ctx, &mut panel);
        drop_overlay(&ctx, &panel);
        toasts::ui(&ctx, &mut panel);
        self.textures.end_frame();
    }
}

fn dialog(ctx: &egui::Context, panel: &mut Panel<'_>) {
    match panel.state.view.dialog.clone() {
        Dialog::None => {}
        Dialog::Palette => palette::ui(ctx, panel),
        Dialog::Settings => settings::ui(ctx, panel),
        Dialog::Models(name) => models_panel::ui(ctx, panel, name.as_deref()),
        Dialog::ExportWalk => explore_walk::ui(ctx, panel),
        Dialog::Export => export_dialog::ui(ctx, panel),
        Dialog::AboutPicture => about_picture::ui(ctx, panel),
        Dialog::Shortcuts => dialogs::shortcuts(ctx, panel),
        Dialog::About => dialogs::about(ctx, panel),
    }
}

/// Says what will happen to files held over the window.
fn drop_overlay(ctx: &egui::Context, panel: &Panel<'_>) {
    if ctx.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let lens = panel.state.doc.explore.lens_doc().is_some();
    let text = match panel.state.view.workspace {
        Workspace::Gallery => "Drop to bring the pictures into the gallery",
        Workspace::Explore if lens => {
            "Drop a photo to change it, or a kept picture to go on with it"
        }
        _ => "Drop a photo to put a style onto it, or a kept picture to go on with it",
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
