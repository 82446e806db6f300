//! Export: format, quality, size, and what is written into the file, shown as it
//! will be.

use egui::{ComboBox, DragValue, ScrollArea, Ui};

use super::dialogs::modal;
use super::panel::Panel;
use super::widgets::button::{choice, primary};
use super::widgets::slider::Slider;
use crate::app::action::{Action, ViewEdit};
use crate::app::command::Command;
use crate::app::gallery_settings;
use crate::app::view::{Dialog, Workspace};
use crate::export::{self, Provenance, WriteOptions};
use crate::gallery::protocol::{Entry, ExportOptions, Format, GalleryRequest, PictureId};
use crate::recipe::Recipe;

/// What the dialog is set to.
#[derive(Debug, Clone, PartialEq)]
struct ExportDialog {
    kind: Kind,
    quality: u8,
    side: Option<u32>,
    /// Asked of the preferences when first opened.
    recipe: Option<bool>,
    names: Option<bool>,
    asked: Option<PictureId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Png,
    Jpeg,
    WebP,
    Tiff,
}

impl Default for ExportDialog {
    fn default() -> Self {
        Self {
            kind: Kind::Png,
            quality: 92,
            side: None,
            recipe: None,
            names: None,
            asked: None,
        }
    }
}

/// Sizes to choose from, longer side.
const SIDES: [(u32, &str); 4] = [
    (1080, "Post, 1080 px"),
    (1920, "Screen, 1920 px"),
    (3508, "A4 at 300 dpi, 3508 px"),
    (4961, "A3 at 300 dpi, 4961 px"),
];

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, p: &mut Panel<'_>) {
    let mut dialog = p.scratch.of::<ExportDialog>().clone();
    modal(ctx, p, "Export", |ui, p| {
        ui.set_width(460.0);
        if dialog.contents(ui, p) {
            p.actions.view(ViewEdit::Dialog(Dialog::None));
        }
    });
    *p.scratch.of::<ExportDialog>() = dialog;
}

