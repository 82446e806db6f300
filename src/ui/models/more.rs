//! The half of the models dialog that looks on the hub: search, what a repository
//! has, its licence, and the button that fetches. Nothing is fetched before that.

use egui::{Color32, Key, Label, RichText, ScrollArea, Ui};

use crate::app::action::Action;
use crate::app::hub::state::HubEdit;
use crate::hub::protocol::{Download, Entry, Group, Offer, Trouble};
use crate::ui::models::panel::size_words;
use crate::ui::panel::Panel;
use crate::ui::theme::space;

/// Half-typed words, and what was ticked.
#[derive(Default)]
struct More {
    words: String,
    /// The offer that the ticks belong to.
    offer: String,
    file: usize,
    accepted: bool,
}

/// Draws it, at most so high.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, height: f32) {
    if panel.state.prefs.offline {
        offline(ui, panel);
        return;
    }
    search(ui, panel);
    ui.add_space(space::S);
    let looking = panel.state.hub.looking.clone();
    ScrollArea::vertical()
        .id_salt(("more models", looking.is_some()))
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| match looking {
            Some(repo) => look(ui, panel, &repo),
            None => results(ui, panel),
        });
}

fn offline(ui: &mut Ui, panel: &mut Panel<'_>) {
    ui.label("Limner is set to stay offline: it opens no connection.");
    if ui.button("Go online").clicked() {
        let mut prefs = panel.state.prefs.clone();
        prefs.offline = false;
        panel.actions.push(Action::SetPrefs(Box::new(prefs)));
    }
}

fn search(ui: &mut Ui, panel: &mut Panel<'_>) {
    let mut words = std::mem::take(&mut panel.scratch.of::<More>().words);
    ui.horizontal(|ui| {
        let width = ui.available_width() - 100.0;
        let field = egui::TextEdit::singleline(&mut words)
            .hint_text("Words, or owner/name of a model")
            .desired_width(width);
        let field = ui.add(field).accessible_name("Search the hub");
        let enter = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let asked = ui
            .button("Search")
            .on_hover_text("Asks the Hugging Face hub for models with these words")
            .clicked();
        if (enter || asked) && !words.trim().is_empty() {
            let words = words.trim().to_owned();
            panel.actions.push(Action::Hub(question(words)));
        }
    });
    panel.scratch.of::<More>().words = words;
}

/// A name leads to its model, words to a search.
fn question(words: String) -> HubEdit {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let named = words.chars().all(plain) && words.split('/').filter(|p| !p.is_empty()).count() == 2;
    if named {
        HubEdit::Look(Some(words))
    } else {
        HubEdit::Search(words)
    }
}

fn results(ui: &mut Ui, panel: &mut Panel<'_>) {
    let words = panel.scratch.of::<More>().words.clone();
    let hub = &panel.state.hub;
    let mut look = None;
    for group in Group::ALL {
        let fits = |e: &&Entry| e.group == group && e.matches(&words);
        let mut shown = hub.recommended.iter().filter(fits).peekable();
        if shown.peek().is_some() {
            ui.weak(group.title());
        }
        for entry in shown {
            let clicked = row(ui, &entry.name, &entry.what, &facts(entry));
            if let Some(warning) = &entry.warning {
                ui.colored_label(*panel.theme.warn, warning);
            }
            ui.add_space(space::XS);
            if clicked {
                look = Some(entry.name.clone());
            }
        }
    }
    match &hub.found {
        _ if hub.searching => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Asking the hub…");
            });
        }
        None => {
            ui.weak("Nothing is asked or fetched until you say so. Before a download you see its size and its licence.");
        }
        Some(Err(why)) => trouble(ui, *panel.theme.warn, why),
        Some(Ok(found)) if found.is_empty() => {
            ui.label("Nothing was found. Try fewer or other words.");
        }
        Some(Ok(found)) => {
            for repo in found {
                let licence = repo.licence().unwrap_or("unknown");
                let facts = format!("Licence {licence}, {} downloads", repo.downloads);
                if row(ui, &repo.id, "", &facts) {
                    look = Some(repo.id.clone());
                }
                ui.add_space(space::XS);
            }
        }
    }
    if let Some(repo) = look {
        panel.actions.push(Action::Hub(HubEdit::Look(Some(repo))));
    }
}

