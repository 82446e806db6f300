//! Collapsible sections of a panel.

use egui::{Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::icon::{self, Icon};
use crate::ui::theme::{Theme, space};

/// A section with a heading that opens and closes it; remembered while the
/// window is open. `actions` draws small buttons at the heading's right end.
pub fn section<R>(
    ui: &mut Ui,
    theme: &Theme,
    title: &str,
    open_at_first: bool,
    actions: impl FnOnce(&mut Ui),
    contents: impl FnOnce(&mut Ui) -> R,
) -> Option<R> {
    let id = ui.make_persistent_id(("section", title));
    let mut open = ui.data_mut(|d| *d.get_persisted_mut_or(id, open_at_first));
    ui.add_space(space::XS);
    let clicked = ui
        .horizontal(|ui| {
            let heading = heading(ui, theme, title, open);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), actions);
            heading.clicked()
        })
        .inner;
    if clicked {
        open = !open;
        ui.data_mut(|d| d.insert_persisted(id, open));
    }
    let result = open.then(|| {
        let result = contents(ui);
        ui.add_space(space::S);
        result
    });
    line(ui, theme);
    result
}

fn heading(ui: &mut Ui, theme: &Theme, title: &str, open: bool) -> Response {
    let font = egui::FontId::proportional(13.0);
    let galley = ui
        .painter()
        .layout_no_wrap(title.to_owned(), font, *theme.text_strong);
    let size = vec2(galley.size().x + 22.0, 26.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), title);
        info.selected = Some(open);
        info
    });
    let icon = if open { Icon::Down } else { Icon::Right };
    let mark = egui::Rect::from_center_size(rect.left_center() + vec2(6.0, 0.0), vec2(11.0, 11.0));
    let color = if response.hovered() || response.has_focus() {
        *theme.accent
    } else {
        *theme.text_weak
    };
    icon::paint(ui.painter(), icon, mark, color);
    let at = rect.left_center() + vec2(18.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, *theme.text_strong);
    super::focus::ring(ui, theme, &response, rect.expand2(vec2(3.0, 0.0)), 4.0);
    response
}

/// A thin line across the panel.
pub fn line(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(
        rect.x_range().expand(space::M),
        rect.center().y,
        egui::Stroke::new(1.0, *theme.line),
    );
}