impl ExportDialog {
    /// True once it is done with.
    fn contents(&mut self, ui: &mut Ui, p: &mut Panel<'_>) -> bool {
        let ids = chosen(p);
        let entries: Vec<&Entry> = ids
            .iter()
            .filter_map(|id| p.state.gallery.entry(*id))
            .collect();
        match entries.as_slice() {
            [] => return not_kept(ui, p),
            [one] => ui.strong(&one.title),
            several => ui.strong(format!("{} pictures", several.len())),
        };
        ui.add_space(6.0);
        self.format(ui, p);
        self.size(ui, entries.first().map(|e| e.size));
        self.privacy(ui, p, &ids);
        ui.add_space(8.0);
        let mut done = false;
        ui.horizontal(|ui| {
            let text = if ids.len() > 1 {
                "Choose a folder…"
            } else {
                "Choose where…"
            };
            if primary(ui, &p.theme, text).clicked() {
                p.actions.push(Action::ExportPictures {
                    ids: ids.clone(),
                    options: self.options(p),
                });
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
        done
    }

    fn options(&self, p: &Panel<'_>) -> ExportOptions {
        ExportOptions {
            format: match self.kind {
                Kind::Png => Format::Png,
                Kind::Jpeg => Format::Jpeg(self.quality),
                Kind::WebP => Format::WebP,
                Kind::Tiff => Format::Tiff,
            },
            max_side: self.side,
            recipe: self.recipe.unwrap_or(p.state.prefs.export_recipe),
            source_names: self.names.unwrap_or(p.state.prefs.source_names),
        }
    }

    fn format(&mut self, ui: &mut Ui, p: &Panel<'_>) {
        let kinds = [
            (Kind::Png, "PNG", "Lossless, understood everywhere"),
            (
                Kind::Jpeg,
                "JPEG",
                "Small; a little is lost; no transparency",
            ),
            (Kind::WebP, "WebP", "Lossless and smaller than PNG"),
            (Kind::Tiff, "TIFF", "Lossless, for print"),
        ];
        if let Some(kind) = choice(ui, &p.theme, self.kind, &kinds) {
            self.kind = kind;
        }
        if self.kind == Kind::Jpeg {
            let moved = Slider::new("Quality", f32::from(self.quality), 1.0..=100.0, 92.0)
                .decimals(0)
                .step(1.0)
                .tooltip("Higher looks better and takes more space; 92 is hard to tell from the original")
                .show(ui, &p.theme);
            if let Some(quality) = moved.changed {
                self.quality = quality.round().clamp(1.0, 100.0) as u8;
            }
        }
    }

    fn size(&mut self, ui: &mut Ui, own: Option<[u32; 2]>) {
        let name = |side: Option<u32>| match side {
            None => match own {
                Some([w, h]) => format!("As it is ({w} × {h})"),
                None => "As it is".to_owned(),
            },
            Some(side) => SIDES
                .iter()
                .find(|(s, _)| *s == side)
                .map_or_else(|| format!("{side} px"), |(_, name)| (*name).to_owned()),
        };
        ui.horizontal(|ui| {
            let label = ui.label("Longer side");
            let combo = ComboBox::from_id_salt("export size")
                .width(190.0)
                .selected_text(name(self.side))
                .show_ui(ui, |ui| {
                    ui.selectable_value(&mut self.side, None, name(None));
                    for (side, _) in SIDES {
                        ui.selectable_value(&mut self.side, Some(side), name(Some(side)));
                    }
                });
            combo.response.labelled_by(label.id);
            if let Some(side) = &mut self.side {
                ui.add(DragValue::new(side).range(16..=16_384).suffix(" px"))
                    .on_hover_text("Longer side in pixels: drag, or click and type")
                    .accessible_name("Longer side in pixels");
            }
        });
        if let (Some(side), Some([w, h])) = (self.side, own)
            && side > w.max(h)
        {
            ui.weak("That is larger than the picture. Enlarge it first for more detail.");
        }
    }

    /// What goes in, and a look at it.
    fn privacy(&mut self, ui: &mut Ui, p: &mut Panel<'_>, ids: &[PictureId]) {
        let options = self.options(p);
        let (mut recipe, mut names) = (options.recipe, options.source_names);
        if ui
            .checkbox(&mut recipe, "Write the recipe into the file")
            .on_hover_text("Whoever has the file can open it in Limner and go on from there")
            .changed()
        {
            self.recipe = Some(recipe);
        }
        let box_ = egui::Checkbox::new(&mut names, "With names and folders of the source pictures");
        if ui
            .add_enabled(recipe, box_)
            .on_hover_text("Off: sources are named by their checksum only")
            .changed()
        {
            self.names = Some(names);
        }
        let [id] = ids else {
            return;
        };
        let Some(text) = self.preview(p, *id, &options) else {
            return;
        };
        ui.collapsing("Exactly what goes in", |ui| {
            ScrollArea::vertical().max_height(180.0).show(ui, |ui| {
                let mut text = text.as_str();
                ui.add(
                    egui::TextEdit::multiline(&mut text)
                        .code_editor()
                        .desired_width(f32::INFINITY),
                )
                .accessible_name("What goes into the file");
            });
        });
    }

    /// The labels and the recipe as they will be written; nothing while the file
    /// is being read.
    fn preview(
        &mut self,
        p: &mut Panel<'_>,
        id: PictureId,
        options: &ExportOptions,
    ) -> Option<String> {
        let about = p.state.gallery.about.as_ref().filter(|(of, _)| *of == id);
        let Some((_, about)) = about else {
            if self.asked != Some(id) {
                self.asked = Some(id);
                p.actions.push(Action::Gallery(GalleryRequest::About(id)));
            }
            return None;
        };
        let recipe = about
            .recipe_json
            .as_deref()
            .and_then(|json| serde_json::from_str::<Recipe>(json).ok());
        Some(what_goes_in(p, recipe.as_ref(), options))
    }
}

/// The pictures to export.
fn chosen(p: &Panel<'_>) -> Vec<PictureId> {
    let gallery = &p.state.gallery;
    if p.state.view.workspace != Workspace::Gallery {
        return Vec::new();
    }
    match gallery.open {
        Some(id) => vec![id],
        None => gallery.selected.iter().copied().collect(),
    }
}

/// Outside the gallery the picture is made and kept first.
fn not_kept(ui: &mut Ui, p: &mut Panel<'_>) -> bool {
    let mut done = false;
    if p.state.view.workspace == Workspace::Gallery {
        ui.label("Choose pictures first.");
        return ui.button("Close").clicked();
    }
    ui.label(
        "Save it to a file as it is, or keep it in the gallery, where size, format and \
         several pictures at once can be chosen.",
    );
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if primary(ui, &p.theme, "Save as…").clicked() {
            p.actions.command(Command::SaveAs);
            done = true;
        }
        if ui.button("Keep in gallery").clicked() {
            p.actions.command(Command::Keep);
            done = true;
        }
        done |= ui.button("Cancel").clicked();
    });
    done
}

/// Labels and recipe, exactly as they will be written.
fn what_goes_in(p: &Panel<'_>, recipe: Option<&Recipe>, options: &ExportOptions) -> String {
    let Some(recipe) = recipe else {
        return "The labels that the file has now. It carries no recipe of Limner.".to_owned();
    };
    let settings = gallery_settings::of(p.state);
    let provenance = Provenance::of(recipe, &settings.cards, &settings.creator, &settings.rights);
    let write = WriteOptions {
        recipe: options.recipe,
        source_names: options.source_names,
        ..WriteOptions::new(options.format)
    };
    export::labels(Some(recipe), &provenance, &write).preview()
}
