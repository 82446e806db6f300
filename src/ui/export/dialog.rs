//! Export: format, quality, size and shape, one file each or a contact sheet, and
//! what is written into the file, shown as it will be.

use egui::{ProgressBar, ScrollArea, Ui};

use crate::app::action::{Action, Destination, Subject, ViewEdit};
use crate::app::engine_state::JobEntry;
use crate::app::export::target::ExportTarget;
use crate::app::view::Dialog;
use crate::gallery::protocol::{Entry, ExportOptions, GalleryRequest, PictureId, Preset};
use crate::ui::export::choices::{Choices, GoesIn};
use crate::ui::export::look::Look;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::{above_buttons, entered, modal};
use crate::ui::style::fine;
use crate::ui::style::output::progress_words;
use crate::ui::widgets::button::primary;

/// Width of the dialog's contents.
const WIDTH: f32 = 572.0;
/// Width of the choices beside the look.
const LEFT: f32 = 404.0;

/// What the dialog is set to, and what it asked for.
#[derive(Debug, Clone, Default)]
struct ExportDialog {
    choices: Choices,
    /// Asked of the preferences when first opened.
    recipe: Option<bool>,
    names: Option<bool>,
    credit: Option<bool>,
    look: Look,
    asked: Option<(PictureId, ExportOptions)>,
}

/// The shape that someone looked for: the dialog takes it when it opens.
#[derive(Debug, Default)]
pub struct WantedPreset(pub Option<Preset>);

/// Draws the dialog.
pub fn ui(ctx: &egui::Context, p: &mut Panel<'_>) {
    let mut dialog = std::mem::take(p.scratch.of::<ExportDialog>());
    if let Some(preset) = p.scratch.of::<WantedPreset>().0.take() {
        dialog.choices.shape(preset);
    }
    modal(ctx, p, "Export", |ui, p| {
        ui.set_width(WIDTH);
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
        let state = p.state;
        let kept = state
            .export
            .as_ref()
            .and_then(|target| target.kept.as_ref());
        let of_canvas = kept.filter(|_| state.exports_canvas());
        let listed = || ids.iter().find_map(|id| state.gallery.entry(*id));
        let Some(first) = of_canvas.or_else(listed) else {
            return nothing_yet(ui, p);
        };
        let title = match ids.len() {
            1 => first.title.clone(),
            n => format!("{n} pictures"),
        };
        let mut done = above_buttons(ui, |ui| {
            ui.add(egui::Label::new(egui::RichText::new(title).strong()).truncate());
            ui.add_space(6.0);
            let done = self.settings(ui, p, first, ids.len());
            self.privacy(ui, p, first, ids.len());
            done
        });
        ui.add_space(8.0);
        let sheet = self.choices.sheet(ids.len());
        ui.horizontal(|ui| {
            let to = match ids.len() > 1 && sheet.is_none() {
                true => "Export to a folder…",
                false => "Export to a file…",
            };
            let export = primary(ui, &p.theme, "Export…").accessible_name(to);
            if export.clicked() || entered(ui) {
                p.actions.push(Action::ExportPictures {
                    ids: ids.clone(),
                    options: self.options(p),
                    sheet,
                });
                done = true;
            }
            done |= ui.button("Cancel").clicked();
        });
        done
    }

    fn options(&self, p: &Panel<'_>) -> ExportOptions {
        let prefs = &p.state.prefs;
        self.choices.options(GoesIn {
            recipe: self.recipe.unwrap_or(prefs.export_recipe),
            source_names: self.names.unwrap_or(prefs.source_names),
            photo_credit: self.credit.unwrap_or(prefs.photo_credit),
        })
    }

    /// Choices on the left, the look of the first picture on the right. True when
    /// the user goes to enlarge it first.
    fn settings(&mut self, ui: &mut Ui, p: &mut Panel<'_>, first: &Entry, count: usize) -> bool {
        let mut enlarges = false;
        let theme = p.theme.clone();
        let is_sheet = self.choices.sheet(count).is_some();
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(if is_sheet { WIDTH } else { LEFT });
                self.choices.layout_ui(ui, &theme, count);
                let deep = p.state.gallery.export_deep;
                let shallow = deep.is_some_and(|(of, deep)| of == first.id && !deep);
                self.choices.format_ui(ui, &theme, shallow && count == 1);
                if self.choices.wants_sixteen() {
                    self.preview(p, first.id);
                }
                if !is_sheet {
                    self.choices.size_ui(ui, &theme, first.size);
                    enlarges = self.too_small(ui, p, first, count);
                }
            });
            if !is_sheet {
                let size = self.options(p).size;
                ui.vertical(|ui| self.look.ui(ui, p, first, size));
            }
        });
        enlarges
    }

    /// Says when pixels have to be made up, and offers the network that does it well.
    fn too_small(&self, ui: &mut Ui, p: &mut Panel<'_>, first: &Entry, count: usize) -> bool {
        let [w, h] = self.options(p).size.of(first.size);
        let scale =
            (f64::from(w) / f64::from(first.size[0])).max(f64::from(h) / f64::from(first.size[1]));
        if scale <= 1.0 {
            return false;
        }
        ui.weak("That is larger than the picture.");
        let factor = if scale > 2.0 { 4 } else { 2 };
        let enlarger = p.state.upscaler(Some(&first.model), factor);
        let Some(enlarger) = enlarger.filter(|_| count == 1) else {
            return false;
        };
        let text = format!("Upscale {factor}× with {} first", enlarger.title);
        let clicked = ui
            .button(text)
            .on_hover_text(
                "Saves an upscaled picture with finer detail to the gallery; then export that one",
            )
            .clicked();
        if clicked {
            p.actions.push(Action::Send {
                to: Destination::Upscale(factor),
                what: Subject::Gallery(first.id),
            });
        }
        clicked
    }

    /// What goes in, and a look at it.
    fn privacy(&mut self, ui: &mut Ui, p: &mut Panel<'_>, first: &Entry, count: usize) {
        if self.choices.sheet(count).is_some() {
            ui.weak(
                "A sheet says what its pictures are and names everyone who is to be \
                 credited. It carries no recipe.",
            );
            return;
        }
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
        let mut credit = options.photo_credit;
        if ui
            .checkbox(
                &mut credit,
                "With the photo's creator, copyright, title and day",
            )
            .on_hover_text("As far as the photo's own file tells them. Never its place or camera")
            .changed()
        {
            self.credit = Some(credit);
        }
        let title = match count {
            1 => "Exactly what goes in",
            _ => "Exactly what goes into the first one",
        };
        ui.collapsing(title, |ui| {
            let Some(lines) = self.preview(p, first.id) else {
                ui.weak("Reading…");
                return;
            };
            ScrollArea::vertical().max_height(180.0).show(ui, |ui| {
                let mut text = lines;
                ui.add(
                    egui::TextEdit::multiline(&mut text)
                        .code_editor()
                        .desired_width(f32::INFINITY),
                )
                .accessible_name("What goes into the file");
            });
        });
    }

    /// The gallery's answer; asked once for each setting. Until it comes, what was
    /// true before.
    fn preview<'a>(&mut self, p: &mut Panel<'a>, id: PictureId) -> Option<&'a str> {
        let options = self.options(p);
        let known = p.state.gallery.export_preview.as_ref();
        let known = known.filter(|(of, ..)| *of == id);
        let asked = Some((id, options.clone()));
        if known.is_none_or(|(_, with, _)| *with != options) && self.asked != asked {
            self.asked = asked;
            p.actions
                .push(Action::Gallery(GalleryRequest::PreviewExport {
                    id,
                    options,
                }));
        }
        known.map(|(_, _, lines)| lines.as_str())
    }
}

