//! The page "About this picture": what made it, from what, whether it may be sold,
//! and what can't be known.

use egui::{RichText, ScrollArea, Ui};

use crate::app::action::{Action, Destination, Subject};
use crate::app::grow::document::GrowWay;
use crate::app::view::Workspace;
use crate::gallery::protocol::{About, GalleryRequest, PictureId};
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::modal;

/// Draws the page.
pub fn ui(ctx: &egui::Context, p: &mut Panel<'_>) {
    let screen = ctx.content_rect().size();
    modal(ctx, p, "About this picture", |ui, p| {
        ui.set_width((screen.x * 0.6).clamp(320.0, 620.0));
        contents(ui, p);
    });
}

/// The picture that the page is about.
fn subject(p: &Panel<'_>) -> Option<PictureId> {
    let gallery = &p.state.gallery;
    if p.state.view.workspace != Workspace::Gallery {
        return None;
    }
    gallery.open.or_else(|| gallery.selected.first().copied())
}

fn contents(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some(id) = subject(p) else {
        match p.state.view.workspace {
            Workspace::Gallery => {
                ui.weak("Choose a picture first.");
            }
            Workspace::Grow => about_grown(ui, p),
            Workspace::Spaces => about_surface(ui, p),
            Workspace::Explore | Workspace::Style | Workspace::Lens => about_work(ui, p),
        }
        return;
    };
    let state = p.state;
    match state.gallery.about.as_ref().filter(|(of, _)| *of == id) {
        Some((_, about)) => {
            if let Some(entry) = state.gallery.entry(id) {
                ui.add(egui::Label::new(RichText::new(&entry.title).weak()).truncate());
            }
            page(ui, p, id, about);
        }
        None => {
            // Asked every frame would be too often; the answer redraws.
            let asked = p.scratch.of::<Asked>();
            if asked.0 != Some(id) {
                asked.0 = Some(id);
                p.actions.push(Action::Gallery(GalleryRequest::About(id)));
            }
            ui.weak("Reading…");
        }
    }
}

/// The picture that was asked about.
#[derive(Default)]
struct Asked(Option<PictureId>);

/// Outside the gallery: the picture isn't a file yet, but its models are known.
fn about_work(ui: &mut Ui, p: &mut Panel<'_>) {
    let workspace = p.state.view.workspace;
    let style = workspace == Workspace::Style;
    let Some(model) = p.state.model_of(workspace) else {
        ui.weak("There is no picture yet.");
        return;
    };
    let in_lens = workspace == Workspace::Lens;
    let lens = p.state.doc.lens.work().filter(|_| in_lens);
    let made = if lens.is_some() {
        format!("A photo changed by the network {}.", model.title)
    } else if style {
        format!(
            "A photo with a style, rendered by the network {}.",
            model.title
        )
    } else {
        format!("A picture from the network {}.", model.title)
    };
    section(ui, "What made it", &[made, model.credit.clone()], "");
    let mut sources = Vec::new();
    if style {
        let doc = &p.state.doc.style;
        sources.extend(
            doc.photo
                .iter()
                .map(|photo| format!("Photo: {}", photo.title())),
        );
        for layer in &doc.styles {
            let name = crate::ui::style::names::name(p.state, &layer.style);
            let credit = match crate::ui::style::names::info(p.state, &layer.style) {
                Some(info) => info.origin.clone(),
                None => crate::ui::style::credit::line(&layer.style).unwrap_or_default(),
            };
            sources.push(format!("Style: {name} ({credit})"));
        }
    }
    if let Some(lens) = lens {
        let second = lens.other.iter().map(|other| &other.picture);
        let all = lens.photo.iter().chain(second);
        sources.extend(all.map(|source| format!("Photo: {}", source.title())));
    }
    section(
        ui,
        "From what",
        &sources,
        "From numbers only: a seed and the sliders.",
    );
    let licence = format!("The network's card says: {}", model.licence);
    section(ui, "May it be used and sold?", &[licence], "");
    ui.add_space(6.0);
    ui.weak("Save the picture to the gallery to see what its file will say.");
}

