//! Tags: words that the user gives to pictures.

use egui::{Key, Role, TextEdit, Ui, WidgetInfo};

/// What the field and the chips of some kind of words say.
#[derive(Debug, Clone, Copy)]
pub struct ChipWords {
    /// In the empty field, and its name.
    pub add: &'static str,
    /// About a suggestion.
    pub suggestion: &'static str,
    /// About a chip.
    pub find: &'static str,
    /// Before the word on the cross.
    pub remove: &'static str,
}

/// For tags.
pub const TAGS: ChipWords = ChipWords {
    add: "Add a tag",
    suggestion: "Add this tag",
    find: "Show all pictures with this tag",
    remove: "Remove tag",
};

/// For albums.
pub const ALBUMS: ChipWords = ChipWords {
    add: "Add to an album",
    suggestion: "Add to this album",
    find: "Show this album",
    remove: "Take out of album",
};

/// A change to the tags of the chosen pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// Give it to all of them.
    Add(String),
    /// Take it from all of them.
    Remove(String),
    /// Show the pictures that have it.
    Find(String),
}

/// Longest tag, in characters.
const LONGEST: usize = 60;

/// Tags shown at once; the commonest ones.
const SHOWN: usize = 24;

/// A tag as it is kept: single spaces, no commas or line breaks at its ends or
/// within, at most 60 characters; nothing if nothing is left.
pub fn clean(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control() || c == ',' || c == ';')
        .filter(|w| !w.is_empty())
        .collect();
    let tag: String = words.join(" ").chars().take(LONGEST).collect();
    let tag = tag.trim_end().to_owned();
    (!tag.is_empty()).then_some(tag)
}

/// Words of some pictures, most frequent first, with how many have each.
pub fn count<'a>(words: impl IntoIterator<Item = &'a String>) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> =
        counts.into_iter().map(|(t, n)| (t.to_owned(), n)).collect();
    counts.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
    counts
}

/// Tags that start like, or contain, what is being typed.
pub fn suggest<'a>(typed: &str, known: &'a [String], have: &[(String, usize)]) -> Vec<&'a str> {
    let Some(typed) = clean(typed).map(|t| t.to_lowercase()) else {
        return Vec::new();
    };
    let mut hits: Vec<(bool, &str)> = known
        .iter()
        .filter(|k| !have.iter().any(|(h, _)| h == *k))
        .filter_map(|k| {
            let low = k.to_lowercase();
            low.contains(&typed)
                .then(|| (!low.starts_with(&typed), k.as_str()))
        })
        .collect();
    hits.sort();
    hits.into_iter().map(|(_, k)| k).take(5).collect()
}

/// Chips of the tags and a field for new ones. `pictures` is how many are chosen;
/// a tag that not all of them have says how many do.
pub fn tag_editor(
    ui: &mut Ui,
    words: ChipWords,
    draft: &mut String,
    tags: &[(String, usize)],
    pictures: usize,
    known: &[String],
) -> Option<TagChange> {
    let mut change = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(4.0, 4.0);
        for (tag, n) in tags.iter().take(SHOWN) {
            change = chip(ui, words, tag, (*n < pictures).then_some(*n)).or(change.take());
        }
        if tags.len() > SHOWN {
            ui.weak(format!("and {} more", tags.len() - SHOWN));
        }
    });
    let edit = TextEdit::singleline(draft)
        .hint_text(words.add)
        .desired_width(ui.available_width());
    let response = ui.add(edit).accessible_name(words.add);
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if entered {
        if let Some(tag) = clean(draft) {
            change = Some(TagChange::Add(tag));
        }
        draft.clear();
        response.request_focus();
    }
    let suggestions = suggest(draft, known, tags);
    if !suggestions.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for tag in suggestions {
                if ui
                    .small_button(tag)
                    .on_hover_text(words.suggestion)
                    .clicked()
                {
                    change = Some(TagChange::Add(tag.to_owned()));
                    draft.clear();
                }
            }
        });
    }
    change
}

/// A tag that can be clicked, with a cross to take it away.
fn chip(ui: &mut Ui, words: ChipWords, tag: &str, part: Option<usize>) -> Option<TagChange> {
    let mut change = None;
    egui::Frame::new()
        .fill(ui.visuals().widgets.inactive.weak_bg_fill)
        .corner_radius(9)
        .inner_margin(egui::Margin {
            left: 8,
            right: 3,
            top: 1,
            bottom: 1,
        })
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let text = match part {
                Some(n) => format!("{tag} ({n})"),
                None => tag.to_owned(),
            };
            let label = egui::Label::new(text)
                .truncate()
                .sense(egui::Sense::click());
            if ui.add(label).on_hover_text(words.find).clicked() {
                change = Some(TagChange::Find(tag.to_owned()));
            }
            let (rect, response) =
                ui.allocate_exact_size(egui::vec2(16.0, 16.0), egui::Sense::click());
            response.widget_info(|| {
                WidgetInfo::labeled(Role::Button, true, format!("{} {tag}", words.remove))
            });
            let color = if response.hovered() || response.has_focus() {
                ui.visuals().strong_text_color()
            } else {
                ui.visuals().weak_text_color()
            };
            let c = rect.center();
            for d in [egui::vec2(3.5, 3.5), egui::vec2(3.5, -3.5)] {
                ui.painter()
                    .line_segment([c - d, c + d], egui::Stroke::new(1.4, color));
            }
            if response
                .on_hover_text(format!("{} {tag}", words.remove))
                .clicked()
            {
                change = Some(TagChange::Remove(tag.to_owned()));
            }
        });
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_tidied() {
        assert_eq!(clean("  blue \n  hour, "), Some("blue hour".into()));
        assert_eq!(clean(" ,; "), None);
        assert_eq!(clean("花鳥"), Some("花鳥".into()));
        assert_eq!(clean(&"x".repeat(200)).map(|t| t.len()), Some(60));
    }

    #[test]
    fn suggestions_start_with_the_word_first() {
        let known = [
            "night blue".to_owned(),
            "blue hour".into(),
            "Blueprint".into(),
            "red".into(),
        ];
        let have = [("blue hour".to_owned(), 1)];
        assert_eq!(suggest("BLU", &known, &have), ["Blueprint", "night blue"]);
        assert!(suggest("", &known, &have).is_empty());
    }
}
