//! The bar above the gallery's grid: words, stars, colour, model, kind, date, order.

use egui::{ComboBox, Key, TextEdit, Ui};

use crate::gallery::protocol::{Colour, EntryKind, Query, Sort};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    /// Everything.
    #[default]
    Ever,
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 31 days.
    Month,
    /// The last 365 days.
    Year,
}

impl Since {
    const ALL: [Self; 5] = [Self::Ever, Self::Day, Self::Week, Self::Month, Self::Year];

    fn name(self) -> &'static str {
        match self {
            Self::Ever => "Any date",
            Self::Day => "Last 24 hours",
            Self::Week => "Last 7 days",
            Self::Month => "Last month",
            Self::Year => "Last year",
        }
    }

    /// The earliest moment, seconds since 1970, in whole hours so that the query
    /// doesn't change from frame to frame.
    fn moment(self, now: i64) -> Option<i64> {
        let days = match self {
            Self::Ever => return None,
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
            Self::Year => 365,
        };
        Some((now - days * DAY).div_euclid(3600) * 3600)
    }
}

/// What the bar is set to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Typed words.
    pub text: String,
    /// At least so many stars.
    pub min_stars: u8,
    /// One album only.
    pub album: Option<String>,
    /// One model only.
    pub model: Option<String>,
    /// One kind only.
    pub kind: Option<EntryKind>,
    /// From when on.
    pub since: Since,
    /// One prevailing colour only.
    pub colour: Option<Colour>,
    /// Order.
    pub sort: Sort,
}

impl Filter {
    /// What the gallery is asked; `now` in seconds since 1970.
    pub fn query(&self, now: i64) -> Query {
        Query {
            text: self.text.trim().to_owned(),
            min_stars: self.min_stars,
            album: self.album.clone(),
            model: self.model.clone(),
            kind: self.kind,
            since: self.since.moment(now),
            colour: self.colour,
            sort: self.sort,
            ..Query::default()
        }
    }

    /// Whether anything is left out.
    pub fn is_narrow(&self) -> bool {
        !self.text.trim().is_empty()
            || self.min_stars > 0
            || self.album.is_some()
            || self.model.is_some()
            || self.kind.is_some()
            || self.since != Since::Ever
            || self.colour.is_some()
    }

    /// Lists everything again; the order stays.
    pub fn widen(&mut self) {
        *self = Self {
            sort: self.sort,
            ..Self::default()
        };
    }
}

/// Shown name of a kind.
pub fn kind_name(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Generated => "Generated",
        EntryKind::Stylised => "Stylised",
        EntryKind::Enlarged => "Upscaled",
        EntryKind::Imported => "Imported",
    }
}

fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "Newest first",
        Sort::Oldest => "Oldest first",
        Sort::Stars => "Most stars first",
        Sort::Title => "By title",
    }
}

/// Draws the bar. `models` are names and shown names to filter by.
pub fn filter_bar(ui: &mut Ui, filter: &mut Filter, models: &[(String, String)]) {
    // At 1280 points everything stays on one line.
    ui.spacing_mut().combo_width = 92.0;
    search_box(ui, &mut filter.text);
    stars_menu(ui, &mut filter.min_stars);
    colour_menu(ui, &mut filter.colour);
    model_menu(ui, &mut filter.model, models);
    kind_menu(ui, &mut filter.kind);
    pick(ui, "Date", &mut filter.since, &Since::ALL, Since::name);
    let orders = [Sort::Newest, Sort::Oldest, Sort::Stars, Sort::Title];
    pick(ui, "Order", &mut filter.sort, &orders, sort_name);
    if filter.is_narrow()
        && ui
            .button("Show all")
            .on_hover_text("Clear all filters")
            .clicked()
    {
        filter.widen();
    }
}

/// Ctrl/Cmd-F goes here.
fn search_box(ui: &mut Ui, text: &mut String) {
    let edit = TextEdit::singleline(text)
        .hint_text("Search titles, tags, models, styles")
        .desired_width(190.0);
    let response = ui.add(edit).accessible_name("Search");
    if ui.input_mut(|i| i.consume_key(egui::Modifiers::COMMAND, Key::F)) {
        response.request_focus();
    }
    if response.has_focus() && ui.input(|i| i.key_pressed(Key::Escape)) {
        text.clear();
        response.surrender_focus();
    }
}

