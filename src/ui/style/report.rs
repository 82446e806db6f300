//! What became of a folder of photos.

use egui::{Modal, ScrollArea, Ui};

use crate::app::action::Action;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::settle;
use crate::ui::widgets::button::primary;

/// Shows the report while there is one.
pub fn show(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some(report) = &p.state.folder_report else {
        return;
    };
    let mut close = false;
    let modal = Modal::new(egui::Id::unique("folder report")).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.heading("The folder is done");
        ui.label(report.words());
        if !report.skipped.is_empty() {
            ui.add_space(6.0);
            ui.strong("Left out, and why");
            ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
                for (path, why) in &report.skipped {
                    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
                    ui.add(egui::Label::new(format!("{}: {why}", name.unwrap_or_default())).wrap());
                }
            });
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let at = report.written.first().or(report.kept.first());
            if let Some(file) = at {
                let open = primary(ui, &p.theme, "Open folder");
                if open.clicked() {
                    p.actions.push(Action::ShowInFolder(file.clone()));
                    close = true;
                }
            }
            close |= ui.button("Close").clicked();
            if ui.button("Copy report").clicked() {
                p.actions.push(Action::CopyText(report.text()));
            }
            if let Some(folder) = at.and_then(|file| file.parent()) {
                ui.add(egui::Label::new(folder.display().to_string()).truncate());
            }
        });
    });
    settle(ui.ctx(), "folder report", modal.response.rect);
    if close || modal.should_close() {
        p.actions.push(Action::CloseFolderReport);
    }
}
