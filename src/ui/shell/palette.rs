//! The command palette: a few letters find any command, and any thing that has a name: styles,
//! networks, sliders, export sizes, preferences, pictures.

use egui::{Key, Sense, vec2};
use strum::IntoEnumIterator as _;

use crate::app::action::ViewEdit;
use crate::app::command::Command;
use crate::app::state::AppState;
use crate::app::view::Dialog;
use crate::ui::panel::Panel;
use crate::ui::shell::dialogs::keys_of;
use crate::ui::shell::things::{self, Thing};

/// Rows shown at once.
const ROWS: usize = 12;

#[derive(Default)]
struct PaletteScratch {
    text: String,
    at: usize,
    open: bool,
    /// What was found, of which letters: looked up when they change.
    found: Option<(String, Vec<Hit>)>,
}

/// Something that was found.
#[derive(Clone)]
enum Hit {
    Command(Command),
    Thing(Thing),
}

/// Draws the palette.
pub fn ui(ctx: &egui::Context, panel: &mut Panel<'_>) {
    let theme = panel.theme.clone();
    let area = egui::Modal::default_area(egui::Id::unique("palette"))
        .anchor(egui::Align2::CENTER_TOP, vec2(0.0, 80.0));
    let response = egui::Modal::new(egui::Id::unique("palette"))
        .area(area)
        .backdrop_color(theme.window.gamma_multiply(0.4))
        .show(ctx, |ui| {
            ui.set_width(480.0);
            let chosen = search(ui, panel);
            let done = chosen.is_some();
            if let Some(hit) = chosen {
                panel.actions.view(ViewEdit::Dialog(Dialog::None));
                match hit {
                    Hit::Command(command) => panel.actions.command(command),
                    Hit::Thing(thing) => thing.go(panel),
                }
            }
            done
        });
    let close = response.inner || response.should_close();
    if close {
        *panel.scratch.of::<PaletteScratch>() = PaletteScratch::default();
        if !response.inner {
            panel.actions.view(ViewEdit::Dialog(Dialog::None));
        }
    }
}

fn search(ui: &mut egui::Ui, panel: &mut Panel<'_>) -> Option<Hit> {
    let (up, down, enter) = ui.input_mut(|i| {
        (
            i.consume_key(egui::Modifiers::NONE, Key::ArrowUp),
            i.consume_key(egui::Modifiers::NONE, Key::ArrowDown),
            i.key_pressed(Key::Enter),
        )
    });
    let state = panel.state;
    let scratch = panel.scratch.of::<PaletteScratch>();
    let field = egui::TextEdit::singleline(&mut scratch.text)
        .hint_text("What do you want to do?")
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(10, 8));
    let response = ui.add(field).accessible_name("Find a command");
    // Enter without a hit takes the focus away: it comes back, typing goes on.
    if !scratch.open || response.lost_focus() {
        response.request_focus();
        scratch.open = true;
    }
    if response.changed() {
        scratch.at = 0;
    }
    if scratch.found.as_ref().is_none_or(|f| f.0 != scratch.text) {
        let hits = find_all(&scratch.text, state);
        scratch.found = Some((scratch.text.clone(), hits));
    }
    let hits = scratch
        .found
        .as_ref()
        .map_or_else(Vec::new, |f| f.1.clone());
    let last = hits.len().saturating_sub(1);
    if up {
        scratch.at = scratch.at.saturating_sub(1);
    }
    if down {
        scratch.at = (scratch.at + 1).min(last);
    }
    let at = scratch.at.min(last);
    ui.add_space(6.0);
    let mut chosen = enter.then(|| hits.get(at).cloned()).flatten();
    let first = (at + 1).saturating_sub(ROWS);
    for (i, hit) in hits.iter().enumerate().skip(first).take(ROWS) {
        if row(ui, panel, hit, i == at) {
            chosen = Some(hit.clone());
        }
    }
    if hits.is_empty() {
        ui.weak("Nothing is called that. Try fewer letters.");
    }
    chosen
}