fn stars_menu(ui: &mut Ui, stars: &mut u8) {
    let name = |n: u8| match n {
        0 => "Any stars".to_owned(),
        1 => "1 star or more".to_owned(),
        5 => "5 stars".to_owned(),
        n => format!("{n} stars or more"),
    };
    let response = ComboBox::from_id_salt("filter stars")
        .selected_text(name(*stars))
        .show_ui(ui, |ui| {
            for n in 0..=5u8 {
                ui.selectable_value(stars, n, name(n));
            }
        })
        .response;
    response.accessible_name("Stars");
}

/// Names and looks of the colours.
const COLOURS: [(Colour, &str, [u8; 3]); 11] = [
    (Colour::Red, "Red", [214, 48, 49]),
    (Colour::Orange, "Orange", [232, 137, 40]),
    (Colour::Yellow, "Yellow", [236, 211, 60]),
    (Colour::Green, "Green", [76, 165, 80]),
    (Colour::Cyan, "Cyan", [64, 190, 196]),
    (Colour::Blue, "Blue", [58, 104, 206]),
    (Colour::Purple, "Purple", [138, 72, 190]),
    (Colour::Pink, "Pink", [226, 100, 168]),
    (Colour::White, "White", [245, 245, 245]),
    (Colour::Grey, "Grey", [128, 128, 128]),
    (Colour::Black, "Black", [20, 20, 20]),
];

fn colour_menu(ui: &mut Ui, colour: &mut Option<Colour>) {
    let shown = COLOURS
        .iter()
        .find(|(c, ..)| Some(*c) == *colour)
        .map_or("Any colour", |(_, name, _)| *name);
    let response = ComboBox::from_id_salt("filter colour")
        .selected_text(shown)
        .height(400.0)
        .show_ui(ui, |ui| {
            ui.selectable_value(colour, None, "Any colour");
            for (value, name, [r, g, b]) in COLOURS {
                ui.horizontal(|ui| {
                    let size = egui::Vec2::splat(14.0);
                    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
                    let fill = egui::Color32::from_rgb(r, g, b);
                    ui.painter().rect_filled(rect, 3.0, fill);
                    let edge = ui.visuals().widgets.noninteractive.bg_stroke;
                    ui.painter()
                        .rect_stroke(rect, 3.0, edge, egui::StrokeKind::Inside);
                    ui.selectable_value(colour, Some(value), name);
                });
            }
        })
        .response
        .on_hover_text("The main colour of a picture; worked out while Limner is idle");
    response.accessible_name("Colour");
}

fn model_menu(ui: &mut Ui, model: &mut Option<String>, models: &[(String, String)]) {
    let shown = match &*model {
        None => "Any model",
        Some(name) => models
            .iter()
            .find(|(n, _)| n == name)
            .map_or(name.as_str(), |(_, title)| title),
    }
    .to_owned();
    let response = ComboBox::from_id_salt("filter model")
        .selected_text(shown)
        .show_ui(ui, |ui| {
            ui.selectable_value(model, None, "Any model");
            for (name, title) in models {
                ui.selectable_value(model, Some(name.clone()), title);
            }
        })
        .response;
    response.accessible_name("Model");
}

fn kind_menu(ui: &mut Ui, kind: &mut Option<EntryKind>) {
    let kinds = [
        None,
        Some(EntryKind::Generated),
        Some(EntryKind::Stylised),
        Some(EntryKind::Enlarged),
        Some(EntryKind::Imported),
    ];
    pick(ui, "Kind", kind, &kinds, |k| {
        k.map_or("Any kind", kind_name)
    });
}

fn pick<T: Copy + PartialEq>(
    ui: &mut Ui,
    what: &str,
    value: &mut T,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) {
    let response = ComboBox::from_id_salt(("filter", what))
        .selected_text(name(*value))
        .show_ui(ui, |ui| {
            for one in all {
                ui.selectable_value(value, *one, name(*one));
            }
        })
        .response;
    response.accessible_name(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_does_not_change_the_query_from_frame_to_frame() {
        let filter = Filter {
            since: Since::Week,
            ..Filter::default()
        };
        let now = 1_700_000_000;
        assert_eq!(filter.query(now), filter.query(now + 1));
        let since = filter.query(now).since.unwrap();
        assert!((now - since - 7 * DAY).abs() < 3600);
    }

    #[test]
    fn showing_all_keeps_the_order() {
        let mut filter = Filter {
            text: " sea ".into(),
            min_stars: 3,
            sort: Sort::Title,
            ..Filter::default()
        };
        assert!(filter.is_narrow());
        assert_eq!(filter.query(0).text, "sea");
        filter.widen();
        assert!(!filter.is_narrow());
        assert_eq!(filter.sort, Sort::Title);
    }
}
