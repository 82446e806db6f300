//! Titles in scripts that are written from the right stand in the right order, with joined
//! letters, and are heard as they were written.

use std::path::Path;

use egui::epaint::text::Glyph;
use egui_kittest::kittest::Queryable as _;
use limner::app::command::Command;

use crate::SIZE;
use crate::glyphs::glyphs;
use crate::ui_doors::{Studio, studio};

/// A face with Arabic and Hebrew, where this machine has one.
fn face() -> Option<Vec<u8>> {
    let places = [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    ];
    places
        .iter()
        .find_map(|place| std::fs::read(Path::new(place)).ok())
}

fn with_face<'a>() -> Option<Studio<'a>> {
    let bytes = face()?;
    let s = studio(SIZE, egui::Theme::Dark);
    let data = egui::FontData::from_owned(bytes);
    let family = egui::epaint::text::InsertFontFamily {
        family: egui::FontFamily::Proportional,
        priority: egui::epaint::text::FontPriority::Lowest,
    };
    let font = egui::epaint::text::FontInsert::new("DejaVu Sans", data, vec![family]);
    s.window.ctx.add_font(font);
    Some(s)
}

/// Letters of the texts that are painted, from left to right, one text a line.
fn painted(s: &Studio<'_>) -> Vec<Vec<(char, f32)>> {
    let line = |glyphs: Vec<Glyph>| {
        let seen = glyphs.iter().filter(|g| g.advance_width > 0.0);
        let mut letters: Vec<(char, f32)> = seen.map(|g| (g.chr, g.pos.x)).collect();
        letters.sort_by(|a, b| a.1.total_cmp(&b.1));
        letters
    };
    glyphs(s).into_iter().map(line).collect()
}

#[test]
fn titles_stand_in_the_order_of_their_script() {
    let Some(mut s) = with_face() else {
        println!("skipped: DejaVu Sans is not installed");
        return;
    };
    s.command(Command::GoGallery);
    let hebrew = "אבג דהו 12";
    s.keep(&[hebrew, "سلام دنیا", "Pears"]);
    s.window.run_steps(2);
    // What a screen reader hears is what was written.
    assert!(s.window.query_all_by_label(hebrew).next().is_some());
    let seen: Vec<String> = painted(&s)
        .iter()
        .map(|letters| letters.iter().map(|(c, _)| *c).collect())
        .collect();
    let has = |text: &str| seen.iter().any(|line| line.contains(text));
    assert!(has("12 והד גבא"), "{seen:?}");
    assert!(!has(hebrew), "none is left in the order of memory");
    // The word that comes first stands on the right.
    let arabic = seen.iter().find(|line| line.contains('س')).unwrap();
    assert!(
        arabic.find('د').unwrap() < arabic.find('س').unwrap(),
        "{arabic}"
    );
    assert!(has("Pears"));
}