/// An entry of Limner's list in a line.
fn facts(entry: &Entry) -> String {
    let size = match entry.size {
        Some(bytes) => size_words(bytes),
        None => "size told before it is fetched".to_owned(),
    };
    format!("{size}, licence {}, from {}", entry.licence, entry.repo)
}

/// What went wrong; the details are behind it.
fn trouble(ui: &mut Ui, color: Color32, trouble: &Trouble) {
    let line = ui.colored_label(color, &trouble.message);
    if !trouble.details.is_empty() {
        line.on_hover_text(&trouble.details);
    }
}

/// A model in the list; whether its button was clicked.
fn row(ui: &mut Ui, repo: &str, what: &str, facts: &str) -> bool {
    ui.horizontal(|ui| {
        let button = ui
            .button("Look")
            .on_hover_text("What it has, and its licence")
            .accessible_name(format!("Look at {repo}"));
        ui.vertical(|ui| {
            ui.add(Label::new(RichText::new(repo).strong()).truncate());
            if !what.is_empty() {
                ui.add(Label::new(what).wrap());
            }
            ui.add(Label::new(RichText::new(facts).weak()).truncate());
        });
        button.clicked()
    })
    .inner
}

fn look(ui: &mut Ui, panel: &mut Panel<'_>, repo: &str) {
    if ui.button("Back to the list").clicked() {
        panel.actions.push(Action::Hub(HubEdit::Look(None)));
    }
    ui.add_space(space::S);
    ui.heading(repo);
    match panel.state.hub.offer.clone() {
        None => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label("Asking the hub…");
            });
        }
        Some(Err(why)) => trouble(ui, *panel.theme.warn, &why),
        Some(Ok(offer)) => accept(ui, panel, &offer),
    }
}

/// Licence, files, and the button that fetches.
fn accept(ui: &mut Ui, panel: &mut Panel<'_>, offer: &Offer) {
    let more = panel.scratch.of::<More>();
    // Another text of the same licence is read anew, too.
    let text = offer.files.first().map(|file| file.licence_text.as_str());
    let terms = format!(
        "{} {} {}",
        offer.repo,
        offer.licence,
        text.unwrap_or_default()
    );
    if more.offer != terms {
        more.offer = terms;
        (more.file, more.accepted) = (0, false);
    }
    let (mut file, mut accepted) = (
        more.file.min(offer.files.len().saturating_sub(1)),
        more.accepted,
    );
    if let Some(entry) = (offer.files.first()).and_then(|first| panel.state.hub.entry(first)) {
        ui.label(&entry.what);
        if let Some(warning) = &entry.warning {
            ui.colored_label(*panel.theme.warn, warning);
        }
        ui.weak(format!("{}: {}", offer.repo, entry.pinned_by()));
    }
    ui.horizontal_wrapped(|ui| {
        ui.weak("Licence");
        ui.label(RichText::new(&offer.licence).strong());
        ui.hyperlink_to("Its page", &offer.page);
    });
    if offer.licence == "unknown" {
        ui.label("Its makers name no licence. Ask them before you show or sell what it makes.");
    }
    if offer.gated {
        ui.label("Its makers ask you to agree to terms on its page first.");
    }
    ui.add_space(space::S);
    for (i, download) in offer.files.iter().enumerate() {
        ui.radio_value(&mut file, i, file_words(download));
    }
    ui.weak("Limner checks every byte, then reads the file as data; nothing in it is run.");
    ui.add_space(space::S);
    ui.checkbox(&mut accepted, "I have read the licence and accept it");
    let Some(download) = offer.files.get(file) else {
        return;
    };
    let text = format!("Download ({})", size_words(download.bytes));
    let button = ui
        .add_enabled(accepted, egui::Button::new(text))
        .on_disabled_hover_text("First accept the licence");
    if button.clicked() {
        panel
            .actions
            .push(Action::Hub(HubEdit::Fetch(download.clone())));
    }
    let more = panel.scratch.of::<More>();
    (more.file, more.accepted) = (file, accepted);
}

fn file_words(download: &Download) -> String {
    format!("{} ({})", download.file, size_words(download.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_at_and_words_searched() {
        let look = |t: &str| matches!(question(t.to_owned()), HubEdit::Look(_));
        assert!(look("ada/flowers") && look("NVlabs/stylegan2.ada"));
        assert!(!look("flowers") && !look("oil / paint") && !look("a/b/c"));
    }
}