/// The pictures to export, in the order of the grid; outside the gallery the one that
/// was made of the canvas, once it's kept.
fn chosen(p: &Panel<'_>) -> Vec<PictureId> {
    let gallery = &p.state.gallery;
    if p.state.exports_canvas() {
        let kept = p.state.export.as_ref().and_then(|t| t.kept.as_ref());
        return kept.map(|entry| entry.id).into_iter().collect();
    }
    match gallery.open {
        Some(id) => vec![id],
        None if gallery.selected.len() == 1 => gallery.selected.iter().copied().collect(),
        None => gallery
            .entries
            .iter()
            .map(|e| e.id)
            .filter(|id| gallery.selected.contains(id))
            .collect(),
    }
}

/// Nothing is chosen, or the picture of the canvas is still being made.
fn nothing_yet(ui: &mut Ui, p: &mut Panel<'_>) -> bool {
    if !p.state.exports_canvas() {
        ui.label("Choose pictures first.");
        return ui.button("Close").clicked();
    }
    ui.label(
        "The picture is rendered at full size; the copy is made from it. The gallery stays as it is.",
    );
    ui.add_space(6.0);
    let state = p.state;
    let purpose = state.export.as_ref().map(ExportTarget::purpose);
    let job = purpose.and_then(|purpose| state.engine.job_for(&purpose));
    ui.add(ProgressBar::new(job.map_or(1.0, JobEntry::fraction)).desired_height(6.0));
    ui.weak(match job {
        None => "Reading".to_owned(),
        Some(job) if fine::is_here(p, job.id) => fine::words(job),
        Some(job) => progress_words(job),
    });
    ui.add_space(8.0);
    let cancelled = ui.button("Cancel").clicked();
    if let Some(job) = job.filter(|_| cancelled) {
        p.actions.push(Action::Cancel(job.id));
    }
    cancelled
}