/// As [`about_work`], of what no network takes part in.
fn about_grown(ui: &mut Ui, p: &mut Panel<'_>) {
    let doc = &p.state.doc.grow;
    if doc.params().is_none() {
        ui.weak("There is no picture yet.");
        return;
    }
    let made = "Put together from patches of your picture, without a network.";
    section(ui, "What made it", &[made.to_owned()], "");
    let second = doc.structure.iter().filter(|_| doc.way == GrowWay::Remix);
    let sources: Vec<String> = doc
        .source
        .iter()
        .chain(second)
        .map(|source| format!("Picture: {}", source.title()))
        .collect();
    section(ui, "From what", &sources, "");
    let rights = "What you may do with your picture: nobody else's takes part.";
    section(ui, "May it be used and sold?", &[rights.to_owned()], "");
    ui.add_space(6.0);
    ui.weak("Save the picture to the gallery to see what its file will say.");
}

/// As [`about_work`], of surfaces.
fn about_surface(ui: &mut Ui, p: &mut Panel<'_>) {
    let doc = &p.state.doc.spaces;
    let (made, sources) = match (&doc.source, doc.needs_picture()) {
        (_, false) => ("A picture from the network Waves.", Vec::new()),
        (Some(source), true) => (
            "Computed from your picture, without a network.",
            vec![format!("Picture: {}", source.title())],
        ),
        (None, true) => {
            ui.weak("There is no picture yet.");
            return;
        }
    };
    section(ui, "What made it", &[made.to_owned()], "");
    let numbers = "From numbers only: a seed and the sliders.";
    section(ui, "From what", &sources, numbers);
    let rights =
        "Creator, rights and credit of the picture go into every file that is written of it.";
    section(ui, "May it be used and sold?", &[rights.to_owned()], "");
}

/// Draws the page for a picture of the gallery.
pub fn page(ui: &mut Ui, p: &mut Panel<'_>, id: PictureId, about: &About) {
    let height = ui.ctx().content_rect().height() * 0.7;
    ScrollArea::vertical()
        .auto_shrink([false, true])
        .max_height(height)
        .show(ui, |ui| {
            section(
                ui,
                "What made it",
                &about.made_by,
                "Nothing is written in the file about that.",
            );
            section(
                ui,
                "From what",
                &about.made_from,
                "No source pictures are named.",
            );
            section(
                ui,
                "May it be used and sold?",
                &about.rights,
                "The file says nothing about rights.",
            );
            section(
                ui,
                "What can't be known",
                &about.unknown,
                "Nothing else is unknown.",
            );
            if let Some(claims) = &about.credentials {
                section(ui, "Content Credentials", &claims.lines, "");
            }
            if !about.notes.is_empty() {
                section(ui, "What else the file says", &about.notes, "");
            }
            let Some(json) = &about.recipe_json else {
                return;
            };
            ui.horizontal(|ui| {
                if ui
                    .button("Open recipe")
                    .on_hover_text("Go back to where the picture was made, with the same settings")
                    .clicked()
                {
                    p.actions.push(Action::Send {
                        to: Destination::Explore,
                        what: Subject::Gallery(id),
                    });
                }
                if ui.button("Copy recipe").clicked() {
                    p.actions.push(Action::CopyText(json.clone()));
                }
            });
            ui.collapsing("The recipe, as it is in the file", |ui| {
                let mut text = json.as_str();
                ui.add(
                    egui::TextEdit::multiline(&mut text)
                        .code_editor()
                        .desired_width(f32::INFINITY)
                        .desired_rows(12),
                )
                .accessible_name("Recipe text");
            });
        });
}

fn section(ui: &mut Ui, title: &str, lines: &[String], otherwise: &str) {
    ui.add_space(6.0);
    ui.label(RichText::new(title).strong().size(15.0));
    if lines.is_empty() {
        ui.weak(otherwise);
    }
    for line in lines {
        ui.add(egui::Label::new(line).wrap());
    }
}
