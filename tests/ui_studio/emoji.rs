//! Emoji in titles and tags are drawn: what the program brings draws them in outline, whatever is
//! installed besides.

use egui_kittest::kittest::Queryable as _;
use limner::app::command::Command;

use crate::SIZE;
use crate::ui_doors::studio;

#[test]
fn emoji_in_titles_have_shapes() {
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.command(Command::GoGallery);
    s.keep(&["Harbour 🌊 at dusk 😀"]);
    s.window.get_by_label("Harbour 🌊 at dusk 😀");
    let font = egui::FontId::proportional(14.0);
    let ctx = s.window.ctx.clone();
    let drawn = |c: char| ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c));
    for c in "😀🌊🎨🐈🍎🌻🔥❤☀🌲🏠🚀👍🎉".chars() {
        assert!(drawn(c), "{c}");
    }
    // A character that no font can have isn't said to be there.
    assert!(!drawn('\u{10FFFD}'));
}