fn row(ui: &mut egui::Ui, panel: &Panel<'_>, hit: &Hit, on: bool) -> bool {
    let theme = &panel.theme;
    let (name, beside, tip) = match hit {
        Hit::Command(c) => (c.text(), keys_of(ui.ctx(), *c), c.tooltip()),
        Hit::Thing(thing) => (thing.name.as_str(), thing.what.to_owned(), thing.tip),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, on, name));
    if on {
        ui.painter().rect_filled(rect, 5.0, *theme.accent_soft);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 5.0, *theme.raised);
    }
    let font = egui::FontId::proportional(13.0);
    let right = rect.right_center() - vec2(10.0, 0.0);
    let weak = *theme.text_weak;
    let painter = ui.painter();
    let beside = painter.text(
        right,
        egui::Align2::RIGHT_CENTER,
        beside,
        font.clone(),
        weak,
    );
    let room = beside.left() - rect.left() - 24.0;
    let mut job =
        egui::text::LayoutJob::simple_singleline(name.to_owned(), font, *theme.text_strong);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    let galley = painter.layout_job(job);
    let at = rect.left_center() + vec2(10.0, -galley.size().y / 2.0);
    painter.galley(at, galley, *theme.text_strong);
    response.on_hover_text(tip).clicked()
}

/// Everything that fits, best first.
fn find_all(text: &str, state: &AppState) -> Vec<Hit> {
    let commands = scored(text).into_iter().map(|(s, c)| (s, Hit::Command(c)));
    let things = things::find(text, state, fuzzy).into_iter();
    let things = things.map(|(s, thing)| (s, Hit::Thing(thing)));
    let mut hits: Vec<(i32, Hit)> = commands.chain(things).collect();
    hits.sort_by_key(|(s, _)| -s);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// Commands that fit.
fn scored(text: &str) -> Vec<(i32, Command)> {
    Command::iter()
        .filter(|c| *c != Command::Palette)
        .filter_map(|c| score(text, c).map(|s| (s, c)))
        .collect()
}

/// How well a command fits; nothing if it doesn't.
fn score(text: &str, command: Command) -> Option<i32> {
    let name = fuzzy(text, command.text());
    let other = command.other_words().iter();
    let other = other.filter_map(|words| fuzzy(text, words)).max();
    let tip = fuzzy(text, command.tooltip()).map(|s| s / 2 - 20);
    // Of two that fit alike, the one that is called so today stands first.
    name.max(other.map(|s| s - 1)).max(tip)
}

/// All letters in order; letters at the start of words and next to each other count more.
fn fuzzy(needle: &str, hay: &str) -> Option<i32> {
    let hay: Vec<char> = hay.to_lowercase().chars().collect();
    let mut at = 0;
    let mut last: Option<usize> = None;
    let mut score = 0;
    for c in needle.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let found = at + hay[at..].iter().position(|h| *h == c)?;
        let word_start = found == 0 || hay[found - 1] == ' ';
        score += 1;
        if word_start {
            score += 8;
        }
        match last {
            Some(l) if l + 1 == found => score += 5,
            Some(l) => score -= (found - l).min(10) as i32,
            None => {}
        }
        last = Some(found);
        at = found + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commands that fit, best first.
    fn find(text: &str) -> Vec<Command> {
        let mut hits = scored(text);
        hits.sort_by_key(|(s, _)| -s);
        hits.into_iter().map(|(_, c)| c).collect()
    }

    #[test]
    fn a_few_letters_find_the_command() {
        assert_eq!(find("undo")[0], Command::Undo);
        assert_eq!(find("new seed")[0], Command::NewSeed);
        assert_eq!(find("dark")[0], Command::ThemeDark);
        assert_eq!(find("gst")[0], Command::GoStyle);
        assert_eq!(find("exw")[0], Command::ExportWalk);
        assert!(find("zzqx").is_empty());
    }

    #[test]
    fn the_words_of_version_0_1_find_the_command() {
        for (words, command) in [
            ("Keep in gallery", Command::Keep),
            ("neighbours", Command::ToggleVariations),
            ("keep this point", Command::AddBookmark),
            ("random walk", Command::LatentWalk),
            ("find a photo in here", Command::ProjectPhoto),
            ("pin as before", Command::PinBefore),
            ("enlarge 2 times", Command::Upscale2),
            ("enlarge 4 times", Command::Upscale4),
            ("make full size", Command::RenderFullSize),
            ("bring into gallery", Command::Import),
            ("look for models again", Command::Rescan),
            ("dark look", Command::ThemeDark),
            ("light look", Command::ThemeLight),
            ("look of the system", Command::ThemeSystem),
        ] {
            assert_eq!(find(words)[0], command, "{words}");
        }
    }

    #[test]
    fn no_other_word_takes_a_command_its_own_name() {
        for command in Command::iter().filter(|c| *c != Command::Palette) {
            assert_eq!(find(command.text())[0], command);
        }
    }

    #[test]
    fn no_letters_show_everything() {
        assert_eq!(find("").len(), Command::iter().count() - 1);
    }
}
