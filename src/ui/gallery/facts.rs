//! The look of the chosen picture, and plain facts about it.

use egui::{Grid, Label, Ui, Vec2};

use crate::app::action::Action;
use crate::gallery::protocol::Entry;
use crate::ui::gallery::filter::kind_name;
use crate::ui::gallery::recipe::{Line, moment};
use crate::ui::panel::Panel;
use crate::ui::widgets::tile::fitted;

/// The picture itself, as large as the panel is wide.
pub(super) fn look(ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) {
    let width = ui.available_width();
    let height = (width * 0.75).min(220.0);
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, height), egui::Sense::hover());
    if let Some(thumb) = p.state.gallery.thumbs.get(&entry.id) {
        let texture = p.textures.of(ui.ctx(), thumb);
        let at = fitted(rect, thumb.size());
        egui::Image::new((texture, at.size()))
            .corner_radius(4)
            .paint_at(ui, at);
    } else {
        ui.painter().rect_filled(rect, 4.0, *p.theme.field);
    }
    ui.add_space(4.0);
}

/// Size, kind, network, time and file.
pub(super) fn facts(ui: &mut Ui, p: &mut Panel<'_>, entry: &Entry) {
    let [w, h] = entry.size;
    let model = p
        .state
        .engine
        .model(&entry.model)
        .map_or_else(|| entry.model.clone(), |m| m.title.clone());
    let mut lines: Vec<Line> = vec![
        ("Size", format!("{w} × {h}")),
        ("Kind", kind_name(entry.kind).to_owned()),
    ];
    if !model.is_empty() {
        lines.push(("Model", model));
    }
    lines.push(("Saved", moment(entry.created)));
    let file = entry
        .path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned());
    lines.push(("File", file.unwrap_or_default()));
    table(ui, "facts", &lines);
    let show = ui.button("Show in folder");
    if show
        .on_hover_text(entry.path.display().to_string())
        .clicked()
    {
        p.actions.push(Action::ShowInFolder(entry.path.clone()));
    }
}

/// Names and what they are, in two columns.
pub(super) fn table(ui: &mut Ui, id: &str, lines: &[Line]) {
    let width = ui.available_width();
    Grid::new(id)
        .num_columns(2)
        .max_col_width(width - 100.0)
        .show(ui, |ui| {
            for (what, text) in lines {
                ui.weak(*what);
                ui.add(Label::new(text).wrap());
                ui.end_row();
            }
        });
}
